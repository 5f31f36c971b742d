"""What the loop answers by itself: it reads as waitress does, and leaves it what is not plain."""

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
from waitress.adjustments import Adjustments
from waitress.task import WSGITask
from werkzeug.wrappers import Request

from leadway_mock.http.delivery import DELIVERY, Delivery, Head, Transport
from leadway_mock.server import Server
from leadway_mock.server.channel import Channel
from leadway_mock.server.heads import PlainReader
from leadway_mock.server.parsing import StrictParser
from leadway_mock.server.prompt import head as head_of
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


class _Channel:
    addr = ("127.0.0.1", 1)

    class server:  # noqa: N801 - stands where waitress has an instance
        adj = Adjustments(ident="x")
        effective_port = 80
        server_name = "x"

    def check_client_disconnected(self) -> bool:
        return False


def by_waitress(data: bytes) -> dict[str, Any] | None:
    """Return what waitress makes of the same bytes, or None where it refuses or wants more."""
    parser = StrictParser(Adjustments())
    while data and not parser.completed:
        data = data[parser.received(data) :]
    if parser.error or not parser.completed or data:
        return None
    environ = dict(
        WSGITask(_Channel(), parser).get_environment()  # type: ignore[arg-type]  # no more than it looks at
    )
    return {**environ, "body": environ["wsgi.input"].read()}


def is_read_alike(data: bytes) -> bool:
    """Check that what is read of a request is what waitress reads; tell whether it is read."""
    read = PlainReader().read(data)
    if read is None:
        return False
    head, body = read
    assert data.endswith(b"\r\n\r\n" + body)
    theirs = by_waitress(data)
    assert theirs is not None
    assert theirs["body"] == body
    told = {name for name in theirs if name.startswith(("HTTP_", "CONTENT_"))}
    plain = {name: theirs[name] for name in (*told, "PATH_INFO", "QUERY_STRING")}
    assert plain == head.environ
    assert theirs["REQUEST_METHOD"] == "POST"
    return True


@given(REQUESTS | nearly())
@example(PLAIN)
@example(PLAIN.replace(b"Host", b"Hose"))
@example(PLAIN.replace(b"localhost", b""))
@settings(max_examples=1000, deadline=None)
def test_what_is_read_is_what_waitress_reads(data: bytes) -> None:
    is_read_alike(data)


def test_no_single_byte_makes_it_read_what_waitress_does_not() -> None:
    """Every byte at every place of a request: in the place of another, or between two."""
    read = 0
    for place in range(len(PLAIN) + 1):
        for byte in map(bytes, zip(range(256))):
            read += is_read_alike(PLAIN[:place] + byte + PLAIN[place:])
            read += is_read_alike(PLAIN[:place] + byte + PLAIN[place + 1 :])
        read += is_read_alike(PLAIN[:place] + PLAIN[place + 1 :])
    assert read > len(PLAIN)


@given(REQUESTS)
@example(PLAIN)
@settings(max_examples=300, deadline=None)
def test_its_headers_are_those_that_flask_would_tell(data: bytes) -> None:
    read = PlainReader().read(data)
    if read is not None:
        told = Request(dict(read[0].environ)).headers
        assert read[0].headers == {name.lower(): value for name, value in told.items()}


def heads(*requests: bytes) -> list[Head]:
    """Return how one reader reads requests, all of which are plain."""
    reader = PlainReader()
    return [head for head, _ in filter(None, map(reader.read, requests))]


def test_what_clients_send_is_plain_and_a_head_that_comes_again_is_known() -> None:
    first, second, third = heads(PLAIN, PLAIN, PLAIN)
    assert (first.lasts, second.lasts) == (False, True)
    assert third is second
    assert first.environ == second.environ


