"""Recorder: keeps exchanges in memory, and saves the dialogues and the raw file, redacted."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import resources
from itertools import count
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator

from leadway_mock.contract.loader import load_contract
from leadway_mock.recording.dialogue_writer import DialogueWriter
from leadway_mock.recording.exchanges import (
    Exchange,
    exchange_content,
    redact_content,
    redact_exchange,
)
from leadway_mock.recording.noise import Noise, find_noise
from leadway_mock.recording.placeholders import Placeholders
from leadway_mock.recording.private_data import MAX_KNOWN_VALUES, KnownValues, private_values
from leadway_mock.recording.redacted import (
    RecordingError,
    Redacted,
    RedactedJson,
    read_recording,
    write_json,
    write_yaml,
)
from leadway_mock.util.json_pointer import to_pointer

FORMAT: Final = "leadway-recording/1"
MAX_EXCHANGES: Final = 5_000
MAX_BYTES: Final = 64 * 1_048_576
"""Limit of the bodies of all exchanges together."""

SAVE_SHARE: Final = 0.1
"""Share of the time that saving may take; the last save is always made."""


class Recorder:
    """Collects the exchanges of one or two runs of a script. Safe to share by threads.

    `out` is the dialogue file of the first agent; further agents get files with `-2`, `-3` in their
    names, which may be replaced with `force`. `raw` is the file for all exchanges.
    """

    def __init__(
        self, out: Path, raw: Path | None, upstream: str, known: KnownValues, *, force: bool = False
    ) -> None:
        self._out, self._raw, self._upstream = out, raw, upstream
        self._known = known
        self._replace = force
        self._paths: dict[str, Path] = {}
        """The dialogue files by agent."""

        self._runs = [_Run((), known)]
        self._writer = DialogueWriter(load_contract())
        self._started = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        self._lock = threading.Lock()
        self._bytes = 0
        self._next_save_at = 0.0
        self.is_full = False
        """Whether the limits are reached, so that no exchange is added any more."""

    @classmethod
    def from_file(cls, source: Path, out: Path, raw: Path | None, known: KnownValues) -> Recorder:
        """Return a recorder with the exchanges of a raw file, redacted again by what is `known`.

        Raises `RecordingError` if the file is no recording.
        """
        content = read_recording(source, known).value
        check_recording(source, content)
        recorder = cls(out, raw, content["upstream"], known, force=True)
        recorder._started = content["recordedAt"]
        for run in ("exchanges", "secondRun"):
            if run == "secondRun" and run in content:
                recorder.begin_second_run()
            for each in content.get(run, ()):
                recorder._keep(each)
        return recorder

    def begin_second_run(self) -> None:
        """Take the exchanges from now on as those of the second run."""
        with self._lock:
            self._runs.append(_Run((), self._known))

    def add(self, exchange: Exchange) -> RedactedJson:
        """Keep an exchange, and save the files unless that took long lately; return it redacted.

        Raises `RecordingError` if a file cannot be written.
        """
        with self._lock:
            size = len(exchange.request.body)
            size += len(exchange.response.body) if exchange.response else 0
            total = sum(len(run.contents) for run in self._runs)
            knows_too_many = len(self._known.marks) > MAX_KNOWN_VALUES
            if knows_too_many or total >= MAX_EXCHANGES or self._bytes + size > MAX_BYTES:
                self.is_full = True
                return redact_exchange(exchange, self._known)
            self._bytes += size
            self._keep(exchange_content(exchange))
            if time.monotonic() >= self._next_save_at:
                self._save()
            return self._runs[-1].redacted[-1]

    def _keep(self, content: Mapping[str, Any]) -> None:
        known = self._known.plus(private_values(content))
        if known is not self._known:  # Earlier exchanges may have the same value in a text.
            self._known = known
            self._runs = [_Run(each.contents, known) for each in self._runs]
        self._runs[-1].add(content, known)

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
        for dialogue in dialogues:
            path = self._path(dialogue.agent)
            lines = (
                f"Recorded from {self._upstream}, {self._started}.",
                f"Play it: leadway mock --dialogues {path.name}",
                "What is in brackets, as in [email], was private and is not in this file.",
                *dialogue.comments,
                *_noise_lines(noise),
            )
            write_yaml(path, dialogue.content, [*map(Redacted, lines)])
            yield f"{path}: a dialogue of agent {Redacted(dialogue.agent)}"
        if not dialogues:
            yield "No message to an agent was recorded, so there is no dialogue."

    def _path(self, agent: str) -> Path:
        """Return the file for the dialogue of an agent: of the first one, `out` itself."""
        if agent not in self._paths:
            names = (f"{self._out.stem}-{number}{self._out.suffix}" for number in count(2))
            others = (self._out.with_name(name) for name in names)
            free = (
                path
                for path in others
                if path not in self._paths.values() and (self._replace or not path.exists())
            )
            self._paths[agent] = next(free) if self._paths else self._out
        return self._paths[agent]

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
            content["noise"] = list(map(asdict, noise))
        return RedactedJson(content, self._known)


class _Run:
    """Exchanges of one run of a script: in their JSON form with secrets, and redacted."""

    def __init__(self, contents: Iterable[Mapping[str, Any]], known: KnownValues) -> None:
        self.contents: list[Mapping[str, Any]] = []
        self.redacted: list[RedactedJson] = []
        self._placeholders = Placeholders()
        for each in contents:
            self.add(each, known)

    def add(self, content: Mapping[str, Any], known: KnownValues) -> None:
        self.contents.append(content)
        self.redacted.append(self._placeholders.replace(redact_content(content, known)))


def check_recording(path: Path, content: object) -> None:
    """Raise `RecordingError` if the content of a file is no recording by its JSON Schema."""
    schema = resources.files(__package__).joinpath("recording.schema.json").read_text("utf-8")
    error = next(Draft202012Validator(json.loads(schema)).iter_errors(content), None)
    if error is not None:
        place = to_pointer([*error.absolute_path]) or "the top level"
        raise RecordingError(
            f"{path}: is no recording: {place} is not as `recording.schema.json` has it"
            f" ({error.validator}). Name a file that --raw wrote."
        )


def _noise_lines(noise: Sequence[Noise]) -> Iterator[str]:
    """Yield a line for each difference, and one for each header: a dialogue has no headers."""
    headers = Counter((each.pointer, each.reason) for each in noise if each.is_in_header)
    for each in noise:
        if not each.is_in_header:
            what = f"{each.pointer or 'the requests'}: {each.first!r}, then {each.second!r}"
            yield f"Noise, exchange {each.exchange}: {what}. {each.reason}"
    for (pointer, reason), number in headers.items():
        yield f"Noise, {number} exchange{'s' * (number > 1)}: {pointer}. {reason}"
