"""Exit codes: what a script learns without reading."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from leadway.errors import (
    AccessError,
    LeadwayError,
    MalformedAnswerError,
    NoAnswerError,
    RateLimitedError,
    RefusedError,
    ServerError,
    SettingsError,
)

ANSWERED: Final = 0
UNWELL: Final = 1
USAGE: Final = 2

CODES: Final[Sequence[tuple[type[LeadwayError], int]]] = [
    (SettingsError, USAGE),
    (AccessError, 3),
    (RateLimitedError, 5),
    (ServerError, 6),
    (MalformedAnswerError, 6),
    (NoAnswerError, 7),
    (RefusedError, 4),
]
"""The first class that fits counts."""


def exit_code(error: LeadwayError) -> int:
    """Return the exit code that an error means."""
    return next((code for kind, code in CODES if isinstance(error, kind)), UNWELL)
