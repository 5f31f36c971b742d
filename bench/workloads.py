"""Workloads: which requests a connection sends, and which responses count as wrong.

A workload is a generator for each connection that yields a request and is sent the response. Wrong
responses are counted, and the load continues.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle
from typing import NamedTuple

OK = 200
REJECTIONS = (400, 422)
TURNS = 5
DIALOGUE_TURNS = 30

NO_ID = "no executionId"
NO_SESSION = "keeps no session"
WRONG_REPLY = "wrong reply"

PATH = "/agent-studio/agent/p1q2r3s4t5u6v7w8x9y0z1a2/execute"
QUERY = "source=api"
HEADERS = (
    f"POST {PATH}%s HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n"
    "Accept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\n"
    "User-Agent: python-httpx/0.28.1\r\n"
    "Authorization: Bearer %s\r\nVersion: 2021-07-28\r\n"
    "%sContent-Length: %d\r\nContent-Type: application/json\r\n\r\n"
)
TRACE = "traceparent: 00-{:032x}-{:016x}-01\r\nX-Request-Id: {:032x}\r\n"
"""Headers that clients with tracing send, with new values in each request."""

PLACE = '"locationId":"C2QujeCh8ZnC7al2InWR"'
CONTACT = '"contactId":"ocQHyuzHvysMo5N5VsXc"'
VARIABLES = (
    '"inputVariables":{"customerName":"Ada Lovelace","orderNumber":"A-10815",'
    '"plan":"premium","language":"en-GB","timezone":"Europe/London","returning":true}'
)
# The number makes each message different; its fixed width keeps all bodies the same length.
MESSAGE = (
    "Good morning! I would like to move my appointment {:010d} to next Tuesday afternoon, if you"
    " still have something free around three."
)
SYMBOLS = (
    r"Order {:010d}: caf\u00e9 \"Zoë\" 🎉\nsize=XL&colour=red, see"
    " https://shop.example/orders?id=10815&token=abc#items — is 2+2=4?"
)
LONG = MESSAGE + " Please take your time." * 165
FOLLOWING = "And what about {:010d}, would that work for you as well?"
INVALID = (
    f"{{{PLACE},{CONTACT}}}",
    f'{{"message":5,{PLACE},{CONTACT}}}',
    f'{{"message":"Good morning!",{CONTACT}}}',
    f'{{"message":"Good morning!",{PLACE},"contactId":"ocQHyu',
)
"""No message; a number for the message; no location; truncated JSON."""


class HTTPResponse(NamedTuple):
    """A complete response."""

    status: int
    body: bytes


Script = Generator[bytes, HTTPResponse, None]


def token(number: int) -> str:
    """Return the token of client `number`."""
    return f"pit-12345678-1234-4234-8234-{number:012d}"


def build_request(body: str, *, query: str = QUERY, traced: bool = True, client: int = 0) -> bytes:
    """Return an execute request with the headers of httpx."""
    bits = random.getrandbits
    trace = TRACE.format(bits(128), bits(64), bits(128)) if traced else ""
    content = body.encode()
    target = f"?{query}" if query else ""
    return (HEADERS % (target, token(client), trace, len(content))).encode() + content


def first_body(message: str) -> str:
    """Return the body of the vendor's sample: input variables and a contact."""
    return f'{{"message":"{message}",{PLACE},{CONTACT},{VARIABLES}}}'


def next_body(message: str, session: str) -> str:
    """Return the body of a message that continues a session."""
    return f'{{"message":"{message}",{PLACE},{CONTACT},"executionId":"{session}"}}'


@dataclass
class Shared:
    """State that the scripts of all connections share.

    `numbers_turns` is whether the responses of the server begin with the number of their turn,
    `clients` the number of tokens, `topics` the number of dialogues.
    """

    numbers_turns: bool = False
    clients: int = 1
    topics: int = 1
    wrong: Counter[str] = field(default_factory=Counter)
    numbers: Iterator[int] = field(default_factory=count)
    sessions: set[str] = field(default_factory=set)


