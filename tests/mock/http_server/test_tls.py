"""TLS and tunnels on the mock's port, beside plain HTTP."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from leadway_mock.config.settings import Settings
from leadway_mock.http_server import Server
from leadway_mock.http_server.protocol import TUNNEL_TARGET
from leadway_mock.http_server.tunnel import HANDSHAKE_TIMEOUT_SECONDS
from leadway_mock.util.certificates import VENDOR_HOST, authority_file, client_context
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server
from tests.mock.client import CURRENT, LOCATION, TOKEN

BODY = {"message": "Hi", "locationId": LOCATION}
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Version": "2021-07-28"}
TIMEOUT_SECONDS = 10.0


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(folder))
        patch.setenv("HOME", str(folder))
        yield folder


@pytest.fixture(scope="module")
def server(data_folder: Path) -> Iterator[Server]:
    assert data_folder.is_dir()
    settings = Settings(port=0, tls=True)
    with open_server(create_app(settings), settings, grace=2.0) as server:
        yield server


@pytest.fixture(scope="module")
def context(server: Server) -> ssl.SSLContext:
    assert server.url
    return client_context()


def connect(server: Server) -> socket.socket:
    parts = urlsplit(server.url)
    return socket.create_connection((parts.hostname, parts.port), timeout=TIMEOUT_SECONDS)


def tunnel(server: Server, target: str = TUNNEL_TARGET) -> tuple[socket.socket, bytes]:
    """Send a CONNECT; return the connection and the head of the response."""
    connection = connect(server)
    connection.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
    head = b""
    while b"\r\n\r\n" not in head:
        chunk = connection.recv(1024)
        assert chunk
        head += chunk
    return connection, head


def execute(connection: socket.socket, host: str, body: dict[str, str] = BODY) -> tuple[int, bytes]:
    """Send a message over a connection; return status and body."""
    content = json.dumps(body).encode()
    lines = [
        f"POST {CURRENT} HTTP/1.1",
        f"Host: {host}",
        f"Content-Length: {len(content)}",
        "Content-Type: application/json",
        *(f"{name}: {value}" for name, value in HEADERS.items()),
    ]
    connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
    response = HTTPResponse(connection)
    response.begin()
    with response:
        return response.status, response.read()


def test_one_port_speaks_both(server: Server, context: ssl.SSLContext) -> None:
    assert server.url.startswith("https://127.0.0.1:")
    for url in (server.url, server.url.replace("https", "http", 1)):
        response = httpx.post(url + CURRENT, json=BODY, headers=HEADERS, verify=context)
        assert response.json()["response"] == "Turn 1. You said: Hi"


@pytest.mark.parametrize("name", ["localhost", VENDOR_HOST, "127.0.0.1"])
def test_the_certificate_has_the_names(server: Server, context: ssl.SSLContext, name: str) -> None:
    with connect(server) as plain, context.wrap_socket(plain, server_hostname=name) as secure:
        assert execute(secure, name)[0] == 200


def test_the_control_api_is_served_with_its_scheme(server: Server, context: ssl.SSLContext) -> None:
    document = httpx.get(f"{server.url}/__mock/openapi.json", verify=context).json()
    assert document["servers"][0]["url"] == server.url
    own = {"Origin": server.url, "Sec-Fetch-Site": "same-origin"}
    reset = f"{server.url}/__mock/reset"
    assert httpx.post(reset, json={}, headers=own, verify=context).status_code == 200
    other = {"Origin": server.url.replace("https", "http", 1)}
    assert httpx.post(reset, json={}, headers=other, verify=context).status_code == 403


def test_a_tunnel_to_the_vendors_host_ends_at_the_mock(
    server: Server, context: ssl.SSLContext
) -> None:
    connection, head = tunnel(server)
    assert head == b"HTTP/1.1 200 Connection Established\r\n\r\n"
    with connection, context.wrap_socket(connection, server_hostname=VENDOR_HOST) as secure:
        for _ in range(2):
            status, body = execute(secure, VENDOR_HOST)
            assert (status, json.loads(body)["success"]) == (200, True)


def test_a_proxy_variable_sends_a_client_through_a_tunnel(
    server: Server, context: ssl.SSLContext
) -> None:
    proxy = server.url.replace("https", "http", 1)
    for url in (proxy, server.url):  # The proxy itself may be called by TLS, too.
        with httpx.Client(
            proxy=httpx.Proxy(url, ssl_context=context if url != proxy else None), verify=context
        ) as client:
            response = client.post(f"https://{VENDOR_HOST}{CURRENT}", json=BODY, headers=HEADERS)
        assert response.json()["response"] == "Turn 1. You said: Hi"


@pytest.mark.parametrize(
    "target",
    [
        "example.com:443",
        f"{VENDOR_HOST}:80",
        f"{VENDOR_HOST}.example.com:443",
        f"x.{VENDOR_HOST}:443",
        "127.0.0.1:443",
        "localhost:22",
    ],
)
@pytest.mark.behaviour("tunnel-rejected")
def test_no_other_tunnel_is_opened(server: Server, target: str) -> None:
    connection, head = tunnel(server, target)
    with connection:
        assert head.startswith(b"HTTP/1.1 403 Forbidden\r\n")
        assert b"X-Mock-Rule: tunnel-rejected\r\n" in head


def test_what_follows_the_handshake_at_once_is_read(server: Server) -> None:
    """TLS 1.3 lets a client send its request together with the end of the handshake."""
    connection, _ = tunnel(server)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    secure = client_context().wrap_bio(incoming, outgoing, server_hostname=VENDOR_HOST)
    with connection:
        while True:
            try:
                secure.do_handshake()
                break
            except ssl.SSLWantReadError:
                connection.sendall(outgoing.read())
                incoming.write(connection.recv(65_536))
        secure.write(f"GET / HTTP/1.1\r\nHost: {VENDOR_HOST}\r\n\r\n".encode())
        connection.sendall(outgoing.read())  # Finished and request, in one packet.
        while True:
            incoming.write(connection.recv(65_536))
            try:
                assert secure.read(12) == b"HTTP/1.1 404"
                break
            except ssl.SSLWantReadError:
                continue


def test_an_error_response_over_tls_arrives(server: Server, context: ssl.SSLContext) -> None:
    with connect(server) as plain, context.wrap_socket(plain, server_hostname="localhost") as tls:
        tls.sendall(b"GET nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert tls.recv(65_536).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"transport": "CONNECTION_RESET_BY_PEER"}, httpx.TransportError),
        ({"transport": "EMPTY_RESPONSE"}, httpx.RemoteProtocolError),
        ({"transport": "TRUNCATED_BODY"}, httpx.RemoteProtocolError),
        ({"transport": "RANDOM_DATA_THEN_CLOSE"}, httpx.RemoteProtocolError),
    ],
)
def test_transport_faults_reach_tls_clients(
    server: Server, context: ssl.SSLContext, fault: dict[str, str], error: type[Exception]
) -> None:
    with httpx.Client(base_url=server.url, verify=context) as client:
        client.post("/__mock/faults", json=fault).raise_for_status()
        with pytest.raises(error):
            client.post(CURRENT, json=BODY, headers=HEADERS)


def test_silent_and_broken_clients_do_no_harm(server: Server, context: ssl.SSLContext) -> None:
    silent = [connect(server) for _ in range(20)]
    for start in (b"\x16", b"\x16\x03\x01\x02\x00" + b"\xff" * 40, b"\x16\x03"):
        with connect(server) as broken:
            broken.sendall(start)
    with ThreadPoolExecutor(8) as pool:
        statuses = pool.map(
            lambda _: httpx.get(f"{server.url}/__mock/health", verify=context).status_code,
            range(16),
        )
        assert set(statuses) == {200}
    for each in silent:
        each.close()


def test_a_server_ends_while_a_client_is_silent(data_folder: Path) -> None:
    assert data_folder.is_dir()
    settings = Settings(port=0, tls=True)
    with open_server(create_app(settings), settings, grace=5.0) as server:
        silent = connect(server)
        started, _ = tunnel(server)
        with httpx.Client(verify=client_context()) as client:
            assert client.get(f"{server.url}/__mock/health").status_code == 200
            loop = asyncio.new_event_loop()
            before = loop.time()
    assert loop.time() - before < 3
    loop.close()
    silent.close()
    started.close()


def test_a_silent_client_is_refused_with_the_others(
    server: Server, context: ssl.SSLContext
) -> None:
    with connect(server) as silent:
        silent.settimeout(HANDSHAKE_TIMEOUT_SECONDS / 2)  # Then it would be closed in any case.
        httpx.get(f"{server.url}/__mock/health", verify=context)  # So both are accepted.
        with server.refusing_connections():
            assert silent.recv(1) == b""


def test_a_client_without_the_authority_does_not_trust_it(server: Server) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(server.url)


def test_the_authority_is_the_file(data_folder: Path) -> None:
    assert authority_file().is_relative_to(data_folder)
