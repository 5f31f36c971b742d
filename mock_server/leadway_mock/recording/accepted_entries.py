"""Entries of a file that accept differences, each with its reason. One without effect fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import yaml

from leadway_mock.util.files import read_regular_file

Entry: TypeAlias = dict[str, str]
DifferenceT = TypeVar("DifferenceT")


class AcceptanceError(Exception):
    """A file of accepted differences cannot be used; the text says where and why."""


@dataclass(slots=True)
class AcceptedEntries:
    """Entries of a file, and which of them have accepted something.

    An entry has values of attributes of a difference. In those of `patterns`, `*` stands for any
    text; the others are compared as they are.
    """

    title: str
    """Name of an entry in messages, with its values in braces."""

    patterns: Sequence[str]
    others: Sequence[str] = ()
    entries: list[Entry] = field(default_factory=list)
    _used: set[int] = field(default_factory=set)

    def new(self, differences: Iterable[DifferenceT]) -> list[DifferenceT]:
        """Return the differences that nothing accepts."""
        return [each for each in differences if not self._accepts(each)]

    def problems(self, is_judged: Callable[[Entry], bool] = lambda _: True) -> list[str]:
        """Return what is wrong with the entries, once `new` has seen all differences.

        An entry that is not judged may be without effect.
        """
        unused = [each for each in self.entries if is_judged(each) and id(each) not in self._used]
        unexplained = [each for each in self.entries if not each["reason"]]
        return [
            *(f"accepts nothing: {self.title.format_map(each)}" for each in unused),
            *(f"has no reason: {self.title.format_map(each)}" for each in unexplained),
        ]

    def _accepts(self, difference: object) -> bool:
        found = [each for each in self.entries if self._matches(each, difference)]
        self._used.update(map(id, found))
        return bool(found)

    def _matches(self, entry: Entry, difference: object) -> bool:
        return all(entry[name] == getattr(difference, name) for name in self.others) and all(
            fnmatchcase(getattr(difference, name), entry[name]) for name in self.patterns
        )


def read_entries(path: Path, fields: Sequence[str], *others: str) -> dict[str, Any]:
    """Return the object in a YAML file, which has exactly `accepted` and `others`.

    Entries of `accepted` have these fields, which are texts. Raises `AcceptanceError`.
    """
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # The one in C, if there is one.
        document = yaml.load(read_regular_file(path), Loader=loader)  # noqa: S506 - both are safe
    except (OSError, ValueError, yaml.YAMLError) as error:
        detail = " ".join(str(error).split())
        raise AcceptanceError(f"{path}: cannot be read: {detail}") from error
    names = ("accepted", *others)
    if not isinstance(document, dict) or set(document) != set(names):
        listed = " and ".join(f"`{name}`" for name in names)
        raise AcceptanceError(f"{path}: must have exactly {listed}.")
    if not isinstance(document["accepted"], list):
        raise AcceptanceError(f"{path}: `accepted` must be a list.")
    for index, entry in enumerate(document["accepted"]):
        place = f"{path}: /accepted/{index}"
        if not isinstance(entry, dict) or set(entry) != set(fields):
            raise AcceptanceError(f"{place} must have {', '.join(fields)}.")
        for name, value in entry.items():
            if not isinstance(value, str):
                raise AcceptanceError(f"{place}/{name} must be a text; write it in quotes.")
    return document
