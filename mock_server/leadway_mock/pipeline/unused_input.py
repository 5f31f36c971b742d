"""What a caller sent that nothing read: a misspelt field is missed here, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from urllib.parse import parse_qsl

from leadway_mock.agents import Agent
from leadway_mock.contract.model import Operation
from leadway_mock.http.messages import FieldError, Request

MAX_UNUSED = 50
"""How many are told of one request, which may hold thousands."""

PREFERENCES = ("__code", "__example")
"""Query parameters that are the mock's own, for `Prefer`."""

UnusedInput = dict[str, str]


def find_unused_input(
    request: Request,
    operation: Operation,
    body: object,
    strangers: Sequence[FieldError],
    agent: Agent | None,
) -> list[UnusedInput]:
    """Return each field that nothing read: `in` (query or body), `pointer` or `name`, `hint`.

    `strangers` are the violations of those properties that the contract does not have. Unknown
    headers do not count: a proxy adds them.
    """
    found = (
        *_parameters(request, operation),
        *({"in": "body", "pointer": each.pointer, "hint": each.hint} for each in strangers),
        *_variables(body, agent),
    )
    return list(islice(found, MAX_UNUSED))


def _parameters(request: Request, operation: Operation) -> Iterator[UnusedInput]:
    if not request.query:
        return
    known = [each["name"] for each in operation.parameters if each["in"] == "query"]
    names = dict.fromkeys(name for name, _ in parse_qsl(request.query, keep_blank_values=True))
    for name in names:
        if name not in (*known, *PREFERENCES):
            hint = f"The operation has {', '.join(known) or 'no query parameter'}."
            yield {"in": "query", "name": name, "hint": hint}


def _variables(body: object, agent: Agent | None) -> Iterator[UnusedInput]:
    declared = [each.name for each in agent.input_variables] if agent else []
    sent = body.get("inputVariables") if isinstance(body, dict) else None
    if not declared or not isinstance(sent, dict):
        return  # An agent that declares none may still read them all.
    for name in sent:
        if name not in declared:
            pointer = f"/inputVariables/{name.replace('~', '~0').replace('/', '~1')}"
            hint = f"The agent declares {', '.join(declared)}."
            yield {"in": "body", "pointer": pointer, "hint": hint}
