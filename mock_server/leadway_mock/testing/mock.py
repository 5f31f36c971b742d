"""The Leadway mock of one test: connection, arrangement, assertions, and strict verification."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from leadway_mock.agents.builtin import ECHO_ID
from leadway_mock.config.settings import SettingsError, problems, with_settings
from leadway_mock.conformance import (
    ConformanceReport,
    Coverage,
    coverage,
    error_text,
    evaluate,
)
from leadway_mock.dialogues import Dialogue
from leadway_mock.dialogues.builder import Place
from leadway_mock.documents.problems import Problem
from leadway_mock.faults import Fault, FaultError, read_fault
from leadway_mock.pipeline.created_agents import (
    check_replies,
    export_agents,
    give_replies,
    seed_agents,
)
from leadway_mock.state.fault_registry import arm
from leadway_mock.state.journal_entry import JournalEntry
from leadway_mock.state.namespaces import (
    SHARED,
    Namespace,
    NamespaceRegistry,
    namespace_name,
)
from leadway_mock.testing.arguments import (
    ArgumentError,
    check_number,
    check_type,
    checks_arguments,
    fault_of_fields,
    python_names,
)
from leadway_mock.testing.clock import MockClock
from leadway_mock.testing.dialogue_sources import (
    SOURCE_TEXT,
    DialogueSource,
    read_source,
)
from leadway_mock.testing.expectations import (
    ALLOW_HINT,
    KINDS,
    NamespaceWatch,
    Unexpected,
    UnexpectedInteractionError,
    check_kinds,
    report,
)
from leadway_mock.testing.host import Host, check_settings
from leadway_mock.testing.journal import (
    Conversation,
    MockJournal,
    conversations,
    describe_query,
    format_conversations,
    format_requests,
)
from leadway_mock.util.no_proxy import no_proxy_variables
from leadway_mock.util.printable_text import count_text
from leadway_mock.util.redaction import fingerprint

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LOCATION_ID = "C2QujeCh8ZnC7al2InWR"
API_VERSION = "2021-07-28"
NO_SOCKET_URL = "http://127.0.0.1"
"""Base URL of a mock that is called in process; nothing listens there."""

OPTIONS = ("dialogue", "faults", "strict", "allow", "folder", "any_token", "serve", "shared_host")

MAX_SHOWN = 3
"""Conversations in the first line of a failed assertion."""

NOT_OPEN = "The mock is not running. Use it as `with Mock() as mock:`."


class Mock:
    """Mock of one test, isolated in a namespace of its own on a host.

    Args:
        dialogue: a dialogue or a list of them, in any form that the method `dialogue` accepts.
        faults: a fault or a list of them, in any form that the method `fault` accepts.
        strict: whether unexpected interactions fail the test.
        allow: kinds of unexpected interactions to permit, words of `leadway_mock.testing.KINDS`.
        folder: base of relative dialogue paths; the working directory by default.
        any_token: use the shared namespace, which receives the requests of every token.
        serve: listen on a port; otherwise call `wsgi_app` in process.
        shared_host: host to share with other mocks; by default the mock starts its own.
        settings: settings of `leadway mock`, such as `seed=1`; with a shared host, only those that
            can change at run time.

    Raises:
        ValueError: `allow` contains an unknown word; on entering, an invalid dialogue
            (`DialogueError`), fault (`FaultError`) or setting (`SettingsError`).
    """

    @checks_arguments
    def __init__(  # noqa: PLR0913 - each is an option with a default
        self,
        *,
        dialogue: DialogueSource | Sequence[DialogueSource] = (),
        faults: Fault | Mapping[str, Any] | Sequence[Fault | Mapping[str, Any]] = (),
        strict: bool = True,
        allow: Iterable[str] | str = (),
        folder: Path | str = "",
        any_token: bool = False,
        serve: bool = True,
        shared_host: Host | None = None,
        **settings: Any,  # noqa: ANN401 - the fields of `Settings`
    ) -> None:
        for name, value in (("strict", strict), ("any_token", any_token), ("serve", serve)):
            check_type(name, value, bool, "True or False")
        check_type("folder", folder, str | Path, "the path of a folder")
        check_type("shared_host", shared_host, Host | None, "a Host")
        check_settings(settings, OPTIONS)
        self._host = shared_host
        self._owns_host = shared_host is None
        self._settings = settings
        self._serve = serve
        self._any_token = any_token
        self._folder = Path(folder)
        self._initial_dialogues = as_list(dialogue)
        self._initial_faults = as_list(faults)
        self._allowed = check_kinds(allow if strict else KINDS)
        self._expects_files = False
        self._text_count = 0
        self._name = SHARED
        self._watch: NamespaceWatch | None = None
        self.token = f"pit-12345678-{str(uuid4())[9:]}"
        """Token of this test, different for each mock."""

        self.place = Place.of_caller()
        """File and line of the code that the constructor's dialogues are of, for messages."""

        self.location_id = LOCATION_ID
        self.agent_id = ECHO_ID
        """Agent of `execute_url`: a built-in one, unless the test sets another."""

        self.clock = MockClock(lambda move: self._namespaces.move_clock(self.namespace.name, move))
        """Clock of this test's sessions and quotas."""

        self.journal = MockJournal(
            lambda: self.namespace.journal, lambda: self.host.emulator.contract
        )
        """Every request of this test: `find`, `count`, or iterate over it."""

    def __repr__(self) -> str:
        if self._watch is None:
            return "<Mock, not running>"
        namespace = self.namespace
        dialogues = self.host.emulator.dialogues.of(namespace)
        counts = (
            count_text(namespace.sessions.count(), "session"),
            count_text(namespace.journal.count(), "request"),
            count_text(len(dialogues), "dialogue"),
            count_text(len(list(namespace.faults)), "fault"),
        )
        place = f"namespace {namespace.name}" if namespace.name else "shared namespace"
        return f"<Mock {self.host.address or 'without a socket'}, {place}: {', '.join(counts)}>"

    # Life cycle

    def open(self) -> Self:
        """Start the mock; `close` stops it. A `with` block does both, and verifies at its end."""
        self._host = self._host or Host(**self._settings)
        try:
            if self._any_token and not self._owns_host:
                # An own host keeps the content of a durable store.
                self._namespaces.reset_keep_open(self._namespaces.shared())
            if not self._any_token:
                self._name = namespace_name(self.headers["Authorization"])
                self.host.mock_namespaces.add(self._name)
                self._namespaces.open(self._name)
            self._arrange()
        except BaseException:
            self.close()
            raise
        return self

    @checks_arguments
    def reset(self) -> None:
        """Empty the mock: no sessions, requests, dialogues, faults, nor anything unexpected so far.

        Clock and settings are as at the start; the options of the constructor apply again. The URL
        and the token stay, so an application that has them need not be restarted.
        """
        if namespace := self._namespaces.get(self._name):
            self._namespaces.reset_keep_open(namespace)
        else:  # The application has closed it.
            self._namespaces.open(self._name)
        self._text_count = 0
        self._arrange()

    @checks_arguments
    def begin_test(  # noqa: PLR0913 - the options of the constructor
        self,
        *,
        reset: bool,
        dialogue: Sequence[DialogueSource] = (),
        faults: Sequence[Fault | Mapping[str, Any]] = (),
        strict: bool = True,
        allow: Iterable[str] = (),
        folder: Path | str = "",
        any_token: bool = False,
        **settings: Any,  # noqa: ANN401 - the fields of `Settings`
    ) -> None:
        """Begin a test in a mock for many tests: only what follows is judged.

        With `reset` the mock is empty, with these options. Without it, all stays, and turns and
        faults that this test does not use are none of its problems. Raises `ValueError`.
        """
        for name, value in (("reset", reset), ("strict", strict), ("any_token", any_token)):
            check_type(name, value, bool, "True or False")
        check_type("folder", folder, str | Path, "the path of a folder")
        check_settings(settings, OPTIONS)
        if any_token:
            raise ArgumentError(
                "any_token needs the fixture leadway_mock: the session has one token"
            )
        self._initial_dialogues, self._initial_faults = as_list(dialogue), as_list(faults)
        self._settings, self._folder = settings, Path(folder)
        self._allowed = check_kinds(allow if strict else KINDS)
        if reset:
            self.reset()
        else:
            self._allowed |= {"unused"}
            self._arrange()

    def _arrange(self) -> None:
        """Watch from now on; apply the settings, add the dialogues and arm the faults."""
        if self._watch is not None:
            self._watch.stop()
        self._watch = NamespaceWatch(
            self.host.emulator,
            self._name,
            mocks=self.host.mock_namespaces,
            token=lambda: self.token,
        )
        if self._settings and not self._owns_host:
            self.settings(**self._settings)
        self._add_dialogues(self._initial_dialogues, self.place)
        for fault in self._initial_faults:
            self.fault(fault)

    def close(self) -> None:
        """Reset the namespace; stop the host unless it is shared."""
        if self._host is None:
            return
        if self._watch is not None:
            self._watch.stop()
            self._watch = None
        if self._owns_host:
            self._host.close()
            self._host = None
            return
        self._host.past_tokens.add(fingerprint(self.headers["Authorization"]))
        self._host.mock_namespaces.discard(self._name)
        namespace = self._namespaces.get(self._name)
        if self._name == SHARED:
            self._namespaces.reset_keep_open(self._namespaces.shared())
        elif namespace is not None:
            self._namespaces.close(namespace)

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Verify, or annotate the error that leaves the block; close in any case."""
        try:
            if error is None:
                self.verify()
            else:
                self.annotate(error)
        finally:
            self.close()

    # Connection

    @property
    def host(self) -> Host:
        """Host that runs the mock; raises `RuntimeError` before `open` and after `close`."""
        if self._host is None:
            raise RuntimeError(NOT_OPEN)
        return self._host

    @property
    def url(self) -> str:
        """Base URL for the application."""
        return self.host.url if self._serve else NO_SOCKET_URL

    @property
    def wsgi_app(self) -> WSGIApplication:
        """The mock as a WSGI application, for `httpx.WSGITransport(app=...)` and similar."""
        return self.host.app

    @property
    def execute_url(self) -> str:
        """URL for messages to `agent_id`, for tests that send requests themselves."""
        return f"{self.url}/agent-studio/agent/{self.agent_id}/execute"

    @property
    def headers(self) -> dict[str, str]:
        """Headers that every request needs."""
        return {"Authorization": f"Bearer {self.token}", "Version": API_VERSION}

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables that direct the SDK, or your application, to the mock.

        `NO_PROXY` and `no_proxy` are those of this process, with the mock's host added.
        """
        return {
            "LEADWAY_BASE_URL": self.url,
            "LEADWAY_TOKEN": self.token,
            "LEADWAY_LOCATION_ID": self.location_id,
            "LEADWAY_API_VERSION": API_VERSION,
            **no_proxy_variables(self.url, os.environ),
        }

    @property
    def namespace(self) -> Namespace:
        """Current state of this test's namespace."""
        if self._any_token:  # The application may have opened one for the token.
            return self._namespaces.shared()
        return self._namespaces.for_token(self.headers["Authorization"])

    @property
    def _namespaces(self) -> NamespaceRegistry:
        return self.host.emulator.namespaces

    @property
    def _watching(self) -> NamespaceWatch:
        if self._watch is None:
            raise RuntimeError(NOT_OPEN)
        return self._watch

    # Arrangement

    @checks_arguments
    def dialogue(
        self, *sources: DialogueSource, agent: str | Sequence[str] | None = None
    ) -> tuple[Dialogue, ...]:
        """Add dialogues and return them; raises `DialogueError`.

        A source is a text of several lines, the path of a file or folder, or a dialogue built in
        Python. With `agent`, one id or several, only these agents play the dialogues; an agent that
        does not exist is created.
        """
        if not sources:
            raise ArgumentError(f"dialogue() needs {SOURCE_TEXT}.")
        return self._add_dialogues(sources, Place.of_caller(), agent)

    def _add_dialogues(
        self,
        sources: Iterable[DialogueSource],
        place: Place,
        agent: str | Sequence[str] | None = None,
    ) -> tuple[Dialogue, ...]:
        added: list[Dialogue] = []
        for source in sources:
            name = f"dialogue-{self._text_count + 1:02}"  # Names have the order of the arguments.
            found = list(
                read_source(source, name=name, folder=self._folder, place=place, agent=agent)
            )
            self._text_count += any(each.name == name for each in found)
            added += found
        if added:
            self.host.emulator.dialogues.put(self.namespace.name, *added)
        return tuple(added)

    @checks_arguments
    def replies(self, agent: str, replies: Sequence[Mapping[str, Any]]) -> None:
        """Give a created agent canned replies, as in an agents file; without any, it echoes.

        Raises `AgentsFileError` for an invalid reply, `ValueError` if the agent was not created.
        """
        check_replies(replies)
        if give_replies(self.namespace, agent, replies) is None:
            raise ArgumentError(f"replies(): there is no created agent '{agent}'; create it first")

    @checks_arguments
    def seed(self, text: str) -> list[str]:
        """Add the agents of an agents file, so that clients can change them; return their ids.

        Raises `AgentsFileError` or, where an agent cannot be stored, `SeedError`.
        """
        return [each.id for each in seed_agents(self.host.emulator, self.namespace, text)]

    def export(self) -> str:
        """Return the created and seeded agents of this test as the text of an agents file."""
        return export_agents(self.namespace)

    @checks_arguments
    def fault(
        self,
        fault: Fault | Mapping[str, Any] | None = None,
        **fields: Any,  # noqa: ANN401 - the fields of `Fault`
    ) -> Fault:
        """Arm a fault and return it with its id; raises `FaultError`.

        Pass a `Fault`, its JSON form, or its fields: `fault(status=500, times=2)`.
        """
        if fault is not None and fields:
            names = ", ".join(fields)
            raise ArgumentError(f"fault() has a fault and {names}; write them into the fault")
        if fault is not None and not isinstance(fault, Fault):
            fault = read_fault(fault)
        with python_names() if fault is None else nullcontext():
            fault = fault or fault_of_fields(fields)
            if fault.transport is not None and not self._serve:
                what = f"{fault.transport} needs a connection, and this mock runs without one"
                raise FaultError([Problem("/transport", what, "use the fixture leadway_mock")])
            contract = self.host.emulator.contract
            return arm(self._namespaces, contract, self.namespace.name, fault)

    @checks_arguments
    def refuse_connections(self) -> AbstractContextManager[None]:
        """Return a block in which the mock refuses connections, as a service that is down.

        Open connections are aborted. This affects every mock on the same host, so do not use it
        while another test runs in a thread of this process.
        """
        if not self._serve:
            raise RuntimeError("refuse_connections() needs the fixture leadway_mock, with a server")
        return self.host.refusing_connections()

    @checks_arguments
    def settings(self, **changes: Any) -> None:  # noqa: ANN401 - the fields of `Settings`
        """Change settings of `leadway mock` for this test; None restores the initial value.

        Raises `SettingsError` for an unknown name, a setting that is fixed, or an invalid value.
        """
        errors = [text for _, text in problems(self.namespace.settings, changes)]
        if errors:
            raise SettingsError(" ".join(errors))

        self._namespaces.change(
            self.namespace.name, lambda overrides: with_settings(overrides, changes)
        )

    @checks_arguments
    def allow(self, *kinds: str) -> None:
        """Permit these kinds of unexpected interactions in this test; words of `KINDS`."""
        self._allowed |= check_kinds(kinds)

    @checks_arguments
    def expect_files(self) -> None:
        """Report unused turns of the setting `dialogues` like those of the test's own dialogues."""
        self._expects_files = True

    # Assertions. `__tracebackhide__` makes pytest show the line of the test.

    @property
    def sessions(self) -> list[Conversation]:
        """Conversations of this test, oldest first."""
        return conversations(self.namespace)

    @checks_arguments
    def wait_for(
        self,
        count: int = 1,
        *,
        timeout: float = 5.0,
        **match: Any,  # noqa: ANN401 - JSON values
    ) -> list[JournalEntry]:
        """Wait for `count` matching requests; see `journal.wait_for`."""
        __tracebackhide__ = True
        return self.journal.wait_for(count, timeout=timeout, **match)

    @checks_arguments
    async def wait_for_async(
        self,
        count: int = 1,
        *,
        timeout: float = 5.0,  # noqa: ASYNC109 - it is the journal that waits, in a thread
        **match: Any,  # noqa: ANN401 - JSON values
    ) -> list[JournalEntry]:
        """Wait as `wait_for` does, without blocking the event loop."""
        __tracebackhide__ = True
        return await asyncio.to_thread(self.journal.wait_for, count, timeout=timeout, **match)

    @checks_arguments
    def assert_said(self, *messages: str | re.Pattern[str]) -> None:
        """Require a conversation of exactly these messages, in this order.

        A string must equal the message; a compiled pattern may match anywhere in it.
        """
        __tracebackhide__ = True
        for each in messages:
            check_type("assert_said()", each, str | re.Pattern, "texts, or compiled patterns")
        sessions = self.sessions
        if not any(each.has_messages(messages) for each in sessions):
            expected = ", ".join(repr(getattr(each, "pattern", each)) for each in messages)
            found = "; ".join(", ".join(map(repr, each.messages)) for each in sessions[:MAX_SHOWN])
            first = f"expected the messages {expected or '(none)'}, found {found or '(none)'}"
            lines = "\n".join(f"  {number}. {each}" for number, each in enumerate(messages, 1))
            text = f"No conversation has exactly these messages:\n{lines}"
            raise AssertionError(f"{first}\n\n{text}\n\n{format_conversations(sessions)}")

    @checks_arguments
    def assert_turns(self, *counts: int) -> None:
        """Require conversations of this many turns: `assert_turns(3)` means one, of three."""
        __tracebackhide__ = True
        for each in counts:
            expected = "numbers of turns from 1, such as assert_turns(2, 1)"
            check_number("assert_turns()", each, expected, minimum=1)
        sessions = self.sessions
        actual = [len(each.turns) for each in sessions]
        if actual != list(counts):
            found, expected = (", ".join(map(str, each)) or "none" for each in (actual, counts))
            text = f"Turns of the conversations: {found}; expected: {expected}."
            raise AssertionError(f"{text}\n\n{format_conversations(sessions)}")

    @checks_arguments
    def assert_requests(self, count: int, **match: Any) -> None:  # noqa: ANN401 - JSON values
        """Require `count` matching requests; see `journal.find`."""
        __tracebackhide__ = True
        check_number("assert_requests()", count, "a number of requests from 0")
        actual = self.journal.count(**match)
        if actual != count:
            text = f"{actual} requests{describe_query(match)}; expected: {count}."
            raise AssertionError(f"{text}\n{format_requests(list(self.journal))}")

    @checks_arguments
    def assert_conformant(self, *, allow: Iterable[str] = ()) -> None:
        """Require a conformance report without errors; `allow` has ids of findings to ignore."""
        __tracebackhide__ = True
        report = self.conformance(allow=allow)
        if not report.passed:
            raise AssertionError(error_text(report))

    @checks_arguments
    def conformance(self, *, allow: Iterable[str] = (), where: str = "") -> ConformanceReport:
        """Return the conformance report; `where` names this test in a report on several."""
        check_type("allow", allow, Iterable, "ids of findings")
        check_type("where", where, str, "the name of a test")
        idle = self.namespace.settings.session_idle_seconds
        return evaluate(self.journal, allow=allow, idle_seconds=idle, where=where)

    @checks_arguments
    def coverage(self) -> Coverage:
        """Return which documented outcomes occurred in this test."""
        return coverage(self.journal, self.host.emulator.contract)

    # Verification

    @checks_arguments
    def unexpected(self) -> list[Unexpected]:
        """Return the unexpected interactions so far, without those that are allowed."""
        found = self._watching.find(ignored=self.host.past_tokens, files=self._expects_files)
        return [each for each in found if each.kind not in self._allowed]

    @checks_arguments
    def verify(self) -> None:
        """Raise `UnexpectedInteractionError` if there are unexpected interactions."""
        found = self.unexpected()
        if found:
            raise UnexpectedInteractionError(self.report(found))

    def annotate(self, error: BaseException) -> None:
        """Add the unexpected interactions, which may be its cause, to an error as a note."""
        found = self.unexpected()
        if found:
            error.add_note(f"\n{self.report(found, hint='')}")

    def report(self, unexpected: Sequence[Unexpected], *, hint: str = ALLOW_HINT) -> str:
        """Return `unexpected` and the requests of the test as text; see `expectations.report`."""
        requests = "\n".join(self._watching.request_lines())
        return report(unexpected, requests=requests, hint=hint)


def as_list(value: Any) -> list[Any]:  # noqa: ANN401 - one value, or several
    """Return a collection as a list; any other value as a list of one."""
    return list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
