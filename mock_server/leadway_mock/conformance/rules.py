"""What a caller can do wrong: one table, which the report, the docs and the tests all read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Severity(StrEnum):
    """How much it matters."""

    ERROR = "error"
    """The real service refuses it, or a conversation is lost, doubled or mixed up."""

    WARNING = "warning"
    """It works today, or went well this time."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing a caller should not do. All texts are sentences, for people."""

    id: str
    severity: Severity
    summary: str
    """What the caller does, and what comes of it."""

    hint: str
    """What to do instead."""

    near_miss: str
    """What looks like it, and is fine."""


def _error(name: str, summary: str, cure: str, near_miss: str) -> Rule:
    return Rule(name, Severity.ERROR, summary, cure, near_miss)


def _warning(name: str, summary: str, cure: str, near_miss: str) -> Rule:
    return Rule(name, Severity.WARNING, summary, cure, near_miss)


_SESSIONS = (
    _error(
        "execution-id-dropped",
        "Each message begins a new session, so the agent remembers nothing.",
        "Keep the executionId of each answer, and send it with the next message of that"
        " conversation. If these were conversations of one message each, send a contactId that"
        " tells them apart, or allow this finding.",
        "One session of that caller is continued; the goal was reached; more than the idle time"
        " lies between; the contacts differ; the messages came at the same time.",
    ),
    _error(
        "execution-id-invented",
        "An executionId is sent that no answer has brought.",
        "Leave executionId out of the first message: the platform makes it. The sample on the"
        " vendor's page has one, and should not. An id kept from before a restart or a reset"
        " counts as invented, too: start anew when a session is unknown.",
        "The session has expired, or was forgotten after an answer brought it.",
    ),
    _error(
        "session-across-contacts",
        "One session is used for several contacts, so one person hears what another has said.",
        "Keep one executionId for each contact, and begin without one when the contact changes.",
        "The contact becomes known in the course of a conversation, or is named only once.",
    ),
    _error(
        "session-across-agents",
        "A session of one agent is continued with another.",
        "Keep one executionId for each agent, and begin without one at another agent.",
        "One contact talks to two agents, in two sessions.",
    ),
    _error(
        "session-across-locations",
        "A session of one location is continued in another.",
        "Keep one executionId for each location, and begin without one in another location.",
        "The same contact talks in two locations, in two sessions.",
    ),
    _error(
        "parallel-turns",
        "A message is sent while the one before in the same session still waits for its answer.",
        "Wait for the answer before the next message of the same session: a queue or a lock for"
        " each executionId. What the real service does to two at once is not known.",
        "Messages of different sessions at the same time.",
    ),
)

_RETRIES = (
    _error(
        "turn-duplicated",
        "A message was heard, its answer lost, and it was sent again: the agent heard it twice.",
        "Do not send a message again after a time-out, a broken connection or a 5xx: there is no"
        " idempotency key. Ask the person, or let the conversation go on. Sending again is safe"
        " where the message was surely not heard: no connection, 429, 503 with Retry-After.",
        "The same words again after an answer that arrived, or after a 429.",
    ),
    _warning(
        "retry-unsafe",
        "A message was sent again although it may have been heard: this time it was not.",
        "Treat a 5xx, a broken connection and a time-out as unknown: the next time, the agent hears"
        " the message twice. Send again only after 429, 503 with Retry-After, or no connection.",
        "Sending again after 429, 503 with Retry-After, or a 401 that says 'Command timed out'.",
    ),
    _error(
        "retry-after-ignored",
        "A request came before the wait that Retry-After asked for was over.",
        "Read Retry-After and hold back every request of the same app and location for that many"
        " seconds: the limit is theirs together.",
        "A request that was under way when the 429 was sent, or one after the wait.",
    ),
    _error(
        "refusal-retried",
        "A refused request was sent again, unchanged, and could only be refused again.",
        "Do not retry 400, 401, 403, 404, 405, 413, 415 and 422: change the request, the token or"
        " the session first. Only the 401 that says 'Command timed out' is worth another try.",
        "A corrected request; the same one after more than a minute, or after it was made good.",
    ),
)

_REQUESTS = (
    _error(
        "version-missing",
        "The Version header is missing; the platform answers 401.",
        "Send 'Version: 2021-07-28' with every request.",
        "A 401 for the token.",
    ),
    _error(
        "version-unknown",
        "The Version header has a value that the platform refuses.",
        "Send 'Version: 2021-07-28'; 2021-04-15, 2023-02-21 and v3 are accepted as well.",
        "Any of the four accepted values.",
    ),
    _warning(
        "deprecated-path",
        "The deprecated path is used: it may be switched off.",
        "Call POST /agent-studio/agent/{agentId}/execute. Body, answer and sessions stay the same.",
        "The current path.",
    ),
    _error(
        "token-in-url",
        "A token stands in the URL, which proxies, browsers and logs keep.",
        "Send the token in 'Authorization: Bearer' alone, and replace this one: it has leaked.",
        "Any other query, such as source=api.",
    ),
    _error(
        "field-misnamed",
        "The body calls a field by another name than the contract, such as input for message.",
        "Use the contract's names: message, locationId, executionId, contactId, versionId,"
        " inputVariables, attachments with type and imageUrl.",
        "Fields inside inputVariables, which are free.",
    ),
    _error(
        "location-missing",
        "The body names no locationId.",
        "Send the id of the sub-account as locationId with every message, not only the first.",
        "A locationId that the token does not open: that is about the token.",
    ),
    _error(
        "body-invalid",
        "The body breaks the contract.",
        "Send what the contract describes; the answer lists every violation.",
        "Empty optional fields, which count as left out.",
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
        "Call POST /agent-studio/agent/{agentId}/execute, with nothing behind and before it.",
        "A browser that looks for /favicon.ico; an agent that does not exist.",
    ),
)

RULES: Mapping[str, Rule] = MappingProxyType(
    {rule.id: rule for rule in (*_SESSIONS, *_RETRIES, *_REQUESTS)}
)
"""Every rule by its id, in the order of reports."""


def check_ids(ids: Iterable[str]) -> frozenset[str]:
    """Return `ids` as a set; raises `ValueError` for one that names no rule."""
    found = frozenset([ids] if isinstance(ids, str) else ids)
    unknown = sorted(found - set(RULES))
    if unknown:
        raise ValueError(
            f"No finding is called {', '.join(unknown)}. There are {', '.join(RULES)}."
        )
    return found
