"""A request gets a response, and causes no connection, no code execution and no file access."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from flask.testing import FlaskClient

from leadway_mock.agents.file.loader import load_agents
from leadway_mock.config.settings import Settings
from leadway_mock.contract.loader import load_contract
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.clock import SystemClock
from leadway_mock.store import open_store
from leadway_mock.web import create_app
from tests.security.client import HEADERS, PATH, begin, say

FORBIDDEN = (
    "ctypes.",
    "ftplib.",
    "http.client.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.system",
    "pickle.",
    "shutil.",
    "smtplib.",
    "socket.",
    "subprocess.",
    "tempfile.",
    "urllib.",
    "webbrowser.",
)
"""What Python reports to auditors when it is about to reach beyond a program's own memory."""

seen: list[str] | None = None


def audit(event: str, arguments: tuple[Any, ...]) -> None:
    if seen is None or threading.current_thread() is not threading.main_thread():
        return
    if event.startswith(FORBIDDEN) or _writes(event, arguments) or _runs_text(event, arguments):
        seen.append(f"{event} {arguments}")


def _writes(event: str, arguments: tuple[Any, ...]) -> bool:
    return event == "open" and bool(str(arguments[1] or "r").strip("rb"))


def _runs_text(event: str, arguments: tuple[Any, ...]) -> bool:
    # An import runs code too, and that of a file.
    return event == "exec" and arguments[0].co_filename == "<string>"


sys.addaudithook(audit)


@contextmanager
def nothing_done() -> Iterator[None]:
    """Fail where the block reaches beyond its own memory."""
    global seen  # noqa: PLW0603 - an audit hook cannot be removed, only disabled
    seen = []
    try:
        yield
        assert not seen, "\n".join(seen)
    finally:
        seen = None


@pytest.fixture
def canary() -> Iterator[tuple[str, list[str]]]:
    """Serve on loopback; yield the address and the requests that came."""
    came: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            came.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", came
        server.shutdown()
        thread.join()


def test_the_audit_hook_detects_connections_writes_and_code(
    canary: tuple[str, list[str]], tmp_path: Path
) -> None:
    url, came = canary
    parts = urlsplit(url)
    with (
        pytest.raises(AssertionError, match=r"socket\.connect"),
        nothing_done(),
        socket.create_connection((parts.hostname, parts.port)),
    ):
        pass
    with pytest.raises(AssertionError, match=r"socket\.getaddrinfo"), nothing_done():
        socket.getaddrinfo("localhost", 80)
    with pytest.raises(AssertionError, match=r"open"), nothing_done():
        (tmp_path / "x").write_text("x")
    with pytest.raises(AssertionError, match=r"exec"), nothing_done():
        exec("1")  # noqa: S102 - to see that it is seen
    with pytest.raises(HTTPError) as acknowledged:
        urlopen(f"{url}/seen")
    acknowledged.value.close()
    assert came == ["/seen"]


def links_to(canary: str) -> list[str]:
    return [
        f"{canary}/image.png",
        canary.replace("http", "HTTP") + "/image.png",
        "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
        "http://metadata.google.internal/computeMetadata/v1/",
        "http://unheard-of.example/image.png",
        "https://10.0.0.1/x",
        "file:/etc/passwd",
        "ftp://127.0.0.1/x",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "jar:http://127.0.0.1!/",
        "data:text/html,<script>alert(1)</script>",
        "//127.0.0.1/x",
        "\\\\127.0.0.1\\share",
    ]


def test_no_link_in_a_message_is_followed(
    client: FlaskClient, canary: tuple[str, list[str]]
) -> None:
    url, came = canary
    for link in links_to(url):
        with nothing_done():
            images = [{"type": "image", "imageUrl": link}, {"type": link, "imageUrl": link}]
            execution_id = begin(client, link, attachments=images, inputVariables={link: link})
            say(client, link, executionId=execution_id, contactId=link, versionId=link)
            client.post(f"{PATH}?source={link}", json={}, headers=HEADERS | {"Referer": link})
            client.post("/", headers={"Origin": url, "X-Forwarded-Host": url, "From": link})
    assert came == []


