"""docs/control-api.md: every command in it runs, and nothing is left out."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from leadway_mock.cli.main import FUNCTIONS
from leadway_mock.config.settings import Settings
from leadway_mock.state.journal_query import FIELDS
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server
from tests.docs.markdown import Page
from tests.docs.page_runner import search_path
from tests.mock.control_api.api import CONTRACT

PAGE = Page.read("docs/control-api.md")
SHELL = [block.text for block in PAGE.blocks if block.language == "sh"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("text", SHELL, ids=range(len(SHELL)))
def test_every_command_of_the_page_runs(text: str, tmp_path: Path) -> None:
    with open_server(create_app(), Settings(port=0)) as server:
        script = "set -e\n" + text.replace("http://127.0.0.1:4010", server.url)
        command = ["/bin/sh", "-c", script]
        environment = {"PATH": search_path(), "LEADWAY_MOCK_URL": server.url}
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    assert all(json.loads(line) for line in done.stdout.splitlines())


def test_every_operation_is_listed_and_nothing_else() -> None:
    shown = re.findall(r"`((?:GET|PUT|POST|PATCH|DELETE)[A-Z, ]*) (/[^`]*)`", PAGE.text)
    listed = {f"{method} {path}" for methods, path in shown for method in methods.split(", ")}
    operations = {f"{each.method} {each.path}" for each in CONTRACT.operations}
    assert listed == operations


def test_every_field_of_a_matcher_is_listed() -> None:
    (sentence,) = re.findall(r"Properties are (.*?)\n\n", PAGE.text, re.DOTALL)
    named = set(re.findall(r"`(\w+)`", sentence)) - {"404", "4xx"}
    assert named == set(FIELDS)
    assert set(CONTRACT.document["components"]["schemas"]["Match"]["properties"]) == set(FIELDS)


def test_every_command_is_listed_and_nothing_else() -> None:
    listed = set(re.findall(r"^\|.*?`leadway mock (\w+).*?\|", PAGE.text, re.MULTILINE))
    listed |= set(re.findall(r"^\|`.*`, `leadway mock (\w+)", PAGE.text, re.MULTILINE))
    calling = {name for name, place in FUNCTIONS.items() if place.startswith(("controls", "views"))}
    assert listed == calling
