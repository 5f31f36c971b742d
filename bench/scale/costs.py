"""The unit costs that the model counts with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """The bytes that a store holds for a session's first turn, each further turn, and the journal.

    The first turn brings the session's place in the list of sessions; an entry of the journal is
    extra.
    """

    first: float
    further: float
    entry: float


@dataclass(frozen=True, slots=True)
class Costs:
    """What one turn costs on one store: seconds of processor time, and bytes.

    `worker` is spent in the mock's process. `store` is spent where all who share the store wait for
    each other: in the one thread of a Redis; of an SQLite file, it is the part of `worker` that
    writes, since a file has one writer at a time; of a process's own memory nothing. `client` is
    spent by whoever asks. `trips` are questions to a server of the store, each of which waits
    `trip` seconds for the way alone, `bytes` what all of them move over the network.
    """

    name: str
    worker: float
    client: float
    sizes: Sizes
    store: float = 0.0
    trips: float = 0.0
    trip: float = 0.0
    bytes: float = 0.0

    @property
    def has_server(self) -> bool:
        """Whether the store is a server, which another machine may run."""
        return self.trips > 0

    @property
    def seconds(self) -> float:
        """How long a turn takes, from end to end, where nobody else is about."""
        own = self.worker + self.client + self.trips * self.trip
        return own + self.store if self.has_server else own
