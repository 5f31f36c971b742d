"""One text for two readers: whoever writes Python, and whoever types a command.

What the one passes as `base_url`, the other gives as `--base-url`. A text that names such a thing
has both wordings, side by side: `str` shows Python's, the commands show what `typed` returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

BASE_URL: Final = "--base-url (or --mock, or LEADWAY_BASE_URL)"

_SETTINGS: Final[Mapping[str, str]] = {
    "api_version": "--api-version (or LEADWAY_API_VERSION)",
    "base_url": BASE_URL,
    "connect_timeout": "LEADWAY_CONNECT_TIMEOUT",
    "max_answer_bytes": "LEADWAY_MAX_ANSWER_BYTES",
    "timeout": "--timeout (or LEADWAY_TIMEOUT)",
}
"""What a setting is called where commands are typed."""


class _Worded(str):
    """What `worded` returns."""

    __slots__ = ("typed",)

    typed: str

    def __new__(cls, in_python: str, typed: str) -> Self:
        """Take the same text twice, in the words of the one and of the other."""
        made = super().__new__(cls, in_python)
        made.typed = typed
        return made

    def __reduce__(self) -> tuple[type[Self], tuple[str, str]]:
        return type(self), (str(self), self.typed)


def worded(in_python: str, typed: str) -> str:
    """Return a text in Python's words, which has the command line's with it."""
    return _Worded(in_python, typed)


def typed(text: str) -> str:
    """Return a text in the words of the command line, where it has other words there."""
    return text.typed if isinstance(text, _Worded) else text


def setting(name: str, what: str) -> str:
    """Return what is to be said of a setting, which is called by its name."""
    return worded(f"{name} {what}", f"{_SETTINGS[name]} {what}")
