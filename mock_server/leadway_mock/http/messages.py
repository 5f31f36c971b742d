"""The values that cross the emulator's border: a request comes in, an answer goes out.

Neither knows a socket or a framework, so a test, a WSGI application or another door can make and
read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leadway_mock.http.delivery import Transport
from leadway_mock.util.json_text import to_json_bytes

JSON = "application/json; charset=utf-8"


HEADERS_THAT_DECIDE = ("authorization", "version", "content-type", "content-encoding", "prefer")
"""What an answer depends on; others, such as a trace id, differ when a request is repeated."""


@dataclass(slots=True)  # Not frozen: there is one for each request, and that costs.
class Request:
    """One HTTP request, read to its end.

    `path` is percent-decoded and carries no query; `query` is the raw query string; `headers` has
    lower-case names; `body` is the payload as received, without any transfer coding.

    Readers keep what they made of it, apart from its body: in `decided`, what they made of all
    that an answer may depend on, and in `told`, what they made of the whole head. Requests that
    are alike in that share it, as many requests of one client do.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = b""
    decided: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    told: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def header(self, name: str) -> str | None:
        """Return one of `HEADERS_THAT_DECIDE`, or None; raises `ValueError` for any other name."""
        if name not in HEADERS_THAT_DECIDE:
            text = f"no answer depends on the header {name}, says HEADERS_THAT_DECIDE"
            raise ValueError(text)
        return self.headers.get(name)


@dataclass(frozen=True, slots=True)
class FieldError:
    """One way in which a body breaks the contract.

    `pointer` is a JSON pointer into the body, `message` the platform's wording, and `hint` a
    sentence for people, empty when there is nothing to add.
    """

    pointer: str
    message: str
    hint: str = ""


@dataclass(slots=True)  # Not frozen: there is one for each request, and that costs.
class Response:
    """One HTTP answer, with the rule that decided it.

    `content` is the JSON value sent as the body, or the text where `media_type` is another; `rule`
    names a row of the behaviour table and `evidence` is how well that row is known; `hint` and
    `violations` are for people, and travel in a header and the journal, never in the body, which
    stays the platform's. `delay` is how many seconds the answer is held back, `transport` how it is
    broken on its way, and `spread` the seconds that a slow body takes.
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
    spread: float = 0.0
    _body: bytes | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def is_json(self) -> bool:
        """Whether the platform could have sent it; a proxy in front of it speaks HTML."""
        return self.media_type == JSON

    @property
    def body(self) -> bytes:
        """The body's bytes: compact JSON in UTF-8, keys in the order the platform sends them."""
        return self._written() if self._body is None else self._body

    def written(self) -> Response:
        """Return it with its body written, which is then not done again.

        Raises `ValueError` or `TypeError` where its content is no JSON, as an agent's may be.
        """
        self._body = self._written()
        return self

    def _written(self) -> bytes:
        return to_json_bytes(self.content) if self.is_json else str(self.content).encode()


class APIError(Exception):  # noqa: N818 - the field's word for a documented "no"; not a program error
    """A documented "no": raised by a step of the story, worded by the contract.

    `rule` names an example of the contract, which holds status, body and evidence. `message`
    replaces the example's text where it depends on the request, `headers` are added to the answer.
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
        self.message = message
        self.hint = hint
        self.violations = violations
        self.headers = dict(headers or {})
