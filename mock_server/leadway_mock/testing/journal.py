"""Requests and conversations of a test, for assertions and failure messages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from jsonschema import Draft202012Validator

from leadway_mock.agents.patterns import from_compiled
from leadway_mock.contract.behaviours import EVIDENCE_LEVELS, behaviours, level_of
from leadway_mock.contract.model import Contract
from leadway_mock.control_api import load_control_contract
from leadway_mock.faults.problems import quote_value
from leadway_mock.state.journal import Journal
from leadway_mock.state.journal_entry import JournalEntry
from leadway_mock.state.journal_query import FIELDS, JournalQuery, compile_query
from leadway_mock.state.namespaces import Namespace
from leadway_mock.state.sessions import Turn
from leadway_mock.testing.arguments import (
    ArgumentError,
    check_number,
    check_type,
    checks_arguments,
)
from leadway_mock.util.names import MAX_COMPARED_CHARS, closest, json_name, suggest
from leadway_mock.util.printable_text import count_text, cut_text

MAX_LISTED = 20
"""Number of requests in a failure message, the newest ones."""

MAX_TEXT_LENGTH = 300
"""Number of characters of a message or response in a failure message."""


EXPECTED: Final = {
    "status": "a status such as 404, or a class such as '4xx'",
    "turn": "a number from 1",
    "fault": "True, False, or the id of a fault",
    "hasUnusedInput": "True or False",
    "truncated": "True or False",
}
"""What the fields of a query accept. The others accept a text."""


class MockJournal:
    """Every request of this test with its response and the rule behind it, oldest first.

    Keyword arguments select entries: `status` (`404` or `"4xx"`), `rule`, `method`, `path` (with
    `*`), `body` (a part of it), `agent_id`, `execution_id`, `turn`, `fault` and others
    (`leadway_mock.state.journal_query.FIELDS`). A list means any of its values.
    """

    def __init__(self, journal: Callable[[], Journal], contract: Callable[[], Contract]) -> None:
        """Take the functions that return the current journal and the contract of the mock."""
        self._journal = journal
        self._contract = contract

    def __iter__(self) -> Iterator[JournalEntry]:
        return self._journal().find(lambda _: True)

    def __len__(self) -> int:
        return self._journal().count()

    def __repr__(self) -> str:
        try:
            count = len(self)
        except RuntimeError:
            return "<MockJournal, not running>"
        return f"<MockJournal: {count_text(count, 'request')}>"

    @checks_arguments
    def find(self, **match: Any) -> list[JournalEntry]:  # noqa: ANN401 - JSON values
        """Return the matching entries; raises `ValueError` for an unknown field or value."""
        return list(self._journal().find(self._query(match)))

    @checks_arguments
    def count(self, **match: Any) -> int:  # noqa: ANN401 - JSON values
        """Return the number of matching entries."""
        return len(self.find(**match))

    @checks_arguments
    def wait_for(
        self,
        count: int = 1,
        *,
        timeout: float = 5.0,
        **match: Any,  # noqa: ANN401 - JSON values
    ) -> list[JournalEntry]:
        """Return the matching entries as soon as there are `count`, earlier ones included.

        Raises `AssertionError` with the requests of the test after `timeout` seconds.
        """
        __tracebackhide__ = True
        check_number("count", count, "a whole number from 0")
        check_number("timeout", timeout, "a number of seconds from 0", is_whole=False)
        entries = self._journal().wait(self._query(match), count, timeout)
        if len(entries) < count:
            text = f"{len(entries)} of {count} requests{describe_query(match)}"
            text = f"{text} within {timeout:g} seconds."
            raise AssertionError(f"{text}\n{format_requests(list(self))}")
        return entries

    def _query(self, match: dict[str, Any]) -> JournalQuery:
        """Compile a query by keywords: `execution_id` is the field `executionId`."""
        known = [re.sub(r"([A-Z])", lambda found: f"_{found[1].lower()}", each) for each in FIELDS]
        values: dict[str, Any] = {}
        for name, value in match.items():
            if name not in known and name not in FIELDS:
                hint = suggest(name, [*known, "count", "timeout"])
                raise ArgumentError(f"Journal entries have no field '{name[:80]}'; {hint}")
            values[json_name(name)] = self._field_value(name, value)
        return compile_query(values)

    def _field_value(self, name: str, value: object) -> object:
        """Return the value of a field as JSON; raises `ArgumentError` for one that no entry has."""
        field = json_name(name)
        several = isinstance(value, list | tuple | set | frozenset)
        items = [_plain(each) for each in value] if several else [_plain(value)]  # type: ignore[attr-defined]  # as tested
        schema = load_control_contract().document["components"]["schemas"]["Match"]
        validator = Draft202012Validator(schema["properties"][field])
        if not items or not all(map(validator.is_valid, items)):
            expected = EXPECTED.get(field, "a text of up to 1,000 characters")
            others = "" if expected.startswith("True or") else ", or a list of these"
            raise ArgumentError(f"{name} must be {expected}{others}, not {quote_value(value)}.")
        for each in items:
            if hint := self._unknown_value_hint(field, each):
                raise ArgumentError(f"{name} is never {quote_value(each)}; {hint}")
        return items if several else items[0]

    def _unknown_value_hint(self, field: str, value: Any) -> str:  # noqa: ANN401 - a JSON value
        contract = self._contract()
        match field:
            case "rule":
                known = [each.id for each in behaviours(contract)]
                close = closest(value, known)
                hint = f"did you mean '{close}'?" if close else "docs/behaviours.md lists the rules"
            case "operationId":
                known = [each.id for each in contract.operations]
                hint = suggest(value, known)
            case "evidence":
                known = list(EVIDENCE_LEVELS)
                hint = "" if level_of(value) in known else suggest(value, known)
            case "method":
                known = [value.upper()]
                hint = f"write '{value.upper()[:MAX_COMPARED_CHARS]}'"
            case _:
                return ""
        return "" if value in known else hint


def _plain(value: object) -> object:
    """Return a member of an enumeration as the text or number that it is."""
    if isinstance(value, str):
        return str.__str__(value)
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value


def describe_query(match: dict[str, Any]) -> str:
    """Return the query as part of a sentence."""
    return f" with {', '.join(f'{name}={value!r}' for name, value in match.items())}" * bool(match)


def format_requests(entries: Sequence[JournalEntry]) -> str:
    """Return the newest entries as text."""
    if not entries:
        return "The mock received no request with this test's token."
    omitted = len(entries) - MAX_LISTED
    note = [f"({omitted} earlier requests are not listed)"] if omitted > 0 else []
    return "\n".join(["Requests:", *note, *map(format_request, entries[-MAX_LISTED:])])


def format_request(entry: JournalEntry) -> str:
    """Return one entry as a line: number, request, response; and its hint."""
    request, response = entry["request"], entry["response"]
    line = f"  {entry['number']}. {request['method']} {request['path']}"
    hint = f"\n       {response['hint']}" if response["hint"] else ""
    return f"{line} -> {response['status']} {response['rule']}{hint}"


@dataclass(frozen=True, slots=True)
class Conversation:
    """One session: its id and its turns, in order."""

    execution_id: str
    turns: tuple[Turn, ...]

    @property
    def messages(self) -> list[str]:
        """Messages of the application."""
        return [turn.message for turn in self.turns]

    @property
    def responses(self) -> list[str]:
        """Responses of the agent."""
        return [turn.response for turn in self.turns]

    @property
    def agent_id(self) -> str:
        """Id of the agent."""
        return self.turns[0].agent_id

    @property
    def contact_id(self) -> str | None:
        """Contact id of the newest turn, if it has one."""
        return self.turns[-1].contact_id

    @property
    def goal_completion(self) -> bool:
        """Whether the newest response says that the goal is complete."""
        return self.turns[-1].goal_completion

    def lines(self) -> Iterator[str]:
        """Yield the conversation as lines of text."""
        yield f"session {self.execution_id} with agent {self.agent_id}"
        for turn in self.turns:
            yield f"  {turn.number}. user:  {_format_text(turn.message)}"
            yield f"     agent: {_format_text(turn.response)}"

    def has_messages(self, expected: Iterable[str | re.Pattern[str]]) -> bool:
        """Return whether these are exactly its messages: equal, or matched by the pattern."""
        check_type("expected", expected, list | tuple, "a list of texts and compiled patterns")
        patterns = list(expected)
        return len(patterns) == len(self.turns) and all(
            each == message
            if isinstance(each, str)
            else from_compiled(each).find(message) is not None
            for each, message in zip(patterns, self.messages, strict=True)
        )


def conversations(namespace: Namespace) -> list[Conversation]:
    """Return every conversation of a namespace, oldest first."""
    sessions, settings = namespace.sessions, namespace.settings
    return [
        Conversation(session.id, tuple(sessions.transcript(session.id, limit=settings.max_turns)))
        for _, session in sessions.walk()
    ]


def format_conversations(sessions: Sequence[Conversation]) -> str:
    """Return conversations as text."""
    if not sessions:
        return "There is no conversation."
    return "\n".join(line for each in sessions for line in each.lines())


def _format_text(text: str) -> str:
    return cut_text(text, MAX_TEXT_LENGTH).replace("\n", "\n            ")
