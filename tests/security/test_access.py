"""Web pages and other machines cannot reach the mock."""

from __future__ import annotations

import re
import socket

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from leadway_mock.cli.serve import read_settings
from leadway_mock.config.settings import Settings, SettingsError
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server
from tests.mock.raw_client import RawClient
from tests.security.client import HEADERS, LOCATION, OLD_PATH, PATH

OTHER_HOSTS = [
    "evil.example",
    "evil.example:4010",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "localtest.me",
    "lvh.me",
    "7f000001.rbndr.us",
    "127-0-0-1.nip.io",
    "make-127-0-0-1-rebind.example",
    "169.254.169.254",
    "192.168.1.10",
    "10.0.0.1:4010",
    "[fe80::1]",
    "[::ffff:10.0.0.1]",
    "0x7f000001",
    "2130706433",
    "017700000001",
    "127.1",
    "0",
    "",
    "localhost@evil.example",
    "evil.example#localhost",
    "evil.example/localhost",
    "localhost\tevil.example",
]
"""What a page that rebinds its name, or one that plays with the header, makes a browser send."""

ORIGINS = [
    "https://evil.example",
    "http://evil.example",
    "null",
    "",
    "http://localhost:9999",
    "http://127.0.0.1:1",
    "https://localhost",
    "http://localhost.evil.example",
    "file://",
    "chrome-extension://abcdef",
]

# Each route that Flask knows, and those of the platform, which it does not.
RULES = list(create_app().url_map.iter_rules())


def example_of(rule: Rule) -> str:
    return re.sub("<[^>]+>", "swagger-ui.css" if "docs" in rule.rule else "x", rule.rule)


CONTROL = sorted({(method, example_of(rule)) for rule in RULES for method in rule.methods or ()})
PLATFORM = [("POST", PATH), ("POST", OLD_PATH), ("GET", PATH), ("GET", "/"), ("POST", "/nowhere")]


def test_every_control_route_is_covered() -> None:
    paths = {path for _, path in CONTROL}
    assert {"/__mock/health", "/__mock/journal", "/__mock/reset", "/__mock/docs"} <= paths


@pytest.mark.parametrize("host", OTHER_HOSTS)
def test_every_route_rejects_unknown_hosts(client: FlaskClient, host: str) -> None:
    for method, path in CONTROL + PLATFORM:
        response = client.open(path, method=method, headers=HEADERS | {"Host": host})
        assert response.status_code == 403, (method, path)
        assert response.headers["X-Mock-Rule"] == "host-rejected"


def test_a_request_with_an_unknown_host_is_not_processed_or_stored(client: FlaskClient) -> None:
    body = {"message": "hello", "locationId": LOCATION}
    client.post(PATH, json=body, headers=HEADERS | {"Host": "evil.example"})
    assert client.get("/__mock/journal").get_json()["count"] == 0
    assert client.get("/__mock/sessions").get_json()["count"] == 0


@pytest.mark.parametrize("origin", ORIGINS)
def test_every_control_route_rejects_other_origins(client: FlaskClient, origin: str) -> None:
    for method, path in CONTROL:
        headers = {"Origin": origin, "Content-Type": "application/json"}
        response = client.open(path, method=method, headers=headers, data="{}")
        assert response.status_code == 403, (method, path)
        assert response.headers["X-Mock-Rule"] == "origin-rejected"


@pytest.mark.parametrize("site", ["cross-site", "same-site", "cross-site, none", ""])
def test_every_control_route_rejects_cross_site_requests(client: FlaskClient, site: str) -> None:
    for method, path in CONTROL:
        headers = {"Sec-Fetch-Site": site, "Content-Type": "application/json"}
        assert client.open(path, method=method, headers=headers, data="{}").status_code == 403


