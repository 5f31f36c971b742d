"""Checks of operations: ids, responses, headers, security, deprecation."""

import re
from collections.abc import Iterator, Mapping

from contract_checker.document import Document, Problem, child
from contract_checker.openapi_walk import Operation, entries, operations, responses

REQUIRED_STATUSES = ("400", "401", "403", "404", "405", "413", "415", "422", "429", "500")

COMMON_HEADERS = (
    "X-RateLimit-Limit-Daily",
    "X-RateLimit-Daily-Remaining",
    "X-RateLimit-Interval-Milliseconds",
    "X-RateLimit-Max",
    "X-RateLimit-Remaining",
    "X-Trace-Id",
    "X-Mock-Evidence",
    "X-Mock-Rule",
)
HEADERS_BY_STATUS = {
    "401": ("WWW-Authenticate",),
    "405": ("Allow",),
    "429": ("Retry-After",),
    "503": ("Retry-After",),
}


def operation_ids_are_distinct(document: Document) -> Iterator[Problem]:
    """Every operation has an id, and ids differ by more than case and punctuation.

    The client generator makes a file name of each id, and overwrites a file silently where two
    names are equal.
    """
    known: dict[str, str] = {}
    for operation in operations(document):
        pointer = child(operation.pointer, "operationId")
        plain = re.sub(r"[\W_]", "", operation.id).lower()
        if not plain:
            yield Problem(pointer, "this operation has no operationId", "add one")
        elif plain in known:
            message = f"{operation.id} and {known[plain]} have the same name in generated code"
            yield Problem(pointer, message, "choose names that differ by more than punctuation")
        known.setdefault(plain, operation.id)


def responses_are_complete(document: Document) -> Iterator[Problem]:
    """Every operation has a success response and each error of the platform and the mock."""
    for operation in operations(document):
        pointer = child(operation.pointer, "responses")
        given = responses(document, operation)
        if not any(status.startswith("2") for status in given):
            yield Problem(pointer, "this has no success response", "add a status of 2xx")
        for status in REQUIRED_STATUSES:
            if status not in given:
                yield Problem(pointer, f"this has no response for {status}", f"add '{status}'")


def headers_are_complete(document: Document) -> Iterator[Problem]:
    """Every response has the common headers, and those that HTTP requires with its status."""
    for operation in operations(document):
        for status, response in responses(document, operation).items():
            given = entries(document, response, "headers")
            for name in (*COMMON_HEADERS, *HEADERS_BY_STATUS.get(status, ())):
                if name not in given:
                    pointer = child(response.pointer, "headers")
                    message = f"a response with status {status} must have the header {name}"
                    yield Problem(pointer, message, f"refer to #/components/headers/{name}")


def security_is_declared(document: Document) -> Iterator[Problem]:
    """Every operation declares its own scheme and scope, and the scheme exists."""
    for operation in operations(document):
        yield from _security_problems(document, operation)


def deprecations_have_a_successor(document: Document) -> Iterator[Problem]:
    """A deprecated operation has a date, and an operation that replaces it."""
    current = {each.id for each in operations(document) if not each.value.get("deprecated")}
    for operation in operations(document):
        if not operation.value.get("deprecated"):
            continue
        pointer = child(operation.pointer, "x-deprecation")
        notice = operation.value.get("x-deprecation")
        if not isinstance(notice, Mapping):
            hint = "add {successor: operationId, since: 'YYYY-MM-DD'}"
            yield Problem(pointer, "this deprecated operation has no successor", hint)
            continue
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", str(notice.get("since", ""))):
            yield Problem(pointer, "this deprecation has no date", "add since: 'YYYY-MM-DD'")
        if notice.get("successor") not in current:
            message = f"its successor, {notice.get('successor')}, is not a current operation"
            yield Problem(pointer, message, f"name one of {', '.join(sorted(current))}")


def _security_problems(document: Document, operation: Operation) -> Iterator[Problem]:
    pointer = child(operation.pointer, "security")
    schemes = document.data.get("components", {}).get("securitySchemes", {})
    needs = [need for need in operation.value.get("security", []) if need]
    if not needs:
        hint = "declare it here: the generated client reads it nowhere else"
        yield Problem(pointer, "this operation has no security", hint)
    for name, scopes in (item for need in needs for item in need.items()):
        if name not in schemes:
            hint = f"define it, or use one of {', '.join(schemes)}"
            yield Problem(pointer, f"the security scheme {name} does not exist", hint)
        elif not scopes:
            hint = "list the scope that a token needs"
            yield Problem(pointer, f"{name} is required without a scope", hint)
