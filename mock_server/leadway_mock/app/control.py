"""The control API: what the mock knows, for people and test suites. JSON in, JSON out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import flask
from werkzeug.exceptions import BadRequest, NotFound

from leadway_mock import __version__
from leadway_mock.emulator import Emulator
from leadway_mock.sessions import Session, Turn
from leadway_mock.spaces import Space

DEFAULT_LIMIT = 100
MAX_LIMIT = 1_000
DIGITS = re.compile(r"[0-9]{1,16}")  # Thousands of digits are an error to Python, and to SQLite.


def control_blueprint(emulator: Emulator) -> flask.Blueprint:
    """Return the routes of the control API over `emulator`."""
    control = flask.Blueprint("control", __name__, url_prefix="/__mock")

    def space() -> Space:
        return emulator.spaces.of(flask.request.headers.get("Authorization"))

    @control.get("/health")
    def health() -> dict[str, Any]:
        """Whether the mock is up, and which contract, profile and agents it serves."""
        return _health(emulator)

    @control.get("/sessions")
    def list_sessions() -> dict[str, Any]:
        """The conversations, oldest first; page with `limit` and with `next` as `after`."""
        here = space()
        after, limit = _page()
        found = list(here.sessions.listed(after=after, limit=limit))
        return {
            "sessions": [_session(here, session) for _, session in found],
            "next": found[-1][0] if len(found) == limit else None,
            "count": here.sessions.count(),
        }

    @control.get("/sessions/<execution_id>")
    def show_session(execution_id: str) -> dict[str, Any]:
        """One conversation with its turns; page as in the list."""
        here = space()
        session = here.sessions.find(execution_id)
        if session is None:
            raise NotFound(f"No session has the executionId '{execution_id[:80]}'.")
        after, limit = _page()
        turns = here.sessions.transcript(execution_id, after=after, limit=limit)
        return _session(here, session) | {
            "transcript": [_turn(turn) for turn in turns],
            "next": turns[-1].number if len(turns) == limit else None,
        }

    @control.get("/journal")
    def list_journal() -> dict[str, Any]:
        """Every request and its answer, oldest first and without secrets; page as in the list."""
        after, limit = _page()
        journal = space().journal
        entries = journal.entries(after=after, limit=limit)
        return {
            "entries": [entry | {"at": _time(entry["at"])} for entry in entries],
            "next": entries[-1]["number"] if len(entries) == limit else None,
            "count": journal.count(),
        }

    @control.post("/reset")
    def reset() -> dict[str, Any]:
        """Forget every session, turn, journal entry and count, as if just started."""
        space().reset()
        return {"reset": True}

    return control


def _health(emulator: Emulator) -> dict[str, Any]:
    return {
        "status": "ok",
        "version": __version__,
        "contract": emulator.contract.version,
        "profile": emulator.settings.profile,
        "agents": [
            {"id": agent.id, "name": agent.name, "status": agent.status}
            for agent in emulator.cast.agents.values()
        ],
        "sessions": emulator.sessions.count(),
    }


def _session(space: Space, session: Session) -> dict[str, Any]:
    turn = session.newest
    if turn is None:
        return {"executionId": session.id, "turns": 0}
    return {
        "executionId": session.id,
        "agentId": turn.agent_id,
        "locationId": turn.location_id,
        "versionId": turn.version_id,
        "contactId": turn.contact_id,
        "turns": session.turns,
        "lastTurnAt": _time(turn.at),
        "expired": space.sessions.expired(session),
        "goalCompletion": turn.goal_completion,
    }


def _turn(turn: Turn) -> dict[str, Any]:
    return {
        "turn": turn.number,
        "at": _time(turn.at),
        "interactionId": turn.interaction_id,
        "message": turn.message,
        "response": turn.response,
        "goalCompletion": turn.goal_completion,
    }


def _time(seconds: float) -> str:
    """Return a time as ISO 8601 in UTC, to the millisecond."""
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _page() -> tuple[int, int]:
    after = _number("after", 0, least=0, most=2**53)
    return after, _number("limit", DEFAULT_LIMIT, least=1, most=MAX_LIMIT)


def _number(name: str, default: int, *, least: int, most: int) -> int:
    text = flask.request.args.get(name)
    if text is None:
        return default
    if not DIGITS.fullmatch(text) or not least <= int(text) <= most:
        raise BadRequest(f"'{name}' is a whole number from {least} to {most}.")
    return int(text)
