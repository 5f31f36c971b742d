"""The processes that answer on one socket, as one of them sees the others.

What the emulator keeps stands in the store, which all of them share. What is left in each process
is what it counts for `/__mock/metrics`: whoever is asked for it asks the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from leadway_mock.metrics.counters import Tally


class CrewError(Exception):
    """The other processes cannot be asked."""


@dataclass(frozen=True, slots=True)
class Others:
    """What the other processes have counted, those included that have ended."""

    tally: Tally = field(default_factory=Tally)
    answered: int = 0
    """How many of them have said so just now; of the rest it is what they said last."""


class Crew(Protocol):
    """All the processes of one mock."""

    @property
    def size(self) -> int:
        """How many there are to be."""
        ...

    def others(self) -> Others:
        """Ask the others what they have counted; may be called from any thread.

        Raises `CrewError`.
        """
        ...


class Alone:
    """A mock that is one process."""

    size = 1

    def others(self) -> Others:
        """Return nothing: there is nobody else."""
        return Others()
