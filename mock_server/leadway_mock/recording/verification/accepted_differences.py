"""Differences between the mock and a target that somebody accepts, with a reason and a link."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from leadway_mock.recording.accepted_entries import (
    AcceptanceError,
    AcceptedEntries,
    check_entries,
    read_yaml,
)
from leadway_mock.recording.verification.verifier import FieldDifference, ProbeResult, Verdict

FIELDS: Final = ("probe", "pointer", "expected", "actual", "reason", "link")


@dataclass(frozen=True, slots=True)
class AcceptedDifference:
    """Differences that are accepted.

    All but `reason` and `link` may contain `*`, which stands for any text.
    """

    probe: str
    pointer: str
    expected: str
    actual: str
    reason: str
    link: str

    @property
    def name(self) -> str:
        """What it accepts, for messages."""
        return f"{self.probe} {self.pointer}"

    def matches(self, difference: FieldDifference) -> bool:
        """Return whether it accepts a difference."""
        return (
            fnmatchcase(difference.probe, self.probe)
            and fnmatchcase(difference.pointer, self.pointer)
            and fnmatchcase(difference.expected, self.expected)
            and fnmatchcase(difference.actual, self.actual)
        )


AcceptedDifferences: TypeAlias = AcceptedEntries[AcceptedDifference, FieldDifference]


def read_accepted_differences(path: Path | None) -> AcceptedDifferences:
    """Return the entries of a YAML file, none without one; raises `AcceptanceError`."""
    if path is None:
        return AcceptedEntries(AcceptedDifference.matches)
    document = read_yaml(path, ("accepted",))
    entries = [
        AcceptedDifference(**each) for each in check_entries(path, document["accepted"], FIELDS)
    ]
    for index, each in enumerate(entries):
        if urlsplit(each.link).scheme not in {"http", "https"}:
            raise AcceptanceError(f"{path}: /accepted/{index}/link must be the URL of an issue.")
    return AcceptedEntries(AcceptedDifference.matches, entries)


def accept(results: Iterable[ProbeResult], accepted: AcceptedDifferences) -> list[ProbeResult]:
    """Return the results without accepted differences."""
    kept = []
    for each in results:
        differences = tuple(accepted.new(each.differences))
        is_accepted = each.differences and not differences
        verdict = Verdict.AGREES if is_accepted else each.verdict
        kept.append(replace(each, verdict=verdict, differences=differences))
    return kept


def problems(accepted: AcceptedDifferences, compared: Collection[str]) -> list[str]:
    """Return what is wrong with the entries; those of probes that were not compared may be idle."""
    return accepted.problems(lambda entry: any(fnmatchcase(name, entry.probe) for name in compared))
