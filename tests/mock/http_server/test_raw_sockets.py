"""Hostile and broken bytes over a real socket: JSON and a 4xx, or a clean end; never a 500."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from leadway_mock.http_server import Server
from leadway_mock.web import PLATFORM, create_app
from tests.mock.raw_client import PATIENCE, RawClient, Reply

MAX_BODY = 50_000
HOST = b"Host: localhost\r\n"
GET = b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"


def get(*headers: bytes) -> bytes:
    return b"".join([b"GET / HTTP/1.1\r\n", HOST, *(line + b"\r\n" for line in headers), b"\r\n"])


def post(body: bytes, *headers: bytes) -> bytes:
    lines = [b"POST / HTTP/1.1", b"Host: localhost", *headers, b"", b""]
    return b"\r\n".join(lines) + body


def chunked(body: bytes) -> bytes:
    return post(body, b"Transfer-Encoding: chunked")


MALFORMED = {
    "nonsense": b"nonsense\r\n\r\n",
    "a method in lower case": b"get / HTTP/1.1\r\n" + HOST + b"\r\n",
    "line feeds alone": b"GET / HTTP/1.1\nHost: localhost\n\n",
    "a line feed alone after the request line": b"GET / HTTP/1.1\nHost: a\r\n\r\n",
    "HTTP/0.9": b"GET /\r\n\r\n",
    "HTTP/2 without asking": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/3.7": b"GET / HTTP/3.7\r\n" + HOST + b"\r\n",
    "a TLS ClientHello": bytes.fromhex("16030100f1010000ed0303") + bytes(range(200)),
    "no Host": b"GET / HTTP/1.1\r\n\r\n",
    "an empty Host": b"GET / HTTP/1.1\r\nHost:\r\n\r\n",
    "two Hosts": get(b"Host: evil.example"),
    "two HostPool that agree": get(b"Host: localhost"),
    "a null byte in the target": b"GET /\0 HTTP/1.1\r\n" + HOST + b"\r\n",
    "a tab in the target": b"GET /\t HTTP/1.1\r\n" + HOST + b"\r\n",
    "bytes beyond ASCII in the target": b"GET /\xc3\xa9 HTTP/1.1\r\n" + HOST + b"\r\n",
    "a target with half an address": b"GET http://[::1 HTTP/1.1\r\n" + HOST + b"\r\n",
    "a null byte in a header": get(b"X: a\0b"),
    "a carriage return in a header": get(b"X: a\rInjected: b"),
    "a line feed in a header": get(b"X: a\nInjected: b"),
    "a space before the colon": get(b"X : a"),
    "a header without a colon": get(b"X"),
    "a header without a name": get(b": a"),
    "a folded line without a header": b"GET / HTTP/1.1\r\n folded\r\n" + HOST + b"\r\n",
    "two lengths that differ": post(b"abc", b"Content-Length: 2", b"Content-Length: 3"),
    "two lengths that agree": post(b"ab", b"Content-Length: 2", b"Content-Length: 2"),
    "a list of lengths": post(b"ab", b"Content-Length: 2, 2"),
    "a negative length": post(b"ab", b"Content-Length: -2"),
    "a signed length": post(b"ab", b"Content-Length: +2"),
    "a length in words": post(b"ab", b"Content-Length: two"),
    "a length in superscript": post(b"ab", b"Content-Length: \xb2"),
    "an empty length": post(b"", b"Content-Length:"),
    "a length of 5000 digits": post(b"ab", b"Content-Length: " + b"9" * 5000),
    "a length and chunks": post(b"0\r\n\r\n", b"Content-Length: 3", b"Transfer-Encoding: chunked"),
    "chunks and a length": post(b"0\r\n\r\n", b"Transfer-Encoding: chunked", b"Content-Length: 3"),
    "chunked twice": post(b"0\r\n\r\n", *[b"Transfer-Encoding: chunked"] * 2),
    "chunked twice in one line": post(b"0\r\n\r\n", b"Transfer-Encoding: chunked, chunked"),
    "an empty coding": post(b"0\r\n\r\n", b"Transfer-Encoding:"),
    "an empty coding and a length": post(b"ab", b"Transfer-Encoding:", b"Content-Length: 2"),
    "a length and an empty coding": post(b"ab", b"Content-Length: 2", b"Transfer-Encoding:"),
    "an empty coding beside chunked": post(b"0\r\n\r\n", b"Transfer-Encoding: , chunked"),
    "a relative target": b"GET x HTTP/1.1\r\n" + HOST + b"\r\n",
    "a target with another scheme": b"GET ftp://localhost/x HTTP/1.1\r\n" + HOST + b"\r\n",
    "chunks in HTTP/1.0": b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a vertical tab before chunked": post(b"0\r\n\r\n", b"Transfer-Encoding: \x0bchunked"),
    "a chunk size that is no number": chunked(b"zz\r\n"),
    "a negative chunk size": chunked(b"-1\r\n"),
    "a chunk size with 0x": chunked(b"0x2\r\nab\r\n0\r\n\r\n"),
    "a chunk that is longer than announced": chunked(b"2\r\nabcd\r\n0\r\n\r\n"),
    "a chunk extension with control bytes": chunked(b"2;\0\r\nab\r\n0\r\n\r\n"),
}

TOO_LARGE = {
    "a length over the limit": (413, post(b"ab", b"Content-Length: 99999999999")),
    "chunks over the limit": (413, chunked(b"10000\r\n" + b"a" * 65_536 + b"\r\n0\r\n\r\n")),
    "a chunk longer than anything": (413, chunked(b"ffffffffffffffffffff\r\nab")),
    "a chunk size without end": (413, chunked(b"1" * 200_000)),
    "a trailer without end": (413, chunked(b"0\r\n" + b"X: y\r\n" * 40_000)),
    "a header over the limit": (431, get(b"X: " + b"a" * 70_000)),
    "a header without end": (431, get(b"X: " + b"a" * 200_000)[:-4]),
    "headers without end": (431, get(*[b"X: y"] * 20_000)),
    "a target over the limit": (431, b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n"),
}

NOT_IMPLEMENTED = {
    "gzip": post(b"0\r\n\r\n", b"Transfer-Encoding: gzip"),
    "gzip, chunked": post(b"0\r\n\r\n", b"Transfer-Encoding: gzip, chunked"),
    "xchunked": post(b"0\r\n\r\n", b"Transfer-Encoding: xchunked"),
}

UNFINISHED = {
    "nothing": b"",
    "empty lines": b"\r\n\r\n\r\n",
    "half a request line": b"GET / HT",
    "half a head": b"GET / HTTP/1.1\r\nHost: loc",
    "half a body": post(b"ab", b"Content-Length: 10"),
    "half a chunk": chunked(b"5\r\nab"),
    "half a chunk size": chunked(b"5"),
    "chunks without the last": chunked(b"2\r\nab\r\n"),
}

UNUSUAL = {
    "a whole address": b"GET http://evil.example/x HTTP/1.1\r\n" + HOST + b"\r\n",
    "CONNECT": b"CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + b"\r\n",
    "OPTIONS *": b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
    "TRACE": b"TRACE / HTTP/1.1\r\n" + HOST + b"\r\n",
    "an unknown method": b"BREW /pot HTTP/1.1\r\n" + HOST + b"\r\n",
    "many slashes": b"GET ////__mock//x HTTP/1.1\r\n" + HOST + b"\r\n",
    "doubled slashes": b"GET /__mock//openapi.json HTTP/1.1\r\n" + HOST + b"\r\n",
    "dots": b"GET /../../../../etc/passwd HTTP/1.1\r\n" + HOST + b"\r\n",
    "dots in the documentation": b"GET /__mock/docs/../../setup.py HTTP/1.1\r\n" + HOST + b"\r\n",
    "escaped dots": b"GET /__mock/docs/%2e%2e/%2e%2e/__init__.py HTTP/1.1\r\n" + HOST + b"\r\n",
    "an escaped null byte": b"GET /__mock/docs/a%00b HTTP/1.1\r\n" + HOST + b"\r\n",
    "an escaped line break": b"GET /x%0d%0aInjected:%20y HTTP/1.1\r\n" + HOST + b"\r\n",
    "broken escapes": b"GET /%zz%ff%c0%af HTTP/1.1\r\n" + HOST + b"\r\n",
    "a fragment": b"GET /#x HTTP/1.1\r\n" + HOST + b"\r\n",
    "a semicolon": b"GET /;x=y?;;&&== HTTP/1.1\r\n" + HOST + b"\r\n",
    "a folded header": get(b"X: a\r\n b"),
    "headers beyond ASCII": get(b"X: \xff\xfe", b"Authorization: Bearer \xc3\xa9"),
    "a length with an underscore": post(b"", b"Content_Length: 4"),
    "an upgrade": get(b"Connection: Upgrade", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABk"),
    "an unknown expectation": get(b"Expect: tea"),
    "spaces in the request line": b"GET  /  HTTP/1.1\r\n" + HOST + b"\r\n",
    "cookies": get(b"Cookie: " + b"a=b; " * 1000),
    "a range": get(b"Range: bytes=5-1"),
}


def telling(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    body = json.dumps(environ["PATH_INFO"]).encode()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [body]


@pytest.fixture(scope="module", params=["a small application", "the mock"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    flask = create_app()
    is_mock = request.param == "the mock"
    application, platform = (flask, flask.extensions[PLATFORM]) if is_mock else (telling, None)
    before = set(threading.enumerate())
    with Server(application, max_body=MAX_BODY, threads=2, platform=platform) as server:
        yield server
        assert is_healthy(server)
        ours = set(threading.enumerate()) - before
        assert len(ours) <= 3
    for thread in ours:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def is_healthy(server: Server) -> bool:
    with RawClient(server.url) as client:
        reply = client.send(GET).reply()
    return reply is not None and reply.status in {200, 404}


def exchange(server: Server, data: bytes) -> Reply | None:
    """Send all there is, and read the one answer after which the server hangs up."""
    with RawClient(server.url) as client:
        client.send(data).finish_sending()
        reply = client.reply()
        assert client.is_closed()
    assert is_healthy(server)
    return reply


def check_error(reply: Reply | None, status: int) -> None:
    assert reply
    assert reply.status == status
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    assert reply.headers["connection"] == "close"
    assert reply.headers["x-mock-evidence"] == "invented"
    assert reply.json()["statusCode"] == status
    assert list(reply.json()) == ["statusCode", "message"]
    assert "injected" not in reply.headers


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed(server: Server, data: bytes) -> None:
    check_error(exchange(server, data), 400)


@pytest.mark.parametrize(("status", "data"), TOO_LARGE.values(), ids=TOO_LARGE.keys())
def test_too_large(server: Server, status: int, data: bytes) -> None:
    check_error(exchange(server, data), status)


@pytest.mark.parametrize("data", NOT_IMPLEMENTED.values(), ids=NOT_IMPLEMENTED.keys())
def test_not_implemented(server: Server, data: bytes) -> None:
    check_error(exchange(server, data), 501)


@pytest.mark.parametrize("data", UNFINISHED.values(), ids=UNFINISHED.keys())
def test_an_unfinished_request_gets_no_response(server: Server, data: bytes) -> None:
    assert exchange(server, data) is None


@pytest.mark.parametrize("data", UNUSUAL.values(), ids=UNUSUAL.keys())
def test_an_unusual_request_gets_json(server: Server, data: bytes) -> None:
    with RawClient(server.url) as client:
        reply = client.send(data).reply()
    assert reply
    assert reply.status < 500 or (reply.status == 501 and data.startswith(b"CONNECT"))
    assert reply.headers["content-type"].startswith("application/json")
    assert "injected" not in reply.headers
    assert b"<" not in reply.body
    assert is_healthy(server)


@pytest.mark.parametrize("data", UNFINISHED.values(), ids=UNFINISHED.keys())
def test_a_client_may_disappear(server: Server, data: bytes) -> None:
    with RawClient(server.url) as client:
        client.send(data)
    assert is_healthy(server)


def test_a_client_may_leave_before_its_response(server: Server) -> None:
    for _ in range(20):
        with RawClient(server.url) as client:
            client.send(GET * 20)
    assert is_healthy(server)


def test_single_bytes_do_not_delay_others(server: Server) -> None:
    slow = [RawClient(server.url) for _ in range(5)]
    for position in range(len(GET)):
        for client in slow:
            client.send(GET[position : position + 1])
        assert is_healthy(server)
    assert all(client.reply() for client in slow)
    for client in slow:
        client.__exit__()


def test_a_rejected_body_is_not_parsed_as_the_next_request(server: Server) -> None:
    smuggled = post(GET, b"Content-Length: 99999999")
    with RawClient(server.url) as client:
        check_error(client.send(smuggled).reply(), 413)
        assert client.finish_sending().is_closed()


def test_what_follows_a_body_is_the_next_request(server: Server) -> None:
    with RawClient(server.url) as client:
        client.send(post(b"ab", b"Content-Length: 2") + b"cd\r\n\r\n")
        assert client.reply()
        check_error(client.reply(), 400)
        assert client.finish_sending().is_closed()


TARGETS = {
    b"http://127.0.0.1/x": 404,
    b"HTTP://localhost:4010/x?y#z": 404,
    b"http://localhost": 404,
    b"http://evil.example/x": 403,
    b"http://localhost@evil.example/x": 403,
    b"http://evil.example@localhost/x": 403,
    b"https://evil.example/__mock/health": 403,
}


@pytest.mark.parametrize("named", [b"localhost", b"evil.example"])
@pytest.mark.parametrize("target", TARGETS)
def test_a_whole_address_decides_which_host_is_called(
    server: Server, target: bytes, named: bytes
) -> None:
    """Whatever the Host header says (RFC 9112, section 3.2.2)."""
    with RawClient(server.url) as client:
        reply = client.send(b"GET %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (target, named)).reply()
    assert reply
    assert reply.status in {TARGETS[target], 200}, "a small application checks no host"
    if reply.status == 200:
        told = reply.json()
        assert told in {"/x", "/", "/__mock/health"}
