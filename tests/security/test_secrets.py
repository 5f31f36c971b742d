"""Tokens of requests are in no page, log, error, file or repr."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request as Call
from urllib.request import urlopen

import pytest
from flask.testing import FlaskClient

from leadway_mock.agents.registry import Agent, AgentRegistry, Token, Version
from leadway_mock.agents.replies import AgentInput, AgentReply
from leadway_mock.cli.main import main
from leadway_mock.config.settings import Settings
from leadway_mock.contract.loader import load_contract
from leadway_mock.http.messages import Request
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.clock import SystemClock
from leadway_mock.store import open_store
from leadway_mock.web import create_app
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
    """`leadway mock` in a process of its own, on a file, with all that it writes."""

    def __init__(self, folder: Path, store: str) -> None:
        self.folder = folder
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

    def send(self, path: str, body: object = None, **headers: str) -> tuple[int, str]:
        """Send a request; return the status and the whole response with headers."""
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        call = Call(self.url + path, data, {"Content-Type": "application/json"} | named)
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


@pytest.fixture(scope="module", params=["sqlite:///mock.db", "memory:"])
def mock(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mock]:
    mock = Mock(tmp_path_factory.mktemp("mock"), request.param)
    yield mock
    mock.stop()


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


def test_no_page_no_log_and_no_file_holds_a_secret(mock: Mock) -> None:
    converse(mock)
    pages = [
        "snapshot",
        "conformance",
        "requests/unmatched",
        "journal?limit=1000",
        "sessions?limit=1000",
        "health",
        "",
        "docs",
        "openapi.json",
    ]
    shown = "".join(mock.send(f"/__mock/{page}")[1] for page in pages)
    sessions = re.findall(r'"executionId":\s*"([^"]+)"', mock.send("/__mock/sessions")[1])
    shown += "".join(mock.send(f"/__mock/sessions/{id}")[1] for id in sessions)  # noqa: A001
    assert '"my key is ' in shown
    assert CANARY not in shown
    # Each file that the mock wrote, the write-ahead log of its database included.
    written = [path for path in mock.folder.iterdir() if path.name != "agents.yaml"]
    assert {"stdout", "stderr"} <= {path.name for path in written}
    for path in written:
        assert CANARY.encode() not in path.read_bytes(), path.name
    assert b"reply, turn 2" in (mock.folder / "stderr").read_bytes()


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
