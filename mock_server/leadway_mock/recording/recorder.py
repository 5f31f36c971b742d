"""Recorder: keeps exchanges in memory, and saves the dialogues and the raw file, redacted."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from leadway_mock.contract.loader import load_contract
from leadway_mock.recording.dialogue_writer import DialogueWriter, RecordedDialogue
from leadway_mock.recording.exchanges import Exchange, known_values, redact_exchange
from leadway_mock.recording.noise import Noise, find_noise
from leadway_mock.recording.placeholders import Placeholders
from leadway_mock.recording.private_data import MAX_KNOWN_VALUES, KnownValues
from leadway_mock.recording.redacted import (
    Redacted,
    RedactedJson,
    write_json,
    write_yaml,
)

FORMAT: Final = "leadway-recording/1"
MAX_EXCHANGES: Final = 5_000
MAX_BYTES: Final = 64 * 1_048_576
"""Limit of the bodies of all exchanges together."""

SAVE_SHARE: Final = 0.1
"""Share of the time that saving may take; the last save is always made."""

HOW_TO_PLAY: Final = "Play it: leadway mock --dialogues {name}"
ABOUT_MARKS: Final = "What is in brackets, as in [email], was private and is not in this file."


class Recorder:
    """Collects the exchanges of one or two runs of a script. Safe to share by threads.

    Args:
        out: the dialogue file; further agents get files with `-2`, `-3` in their names.
        raw: the file for all exchanges, or None.
        upstream: the origin that is recorded.
        known: values that are private.
    """

    def __init__(self, out: Path, raw: Path | None, upstream: str, known: KnownValues) -> None:
        self._out, self._raw, self._upstream = out, raw, upstream
        self._known = known
        self._runs: list[_Run] = [_Run()]
        self._writer = _dialogue_writer()
        self._started = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        self._lock = threading.Lock()
        self._bytes = 0
        self._next_save_at = 0.0
        self._is_full = False

    @property
    def is_full(self) -> bool:
        """Whether the limits are reached, so that no exchange is added any more."""
        return self._is_full

    def begin_second_run(self) -> None:
        """Take the exchanges from now on as those of the second run."""
        with self._lock:
            self._runs.append(_Run())

    def add(self, exchange: Exchange) -> RedactedJson:
        """Keep an exchange, and save the files unless that took long lately; return it redacted.

        Raises `RecordingError` if a file cannot be written.
        """
        with self._lock:
            size = len(exchange.request.body)
            size += len(exchange.response.body) if exchange.response else 0
            count = sum(len(run.exchanges) for run in self._runs)
            knows_too_many = len(self._known.marks) > MAX_KNOWN_VALUES
            if knows_too_many or count >= MAX_EXCHANGES or self._bytes + size > MAX_BYTES:
                self._is_full = True
                return redact_exchange(exchange, self._known)
            self._bytes += size
            known = known_values([exchange], self._known)
            self._runs[-1].exchanges.append(exchange)
            if known is not self._known:  # Earlier exchanges may have the same value in a text.
                self._known = known
                for run in self._runs:
                    run.redact_all(known)
            else:
                self._runs[-1].redact_newest(known)
            if time.monotonic() >= self._next_save_at:
                self._save()
            return self._runs[-1].redacted[-1]

    def close(self) -> list[str]:
        """Save the files; return lines that say what was recorded. Raises `RecordingError`."""
        with self._lock:
            return self._save()

    def _save(self) -> list[str]:
        began_at = time.monotonic()
        lines = list(self._write_files())
        ended_at = time.monotonic()
        self._next_save_at = ended_at + (ended_at - began_at) * (1 / SAVE_SHARE - 1)
        return lines

    def _write_files(self) -> Iterator[str]:
        first, *others = self._runs
        noise = find_noise(first.redacted, others[0].redacted) if others else []
        if self._raw is not None:
            write_json(self._raw, self._raw_content(noise))
            yield f"{self._raw}: {len(first.redacted)} exchanges"
        dialogues = self._writer.dialogues(first.redacted)
        for number, dialogue in enumerate(dialogues, start=1):
            path = self._path(number)
            comments = [*self._comments(path, dialogue), *map(Redacted, _noise_lines(noise))]
            write_yaml(path, dialogue.content, comments)
            yield f"{path}: a dialogue of agent {Redacted(dialogue.agent)}"
        if not dialogues:
            yield "No message to an agent was recorded, so there is no dialogue."

    def _path(self, number: int) -> Path:
        if number == 1:
            return self._out
        return self._out.with_name(f"{self._out.stem}-{number}{self._out.suffix}")

    def _comments(self, path: Path, dialogue: RecordedDialogue) -> list[Redacted]:
        lines = [
            f"Recorded from {self._upstream}, {self._started}.",
            HOW_TO_PLAY.format(name=path.name),
            ABOUT_MARKS,
        ]
        return [*map(Redacted, lines), *dialogue.comments]

    def _raw_content(self, noise: Sequence[Noise]) -> RedactedJson:
        first, *others = self._runs
        content: dict[str, Any] = {
            "format": FORMAT,
            "upstream": self._upstream,
            "recordedAt": self._started,
            "exchanges": first.redacted,
        }
        if others:
            content["secondRun"] = others[0].redacted
            content["noise"] = [each.to_json() for each in noise]
        return RedactedJson(content, self._known)


@cache
def _dialogue_writer() -> DialogueWriter:
    return DialogueWriter(load_contract())


class _Run:
    """Exchanges of one run of a script, as received and redacted."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.redacted: list[RedactedJson] = []
        self._placeholders = Placeholders()

    def redact_newest(self, known: KnownValues) -> None:
        self.redacted.append(self._placeholders.replace(redact_exchange(self.exchanges[-1], known)))

    def redact_all(self, known: KnownValues) -> None:
        self._placeholders = Placeholders()
        self.redacted = [
            self._placeholders.replace(redact_exchange(each, known)) for each in self.exchanges
        ]


def _noise_lines(noise: Sequence[Noise]) -> Iterator[str]:
    for each in noise:
        what = f"{each.pointer or 'the requests'}: {each.first!r}, then {each.second!r}"
        yield f"Noise, exchange {each.exchange}: {what}. {each.reason}"
