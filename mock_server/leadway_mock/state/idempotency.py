"""Idempotency keys: the turns that were processed with a key, and the responses to them.

The record of a key is stored in the same commit as its turn, so neither exists without the other,
and of two requests that compete with one key only one stores a turn.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from leadway_mock.config.settings import Settings
from leadway_mock.state.exchange_record import ExchangeRecord
from leadway_mock.store import Append, LazyText, Reads, Store, Write
from leadway_mock.util.json_text import to_json_text
from leadway_mock.util.redaction import fingerprint, redact_json


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What is known of a key.

    `request` is the fingerprint of its request, `content` the body of the response, and `sent_at`
    when it was or will be sent, in seconds since the Unix epoch.
    """

    request: str
    execution_id: str
    turn: int
    content: Any
    sent_at: float


@dataclass(frozen=True, slots=True)
class KeyUse:
    """The use of a key by a request: its place in the store, and the record found there.

    `position` is that of the newest record, 0 without one; `found` is None if that is too old.
    """

    place: str
    position: int
    request: str
    found: KeyRecord | None

    @property
    def is_same_request(self) -> bool:
        """Whether the key was used for this very request."""
        return self.found is not None and self.found.request == self.request


class IdempotencyKeys:
    """The keys of a namespace."""

    def __init__(self, store: Store, settings: Settings, prefix: str = "") -> None:
        """Use keys of `store` that begin with `prefix`."""
        self._store = store
        self._settings = settings
        self._index = f"{prefix}idempotency-keys"
        self._records = f"{prefix}idempotency/"

    def read(  # noqa: PLR0913 - what identifies a request, by keyword
        self,
        key: str,
        *,
        agent_id: str,
        location_id: str,
        body: Mapping[str, Any],
        reads: Reads,
        now: float,
    ) -> KeyUse:
        """Return the use of `key` by a request at the time `now`."""
        scope = self._settings.idempotency_scope
        owner = {"agent": (location_id, agent_id), "location": (location_id,), "all": ()}[scope]
        place = fingerprint(to_json_text([key, *owner]))
        request = fingerprint(json.dumps([agent_id, body], sort_keys=True))
        item = reads.last(self._records + place)
        if item is None:
            return KeyUse(place, 0, request, None)
        record = self._store.decode(item.value, record_from_json)
        is_old = now - record.sent_at > self._settings.idempotency_key_seconds
        return KeyUse(place, item.position, request, None if is_old else record)

    def writes(
        self,
        use: KeyUse,
        record: ExchangeRecord,
        content: Any,  # noqa: ANN401 - any JSON value
    ) -> list[Write]:
        """Return the writes that store a turn's key, if no other request used it meanwhile.

        `record` is the one of the turn, complete when the text is made; `content` is the body of
        its response.
        """

        def text(record: ExchangeRecord) -> str:
            response = record.response
            delay = response.delay if response and response.transport is None else 0.0
            sent_at = record.started_at + delay
            known = KeyRecord(use.request, record.execution_id, record.turn, content, sent_at)
            return to_json_text(redact_json(asdict(known)))

        added = Append(self._records + use.place, LazyText(text, record), use.position, keep=1)
        if use.position:
            return [added]
        keep = self._settings.max_sessions
        return [added, Append(self._index, use.place, keep=keep, owned=(self._records,))]


def record_from_json(content: Mapping[str, Any]) -> KeyRecord:
    """Return the record of its JSON; raises `TypeError`."""
    record = KeyRecord(**content)
    if not isinstance(record.sent_at, int | float):
        raise TypeError("the time of a response is no number")
    return record
