"""The code of docs/testing.md runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from leadway_mock.testing import KINDS, Mock
from tests.docs.markdown import Page
from tests.plugin.conftest import Run

PAGE = Page.read("docs/testing.md")
NAMED = re.compile(r"# (\w+\.py)\n")
FILES = {
    found[1]: each.text
    for each in PAGE.blocks
    if each.language == "python" and (found := NAMED.match(each.text))
}
SCRIPT = FILES["test_booking.py"].split('"""')[1]


@pytest.fixture
def suite(pytester: pytest.Pytester) -> Path:
    """A project with all files of the page and its dialogue."""
    for name, text in FILES.items():
        (pytester.path / name).write_text(text)
    (pytester.path / "booking.txt").write_text(dedent(SCRIPT).lstrip())
    pytester.syspathinsert()
    return pytester.path


def test_every_python_block_is_a_named_file() -> None:
    assert len(FILES) == sum(each.language == "python" for each in PAGE.blocks) == 5


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("test_")])
@pytest.mark.usefixtures("suite")
def test_tests_pass(run: Run, name: str) -> None:
    outcomes = run(name).parseoutcomes()
    assert set(outcomes) == {"passed"}


@pytest.mark.usefixtures("suite")
def test_ini_file_works(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeini(PAGE.block("ini", "leadway_mock_allow"))
    pytester.makepyfile(test_it="def test_it(leadway_mock):\n    leadway_mock.fault(status=500)\n")
    run("test_it.py").assert_outcomes(passed=1)


def test_program_runs(suite: Path) -> None:
    done = subprocess.run(
        [sys.executable, "plain.py"], cwd=suite, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "Monday it is.\n"), done.stderr


def test_commands_run(suite: Path) -> None:
    program = '"$PYTHON" -c "import booking; booking.book(\'Monday\')"'
    command = PAGE.block("sh").replace("npm test", program)
    (evaluated,) = (code for code in PAGE.code if code.startswith("eval "))
    with Mock() as mock:
        port = mock.url.rpartition(":")[2]
        script = command + evaluated.replace("4010", port) + '\necho "$LEADWAY_BASE_URL"\n'
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["/bin/sh", "-euc", script],
            cwd=suite,
            env=os.environ | {"PATH": path, "PYTHON": sys.executable},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (0, f"{mock.url}\n"), done.stderr


def test_every_kind_is_explained() -> None:
    rows = re.findall(r"^\|`([\w-]+)`\|([^:|,]+)", PAGE.text, re.MULTILINE)
    meanings = {word: meaning.strip() for word, meaning in rows if word in KINDS}
    assert set(meanings) == set(KINDS)
    assert [word for word in KINDS if not KINDS[word].startswith(meanings[word])] == []


def test_every_call_exists() -> None:
    rows = re.findall(r"^\|`(\w+)[(.]", PAGE.text, re.MULTILINE)
    assert len(rows) >= 9
    known = {*dir(Mock), "clock", "journal"}
    assert set(rows) <= known
