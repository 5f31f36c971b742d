"""The server: what it answers by itself, and how it starts and stops."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import pytest

from leadway_mock.http_server import Server, ServerError, listener, protocol
from leadway_mock.http_server.listener import Acceptor
from tests.mock.raw_client import PATIENCE, RawClient
from tests.wait import wait_until

StartResponse = Callable[[str, list[tuple[str, str]]], object]

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
SLOW = b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n"


def answer(start_response: StartResponse, content: object) -> list[bytes]:
    body = json.dumps(content).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]


def describing(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answer with the request as the application saw it."""
    seen = {name: value for name, value in environ.items() if isinstance(value, str)}
    return answer(start_response, seen | {"body": environ["wsgi.input"].read().decode()})


class CircuitBreaker:
    """An application whose /slow waits to be released; everything else is answered at once."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.released = threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/slow":
            self.entered.release()
            assert self.released.wait(PATIENCE)
        return answer(start_response, environ["PATH_INFO"])

    def wait_entered(self) -> None:
        assert self.entered.acquire(timeout=PATIENCE)


@pytest.fixture
def gate() -> Iterator[CircuitBreaker]:
    gate = CircuitBreaker()
    yield gate
    gate.released.set()


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(describing) as server:
        yield server


def is_rejected(url: str) -> bool:
    try:
        RawClient(url).__exit__()
    except ConnectionRefusedError:
        return True
    return False


def send_endlessly(client: RawClient) -> NoReturn:
    while True:
        client.send(b"x" * 65_536)


# Where it listens


def test_url_names_the_port_that_was_taken(server: Server) -> None:
    parts = urlsplit(server.url)
    assert parts.hostname == "127.0.0.1"
    assert parts.port
    assert server.url == f"http://127.0.0.1:{parts.port}"


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6 loopback address")
def test_ipv6_is_bracketed() -> None:
    with Server(describing, "::1") as server, RawClient(server.url) as client:
        assert server.url.startswith("http://[::1]:")
        assert client.send(GET).reply()


@pytest.mark.parametrize("host", ["0.0.0.0", "localhost"])  # noqa: S104 - that is the test
def test_url_is_one_that_this_machine_can_call(host: str) -> None:
    with Server(describing, host) as server, RawClient(server.url) as client:
        assert server.url.startswith("http://127.0.0.1:")
        assert client.send(GET).reply()


def test_a_taken_port_is_explained(server: Server) -> None:
    port = urlsplit(server.url).port
    assert port is not None
    with pytest.raises(ServerError, match=f"127.0.0.1:{port}: another program.*--port 0"):
        Server(describing, "127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "port", "lesson"),
    [
        ("", 0, "neither an IP address nor a name"),
        ("no such host", 0, "neither an IP address nor a name"),
        ("x" * 64 + ".example", 0, "neither an IP address nor a name"),
        ("192.0.2.1", 0, "no such address.*--host 127.0.0.1"),
        ("127.0.0.1", 65_536, "from 0 .* to 65535"),
        ("127.0.0.1", -1, "from 0 .* to 65535"),
    ],
)
def test_an_impossible_address_is_explained(host: str, port: int, lesson: str) -> None:
    with pytest.raises(ServerError, match=lesson) as caught:
        Server(describing, host, port)
    assert f"{host}:{port}" in str(caught.value)


def test_the_port_is_free_at_once_after_stopping() -> None:
    with Server(describing) as first:
        port = urlsplit(first.url).port or 0
        with RawClient(first.url) as client:
            assert client.send(GET).reply()
    with Server(describing, port=port) as second:
        assert second.url == first.url


# What it speaks


def test_it_says_who_it_is(server: Server) -> None:
    with RawClient(server.url) as client:
        reply = client.send(GET).reply()
    assert reply
    assert reply.headers["server"] == "leadway-mock"
    assert "via" not in reply.headers


def test_forwarding_headers_are_not_believed(server: Server) -> None:
    head = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 9.9.9.9\r\n"
    with RawClient(server.url) as client:
        reply = client.send(
            head + b"X-Forwarded-Proto: https\r\nForwarded: for=9.9.9.9\r\n\r\n"
        ).reply()
    assert reply
    seen = reply.json()
    assert seen["REMOTE_ADDR"] == "127.0.0.1"
    assert seen["wsgi.url_scheme"] == "http"
    believed = {name for name, value in seen.items() if "9.9.9.9" in value}
    assert believed == {"HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED"}, "told as sent, and no more"


def test_head_has_no_body() -> None:
    def app(_: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", "5")])
        return [b""]

    with Server(app) as server, RawClient(server.url) as client:
        client.send(b"HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        head = client.received.read()
    assert b"Content-Length: 5\r\n" in head
    assert head.endswith(b"\r\n\r\n")


def test_pipelined_requests_get_responses_in_order(server: Server) -> None:
    paths = [f"/{number}" for number in range(20)]
    with RawClient(server.url) as client:
        client.send(b"".join(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode() for path in paths))
        replies = [client.reply() for _ in paths]
    assert [reply and reply.json()["PATH_INFO"] for reply in replies] == paths


def test_chunks_are_put_together(server: Server) -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    with RawClient(server.url) as client:
        reply = client.send(head + b"3\r\nhel\r\n2;x=1\r\nlo\r\n0\r\nX-Trailer: y\r\n\r\n").reply()
        assert reply
        assert reply.json()["body"] == "hello"
        assert reply.json()["CONTENT_LENGTH"] == "5"
        assert client.send(GET).reply()


def test_a_client_that_expects_it_gets_100_continue(server: Server) -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
    with RawClient(server.url) as client:
        invitation = client.send(head).reply()
        reply = client.send(b"hello").reply()
    assert invitation
    assert invitation.status == 100
    assert reply
    assert reply.json()["body"] == "hello"


def test_a_client_with_a_large_body_gets_no_100_continue() -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n"
    with Server(describing, max_body=10) as server, RawClient(server.url) as client:
        reply = client.send(head).reply()
    assert reply
    assert reply.status == 413


def test_an_expectation_without_a_body_gets_a_response(server: Server) -> None:
    with RawClient(server.url) as client:
        reply = client.send(GET[:-2] + b"Expect: 100-continue\r\n\r\n").reply()
    assert reply
    assert reply.status == 200


@pytest.mark.parametrize(
    ("connection", "stays"), [(b"", False), (b"Connection: keep-alive\r\n", True)]
)
def test_http_1_0_stays_only_when_asked(server: Server, connection: bytes, stays: bool) -> None:  # noqa: FBT001
    request = b"GET / HTTP/1.0\r\nHost: a\r\n" + connection + b"\r\n"
    with RawClient(server.url) as client:
        assert client.send(request).reply()
        assert bool(stays and client.send(request).reply()) == stays
        assert stays or client.is_closed()


def test_connection_close_is_honoured(server: Server) -> None:
    with RawClient(server.url) as client:
        assert client.send(GET[:-2] + b"Connection: close\r\n\r\n").reply()
        assert client.is_closed()


# What it refuses


def test_a_body_may_be_just_as_long_as_allowed() -> None:
    with Server(describing, max_body=10) as server:
        for length, status in (10, 200), (11, 413):
            with RawClient(server.url) as client:
                head = f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n"
                reply = client.send(head.encode() + b"x" * length).reply()
            assert reply
            assert reply.status == status


def test_a_client_that_continues_to_send_reads_its_error() -> None:
    with Server(describing, max_body=10) as server, RawClient(server.url) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n")
        client.send(b"x" * 8_000_000)
        reply = client.reply()
    assert reply
    assert reply.status == 413
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    assert reply.headers["x-mock-rule"] == "body-too-large"
    assert reply.json() == {
        "statusCode": 413,
        "message": "The request body is too large: at most 10 bytes.",
    }


def test_a_rejected_client_cannot_send_without_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "LINGER_SECONDS", 0.0)
    with Server(describing, max_body=10) as server, RawClient(server.url) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 80000000000\r\n\r\n")
        assert client.reply()
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            send_endlessly(client)


def test_a_silent_rejected_client_is_disconnected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(protocol, "LINGER_SECONDS", 0.1)
    with Server(describing, max_body=10) as server, RawClient(server.url) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 80000000000\r\n\r\n")
        assert client.reply()
        assert client.is_closed()
        wait_until(lambda: not server.connections)


def test_a_failing_application_is_a_500_in_json(caplog: pytest.LogCaptureFixture) -> None:
    def app(_: dict[str, Any], __: StartResponse) -> Iterable[bytes]:
        raise LookupError("a bug")

    with Server(app) as server, RawClient(server.url) as client:
        reply = client.send(GET).reply()
    assert reply
    assert reply.status == 500
    assert reply.json() == {"statusCode": 500, "message": "Internal Server Error"}
    assert "a bug" in caplog.text


def test_urgent_data_is_passed_over(server: Server) -> None:
    with RawClient(server.url) as client:
        client.send(GET[:8]).socket.send(b"!", socket.MSG_OOB)
        assert client.send(GET[8:]).reply()


def test_idle_connections_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "max_connections", lambda: 20)
    with Server(describing) as server:
        clients = [RawClient(server.url) for _ in range(60)]
        with RawClient(server.url) as last:
            assert last.send(GET).reply()
        for client in clients:
            client.__exit__()


def test_busy_connections_are_not_the_ones_to_make_room(
    gate: CircuitBreaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "max_connections", lambda: 20)
    with Server(gate) as server, RawClient(server.url) as busy:
        busy.send(SLOW)
        gate.wait_entered()
        clients = [RawClient(server.url) for _ in range(60)]
        with RawClient(server.url) as last:
            assert last.send(GET).reply()
        gate.released.set()
        assert busy.reply()
        for client in clients:
            client.__exit__()


def test_a_busy_server_logs_nothing(gate: CircuitBreaker, caplog: pytest.LogCaptureFixture) -> None:
    with Server(gate, threads=1) as server, RawClient(server.url) as first:
        first.send(SLOW)
        gate.wait_entered()
        with RawClient(server.url) as second:
            second.send(GET)
            gate.released.set()
            assert first.reply()
            assert second.reply()
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


# How it stops


def test_stopping_finishes_what_is_in_flight_and_takes_nothing_new(gate: CircuitBreaker) -> None:
    with Server(gate) as server, RawClient(server.url) as busy, RawClient(server.url) as idle:
        assert idle.send(GET).reply()
        busy.send(SLOW)
        gate.wait_entered()
        server.stop()
        assert idle.is_closed()
        assert is_rejected(server.url)
        gate.released.set()
        reply = busy.reply()
        assert reply
        assert reply.json() == "/slow"
        assert reply.headers["connection"] == "close"
        assert busy.is_closed()


def test_stopping_responds_to_every_pipelined_request(gate: CircuitBreaker) -> None:
    with Server(gate) as server, RawClient(server.url) as client, RawClient(server.url) as idle:
        assert idle.send(GET).reply()
        client.send(SLOW + GET + GET)
        gate.wait_entered()
        server.stop()
        assert idle.is_closed()
        gate.released.set()
        replies = [client.reply() for _ in range(3)]
        assert client.is_closed()
    assert [reply and reply.json() for reply in replies] == ["/slow", "/", "/"]
    assert [reply and reply.headers.get("connection") for reply in replies] == [None, None, "close"]


def test_stopping_waits_for_the_rest_of_a_request() -> None:
    with Server(describing) as server, RawClient(server.url) as client:
        with RawClient(server.url) as idle:
            client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel")
            assert idle.send(GET).reply()
            server.stop()
            assert idle.is_closed()
        reply = client.send(b"lo").reply()
    assert reply
    assert reply.json()["body"] == "hello"
    assert reply.headers["connection"] == "close"


def test_stopping_does_not_wait_for_half_a_head() -> None:
    with Server(describing, grace=PATIENCE) as server, RawClient(server.url) as client:
        with RawClient(server.url) as other:
            client.send(GET[:20])
            assert other.send(GET).reply()
        server.stop()
        assert client.is_closed()


def test_stopping_serves_what_the_system_had_already_accepted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Acceptor, "_resume", lambda _: None)  # It stays in the system's queue.
    with Server(describing) as server, RawClient(server.url) as early:
        early.send(GET)
        server.stop()
        reply = early.reply()
    assert reply
    assert reply.status == 200


def test_stopping_sends_a_long_response_completely() -> None:
    body = b"x" * 20_000_000
    entered = threading.Event()

    def app(_: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", str(len(body)))])
        entered.set()
        return [body]

    with Server(app) as server, RawClient(server.url) as client:
        client.send(GET)
        assert entered.wait(PATIENCE)
        server.stop()
        reply = client.reply()
    assert reply
    assert reply.body == body


def test_stopping_gives_up_after_the_grace(gate: CircuitBreaker) -> None:
    with Server(gate, grace=0.1) as server, RawClient(server.url) as client:
        client.send(SLOW)
        gate.wait_entered()
        server.stop()
        assert client.is_closed()


def test_no_thread_outlives_the_server() -> None:
    before = set(threading.enumerate())
    with Server(describing, threads=4) as server, RawClient(server.url) as client:
        assert client.send(GET).reply()
        ours = set(threading.enumerate()) - before
        assert 2 <= len(ours) <= 5
    for thread in ours:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_a_server_that_never_ran_can_be_stopped() -> None:
    server = Server(describing)
    server.stop()
    server.stop()
    assert is_rejected(server.url)
    server.run()


def test_stopping_twice_is_stopping_once() -> None:
    with Server(describing) as server:
        server.stop()
        server.stop()


# As a process of its own

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-W", "error", "-m", "leadway_mock", "--port", "0"]
BODY = b'{"message": "Hello", "locationId": "C2QujeCh8ZnC7al2InWR"}'
HEAD = (
    b"POST /agent-studio/agent/p1q2r3s4t5u6v7w8x9y0z1a2/execute HTTP/1.1\r\nHost: localhost\r\n"
    b"Authorization: Bearer pit-12345678-1234-4234-8234-123456789abc\r\nVersion: 2021-07-28\r\n"
    b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY)
)


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    environment = {name: text for name, text in os.environ.items() if "LEADWAY" not in name}
    with subprocess.Popen(
        COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_process_without_dropping_what_is_in_flight(
    process: subprocess.Popen[str], number: signal.Signals
) -> None:
    assert process.stdout
    assert process.stderr
    url = process.stdout.readline().strip().removeprefix("listening on ")
    with RawClient(url) as client, RawClient(url) as idle:
        client.send(HEAD + BODY[:10])
        assert idle.send(GET).reply()
        process.send_signal(number)
        assert idle.is_closed()
        assert is_rejected(url)
        reply = client.send(BODY[10:]).reply()
    assert reply
    assert reply.status == 200
    assert process.wait(PATIENCE) == 0
    assert "Traceback" not in process.stderr.read()
