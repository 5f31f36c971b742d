"""Conversations: listed, shown, forked, ended and forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NoReturn

from leadway_mock.control_api.request_reader import ControlAPIError, ControlCall
from leadway_mock.control_api.router import ControlAPI
from leadway_mock.control_api.timestamps import iso_time
from leadway_mock.state.namespace import Namespace
from leadway_mock.state.sessions import Session, Turn

PAGE = 500
"""How many sessions are looked at together where only some are wanted."""


def register(control: ControlAPI) -> None:
    """Answer the operations on sessions."""

    @control.route("listSessions")
    def listed(asked: ControlCall) -> dict[str, Any]:
        limit = asked.query["limit"]
        found = list(islice(_wanted(asked.namespace, asked.query), limit))
        return {
            "sessions": [_session(asked.namespace, session) for _, session in found],
            "next": found[-1][0] if len(found) == limit else None,
            "count": asked.namespace.sessions.count(),
        }

    @control.route("showSession")
    def shown(asked: ControlCall) -> dict[str, Any]:
        session = _found(asked)
        after, limit = asked.query["after"], asked.query["limit"]
        turns = asked.namespace.sessions.transcript(session.id, after=after, limit=limit)
        return _session(asked.namespace, session) | {
            "transcript": [_turn(turn) for turn in turns],
            "next": turns[-1].number if len(turns) == limit else None,
        }

    @control.route("forkSession")
    def forked(asked: ControlCall) -> tuple[dict[str, Any], int]:
        space, session, turn = asked.namespace, _found(asked), asked.body["turn"]
        fork_id = space.ids.mint("fork", space.next_number())
        fork = space.sessions.fork(session.id, turn, fork_id)
        if fork is None:
            there = f"The session has {session.turns} turns"
            raise ControlAPIError(404, f"{there}, and its first {turn} are not all there.")
        return _session(space, fork), 201

    @control.route("expireSession")
    def expired(asked: ControlCall) -> dict[str, Any]:
        session = _found(asked)
        asked.namespace.sessions.expire(session.id)
        return _session(asked.namespace, session)

    @control.route("deleteSession")
    def deleted(asked: ControlCall) -> dict[str, Any]:
        session = _found(asked)
        asked.namespace.sessions.delete(session.id)
        return {"deleted": session.id}


def _found(asked: ControlCall) -> Session:
    execution_id = asked.path["executionId"]
    return asked.namespace.sessions.find(execution_id) or _unknown(execution_id)


def _unknown(execution_id: str) -> NoReturn:
    raise ControlAPIError(404, f"No session has the executionId '{execution_id[:80]}'.")


def _wanted(space: Namespace, query: Mapping[str, Any]) -> Iterator[tuple[int, Session]]:
    """Yield each session that the query describes, behind its `after`, with its position."""
    after = query["after"]
    while page := list(space.sessions.listed(after=after, limit=PAGE)):
        yield from (each for each in page if _fits(space, each[1], query))
        after = page[-1][0]


def _fits(space: Namespace, session: Session, query: Mapping[str, Any]) -> bool:
    turn = session.newest
    if turn is None:
        return False
    found = {
        "agentId": turn.agent_id,
        "locationId": turn.location_id,
        "contactId": turn.contact_id,
    }
    if any(name in query and query[name] != value for name, value in found.items()):
        return False
    return "expired" not in query or space.sessions.expired(session) == query["expired"]


def _session(space: Namespace, session: Session) -> dict[str, Any]:
    turn = session.newest or _unknown(session.id)
    return {
        "executionId": session.id,
        "agentId": turn.agent_id,
        "locationId": turn.location_id,
        "versionId": turn.version_id,
        "contactId": turn.contact_id,
        "turns": session.turns,
        "lastTurnAt": iso_time(turn.at),
        "expired": space.sessions.expired(session),
        "goalCompletion": turn.goal_completion,
    }


def _turn(turn: Turn) -> dict[str, Any]:
    return {
        "turn": turn.number,
        "at": iso_time(turn.at),
        "interactionId": turn.interaction_id,
        "message": turn.message,
        "response": turn.response,
        "goalCompletion": turn.goal_completion,
    }
