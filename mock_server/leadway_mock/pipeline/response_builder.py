"""Builds responses from the contract's examples, with the headers that every response has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from jsonschema import Draft202012Validator

from leadway_mock.contract.model import Contract, Operation
from leadway_mock.http.headers import MAX_HEADER, header_text
from leadway_mock.http.messages import APIError, Response
from leadway_mock.pipeline.context import RequestContext

MOCK_FAILURE = "mock-failure"
"""Rule of a response to a failure of the mock itself."""

HTTP_HEADERS = ("WWW-Authenticate", "Allow", "Retry-After")
"""Headers that HTTP requires of errors; the contract's examples give their default values."""

BAD_REQUEST = 400
"""The lowest status of an error."""


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
        """Return the contract's example for `error`."""
        example = self._contract.examples[error.rule]
        content = dict(example.content)
        if error.message is not None:
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

    def internal_error(self, hint: str) -> Response:
        """Return the response to a failure of the mock itself; it is not the vendor's."""
        content = self._contract.examples["server-error"].content
        return Response(500, content, MOCK_FAILURE, "invented", hint=hint)

    def finalize(self, response: Response, context: RequestContext) -> Response:
        """Add the headers that every response has; validate it if the setting says so."""
        if context.namespace.settings.validate_responses:
            response = self._checked(response, context.operation)
        content = response.content
        told = content.get("traceId") if isinstance(content, dict) else None
        trace = told or context.namespace.ids.trace(context.number)
        headers = self._platform_headers(response, context) if response.is_json else {}
        headers["X-Trace-Id"] = trace
        headers["X-Mock-Rule"] = response.rule
        headers["X-Mock-Evidence"] = response.evidence
        if response.hint:
            headers["X-Mock-Hint"] = header_text(response.hint)
        headers |= response.headers
        response.headers = headers
        return response

    def _platform_headers(self, response: Response, context: RequestContext) -> dict[str, str]:
        headers = _http_headers(response, context) if response.status >= BAD_REQUEST else {}
        headers |= context.usage.headers()
        operation = context.operation
        if operation is not None and operation.deprecation:
            parameters = context.record.path_parameters
            headers |= _deprecation(self._contract, operation, parameters)
        return headers

    def _checked(self, response: Response, operation: Operation | None) -> Response:
        if operation is None or response.rule == MOCK_FAILURE or not response.is_json:
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
    if not declared:
        return {}
    left_out = () if context.namespace.settings.send_retry_after else ("Retry-After",)
    return {
        name: declared[name] for name in HTTP_HEADERS if name in declared and name not in left_out
    }


def _violation_hints(error: APIError) -> str:
    """Return one sentence for each violation."""
    return " ".join(
        f"{each.pointer or '/'}: {each.hint or each.message + '.'}" for each in error.violations
    )


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
