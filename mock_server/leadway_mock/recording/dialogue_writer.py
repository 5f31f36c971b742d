"""Dialogue of a recording: a file that people edit and `leadway mock --dialogues` plays.

Sessions of one agent with the same beginning share its turns, and continue in a branch. Errors
before a reply become the fault of its turn, and fields that the mock does not send a merge patch.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, stdev
from typing import Any, Final, TypeAlias

from leadway_mock.agents.replies import USUAL_FIELDS
from leadway_mock.contract.model import Contract
from leadway_mock.faults import FaultError, read_fault
from leadway_mock.faults.latency import MAX_SECONDS, MAX_SIGMA
from leadway_mock.faults.model import RETRYABLE, UNTIL_DISARMED
from leadway_mock.faults.proxy_pages import PROXY_REASONS
from leadway_mock.recording.private_data import MARKS
from leadway_mock.recording.redacted import Redacted, RedactedJson
from leadway_mock.recording.sessions import (
    Node,
    RecordedMessage,
    RecordedSession,
    RecordedTurn,
    as_message,
    find_sessions,
)
from leadway_mock.util.json_text import map_texts

TurnNode: TypeAlias = dict[str, Any]

NO_REPLY: Final = "(The recording has no reply to this message.)"
MAX_PAGE_CHARS: Final = 2_000
"""A longer page of a proxy becomes the mock's own page, so that the file stays readable."""

MAX_REGEX_CHARS: Final = 8_000
MAX_LISTED: Final = 10

TRANSPORTS: Final = {
    "timeout": "HANG",
    "disconnect": "EMPTY_RESPONSE",
    "invalid": "RANDOM_DATA_THEN_CLOSE",
    "connect": "CONNECTION_RESET_BY_PEER",
    "tls": "CONNECTION_RESET_BY_PEER",
}
"""The transport fault for each reason why there was no response."""

_MARK = re.compile("|".join(map(re.escape, MARKS)) + r"|<[a-z-]+:\d+>")
_SPECIAL = re.compile(r"[.^$*+?{}\[\]\\|()]")
_MANAGED_FIELDS: Final = frozenset({"toolsFired", "generatedMedia"})
_UNMANAGED_FIELDS: Final = USUAL_FIELDS.keys() - _MANAGED_FIELDS
_OTHER_FIELDS: Final = frozenset({"executionId", "interactionId", "sessionId", "agentId"})


@dataclass(slots=True)
class RecordedDialogue:
    """A dialogue file: its content, and the comments at its beginning."""

    agent: str
    content: RedactedJson
    comments: list[Redacted]


@dataclass(slots=True)
class _Branch:
    """A turn of a tree, and what follows it."""

    turn: TurnNode
    following: list[_Branch] = field(default_factory=list)


