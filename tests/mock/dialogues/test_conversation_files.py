"""A saved conversation, run as a dialogue, a test or a script, is the same conversation."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from leadway_mock.agents.builtin import ECHO_ID, GOAL_ID, MANAGED_ID, VARIABLES_ID
from leadway_mock.config.settings import Settings
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server
from tests.clients.programs import NODE, link_node_packages, node_program

TOKEN = "pit-12345678-1234-4234-8234-123456789abc"
LOCATION = "C2QujeCh8ZnC7al2InWR"
HOSTILE = [
    'it\'s "quoted" `ls` $(id) $HOME \\ %s {{message}} {name} <b>&amp;',
    "two\nlines\n  indented",
    " blanks around ",
    "user: no\nagent: no",
    "#comment",
    '="Yes" /regex/i *',
    "مرحبا \u202e evil \u2028 \x07 🎈",
    "END\n\nEOF\n'''\"\"\"",
]
CONVERSATIONS: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "plain": (ECHO_ID, [{"message": "I need a haircut"}, {"message": "On Tuesday"}]),
    "hostile": (ECHO_ID, [{"message": text} for text in HOSTILE]),
    "goal": (GOAL_ID, [{"message": str(number)} for number in range(4)]),
    "variables": (VARIABLES_ID, [{"message": "hi", "inputVariables": {"customerName": "O'Hara"}}]),
    "managed": (MANAGED_ID, [{"message": "one"}, {"message": "two", "extraVariables": {"a": "b"}}]),
    "fields": (
        ECHO_ID,
        [
            {
                "message": "look",
                "contactId": "c-1",
                "attachments": [{"type": "image", "imageUrl": "https://example.com/a.png"}],
            }
        ],
    ),
}
FORMATS = ("dialogue", "pytest", "vitest", "curl")


class Talker:
    """Talks to a running mock, by a client of its own."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def talk(self, agent: str, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Have a conversation; return the responses."""
        managed = agent == MANAGED_ID
        kind, field = ("managed-agents", "sessionId") if managed else ("agent", "executionId")
        responses: list[dict[str, Any]] = []
        for number, message in enumerate(messages):
            body = {"locationId": LOCATION, **message}
            if responses:
                body[field] = responses[-1][field]
            headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": f"key-{number}"}
            headers["Version"] = "v3" if managed else "2021-07-28"
            path = f"/agent-studio/{kind}/{agent}/execute"
            responses.append(self.http.post(path, json=body, headers=headers).json())
        return responses

    def export(self, session: str, kind: str) -> dict[str, str]:
        path = f"/__mock/sessions/{session}/export"
        file: dict[str, str] = self.http.get(path, params={"format": kind}).json()
        return file

    def texts(self) -> list[tuple[str, str]]:
        """Return messages and responses of the newest session."""
        (newest,) = self.http.get("/__mock/sessions?order=newest&limit=1").json()["sessions"]
        session = self.http.get(f"/__mock/sessions/{newest['executionId']}").json()
        return [(each["message"], each["response"]) for each in session["transcript"]]


@contextmanager
def serve(**settings: Any) -> Iterator[Talker]:
    with (
        closing(build_emulator(Settings(**settings))) as emulator,
        open_server(create_app(emulator=emulator), Settings(port=0)) as server,
        httpx.Client(base_url=server.url, timeout=30) as http,
    ):
        yield Talker(http)


@pytest.fixture
def talker() -> Iterator[Talker]:
    with serve(seed=1) as talker:
        yield talker


def session_of(response: dict[str, Any]) -> str:
    return str(response.get("executionId") or response["sessionId"])


