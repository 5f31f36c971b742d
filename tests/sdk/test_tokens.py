"""A canary as token is sent to the server and appears nowhere else."""

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
from tests.sdk.conftest import FAST_RETRIES, LOCATION, Send, send_sync
from tests.sdk.hostile_server import (
    HostileServer,
    hang,
    headers_of,
    reset,
    response,
    send_and_close,
    send_bytes,
)
from tests.sdk.samples import CALL

CANARY = "pit-00000000-cana-4ry0-8000-c0ffee00cafe"
ECHOES = f'{{"message": "Invalid Private Integration token {CANARY}", "traceId": "{CANARY}"}}'
SCRIPTS = {
    "an error response that repeats it": send_bytes(response(401, ECHOES.encode(), X_Echo=CANARY)),
    "a page that repeats it": send_bytes(response(500, f"<p>{CANARY}</p>".encode())),
    "a reply that repeats it": send_bytes(
        response(200, f'{{"response": "{CANARY}", "executionId": "{CANARY}", "x": []}}'.encode())
    ),
    "an invalid reply": send_bytes(response(200, f'{{"response": ["{CANARY}"]}}'.encode())),
    "a redirect": send_bytes(response(302, Location=f"http://127.0.0.1/{CANARY}")),
    "noise": send_and_close(CANARY.encode() * 3),
    "a reset": reset,
    "silence": hang,
}


@pytest.fixture
def everything_logged() -> Iterator[io.StringIO]:
    """Log everything that any library logs, at the lowest level."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    # httpcore logs every header of a response, which no library above it can prevent.
    handler.addFilter(lambda record: "receive_response_headers" not in record.getMessage())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(1)
    yield written
    root.setLevel(level)
    root.removeHandler(handler)


def shown(value: Any) -> str:
    """Return all texts of a value that people and programs can see."""
    parts = [repr(value), str(value), repr(pickle.dumps(value)), repr(copy.deepcopy(value))]
    if isinstance(value, BaseException):
        whole = traceback.TracebackException.from_exception(value, capture_locals=True)
        ours = [repr(frame.locals) for frame in whole.stack if "tests" not in frame.filename]
        parts += [*whole.format_exception_only(), *ours, repr(vars(value)), repr(value.__context__)]
    return "\n".join(parts)


@pytest.mark.parametrize("case", SCRIPTS)
def test_the_token_is_only_sent(
    case: str, send: Send, hostile_server: HostileServer, everything_logged: io.StringIO
) -> None:
    hostile_server.respond_with(SCRIPTS[case])
    result: Any
    try:
        result = send(hostile_server.url, token=CANARY, timeout=0.3)
    except LeadwayError as error:
        result = error
    (request,) = hostile_server.received
    assert headers_of(request)["authorization"] == f"Bearer {CANARY}"
    assert CANARY not in shown(result)
    assert everything_logged.getvalue()
    assert CANARY not in everything_logged.getvalue()


def test_no_object_shows_the_token() -> None:
    settings = Settings.create(token=CANARY, location_id=LOCATION, base_url="http://127.0.0.1:9")
    with Leadway(settings) as leadway:
        agent = leadway.agent(CALL.agent_id)
        for value in (leadway, agent, agent.conversation(), AsyncLeadway(settings)):
            assert CANARY not in f"{value!r} {value} {vars(value)}"
    assert CANARY not in shown(settings)
    assert CANARY not in repr(vars(leadway._transport))  # noqa: SLF001 - what a debugger shows


@pytest.mark.parametrize("wrong", [f"Bearer {CANARY}", f"{CANARY} {CANARY}", f"{CANARY}é"])
def test_no_error_repeats_the_token(wrong: str) -> None:
    with pytest.raises(LeadwayError) as caught:
        send_sync("http://127.0.0.1:9", token=wrong, retries=FAST_RETRIES)
    assert CANARY not in str(caught.value)
    assert CANARY not in shown(caught.value)
