"""Transport: bad responses raise only SDK errors, in sync and async code."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from leadway import (
    MOCK_TOKEN,
    AsyncLeadway,
    BlockedByProxyError,
    ConnectionFailedError,
    ConnectionLostError,
    InvalidResponseError,
    Leadway,
    LeadwayError,
    RateLimitedError,
    RequestTimeoutError,
    ServerError,
)
from tests.sdk.conftest import LOCATION, Send
from tests.sdk.hostile_server import (
    GOOD_BODY,
    HostileServer,
    Script,
    hang,
    headers_of,
    reset,
    response,
    send_and_close,
    send_bytes,
    send_slowly,
)
from tests.sdk.samples import AGENT_ID, SAMPLE

HTML = b"<!DOCTYPE html><html><title>Attention Required! | Cloudflare</title></html>"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
GOOD_CHUNKS = CHUNKED + b"%x\r\n%b\r\n0\r\n\r\n" % (len(GOOD_BODY), GOOD_BODY)
NEW_YEAR = "Thu, 01 Jan 2026 00:00:00 GMT"
PROXY_STATUSES = [500, 502, 503, 504, *range(520, 530)]

TWICE = gzip.compress(gzip.compress(bytes(10**8)))

BAD: dict[str, tuple[Script, type[LeadwayError]]] = {
    "html": (send_bytes(response(200, HTML, Content_Type="text/html")), InvalidResponseError),
    "empty": (send_bytes(response(200)), InvalidResponseError),
    "no content": (send_bytes(response(204)), InvalidResponseError),
    "empty object": (send_bytes(response(200, b"{}")), InvalidResponseError),
    "null": (send_bytes(response(200, b"null")), InvalidResponseError),
    "nulls": (
        send_bytes(response(200, json.dumps(dict.fromkeys(SAMPLE)).encode())),
        InvalidResponseError,
    ),
    "numbers": (
        send_bytes(response(200, json.dumps(dict.fromkeys(SAMPLE, 1)).encode())),
        InvalidResponseError,
    ),
    "half a JSON": (send_bytes(response(200, GOOD_BODY[:50])), InvalidResponseError),
    "deep": (send_bytes(response(200, b"[" * 200_000)), InvalidResponseError),
    "long number": (
        send_bytes(response(200, b'{"a": ' + b"9" * 9_999 + b"}")),
        InvalidResponseError,
    ),
    "no UTF-8": (send_bytes(response(200, b"\xff\xfe\xff")), InvalidResponseError),
    "broken gzip": (
        send_bytes(response(200, b"nope", Content_Encoding="gzip")),
        InvalidResponseError,
    ),
    "unknown encoding": (
        send_bytes(response(200, GOOD_BODY, Content_Encoding="br")),
        InvalidResponseError,
    ),
    "truncated gzip": (
        send_bytes(response(200, gzip.compress(GOOD_BODY)[:-20], Content_Encoding="gzip")),
        InvalidResponseError,
    ),
    "gzip bomb": (
        send_bytes(response(200, gzip.compress(bytes(10**8)), Content_Encoding="gzip")),
        InvalidResponseError,
    ),
    "gzip of gzip": (
        send_bytes(response(200, TWICE, Content_Encoding="gzip, gzip")),
        InvalidResponseError,
    ),
    "gzip of gzip in two headers": (
        send_bytes(
            response(200, TWICE, Content_Encoding="gzip").replace(
                b"Content-Encoding: gzip", b"Content-Encoding: gzip\r\nContent-Encoding: gzip"
            )
        ),
        InvalidResponseError,
    ),
    "10 MB": (send_bytes(response(200, b" " * 10_000_000 + GOOD_BODY)), InvalidResponseError),
    "499": (send_bytes(response(499, HTML)), InvalidResponseError),
    "redirect": (send_bytes(response(307, Location="http://127.0.0.1:9/")), InvalidResponseError),
    "redirect to nowhere": (send_bytes(response(302, Location="::")), InvalidResponseError),
    "forbidden page": (send_bytes(response(403, HTML)), BlockedByProxyError),
    **{f"{each} page": (send_bytes(response(each, HTML)), ServerError) for each in PROXY_STATUSES},
    "truncated": (
        send_and_close(response(200, GOOD_BODY)[:-20]),
        ConnectionLostError,
    ),
    "truncated head": (send_and_close(b"HTTP/1.1 200 OK\r\nContent-"), ConnectionLostError),
    "truncated chunk": (send_and_close(CHUNKED + b"ff\r\n{"), ConnectionLostError),
    "broken chunk": (send_and_close(CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n"), ConnectionLostError),
    "nothing": (send_and_close(b""), ConnectionLostError),
    "reset": (reset, ConnectionLostError),
    "noise": (send_and_close(bytes(range(256)) * 4), ConnectionLostError),
    "endless head": (send_and_close(b"HTTP/1.1 200 OK\r\nA: " + b"a" * 300_000), LeadwayError),
    "silence": (hang, RequestTimeoutError),
    "slow body": (
        send_slowly(response(200, GOOD_BODY)[: -len(GOOD_BODY)], GOOD_BODY, 0.1),
        RequestTimeoutError,
    ),
}


def converse_sync(url: str, goes_on: Callable[[], bool] = lambda: True) -> list[str]:
    """Send two messages on one client; return the texts, or the classes of errors.

    The second message is sent once `goes_on` returns true.
    """
    texts = []
    with Leadway(**options_for(url)) as leadway:
        for _ in range(2):
            texts.append(text_of(lambda: leadway.agent(AGENT_ID).execute("Hi").text))
            while not goes_on():
                time.sleep(0.01)
    return texts


def converse_async(url: str, goes_on: Callable[[], bool] = lambda: True) -> list[str]:
    async def converse() -> list[str]:
        texts = []
        async with AsyncLeadway(**options_for(url)) as leadway:
            for _ in range(2):
                try:
                    texts.append((await leadway.agent(AGENT_ID).execute("Hi")).text)
                except LeadwayError as error:
                    texts.append(type(error).__name__)
                while not goes_on():  # noqa: ASYNC110 - the server is a thread
                    await asyncio.sleep(0.01)
        return texts

    return asyncio.run(converse())


def text_of(execute: Callable[[], str]) -> str:
    try:
        return execute()
    except LeadwayError as error:
        return type(error).__name__


def options_for(url: str) -> dict[str, Any]:
    return {"token": MOCK_TOKEN, "location_id": LOCATION, "base_url": url}


@pytest.mark.parametrize("case", BAD)
def test_bad_responses_raise_sdk_errors_and_are_not_retried(
    case: str, send: Send, hostile_server: HostileServer
) -> None:
    script, expected = BAD[case]
    hostile_server.respond_with(script)
    with pytest.raises(expected) as caught:
        send(hostile_server.url, timeout=0.4 if expected is RequestTimeoutError else 30)
    assert not caught.value.retry_safe
    assert caught.value.attempts == len(hostile_server.received) == 1
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("wait", ["0", "0.05", NEW_YEAR, NEW_YEAR.replace(":00 ", ":01 ")])
def test_retry_after_is_obeyed(
    status: int, wait: str, send: Send, hostile_server: HostileServer
) -> None:
    later = response(status, b'{"message": "Later"}', Retry_After=wait, Date=NEW_YEAR)
    hostile_server.respond_with(send_bytes(later), send_bytes(response(200, GOOD_BODY)))
    assert send(hostile_server.url).text == SAMPLE["response"]
    assert len(hostile_server.received) == 2


@pytest.mark.parametrize("wait", ["soon", "-3", "NaN"])
def test_an_invalid_retry_after_is_ignored(
    wait: str, send: Send, hostile_server: HostileServer
) -> None:
    hostile_server.respond_with(
        send_bytes(response(429, HTML, Retry_After=wait)), send_bytes(response(200, GOOD_BODY))
    )
    assert send(hostile_server.url).text == SAMPLE["response"]


@pytest.mark.parametrize(("wait", "seconds"), [("3600", 3600.0), ("9" * 14, 1e9)])
def test_a_long_retry_after_is_raised(
    wait: str, seconds: float, send: Send, hostile_server: HostileServer
) -> None:
    hostile_server.respond_with(
        send_bytes(response(429, b'{"message": "Later"}', Retry_After=wait))
    )
    with pytest.raises(RateLimitedError) as limited:
        send(hostile_server.url)
    assert (limited.value.retry_after, len(hostile_server.received)) == (seconds, 1)


GOOD = {
    "plain": response(200, GOOD_BODY),
    "created": response(201, GOOD_BODY),
    "byte order mark": response(200, b"\xef\xbb\xbf" + GOOD_BODY),
    "gzip": response(200, gzip.compress(GOOD_BODY), Content_Encoding="gzip"),
    "deflate": response(200, zlib.compress(GOOD_BODY), Content_Encoding="deflate"),
    "early hints": b"HTTP/1.1 103 Early\r\nLink: <x>\r\n\r\n" + response(200, GOOD_BODY),
    "chunks": GOOD_CHUNKS,
    "cookies": response(200, GOOD_BODY, Set_Cookie="a=b"),
}


@pytest.mark.parametrize("case", GOOD)
def test_unusual_valid_responses_are_accepted(
    case: str, send: Send, hostile_server: HostileServer
) -> None:
    hostile_server.respond_with(send_bytes(GOOD[case]))
    reply = send(hostile_server.url)
    assert reply.raw == SAMPLE
    assert "set-cookie" not in reply.http_response.headers


def test_a_refused_connection_is_retried(send: Send) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ConnectionFailedError, match=f"127.0.0.1:{port}") as failed:
        send(f"http://127.0.0.1:{port}")
    assert failed.value.retry_safe
    assert failed.value.attempts == 3


def test_a_failed_tls_handshake_is_a_failed_connection(
    send: Send, hostile_server: HostileServer
) -> None:
    hostile_server.respond_with(send_bytes(GOOD_BODY))
    with pytest.raises(ConnectionFailedError):
        send(hostile_server.url.replace("http:", "https:"), connect_timeout=0.5)


EARLY_HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"


def send_early_hints(connection: socket.socket) -> None:
    for _ in range(100):
        connection.sendall(EARLY_HINTS)
        time.sleep(0.1)


ENDLESS = {
    "slow headers": send_slowly(b"HTTP/1.1 200 OK\r\nX: ", b"a" * 100, 0.1),
    "a slow first line": send_slowly(b"", b"HTTP/1.1 200 OK\r\n" * 9, 0.1),
    "early hints": send_early_hints,
    "a slow body": send_slowly(response(200, GOOD_BODY)[: -len(GOOD_BODY)], b" " * 100, 0.1),
    "slow chunks": send_slowly(CHUNKED, b"1\r\n \r\n" * 20, 0.1),
}


@pytest.mark.parametrize("case", ENDLESS)
def test_the_deadline_covers_the_whole_response(
    case: str, send: Send, hostile_server: HostileServer
) -> None:
    hostile_server.respond_with(ENDLESS[case])
    started = time.monotonic()
    with pytest.raises(RequestTimeoutError):
        send(hostile_server.url, timeout=0.5)  # The default `connect_timeout` is 5 s.
    assert time.monotonic() - started < 4  # The server sends for ten seconds.


POISON = json.dumps({**SAMPLE, "response": "POISON"}).encode()
POISON_RESPONSE = response(200, POISON)
SECOND = json.dumps({**SAMPLE, "response": "second"}).encode()
LEFTOVERS = {
    "a response": response(200, GOOD_BODY) + POISON_RESPONSE,
    "a response after chunks": GOOD_CHUNKS + POISON_RESPONSE,
    "half a response": response(200, GOOD_BODY) + POISON_RESPONSE[:30],
    "noise": response(200, GOOD_BODY) + b"\r\n\r\nnoise",
    "a response after an error": response(500, b"{}") + POISON_RESPONSE,
    "a response after no content": b"HTTP/1.1 204 No Content\r\n\r\n" + POISON_RESPONSE,
}


@pytest.mark.parametrize("case", LEFTOVERS)
@pytest.mark.parametrize("converse", [converse_sync, converse_async], ids=["sync", "async"])
def test_bytes_after_a_response_are_not_the_next_response(
    case: str, converse: Callable[[str], list[str]], hostile_server: HostileServer
) -> None:
    first = LEFTOVERS[case]
    hostile_server.respond_with(send_bytes(first), send_bytes(response(200, SECOND)))
    assert converse(hostile_server.url)[1] == "second"
    assert len(hostile_server.received) == 2


LATE = {"a response": POISON_RESPONSE, "half a response": POISON_RESPONSE[:30], "noise": b"\r\nx"}


@pytest.mark.parametrize("case", LATE)
@pytest.mark.parametrize("converse", [converse_sync, converse_async], ids=["sync", "async"])
def test_bytes_that_arrive_later_are_not_the_next_response(
    case: str, converse: Callable[..., list[str]], hostile_server: HostileServer
) -> None:
    sent = threading.Event()

    def send_late_bytes(connection: socket.socket) -> None:
        connection.sendall(response(200, GOOD_BODY))
        time.sleep(0.1)  # The client has read the response by now, and keeps the connection.
        connection.sendall(LATE[case])
        sent.set()

    hostile_server.respond_with(send_late_bytes, send_bytes(response(200, SECOND)))
    assert converse(hostile_server.url, sent.is_set) == [SAMPLE["response"], "second"]


def test_a_request_matches_the_contract(send: Send, hostile_server: HostileServer) -> None:
    hostile_server.respond_with(send_bytes(response(200, GOOD_BODY)))
    send(hostile_server.url, source="api")
    (request,) = hostile_server.received
    line, body = request.split(b"\r\n")[0], json.loads(request.partition(b"\r\n\r\n")[2])
    assert line == b"POST /agent-studio/agent/p1q2r3s4t5u6v7w8x9y0z1a2/execute?source=api HTTP/1.1"
    assert body == {"message": "Hello", "locationId": "C2QujeCh8ZnC7al2InWR"}
    headers = headers_of(request)
    assert headers["version"] == "2021-07-28"
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"].startswith("leadway-python/")


def test_a_proxy_is_used_except_for_loopback_hosts(
    send: Send, hostile_server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", hostile_server.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    hostile_server.respond_with(send_bytes(response(200, GOOD_BODY)))
    assert send("http://mock.example").text == SAMPLE["response"]
    assert hostile_server.received[0].startswith(b"POST http://mock.example/agent-studio/agent/")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert send(hostile_server.url).text == SAMPLE["response"]


def test_a_connection_that_is_used_again_has_the_whole_time_again(
    hostile_server: HostileServer,
) -> None:
    hostile_server.respond_with(send_bytes(response(200, GOOD_BODY)))
    with Leadway(
        token=MOCK_TOKEN, location_id=LOCATION, base_url=hostile_server.url, timeout=1
    ) as leadway:
        agent = leadway.agent(AGENT_ID)
        for _ in range(3):
            assert agent.execute("Hello").text
            time.sleep(0.4)  # Three pauses are longer than one time-out.
    assert len(hostile_server.received) == 3


OFFERED = "gzip, deflate"
COMPRESSED = {
    "gzip": gzip.compress(bytes(10**8)),
    "x-gzip": gzip.compress(bytes(10**8)),
    "deflate": zlib.compress(bytes(10**8)),
}
"""100 MB of zeros in each coding, which are 97 KB."""


@pytest.mark.parametrize("coding", COMPRESSED)
def test_memory_for_a_compressed_response_is_limited(
    coding: str, send: Send, hostile_server: HostileServer
) -> None:
    bomb = response(200, COMPRESSED[coding], Content_Encoding=coding)
    hostile_server.respond_with(send_bytes(response(200, GOOD_BODY)), send_bytes(bomb))
    send(hostile_server.url)  # Imports what it needs.
    tracemalloc.start()
    try:
        with pytest.raises(InvalidResponseError, match="longer than 1000000 bytes"):
            send(hostile_server.url, max_response_bytes=1_000_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 10_000_000


def test_only_known_codings_are_accepted(hostile_server: HostileServer, send: Send) -> None:
    hostile_server.respond_with(send_bytes(response(200, GOOD_BODY)))
    send(hostile_server.url)
    assert headers_of(hostile_server.received[0])["accept-encoding"] == OFFERED
    assert {*OFFERED.split(", ")} <= {*COMPRESSED}
