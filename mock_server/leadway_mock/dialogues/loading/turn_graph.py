"""Which turns may follow which: from the order of writing, branches and labels to numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leadway_mock.dialogues.loading.turn_entries import BranchEntry, Entry, turns_of
from leadway_mock.dialogues.model import END

Numbers = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """The ways through a dialogue, by the numbers of its turns."""

    starts: Numbers
    following: Mapping[int, Numbers]
    """For each turn the turns of which one may follow, in the order they are tried."""


@dataclass(slots=True)
class _Linker:
    following: dict[int, Numbers] = field(default_factory=dict)
    labels: dict[str, Numbers] = field(default_factory=dict)

    def link(self, entries: list[Entry], following: Numbers) -> Numbers:
        """Let `following` come behind `entries`; return the turns of which one begins them."""
        for entry in reversed(entries):
            if isinstance(entry, BranchEntry):
                following = tuple(
                    number for path in entry.paths for number in self.link(path, following)
                )
            else:
                self.following[entry.number] = following
                following = (entry.number,)
            if entry.text("label"):
                self.labels[entry.text("label")] = following
        return following


def flow_of(entries: list[Entry]) -> Flow:
    """Return the ways through `entries`. A `then` that leads nowhere is passed over."""
    linker = _Linker({}, {})
    starts = linker.link(entries, ())
    labels = linker.labels | {END: ()}
    jumps = {
        turn.number: labels[turn.text("then")]
        for turn in turns_of(entries)
        if turn.text("then") in labels
    }
    return Flow(starts, linker.following | jumps)
