"""A canary as token is sent to the server and appears nowhere else."""

from __future__ import annotations

import copy
import html
import io
import json
import logging
import pickle
import re
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadway import AsyncLeadway, Leadway, LeadwayError, Secret, Settings
from leadway.commands import chat, doctor, execute
from leadway.telemetry import span_observer
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
from tests.sdk.samples import AGENT_ID
from tests.sdk.test_telemetry import Tracer

CANARY = "pit-00000000-cana-4ry0-8000-c0ffee00cafe"
ECHOES = f'{{"message": "Invalid Private Integration token {CANARY}", "traceId": "{CANARY}"}}'
ID_ECHOES = f'{{"response": "x", "executionId": "{CANARY}", "interactionId": "{CANARY}"}}'
SCRIPTS = {
    "an error response that repeats it": send_bytes(response(401, ECHOES.encode(), X_Echo=CANARY)),
    "a page that repeats it": send_bytes(response(500, f"<p>{CANARY}</p>".encode())),
    "a reply that repeats it": send_bytes(
        response(200, f'{{"response": "{CANARY}", "executionId": "{CANARY}", "x": []}}'.encode())
    ),
    "an invalid reply": send_bytes(response(200, f'{{"response": ["{CANARY}"]}}'.encode())),
    "a redirect": send_bytes(response(302, Location=f"http://127.0.0.1/{CANARY}")),
    "JSON escapes": send_bytes(response(401, ECHOES.replace("pit-", "\\u0070it\\u002D").encode())),
    "JSON escapes in ids": send_bytes(
        response(200, ID_ECHOES.replace("pit-", "\\u0070it-").encode())
    ),
    "UTF-16": send_bytes(response(401, ECHOES.encode("utf-16"))),
    "UTF-16 without a mark": send_bytes(response(401, ECHOES.encode("utf-16-be"))),
    "double percent-encoding": send_bytes(
        response(
            401, ECHOES.replace("pit-", "%2570it%252d").encode(), X_Trace_Id="%70it" + CANARY[3:]
        )
    ),
    "a name of a header": send_bytes(response(401, b"{}", **{CANARY: "x"})),
    "another case": send_bytes(
        response(401, ECHOES.upper().replace("MESSAGE", "message").encode())
    ),
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


def is_in(token: str, text: str) -> bool:
    """Return whether a reader of a text, who undoes any escapes, finds the token."""
    for _ in range(3):
        text = html.unescape(unquote(text)).replace("\0", "").replace("\\x00", "")
        text = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), text)
        text = re.sub(r"\\+x([0-9a-fA-F]{2})", lambda code: chr(int(code[1], 16)), text)
        text = re.sub(r"\\+/", "/", text)
    return token.lower() in text.lower()


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
    assert not is_in(CANARY, shown(result))
    assert everything_logged.getvalue()
    assert not is_in(CANARY, everything_logged.getvalue())


SPELLINGS = [
    lambda each: each,
    str.upper,
    lambda each: f"\\u{ord(each):04x}",
    lambda each: f"\\u{ord(each):04X}",
    lambda each: f"\\\\u{ord(each):04x}",
    lambda each: f"\\x{ord(each):02x}",
    lambda each: f"%{ord(each):02x}",
    lambda each: f"%25{ord(each):02X}",
    lambda each: f"%2525{ord(each):02X}",
    lambda each: f"&#{ord(each)};",
    lambda each: f"&#x{ord(each):x};",
    lambda each: each.replace("/", "\\/"),
]
TOKENS = [CANARY, "agents/file+token==", "eyJhbGciOiJub25lIn0.e30.c2ln"]
ENCODINGS = ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


@given(
    st.sampled_from(TOKENS),
    st.lists(st.sampled_from(SPELLINGS), min_size=40, max_size=40),
    st.sampled_from(ENCODINGS),
)
def test_a_token_is_masked_in_any_spelling(
    token: str, spellings: list[Callable[[str], str]], encoding: str
) -> None:
    spelled = "".join(spell(each) for spell, each in zip(spellings, token, strict=False))
    body = f'{{"message": "Invalid: {spelled}, \\"x\\"\\n", "traceId": "1"}}'
    masked = Secret(token).mask(body.encode(encoding))
    assert not is_in(token, masked.decode("latin-1"))
    if encoding == "utf-8":
        assert json.loads(masked)["message"] == 'Invalid: ********, "x"\n'


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_text_without_the_token_is_not_changed(text: bytes) -> None:
    assert Secret(CANARY).mask(text) == text


@pytest.mark.parametrize(
    "part", [b"\\", b"%25", b"%", b"&#0", b"&#x0", b"&#", b"\\u00", b"\0", b"\\u0070", b"%2570"]
)
def test_long_texts_are_masked_in_linear_time(part: bytes) -> None:
    text = part * (500_000 // len(part))
    started = time.process_time()
    assert Secret(CANARY).mask(text) == text
    assert time.process_time() - started < 5  # Quadratic time would be hours.


def test_neither_the_command_nor_a_span_shows_an_escaped_token(
    hostile_server: HostileServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    token = "agents/file+token=="
    escaped = token.replace("/", "\\/").replace("=", "\\u003d")
    bodies = [
        (401, f'{{"message": "bad token: {escaped}", "traceId": "{escaped}"}}'),
        (200, f'{{"response": "{escaped}", "executionId": "{escaped}"}}'),
    ]
    monkeypatch.setenv("LEADWAY_TOKEN", token)
    for status, body in bodies:
        hostile_server.respond_with(send_bytes(response(status, body.encode())))
        flags = ["--base-url", hostile_server.url, "--location-id", LOCATION]
        for main, arguments in (
            (execute.main, ["a", "Hi"]),
            (execute.main, ["a", "Hi", "--json"]),
            (chat.main, ["a"]),
            (doctor.main, []),
        ):
            monkeypatch.setattr(sys, "stdin", io.StringIO("Hi\n/id\n/raw\n/history\n"))
            main([*arguments, *flags])
        tracer = Tracer()
        with suppress(LeadwayError):
            send_sync(hostile_server.url, token=token, observer=span_observer(tracer))
        assert not is_in(token, repr([span.arguments for span in tracer.spans]))
    printed = capsys.readouterr()
    assert "********" in printed.out
    assert "********" in printed.err
    assert "agent> ********\n********\n{" in printed.out
    assert "leadway chat: bad token: ********" in printed.err
    assert not is_in(token, printed.out + printed.err)


def test_no_object_shows_the_token() -> None:
    settings = Settings.create(token=CANARY, location_id=LOCATION, base_url="http://127.0.0.1:9")
    with Leadway(settings) as leadway:
        agent = leadway.agent(AGENT_ID)
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
