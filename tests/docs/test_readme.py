"""The README keeps its word: what it shows is run here, as it stands but for the port."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from leadway_mock.agents import BUILT_IN, TEST_TOKENS
from leadway_mock.config.settings import Settings
from leadway_mock.web import create_app
from tests.contract.programs import mock
from tests.docs.markdown import ROOT, Page

SHOWN_URL = "http://127.0.0.1:4010"
MINTED = re.compile(r"[a-z0-9]{24}")
PATIENCE = 60

README = Page.read("README.md")
SHELL = [block.text for block in README.blocks if block.language == "sh"]
MAKE_LINES = [text.strip() for text in SHELL if re.match(r"(\w+=\S+ )*make\b", text)]
CURL_LINES = [text for text in SHELL if "curl" in text]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with mock() as program:
        yield program.url


@pytest.fixture
def curl() -> None:
    if shutil.which("curl") is None:
        why = "there is no curl on this machine, so the README's curl lines were not run"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)


def run(*command: str, cwd: Path) -> str:
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout


def shell(text: str, url: str, cwd: Path) -> str:
    assert SHOWN_URL in text
    return run("sh", "-eu", "-c", text.replace(SHOWN_URL, url), cwd=cwd)


def python(text: str, url: str, cwd: Path) -> str:
    assert SHOWN_URL in text
    (cwd / "talk.py").write_text(text.replace(SHOWN_URL, url))
    return run(sys.executable, "talk.py", cwd=cwd)


def test_each_line_for_the_shell_is_run_below() -> None:
    assert len(MAKE_LINES) + len(CURL_LINES) == len(SHELL)
    assert len(CURL_LINES) == 4


@pytest.mark.usefixtures("curl")
def test_the_first_question_is_answered_as_shown(url: str, tmp_path: Path) -> None:
    answer = json.loads(shell(README.block("sh", '"message": "How can'), url, tmp_path))
    shown = json.loads(README.block("json"))
    assert list(shown) == list(answer)
    for minted in ("executionId", "interactionId"):
        assert MINTED.fullmatch(shown.pop(minted))
        assert MINTED.fullmatch(answer.pop(minted))
    assert shown == answer


@pytest.mark.usefixtures("curl")
def test_the_conversation_by_curl_goes_on(url: str, tmp_path: Path) -> None:
    answer = json.loads(shell(README.block("sh", "say()"), url, tmp_path))
    assert answer["response"] == "Turn 2. You said: On Tuesday"


@pytest.mark.usefixtures("curl")
def test_a_mistake_is_answered_as_shown(url: str, tmp_path: Path) -> None:
    answer = shell(README.block("sh", '"input": '), url, tmp_path).splitlines()
    for line in filter(None, README.block("text").splitlines()):
        pattern = re.compile(".*".join(map(re.escape, line.split("…"))))
        assert any(map(pattern.fullmatch, answer)), line


@pytest.mark.usefixtures("curl")
def test_reset_forgets(tmp_path: Path) -> None:
    with mock() as program:
        shell(README.block("sh", "say()"), program.url, tmp_path)
        sessions = f"curl -s {SHOWN_URL}/__mock/sessions"
        assert json.loads(shell(sessions, program.url, tmp_path))["count"] == 1
        shell(README.block("sh", "/__mock/reset"), program.url, tmp_path)
        assert json.loads(shell(sessions, program.url, tmp_path))["count"] == 0


def test_the_first_example_is_the_sdk() -> None:
    begin, first, *_ = README.blocks
    assert begin.text == "make mock\n"
    assert first.text.startswith("from leadway import Leadway\n")


def test_the_sdk_converses(url: str, tmp_path: Path) -> None:
    said = python(README.block("python", "import Leadway\n\nwith"), url, tmp_path)
    assert said == "Turn 1. You said: I need a haircut\nTurn 2. You said: On Tuesday\n"


def test_the_first_scripted_test_passes(tmp_path: Path) -> None:
    (tmp_path / "test_booking.py").write_text(README.files["test_booking.py"])
    alone = ("--disable-plugin-autoload", "-p", "leadway_mock.pytest_plugin")
    said = run(sys.executable, "-m", "pytest", *alone, "-W", "error", cwd=tmp_path)
    assert "1 passed" in said
    assert "Conformance passed" in said


def test_the_python_client_converses(url: str, tmp_path: Path) -> None:
    said = python(README.block("python", "leadway_client"), url, tmp_path)
    assert said == "Turn 1. You said: I need a haircut\nTurn 2. You said: On Tuesday\n"


def test_the_official_python_sdk_converses(url: str, tmp_path: Path) -> None:
    said = python(README.block("python", "highlevel"), url, tmp_path)
    assert said == "Turn 1. You said: Hello\nTurn 2. You said: And then?\n"


def test_the_example_for_the_official_node_sdk_is_javascript(tmp_path: Path) -> None:
    (tmp_path / "talk.mjs").write_text(README.block("js"))
    run(str(Path(sys.executable).with_name("node")), "--check", "talk.mjs", cwd=tmp_path)


@pytest.mark.parametrize("line", MAKE_LINES)
def test_make_knows_what_it_is_told_to_do(line: str) -> None:
    command = re.sub(r"\bmake\b", "make --dry-run", line)
    planned = run("sh", "-eu", "-c", command, cwd=ROOT)
    for assignment in re.findall(r"make .*\bPORT=(\d+)", line):
        assert f"--port {assignment}" in planned


def test_the_agents_and_tokens_are_those_that_are_there() -> None:
    rows = re.findall(r"^\| `(\S+)` \|", README.text, re.MULTILINE)
    assert set(BUILT_IN.by_id) | TEST_TOKENS <= set(rows)
    for name in rows:
        is_agent = re.fullmatch("[a-z0-9]{24}", name)
        assert not is_agent or name in BUILT_IN.by_id
        assert not name.startswith("pit-") or name in TEST_TOKENS


def test_the_flags_exist() -> None:
    known = {"--" + setting.name.replace("_", "-") for setting in fields(Settings)} | {"--mock"}
    named = {flag for code in README.code for flag in re.findall(r"(?<!\S)--[a-z-]+", code)}
    assert named
    assert named <= known


def test_the_addresses_below_mock_exist() -> None:
    rules = {rule.rule for rule in create_app().url_map.iter_rules()}
    named = re.findall(r"^\| `(/__mock\S+)` \|", README.text, re.MULTILINE)
    assert len(named) >= 6
    assert set(named) <= rules
