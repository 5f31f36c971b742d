"""A text that does not show itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

MASK: Final = "********"


class Secret:
    """A token, masked wherever it is printed, logged or pickled; `reveal()` gives it away.

    Blanks around it are dropped: files and pasted texts often end in a line break. What was
    pickled comes back without its value, and says so when somebody asks for it.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str | None) -> None:
        self._value = value and value.strip()

    def reveal(self) -> str:
        """Return the value.

        Raises `ValueError` if it was left behind when this was pickled.
        """
        if self._value is None:
            raise ValueError("This token was pickled, and tokens are left behind then.")
        return self._value

    def masked(self, text: bytes) -> bytes:
        """Return `text` with the value struck out, wherever a server repeats it."""
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
