"""Whatever comes over the wire: only our own errors come out, in sync and async code alike."""

from __future__ import annotations

import gzip
import json
import socket
import time

import pytest

from leadway import (
    BlockedError,
    ConnectionFailedError,
    ConnectionLostError,
    LeadwayError,
    MalformedAnswerError,
    RateLimitedError,
    ServerError,
    TimedOutError,
)
from leadway.surroundings import proxy_for
from tests.sdk.conftest import Ask, ask_async
from tests.sdk.hostile import (
    GOOD_BODY,
    Hostile,
    Script,
    answer,
    drip,
    hang,
    headers_of,
    reset,
    say,
    say_and_hang_up,
)
from tests.sdk.outcomes import SAMPLE

HTML = b"<!DOCTYPE html><html><title>Attention Required! | Cloudflare</title></html>"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
NEW_YEAR = "Thu, 01 Jan 2026 00:00:00 GMT"
PROXY_STATUSES = [500, 502, 503, 504, *range(520, 530)]

BAD: dict[str, tuple[Script, type[LeadwayError]]] = {
    "html": (say(answer(200, HTML, Content_Type="text/html")), MalformedAnswerError),
    "empty": (say(answer(200)), MalformedAnswerError),
    "no content": (say(answer(204)), MalformedAnswerError),
    "empty object": (say(answer(200, b"{}")), MalformedAnswerError),
    "null": (say(answer(200, b"null")), MalformedAnswerError),
    "nulls": (say(answer(200, json.dumps(dict.fromkeys(SAMPLE)).encode())), MalformedAnswerError),
    "numbers": (
        say(answer(200, json.dumps(dict.fromkeys(SAMPLE, 1)).encode())),
        MalformedAnswerError,
    ),
    "half a JSON": (say(answer(200, GOOD_BODY[:50])), MalformedAnswerError),
    "deep": (say(answer(200, b"[" * 200_000)), MalformedAnswerError),
    "long number": (say(answer(200, b'{"a": ' + b"9" * 9_999 + b"}")), MalformedAnswerError),
    "no UTF-8": (say(answer(200, b"\xff\xfe\xff")), MalformedAnswerError),
    "broken gzip": (say(answer(200, b"nope", Content_Encoding="gzip")), MalformedAnswerError),
    "10 MB": (say(answer(200, b" " * 10_000_000 + GOOD_BODY)), MalformedAnswerError),
    "499": (say(answer(499, HTML)), MalformedAnswerError),
    "redirect": (say(answer(307, Location="http://127.0.0.1:9/")), MalformedAnswerError),
    "redirect to nowhere": (say(answer(302, Location="::")), MalformedAnswerError),
    "forbidden page": (say(answer(403, HTML)), BlockedError),
    **{f"{each} page": (say(answer(each, HTML)), ServerError) for each in PROXY_STATUSES},
    "truncated": (
        say_and_hang_up(answer(200, GOOD_BODY)[:-20]),
        ConnectionLostError,
    ),
    "truncated head": (say_and_hang_up(b"HTTP/1.1 200 OK\r\nContent-"), ConnectionLostError),
    "truncated chunk": (say_and_hang_up(CHUNKED + b"ff\r\n{"), ConnectionLostError),
    "broken chunk": (say_and_hang_up(CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n"), ConnectionLostError),
    "nothing": (say_and_hang_up(b""), ConnectionLostError),
    "reset": (reset, ConnectionLostError),
    "noise": (say_and_hang_up(bytes(range(256)) * 4), ConnectionLostError),
    "endless head": (say_and_hang_up(b"HTTP/1.1 200 OK\r\nA: " + b"a" * 300_000), LeadwayError),
    "silence": (hang, TimedOutError),
    "slow body": (drip(answer(200, GOOD_BODY)[: -len(GOOD_BODY)], GOOD_BODY, 0.1), TimedOutError),
}


@pytest.mark.parametrize("case", BAD)
def test_only_our_errors_come_out_and_nothing_is_said_twice(
    case: str, ask: Ask, hostile_server: Hostile
) -> None:
    script, expected = BAD[case]
    hostile_server.will(script)
    with pytest.raises(expected) as caught:
        ask(hostile_server.url, timeout=0.4)
    assert not caught.value.retry_safe
    assert caught.value.attempts == len(hostile_server.heard) == 1
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("wait", ["0", "0.05", NEW_YEAR, NEW_YEAR.replace(":00 ", ":01 ")])
def test_a_wait_that_is_asked_for_is_kept(
    status: int, wait: str, ask: Ask, hostile_server: Hostile
) -> None:
    refusal = answer(status, b'{"message": "Later"}', Retry_After=wait, Date=NEW_YEAR)
    hostile_server.will(say(refusal), say(answer(200, GOOD_BODY)))
    assert ask(hostile_server.url).text == SAMPLE["response"]
    assert len(hostile_server.heard) == 2


@pytest.mark.parametrize("wait", ["soon", "-3", "NaN", "99999999999999"])
def test_a_nonsensical_wait_leaves_429_to_our_own(
    wait: str, ask: Ask, hostile_server: Hostile
) -> None:
    hostile_server.will(say(answer(429, HTML, Retry_After=wait)), say(answer(200, GOOD_BODY)))
    assert ask(hostile_server.url).text == SAMPLE["response"]


def test_a_wait_that_is_too_long_is_told(ask: Ask, hostile_server: Hostile) -> None:
    hostile_server.will(say(answer(429, b'{"message": "Later"}', Retry_After="3600")))
    with pytest.raises(RateLimitedError) as limited:
        ask(hostile_server.url)
    assert (limited.value.retry_after, len(hostile_server.heard)) == (3600.0, 1)


GOOD = {
    "plain": answer(200, GOOD_BODY),
    "created": answer(201, GOOD_BODY),
    "byte order mark": answer(200, b"\xef\xbb\xbf" + GOOD_BODY),
    "gzip": answer(200, gzip.compress(GOOD_BODY), Content_Encoding="gzip"),
    "early hints": b"HTTP/1.1 103 Early\r\nLink: <x>\r\n\r\n" + answer(200, GOOD_BODY),
    "chunks": CHUNKED + b"%x\r\n%b\r\n0\r\n\r\n" % (len(GOOD_BODY), GOOD_BODY),
    "cookies": answer(200, GOOD_BODY, Set_Cookie="a=b"),
}


@pytest.mark.parametrize("case", GOOD)
def test_what_is_unusual_and_right_is_taken(case: str, ask: Ask, hostile_server: Hostile) -> None:
    hostile_server.will(say(GOOD[case]))
    reply = ask(hostile_server.url)
    assert reply.raw == SAMPLE
    assert "set-cookie" not in reply.answer.headers


def test_a_server_that_is_not_there_was_surely_not_reached(ask: Ask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ConnectionFailedError, match=f"127.0.0.1:{port}") as failed:
        ask(f"http://127.0.0.1:{port}")
    assert failed.value.retry_safe
    assert failed.value.attempts == 3


def test_tls_where_there_is_none_was_surely_not_heard(ask: Ask, hostile_server: Hostile) -> None:
    hostile_server.will(say(GOOD_BODY))
    with pytest.raises(ConnectionFailedError):
        ask(hostile_server.url.replace("http:", "https:"), connect_timeout=0.5)


def test_async_code_gives_up_a_head_that_drips(hostile_server: Hostile) -> None:
    hostile_server.will(drip(b"HTTP/1.1 200 OK\r\nX: ", b"a" * 100, 0.1))
    started = time.monotonic()
    with pytest.raises(TimedOutError):
        ask_async(hostile_server.url, timeout=0.3, connect_timeout=0.1)
    assert time.monotonic() - started < 8  # It drips for ten seconds.


def test_a_request_is_what_the_contract_wants_and_says_who_asks(
    ask: Ask, hostile_server: Hostile
) -> None:
    hostile_server.will(say(answer(200, GOOD_BODY)))
    ask(hostile_server.url, source="api")
    (request,) = hostile_server.heard
    line, body = request.split(b"\r\n")[0], json.loads(request.partition(b"\r\n\r\n")[2])
    assert line == b"POST /agent-studio/agent/p1q2r3s4t5u6v7w8x9y0z1a2/execute?source=api HTTP/1.1"
    assert body == {"message": "Hello", "locationId": "C2QujeCh8ZnC7al2InWR"}
    headers = headers_of(request)
    assert headers["version"] == "2021-07-28"
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"].startswith("leadway-python/")


def test_a_proxy_of_the_environment_is_used_but_not_for_this_machine(
    ask: Ask, hostile_server: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", hostile_server.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    hostile_server.will(say(answer(200, GOOD_BODY)))
    assert ask("http://mock.example").text == SAMPLE["response"]
    assert hostile_server.heard[0].startswith(b"POST http://mock.example/agent-studio/agent/")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert ask(hostile_server.url).text == SAMPLE["response"]
    monkeypatch.setenv("NO_PROXY", "mock.example")
    assert proxy_for("http://mock.example") is None
