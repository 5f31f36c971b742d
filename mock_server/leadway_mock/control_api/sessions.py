"""Operations on sessions: list, show, fork, expire and delete."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice
from typing import Any, Final

import flask

from leadway_mock.control_api.blueprint import ControlAPI
from leadway_mock.control_api.request_reader import (
    ControlAPIError,
    ControlCall,
    next_position,
    not_found,
)
from leadway_mock.dialogues.conversation_files import FILES, SavedConversation, SavedTurn
from leadway_mock.state.clock import iso_time
from leadway_mock.state.journal_entry import JournalEntry
from leadway_mock.state.journal_query import compile_query
from leadway_mock.state.namespaces import Namespace
from leadway_mock.state.sessions import Session, Turn

MAX_EXPORTED_TURNS: Final = 1_000
MANAGED: Final = "executeManagedAgent"


def register(control: ControlAPI) -> None:
    """Add the handlers of the operations on sessions."""

    @control.route("listSessions")
    def list_all(call: ControlCall) -> dict[str, Any]:
        page = list(islice(_find_matching(call.namespace, call.query), call.query["limit"]))
        return {
            "sessions": [_session_to_json(call.namespace, session) for _, session in page],
            "next": next_position([position for position, _ in page], call.query),
            "count": call.namespace.sessions.count(),
        }

    @control.route("showSession")
    def show(call: ControlCall) -> dict[str, Any]:
        session = _find(call)
        after, limit = call.query["after"], call.query["limit"]
        turns = call.namespace.sessions.transcript(session.id, after=after, limit=limit)
        return _session_to_json(call.namespace, session) | {
            "transcript": [_turn_to_json(turn) for turn in turns],
            "next": next_position([turn.number for turn in turns], call.query),
        }

    @control.route("exportSession")
    def export(call: ControlCall) -> dict[str, Any]:
        session = _find(call)
        if session.turns > MAX_EXPORTED_TURNS:
            message = f"The session has {session.turns} turns; {MAX_EXPORTED_TURNS} is the limit."
            raise ControlAPIError(409, message)
        return FILES[call.query["format"]](_build_conversation(call, session))

    @control.route("forkSession")
    def fork(call: ControlCall) -> tuple[dict[str, Any], int]:
        namespace, session, turn = call.namespace, _find(call), call.body["turn"]
        fork_id = namespace.ids.mint("fork", namespace.next_number())
        new = namespace.sessions.fork(session.id, turn, fork_id)
        if new is None:
            message = f"The session has {session.turns} turns; 1 to {turn} are not all stored."
            raise ControlAPIError(404, message)
        return _session_to_json(namespace, new), 201

    @control.route("expireSession")
    def expire(call: ControlCall) -> dict[str, Any]:
        session = _find(call)
        call.namespace.sessions.expire(session.id)
        return _session_to_json(call.namespace, _find(call))

    @control.route("deleteSession")
    def delete(call: ControlCall) -> dict[str, Any]:
        session = _find(call)
        call.namespace.sessions.delete(session.id)
        return {"deleted": session.id}


def _find(call: ControlCall) -> Session:
    session = call.namespace.sessions.find(call.path["executionId"])
    if session is None:
        raise not_found("session", call.path["executionId"])
    return session


def _build_conversation(call: ControlCall, session: Session) -> SavedConversation:
    """Return a conversation with what the journal still has of its requests and responses."""
    namespace = call.namespace
    entries: dict[int, JournalEntry] = {}
    for entry in namespace.journal.find(compile_query({"executionId": session.id})):
        entries.setdefault(entry["turn"], entry)
    agent = call.emulator.agents.by_id.get(session.newest.agent_id if session.newest else "")
    named = any(each.get("operationId") == MANAGED for each in entries.values())
    turns = namespace.sessions.transcript(session.id, limit=MAX_EXPORTED_TURNS)
    return SavedConversation(
        id=session.id,
        agent_id=turns[0].agent_id,
        location_id=turns[0].location_id,
        is_managed=named or (agent is not None and agent.managed is not None),
        turns=[_build_turn(turn, entries.get(turn.number)) for turn in turns],
        url=flask.request.host_url.rstrip("/"),
    )


def _build_turn(turn: Turn, entry: JournalEntry | None) -> SavedTurn:
    """Return a turn. What a fault sent instead of the agent's response is left out."""
    request: Any = {}
    response: Any = {}
    if entry is not None:
        with suppress(ValueError):
            request = json.loads(entry["request"]["body"])
        if "fault" not in entry:
            response = entry["response"]["body"]
    return SavedTurn(
        turn.message,
        turn.response,
        request if isinstance(request, dict) else {},
        response if isinstance(response, dict) else {},
    )


def _find_matching(namespace: Namespace, query: Mapping[str, Any]) -> Iterator[tuple[int, Session]]:
    """Yield each session that matches the query, after its `after`, with its position."""
    is_newest_first = query.get("order") == "newest"
    sessions = namespace.sessions.walk(after=query["after"], newest_first=is_newest_first)
    return (each for each in sessions if _matches(namespace, each[1], query))


def _matches(namespace: Namespace, session: Session, query: Mapping[str, Any]) -> bool:
    turn = session.newest
    if turn is None:
        return False
    values = {
        "agentId": turn.agent_id,
        "locationId": turn.location_id,
        "contactId": turn.contact_id,
    }
    if any(name in query and query[name] != value for name, value in values.items()):
        return False
    return "expired" not in query or namespace.sessions.has_expired(session) == query["expired"]


def _session_to_json(namespace: Namespace, session: Session) -> dict[str, Any]:
    turn = session.newest
    if turn is None:
        raise not_found("session", session.id)
    return {
        "executionId": session.id,
        "agentId": turn.agent_id,
        "locationId": turn.location_id,
        "versionId": turn.version_id,
        "contactId": turn.contact_id,
        "turns": session.turns,
        "lastTurnAt": iso_time(turn.at),
        "expiresAt": iso_time(namespace.sessions.expires_at(session)),
        "expired": namespace.sessions.has_expired(session),
        "goalCompletion": turn.goal_completion,
    }


def _turn_to_json(turn: Turn) -> dict[str, Any]:
    return {
        "turn": turn.number,
        "at": iso_time(turn.at),
        "interactionId": turn.interaction_id,
        "message": turn.message,
        "response": turn.response,
        "goalCompletion": turn.goal_completion,
    }
