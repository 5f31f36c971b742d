"""Finds request input that no code used, such as a misspelt field, for the journal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from urllib.parse import parse_qsl

from leadway_mock.agents import Agent
from leadway_mock.contract.model import Operation
from leadway_mock.http.messages import FieldError, Request
from leadway_mock.util.json_pointer import to_pointer

MAX_UNUSED = 50
"""Limit of what is reported of one request, which may contain thousands."""

PREFERENCES = ("__code", "__example")
"""Query parameters of the mock itself, for `Prefer`."""

UnusedInput = dict[str, str]


def find_unused_input(
    request: Request,
    operation: Operation,
    body: object,
    unknown: Sequence[FieldError],
    agent: Agent | None,
) -> list[UnusedInput]:
    """Return the unused input: `in` (query or body), `pointer` or `name`, and `hint` of each.

    `unknown` are the errors about properties that the contract does not have. Unknown headers do
    not count: proxies add them.
    """
    found = (
        *_parameters(request, operation),
        *({"in": "body", "pointer": each.pointer, "hint": each.hint} for each in unknown),
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
        return  # An agent without declarations may use them all.
    for name in sent:
        if name not in declared:
            pointer = to_pointer(["inputVariables", name])
            hint = f"The agent declares {', '.join(declared)}."
            yield {"in": "body", "pointer": pointer, "hint": hint}
