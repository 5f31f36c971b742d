"""The outbound client: one origin, one address, no redirects, limits, and real TLS."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leadway_mock.recording.exchanges import SentRequest, UpstreamFailure
from leadway_mock.recording.upstream import Origin, Upstream, UpstreamError
from tests.mock.recording.servers import Received, Reply, serving
from tests.tls import Authority

GET = SentRequest(
    "GET", "/a%2Fb", "c=%20d", (("X-One", "1"), ("Connection", "X-Two"), ("X-Two", "2"))
)


def local(url: str, **options: Any) -> Upstream:
    return Upstream(url, allow_private=True, allow_http=True, **options)


def resolving_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    asked: list[str] = []

    def resolve(host: str, port: int, **_: object) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    monkeypatch.setattr("leadway_mock.recording.upstream.getaddrinfo", resolve)
    return asked


def test_request_and_response_are_passed_on_unchanged() -> None:
    received: list[Received] = []

    def handle(request: Received) -> Reply:
        received.append(request)
        return Reply(418, b"short", {"X-Answer": "a", "Keep-Alive": "timeout=5"})

    with serving(handle) as url, local(url) as upstream:
        exchange = upstream.send(GET)
        post = upstream.send(SentRequest("POST", "/", "", (("Host", "x"),), b"body"))
    assert exchange.response is not None
    assert (exchange.response.status, exchange.response.body) == (418, b"short")
    names = [name.lower() for name, _ in exchange.response.headers]
    assert "x-answer" in names
    assert "keep-alive" not in names
    assert 0 < exchange.seconds < 5
    [(target, headers, _), (_, posted, body)] = received
    assert target == "/a%2Fb?c=%20d"
    assert headers["host"] == posted["host"] == url.removeprefix("http://")
    assert set(headers) == {"host", "x-one", "accept-encoding"}
    assert headers["accept-encoding"] == "identity"
    assert body == b"body"
    assert post.request.headers == (("Host", "x"),)


def test_a_redirect_is_returned_and_not_followed() -> None:
    received: list[Received] = []

    def handle(request: Received) -> Reply:
        received.append(request)
        return Reply(302, b"", {"Location": "/elsewhere"})

    with serving(handle) as url, local(url) as upstream:
        exchange = upstream.send(GET)
    assert exchange.response is not None
    assert exchange.response.status == 302
    assert len(received) == 1


@pytest.mark.parametrize(
    ("raw", "failure"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", UpstreamFailure.DISCONNECT),
        (b"\xff\xff\r\n\r\n", UpstreamFailure.INVALID),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5_000, UpstreamFailure.TOO_LARGE),
    ],
)
def test_failures_are_values(raw: bytes, failure: UpstreamFailure) -> None:
    with serving(lambda _: Reply(raw=raw)) as url, local(url, max_response_bytes=1_000) as upstream:
        exchange = upstream.send(GET)
    assert exchange.response is None
    assert exchange.failure is failure


def test_nobody_listens() -> None:
    with serving(lambda _: Reply()) as url:
        pass
    with local(url) as upstream:
        assert upstream.send(GET).failure is UpstreamFailure.CONNECT


def test_the_whole_exchange_has_a_limit_of_time() -> None:
    ends = threading.Event()

    def handle(_: Received) -> Reply:
        ends.wait(60)
        return Reply()

    with serving(handle) as url, local(url, timeout_seconds=0.2) as upstream:
        exchange = upstream.send(GET)
        ends.set()
    assert exchange.failure is UpstreamFailure.TIMEOUT
    assert 0.2 <= exchange.seconds < 30


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("services.example", "must be an origin"),
        ("ftp://services.example", "must be an origin"),
        ("https://services.example/path", "must be an origin"),
        ("https://services.example?a=b", "must be an origin"),
        ("https://a:b@services.example", "user name or a password"),
        ("https://services.example:99999", "is no URL"),
        ("https://services.example:0", "must be an origin"),
        ("https://a b", "must be an origin"),
        ("http://services.example", "is not encrypted"),
        ("https://[::1", "is no URL"),
    ],
)
def test_other_urls_are_refused(url: str, reason: str) -> None:
    with pytest.raises(UpstreamError, match=reason) as caught:
        Upstream(url, allow_private=True)
    assert "a:b" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "224.0.0.1", "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1"),  # noqa: S104 - refused
        *("2002:0a00:0001::1", "64:ff9b::10.0.0.1"),
    ],
)
def test_private_addresses_are_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    resolving_to(monkeypatch, "8.8.8.8", address)
    with pytest.raises(UpstreamError, match="is not public") as caught:
        Upstream("https://services.example")
    assert "--allow-private" in str(caught.value)


def test_http_is_for_this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving_to(monkeypatch, "192.168.0.1")
    with pytest.raises(UpstreamError, match="is not on this machine, so only https"):
        local("http://services.example")


def test_a_name_without_address_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr("leadway_mock.recording.upstream.getaddrinfo", fail)
    with pytest.raises(UpstreamError, match=r"services\.example has no address"):
        Upstream("https://services.example")


def test_the_address_is_resolved_once_and_pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    received: list[Received] = []

    def handle(request: Received) -> Reply:
        received.append(request)
        return Reply()

    with serving(handle) as url:
        port = Origin.parse(url).port
        asked = resolving_to(monkeypatch, "127.0.0.1")
        with local(f"http://services.example:{port}") as upstream:
            resolving_to(monkeypatch, "192.0.2.1")
            assert upstream.send(GET).response is not None
            assert upstream.send(GET).response is not None
    assert asked == ["services.example"]
    assert [headers["host"] for _, headers, _ in received] == [f"services.example:{port}"] * 2


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    made = Authority.made(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.file))
    return made


def tls_exchange(
    monkeypatch: pytest.MonkeyPatch, authority: Authority, *names: str, expired: bool = False
) -> UpstreamFailure | None:
    with serving(lambda _: Reply(), authority.presenting(*names, expired=expired)) as url:
        resolving_to(monkeypatch, "127.0.0.1")
        name = f"https://services.example:{Origin.parse(url).port}"
        with Upstream(name, allow_private=True) as upstream:
            return upstream.send(GET).failure


def test_a_certificate_for_the_name_is_accepted(
    monkeypatch: pytest.MonkeyPatch, authority: Authority
) -> None:
    assert tls_exchange(monkeypatch, authority, "services.example") is None


@pytest.mark.parametrize("wrong", ["the address", "another name", "expired", "unknown authority"])
def test_other_certificates_are_refused(
    monkeypatch: pytest.MonkeyPatch, authority: Authority, tmp_path: Path, wrong: str
) -> None:
    names = {"the address": "127.0.0.1", "another name": "other.example"}
    presented: Callable[..., Any] = tls_exchange
    if wrong == "unknown authority":
        authority = Authority.made(tmp_path / "x")
    failure = presented(
        monkeypatch, authority, names.get(wrong, "services.example"), expired=wrong == "expired"
    )
    assert failure is UpstreamFailure.TLS
