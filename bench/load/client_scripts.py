"""Client scripts: which requests a connection sends, and which responses it counts as wrong.

A script is a generator that yields a request and is sent the response. Wrong responses are counted,
and the load continues.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count, cycle
from typing import Any

from bench.load.requests import FIRST_TURN, INVALID, NEXT_TURN, Requests
from bench.load.response_parser import HTTPResponse

Script = Generator[bytes, HTTPResponse, None]

OK = 200
REJECTIONS = (400, 422)
TURNS = 5

NO_SESSION = "keeps no session"
WRONG_TURN = "wrong turn number"


@dataclass
class Shared:
    """State that the scripts of all connections share.

    `numbers_turns` is whether the responses of the server begin with the number of their turn.
    """

    requests: Requests
    numbers_turns: bool
    wrong: Counter[str] = field(default_factory=Counter)
    numbers: Iterator[int] = field(default_factory=count)
    invalid: Iterator[bytes] = field(default_factory=lambda: cycle(INVALID))
    sessions: set[str] = field(default_factory=set)


def first_turns(shared: Shared) -> Script:
    """Open one session after the other, with the same headers."""
    return _open_sessions(shared, shared.requests.post)


def traced_first_turns(shared: Shared) -> Script:
    """Open one session after the other, each with new trace headers."""
    return _open_sessions(shared, shared.requests.post_traced)


def _open_sessions(shared: Shared, post: Callable[[bytes], bytes]) -> Script:
    while True:
        response = yield post(FIRST_TURN % next(shared.numbers))
        if response.status != OK:
            shared.wrong[f"status {response.status}"] += 1
        elif b'"executionId"' not in response.body:
            shared.wrong["no executionId"] += 1


def conversations(shared: Shared) -> Script:
    """Hold conversations of five turns, and check session and turn number of each response.

    Where the first response names a session that exists already, all turns count as wrong.
    """
    post = shared.requests.post
    while True:
        session, duplicate = "", False
        for turn in range(1, TURNS + 1):
            number = next(shared.numbers)
            body = NEXT_TURN % (number, session.encode()) if session else FIRST_TURN % number
            content = _content((yield post(body)))
            problem = _problem(shared, content, turn, session)
            duplicate = duplicate or problem == NO_SESSION
            if problem or duplicate:
                shared.wrong[problem or NO_SESSION] += 1
            session = session or str(content.get("executionId", ""))
            shared.sessions.add(session)


def _content(response: HTTPResponse) -> Mapping[str, Any]:
    """Return the JSON of a response, or its status under `status` where it has no usable JSON."""
    if response.status != OK:
        return {"status": response.status}
    try:
        content = json.loads(response.body)
    except ValueError:
        return {"status": "200 without JSON"}
    return content if isinstance(content, dict) else {"status": "200 without an object"}


def _problem(shared: Shared, content: Mapping[str, Any], turn: int, session: str) -> str:
    """Return what is wrong with the response to a turn; empty where nothing is."""
    if "executionId" not in content:
        return f"status {content.get('status', '200 without executionId')}"
    returned = content["executionId"]
    if (returned in shared.sessions) if turn == 1 else (returned != session):
        return NO_SESSION
    if shared.numbers_turns and not str(content.get("response")).startswith(f"Turn {turn}."):
        return WRONG_TURN
    return ""


def invalid_bodies(shared: Shared) -> Script:
    """Send invalid bodies in turns."""
    for body in shared.invalid:
        response = yield shared.requests.post(body)
        if response.status not in REJECTIONS:
            shared.wrong[f"status {response.status}"] += 1


SCRIPTS: Mapping[str, Callable[[Shared], Script]] = {
    "first turns": first_turns,
    "first turns, traced": traced_first_turns,
    "conversations": conversations,
    "invalid bodies": invalid_bodies,
}
"""The workloads, by name."""
