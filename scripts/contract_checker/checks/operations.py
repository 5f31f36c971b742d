"""Checks of operations: identity, answers, headers, access, retirement."""

import re
from collections.abc import Iterator, Mapping

from contract_checker.document import Document, child
from contract_checker.findings import Finding
from contract_checker.walk import Operation, entries, operations, responses

EXPECTED_ANSWERS = ("400", "401", "403", "404", "405", "413", "415", "422", "429", "500")

EVERYWHERE = (
    "X-RateLimit-Limit-Daily",
    "X-RateLimit-Daily-Remaining",
    "X-RateLimit-Interval-Milliseconds",
    "X-RateLimit-Max",
    "X-RateLimit-Remaining",
    "X-Trace-Id",
    "X-Mock-Evidence",
    "X-Mock-Rule",
)
DEMANDED_BY_HTTP = {
    "401": ("WWW-Authenticate",),
    "405": ("Allow",),
    "429": ("Retry-After",),
    "503": ("Retry-After",),
}


def ids_stay_distinct(document: Document) -> Iterator[Finding]:
    """Every operation has an id, and no two are alike once case and punctuation are set aside.

    The client generator makes a file name of each id; ids that come out alike overwrite each
    other's file without a word.
    """
    known: dict[str, str] = {}
    for operation in operations(document):
        pointer = child(operation.pointer, "operationId")
        plain = re.sub(r"[\W_]", "", operation.id).lower()
        if not plain:
            yield Finding(pointer, "this operation has no operationId", "give it one")
        elif plain in known:
            problem = f"{operation.id} and {known[plain]} become the same name in generated code"
            yield Finding(pointer, problem, "choose names that differ by more than punctuation")
        known.setdefault(plain, operation.id)


def answers_are_complete(document: Document) -> Iterator[Finding]:
    """Every operation has a success, and each error that the platform or the mock can give."""
    for operation in operations(document):
        pointer = child(operation.pointer, "responses")
        given = responses(document, operation)
        if not any(status.startswith("2") for status in given):
            yield Finding(pointer, "there is no answer for success", "add a status of 2xx")
        for status in EXPECTED_ANSWERS:
            if status not in given:
                yield Finding(pointer, f"there is no answer for {status}", f"add '{status}'")


def headers_are_complete(document: Document) -> Iterator[Finding]:
    """Every answer has the headers of every answer, and those that HTTP wants with its status."""
    for operation in operations(document):
        for status, response in responses(document, operation).items():
            given = entries(document, response, "headers")
            for name in (*EVERYWHERE, *DEMANDED_BY_HTTP.get(status, ())):
                if name not in given:
                    pointer = child(response.pointer, "headers")
                    problem = f"an answer with status {status} has {name}, and it is missing here"
                    yield Finding(pointer, problem, f"refer to #/components/headers/{name}")


def access_is_declared(document: Document) -> Iterator[Finding]:
    """Every operation says itself which scheme and scope it needs, and the scheme exists."""
    for operation in operations(document):
        yield from _about_access(document, operation)


def deprecations_name_a_successor(document: Document) -> Iterator[Finding]:
    """A deprecated operation says since when, and which living operation replaces it."""
    living = {each.id for each in operations(document) if not each.node.get("deprecated")}
    for operation in operations(document):
        if not operation.node.get("deprecated"):
            continue
        pointer = child(operation.pointer, "x-deprecation")
        notice = operation.node.get("x-deprecation")
        if not isinstance(notice, Mapping):
            remedy = "add {successor: operationId, since: 'YYYY-MM-DD'}"
            yield Finding(pointer, "it is deprecated without a word on what replaces it", remedy)
            continue
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", str(notice.get("since", ""))):
            yield Finding(pointer, "it does not say since when", "add since: 'YYYY-MM-DD'")
        if notice.get("successor") not in living:
            problem = f"its successor, {notice.get('successor')}, is no operation that lives on"
            yield Finding(pointer, problem, f"name one of {', '.join(sorted(living))}")


def _about_access(document: Document, operation: Operation) -> Iterator[Finding]:
    pointer = child(operation.pointer, "security")
    schemes = document.data.get("components", {}).get("securitySchemes", {})
    needs = [need for need in operation.node.get("security", []) if need]
    if not needs:
        remedy = "declare it here, since the generated client looks nowhere else"
        yield Finding(pointer, "this operation does not say who may call it", remedy)
    for name, scopes in (item for need in needs for item in need.items()):
        if name not in schemes:
            remedy = f"define it, or use one of {', '.join(schemes)}"
            yield Finding(pointer, f"there is no security scheme {name}", remedy)
        elif not scopes:
            remedy = "list the scope that the token needs"
            yield Finding(pointer, f"{name} is asked for without a scope", remedy)
