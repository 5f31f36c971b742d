"""Responses in the form in which they are compared: ids, dates and free texts replaced by marks.

An id becomes the place where it appeared first, such as `<first-message/executionId>`: so a session
that continues has the same mark on both sides, and a new session another one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from leadway_mock.http.messages import Request
from leadway_mock.recording.verification.probe import Probe
from leadway_mock.util.json_pointer import escape
from leadway_mock.util.printable_text import cut_text

FREE: Final = frozenset(
    {"response", "finalText", "goalCompletion", "flowSwitch", "attachments", "generativeOutputs"}
    | {"toolsFired"}
)
"""Properties whose values are the agent's: only their types are compared."""

OPAQUE: Final = frozenset(
    {"nodes", "edges", "globalVariables", "inputVariables", "runtimeVariables", "globalConfig"}
    | {"viewport", "tools", "plugins", "knowledgeBaseIds"}
)
"""Properties of the account's own agents whose content is not compared, only its type."""

OPTIONAL: Final = frozenset({"generatedMedia"})
"""Properties that a response may have or lack, as the agent likes."""

ANY_LIST: Final = "<array>"
"""Mark of a list of any items; that of an empty list, of which no item is known."""

MIN_ID_CHARS: Final = 6
"""Shorter texts are not replaced inside other texts."""

MAX_TEXT_CHARS: Final = 500
MAX_IDS: Final = 2_000
"""Limit of the ids in one response; an agent may have thousands of nodes."""

MAX_DEPTH: Final = 30

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.]{0,10}(?:Z|[+-]\d\d:?\d\d)?")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class NoJsonError(Exception):
    """The response has no JSON body; the text says what it has."""


@dataclass(frozen=True, slots=True)
class TargetResponse:
    """Response of a target, as received; header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    rule: str = ""
    """The rule of a response of the mock in this process; empty for any other."""

    @property
    def media_type(self) -> str:
        """The media type of the body, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:  # noqa: ANN401 - any JSON value
        """Return the body; raises `NoJsonError`."""
        if "json" not in self.media_type:
            raise NoJsonError(f"a body of the type {self.media_type or 'unknown'}")
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise NoJsonError("a body that is no valid JSON") from None


class ResponseNormalizer:
    """Replaces ids, dates and free values of one side's responses by marks.

    The user's values by name, such as `agent`, become `<agent>`.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self._marks = {text: f"<{name}>" for name, text in values.items() if text}

    def normalize(
        self, probe: Probe, request: Request, response: TargetResponse, body: object
    ) -> dict[str, Any]:
        """Return status, compared headers and the decoded body."""
        sent = f"{request.path}?{request.query} {request.body.decode('utf-8', 'replace')}"
        self._learn(probe.name, body, sent)
        is_success = 200 <= response.status < 300  # noqa: PLR2004 - the statuses of success
        content = _shape(body) if probe.is_list and is_success else self._replace(body)
        headers = dict(_headers(probe, response))
        return {"status": response.status, "headers": headers, "body": content}

    def _learn(self, probe: str, body: object, sent: str) -> None:
        """Give a mark to every new id of a body. What the client sent is no new id."""
        for pointer, text in islice(_ids(body, ""), MAX_IDS):
            if text not in self._marks and text not in sent:
                self._marks[text] = f"<{probe}{pointer}>"

    def _replace(self, value: object, name: str = "") -> Any:  # noqa: ANN401 - any JSON value
        if name in FREE:
            return _type_mark(value)
        if isinstance(value, Mapping):
            return {
                key: self._replace(each, key) for key, each in value.items() if key not in OPTIONAL
            }
        if isinstance(value, list):
            return [self._replace(each) for each in value]
        return self._replace_text(value) if isinstance(value, str) else value

    def _replace_text(self, text: str) -> str:
        if text in self._marks:
            return self._marks[text]
        for each, mark in self._marks.items():
            if len(each) >= MIN_ID_CHARS and each in text:
                text = text.replace(each, mark)
        text = _UUID.sub("<uuid>", _DATE.sub("<date>", text))
        return cut_text(text, MAX_TEXT_CHARS)


def _headers(probe: Probe, response: TargetResponse) -> Iterator[tuple[str, str]]:
    yield "content-type", response.media_type
    for name in probe.compared:
        value = response.headers.get(name)
        if value is not None:
            is_counter = name.endswith("remaining") and value.isdecimal()
            yield name, "<number>" if is_counter else value


def _ids(value: object, pointer: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield pointer and text of each value whose name says that it is an id."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, Mapping):
        for name, each in value.items():
            place = f"{pointer}/{escape(str(name))}"
            if isinstance(each, str) and each and (name == "id" or str(name).endswith("Id")):
                yield place, each
            else:
                yield from _ids(each, place, depth + 1)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _ids(each, f"{pointer}/{index}", depth + 1)


def _shape(value: object, name: str = "") -> Any:  # noqa: ANN401 - any JSON value
    """Return a JSON value with types in place of its values, and one item for each list."""
    if name in OPAQUE:
        return _type_mark(value)
    if isinstance(value, Mapping):
        return {key: _shape(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_shape(value[0])] if value else ANY_LIST
    return _type_mark(value)


def _type_mark(value: object) -> str:
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "array"}
    return f"<{names.get(type(value), 'null' if value is None else 'object')}>"