@pytest.mark.parametrize(
    "media_type",
    [
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain; application/json",
        "application/jsonp",
    ],
)
def test_a_form_of_a_web_page_cannot_reset(client: FlaskClient, media_type: str | None) -> None:
    client.post(PATH)
    headers = {"Content-Type": media_type} if media_type is not None else {}
    assert client.post("/__mock/reset", data=b"{}", headers=headers).status_code == 415
    assert client.get("/__mock/journal").get_json()["count"] == 1


@pytest.mark.parametrize(
    "target",
    [
        "/__mock/reset",
        "//__mock/reset",
        "////__mock/reset",
        "/%2f__mock/reset",
    ],
)
@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("Host: evil.example", 403),
        ("Host: localhost\r\nOrigin: http://evil.example", 403),
        ("Host: localhost\r\nSec-Fetch-Site: cross-site", 403),
        ("Host: localhost\r\nContent-Type: text/plain", 415),
        ("Host: localhost\r\nContent-Type: application/json", 200),
    ],
)
def test_no_spelling_of_a_path_bypasses_the_checks(
    app: Flask, emulator: Emulator, target: str, line: str, status: int
) -> None:
    """A path of the control API is checked, whatever number of slashes it begins with."""
    app.test_client().post(PATH)
    before = emulator.journal.count()
    with open_server(app, Settings(port=0)) as server, RawClient(server.url) as client:
        client.send(f"POST {target} HTTP/1.1\r\n{line}\r\nContent-Length: 2\r\n\r\n{{}}".encode())
        reply = client.reply()
    assert reply is not None
    assert reply.status == status
    assert emulator.journal.count() == before * (status != 200)


@pytest.mark.parametrize(
    "override",
    [
        {"X-HTTP-Method-Override": "POST"},
        {"X-HTTP-Method": "POST"},
        {"X-Method-Override": "POST"},
    ],
)
def test_a_method_cannot_be_overridden(client: FlaskClient, override: dict[str, str]) -> None:
    client.post(PATH)
    for target in ("/__mock/reset", "/__mock/reset?_method=POST"):
        assert client.get(target, headers=override).status_code == 405
    assert client.get(PATH, headers=HEADERS | override).status_code == 405
    assert client.get("/__mock/journal").get_json()["count"] == 2


def test_no_response_has_a_cors_header(client: FlaskClient) -> None:
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type, version",
        "Access-Control-Request-Private-Network": "true",
    }
    for method, path in [*CONTROL, *PLATFORM, ("OPTIONS", PATH), ("OPTIONS", "/__mock/reset")]:
        for origin in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
            with client.open(path, method=method, headers=HEADERS | origin | asked) as response:
                names = [name.lower() for name in response.headers.keys()]  # noqa: SIM118 - pairs
            granted = [name for name in names if name.startswith("access-")]
            assert granted == [], (method, path)


def test_every_response_has_nosniff_and_control_responses_no_store(client: FlaskClient) -> None:
    for method, path in CONTROL + PLATFORM:
        with client.open(path, method=method, headers=HEADERS) as response:
            headers = response.headers
        assert headers["X-Content-Type-Options"] == "nosniff", (method, path)
        if path.startswith("/__mock"):
            assert headers["Cache-Control"] in {"no-store", "no-cache"}, (method, path)
    for path in ("/__mock/journal", "/__mock/sessions", "/__mock/health", "/__mock/sessions/x"):
        assert client.get(path).headers["Cache-Control"] == "no-store"


def test_a_page_shown_by_the_mock_loads_nothing_from_elsewhere(client: FlaskClient) -> None:
    for path in ("/__mock/docs", "/__mock/docs/start.js", "/__mock", "/__mock/openapi.yaml"):
        policy = client.get(path).headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy


