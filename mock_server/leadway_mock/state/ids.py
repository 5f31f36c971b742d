"""Id generator: ids and trace ids as a pure function of a seed, or at random.

The vendor's ids are 20 or 24 letters and digits, or UUIDs, without a known rule. The mock's are 24
lower-case letters and digits, like the examples on the vendor's page.
"""

from __future__ import annotations

import hashlib
import os
import string

ALPHABET = string.digits + string.ascii_lowercase
LENGTH = 24

_BATCH = 64
"""Random digests that one system call reads."""

_LETTERS = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
_VARIANTS = "89ab"


class Ids:
    """Generates ids: the same for the same seed, or without a seed always different."""

    def __init__(self, seed: int | None = None) -> None:
        self._key = None if seed is None else f"seed {seed}".encode()

    def mint(self, kind: str, *parts: str | int) -> str:
        """Return the 24-character id of `kind` for `parts`."""
        return self._digest(kind, parts).translate(_LETTERS).decode()

    def trace(self, number: int) -> str:
        """Return the trace id of the request with that number, a version 4 UUID (RFC 9562)."""
        text = self._digest("trace", (number,)).hex()
        variant = _VARIANTS[int(text[16], 16) % 4]
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:32]}"

    def fraction(self, kind: str, *parts: str | int) -> float:
        """Return a uniformly distributed number between 0 and 1 (exclusive) for `parts`."""
        number = int.from_bytes(self._digest(kind, parts)[:6], "big")
        return (number + 0.5) / 2**48

    def _digest(self, kind: str, parts: tuple[str | int, ...]) -> bytes:
        if self._key is None:
            try:
                return _spare.pop()
            except IndexError:
                return _draw()
        text = "\x00".join((kind, *map(str, parts)))
        return hashlib.blake2b(text.encode(), key=self._key, digest_size=LENGTH).digest()


_spare: list[bytes] = []
if hasattr(os, "register_at_fork"):  # A child must not return the ids of its parent.
    os.register_at_fork(after_in_child=_spare.clear)


def _draw() -> bytes:
    """Return random bytes that no other call returns, and keep more for later calls."""
    more = os.urandom(_BATCH * LENGTH)
    first, *others = [more[at : at + LENGTH] for at in range(0, len(more), LENGTH)]
    _spare.extend(others)
    return first
