"""Decorator that makes pytest show errors at the line of the test."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def hide_traceback_here(method: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Drop the traceback of every `ValueError` that `method` raises.

    Its message says what is wrong with the arguments. Other errors are bugs of the mock and keep
    the traceback.
    """

    @wraps(method)
    def call(*arguments: Parameters.args, **keywords: Parameters.kwargs) -> Result:
        __tracebackhide__ = True
        try:
            return method(*arguments, **keywords)
        except ValueError as error:
            raise error.with_traceback(None) from None

    return call
