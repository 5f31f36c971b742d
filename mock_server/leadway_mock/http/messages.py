"""Requests, responses and errors as values: no socket and no framework.

Tests, the Flask application and the HTTP server all build and read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from leadway_mock.http.delivery import Transport
from leadway_mock.util.json_text import to_json_bytes

JSON = "application/json; charset=utf-8"
MAX_HEADER = 1_000

SIGNIFICANT_HEADERS = (
    "authorization",
    "version",
    "content-type",
    "content-encoding",
    "prefer",
    "idempotency-key",
)
"""Headers that a response depends on; others, such as a trace id, differ in a repeated request."""


@dataclass(slots=True)
class Request:
    """One HTTP request, read to its end.

    `path` is percent-decoded and carries no query; `query` is the raw query string; `headers` has
    lower-case names; `body` is the payload as received, without any transfer coding. `may_block` is
    False while the event loop handles the request. `unfinished` is what it did until it would have
    blocked, for the thread that continues.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = b""
    may_block: bool = True
    unfinished: object = field(default=None, repr=False, compare=False)


class ErrorKind(StrEnum):
    """Reason for a `FieldError`."""

    UNKNOWN_PROPERTY = "unknown-property"
    MISNAMED_PROPERTY = "misnamed-property"
    MISSING_PROPERTY = "missing-property"
    WRONG_TYPE = "wrong-type"
    EMPTY = "empty"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One way in which a body breaks the contract.

    `pointer` is a JSON pointer into the body, `message` the platform's wording, and `hint` a
    sentence for people, or empty. A misnamed property is an unknown one whose name resembles a
    property of the contract.
    """

    pointer: str
    message: str
    hint: str = ""
    kind: ErrorKind = ErrorKind.INVALID

    @property
    def is_unknown(self) -> bool:
        """Whether the contract has no such property."""
        return self.kind in {ErrorKind.UNKNOWN_PROPERTY, ErrorKind.MISNAMED_PROPERTY}


@dataclass(slots=True)
class Response:
    """One HTTP response, with the rule that decided it.

    `content` is the JSON value of the body, or its text where `media_type` is another one. `rule`
    names a row of the behaviour table and `evidence` how well it is known. `hint` and `violations`
    are for people: they are sent in a header and stored in the journal, never in the body.
    `delay` is in seconds; `transport` is the transport fault, and `body_seconds` the time in which
    a slow body is sent.
    """

    status: int
    content: object
    rule: str
    evidence: str
    headers: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""
    violations: tuple[FieldError, ...] = ()
    media_type: str = JSON
    delay: float = 0.0
    transport: Transport | None = None
    body_seconds: float = 0.0
    _body: bytes | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def is_json(self) -> bool:
        """Whether the body is JSON, as all bodies of the platform; proxies send HTML."""
        return self.media_type == JSON

    @property
    def body(self) -> bytes:
        """The body's bytes: compact JSON in UTF-8, keys in the order the platform sends them."""
        if self._body is None:
            self.with_body()
        return self._body or b""

    def with_body(self) -> Response:
        """Serialize the body now, once; return the response.

        Raises `ValueError` or `TypeError` where the content is no JSON, as an agent's may be.
        """
        content = self.content
        self._body = to_json_bytes(content) if self.is_json else str(content).encode()
        return self


class APIError(Exception):
    """A documented error response: raised by a step of the pipeline, worded by the contract.

    `rule` names an example of the contract, which holds status, body and evidence. `message`
    replaces the example's text where it depends on the request: by default the messages of
    `violations`. `headers` are added to the response.
    """

    def __init__(
        self,
        rule: str,
        *,
        message: str | list[str] | None = None,
        hint: str = "",
        violations: tuple[FieldError, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(rule)
        self.rule = rule
        self.message = message or [each.message for each in violations] or None
        self.hint = hint
        self.violations = violations
        self.headers = dict(headers or {})


def header_text(text: str) -> str:
    """Return `text` as a header may carry it: printable ASCII on one line, and not endless."""
    line = text
    if not (text.isascii() and text.isprintable()):
        plain = text.encode("ascii", "backslashreplace").decode()
        line = "".join(letter if letter.isprintable() else " " for letter in plain)
    return line if len(line) <= MAX_HEADER else line[:MAX_HEADER] + "..."