def plain(response: dict[str, Any]) -> dict[str, Any]:
    ids = {"executionId", "sessionId", "interactionId", "traceId"}
    return {name: value for name, value in response.items() if name not in ids}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_a_dialogue_gives_the_same_conversation(talker: Talker, name: str, tmp_path: Path) -> None:
    agent, messages = CONVERSATIONS[name]
    responses = talker.talk(agent, messages)
    file = talker.export(session_of(responses[0]), "dialogue")
    (tmp_path / file["name"]).write_text(file["text"], "utf-8")
    assert file["command"] == f"leadway mock --dialogues {file['name']}"
    with serve(dialogues=str(tmp_path / file["name"])) as other:
        repeated = other.talk(agent, messages)
    assert list(map(plain, repeated)) == list(map(plain, responses))


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_a_pytest_test_gives_the_same_conversation(
    talker: Talker, name: str, tmp_path: Path
) -> None:
    file = export(talker, name, "pytest", tmp_path)
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]
    output = run([*command, file["name"]], tmp_path, {})
    assert "1 passed" in output


@pytest.mark.clients
def test_tests_of_vitest_give_the_same_conversations(talker: Talker, tmp_path: Path) -> None:
    link_node_packages(tmp_path, "vitest")
    for name in CONVERSATIONS:
        folder = tmp_path / "project" / name
        folder.mkdir(parents=True)
        export(talker, name, "vitest", folder)
    url = {"LEADWAY_BASE_URL": str(talker.http.base_url), "NO_COLOR": "1"}
    output = run([NODE, node_program("vitest"), "run"], tmp_path / "project", url)
    assert f"Tests  {len(CONVERSATIONS)} passed" in output


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("name", CONVERSATIONS)
def test_a_curl_script_gives_the_same_conversation(
    talker: Talker, name: str, tmp_path: Path
) -> None:
    file = export(talker, name, "curl", tmp_path)
    expected = talker.texts()
    output = run(["sh", file["name"]], tmp_path, {})
    assert talker.texts() == expected
    assert output.count("\n") == len(expected)
    assert talker.http.get("/__mock/sessions").json()["count"] == 2


def export(talker: Talker, name: str, kind: str, folder: Path) -> dict[str, str]:
    agent, messages = CONVERSATIONS[name]
    file = talker.export(session_of(talker.talk(agent, messages)[0]), kind)
    (folder / file["name"]).write_text(file["text"], "utf-8")
    assert file["command"].endswith(file["name"])
    return file


def run(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    path = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    done = subprocess.run(
        command,
        cwd=folder,
        env=path | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_a_plain_conversation_is_saved_as_a_transcript(talker: Talker) -> None:
    responses = talker.talk(*CONVERSATIONS["plain"])
    file = talker.export(session_of(responses[0]), "dialogue")
    assert file["name"] == "conversation.txt"
    assert file["text"] == (
        'user: ="I need a haircut"\nagent: Turn 1. You said: I need a haircut\n'
        'user: ="On Tuesday"\nagent: Turn 2. You said: On Tuesday\n'
    )


@pytest.mark.parametrize("kind", FORMATS)
def test_no_file_has_a_credential(talker: Talker, kind: str) -> None:
    secret = "pit-99999999-9999-4999-8999-999999999999"
    responses = talker.talk(ECHO_ID, [{"message": f"my token is {secret}"}])
    file = talker.export(session_of(responses[0]), kind)
    assert secret not in json.dumps(file)
    assert "redacted" in file["text"]


def test_a_response_that_a_fault_replaced_is_saved_as_the_agent_gave_it(talker: Talker) -> None:
    first = talker.talk(ECHO_ID, [{"message": "one"}])[0]
    fault = {"mergePatch": {"response": "broken", "goalCompletion": True}}
    talker.http.post("/__mock/faults", json=fault).raise_for_status()
    body = {"message": "two", "executionId": first["executionId"], "locationId": LOCATION}
    headers = {"Authorization": f"Bearer {TOKEN}", "Version": "2021-07-28"}
    path = f"/agent-studio/agent/{ECHO_ID}/execute"
    assert talker.http.post(path, json=body, headers=headers).json()["response"] == "broken"
    text = talker.export(first["executionId"], "dialogue")["text"]
    assert "broken" not in text
    assert "agent: Turn 2. You said: two" in text
