"""Requests cannot inject headers, log lines, SQL, paths or further requests."""

from __future__ import annotations

import logging
import socket
import unicodedata
from urllib.parse import quote, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from leadway_mock.config.settings import Settings
from leadway_mock.http_server import Server
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.web.server import open_server
from tests.security.client import HEADERS, LOCATION, PATH, TOKEN, begin, say

LINES = ["\r\n", "\n", "\r", "\x00", "\x0b", "\x0c", "\x1b[2J\x1b[31m", "\x85", "\u2028", "\u202e"]
"""What ends a line, or makes a terminal obey, somewhere."""

SQL = [
    "' OR '1'='1",
    "x'; DROP TABLE entries; --",
    '" OR ""="',
    "x' UNION SELECT key, value FROM entries --",
    "%",
    "_" * 24,
    "*",
    "?",
    ":key",
    "sessions",
    "/sessions",
    "/journal",
    "../journal",
    "\x00",
    "x" * 1_000_000,
    "\U0001f388" * 1_000,
    "-1",
    "1e400",
    "null",
    "__proto__",
]


@pytest.mark.parametrize("text", SQL, ids=lambda text: text[:12].encode("unicode_escape").decode())
def test_ids_are_opaque_text(client: FlaskClient, text: str) -> None:
    execution_id = begin(client)
    for body in ({"executionId": text}, {"versionId": text}):
        assert say(client, **body).status_code == 404
    assert say(client, locationId=text, executionId=execution_id).status_code == 404
    assert say(client, locationId=text).status_code == 200
    assert say(client, contactId=text).status_code == 200
    agent = quote(text[:20_000], safe="")
    assert client.post(f"/agent-studio/agent/{agent}/execute", headers=HEADERS).status_code in {
        404,  # with a slash in it, it is another path
        415,
    }
    assert client.get(f"/__mock/sessions/{agent}").status_code in {200, 404}
    assert say(client, executionId=execution_id).get_json()["response"].startswith("Turn 2.")
    assert client.get("/__mock/sessions").get_json()["count"] == 3


def test_ids_are_compared_exactly(client: FlaskClient) -> None:
    execution_id = begin(client)
    letter = next(each for each in execution_id if each.isalpha())
    others = {
        execution_id.upper(),
        execution_id[:-1],
        execution_id[1:],
        f"{execution_id} ",
        f" {execution_id}",
        f"{execution_id}\x00",
        f"{execution_id}\x00x",
        f"{execution_id}\n",
        f"{execution_id}\u200b",
        f"{execution_id[:-1]}%",
        f"{execution_id[:-1]}_",
        execution_id.replace(letter, chr(ord(letter) - ord("a") + ord("\uff41"))),
    }
    for other in others:
        response = say(client, executionId=other)
        assert response.headers["X-Mock-Rule"] == "session-unknown", other
        assert client.get(f"/__mock/sessions/{quote(other, safe='')}").status_code == 404
    assert say(client, executionId=execution_id).status_code == 200


def test_two_spellings_of_a_location_are_two_locations(client: FlaskClient) -> None:
    composed = "Málaga"
    decomposed = unicodedata.normalize("NFD", composed)
    execution_id = begin(client, locationId=composed)
    response = say(client, executionId=execution_id, locationId=decomposed)
    assert response.headers["X-Mock-Rule"] == "session-foreign-location"


@pytest.mark.parametrize("line", LINES, ids=ascii)
def test_no_path_or_header_adds_a_line_to_the_log(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, line: str
) -> None:
    caplog.set_level(logging.DEBUG)
    forged = f"x{line}2026-11-22 all is well"
    escaped = quote(forged, safe="")
    client.post(f"/{escaped}", headers=HEADERS)
    client.post(f"/agent-studio/agent/{escaped}/execute", json={}, headers=HEADERS)
    client.get(f"/__mock/{escaped}")
    say(client, forged, locationId=forged, executionId=forged, versionId=forged)
    client.post(PATH, json={forged: 1, "locationId": forged}, headers=HEADERS)
    client.post(PATH, json={}, headers=HEADERS, query_string={"__example": forged})
    if "\r" not in line and "\n" not in line:  # Neither werkzeug nor any server lets those in.
        text = forged.encode("utf-8").decode("latin-1")
        client.post(PATH, json={}, headers=HEADERS | {"Version": text})
        client.post(PATH, data="{}", headers=HEADERS | {"Content-Type": text})
    assert len(caplog.messages) >= 5
    for message in caplog.messages:
        first, *hint = message.split("\n")
        assert len(hint) <= 1
        assert all(each.startswith("    ") and each.endswith("say more.") for each in hint)
        assert all(each.isascii() and each.isprintable() for each in (first, *hint))


