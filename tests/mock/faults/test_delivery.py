"""Delayed and broken responses on real sockets, and other clients meanwhile."""

from __future__ import annotations

import errno
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from leadway_mock.http.delivery import Transport
from leadway_mock.http.messages import Request, Response
from leadway_mock.http_server import Server, listener
from tests.mock.raw_client import RawClient
from tests.wait import wait_until

BODY = b'{"hello":"world"}'
GOOD = b"GET /good HTTP/1.1\r\nHost: a\r\n\r\n"
THREADS = 2


class FaultyPlatform:
    """Delivers as the path says: /TRANSPORT/delay/spread, or /good; in the loop or in a thread."""

    def max_body(self, _: str) -> int:
        return 1_000

    def __init__(self, *, in_loop: bool = True) -> None:
        self.in_loop = in_loop
        self.called = threading.Event()

    def takes(self, _: str) -> bool:
        return True

    def respond_at_once(self, request: Request) -> Response | None:
        return self.respond(request) if self.in_loop else None

    def respond(self, request: Request) -> Response:
        self.called.set()
        good = Response(200, {"hello": "world"}, "reply", "invented")
        if request.path == "/good":
            return good
        _, transport, delay, spread = request.path.split("/")
        good.transport = Transport(transport) if transport != "none" else None
        good.delay, good.body_seconds = float(delay), float(spread)
        if request.query == "fail":
            raise LookupError("a bug")
        return good


def get(transport: str, delay: float = 0, spread: float = 0, query: str = "") -> bytes:
    return f"GET /{transport}/{delay}/{spread}{query} HTTP/1.1\r\nHost: a\r\n\r\n".encode()


def serving(platform: FaultyPlatform | None = None, **settings: Any) -> Server:
    return Server(unused, platform=platform or FaultyPlatform(), threads=THREADS, **settings)


def unused(*_: object) -> list[bytes]:
    """Stand in for the WSGI application, which gets none of these requests."""
    raise AssertionError


