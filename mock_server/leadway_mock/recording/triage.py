"""Which differences between our contract and the vendor's files somebody has looked at, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from leadway_mock.recording.spec_comparison import (
    Difference,
    Kind,
    digest,
    shorten,
    words,
)
from leadway_mock.util.files import read_regular_file

NO_REASON = ""
_FIELDS = ("operation", "pointer", "kind", "ours", "theirs", "reason")


class TriageError(Exception):
    """The file cannot be used; the text says where and why."""


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

    def matches(self, difference: Difference) -> bool:
        """Return whether it accepts a difference."""
        return (
            (self.kind, self.ours, self.theirs)
            == (difference.kind.value, difference.ours, difference.theirs)
            and fnmatchcase(difference.operation, self.operation)
            and fnmatchcase(difference.pointer, self.pointer)
        )


@dataclass(slots=True)
class Triage:
    """Accepted differences, and the vendor's words that have been read."""

    accepted: list[Accepted] = field(default_factory=list)
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    """Digests of the texts that somebody has read, with blanks, by operation and JSON pointer."""

    _used: set[Accepted] = field(default_factory=set)

    def new(self, differences: Iterable[Difference]) -> list[Difference]:
        """Return the differences that nothing accepts."""
        return [each for each in differences if not self._accepts(each)]

    def new_words(self, operations: Mapping[str, Mapping[str, Any]]) -> list[Difference]:
        """Return the vendor's texts that nobody has read, as differences."""
        found = []
        for operation, node in operations.items():
            known = self.words.get(operation, {})
            for pointer, text in words(node).items():
                if digest(text) not in known.get(pointer, "").split():
                    what = "says something else" if pointer in known else "is a new text"
                    shown = shorten(text)
                    found.append(Difference(operation, pointer, Kind.WORDS, what, "", shown))
        return found

    def problems(self) -> list[str]:
        """Return what is wrong with the entries, once `new` has seen all differences."""
        unused = [each for each in self.accepted if each not in self._used]
        return [
            *(f"accepts nothing: {_name(each)}" for each in unused),
            *(f"has no reason: {_name(each)}" for each in self.accepted if not each.reason),
        ]

    def add(self, differences: Iterable[Difference]) -> None:
        """Accept differences, except words, with a reason that is still to be written."""
        for each in differences:
            if each.kind is not Kind.WORDS:
                values = (each.operation, each.pointer, each.kind.value, each.ours, each.theirs)
                self.accepted.append(Accepted(*values, reason=NO_REASON))

    def read_words(self, operations: Mapping[str, Mapping[str, Any]]) -> None:
        """Note that somebody has read all texts of these operations."""
        for operation, node in operations.items():
            known = self.words.setdefault(operation, {})
            for pointer, text in words(node).items():
                known[pointer] = " ".join(sorted({*known.get(pointer, "").split(), digest(text)}))

    def to_yaml(self) -> str:
        """Return the content of the file."""
        document = {"accepted": [asdict(each) for each in self.accepted], "words": self.words}
        return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)

    def _accepts(self, difference: Difference) -> bool:
        found = [each for each in self.accepted if each.matches(difference)]
        self._used.update(found)
        return bool(found)


def shipped_triage() -> Path:
    """Return the path of the file that comes with this package."""
    return Path(str(resources.files("leadway_mock.recording") / "triage.yaml"))


def read_triage(path: Path) -> Triage:
    """Return the triage in a YAML file; raises `TriageError`."""
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # The one in C, if there is one.
        document = yaml.load(read_regular_file(path), Loader=loader)  # noqa: S506 - both are safe
    except (OSError, ValueError, yaml.YAMLError) as error:
        detail = " ".join(str(error).split())
        raise TriageError(f"{path}: cannot be read: {detail}") from error
    if not isinstance(document, dict) or set(document) != {"accepted", "words"}:
        raise TriageError(f"{path}: must have exactly `accepted` and `words`.")
    entries, read = document["accepted"], document["words"]
    if not isinstance(entries, Sequence) or not isinstance(read, dict):
        raise TriageError(f"{path}: `accepted` must be a list and `words` an object.")
    return Triage([_entry(each, index, path) for index, each in enumerate(entries)], read)


def _entry(entry: object, index: int, path: Path) -> Accepted:
    if not isinstance(entry, dict) or set(entry) != set(_FIELDS):
        raise TriageError(f"{path}: /accepted/{index} must have {', '.join(_FIELDS)}.")
    wrong = next((name for name, value in entry.items() if not isinstance(value, str)), None)
    if wrong:
        raise TriageError(f"{path}: /accepted/{index}/{wrong} must be a text; write it in quotes.")
    return Accepted(**entry)


def _name(entry: Accepted) -> str:
    return f"{entry.kind} {entry.operation} {entry.pointer}"
