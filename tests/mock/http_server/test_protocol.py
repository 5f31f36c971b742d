"""The protocol: requests in pieces and in a row, handled in the loop or in threads alike."""

from __future__ import annotations

import errno
import logging
import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leadway_mock.http.delivery import Transport
from leadway_mock.http.messages import Request, Response
from leadway_mock.http_server import Server
from leadway_mock.http_server.responses import RawResponse
from tests.mock.raw_client import RawClient, Reply

BODY = b'{"a": 1}'
PLAIN = (
    b"POST /x/y?z=%20 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 8\r\nConnection: keep-alive\r\nX-Thing:  a, b \r\n\r\n" + BODY
)

LINES = st.sampled_from(
    [
        b"Host: localhost",
        b"Host: a, b",
        b"host:localhost",
        b"Host:",
        b"Host : localhost",
        b"HTTP-Host: evil.example",
        b"Content_Length: 3",
        b"Content-Length: 8 ",
        b"Content-Length: 8\t",
        b"Content-Length:\x0b8",
        b"Content-Type:",
        b"TE: trailers",
        b"Upgrade: h2c",
        b"Connection: Keep-Alive",
        b"Connection: keep-alive, close",
        b"X: a\rb",
        b"X: a\nContent-Length: 3",
        b"X: \x7f",
        b":",
        b"",
        b"Content-Length: 8",
        b"Content-Length: 08",
        b"Content-Length: +8",
        b"Content-Length: 7",
        b"Content-Type: application/json",
        b"Transfer-Encoding: chunked",
        b"Connection: close",
        b"Connection: keep-alive",
        b"Expect: 100-continue",
        b"X-Forwarded-For: 10.0.0.1",
        b"X_Under: score",
        b"X-A: 1",
        b"X-A: 2",
        b"X-Empty:",
        b"X-Tab:\ta",
        b" folded",
        b"X-High: \xff",
        b"no colon",
        b"Authorization: Bearer a=b",
    ]
)
TARGETS = st.sampled_from(
    [
        b"/",
        b"/x",
        b"//x",
        b"/x?y",
        b"/x?",
        b"/a%20b",
        b"/x#y",
        b"/x?a#b",
        b'/x?["{|}^`',
        b"/x[",
        b"/x\\",
        b"/x;a:b@c",
        b"/x:80//y",
        b"///x",
        b"x",
        b"*",
        b"http://h/x",
        b"/x y",
        b"/\xff",
    ]
)
FIRST = st.builds(
    b"%s %s HTTP/%s".__mod__,
    st.tuples(
        st.sampled_from([b"POST", b"GET", b"post"]), TARGETS, st.sampled_from([b"1.1", b"1.0"])
    ),
)
REQUESTS = st.builds(
    lambda first, lines, body: b"\r\n".join([first, *lines]) + b"\r\n\r\n" + body,
    *(FIRST, st.lists(LINES, max_size=6), st.sampled_from([BODY, b"", BODY + b"GET"])),
)


@st.composite
def nearly(draw: st.DrawFn) -> bytes:
    """Return a good request of which a few bytes are others, more, or less."""
    data = PLAIN
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(data)))
        less = draw(st.integers(0, 3))
        more = draw(
            st.binary(max_size=2)
            | st.sampled_from(
                [b"\r\n", b"\r", b"\n", b"\0", b" ", b"\t", b":", b"//", b"%0a", b"\xa0"]
            )
        )
        data = data[:place] + more + data[place + less :]
    return data


class Telling:
    """Responds with the request and the thread, delayed or broken if the path says so."""

    def max_body(self, _: str) -> int:
        return 1_000

    def __init__(self, *, in_loop: bool) -> None:
        self.in_loop = in_loop

    def takes(self, path: str) -> bool:
        return not path.startswith("/wsgi")

    def respond_at_once(self, request: Request) -> Response | None:
        return self.respond(request) if self.in_loop else None

    def respond(self, request: Request) -> Response:
        if request.path == "/bug":
            raise RuntimeError("a bug")
        if request.path == "/evil":
            return Response(200, {}, "reply", "invented", {"X": request.query.replace("+", "\r\n")})
        told = [request.method, request.path, request.query, *sorted(request.headers.items())]
        content = {"request": told, "body": repr(request.body)}
        content |= {"thread": threading.current_thread().name} if request.path == "/where" else {}
        answer = Response(200, content, "reply", "invented", {"x-Thing": "1", "A-B": "2"})
        answer.delay = 0.05 if request.path == "/late" else 0.0
        answer.transport = Transport.EMPTY_RESPONSE if request.path == "/broken" else None
        return answer


