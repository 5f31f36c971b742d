"""Token that is masked wherever it is printed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

MASK: Final = "********"


class Secret:
    """Token that is masked in `repr`, `str`, format strings, logs and pickles.

    A pickled secret comes back without its value. It equals a secret with the same value.

    Args:
        value: the token; surrounding whitespace is removed.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str | None) -> None:
        self._value = value and value.strip()

    def reveal(self) -> str:
        """Return the value.

        Raises:
            ValueError: the secret was pickled, which removes the value.
        """
        if self._value is None:
            raise ValueError("The token was removed when this was pickled.")
        return self._value

    def mask(self, text: bytes) -> bytes:
        """Return `text` with each occurrence of the value replaced by asterisks."""
        value = (self._value or "").encode()
        return text.replace(value, MASK.encode()) if value and value in text else text

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return f"Secret({MASK!r})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, specification: str) -> str:
        return format(MASK, specification)

    def __reduce__(self) -> tuple[Callable[..., Secret], tuple[None]]:
        return Secret, (None,)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self
