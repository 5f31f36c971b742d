"""From a decision to an answer: the contract's words, the headers that every answer has."""

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
"""The rule of an answer that no rule decided: the mock itself failed."""

HTTP_HEADERS = ("WWW-Authenticate", "Allow", "Retry-After")
"""What HTTP asks a refusal to say; where a step said nothing, the contract's example does."""


BAD_REQUEST = 400
"""The first status that is a refusal."""


class ResponseBuilder:
    """Words answers as the contract does."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._validators = {
            (operation.id, status): Draft202012Validator(schema)
            for operation in contract.operations
            for status, schema in operation.response_schemas.items()
        }

    def error(self, refusal: APIError, exchange: RequestContext) -> Response:
        """Return the answer the contract has for `refusal`."""
        example = self._contract.examples[refusal.rule]
        content = dict(example.content)
        if refusal.message is not None:
            content["message"] = refusal.message
        if "traceId" in content:
            content["traceId"] = exchange.namespace.ids.trace(exchange.number)
        return Response(
            status=example.status,
            content=content,
            rule=example.name,
            evidence=example.evidence,
            headers=refusal.headers,
            hint=refusal.hint or _told(refusal),
            violations=refusal.violations,
        )

    def internal_error(self, hint: str) -> Response:
        """Return the answer of a mock that failed: a server error, and not the vendor's."""
        content = self._contract.examples["server-error"].content
        return Response(500, content, MOCK_FAILURE, "invented", hint=hint)

    def finalize(self, answer: Response, exchange: RequestContext) -> Response:
        """Return `answer` with the headers that every answer has, and checked if that is on."""
        if exchange.namespace.settings.validate_responses:
            answer = self._checked(answer, exchange.operation)
        content = answer.content
        told = content.get("traceId") if isinstance(content, dict) else None
        trace = told or exchange.namespace.ids.trace(exchange.number)
        headers = self._platform_headers(answer, exchange) if answer.is_json else {}
        headers["X-Trace-Id"] = trace
        headers["X-Mock-Rule"] = answer.rule
        headers["X-Mock-Evidence"] = answer.evidence
        if answer.hint:
            headers["X-Mock-Hint"] = header_text(answer.hint)
        headers |= answer.headers
        answer.headers = headers
        return answer

    def _platform_headers(self, answer: Response, exchange: RequestContext) -> dict[str, str]:
        headers = _http_headers(answer, exchange) if answer.status >= BAD_REQUEST else {}
        headers |= exchange.usage.headers()
        operation = exchange.operation
        if operation is not None and operation.deprecation:
            parameters = exchange.facts.get("pathParameters", {})
            headers |= _deprecation(self._contract, operation, parameters)
        return headers

    def _checked(self, answer: Response, operation: Operation | None) -> Response:
        if operation is None or answer.rule == MOCK_FAILURE or not answer.is_json:
            return answer
        validator = self._validators.get((operation.id, answer.status))
        if validator is None:
            return self.internal_error(f"{operation.id} documents no status {answer.status}.")
        error = next(validator.iter_errors(answer.content), None)
        if error is None:
            return answer
        return self.internal_error(
            f"The answer breaks the contract at {error.json_path}: {error.message[:200]}"
        )


def _http_headers(answer: Response, exchange: RequestContext) -> dict[str, str]:
    operation = exchange.operation
    declared = operation.response_headers.get(answer.status, {}) if operation else {}
    if not declared:
        return {}
    left_out = () if exchange.namespace.settings.send_retry_after else ("Retry-After",)
    return {
        name: declared[name] for name in HTTP_HEADERS if name in declared and name not in left_out
    }


def _told(refusal: APIError) -> str:
    """Return what the violations tell people, one sentence each."""
    return " ".join(
        f"{each.pointer or '/'}: {each.hint or each.message + '.'}" for each in refusal.violations
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
