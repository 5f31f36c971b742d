"""Mistakes of a test, shown where the test makes them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Returned = TypeVar("Returned")


def hide_traceback_here(method: Callable[Given, Returned]) -> Callable[Given, Returned]:
    """Have pytest point at the line of the test, and not at ours, where `method` refuses.

    A `ValueError` is all that it shortens: the text of one says what is wrong. Any other error
    is ours, and keeps its whole trace.
    """

    @wraps(method)
    def call(*arguments: Given.args, **named: Given.kwargs) -> Returned:
        __tracebackhide__ = True
        try:
            return method(*arguments, **named)
        except ValueError as error:
            raise error.with_traceback(None) from None

    return call