def test_it_listens_on_loopback_by_default() -> None:
    assert Settings().host == "127.0.0.1"
    assert read_settings([], {}).host == "127.0.0.1"
    settings = read_settings(["--port", "0"], {})
    server = open_server(create_app(settings), settings)
    try:
        port = int(server.url.rpartition(":")[2])
        for address in own_addresses():
            with pytest.raises(OSError, match="refused"):
                socket.create_connection((address, port), timeout=2).close()
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("host", "times"),
    [("127.0.0.1", 0), ("localhost", 0), ("0.0.0.0", 1)],  # noqa: S104 - that is the test
)
def test_a_public_address_gets_a_warning(
    host: str, times: int, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(host=host, port=0, quiet=True)
    open_server(create_app(settings), settings).stop()
    reported = [each.getMessage() for each in caplog.records if each.levelname == "WARNING"]
    assert len(reported) == times
    for part in (f"Listening on {host}, ", "control API", "without a password", "--allow-host"):
        assert all(part in text for text in reported)


def own_addresses() -> list[str]:
    """Return the addresses of this machine that others could call; none on a lonely one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # Sends nothing: it only asks which way it would go.
        except OSError:
            return []
        address: str = probe.getsockname()[0]
    return [] if address.startswith("127.") else [address]


def test_forwarding_headers_are_ignored(client: FlaskClient) -> None:
    forwarded = {
        "X-Forwarded-Host": "127.0.0.1",
        "X-Forwarded-For": "127.0.0.1",
        "Forwarded": "host=127.0.0.1;for=127.0.0.1",
        "X-Original-Host": "localhost",
        "X-Original-URL": "/__mock/reset",
        "X-Rewrite-URL": "/__mock/reset",
    }
    headers = forwarded | {"Host": "evil.example"}
    assert client.get("/__mock/journal", headers=headers).status_code == 403
    assert client.get("/", headers=forwarded).status_code == 404


def test_errors_of_the_http_server_are_json_with_nosniff(app: Flask) -> None:
    with open_server(app, Settings(port=0)) as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
            response = connection.makefile("rb").read().decode()
    assert response.startswith("HTTP/1.1 400")
    assert "X-Content-Type-Options: nosniff" in response
    assert "Access-Control" not in response


CORS_REQUEST = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, content-type, version",
}


@pytest.mark.behaviour("cors-preflight")
def test_only_pages_of_named_origins_get_cors_headers() -> None:
    client = create_app(Settings(cors=("http://localhost:5173",))).test_client()
    named = {"Origin": "http://localhost:5173"}
    preflight = client.options(PATH, headers=named | CORS_REQUEST)
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == named["Origin"]
    assert (
        preflight.headers["Access-Control-Allow-Headers"]
        == CORS_REQUEST["Access-Control-Request-Headers"]
    )
    response = client.post(PATH, json={"locationId": LOCATION}, headers=HEADERS | named)
    assert response.status_code == 422
    assert response.headers["Access-Control-Allow-Origin"] == named["Origin"]
    assert response.headers["Vary"] == "Origin"
    for origin in (
        "http://localhost:5174",
        "https://localhost:5173",
        "null",
        "http://evil.example",
    ):
        for headers in ({"Origin": origin}, {"Origin": origin} | CORS_REQUEST):
            for path, method in ((PATH, "OPTIONS"), (PATH, "POST")):
                other = client.open(path, method=method, headers=HEADERS | headers)
                assert not [name for name, _ in other.headers if name.lower().startswith("access-")]
    for path in ("/__mock/reset", "/__mock/sessions"):
        for method in ("OPTIONS", "GET", "POST"):
            control = client.open(path, method=method, headers=named | CORS_REQUEST)
            assert not [name for name, _ in control.headers if name.lower().startswith("access-")]


@pytest.mark.parametrize(
    "origin", ["*", "null", "localhost:5173", "http://localhost:5173/", "ftp://a", "HTTP://A", ""]
)
def test_an_origin_must_be_a_scheme_and_a_host(origin: str) -> None:
    with pytest.raises(SettingsError, match=r"must be an origin, not .* scheme, host and port"):
        Settings(cors=(origin,))