class DialogueWriter:
    """Writes the dialogues of exchanges, whose ids are replaced by placeholders."""

    def __init__(self, contract: Contract) -> None:
        self._errors = [
            example
            for operation in contract.operations
            if "execute" in operation.id.lower()
            for example in operation.examples.values()
            if example.status not in range(200, 300)
        ]

    def dialogues(self, exchanges: Sequence[RedactedJson]) -> list[RecordedDialogue]:
        """Return a dialogue for each agent, in the order of their first messages."""
        contents = [each.value for each in exchanges]
        found = [(each, as_message(each)) for each in contents]
        sessions = find_sessions([message for _, message in found if message is not None])
        others = _other_requests([each["request"] for each, message in found if message is None])
        replied = (each for each, message in found if message is not None and message.reply)
        latency = latency_of([each["seconds"] for each in replied])
        dialogues = []
        for agent in dict.fromkeys(each.agent for each in sessions):
            notes = [*others]
            roots: list[_Branch] = []
            for session in sessions:
                if session.agent == agent:
                    self._insert(session, roots, notes)
            fields: dict[str, Any] = {} if _MARK.search(agent) else {"agent": agent}
            if latency is not None:
                fields["latency"] = latency
            content = RedactedJson(fields | {"turns": _render(roots)})
            dialogues.append(RecordedDialogue(agent, content, [Redacted(each) for each in notes]))
        return dialogues

    def _insert(self, session: RecordedSession, roots: list[_Branch], notes: list[str]) -> None:
        """Add a session to the tree; turns that it shares with other sessions are kept once."""
        level = roots
        for turn in session.turns:
            node = self._turn(turn, session, notes)
            key = node["user"], node.get("when")
            same = next((x for x in level if (x.turn["user"], x.turn.get("when")) == key), None)
            if same is None:
                same = _Branch(node)
                level.append(same)
            elif same.turn != node:
                notes.append(f"Another session got another response to: {_short(turn)}")
            if turn.message.reply is not None:  # An error does not end the turn before.
                level = same.following

    def _turn(self, turn: RecordedTurn, session: RecordedSession, notes: list[str]) -> TurnNode:
        message = turn.message
        node: TurnNode = {"user": user_pattern(message.text)}
        if message.body.get("contactId"):
            node["when"] = {"contact": "*"}
        reply = message.reply
        node["agent"] = NO_REPLY if reply is None else _reply(reply, session)
        fault = self._fault(turn, notes)
        patch = None if reply is None else _merge_patch(reply, session, notes)
        if fault is not None:
            node["fault"] = fault
            if patch:
                notes.append(f"Not kept, because of the fault: {', '.join(patch)}: {_short(turn)}")
        elif patch:
            node["fault"] = {"mergePatch": patch}
        return node

    def _fault(self, turn: RecordedTurn, notes: list[str]) -> TurnNode | None:
        """Return the fault of the errors before the reply; the first kind of several."""
        faults = [fault for each in turn.errors if (fault := self._fault_of(each)) is not None]
        if not faults:
            if turn.errors:
                notes.append(f"An error that no fault can express: {_short(turn)}")
            return None
        same = [each for each in faults if each == faults[0]]
        if len(same) < len(turn.errors):
            notes.append(f"Only the first kind of error is kept: {_short(turn)}")
        fault = dict(faults[0])
        if turn.message.reply is None:
            fault["times"] = UNTIL_DISARMED
        elif len(same) > 1:
            fault["times"] = len(same)
        return fault

    def _fault_of(self, message: RecordedMessage) -> TurnNode | None:
        response = message.response
        if response is None:
            transport = TRANSPORTS.get(str(message.exchange.get("failure")))
            return {"transport": transport} if transport else None
        fault: TurnNode = self._rule(response) or _free_fault(response)
        retry_after = response["headers"].get("retry-after", "")
        is_retryable = response["status"] in RETRYABLE or fault.get("rule") in RETRYABLE.values()
        if is_retryable and re.fullmatch(r"\d{1,5}", retry_after):
            fault["retryAfter"] = int(retry_after)
        for each in (fault, {"status": response["status"]}):
            try:
                read_fault(each)
            except FaultError:
                continue
            return each
        return None

    def _rule(self, response: Node) -> TurnNode | None:
        """Return the fault with the contract's example of a response, if it has one."""
        body = response.get("body")
        if not isinstance(body, Mapping):
            return None
        shown = {name: each for name, each in body.items() if name != "traceId"}
        for example in self._errors:
            content = {name: each for name, each in example.content.items() if name != "traceId"}
            if example.status == response["status"] and content == shown:
                return {"rule": example.name}
        return None


def latency_of(seconds: Sequence[float]) -> object:
    """Return the distribution of some times as a latency of a dialogue; None for no time."""
    positive = [each for each in seconds if each > 0]
    if not positive:
        return None
    logarithms = [math.log(each) for each in positive]
    median = f"{min(MAX_SECONDS, math.exp(fmean(logarithms))) * 1000:.0f}ms"
    if len(positive) == 1:
        return median
    sigma = min(MAX_SIGMA, round(stdev(logarithms), 2))
    return {"lognormal": {"median": median, "sigma": sigma}}


def user_pattern(message: str) -> str | dict[str, str]:
    """Return the pattern that expects a redacted message.

    It is the whole message. What was redacted matches any text, so that the client's own message
    matches, and is a capture that a reply may use: `{{email}}`.
    """
    marks = list(_MARK.finditer(message))
    if not marks:
        return f'="{message}"'
    counts: Counter[str] = Counter()
    parts, end = [], 0
    for mark in marks:
        parts += [_escape(message[end : mark.start()]), _group(mark[0], counts)]
        end = mark.end()
    pattern = "".join([*parts, _escape(message[end:])])
    if len(pattern) > MAX_REGEX_CHARS:
        longest = max(_MARK.split(message), key=len).strip()
        return {"contains": longest}
    return f"/^{pattern}$/s"


