"""Entries of a file that accept differences, each with its reason. One without effect fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import yaml

from leadway_mock.util.files import read_regular_file


class AcceptanceError(Exception):
    """A file of accepted differences cannot be used; the text says where and why."""


class AcceptingEntry(Protocol):
    """One entry of such a file."""

    @property
    def reason(self) -> str:
        """Why it accepts a difference."""

    @property
    def name(self) -> str:
        """What it accepts, for messages."""


EntryT = TypeVar("EntryT", bound=AcceptingEntry)
DifferenceT = TypeVar("DifferenceT")


@dataclass(slots=True)
class AcceptedEntries(Generic[EntryT, DifferenceT]):
    """Entries of a file, and which of them have accepted something."""

    matches: Callable[[EntryT, DifferenceT], bool]
    entries: list[EntryT] = field(default_factory=list)
    _used: set[EntryT] = field(default_factory=set)

    def new(self, differences: Iterable[DifferenceT]) -> list[DifferenceT]:
        """Return the differences that nothing accepts."""
        return [each for each in differences if not self._accepts(each)]

    def problems(self, is_judged: Callable[[EntryT], bool] = lambda _: True) -> list[str]:
        """Return what is wrong with the entries, once `new` has seen all differences.

        An entry that is not judged may be without effect.
        """
        unused = [each for each in self.entries if is_judged(each) and each not in self._used]
        return [
            *(f"accepts nothing: {each.name}" for each in unused),
            *(f"has no reason: {each.name}" for each in self.entries if not each.reason),
        ]

    def _accepts(self, difference: DifferenceT) -> bool:
        found = [each for each in self.entries if self.matches(each, difference)]
        self._used.update(found)
        return bool(found)


def read_yaml(path: Path, names: Sequence[str]) -> dict[str, Any]:
    """Return the object in a YAML file, which has exactly these names; raises `AcceptanceError`."""
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # The one in C, if there is one.
        document = yaml.load(read_regular_file(path), Loader=loader)  # noqa: S506 - both are safe
    except (OSError, ValueError, yaml.YAMLError) as error:
        detail = " ".join(str(error).split())
        raise AcceptanceError(f"{path}: cannot be read: {detail}") from error
    if not isinstance(document, dict) or set(document) != set(names):
        listed = " and ".join(f"`{name}`" for name in names)
        raise AcceptanceError(f"{path}: must have exactly {listed}.")
    return document


def check_entries(path: Path, entries: object, fields: Sequence[str]) -> list[dict[str, str]]:
    """Return the entries of `accepted`, whose fields are texts; raises `AcceptanceError`."""
    if not isinstance(entries, list):
        raise AcceptanceError(f"{path}: `accepted` must be a list.")
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict) or set(entry) != set(fields):
            raise AcceptanceError(f"{path}: /accepted/{index} must have {', '.join(fields)}.")
        wrong = next((name for name, each in entry.items() if not isinstance(each, str)), None)
        if wrong:
            place = f"/accepted/{index}/{wrong}"
            raise AcceptanceError(f"{path}: {place} must be a text; write it in quotes.")
    return entries
