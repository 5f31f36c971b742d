"""Filling placeholders in: in a text, or in every text of a JSON value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from leadway_mock.agents.templates import Template, parse_template


@lru_cache(maxsize=4096)
def template(text: str) -> Template:
    """Take a template apart, once. Raises `TemplateError`."""
    return parse_template(text)


def texts_in(value: object) -> Iterator[str]:
    """Yield every text in a JSON value, but for the names in mappings."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | Sequence):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from texts_in(each)


def filled(value: Any, values: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON
    """Return a JSON value with the placeholders of every text in it filled in."""
    if isinstance(value, str):
        return template(value).fill(values)
    if isinstance(value, Mapping):
        return {name: filled(each, values) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(filled(each, values) for each in value)
    return value
