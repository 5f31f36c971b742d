"""Input that nothing uses: unknown parameters and properties, and undeclared variables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from urllib.parse import parse_qsl

from leadway_mock.contract.model import Operation
from leadway_mock.http.messages import ErrorKind, FieldError
from leadway_mock.util.json_pointer import to_pointer
from leadway_mock.util.printable_text import cut_text
from leadway_mock.validation.request_body import MAX_ERRORS, MAX_TEXT

PREFERENCES = ("__code", "__example")
"""Query parameters of the mock itself; see `response_builder`."""

MAX_UNUSED = 50
"""Limit of the unused input reported of one request, which may contain thousands."""


def find_unused_input(
    query: str,
    operation: Operation,
    body: object,
    unknown: Iterable[FieldError],
    declared: Sequence[str],
) -> list[dict[str, str]]:
    """Return the input that nothing uses: `in` (query or body), `pointer` or `name`, and `hint`.

    `query` is the raw query string, `unknown` are the errors about unknown properties, `declared`
    the input variables that the agent declares. At most `MAX_UNUSED`. Unknown headers do not count:
    proxies add them.
    """
    unused = (
        *_unused_parameters(query, operation),
        *({"in": "body", "pointer": each.pointer, "hint": each.hint} for each in unknown),
        *_undeclared_variables(body, declared),
    )
    return list(islice(unused, MAX_UNUSED))


def find_unknown_parameters(query: str, operation: Operation) -> tuple[FieldError, ...]:
    """Return an error for each parameter of a raw query that the contract lacks."""
    unused = _unused_parameters(query, operation)
    # Prism and the mock have parameters of their own, such as __code and __dynamic.
    unknown = islice((each for each in unused if not each["name"].startswith("__")), MAX_ERRORS)
    named = ((cut_text(each["name"], MAX_TEXT), each["hint"]) for each in unknown)
    return tuple(
        FieldError(
            "",
            f"property {name} should not exist",
            f"The query has '{name}'. {hint}",
            ErrorKind.UNKNOWN_PROPERTY,
        )
        for name, hint in named
    )


def _unused_parameters(query: str, operation: Operation) -> Iterator[dict[str, str]]:
    if not query:
        return
    known = operation.query_names
    for name in dict.fromkeys(name for name, _ in parse_qsl(query, keep_blank_values=True)):
        if name not in (*known, *PREFERENCES):
            hint = f"The operation has {', '.join(known) or 'no query parameter'}."
            yield {"in": "query", "name": name, "hint": hint}


def _undeclared_variables(body: object, declared: Sequence[str]) -> Iterator[dict[str, str]]:
    sent = body.get("inputVariables") if isinstance(body, dict) else None
    if not declared or not isinstance(sent, dict):
        return  # An agent without declarations may use them all.
    for name in sent:
        if name not in declared:
            hint = f"The agent declares {', '.join(declared)}."
            yield {"in": "body", "pointer": to_pointer(["inputVariables", name]), "hint": hint}