def test_no_page_opens_a_connection(client: FlaskClient, canary: tuple[str, list[str]]) -> None:
    url, came = canary
    begin(client, url, attachments=[{"type": "image", "imageUrl": url}])
    with nothing_done():
        for page in ("", "/health", "/journal", "/sessions", "/docs", "/openapi.json", "/nothing"):
            client.get(f"/__mock{page}?url={url}&configUrl={url}")
        client.post("/__mock/reset", json={"url": url})
    assert came == []


def test_a_query_cannot_choose_the_contract_of_the_documentation_page(client: FlaskClient) -> None:
    page = client.get("/__mock/docs?configUrl=https://evil.example/x&url=https://evil.example/y")
    assert "evil" not in page.text
    assert "queryConfigEnabled" not in client.get("/__mock/docs/start.js").text


# Text from a request is text, whatever language of templates it is in.

TEMPLATES = [
    "{{7*7}}",
    "{{ config }}",
    "{{''.__class__.__mro__[1].__subclasses__()}}",
    "{% for x in range(3) %}x{% endfor %}",
    "{# gone #}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "${jndi:ldap://127.0.0.1/x}",
    "$(id)",
    "`id`",
    "; id",
    "%s %n %(asctime)s %d",
    "{0} {0.__class__} {message}",
    "{{message}} {{turn}} {{executionId}} {{variables.x}}",
    r"\{{message}}",
    "<script>alert(1)</script>",
    "!!python/object/apply:os.system ['id']",
    "&a [*a]",
]


@pytest.mark.parametrize("text", TEMPLATES)
def test_a_message_is_returned_unchanged(client: FlaskClient, text: str) -> None:
    with nothing_done():
        response = say(client, text)
    assert response.get_json()["response"] == f"Turn 1. You said: {text}"
    execution_id = response.get_json()["executionId"]
    shown = client.get(f"/__mock/sessions/{execution_id}").get_json()["transcript"]
    assert shown[0]["message"] == text


@pytest.mark.parametrize("text", TEMPLATES)
def test_no_other_field_is_rendered(client: FlaskClient, text: str) -> None:
    with nothing_done():
        responses = [
            client.post(f"/{text.replace('?', '')}", headers=HEADERS),
            client.get(f"/__mock/{text.replace('?', '')}", headers=HEADERS),
            client.get("/__mock/sessions/x", query_string={"limit": text}),
            client.post(PATH, headers=HEADERS | {"Version": text}),
            client.post(PATH, headers=HEADERS | {"Content-Type": text}),
            client.post(PATH, json={}, headers=HEADERS | {"Prefer": f"example={text}"}),
            client.post(PATH, json={text: text, "locationId": text}, headers=HEADERS),
            client.get("/__mock/health", headers={"Host": text}),
        ]
    for response in responses:
        reported = f"{response.headers}{response.text}"
        assert response.status_code < 500
        assert response.content_type.startswith("application/json")
        assert "49" not in response.headers.get("X-Mock-Hint", "").replace("2149", "")
        assert "subclasses" not in reported.replace("__subclasses__", "")
        assert "<Config" not in reported
        assert "uid=" not in reported


CANNED = """\
agents:
  - id: cannedagent0000000000000
    name: Canned
    inputVariables:
      - name: x
    replies:
      - when: /call me (?P<name>.+)/
        response: "Hello {{name}}, you said {{message}} with {{variables.x}}."
      - response: "{{name}} again."
"""


@pytest.mark.parametrize("text", ["{{message}}", "{{7*7}}", "{{name}}{{name}}", r"\{{x}}", "%s"])
def test_values_of_placeholders_are_not_expanded(text: str, tmp_path: Path) -> None:
    (tmp_path / "agents.yaml").write_text(CANNED)
    cast = load_agents(tmp_path / "agents.yaml")
    emulator = Emulator(Settings(), load_contract(), cast, open_store("memory:"), SystemClock())
    path = "/agent-studio/agent/cannedagent0000000000000/execute"
    with closing(emulator):
        client = create_app(emulator=emulator).test_client()
        first = say(client, f"call me {text}", path, inputVariables={"x": text}).get_json()
        second = say(client, "x", path, executionId=first["executionId"]).get_json()
    assert first["response"] == f"Hello {text}, you said call me {text} with {text}."
    assert second["response"] == f"{text} again."
