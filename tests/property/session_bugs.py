"""Session bugs, each introduced into the emulator by replacing one method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from leadway_mock.agents.registry import Agent
from leadway_mock.http.messages import APIError
from leadway_mock.pipeline import pipeline
from leadway_mock.pipeline.context import OperationCall, RequestContext
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.pipeline.handlers.execute_agent import ExecuteAgentHandler
from leadway_mock.pipeline.pipeline import RequestPipeline
from leadway_mock.state.ids import Ids
from leadway_mock.state.sessions import Session, Sessions, Turn
from leadway_mock.store import Reads, Write

Bug = Callable[[pytest.MonkeyPatch], None]

BUGS: dict[str, Bug] = {}


def bug(introduce: Bug) -> Bug:
    """Add a bug to the list under the name of its function."""
    BUGS[introduce.__name__.replace("_", " ")] = introduce
    return introduce


resume, has_expired, turn_writes, find = (
    Sessions.resume,
    Sessions.has_expired,
    Sessions.turn_writes,
    Sessions.find,
)
commit = pipeline.commit
find_session, validate = ExecuteAgentHandler._find_session, RequestPipeline._validate  # noqa: SLF001 - replaced below


def _newest_turn(self: Sessions, execution_id: str) -> Turn | None:
    session = find(self, execution_id)
    return session.newest if session else None


@bug
def any_agent_may_continue(patch: pytest.MonkeyPatch) -> None:
    def broken(
        self: Sessions, execution_id: str, agent_id: str, location_id: str, reads: Reads
    ) -> Session:
        newest = _newest_turn(self, execution_id)
        return resume(
            self, execution_id, newest.agent_id if newest else agent_id, location_id, reads
        )

    patch.setattr(Sessions, "resume", broken)


@bug
def any_location_may_continue(patch: pytest.MonkeyPatch) -> None:
    def broken(
        self: Sessions, execution_id: str, agent_id: str, location_id: str, reads: Reads
    ) -> Session:
        newest = _newest_turn(self, execution_id)
        return resume(
            self, execution_id, agent_id, newest.location_id if newest else location_id, reads
        )

    patch.setattr(Sessions, "resume", broken)


@bug
def nothing_expires(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Sessions, "has_expired", lambda *_: False)


@bug
def sessions_expire_one_moment_early(patch: pytest.MonkeyPatch) -> None:
    def broken(self: Sessions, session: Session) -> bool:
        idle = self._clock.now() - session.newest.at if session.newest else 0.0
        return idle >= self._settings.session_idle_seconds

    patch.setattr(Sessions, "has_expired", broken)


@bug
def sessions_expire_by_their_first_turn(patch: pytest.MonkeyPatch) -> None:
    def broken(self: Sessions, session: Session) -> bool:
        first = self.transcript(session.id, limit=1)
        return has_expired(self, Session(session.id, first[0] if first else None))

    patch.setattr(Sessions, "has_expired", broken)


@bug
def a_rejected_message_keeps_a_session_alive(patch: pytest.MonkeyPatch) -> None:
    touched: dict[str, float] = {}

    def broken(self: Sessions, session: Session) -> bool:
        at = max(touched.get(session.id, 0.0), session.newest.at if session.newest else 0.0)
        return self._clock.now() - at > self._settings.session_idle_seconds

    def touch(
        self: Sessions, execution_id: str, agent_id: str, location_id: str, reads: Reads
    ) -> Session:
        touched[execution_id] = self._clock.now()
        return resume(self, execution_id, agent_id, location_id, reads)

    patch.setattr(Sessions, "has_expired", broken)
    patch.setattr(Sessions, "resume", touch)


@bug
def a_turn_is_committed_over_a_faster_one(patch: pytest.MonkeyPatch) -> None:
    def broken(self: Sessions, session: Session, turn: Turn) -> list[Write]:
        return turn_writes(self, find(self, session.id) or session, turn)

    patch.setattr(Sessions, "turn_writes", broken)


@bug
def a_turn_that_was_overtaken_is_dropped(patch: pytest.MonkeyPatch) -> None:
    def broken(context: RequestContext) -> bool:
        if not commit(context):
            context.writes = []
            commit(context)
        return True

    patch.setattr(pipeline, "commit", broken)


@bug
def a_third_turn_is_not_counted(patch: pytest.MonkeyPatch) -> None:
    def broken(self: Sessions, session: Session, turn: Turn) -> list[Write]:
        return [] if turn.number == 3 else turn_writes(self, session, turn)

    patch.setattr(Sessions, "turn_writes", broken)


@bug
def the_paths_do_not_share_sessions(patch: pytest.MonkeyPatch) -> None:
    first_path: dict[str, str] = {}

    def broken(self: ExecuteAgentHandler, call: OperationCall, agent: Agent) -> Session:
        session = find_session(self, call, agent)
        if first_path.setdefault(session.id, call.operation.id) != call.operation.id:
            raise APIError("session-unknown")
        return session

    patch.setattr(ExecuteAgentHandler, "_find_session", broken)


@bug
def a_rejected_body_counts_as_a_turn(patch: pytest.MonkeyPatch) -> None:
    def broken(
        self: RequestPipeline, context: RequestContext, operation: Any, body: Any, agent: str
    ) -> None:
        try:
            validate(self, context, operation, body, agent)
        except APIError:
            sessions = context.namespace.sessions
            session = find(sessions, body.get("executionId", ""))
            if session and session.newest:
                turn = replace(session.newest, number=session.turns + 1)
                context.namespace.store.commit(turn_writes(sessions, session, turn))
            raise

    patch.setattr(RequestPipeline, "_validate", broken)


@bug
def an_unknown_id_is_accepted(patch: pytest.MonkeyPatch) -> None:
    def broken(
        self: Sessions, execution_id: str, agent_id: str, location_id: str, reads: Reads
    ) -> Session:
        if find(self, execution_id) is None:
            return Session(execution_id)
        return resume(self, execution_id, agent_id, location_id, reads)

    patch.setattr(Sessions, "resume", broken)


@bug
def an_empty_id_is_an_unknown_one(patch: pytest.MonkeyPatch) -> None:
    def broken(self: ExecuteAgentHandler, call: OperationCall, agent: Agent) -> Session:
        if call.body.get("executionId") == "":
            raise APIError("session-unknown")
        return find_session(self, call, agent)

    patch.setattr(ExecuteAgentHandler, "_find_session", broken)


@bug
def state_of_one_session_leaks_into_another(patch: pytest.MonkeyPatch) -> None:
    shared: dict[str, Any] = {}
    start = Emulator.__init__

    def start_again(self: Emulator, *parts: Any) -> None:
        shared.clear()
        start(self, *parts)

    def state(session: Session) -> Any:
        if session.newest:
            shared.update(session.newest.state)
        return shared

    patch.setattr(Emulator, "__init__", start_again)
    patch.setattr(Session, "state", property(state))


@bug
def interaction_ids_repeat_within_a_session(patch: pytest.MonkeyPatch) -> None:
    mint = Ids.mint

    def broken(self: Ids, kind: str, *parts: str | int) -> str:
        return str(parts[0]) if kind == "interaction" else mint(self, kind, *parts)

    patch.setattr(Ids, "mint", broken)


@bug
def a_reset_starts_the_same_ids_again(patch: pytest.MonkeyPatch) -> None:
    numbers, start, reset = [count()], Emulator.__init__, Emulator.reset

    def start_again(self: Emulator, *parts: Any) -> None:
        numbers[0] = count()
        start(self, *parts)

    def reset_again(self: Emulator) -> None:
        numbers[0] = count()
        reset(self)

    patch.setattr(Emulator, "__init__", start_again)
    patch.setattr(Emulator, "reset", reset_again)
    patch.setattr(Ids, "mint", lambda _, kind, *__: f"{kind}{next(numbers[0])}")


@bug
def a_reset_deletes_the_list_but_not_the_turns(patch: pytest.MonkeyPatch) -> None:
    def broken(self: Emulator) -> None:
        for key in ("/sessions", "/journal", "/requests"):
            self._store.delete(key)

    patch.setattr(Emulator, "reset", broken)
