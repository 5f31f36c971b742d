"""Codes and refresh tokens that were used: only their fingerprints, so the store has no secret."""

from __future__ import annotations

from leadway_mock.config.settings import Settings
from leadway_mock.store import Append, Reads, Write
from leadway_mock.util.redaction import fingerprint


class UsedTokens:
    """The used codes and refresh tokens of a namespace."""

    def __init__(self, settings: Settings, prefix: str) -> None:
        """Use keys that begin with `prefix`."""
        self._settings = settings
        self._index = f"{prefix}used-tokens"
        self._records = f"{prefix}used-token/"

    def is_used(self, token: str, reads: Reads) -> bool:
        """Return whether the token was used before."""
        return reads.last(self._records + fingerprint(token)) is not None

    def writes(self, token: str) -> list[Write]:
        """Return the writes that mark the token as used, if no other request used it meanwhile."""
        place, keep = fingerprint(token), self._settings.max_sessions
        return [
            Append(self._records + place, "", 0, keep=1),
            Append(self._index, place, keep=keep, owned=(self._records,)),
        ]