def test_a_failure_is_logged_on_its_own_line(
    client: FlaskClient,
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(emulator.namespaces, "for_token", None)
    assert client.get(f"/__mock/sessions/x%0D%0Aforged%1B[2J{TOKEN}").status_code == 500
    (message,) = caplog.messages
    assert message.isascii()
    assert message.isprintable()
    assert TOKEN not in message


@pytest.mark.parametrize("line", ["%0d%0a", "%0a", "%0d", "%00", "%c4%8d%c4%8a", "%e2%80%a8"])
def test_no_request_adds_a_header_to_its_response(app: Flask, line: str) -> None:
    forged = f"x{line}Set-Cookie:%20a=b{line}{line}<p>"
    with open_server(app, Settings(port=0)) as server:
        for path in (
            f"/{forged}",
            f"/agent-studio/public-api/agents/{forged}/execute",
            f"{PATH}?__example={forged}&__code={forged}&source={forged}",
            f"/__mock/{forged}",
            f"/__mock/docs/{forged}",
            f"/__mock/sessions/{forged}?after={forged}",
        ):
            head, _, _ = exchange(server, b"POST %s HTTP/1.1" % path.encode()).partition("\r\n\r\n")
            names = [field.partition(":")[0].lower() for field in head.split("\r\n")[1:]]
            assert "set-cookie" not in names
            assert "content-type" in names


def exchange(server: Server, *lines: bytes, body: bytes = b"") -> str:
    """Send one request as it is, and return all bytes received until the connection closes."""
    parts = urlsplit(server.url)
    fields = [
        b"Host: 127.0.0.1",
        b"Authorization: Bearer " + TOKEN.encode(),
        b"Version: v3",
        b"Content-Type: application/json",
    ]
    head = b"\r\n".join([lines[0], *fields, *lines[1:]]) + b"\r\n\r\n"
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        connection.sendall(head + body)
        connection.shutdown(socket.SHUT_WR)
        return connection.makefile("rb").read().decode()


def test_a_request_cannot_change_the_successor_link(client: FlaskClient) -> None:
    agent = quote('x>; rel="evil", <http://evil.example/', safe="")
    response = client.post(f"/agent-studio/public-api/agents/{agent}/execute", headers=HEADERS)
    link = response.headers.get("Link", "")
    assert 'rel="evil"' not in link
    assert "<http" not in link


@pytest.mark.parametrize(
    "way",
    [
        "../../../../etc/passwd",
        "..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "..%5c..%5cetc%5cpasswd",
        "....//....//etc/passwd",
        "%252e%252e%252fetc%252fpasswd",
        "/etc/passwd",
        "//etc/passwd",
        "swagger-ui.css%00.html",
        "swagger-ui.css/../../__init__.py",
        "..;/etc/passwd",
        "C:%5cWindows%5cwin.ini",
        "CON",
        "file:/etc/passwd",
        "",
        ".",
        "..",
    ],
)
def test_no_path_leaves_the_folder_of_the_documentation(app: Flask, way: str) -> None:
    with open_server(app, Settings(port=0)) as server:
        response = exchange(server, b"GET /__mock/docs/%s HTTP/1.1" % way.encode())
    assert "root:" not in response
    assert "def " not in response
    if not response.startswith("HTTP/1.1 200"):
        assert response.startswith(("HTTP/1.1 404", "HTTP/1.1 400"))
    else:
        assert "<title>Leadway mock: documentation</title>" in response


SMUGGLED = b"POST /smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize(
    "lines",
    [
        [b"Content-Length: 0", b"Transfer-Encoding: chunked"],
        [b"Transfer-Encoding: chunked", b"Content-Length: 0"],
        [b"Content-Length: 0", b"Content-Length: %d" % len(SMUGGLED)],
        [b"Content-Length: 0, %d" % len(SMUGGLED)],
        [b"Content-Length: +0"],
        [b"Content-Length: 0x0"],
        [b"Content-Length: 0_0"],
        [b"Content-Length : 0"],
        [b"Transfer-Encoding: identity, chunked"],
        [b"Transfer-Encoding: chunked, identity"],
        [b"Transfer-Encoding: xchunked"],
        [b"Transfer-Encoding:\x0bchunked"],
        [b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity"],
        [b"X: y\nTransfer-Encoding: chunked"],
        [b"Content-Length:", b" 0"],
        [b"Content-Length: 5", b"Content-Length: 5"],
        [b"Content-Length: %d" % len(b"0\r\n\r\n" + SMUGGLED), b"Transfer-Encoding: chunked"],
        [b"Content-Length: %d" % len(b"0\r\n\r\n" + SMUGGLED)],
    ],
    ids=lambda lines: ascii(b" ".join(lines).decode("latin-1")),
)
def test_no_second_request_is_smuggled_in_a_body(
    app: Flask, emulator: Emulator, lines: list[bytes]
) -> None:
    with open_server(app, Settings(port=0)) as server:
        exchange(server, b"POST %s HTTP/1.1" % PATH.encode(), *lines, body=b"0\r\n\r\n" + SMUGGLED)
    paths = [entry["request"]["path"] for entry in emulator.journal.entries(after=0, limit=10)]
    assert "/smuggled" not in paths


@pytest.mark.parametrize(
    "value",
    ["0" * 5_000, "0" * 20 + "9" * 30, "9" * 5_000, "-1", "+1", "1.0", "1e3", "٣", "", " 1"],
)
@pytest.mark.parametrize("name", ["after", "limit"])
@pytest.mark.parametrize("page", ["sessions", "journal"])
def test_no_number_breaks_a_page(client: FlaskClient, page: str, name: str, value: str) -> None:
    response = client.get(f"/__mock/{page}", query_string={name: value})
    assert response.status_code == 400
    assert name in response.get_json()["message"]


def test_a_unicode_id_in_a_path_is_the_same_as_in_a_body(client: FlaskClient) -> None:
    execution_id = begin(client, locationId=f"{LOCATION}Ñ漢🎈")
    shown = client.get(f"/__mock/sessions/{execution_id}").get_json()
    assert shown["locationId"] == f"{LOCATION}Ñ漢🎈"