def telling_wsgi(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    body = threading.current_thread().name.encode()
    headers = [("X-RateLimit-Max", "1"), ("cf-RAY", "2"), ("Content-Length", str(len(body)))]
    own = [("Server", "a proxy")] if environ["QUERY_STRING"] == "proxy" else []
    start_response("529 Site Is Overloaded", [*headers, *own])
    return [body]


def serving(*, in_loop: bool, **limits: Any) -> Server:
    return Server(telling_wsgi, platform=Telling(in_loop=in_loop), threads=2, **limits)


@pytest.fixture(params=["in the loop", "in threads"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with serving(in_loop=request.param == "in the loop") as server:
        yield server


@pytest.fixture
def client(server: Server) -> Iterator[RawClient]:
    with RawClient(server.url) as client:
        yield client


def ask(path: str, **headers: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Length: 0"]
    return "\r\n".join(
        [*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    ).encode()


def asked(client: RawClient, data: bytes) -> Reply:
    reply = client.send(data).reply()
    assert reply is not None
    return reply


@pytest.mark.parametrize("in_loop", [True, False])
def test_what_never_blocks_is_handled_in_the_loop_and_the_rest_in_threads(*, in_loop: bool) -> None:
    with serving(in_loop=in_loop) as server, RawClient(server.url) as client:
        thread = asked(client, ask("/where")).json()["thread"]
        assert (thread == "leadway-mock") == in_loop
        assert re.fullmatch(rb"leadway-mock-\d", asked(client, ask("/wsgi")).body)
        assert asked(client, ask("/late")).status == 200
        assert client.send(ask("/broken")).is_closed()


def lines_of(client: RawClient, data: bytes) -> list[bytes]:
    """Return the lines of a response's head; of a date, its name."""
    read = iter(client.send(data).received.readline, b"\r\n")
    lines = [line if not line.startswith(b"Date: ") else b"Date" for line in read]
    length = next(line for line in lines if line.startswith(b"Content-Length: "))
    client.received.read(int(length.split()[1]))
    return lines


def test_headers_are_spelled_as_the_application_did(client: RawClient) -> None:
    """In its order, too; some programs look for them so."""
    assert lines_of(client, ask("/wsgi")) == [
        b"HTTP/1.1 529 Site Is Overloaded\r\n",
        b"X-RateLimit-Max: 1\r\n",
        b"cf-RAY: 2\r\n",
        b"Content-Length: 14\r\n",
        b"Server: leadway-mock\r\n",
        b"Date",
    ]
    assert lines_of(client, ask("/"))[1:3] == [b"x-Thing: 1\r\n", b"A-B: 2\r\n"]


def test_a_proxys_page_names_the_proxy_as_its_server(client: RawClient) -> None:
    lines = lines_of(client, ask("/wsgi?proxy"))
    assert lines[-3:] == [b"Server: a proxy\r\n", b"Via: leadway-mock\r\n", b"Date"]


def test_a_request_in_two_parts_gets_a_response(client: RawClient) -> None:
    whole = ask("/now")
    client.send(whole[:20])
    assert asked(client, whole[20:]).status == 200
    assert asked(client, ask("/now") + ask("/now")).status == 200
    assert asked(client, b"").status == 200


def test_what_follows_an_ignored_upgrade_is_the_next_request(client: RawClient) -> None:
    upgrade = ask("/now", Connection="Upgrade", Upgrade="h2c")
    client.send(upgrade + ask("/next"))
    first, second = client.reply(), client.reply()
    assert first
    assert second
    assert [first.json()["request"][1], second.json()["request"][1]] == ["/now", "/next"]


def test_a_trailer_is_no_header(client: RawClient) -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    told = asked(client, head + b"1\r\nx\r\n0\r\nAuthorization: y\r\n\r\n").json()
    assert told["request"][3:] == [["content-length", "1"], ["host", "a"]]


@pytest.mark.parametrize("path", ["/bug", "/evil?a+b"])
def test_a_bug_of_the_application_is_a_500_in_the_envelope(
    client: RawClient, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    reply = asked(client, ask(path))
    assert (reply.status, reply.json()["message"]) == (500, "Internal Server Error")
    assert reply.headers["x-mock-rule"] == "server-error"
    assert client.is_closed()
    assert ("a bug" if path == "/bug" else "a line break") in caplog.text


def test_an_unreachable_client_is_disconnected_without_a_log_line(
    client: RawClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A network may go between a request and its response."""

    def send(*_: object) -> int:
        raise OSError(errno.EHOSTUNREACH, "no route")

    client.send(ask("/late")[:-2])
    monkeypatch.setattr(socket.socket, "send", send)
    assert client.send(b"\r\n").is_closed()
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


@pytest.mark.parametrize(
    ("length", "passed"), [(1_000, 1_000), (1_001, 1_001), (50_000, 1_001), (10**6, 1_001)]
)
def test_of_a_long_body_one_byte_beyond_the_limit_is_read(
    client: RawClient, length: int, passed: int
) -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % length
    reply = asked(client, head + b"x" * min(length, 9_000))
    assert len(reply.json()["body"]) == passed + len("b''")
    assert (reply.headers.get("connection") == "close") == (passed > 1_000)


def test_of_chunks_without_an_end_one_byte_beyond_the_limit_is_read(client: RawClient) -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    reply = asked(client, head + b"64\r\n" + b"x" * 100 + (b"\r\n64\r\n" + b"x" * 100) * 90)
    assert len(reply.json()["body"]) == 1_001 + len("b''")
    assert reply.headers["connection"] == "close"


def test_requests_before_a_long_body_get_their_responses(client: RawClient) -> None:
    client.send(ask("/late") + ask("/where"))
    client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n" + b"x" * 10_000)
    replies = [client.reply() for _ in range(3)]
    assert [each and each.status for each in replies] == [200, 200, 200]
    assert client.is_closed()


@pytest.mark.parametrize("in_loop", [True, False])
def test_a_body_is_bounded_in_the_loop_as_in_threads(*, in_loop: bool) -> None:
    with serving(in_loop=in_loop, max_body=7) as server:
        with RawClient(server.url) as client:
            assert asked(client, PLAIN).status == 413
        with RawClient(server.url) as client:
            assert asked(client, PLAIN[:-1].replace(b": 8", b": 7")).status == 200


@pytest.mark.parametrize("evil", ["a\r\nb", "a\nb", "a\rb"])
def test_no_header_breaks_its_line(evil: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        RawResponse("200 OK", [("X", evil)], b"").header_bytes()
    with pytest.raises(ValueError, match="line break"):
        RawResponse(evil, [], b"").header_bytes()


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Server, Server]]:
    """Serve the same in the loop, and in threads alone."""
    with serving(in_loop=True) as loop, serving(in_loop=False) as threads:
        yield loop, threads


def read_until_closed(server: Server, parts: list[bytes]) -> bytes:
    with RawClient(server.url) as client:
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in parts:
            client.send(part)
        client.finish_sending()
        return re.sub(rb"Date: [^\r]+", b"", client.received.read())


def responds_identically(data: bytes) -> bool:
    """Tell whether its answer depends on nothing but its bytes.

    Who asks to hang up may lose what follows; whether the rest of a body was waited for is told.
    """
    return not any(each in data for each in (b"close", b"HTTP/1.0", b"Expect"))


STREAMS = st.lists(
    (REQUESTS | nearly() | st.just(PLAIN)).filter(responds_identically), min_size=1, max_size=4
).map(b"".join)


@given(data=STREAMS, places=st.lists(st.integers(0, 800), max_size=4))
@example(data=PLAIN * 3, places=[])
@example(data=PLAIN + PLAIN[:-3], places=[len(PLAIN)])
@example(data=PLAIN.replace(b": 8", b": 3") + PLAIN, places=[len(PLAIN)])
@settings(max_examples=200, deadline=None)
def test_a_connection_gets_the_same_from_the_loop_and_from_threads(
    both: tuple[Server, Server], data: bytes, places: list[int]
) -> None:
    """Requests one behind another, good and bad, in pieces: none is taken for another's body."""
    cuts = [0, *sorted(places), len(data)]
    parts = [data[first:last] for first, last in pairwise(cuts) if data[first:last]]
    by_the_loop, by_threads = (read_until_closed(server, parts) for server in both)
    assert by_the_loop == by_threads
