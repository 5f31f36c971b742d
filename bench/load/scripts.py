"""What one connection says, and what it thinks of the answers.

A script is a generator: it yields a request, and is sent the answer. What it finds wrong goes into
the tally, and the load goes on.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count, cycle
from typing import Any

from bench.load.answers import Answer
from bench.load.requests import FIRST_TURN, INVALID, NEXT_TURN, Requests

Script = Generator[bytes, Answer, None]

OK = 200
REFUSALS = (400, 422)
TURNS = 5

NO_SESSION = "keeps no session"
WRONG_TURN = "wrong turn number"


@dataclass
class Shared:
    """What the scripts of all connections have in common.

    `numbers_turns` tells whether the server's answers begin with the number of their turn.
    """

    requests: Requests
    numbers_turns: bool
    wrong: Counter[str] = field(default_factory=Counter)
    numbers: Iterator[int] = field(default_factory=count)
    invalid: Iterator[bytes] = field(default_factory=lambda: cycle(INVALID))
    sessions: set[str] = field(default_factory=set)


def first_turns(shared: Shared) -> Script:
    """Open one session after the other, under the same head."""
    return _opening(shared, shared.requests.post)


def traced_first_turns(shared: Shared) -> Script:
    """Open one session after the other, each time under another head."""
    return _opening(shared, shared.requests.post_traced)


def _opening(shared: Shared, post: Callable[[bytes], bytes]) -> Script:
    while True:
        answer = yield post(FIRST_TURN % next(shared.numbers))
        if answer.status != OK:
            shared.wrong[f"status {answer.status}"] += 1
        elif b'"executionId"' not in answer.body:
            shared.wrong["no executionId"] += 1


def conversations(shared: Shared) -> Script:
    """Hold conversations of five turns, and check each answer's session and turn.

    Where the session was another's from the start, no turn of the conversation is right.
    """
    post = shared.requests.post
    while True:
        session, foreign = "", False
        for turn in range(1, TURNS + 1):
            number = next(shared.numbers)
            body = NEXT_TURN % (number, session.encode()) if session else FIRST_TURN % number
            content = _content((yield post(body)))
            complaint = _complaint(shared, content, turn, session)
            foreign = foreign or complaint == NO_SESSION
            if complaint or foreign:
                shared.wrong[complaint or NO_SESSION] += 1
            session = session or str(content.get("executionId", ""))
            shared.sessions.add(session)


def _content(answer: Answer) -> Mapping[str, Any]:
    """Return what an answer says, or its status under `status` where it says nothing of use."""
    if answer.status != OK:
        return {"status": answer.status}
    try:
        content = json.loads(answer.body)
    except ValueError:
        return {"status": "200 without JSON"}
    return content if isinstance(content, dict) else {"status": "200 without an object"}


def _complaint(shared: Shared, content: Mapping[str, Any], turn: int, session: str) -> str:
    """Return what is wrong with the answer to that turn of that session; nothing is empty."""
    if "executionId" not in content:
        return f"status {content.get('status', '200 without executionId')}"
    told = content["executionId"]
    if (told in shared.sessions) if turn == 1 else (told != session):
        return NO_SESSION
    if shared.numbers_turns and not str(content.get("response")).startswith(f"Turn {turn}."):
        return WRONG_TURN
    return ""


def invalid_bodies(shared: Shared) -> Script:
    """Send what has to be refused, in turns."""
    for body in shared.invalid:
        answer = yield shared.requests.post(body)
        if answer.status not in REFUSALS:
            shared.wrong[f"status {answer.status}"] += 1


SCRIPTS: Mapping[str, Callable[[Shared], Script]] = {
    "first turns": first_turns,
    "first turns, traced": traced_first_turns,
    "conversations": conversations,
    "invalid bodies": invalid_bodies,
}
"""The workloads, by name."""
