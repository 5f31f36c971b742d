"""Tokens of requests are in no page, log, error, file or repr."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request as Call
from urllib.request import urlopen

import pytest
from flask.testing import FlaskClient

from leadway_mock.agents.builtin import MANAGED_ID
from leadway_mock.agents.registry import Agent, AgentRegistry, Token, Version
from leadway_mock.agents.replies import AgentInput, AgentReply
from leadway_mock.cli import report
from leadway_mock.cli.control_client import ControlClient
from leadway_mock.cli.main import main
from leadway_mock.cli.mcp import McpServer
from leadway_mock.cli.mcp_tools import TOOLS
from leadway_mock.config.settings import Settings
from leadway_mock.contract.loader import load_contract
from leadway_mock.control_api import load_control_contract
from leadway_mock.http.messages import Request
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.clock import SystemClock
from leadway_mock.store import open_store
from leadway_mock.web import create_app
from tests.redis_server import DURABLE, redis_program
from tests.security.client import HEADERS, LOCATION, PATH, begin, say

CANARY = "c0ffeecafe5a"
"""The end of each secret below; nothing that the mock shows or keeps may hold it."""

PIT = f"pit-0f8fad5b-d9cb-469f-a165-{CANARY}"
JWT = f"eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJhdXRoQ2xhc3MiOiJMb2NhdGlvbiJ9.{CANARY}"
SPACED_JWT = f"ewogImFsZyI6ICJSUzI1NiJ9.ewogImlzcyI6ICJ4In0.{CANARY}"
"""A JSON Web Token whose header begins with a brace and a line break."""

DECLARED = f"my-own-token-{CANARY}"

AGENTS_FILE = f"""\
tokens:
  - token: {DECLARED}
  - token: {PIT}
agents:
  - id: rememberingagent00000000
    name: Remembers
    replies:
      - when: /my key is (?P<key>.+)/
        response: I keep it.
      - response: "You told me {{{{key}}}}."