@pytest.fixture(params=["in the loop", "in threads"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    platform = FaultyPlatform(in_loop=request.param == "in the loop")
    with serving(platform) as server:
        yield server


@pytest.fixture
def client(server: Server) -> Iterator[RawClient]:
    with RawClient(server.url) as client:
        yield client


def seconds(began: float) -> float:
    return time.monotonic() - began


@pytest.mark.behaviour("fault-connection-reset")
def test_a_reset_is_a_reset(client: RawClient) -> None:
    client.send(get("CONNECTION_RESET_BY_PEER"))
    with pytest.raises(ConnectionResetError) as reset:
        client.received.read()
    assert reset.value.errno == errno.ECONNRESET


@pytest.mark.behaviour("fault-empty-response")
def test_an_empty_response_is_an_orderly_end(client: RawClient) -> None:
    assert client.send(get("EMPTY_RESPONSE")).received.read() == b""


@pytest.mark.behaviour("fault-truncated-body")
def test_half_a_body_is_followed_by_the_end(client: RawClient) -> None:
    reply = client.send(get("TRUNCATED_BODY")).reply()
    assert reply
    assert reply.headers["content-length"] == str(len(BODY))
    assert reply.body == BODY[: len(BODY) // 2]
    assert client.is_closed()


@pytest.mark.behaviour("fault-random-data")
def test_random_data_is_followed_by_the_end(client: RawClient) -> None:
    assert client.send(get("RANDOM_DATA_THEN_CLOSE")).received.read().startswith(b"\xff")


@pytest.mark.behaviour("fault-malformed-chunk")
def test_a_malformed_chunk_is_followed_by_the_end(client: RawClient) -> None:
    sent = client.send(get("MALFORMED_RESPONSE_CHUNK")).received.read()
    head, _, rest = sent.partition(b"\r\n\r\n")
    assert b"Transfer-Encoding: chunked" in head
    assert b"Content-Length" not in head
    assert rest.startswith(b"\xff")


@pytest.mark.behaviour("fault-slow-body")
def test_a_slow_body_takes_its_time_and_the_connection_stays(client: RawClient) -> None:
    began = time.monotonic()
    reply = client.send(get("SLOW_BODY", 0.1, 0.4)).reply()
    assert reply
    assert reply.body == BODY
    assert 0.5 <= seconds(began) < 5
    assert client.send(GOOD).reply()


def test_a_delayed_response_is_complete_and_keeps_the_connection(client: RawClient) -> None:
    for _ in range(2):
        began = time.monotonic()
        reply = client.send(get("none", 0.3)).reply()
        assert reply
        assert reply.body == BODY
        assert 0.3 <= seconds(began) < 5


@pytest.mark.parametrize("transport", ["EMPTY_RESPONSE", "CONNECTION_RESET_BY_PEER"])
def test_a_break_may_be_late_too(client: RawClient, transport: str) -> None:
    began = time.monotonic()
    assert client.send(get(transport, 0.3)).is_closed()
    assert seconds(began) >= 0.3


def test_a_delayed_response_does_not_change_the_order(client: RawClient) -> None:
    began = time.monotonic()
    client.send(get("none", 0.3) + GOOD + get("none", 0.3) + GOOD)
    assert all(client.reply() for _ in range(4))
    assert seconds(began) >= 0.6


def test_a_break_ends_what_was_asked_after_it(client: RawClient) -> None:
    client.send(GOOD + get("EMPTY_RESPONSE", 0.2) + GOOD)
    assert client.reply()
    assert client.is_closed()


def test_a_request_after_a_delayed_response_gets_100_continue(client: RawClient) -> None:
    head = b"POST /good HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    client.send(get("none", 0.2) + head)
    first, invitation = client.reply(), client.reply()
    assert first
    assert invitation
    assert invitation.status == 100
    assert client.send(b"hi").reply()


def test_a_delayed_last_response_closes_the_connection(client: RawClient) -> None:
    client.send(get("none", 0.2)[:-2] + b"Connection: close\r\n\r\n")
    assert client.reply()
    assert client.is_closed()


def test_a_bug_after_a_fault_is_a_500(client: RawClient, caplog: pytest.LogCaptureFixture) -> None:
    reply = client.send(get("HANG", query="?fail")).reply()
    assert reply
    assert reply.status == 500
    assert "a bug" in caplog.text


# Everybody else


def test_delayed_responses_hold_no_thread(server: Server) -> None:
    def ask(_: int) -> bool:
        with RawClient(server.url) as client:
            return client.send(get("none", 0.5)).reply() is not None

    began = time.monotonic()
    with ThreadPoolExecutor(40) as pool:
        assert all(pool.map(ask, range(40)))
    assert seconds(began) < 5  # Two threads would need ten seconds.


def test_a_hang_does_not_block_others(server: Server) -> None:
    hanging = [RawClient(server.url).send(get("HANG")) for _ in range(4 * THREADS)]
    with RawClient(server.url) as client:
        assert client.send(GOOD).reply()
    assert not any(client.has_response() for client in hanging)
    for client in hanging:
        client.__exit__()


@pytest.mark.behaviour("fault-hang")
def test_a_hang_says_nothing_whatever_is_sent_and_ends_with_the_client(server: Server) -> None:
    with RawClient(server.url) as client:
        client.send(get("HANG")).send(GOOD)
        client.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):
            client.received.read(1)
    wait_until(lambda: not server.connections)


def test_a_client_may_leave_during_a_slow_body(server: Server) -> None:
    with RawClient(server.url) as client:
        client.send(get("SLOW_BODY", 0, 2.0))
        client.received.readline()
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    with RawClient(server.url) as client:
        assert client.send(GOOD).reply()
    wait_until(lambda: not server.connections)


def test_delayed_responses_of_closed_connections_are_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listener, "max_connections", lambda: 20)
    with serving(grace=0.1) as server, RawClient(server.url) as patient:
        patient.send(get("none", 3))
        for _ in range(40):
            with RawClient(server.url) as client:
                client.send(get("none", 600))
                time.sleep(0.01)
        with RawClient(server.url) as client:
            assert client.send(GOOD).reply()
        assert patient.reply()


def test_a_hang_does_not_delay_the_stop() -> None:
    platform = FaultyPlatform()
    with serving(platform, grace=20) as server:
        client = RawClient(server.url).send(get("HANG"))
        assert platform.called.wait(10)
        began = time.monotonic()
    assert seconds(began) < 5
    assert client.is_closed()
    client.__exit__()


def test_a_started_delayed_response_is_sent_before_the_stop() -> None:
    platform = FaultyPlatform()
    with serving(platform, grace=20) as server:
        client = RawClient(server.url).send(get("none", 1.0))
        assert platform.called.wait(10)
        threading.Thread(target=server.stop).start()
        assert client.reply()
        assert client.is_closed()
    client.__exit__()


def test_the_stop_waits_a_limited_time_for_a_delayed_response() -> None:
    platform = FaultyPlatform()
    with serving(platform, grace=0.3) as server:
        client = RawClient(server.url).send(get("none", 60))
        assert platform.called.wait(10)
        began = time.monotonic()
    assert seconds(began) < 5
    assert client.is_closed()
    client.__exit__()