def test_heads_that_never_come_again_take_no_place() -> None:
    traced = [PLAIN.replace(b"a, b", b"%d" % number) for number in range(3)]
    assert not any(head.lasts for head in heads(*traced))
    assert [head.headers["x-thing"] for head in heads(*traced)] == ["0", "1", "2"]
    asked = [PLAIN.replace(b"z=%20", b"z=%d" % number) for number in range(3)]
    assert not any(head.lasts for head in heads(*asked))


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadway_mock.server.heads.MOST_KNOWN", 8)
    traced = [PLAIN.replace(b"a, b", b"%d" % (number % 5)) for number in range(50)]
    assert [head.headers["x-thing"] for head in heads(*traced)] == list("01234") * 10


def here(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Say in which thread a request is answered, late or broken if its path says so."""
    if environ["PATH_INFO"] == "/late":
        environ[DELIVERY](Delivery(delay=0.05))
    if environ["PATH_INFO"] == "/broken":
        environ[DELIVERY](Delivery(transport=Transport.EMPTY_RESPONSE))
    if environ["PATH_INFO"] == "/bug":
        raise RuntimeError("a bug")
    body = threading.current_thread().name.encode()
    start_response("200 OK", [("Content-Length", str(len(body))), ("x-thing", "1")])
    return [body]


def ask(path: str, **headers: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Length: 0"]
    return "\r\n".join(
        [*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    ).encode()


def asked(client: RawClient, data: bytes) -> Reply:
    reply = client.send(data).reply()
    assert reply is not None
    return reply


def test_the_loop_answers_what_is_prompt_and_threads_the_rest() -> None:
    with (
        Server(here, prompt=lambda environ: environ["PATH_INFO"] != "/slow") as server,
        RawClient(server.url) as client,
    ):
        assert asked(client, ask("/now")).body == b"leadway-mock"
        assert asked(client, ask("/slow")).body.startswith(b"waitress")
        assert asked(client, ask("/now", Expect="tea")).body.startswith(b"waitress")
        assert asked(client, ask("/late")).body == b"leadway-mock"
        assert asked(client, ask("/now")).headers["x-thing"] == "1"
        assert client.send(ask("/broken")).is_closed()


def lines_of(client: RawClient, data: bytes) -> list[bytes]:
    """Return the lines of an answer's head; of a date, its name."""
    read = iter(client.send(data).received.readline, b"\r\n")
    lines = [line if not line.startswith(b"Date: ") else b"Date" for line in read]
    length = next(line for line in lines if line.startswith(b"Content-Length: "))
    client.received.read(int(length.split()[1]))
    return lines


@pytest.mark.parametrize("server_header", [[], [("Server", "a proxy")]])
def test_a_head_has_the_same_lines_whoever_answers(server_header: list[tuple[str, str]]) -> None:
    """Names as the application spelled them, in its order; some programs look for them so."""
    ours = [("X-RateLimit-Max", "1"), ("cf-RAY", "2"), ("Content-Length", "2"), ("A", "3")]

    def application(_: object, start_response: Callable[..., object]) -> Iterable[bytes]:
        start_response("529 Site Is Overloaded", [*ours, *server_header])
        return [b"ok"]

    with Server(application, prompt=lambda _: True) as server, RawClient(server.url) as client:
        by_the_loop = lines_of(client, ask("/"))
        by_a_thread = lines_of(client, ask("/", Expect="tea"))
    assert by_the_loop == by_a_thread
    assert by_the_loop[1:5] == [f"{name}: {value}\r\n".encode() for name, value in ours]
    assert by_the_loop[-1] == b"Date"


def test_a_request_in_two_parts_is_answered_too() -> None:
    with Server(here, prompt=lambda _: True) as server, RawClient(server.url) as client:
        whole = ask("/now")
        client.send(whole[:20])
        assert asked(client, whole[20:]).status == 200
        assert asked(client, ask("/now") + ask("/now")).status == 200
        assert asked(client, b"").status == 200


def test_a_bug_of_the_application_is_a_500_in_the_envelope(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with Server(here, prompt=lambda _: True) as server:
        with RawClient(server.url) as client:
            reply = asked(client, ask("/bug"))
            assert (reply.status, reply.json()["message"]) == (500, "Internal Server Error")
        assert "a bug" in caplog.text
        with RawClient(server.url) as client, RawClient(server.url) as other:
            assert lines_of(client, ask("/bug")) == lines_of(other, ask("/bug", Expect="tea"))


def test_who_cannot_be_reached_any_more_is_hung_up_on_in_silence(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A network may go between a request and its answer."""

    def send(*_: object) -> int:
        raise OSError(errno.EHOSTUNREACH, "no route")

    monkeypatch.setattr(Channel, "send", send)
    with Server(here, prompt=lambda _: True) as server, RawClient(server.url) as client:
        assert client.send(ask("/now")).is_closed()
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


def test_a_body_is_bounded_for_the_loop_as_for_threads() -> None:
    with Server(telling, max_body=7, prompt=lambda _: True) as server:
        with RawClient(server.url) as client:
            assert asked(client, PLAIN).status == 413
        with RawClient(server.url) as client:
            assert asked(client, PLAIN[:-1].replace(b": 8", b": 7")).status == 200


def test_a_large_answer_is_sent_whole() -> None:
    large = b"x" * 5_000_000

    def application(_: object, start_response: Callable[..., object]) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", str(len(large)))])
        return [large]

    with Server(application, prompt=lambda _: True) as server, RawClient(server.url) as client:
        assert asked(client, ask("/")).body == large


@pytest.mark.parametrize("evil", ["a\r\nb", "a\nb", "a\rb"])
def test_no_header_breaks_its_line(evil: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        head_of("200 OK", [("X", evil)], "x")
    with pytest.raises(ValueError, match="line break"):
        head_of(evil, [], "x")


def telling(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Answer with what was asked, but for what differs from connection to connection."""
    ours = ("REMOTE_PORT", "SERVER_PORT", "REQUEST_URI")
    told = {
        name: value
        for name, value in environ.items()
        if isinstance(value, str) and name not in ours
    }
    body = repr((sorted(told.items()), environ["wsgi.input"].read())).encode()
    start_response("200 OK", [("Content-Length", str(len(body))), ("x-Thing", "1")])
    return [body]


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Server, Server]]:
    """Serve the same by a loop that answers what it can, and by threads alone."""
    with Server(telling, prompt=lambda _: True) as loop, Server(telling) as threads:
        yield loop, threads


def all_that_is_answered(server: Server, parts: list[bytes]) -> bytes:
    with RawClient(server.url) as client:
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in parts:
            client.send(part)
        client.finish_sending()
        return re.sub(rb"Date: [^\r]+", b"", client.received.read())


def is_always_answered_alike(data: bytes) -> bool:
    """Tell whether its answer depends on nothing but its bytes.

    Who asks to hang up may lose what follows; whether the rest of a body was waited for is told.
    """
    return not any(each in data for each in (b"close", b"HTTP/1.0", b"Expect"))


STREAMS = st.lists(
    (REQUESTS | nearly() | st.just(PLAIN)).filter(is_always_answered_alike), min_size=1, max_size=4
).map(b"".join)


@given(data=STREAMS, places=st.lists(st.integers(0, 800), max_size=4))
@example(data=PLAIN * 3, places=[])
@example(data=PLAIN + PLAIN[:-3], places=[len(PLAIN)])
@example(data=PLAIN.replace(b": 8", b": 3") + PLAIN, places=[len(PLAIN)])
@settings(max_examples=200, deadline=None)
def test_a_connection_hears_the_same_whoever_answers(
    both: tuple[Server, Server], data: bytes, places: list[int]
) -> None:
    """Requests one behind another, good and bad, in pieces: none is taken for another's body."""
    cuts = [0, *sorted(places), len(data)]
    parts = [data[first:last] for first, last in pairwise(cuts) if data[first:last]]
    by_the_loop, by_threads = (all_that_is_answered(server, parts) for server in both)
    assert by_the_loop == by_threads
