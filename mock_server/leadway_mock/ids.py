"""Ids and trace ids, as a pure function of a seed, or at random.

The vendor's ids are 20 or 24 letters and digits, or UUIDs, with no rule to tell which; the mock
mints 24 lower-case letters and digits, like the examples on the vendor's page.
"""

from __future__ import annotations

import hashlib
import os
import string

ALPHABET = string.digits + string.ascii_lowercase
LENGTH = 24

_LETTERS = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
_VARIANTS = "89ab"


class Ids:
    """Mints ids from a seed, the same for the same seed; without one, no two are ever the same."""

    def __init__(self, seed: int | None = None) -> None:
        self._key = None if seed is None else f"seed {seed}".encode()

    def mint(self, kind: str, *parts: str | int) -> str:
        """Return the 24-character id of `kind` for `parts`."""
        return self._digest(kind, parts).translate(_LETTERS).decode()

    def trace(self, number: int) -> str:
        """Return the version 4 UUID (RFC 9562) that traces the request of that number."""
        text = self._digest("trace", (number,)).hex()
        variant = _VARIANTS[int(text[16], 16) % 4]
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:32]}"

    def fraction(self, kind: str, *parts: str | int) -> float:
        """Return a number of `kind` for `parts`: above 0, below 1, all equally likely."""
        number = int.from_bytes(self._digest(kind, parts)[:6], "big")
        return (number + 0.5) / 2**48

    def _digest(self, kind: str, parts: tuple[str | int, ...]) -> bytes:
        if self._key is None:
            return os.urandom(LENGTH)
        text = "\x00".join((kind, *map(str, parts)))
        return hashlib.blake2b(text.encode(), key=self._key, digest_size=LENGTH).digest()
