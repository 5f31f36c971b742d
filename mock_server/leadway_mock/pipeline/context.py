"""Context of one request: what the pipeline reads, and the record it fills in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leadway_mock.contract.model import Operation
from leadway_mock.http.messages import Request, Response
from leadway_mock.state.armed_faults import CountedFault
from leadway_mock.state.exchange_record import ExchangeRecord
from leadway_mock.state.namespaces import Namespace
from leadway_mock.store import Increment, Reads, Write


@dataclass(slots=True)
class RequestContext:
    """One request on its way through the pipeline.

    `started_at` is by the clock of the namespace, in seconds since the Unix epoch. `reads` has what
    was read from the store, and `writes` what will be stored at the end, in one commit with the
    journal entry. `quota_increments` are part of that commit, unless they are counted already,
    because quotas are enforced.
    """

    request: Request
    namespace: Namespace
    reads: Reads
    record: ExchangeRecord
    quota_headers: Mapping[str, str]
    started_at: float
    operation: Operation | None = None
    number: int = 0
    """Number of the request in its namespace, from 1. Ids are made from it with a seed.

    Without a seed they are random, and requests are not numbered."""

    writes: list[Write] = field(default_factory=list)
    quota_increments: Sequence[Increment] = ()
    are_quotas_counted: bool = False

    def restart(self) -> None:
        """Drop what was read and decided, to handle the request once more."""
        before = self.record
        times = before.started_at, before.wall_clock_at, before.monotonic_at
        self.record = ExchangeRecord(before.request, *times, before.namespace)
        self.reads = Reads(self.namespace.store)
        self.writes = []


@dataclass(slots=True)
class OperationCall:
    """A request that passed every check: the operation and its input.

    `location` is empty only for operations without a location.
    """

    context: RequestContext
    operation: Operation
    path_parameters: Mapping[str, str]
    body: Mapping[str, Any]
    location: str
    query: Mapping[str, Any]
    """The parameters of the query that the contract describes, by name."""

    agent_id: str
    """The agent in the path; empty where it has none."""

    @property
    def session_id(self) -> str:
        """The session that the message continues; empty where it begins one."""
        return self.body.get("executionId") or self.body.get("sessionId") or ""


@dataclass(slots=True)
class Prepared:
    """The response of a handler, and what is stored with it; nothing is before the commit."""

    response: Response
    writes: Sequence[Write] = ()
    fault: CountedFault | None = None
    """The fault of the dialogue's turn, if it has one."""

    execution_id: str = ""
    turn: int = 0
    """The turn that `writes` has, and its session; 0 and empty without one."""