"""


COMMAND = [sys.executable, "-m", "leadway", "mock"]


class Mock:
    """`leadway mock` in a process of its own, with all that it writes.

    `store_folder` has the files of its store, if they are not in `folder`.
    """

    def __init__(self, folder: Path, store: str, store_folder: Path | None = None) -> None:
        self.folder = folder
        self.store_folder = store_folder or folder
        (folder / "agents.yaml").write_text(AGENTS_FILE)
        self.out, self.err = (folder / "stdout").open("wb"), (folder / "stderr").open("wb")
        self.process = subprocess.Popen(
            [
                *COMMAND,
                "--port",
                "0",
                "--agents-file",
                "agents.yaml",
                "--store",
                store,
            ],
            cwd=folder,
            stdout=self.out,
            stderr=self.err,
            env={name: value for name, value in os.environ.items() if "LEADWAY" not in name},
        )
        self.url = self._url()

    def _url(self) -> str:
        while self.process.poll() is None:
            found = re.match(r"listening on (\S+)\n", (self.folder / "stdout").read_text())
            if found:
                return found[1]
        raise AssertionError((self.folder / "stderr").read_text())

    def send(
        self, path: str, body: object = None, *, method: str | None = None, **headers: str
    ) -> tuple[int, str]:
        """Send a request; return the status and the whole response with headers."""
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        fields = {"Content-Type": "application/json"} | named
        call = Call(self.url + path, data, fields, method=method)
        try:
            with urlopen(call) as response:
                return response.status, f"{response.headers}{response.read().decode()}"
        except HTTPError as error:
            with error:
                return error.code, f"{error.headers}{error.read().decode()}"

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        self.out.close()
        self.err.close()


@pytest.fixture(scope="module", params=["sqlite:///mock.db", "memory:", "redis:"])
def mock(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mock]:
    folder = tmp_path_factory.mktemp("mock")
    with ExitStack() as stack:
        if request.param == "redis:":
            server = stack.enter_context(redis_program(*DURABLE))
            mock = Mock(folder, server.long_timeout_url, server.folder)
        else:
            mock = Mock(folder, request.param)
        stack.callback(mock.stop)
        yield mock


def escaped(text: str) -> str:
    """Write each character of a text as a JSON escape."""
    return "".join(f"\\u{ord(each):04x}" for each in text)


def converse(mock: Mock) -> None:
    """Send secrets in every place where somebody may put them, rightly or by mistake."""
    remembering = "/agent-studio/agent/rememberingagent00000000/execute"
    body = {"message": "hello", "locationId": LOCATION}
    for secret in (PIT, DECLARED):
        headers = {"Authorization": f"Bearer {secret}", "Version": "v3"}
        status, _ = mock.send(PATH, body, **headers)
        assert status == 200
    headers = {"Authorization": f"Bearer {PIT}", "Version": "v3"}
    status, response = mock.send(remembering, body | {"message": f"my key is {JWT}"}, **headers)
    assert status == 200
    execution_id = json.loads(response[response.index("{") :])["executionId"]
    mock.send(remembering, body | {"executionId": execution_id}, **headers)
    for place in ("message", "locationId", "executionId", "versionId", "contactId", PIT):
        mock.send(PATH, body | {place: f"\n{PIT} {JWT}"}, **headers)
    mock.send(PATH, body | {"inputVariables": {PIT: JWT}, "attachments": [{PIT: JWT}]}, **headers)
    mock.send(f"{PATH}?access_token={DECLARED}&key={PIT}&x={PIT.replace('-', '%2D')}", body)
    mock.send(f"/{PIT}/{JWT}", body)
    mock.send(f"/agent-studio/agent/{PIT}/execute", body, **headers)
    mock.send(PATH, body, Authorization=f"Basic {PIT}")
    mock.send(PATH, body, Authorization=PIT, Version="v3")
    mock.send(PATH, body, Authorization=f"Bearer {JWT}", Version=PIT)
    mock.send(PATH, body, Cookie=f"session={DECLARED}", X_Api_Key=DECLARED, Referer=f"/{PIT}")
    mock.send(PATH, body, Proxy_Authorization=f"Basic {DECLARED}", X_Auth_Token=DECLARED)
    mock.send(PATH, body, **headers, Prefer=f"example={PIT}")
    for text in (
        escaped(PIT),
        f"\\nBearer\\u0020OPAQUE{CANARY}",
        f"access_token\\u003d{CANARY}",
        f"{SPACED_JWT}\\/",
        quote(quote(PIT.replace("p", "%70"))),
        "\\u0000".join(PIT),
    ):
        for place in ("message", "contactId", text):
            raw = f'{{"locationId": "{LOCATION}", "{place}": "{text}"}}'
            mock.send(PATH, raw.encode(), **headers)
            mock.send(remembering, raw.replace(place, "message").encode(), **headers)
    mock.send(f"/%2570it-{PIT[4:]}?next=%252Fx%253Faccess_token%253D{CANARY}", body)


def converse_with_a_managed_agent(mock: Mock) -> None:
    """Send secrets in every place of its messages; the key is one of them."""
    path = f"/agent-studio/managed-agents/{MANAGED_ID}/execute"
    headers = {"Authorization": f"Bearer {PIT}", "Version": "v3"}
    body = {"message": f"my key is {PIT}", "locationId": LOCATION}
    for _ in range(2):
        status, response = mock.send(path, body, **headers, Idempotency_Key=PIT)
        assert status == 200
    session = content_of(response)["sessionId"]
    for number, text in enumerate((JWT, escaped(PIT), f"access_token={CANARY}", f"{SPACED_JWT}/")):
        more = {"sessionId": session, "message": text, "extraVariables": {text: [text]}}
        mock.send(path, body | more, **headers, Idempotency_Key=str(number))
        for place in ("sessionId", "contactId", "locationId", text):
            mock.send(path, body | {place: text}, **headers, Idempotency_Key=text)
    mock.send(path, body, **headers, Idempotency_Key=f"Bearer {CANARY}")
    mock.send(f"{path}?api_key={CANARY}", body, **headers, Idempotency_Key="query")


def create_agents(mock: Mock) -> None:
    """Create an agent with secrets in its fields and in its content."""
    headers = {"Authorization": f"Bearer {PIT}", "Version": "v3"}
    path, here = "/agent-studio/agent", {"locationId": LOCATION}
    fields = {"name": PIT, "description": f"Bearer {JWT}", "status": "active", "version": {}}
    status, response = mock.send(path, here | fields, **headers)
    assert status == 201
    created = content_of(response)
    version = created["versions"][0]["versionId"]
    nodes = [{PIT: JWT, "text": f"access_token={CANARY}"}, {"text": escaped(PIT)}]
    path = f"{path}/versions/{version}"
    assert mock.send(path, here | {"nodes": nodes}, method="PATCH", **headers)[0] == 200
    assert mock.send(f"{path}/publish", here, **headers)[0] == 200


def get_tokens(mock: Mock) -> list[str]:
    """Exchange codes and tokens; return those that the mock has issued."""
    app = {"client_id": "app-1", "client_secret": f"hush-{CANARY}"}
    code = app | {"grant_type": "authorization_code", "code": f"{LOCATION}.{CANARY}"}
    issued = send_form(mock, code | {"user_type": "Company"})
    send_form(mock, code)
    renewal = app | {"grant_type": "refresh_token"}
    renewed = send_form(mock, renewal | {"refresh_token": issued["refresh_token"]})
    location = {"companyId": issued["companyId"], "locationId": LOCATION}
    agency = f"Bearer {renewed['access_token']}"
    token = send_form(mock, location, "/oauth/locationToken", Authorization=agency)["access_token"]
    send_form(mock, renewal | {"refresh_token": JWT})
    send_form(mock, app | {"grant_type": "password", "password": CANARY, "color": PIT})
    send_form(mock, app, f"/oauth/token?code={CANARY}&client%5Fsecret={CANARY}")
    names_of_v3 = {"clientId": "app-1", "clientSecret": CANARY, "refreshToken": CANARY}
    send_form(mock, names_of_v3 | {"grantType": "refresh_token"}, Version="v3")
    mock.send("/oauth/token", app | {"refresh_token": CANARY})
    mock.send("/oauth/locationToken", f'"code"\r\n\r\n{CANARY}'.encode())
    headers = {"Authorization": f"Bearer {token}", "Version": "v3"}
    mock.send(PATH, {"message": f"my token is {token}", "locationId": LOCATION}, **headers)
    both = [each[name] for each in (issued, renewed) for name in ("access_token", "refresh_token")]
    return [*both, token]


def send_form(
    mock: Mock, fields: Mapping[str, str], path: str = "/oauth/token", **headers: str
) -> dict[str, Any]:
    headers |= {"Content_Type": "application/x-www-form-urlencoded"}
    _, response = mock.send(path, urlencode(fields).encode(), **headers)
    return content_of(response)


def content_of(response: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(response[response.index("{") :])
    return content


def control_pages(mock: Mock) -> Iterator[str]:
    """Yield the response to every GET request of the control API, and to some with a body."""
    reads = [each for each in load_control_contract().operations if each.method == "GET"]
    assert len(reads) > 15
    sessions = re.findall(r'"executionId":\s*"([^"]+)"', mock.send("/__mock/sessions")[1])
    places = {"executionId": sessions, "name": []}
    for operation in reads:
        query = "?limit=1000" if operation.parameter("query", "limit") else ""
        (name,) = re.findall(r"{(\w+)}", operation.path) or [""]
        for value in places[name] if name else [""]:
            path = f"/__mock{operation.path.replace(f'{{{name}}}', value)}{query}"
            status, response = mock.send(path)
            assert status == 200, path
            yield response
    for page in ("", "docs", "openapi.json"):
        yield mock.send(f"/__mock/{page}")[1]
    queries: list[tuple[str, dict[str, Any]]] = [
        ("journal/find", {"limit": 1000}),
        ("journal/find", {"match": {"body": "my key"}, "limit": 1000}),
        ("journal/wait", {"count": 1000, "timeout": 0}),
    ]
    for path, body in queries:
        status, response = mock.send(f"/__mock/{path}", body)
        assert status == 200, response
        yield response


def commands(mock: Mock, capsys: pytest.CaptureFixture[str]) -> Iterator[str]:
    """Yield the output of the commands that read a mock, and the file of the report."""
    sessions = re.findall(r'"executionId":\s*"([^"]+)"', mock.send("/__mock/sessions")[1])
    for arguments in (
        ["journal", "--limit", "1000"],
        ["journal", "--limit", "1000", "--lines"],
        ["sessions"],
        ["export"],
        *(["show", session, "--text"] for session in sessions),
    ):
        assert main([*arguments, "--url", mock.url]) == 0
        yield capsys.readouterr().out
    file = mock.folder / "report.html"
    assert report.main(["--url", mock.url, "-o", str(file)]) == 0
    yield file.read_text()
    server = McpServer(ControlClient(mock.url), TOOLS)
    for tool in TOOLS:
        if tool.writes or "text" in tool.required:
            continue
        given = {"executionId": sessions[0], "limit": 1000}
        params = {"name": tool.name, "arguments": {key: given[key] for key in tool.required}}
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        yield json.dumps(server.respond(json.dumps(call).encode()))


def test_no_page_no_log_and_no_file_holds_a_secret(
    mock: Mock, capsys: pytest.CaptureFixture[str]
) -> None:
    converse(mock)
    converse_with_a_managed_agent(mock)
    create_agents(mock)
    secrets = [CANARY, *(token.rpartition(".")[2] for token in get_tokens(mock))]
    shown = "".join([*control_pages(mock), *commands(mock, capsys)])
    assert '"my key is ' in shown
    assert [secret for secret in secrets if secret in shown] == []
    # Each file that the mock wrote, the write-ahead log of its database included, and each file of
    # its Redis server, whose append-only file has every write.
    folders = {mock.folder, mock.store_folder}
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    written = {path: path.read_bytes() for path in files if path.name != "agents.yaml"}
    assert {"stdout", "stderr"} <= {path.name for path in written}
    for path, content in written.items():
        assert [secret for secret in secrets if secret.encode() in content] == [], path.name
    assert b"reply, turn 2" in (mock.folder / "stderr").read_bytes()
    if mock.store_folder != mock.folder:
        assert any(b"my key is " in content for content in written.values())


def test_errors_of_the_control_api_do_not_repeat_secrets(
    mock: Mock,
) -> None:
    headers = {"Authorization": f"Bearer {PIT}", "Cookie": DECLARED}
    for path in ("nothing", "sessions/x", "journal?limit=x", "docs/nothing"):
        status, response = mock.send(f"/__mock/{path}", **headers)
        assert status in {400, 404}
        assert CANARY not in response


def test_a_failing_agent_shows_its_exception_only_in_the_log(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(received: AgentInput) -> AgentReply:
        raise ValueError(received.message)

    failing = Agent("failing", "Fails", fail, versions=(Version("v1"),))
    contract, store = load_contract(), open_store("memory:")
    emulator = Emulator(
        Settings(), contract, AgentRegistry({"failing": failing}), store, SystemClock()
    )
    with closing(emulator):
        client = create_app(emulator=emulator).test_client()
        response = say(client, "what only I know", path="/agent-studio/agent/failing/execute")
    assert response.status_code == 500
    assert response.get_json() == {"statusCode": 500, "message": "Internal Server Error"}
    assert "what only I know" not in f"{response.headers}{response.text}"
    assert "Traceback" not in response.text
    assert "what only I know" in caplog.text  # which is what a log is for


def test_no_repr_contains_a_token() -> None:
    token = Token(PIT)
    headers = {"authorization": f"Bearer {PIT}"}
    for value in (token, AgentRegistry({}, {PIT: token}), Request("POST", "/", headers=headers)):
        assert CANARY not in repr(value)
        assert CANARY not in str(value)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("tokens:", "tokenz:"),
        (DECLARED, f"{DECLARED} x: y"),
        (f"token: {DECLARED}", f"token: [{DECLARED}]"),
        (f"token: {DECLARED}", f"{DECLARED}: x"),
        (DECLARED, PIT),
        (f"- token: {DECLARED}", f"- '{DECLARED}"),
    ],
    ids=["a name", "a colon", "a list", "a key", "twice", "a quote"],
)
def test_problems_of_an_agents_file_do_not_contain_its_tokens(
    right: str, wrong: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "agents.yaml"
    path.write_text(AGENTS_FILE.replace(right, wrong))
    assert main(["--port", "0", "--agents-file", str(path)]) == 2
    said = "".join(capsys.readouterr())
    assert "agents.yaml:" in said
    assert CANARY not in said


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Version": "CANARY"}, {}),
        ({"Content-Type": "application/CANARY"}, {}),
        ({"Content-Type": "application/json; charset=CANARY"}, {}),
        ({"Content-Encoding": "CANARY"}, {}),
        ({"Authorization": "CANARY"}, {}),
        ({"Prefer": "example=CANARY"}, {}),
        ({}, {"CANARY": 1}),
        ({}, {"inputVariables": {"CANARY": []}, "attachments": [{"CANARY": 1}]}),
        ({}, {"executionId": "CANARY", "versionId": "CANARY"}),
        ({"Host": "CANARY.example"}, {}),
    ],
)
def test_a_log_does_not_quote_a_rejected_request(
    client: FlaskClient,
    caplog: pytest.LogCaptureFixture,
    headers: dict[str, str],
    body: dict[str, object],
) -> None:
    caplog.set_level(logging.DEBUG)
    sent = json.dumps({"message": "x", "locationId": LOCATION, **body})
    merged = {**HEADERS, "Content-Type": "application/json", **headers}
    client.post(PATH, data=sent, headers=merged)

    assert "CANARY" not in caplog.text
    assert "canary" not in caplog.text


def test_a_log_names_neither_query_nor_headers_nor_bodies(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    execution_id = begin(client, "what only I know")
    client.post(f"{PATH}?secret=what+only+I+know", json={"message": "what only I know"})
    client.get("/__mock/journal?x=what+only+I+know", headers=HEADERS)
    assert execution_id in caplog.text
    assert "only" not in caplog.text
