"""Reviewed differences between our contract and the vendor's files, with reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from leadway_mock.recording.accepted_entries import AcceptanceError, AcceptedEntries, read_entries
from leadway_mock.recording.json_differences import shorten
from leadway_mock.recording.spec_comparison import Difference, Kind, digest, words

PATTERNS = ("operation", "pointer")
OTHERS = ("kind", "ours", "theirs")


@dataclass(slots=True)
class Triage(AcceptedEntries):
    """Accepted differences, and the vendor's words that are reviewed."""

    title: str = "{kind} {operation} {pointer}"
    patterns: Sequence[str] = PATTERNS
    others: Sequence[str] = OTHERS
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    """Digests of the reviewed texts, separated by blanks, by operation and JSON pointer."""

    def new_words(self, operations: Mapping[str, Mapping[str, Any]]) -> list[Difference]:
        """Return the vendor's texts that are not reviewed, as differences."""
        found = []
        for operation, node in operations.items():
            known = self.words.get(operation, {})
            for pointer, text in words(node).items():
                if digest(text) not in known.get(pointer, "").split():
                    what = "has another text" if pointer in known else "is a new text"
                    shown = shorten(text)
                    found.append(Difference(operation, pointer, Kind.WORDS, what, "", shown))
        return found

    def add(self, differences: Iterable[Difference]) -> None:
        """Accept differences with a reason that is still to be written."""
        for each in differences:
            entry = {name: str(getattr(each, name)) for name in (*PATTERNS, *OTHERS)}
            self.entries.append({**entry, "reason": ""})

    def read_words(self, operations: Mapping[str, Mapping[str, Any]]) -> None:
        """Mark all texts of these operations as reviewed."""
        for operation, node in operations.items():
            known = self.words.setdefault(operation, {})
            for pointer, text in words(node).items():
                known[pointer] = " ".join(sorted({*known.get(pointer, "").split(), digest(text)}))

    def to_yaml(self) -> str:
        """Return the content of the file."""
        document = {"accepted": self.entries, "words": self.words}
        return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


def shipped_triage() -> Path:
    """Return the path of the file that comes with this package."""
    return Path(str(resources.files("leadway_mock.recording") / "triage.yaml"))


def read_triage(path: Path) -> Triage:
    """Return the triage in a YAML file; raises `AcceptanceError`."""
    document = read_entries(path, (*PATTERNS, *OTHERS, "reason"), "words")
    if not isinstance(document["words"], dict):
        raise AcceptanceError(f"{path}: `words` must be an object.")
    return Triage(entries=document["accepted"], words=document["words"])