def _group(mark: str, counts: Counter[str]) -> str:
    name = re.sub(r"\W+", "_", mark.strip("[]<>").partition(":")[0])
    counts[name] += 1
    number = f"_{counts[name]}" if counts[name] > 1 else ""
    text = ".+?" if name in {"name", "phone", "private", "redacted"} else r"\S+?"
    return f"(?P<{name}{number}>{text})"


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text).replace("\n", r"\n").replace("\r", r"\r")


def _reply(reply: Node, session: RecordedSession) -> str | dict[str, Any]:
    text = _template(reply.get(session.text_field), session)
    fields = {
        each: map_texts(reply[each], lambda text: _template(text, session))
        for each, usual in USUAL_FIELDS.items()
        if each in reply and _fits(each, reply[each], usual) and reply[each] != usual
    }
    return {"response": text, **fields} if fields else text


def _template(text: object, session: RecordedSession) -> str:
    """Return a text as a template: the session's own id is filled in when it is played."""
    escaped = (text if isinstance(text, str) else "").replace("{{", r"\{{")
    kind = "session-id" if session.is_managed else "execution-id"
    own = re.fullmatch(rf"<{kind}:\d+>", session.id)
    return escaped.replace(session.id, "{{executionId}}") if own else escaped


def _merge_patch(reply: Node, session: RecordedSession, notes: list[str]) -> TurnNode:
    """Return what the mock's own response must be changed by to be as recorded."""
    text = session.text_field
    own = _MANAGED_FIELDS | {"success"} if session.is_managed else _UNMANAGED_FIELDS
    fields = {name: default for name, default in USUAL_FIELDS.items() if name in own}
    known = {*fields, *_OTHER_FIELDS, text}
    patch: TurnNode = {
        name: None for name in fields if name not in reply and name != "generatedMedia"
    }
    for name, value in reply.items():
        is_plain = name in known and (name not in fields or _fits(name, value, fields[name]))
        if is_plain and (name != text or isinstance(value, str)):
            continue
        if value is None:
            notes.append(f"A reply has {name}: null, which a merge patch cannot express.")
        else:
            patch[name] = value
    return patch


def _fits(name: str, value: object, default: object) -> bool:
    """Return whether a dialogue can have this value for a field of a reply."""
    if isinstance(default, list):
        kind = str if name == "toolsFired" else Mapping
        return isinstance(value, list) and all(isinstance(each, kind) for each in value)
    return isinstance(value, type(default))


def _free_fault(response: Node) -> TurnNode:
    """Return the fault that responds as recorded."""
    status, headers = response["status"], response["headers"]
    media_type = headers.get("content-type", "")
    if "body" in response:
        body = response["body"]
        return {"status": status, "body": body if isinstance(body, dict | list) else str(body)}
    text = str(response.get("text", ""))
    is_page = media_type.lower().startswith("text/html")
    if is_page and status in PROXY_REASONS and len(text) > MAX_PAGE_CHARS:
        return {"proxyStatus": status}
    fault: TurnNode = {"status": status, "body": text}
    return fault | ({"headers": {"Content-Type": media_type}} if media_type else {})


def _render(branches: Sequence[_Branch]) -> list[TurnNode]:
    """Return the turns of a tree: a list, with a branch where several may follow."""
    turns: list[TurnNode] = []
    while len(branches) == 1:
        turns.append(branches[0].turn)
        branches = branches[0].following
    if branches:
        paths = [_render([each]) for each in branches]
        turns.append({"branch": [path[0] if len(path) == 1 else path for path in paths]})
    return turns


def _other_requests(requests: Sequence[Node]) -> list[str]:
    names = Counter(f"{each['method']} {each['path'][:80]}" for each in requests)
    listed = [f"{name} ({times})" for name, times in names.most_common(MAX_LISTED)]
    text = f"Requests that are no messages, and only in the raw file: {', '.join(listed)}"
    return [text] if requests else []


def _short(turn: RecordedTurn) -> str:
    return turn.message.text[:60].replace("\n", " ")
