"""README.md and docs/clients.md: every command is run as printed, on another port."""

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

from leadway_mock.agents.builtin import BUILT_IN
from leadway_mock.agents.registry import TEST_TOKENS
from leadway_mock.config.settings import Settings
from leadway_mock.web import create_app
from tests.contract.programs import mock
from tests.docs.markdown import ROOT, Page, anchor_of, pages

SHOWN_URL = "http://127.0.0.1:4010"
MINTED = re.compile(r"[a-z0-9]{24}")
TIMEOUT_SECONDS = 60
MAX_LINES = 220

README = Page.read("README.md")
CLIENTS = Page.read("docs/clients.md")
COMMANDS = [block.text for page in (README, CLIENTS) for block in page.blocks_in("sh")]
MAKE_COMMANDS = [code.strip() for code in README.code if re.match(r"(\w+=\S+ )*make [a-z]", code)]
CURL_COMMANDS = [text for text in COMMANDS if "curl" in text]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with mock() as program:
        yield program.url


@pytest.fixture
def curl() -> None:
    if shutil.which("curl") is None:
        reason = "curl is not installed, so the README's curl commands were not run"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)


def run(*command: str, cwd: Path) -> str:
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout


def run_shell(text: str, url: str, cwd: Path) -> str:
    assert SHOWN_URL in text
    return run("sh", "-eu", "-c", text.replace(SHOWN_URL, url), cwd=cwd)


def run_python(text: str, url: str, cwd: Path) -> str:
    assert SHOWN_URL in text
    (cwd / "talk.py").write_text(text.replace(SHOWN_URL, url))
    return run(sys.executable, "talk.py", cwd=cwd)


def test_every_command_is_run_below() -> None:
    assert [text for text in COMMANDS if text not in CURL_COMMANDS] == ["make mock\n"]
    assert len(CURL_COMMANDS) == 4


def test_the_page_is_short() -> None:
    assert len(README.text.splitlines()) <= MAX_LINES


def test_the_contents_list_every_section() -> None:
    (contents,) = re.findall(r"(?s)^\*\*Contents:\*\* .*?\n\n", README.text, re.MULTILINE)
    sections = [f"#{anchor_of(text)}" for level, text in README.headings if level == 2]
    assert re.findall(r"\((#[^)]+)\)", contents) == sections


@pytest.mark.usefixtures("curl")
def test_the_first_response_is_as_shown(url: str, tmp_path: Path) -> None:
    response = json.loads(run_shell(README.block("sh", '"message": "How can'), url, tmp_path))
    shown = json.loads(README.block("json"))
    assert list(shown) == list(response)
    for minted in ("executionId", "interactionId"):
        assert MINTED.fullmatch(shown.pop(minted))
        assert MINTED.fullmatch(response.pop(minted))
    assert shown == response


@pytest.mark.usefixtures("curl")
def test_curl_holds_a_conversation(url: str, tmp_path: Path) -> None:
    response = json.loads(run_shell(CLIENTS.block("sh", "say()"), url, tmp_path))
    assert response["response"] == "Turn 2. You said: On Tuesday"


@pytest.mark.usefixtures("curl")
def test_the_error_response_is_as_shown(url: str, tmp_path: Path) -> None:
    response = run_shell(README.block("sh", '"input": '), url, tmp_path).splitlines()
    for line in filter(None, README.block("text", "X-Mock-Rule").splitlines()):
        pattern = re.compile(".*".join(map(re.escape, line.split("…"))))
        assert any(map(pattern.fullmatch, response)), line


@pytest.mark.usefixtures("curl")
def test_reset_deletes_sessions(tmp_path: Path) -> None:
    with mock() as program:
        run_shell(CLIENTS.block("sh", "say()"), program.url, tmp_path)
        sessions = f"curl -s {SHOWN_URL}/__mock/sessions"
        assert json.loads(run_shell(sessions, program.url, tmp_path))["count"] == 1
        run_shell(CLIENTS.block("sh", "/__mock/reset"), program.url, tmp_path)
        assert json.loads(run_shell(sessions, program.url, tmp_path))["count"] == 0


