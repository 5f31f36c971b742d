"""Remembering what was made of texts that come again; of those that clients invent, never much."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, TypeVar

MAX_KEY_CHARS: Final = 2_000
"""How long a text is, at most, that is worth a place: a line of a request, or a JSON Web Token."""

Text = TypeVar("Text", str, bytes)
Made = TypeVar("Made")


def memoize(
    most: int, longest: int = MAX_KEY_CHARS
) -> Callable[[Callable[[Text], Made]], Callable[[Text], Made]]:
    """Remember what a function makes of `most` texts, of those that are no longer than `longest`.

    A plain cache counts its entries alone, and of whatever a client sends these may be long.
    """

    def decorated(function: Callable[[Text], Made]) -> Callable[[Text], Made]:
        known = lru_cache(most)(function)

        @wraps(function)
        def looked_up(text: Text) -> Made:
            return known(text) if len(text) <= longest else function(text)

        return looked_up

    return decorated
