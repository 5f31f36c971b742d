"""Log line of a request: what was received, the response, and what to do about an error.

A response's own hint may quote headers and names of the body. So the log has a fixed hint for each
rule instead, and properties only by names of the contract.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Final

from leadway_mock.contract.model import Contract
from leadway_mock.http.messages import Response, header_text
from leadway_mock.pipeline.authorization import WELL_FORMED
from leadway_mock.state.exchange_record import ExchangeRecord
from leadway_mock.util.redaction import redact_text

MAX_METHOD_CHARS: Final = 20
MAX_PATH_CHARS: Final = 200
UNKNOWN_NAME: Final = "a name that the contract does not have"
WHERE_DETAILS_ARE: Final = "X-Mock-Hint and /__mock/journal say more."

_SUFFIX: Final = re.compile("-(400|401|retryable)$")
_FIRST_MESSAGE = (
    "Leave executionId out of the first message; each response has the one to send next."
)
_SAME_SESSION = "Send the executionId with the agent and the location that it began with."
_LISTED = "GET /__mock/health lists the agents."
_TOKEN = f"Send 'Authorization: Bearer <token>'. {WELL_FORMED}"
_KEY = (
    "Send an Idempotency-Key of up to 128 characters: a new one for each turn, the same to retry."
)

HINTS: Final[Mapping[str, str]] = {
    "token-invalid": _TOKEN,
    "token-unknown": f"{WELL_FORMED} With an agents file, it must also be listed there.",
    "token-class-unsupported": "Use the token of a sub-account, or a private integration token.",
    "token-expired": "Get a new token.",
    "token-class-location": "Use the token of an agency, not of a sub-account.",
    "authorization-code-invalid": "Get a new code; each is exchanged once.",
    "client-credentials-unauthorized": "Send authorization_code or refresh_token.",
    "refresh-token-invalid": "Use the newest refresh token; each works once.",
    "version-missing": "Send the header 'Version: 2021-07-28', or 'Version: v3' to managed agents.",
    "version-unknown": "Send a Version that the operation accepts, such as 2021-07-28 or v3.",
    "route-not-in-version": "Managed agents need 'Version: v3'.",
    "scope-missing-observed": "Give the token this scope in the agents file, or use another token.",
    "scope-missing-documented": "Give the token this scope in the agents file.",
    "upstream-timeout": "Send the message again later, with the same token.",
    "location-missing": "Send the sub-account's id as locationId, in the body or a GET's query.",
    "location-forbidden": "Send the location of the token, or a token of that location.",
    "route-not-mocked": "Only the vendor's service has it; X-Mock-Hint names its page.",
    "route-unknown": "The base URL is scheme, host and port only. /__mock lists the mock's pages.",
    "method-not-allowed": "The header Allow has the methods of this path.",
    "agent-unknown": _LISTED,
    "agent-inactive": f"Set its status to active. {_LISTED}",
    "agent-unpublished": f"Publish a version of it. {_LISTED}",
    "agent-unavailable": f"Set its status to active. {_LISTED}",
    "agent-read-only": "Change an agent that you created or loaded with /__mock/agents/seed.",
    "agent-version-unknown": "GET /agent-studio/agent/{agentId} lists the versions.",
    "version-not-draft": "Publish a version whose state is draft; each only once.",
    "create-failed-on-nodes": "Create it without nodes; send them with updateAgentVersion.",
    "version-unpublished": "Leave versionId out, or send that of a published version.",
    "session-unknown": _FIRST_MESSAGE,
    "session-expired": "Begin a new session: leave executionId out.",
    "session-foreign-agent": _SAME_SESSION,
    "session-foreign-location": _SAME_SESSION,
    "body-malformed": "Send one JSON object, encoded in UTF-8.",
    "body-too-large": "Send a shorter body; --max-body-bytes is the limit.",
    "body-invalid": "Correct or leave out what is named here.",
    "query-unknown": "Leave out what is named here; the contract lists the parameters.",
    "query-invalid": "Correct or leave out what is named here.",
    "media-type-unsupported": "Send 'Content-Type: application/json'.",
    "variable-reserved": "Put it below a name of your own, or leave it out.",
    "variables-too-large": "Send fewer or flatter variables.",
    "idempotency-key-missing": _KEY,
    "idempotency-key-invalid": _KEY,
    "idempotency-key-reused": "Create a new key for each turn.",
    "idempotency-key-in-use": "Wait for the first response, then send the same request again.",
    "quota-exceeded": "Wait until the window ends; the quota headers say how much is left.",
    "server-error": "A test requested it with Prefer or a fault.",
    "proxy-bad-gateway": "A test requested it with Prefer or a fault.",
    "proxy-unavailable": "A test requested it with Prefer or a fault.",
    "prefer-unsatisfiable": "Prefer takes a status or an example of this operation.",
    "unscripted-rejected": "Add a turn for the message to the dialogue; the lines above compare.",
}
"""What to do about each rule of an error. A suffix such as `-400` does not change it."""


def log_line(record: ExchangeRecord, response: Response, seconds: float, contract: Contract) -> str:
    """Return one request as a line, with a second line for an error."""
    request = record.request
    method = header_text(request.method[:MAX_METHOD_CHARS])
    path = header_text(redact_text(request.path))[:MAX_PATH_CHARS]
    session = f", turn {record.turn} of {record.execution_id}" if record.turn else ""
    line = (
        f"{method} {path} -> {response.status} {response.rule}{session} ({seconds * 1000:.1f} ms)"
    )
    example = contract.examples.get(response.rule)
    if not response.hint or not (example or response.status >= HTTPStatus.BAD_REQUEST):
        return line
    names = ", ".join(sorted({*_names(record, response, contract)}))
    summary = example.summary if example else "The mock's own error"
    what = f"{summary}: {names}." if names else f"{summary}."
    parts = (what, hint_of(response.rule), WHERE_DETAILS_ARE)
    return f"{line}\n    {' '.join(filter(None, parts))}"


def hint_of(rule: str) -> str:
    """Return what to do about an error's rule; empty for another."""
    return HINTS.get(rule) or HINTS.get(_SUFFIX.sub("", rule), "")


def _names(record: ExchangeRecord, response: Response, contract: Contract) -> Iterator[str]:
    """Yield what is invalid in body or query, by names of the contract only."""
    for operation in contract.operations:
        if response.violations and operation.id == record.operation_id:
            known = {*(operation.body_schema or {}).get("properties", {})}
            known |= {each["name"] for each in operation.parameters}
            for each in response.violations:
                _, _, rest = each.pointer.partition("/")
                name = rest.partition("/")[0]
                yield name if name in known else UNKNOWN_NAME