def test_the_first_example_is_the_sdk() -> None:
    command, example, *_ = README.blocks
    assert command.text == "make mock\n"
    assert example.text.startswith("from leadway import Leadway\n")


def test_the_sdk_holds_a_conversation(url: str, tmp_path: Path) -> None:
    output = run_python(README.block("python", "import Leadway\n\nwith"), url, tmp_path)
    assert output == README.block("text", "Turn 1.")
    assert output == "Turn 1. You said: I need a haircut\nTurn 2. You said: On Tuesday\n"


def test_the_first_scripted_test_passes(tmp_path: Path) -> None:
    (tmp_path / "test_booking.py").write_text(README.files["test_booking.py"])
    only_plugin = ("--disable-plugin-autoload", "-p", "leadway_mock.pytest_plugin")
    output = run(sys.executable, "-m", "pytest", *only_plugin, "-W", "error", cwd=tmp_path)
    assert "1 passed" in output
    assert "Conformance passed" in output


def test_the_generated_client_holds_a_conversation(url: str, tmp_path: Path) -> None:
    output = run_python(CLIENTS.block("python", "leadway_client"), url, tmp_path)
    assert output == "Turn 1. You said: I need a haircut\nTurn 2. You said: On Tuesday\n"


def test_the_official_python_sdk_holds_a_conversation(url: str, tmp_path: Path) -> None:
    output = run_python(CLIENTS.files["talk_official.py"], url, tmp_path)
    assert output == "Turn 1. You said: Hello\nTurn 2. You said: And then?\n"


def test_the_official_sdks_are_installed_as_they_are_tested() -> None:
    pinned = (ROOT / "requirements" / "dev.txt").read_text()
    [version] = re.findall(r"^gohighlevel-api-client==(\S+) ", pinned, re.MULTILINE)
    assert f"`pip install gohighlevel-api-client=={version}`" in CLIENTS.text
    packages = json.loads((ROOT / "tests" / "clients" / "package.json").read_text())
    version = packages["devDependencies"]["@gohighlevel/api-client"]
    for page in (CLIENTS, Page.read("docs/how-to/test-the-official-node-sdk.md")):
        assert f"`npm install @gohighlevel/api-client@{version}`" in page.text


OFFICIAL = re.compile(r"(?ms)^(#+) ((?:The|Test the) official [^\n]*SDK)$(.*?)(?=^#|\Z)")


def test_each_section_on_an_official_sdk_has_an_install_line_and_a_file_name() -> None:
    sections = {
        f"{page.name}: {title}": text
        for page in pages()
        for _, title, text in OFFICIAL.findall(page.text)
    }
    assert {"docs/clients.md: The official Python SDK"} < {*sections}
    for title, text in sections.items():
        assert re.search(r"`(?:pip install \S+==|npm install \S+@)\d[\d.]+`", text), title
        assert re.search(r"`[\w-]+\.(?:py|ts|mjs)`", text), title
        section = Page(ROOT, text)
        programs = [each.text for each in section.blocks if each.language in {"python", "ts"}]
        assert {*programs} <= {*section.files.values()}, title


@pytest.mark.parametrize("command", MAKE_COMMANDS)
def test_make_has_the_targets(command: str) -> None:
    dry_run = re.sub(r"\bmake\b", "make --dry-run", command)
    output = run("sh", "-eu", "-c", dry_run, cwd=ROOT)
    for port in re.findall(r"make .*\bPORT=(\d+)", command):
        assert f"--port {port}" in output


def test_the_agents_and_tokens_exist() -> None:
    rows = re.findall(r"^\|`([^`]+)`\|", README.text, re.MULTILINE)
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


def test_the_paths_of_the_control_api_exist() -> None:
    rules = {rule.rule for rule in create_app().url_map.iter_rules()}
    named = re.findall(r"^\|`(/__mock[^`]+)`\|", README.text, re.MULTILINE)
    assert len(named) >= 6
    assert set(named) <= rules
