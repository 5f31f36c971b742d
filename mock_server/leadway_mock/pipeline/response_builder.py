"""Responses: from the contract's examples, with the headers that every response has.

A client may select an example with `Prefer` (RFC 7240), in Prism's form: `Prefer: code=404` and
`Prefer: example=agent-unknown`, together or alone; `__code` and `__example` in the query do the
same. Other preferences are ignored, as the RFC requires.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote

from jsonschema import Draft202012Validator

from leadway_mock.contract.behaviours import MOCK_BEHAVIOURS, OWN_SOURCE
from leadway_mock.contract.model import Contract, Example, Operation
from leadway_mock.http.messages import (
    MAX_HEADER,
    APIError,
    ErrorKind,
    Request,
    Response,
    header_text,
)
from leadway_mock.pipeline.context import RequestContext
from leadway_mock.state.ids import Ids
from leadway_mock.store import StoreDamaged, StoreUnavailable

MOCK_FAILURE = "mock-failure"
"""Rule of a response to a failure of the mock itself."""

UNCHECKED_RULES = frozenset({MOCK_FAILURE, "fault-response"})
"""Rules of responses that need not obey the contract."""

PATTERN_RULE = "pattern-timeout"
"""Rule of a response to a message on which a regular expression took too long."""

NOT_MOCKED_RULE = "route-not-mocked"
NOT_MOCKED = Example(
    name=NOT_MOCKED_RULE,
    status=MOCK_BEHAVIOURS[NOT_MOCKED_RULE][0],
    content={
        "statusCode": 501,
        "message": "The mock does not serve this path.",
        "error": "Not Implemented",
    },
    evidence="invented",
    source=OWN_SOURCE,
)
"""Response to a request for what the platform has, and the mock lacks."""

HTTP_HEADERS = ("WWW-Authenticate", "Allow", "Retry-After")
"""Headers that HTTP requires of errors; the contract's examples give their default values."""

BAD_REQUEST = 400
"""The lowest status of an error."""

PREFERENCE_NAMES = ("code", "example")

STORE_RULE = "store-unavailable"
STORE_EVIDENCE = "invented"
RETRY_SECONDS = 1

CERTAIN = "Nothing of this request was stored: send it again in a moment."
UNCERTAIN = "The turn may be stored: check before you send the request again."


