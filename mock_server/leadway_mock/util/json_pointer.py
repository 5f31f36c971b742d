"""JSON pointers (RFC 6901)."""

from __future__ import annotations

from collections.abc import Iterable


def escape(part: str) -> str:
    """Return one reference token with `~` and `/` escaped."""
    return part.replace("~", "~0").replace("/", "~1")


def to_pointer(path: Iterable[str | int]) -> str:
    """Return the pointer to a place given as property names and array indexes; "" is the root."""
    return "".join(f"/{escape(str(part))}" for part in path)