Workload = Callable[[Shared], Script]


def first_turns(
    message: str, body: Callable[[str], str] = first_body, query: str = QUERY, *, traced: bool
) -> Workload:
    """Return a workload that opens one session after the other."""

    def script(shared: Shared) -> Script:
        while True:
            text = body(message.format(next(shared.numbers)))
            client = random.randrange(shared.clients)
            response = yield build_request(text, query=query, traced=traced, client=client)
            if response.status != OK:
                shared.wrong[f"status {response.status}"] += 1
            elif b'"executionId"' not in response.body:
                shared.wrong[NO_ID] += 1

    return script


def conversations(shared: Shared) -> Script:
    """Hold conversations of five turns, and check session and turn number of each response."""
    replies = [f"Turn {turn}." if shared.numbers_turns else "" for turn in range(1, TURNS + 1)]
    while True:
        texts = [MESSAGE, *[FOLLOWING] * (TURNS - 1)]
        yield from _converse(shared, [each.format(next(shared.numbers)) for each in texts], replies)


def dialogues(shared: Shared) -> Script:
    """Follow one dialogue after the other, through all its turns."""
    turns = range(1, DIALOGUE_TURNS + 1)
    while True:
        topic = random.randrange(shared.topics)
        messages, replies = zip(*(dialogue_turn(topic, turn) for turn in turns), strict=True)
        yield from _converse(shared, messages, replies)


def dialogue_turn(topic: int, turn: int) -> tuple[str, str]:
    """Return the message and the reply of a turn of dialogue `topic`."""
    return f"topic {topic:04} step {turn:02}", f"Step {turn:02} of topic {topic:04}."


def _converse(shared: Shared, messages: Sequence[str], replies: Sequence[str]) -> Script:
    """Send messages in one session; a reply must begin with the one in `replies`.

    Where the first response names a session that exists already, all turns count as wrong.
    """
    session, duplicate, client = "", False, random.randrange(shared.clients)
    for message, reply in zip(messages, replies, strict=True):
        body = next_body(message, session) if session else first_body(message)
        response = yield build_request(body, client=client)
        returned, problem = _check(shared, response, session, reply)
        duplicate = duplicate or problem == NO_SESSION
        if problem or duplicate:
            shared.wrong[problem or NO_SESSION] += 1
        session = session or returned
        shared.sessions.add(session)


def _check(shared: Shared, response: HTTPResponse, session: str, reply: str) -> tuple[str, str]:
    """Return the session of a response, and what is wrong with it; empty where nothing is."""
    if response.status != OK:
        return "", f"status {response.status}"
    try:
        content = json.loads(response.body)
        returned = str(content["executionId"])
    except (ValueError, LookupError, TypeError):
        return "", NO_ID
    if (returned != session) if session else (returned in shared.sessions):
        return returned, NO_SESSION
    return returned, "" if str(content.get("response")).startswith(reply) else WRONG_REPLY


def invalid_bodies(shared: Shared) -> Script:
    """Send invalid bodies in turns."""
    for body in cycle(INVALID):
        response = yield build_request(body)
        if response.status not in REJECTIONS:
            shared.wrong[f"status {response.status}"] += 1


def _plain_body(message: str) -> str:
    return f'{{"message":"{message}",{PLACE}}}'


HEADLINE = "sample, trace ids"
WORKLOADS: Mapping[str, Workload] = {
    HEADLINE: first_turns(MESSAGE, traced=True),
    "sample, same headers": first_turns(MESSAGE, traced=False),
    "plain": first_turns(MESSAGE, _plain_body, "", traced=False),
    "symbols": first_turns(SYMBOLS, traced=True),
    "4 KB": first_turns(LONG, traced=True),
    "conversations": conversations,
    "invalid bodies": invalid_bodies,
    "dialogues": dialogues,
}
"""The workloads, by name. All but two have trace ids."""