class ResponseBuilder:
    """Builds responses as the contract describes them."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._validators = {
            (operation.id, status): Draft202012Validator(schema)
            for operation in contract.operations
            for status, schema in operation.response_schemas.items()
        }

    def error(self, error: APIError, context: RequestContext) -> Response:
        """Return the contract's example for `error`, or `NOT_MOCKED`."""
        example = self._contract.examples.get(error.rule, NOT_MOCKED)
        content = dict(example.content)
        if error.message is not None and not example.has_fixed_message:
            content["message"] = error.message
        if "traceId" in content:
            content["traceId"] = context.namespace.ids.trace(context.number)
        return Response(
            status=example.status,
            content=content,
            rule=example.name,
            evidence=example.evidence,
            headers=error.headers,
            hint=error.hint or _violation_hints(error),
            violations=error.violations,
        )

    def internal_error(self, hint: str, rule: str = MOCK_FAILURE) -> Response:
        """Return the response to a failure of the mock itself; it is not the vendor's."""
        content = self._contract.examples["server-error"].content
        return Response(500, content, rule, "invented", hint=hint)

    def add_headers(self, response: Response, context: RequestContext) -> Response:
        """Add the headers that every response has; validate it if the setting says so."""
        if context.namespace.settings.validate_responses:
            response = self._validate(response, context.operation)
        content = response.content
        body_trace = content.get("traceId") if isinstance(content, dict) else None
        trace = body_trace or context.namespace.ids.trace(context.number)
        headers = self._platform_headers(response, context) if response.is_json else {}
        headers["X-Trace-Id"] = trace
        headers["X-Mock-Rule"] = response.rule
        headers["X-Mock-Evidence"] = response.evidence
        if response.hint:
            headers["X-Mock-Hint"] = header_text(response.hint)
        headers |= response.headers
        response.headers = headers
        return response

    def add_quota_headers(self, response: Response, context: RequestContext) -> Response:
        """Add the headers of the quotas, which are known after the commit."""
        if response.is_json:
            response.headers = {**context.quota_headers, **response.headers}
            if self._contract.absent_headers:
                absent = self._contract.absent_headers.get(response.status // 100, frozenset())
                response.headers = {
                    name: value
                    for name, value in response.headers.items()
                    if name.lower() not in absent
                }
        return response

    def _platform_headers(self, response: Response, context: RequestContext) -> dict[str, str]:
        headers = _http_headers(response, context) if response.status >= BAD_REQUEST else {}
        operation = context.operation
        if operation is not None and operation.deprecation:
            parameters = context.record.path_parameters
            headers |= _deprecation(self._contract, operation, parameters)
        return headers

    def _validate(self, response: Response, operation: Operation | None) -> Response:
        if operation is None or response.rule in UNCHECKED_RULES or not response.is_json:
            return response
        validator = self._validators.get((operation.id, response.status))
        if validator is None:
            return self.internal_error(f"{operation.id} documents no status {response.status}.")
        error = next(validator.iter_errors(response.content), None)
        if error is None:
            return response
        return self.internal_error(
            f"The response breaks the contract at {error.json_path}: {error.message[:200]}"
        )


def _http_headers(response: Response, context: RequestContext) -> dict[str, str]:
    operation = context.operation
    declared = operation.response_headers.get(response.status, {}) if operation else {}
    left_out = () if context.namespace.settings.send_retry_after else ("Retry-After",)
    return {
        name: declared[name] for name in HTTP_HEADERS if name in declared and name not in left_out
    }


def _violation_hints(error: APIError) -> str:
    """Return one sentence for each violation, but not that a missing value is empty, too."""
    hints: list[str] = []
    places: set[str] = set()
    for each in error.violations:
        place = each.pointer or "/"
        if each.kind is not ErrorKind.EMPTY or place not in places:
            hints.append(f"{place}: {each.hint or each.message + '.'}")
        places.add(place)
    return " ".join(hints)


def _deprecation(
    contract: Contract, operation: Operation, parameters: Mapping[str, str]
) -> dict[str, str]:
    """Return `Deprecation` (RFC 9745) and `Link` (RFC 5829) for a deprecated operation."""
    since = datetime.fromisoformat(operation.deprecation["since"]).replace(tzinfo=UTC)
    successor = next(
        each for each in contract.operations if each.id == operation.deprecation["successor"]
    )
    path = successor.path
    for name, value in parameters.items():
        path = path.replace(f"{{{name}}}", quote(value[:MAX_HEADER], safe=""))
    link = f'<{path}>; rel="successor-version"'
    return {"Deprecation": f"@{int(since.timestamp())}", "Link": link}


@dataclass(frozen=True, slots=True)
class Preference:
    """The preference of a request; None means any."""

    code: str | None = None
    example: str | None = None

    @property
    def text(self) -> str:
        """The preference in the form of the header."""
        parts = (("code", self.code), ("example", self.example))
        return ", ".join(f"{name}={value}" for name, value in parts if value)


def read_preference(request: Request) -> Preference | None:
    """Return the preference of the request, or None; the header wins over the query."""
    header = request.headers.get("prefer") or ""
    if not header and "__" not in request.query:
        return None
    found = {
        name.removeprefix("__"): value
        for name, value in parse_qsl(request.query)
        if name.removeprefix("__") in PREFERENCE_NAMES and name.startswith("__")
    }
    for part in header.replace(";", ",").split(","):
        name, _, value = part.strip().partition("=")
        if name.strip().lower() in PREFERENCE_NAMES and value:
            found[name.strip().lower()] = value.strip().strip('"')
    return Preference(found.get("code"), found.get("example")) if any(found.values()) else None


def preferred_response(preference: Preference, operation: Operation) -> Response:
    """Return the example of `operation` that was preferred.

    Raises `APIError` `prefer-unsatisfiable` where the contract has no such example.
    """
    for example in operation.examples.values():
        has_status = preference.code in {None, str(example.status)}
        if has_status and preference.example in {None, example.name}:
            plain = preference.text.encode("ascii", "replace").decode()
            return Response(
                status=example.status,
                content=example.content,
                rule=example.name,
                evidence=example.evidence,
                headers={"Preference-Applied": plain},
            )
    known = ", ".join(f"{each.status} {each.name}" for each in operation.examples.values())
    hint = f"{operation.id} has no example for '{preference.text}'. It has: {known}."
    raise APIError("prefer-unsatisfiable", hint=hint)


def outage_response(
    error: StoreUnavailable, *, uncertain: bool, message: str = "Service Unavailable"
) -> Response:
    """Return the 503 response to a request during a store outage.

    `Retry-After` means that nothing was stored and that a retry is safe. It is missing where that
    is `uncertain`, and where the store is damaged.
    """
    retryable = not uncertain and not isinstance(error, StoreDamaged)
    hint = f"{error} {UNCERTAIN if uncertain else CERTAIN if retryable else ''}".rstrip()
    headers = {
        "X-Trace-Id": Ids().trace(0),
        "X-Mock-Rule": STORE_RULE,
        "X-Mock-Evidence": STORE_EVIDENCE,
        "X-Mock-Hint": header_text(hint),
        **({"Retry-After": str(RETRY_SECONDS)} if retryable else {}),
    }
    content = {"statusCode": 503, "message": message}
    return Response(503, content, STORE_RULE, STORE_EVIDENCE, headers, hint)
