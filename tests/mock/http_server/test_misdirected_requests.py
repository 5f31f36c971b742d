"""Requests that are not meant for a plain HTTP server get a response that says what to do."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import httpx
import pytest

from leadway_mock.http_server import Server
from leadway_mock.web import PLATFORM, create_app
from tests.mock.client import CURRENT
from tests.mock.raw_client import RawClient


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    app = create_app()
    with Server(app, platform=app.extensions[PLATFORM]) as server:
        yield server


def tls_hello() -> bytes:
    outgoing = ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="x")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def test_a_tls_handshake_is_answered_in_plain_text(server: Server) -> None:
    with RawClient(server.url) as client:
        reply = client.send(tls_hello()).reply()
        assert reply is not None
        assert reply.status == 400
        assert b"This is plain HTTP: use http://, not https://." in reply.body
        assert client.is_closed()


@pytest.mark.parametrize("host", ["services.leadconnectorhq.com", "localhost"])
def test_connect_is_told_that_the_mock_is_no_proxy(server: Server, host: str) -> None:
    request = f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode()
    with RawClient(server.url) as client:
        reply = client.send(request).reply()
        assert reply is not None
        assert reply.status == 501
        assert b"no proxy and opens no tunnel" in reply.body
        assert b"base URL" in reply.body
        assert client.is_closed()


def test_a_cors_preflight_gets_no_permission_and_a_reason(server: Server) -> None:
    headers = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    response = httpx.options(server.url + CURRENT, headers=headers)

    assert response.status_code == 405
    assert "sends no CORS headers" in response.headers["X-Mock-Hint"]
    assert not [each for each in response.headers if each.startswith("access-control-")]
    control = httpx.options(f"{server.url}/__mock/reset", headers=headers)
    assert control.status_code in {403, 405}
    assert not [each for each in control.headers if each.startswith("access-control-")]


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_the_root_names_the_page_to_wait_for(server: Server, method: str) -> None:
    response = httpx.request(method, f"{server.url}/")

    assert response.status_code == 404
    assert "GET /__mock/health" in response.headers["X-Mock-Hint"]
    assert bool(response.content) == (method == "GET")
