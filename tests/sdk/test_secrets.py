"""A canary for a token: whatever happens, it is seen on the wire and nowhere else."""

from __future__ import annotations

import copy
import io
import logging
import pickle
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from leadway import AsyncLeadway, Leadway, LeadwayError, Settings
from tests.sdk.conftest import LOCATION, QUICK, Ask, ask_sync
from tests.sdk.hostile import Hostile, answer, hang, headers_of, reset, say, say_and_hang_up
from tests.sdk.outcomes import CALL

CANARY = "pit-00000000-cana-4ry0-8000-c0ffee00cafe"
ECHOES = f'{{"message": "Invalid Private Integration token {CANARY}", "traceId": "{CANARY}"}}'
SCRIPTS = {
    "an answer that repeats it": say(answer(401, ECHOES.encode(), X_Echo=CANARY)),
    "a page that repeats it": say(answer(500, f"<p>{CANARY}</p>".encode())),
    "a reply that repeats it": say(
        answer(200, f'{{"response": "{CANARY}", "executionId": "{CANARY}", "x": []}}'.encode())
    ),
    "a reply without sense": say(answer(200, f'{{"response": ["{CANARY}"]}}'.encode())),
    "a redirect": say(answer(302, Location=f"http://127.0.0.1/{CANARY}")),
    "noise": say_and_hang_up(CANARY.encode() * 3),
    "a reset": reset,
    "silence": hang,
}


@pytest.fixture
def everything_logged() -> Iterator[io.StringIO]:
    """Log all that any library says, at its loudest."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    # httpcore writes down every header that a server sends, whatever a library above it does.
    handler.addFilter(lambda record: "receive_response_headers" not in record.getMessage())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(1)
    yield written
    root.setLevel(level)
    root.removeHandler(handler)


def shown(value: Any) -> str:
    """Return whatever of a value people and programs get to see."""
    parts = [repr(value), str(value), repr(pickle.dumps(value)), repr(copy.deepcopy(value))]
    if isinstance(value, BaseException):
        whole = traceback.TracebackException.from_exception(value, capture_locals=True)
        ours = [repr(frame.locals) for frame in whole.stack if "tests" not in frame.filename]
        parts += [*whole.format_exception_only(), *ours, repr(vars(value)), repr(value.__context__)]
    return "\n".join(parts)


@pytest.mark.parametrize("case", SCRIPTS)
def test_the_canary_is_seen_on_the_wire_alone(
    case: str, ask: Ask, hostile_server: Hostile, everything_logged: io.StringIO
) -> None:
    hostile_server.will(SCRIPTS[case])
    came: Any
    try:
        came = ask(hostile_server.url, token=CANARY, timeout=0.3)
    except LeadwayError as error:
        came = error
    (request,) = hostile_server.heard
    assert headers_of(request)["authorization"] == f"Bearer {CANARY}"
    assert CANARY not in shown(came)
    assert everything_logged.getvalue()
    assert CANARY not in everything_logged.getvalue()


def test_no_object_shows_it() -> None:
    settings = Settings.made(token=CANARY, location_id=LOCATION, base_url="http://127.0.0.1:9")
    with Leadway(settings) as leadway:
        agent = leadway.agent(CALL.agent_id)
        for value in (leadway, agent, agent.conversation(), AsyncLeadway(settings)):
            assert CANARY not in f"{value!r} {value} {vars(value)}"
    assert CANARY not in shown(settings)
    assert CANARY not in repr(vars(leadway._transport))  # noqa: SLF001 - what a debugger shows


@pytest.mark.parametrize("wrong", [f"Bearer {CANARY}", f"{CANARY} {CANARY}", f"{CANARY}é"])
def test_no_complaint_repeats_it(wrong: str) -> None:
    with pytest.raises(LeadwayError) as refused:
        ask_sync("http://127.0.0.1:9", token=wrong, retries=QUICK)
    assert CANARY not in str(refused.value)
    assert CANARY not in shown(refused.value)
