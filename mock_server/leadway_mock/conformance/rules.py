"""Table of the conformance rules, read by the report, the docs and the tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Severity(StrEnum):
    """Severity of a finding."""

    ERROR = "error"
    """The platform rejects it, or a conversation is lost, duplicated or mixed up."""

    WARNING = "warning"
    """It works today, or caused no harm this time."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One mistake of a client. All texts are sentences."""

    id: str
    severity: Severity
    summary: str
    """What the client does, and the consequence."""

    hint: str
    """How to fix it."""

    not_reported: str
    """What looks similar and is correct."""


def _error(name: str, summary: str, hint: str, not_reported: str) -> Rule:
    return Rule(name, Severity.ERROR, summary, hint, not_reported)


def _warning(name: str, summary: str, hint: str, not_reported: str) -> Rule:
    return Rule(name, Severity.WARNING, summary, hint, not_reported)


_SESSIONS = (
    _error(
        "execution-id-dropped",
        "Each message starts a new session, so the agent remembers nothing.",
        "Store the executionId of each response, and send it with the next message of that"
        " conversation. If these are conversations of one message each, send a different contactId"
        " with each, or allow this finding.",
        "One session is continued; the goal is reached; the idle time is over; the contacts differ;"
        " the messages are sent at the same time.",
    ),
    _error(
        "execution-id-invented",
        "An executionId is sent that no response contained.",
        "Leave executionId out of the first message: the platform creates it. The sample on the"
        " vendor's page has one, and should not. An id from before a restart or a reset counts as"
        " invented, too: start a new session when one is unknown.",
        "The session has expired, or was deleted after a response contained it.",
    ),
    _error(
        "session-across-contacts",
        "One session is used for several contacts, so one person reads what another wrote.",
        "Store one executionId for each contact, and start without one when the contact changes.",
        "The contact becomes known during a conversation, or is sent only once.",
    ),
    _error(
        "session-across-agents",
        "A session of one agent is continued with another.",
        "Store one executionId for each agent, and start without one at another agent.",
        "One contact with two agents, in two sessions.",
    ),
    _error(
        "session-across-locations",
        "A session of one location is continued in another.",
        "Store one executionId for each location, and start without one in another location.",
        "One contact in two locations, in two sessions.",
    ),
    _error(
        "parallel-turns",
        "A message is sent before the previous one in the same session has its response.",
        "Wait for the response before the next message of the same session: use a queue or a lock"
        " for each executionId. What the platform does with two at once is unknown.",
        "Messages of different sessions at the same time.",
    ),
)

_RETRIES = (
    _error(
        "turn-duplicated",
        "A message was processed, its response lost, and the message sent again: a second turn.",
        "Do not resend a message after a time-out, a broken connection or a 5xx: there is no"
        " idempotency key. Ask the user, or continue the conversation. Resending is safe if the"
        " message was certainly not processed: no connection, 429, 503 with Retry-After.",
        "The same message after its response, or after a 429.",
    ),
    _warning(
        "retry-unsafe",
        "A message was sent again although it may have been processed; this time it was not.",
        "Treat a 5xx, a broken connection and a time-out as unknown: the next time, the agent may"
        " get the message twice. Resend only after 429, 503 with Retry-After, or no connection.",
        "A retry after 429, 503 with Retry-After, or a 401 that says 'Command timed out'.",
    ),
    _error(
        "retry-after-ignored",
        "A request was sent before the time in Retry-After was over.",
        "Read Retry-After and hold back every request of the same app and location for that many"
        " seconds: the limit is theirs together.",
        "A request before the 429 arrived, or after the wait.",
    ),
    _error(
        "error-retried",
        "A rejected request was sent again, unchanged.",
        "Do not retry 400, 401, 403, 404, 405, 413, 415 and 422: change the request, the token or"
        " the session first. Only the 401 that says 'Command timed out' may be retried.",
        "A corrected request; the same one after a minute, or after a fix.",
    ),
)

_REQUESTS = (
    _error(
        "version-missing",
        "The Version header is missing; the platform responds with 401.",
        "Send 'Version: 2021-07-28' with every request.",
        "A 401 for the token.",
    ),
    _error(
        "version-unknown",
        "The Version header has a value that the platform rejects.",
        "Send 'Version: 2021-07-28'; 2021-04-15, 2023-02-21 and v3 are accepted as well.",
        "Any of the four accepted values.",
    ),
    _warning(
        "deprecated-path",
        "The deprecated path is used: it may be switched off.",
        "Call POST /agent-studio/agent/{agentId}/execute. Body, response and sessions are the"
        " same.",
        "The current path.",
    ),
    _error(
        "token-in-url",
        "A token is in the URL, which proxies, browsers and logs store.",
        "Send the token in 'Authorization: Bearer' only, and replace this one: it has leaked.",
        "Any other query, such as source=api.",
    ),
    _error(
        "field-misnamed",
        "A field of the body is misnamed, such as input for message.",
        "Use the contract's names: message, locationId, executionId, contactId, versionId,"
        " inputVariables, attachments with type and imageUrl.",
        "Fields inside inputVariables.",
    ),
    _error(
        "location-missing",
        "The body has no locationId.",
        "Send the id of the sub-account as locationId with every message, not only the first.",
        "A locationId that the token may not access.",
    ),
    _error(
        "body-invalid",
        "The body violates the contract.",
        "Send what the contract describes; the response lists every violation.",
        "Empty optional fields.",
    ),
    _error(
        "body-unreadable",
        "The body is not JSON in UTF-8, or is not declared so.",
        "Send JSON, with 'Content-Type: application/json'.",
        "JSON with a charset or a byte order mark.",
    ),
    _error(
        "path-unknown",
        "The path or its method is not in the contract.",
        "Call POST /agent-studio/agent/{agentId}/execute, with nothing before or after it.",
        "A request for /favicon.ico; an unknown agent.",
    ),
)

RULES: Mapping[str, Rule] = MappingProxyType(
    {rule.id: rule for rule in (*_SESSIONS, *_RETRIES, *_REQUESTS)}
)
"""Every rule by its id, in the order of reports."""


def check_ids(ids: Iterable[str]) -> frozenset[str]:
    """Return `ids` as a set; raises `ValueError` if one is not the id of a rule."""
    allowed = frozenset([ids] if isinstance(ids, str) else ids)
    unknown = sorted(allowed - set(RULES))
    if unknown:
        raise ValueError(
            f"unknown finding {', '.join(unknown)}; must be one of {', '.join(RULES)}."
        )
    return allowed
