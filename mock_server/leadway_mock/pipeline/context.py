"""What is learned of one request on its way, for the answer's headers and for the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leadway_mock.contract.model import Operation
from leadway_mock.http.messages import Request
from leadway_mock.state.namespace import Namespace
from leadway_mock.state.quotas import QuotaUsage
from leadway_mock.util.redaction import fingerprint


@dataclass(slots=True)
class RequestContext:
    """One request, and what is known of it by now. `began` is in seconds since the Unix epoch.

    `number` counts the requests of a space from 1, and every id minted for this exchange comes
    from it; `facts` are the operation, agent, session and turn, as the journal names them. From
    `committing` on, a turn may stand, whatever goes wrong.
    """

    request: Request
    namespace: Namespace
    number: int
    started_at: float
    usage: QuotaUsage
    facts: dict[str, Any] = field(default_factory=dict)
    operation: Operation | None = None
    may_have_committed: bool = False


@dataclass(slots=True)  # Not frozen: there is one for each request, and that costs.
class OperationCall:
    """A request that passed the guards: an operation, called by somebody with something to say.

    `location` is None only for operations that name none.
    """

    context: RequestContext
    operation: Operation
    path_parameters: Mapping[str, str]
    body: Mapping[str, Any]
    location: str | None


def sent_facts(body: object) -> dict[str, str]:
    """Return what tells one message from another: its session, its contact, a fingerprint of it.

    What is absent, empty or no text is left out.
    """
    if not isinstance(body, dict):
        return {}
    found: dict[str, str] = {}
    for name in ("executionId", "contactId", "message"):
        value = body.get(name)
        if value and isinstance(value, str):
            found[name] = value
    if "message" in found:
        found["message"] = fingerprint(found["message"])
    return found
