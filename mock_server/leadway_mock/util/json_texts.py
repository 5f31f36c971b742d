"""Texts inside of JSON values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any


def texts_in(value: object) -> Iterator[str]:
    """Yield every text in a JSON value except property names."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | Sequence):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from texts_in(each)


def map_texts(value: Any, change: Callable[[str], Any]) -> Any:  # noqa: ANN401 - any JSON value
    """Return a JSON value with every text in it, except property names, changed by a function."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: map_texts(each, change) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map_texts(each, change) for each in value)
    return value
