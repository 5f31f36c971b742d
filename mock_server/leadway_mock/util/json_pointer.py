"""JSON pointers (RFC 6901)."""

from __future__ import annotations

from collections.abc import Iterable


def escape(part: str) -> str:
    """Return one reference token with `~` and `/` escaped."""
    return part.replace("~", "~0").replace("/", "~1")


def to_pointer(path: Iterable[str | int]) -> str:
    """Return the pointer to a place given as property names and array indexes; "" is the root."""
    return "".join(f"/{escape(str(part))}" for part in path)


def to_path(pointer: str) -> tuple[str | int, ...]:
    """Return the property names and array indexes of a pointer; digits are an array index."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    return tuple(int(part) if part.isdecimal() else part for part in parts)
