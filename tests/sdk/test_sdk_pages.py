"""The pages about the SDK: every example runs, every list is complete."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from leadway import MOCK_TOKEN, LeadwayError, Reply, Settings, errors
from tests.docs.markdown import Page
from tests.sdk.conftest import LOCATION

SDK = Page.read("docs/sdk.md")
ERRORS = Page.read("docs/sdk-errors.md")
EXAMPLES = [block.text for block in SDK.blocks if block.language == "python"]
OUTPUTS = {
    "cid_abc123def456": ["Turn 1. You said: How can you", "Turn 2. You said: Start with email"],
    "stored = chat": ["Look at this -> Turn 1.", "Do you remember? -> Turn 2."],
    "create_agent": [" Support active\n"],
    "AsyncLeadway": ["Turn 1. You said: Hello\n"],
    "on_refresh=store": ["Turn 1. You said: Hello\n"],
    "inactiveagent": ["InactiveAgentError False Agent is not active. (HTTP 400"],
    "observer=observe": ["1 /agent-studio/agent/p1q2r3s4t5u6v7w8x9y0z1a2/execute 200 "],
}
"""A part of each example, and what it prints."""


def test_every_example_has_its_output() -> None:
    parts = [[part for part in OUTPUTS if part in text] for text in EXAMPLES]
    assert parts == [[part] for part in OUTPUTS]


@pytest.mark.parametrize("part", OUTPUTS)
def test_every_example_runs(part: str, url: str, tmp_path: Path) -> None:
    (text,) = [each for each in EXAMPLES if part in each]
    settings = {"TOKEN": MOCK_TOKEN, "LOCATION_ID": LOCATION, "BASE_URL": url}
    environment = {f"LEADWAY_{name}": value for name, value in settings.items()}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    (tmp_path / "example.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "example.py"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for expected in OUTPUTS[part]:
        assert expected in done.stdout


def test_the_variables_for_the_mock_are_listed() -> None:
    assert MOCK_TOKEN in SDK.block("sh")
    assert LOCATION in SDK.block("sh")


def test_every_setting_is_listed_with_its_default() -> None:
    rows = re.findall(r"^\|`(\w+)`\|([^|]*)\|([^|]*)\|[^|]*\|$", SDK.text, re.MULTILINE)
    listed = {name: (variable, default) for name, variable, default in rows}
    for each in fields(Settings):
        variable, default = listed[each.name]
        assert variable.strip("`") == (
            "" if each.name == "retries" else f"LEADWAY_{each.name.upper()}"
        )
        if each.default not in {MISSING, None, False}:
            shown = f"{each.default:g}" if isinstance(each.default, float) else str(each.default)
            assert default == f"`{shown}`"


def test_every_attribute_of_a_reply_is_listed() -> None:
    names = {name for name in dir(Reply) if not name.startswith("_")} - {"model"}
    assert [name for name in sorted(names) if f"`{name}`" not in SDK.text] == []


def test_the_tree_matches_the_code() -> None:
    """The page draws it by indentation alone."""
    assert errors.__doc__ is not None
    drawn = errors.__doc__.partition("```text\n")[2].partition("```")[0]
    assert re.sub("[│├└─]", " ", drawn) == ERRORS.block("text", "LeadwayError")


def test_every_attribute_of_an_error_is_listed() -> None:
    known = set(vars(LeadwayError("No"))) | {"hint", "violations"}
    listed = set(re.findall(r"^\|`(\w+)`\|", ERRORS.text, re.MULTILINE))
    assert known == listed


def test_the_last_figures_reach_the_targets() -> None:
    page = Page.read("docs/sdk-comparison.md").text
    ((by_thread, by_task, import_time),) = re.findall(
        r"^\|leadway\|(\d\.\d\d)\|(\d\.\d\d)\|(\d\.\d\d)\|$", page, re.MULTILINE
    )
    assert min(float(by_thread), float(by_task)) >= 0.95
    assert float(import_time) <= 0.12
