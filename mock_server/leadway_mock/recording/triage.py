"""Reviewed differences between our contract and the vendor's files, with reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from leadway_mock.recording.accepted_entries import (
    AcceptanceError,
    AcceptedEntries,
    check_entries,
    read_yaml,
)
from leadway_mock.recording.json_differences import shorten
from leadway_mock.recording.spec_comparison import (
    Difference,
    Kind,
    digest,
    words,
)

NO_REASON = ""
_FIELDS = ("operation", "pointer", "kind", "ours", "theirs", "reason")


@dataclass(frozen=True, slots=True)
class Accepted:
    """Differences that are accepted, with the reason.

    `operation` and `pointer` may contain `*`, which stands for any text.
    """

    operation: str
    pointer: str
    kind: str
    ours: str
    theirs: str
    reason: str

    @property
    def name(self) -> str:
        """What it accepts, for messages."""
        return f"{self.kind} {self.operation} {self.pointer}"

    def matches(self, difference: Difference) -> bool:
        """Return whether it accepts a difference."""
        return (
            (self.kind, self.ours, self.theirs)
            == (difference.kind.value, difference.ours, difference.theirs)
            and fnmatchcase(difference.operation, self.operation)
            and fnmatchcase(difference.pointer, self.pointer)
        )


@dataclass(slots=True)
class Triage(AcceptedEntries[Accepted, Difference]):
    """Accepted differences, and the vendor's words that are reviewed."""

    matches: Callable[[Accepted, Difference], bool] = Accepted.matches
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
        """Accept differences, except words, with a reason that is still to be written."""
        for each in differences:
            if each.kind is not Kind.WORDS:
                values = (each.operation, each.pointer, each.kind.value, each.ours, each.theirs)
                self.entries.append(Accepted(*values, reason=NO_REASON))

    def read_words(self, operations: Mapping[str, Mapping[str, Any]]) -> None:
        """Mark all texts of these operations as reviewed."""
        for operation, node in operations.items():
            known = self.words.setdefault(operation, {})
            for pointer, text in words(node).items():
                known[pointer] = " ".join(sorted({*known.get(pointer, "").split(), digest(text)}))

    def to_yaml(self) -> str:
        """Return the content of the file."""
        entries = [asdict(each) for each in self.entries]
        document = {"accepted": entries, "words": self.words}
        return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


def shipped_triage() -> Path:
    """Return the path of the file that comes with this package."""
    return Path(str(resources.files("leadway_mock.recording") / "triage.yaml"))


def read_triage(path: Path) -> Triage:
    """Return the triage in a YAML file; raises `AcceptanceError`."""
    document = read_yaml(path, ("accepted", "words"))
    entries = check_entries(path, document["accepted"], _FIELDS)
    if not isinstance(document["words"], dict):
        raise AcceptanceError(f"{path}: `words` must be an object.")
    return Triage(entries=[Accepted(**each) for each in entries], words=document["words"])
