"""Context of one request: what the pipeline reads, and the record it fills in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadway_mock.contract.model import Operation
from leadway_mock.http.messages import Request
from leadway_mock.state.exchange_record import ExchangeRecord
from leadway_mock.state.namespaces import Namespace
from leadway_mock.state.quotas import QuotaUsage


@dataclass(slots=True)
class RequestContext:
    """One request on its way through the pipeline.

    `number` counts the requests of the namespace from 1; every id that is minted for this request
    comes from it. `started_at` is by the clock of the namespace, in seconds since the Unix epoch.
    `may_have_committed` is true as soon as a turn may be stored, whatever fails
    afterwards.
    """

    request: Request
    namespace: Namespace
    number: int
    started_at: float
    usage: QuotaUsage
    record: ExchangeRecord
    operation: Operation | None = None
    may_have_committed: bool = False


@dataclass(slots=True)
class OperationCall:
    """A request that passed every check: the operation and its input.

    `location` is None only for operations without a location.
    """

    context: RequestContext
    operation: Operation
    path_parameters: Mapping[str, str]
    body: Mapping[str, Any]
    location: str | None
