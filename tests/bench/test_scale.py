"""The whole of `python -m bench.scale`, with no time to spare."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.pages import DOCS
from bench.scale.__main__ import main
from bench.scale.verbs import verbs_of_turns

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def found() -> str:
    command = [sys.executable, "-m", "bench.scale", "--quick"]
    run = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def headings(text: str) -> list[str]:
    return re.findall(r"^### .*$", text, re.MULTILINE)


@pytest.mark.xdist_group("bench")
def test_each_case_is_predicted_simulated_and_measured(found: str) -> None:
    cases = re.findall(r"^\| (\S+): \| (\d) \| (\d+) \| [\d,.]+ \|", found, re.MULTILINE)
    assert len(cases) == len(set(cases)) == 15
    assert "Wrong answers: 0." in found


@pytest.mark.xdist_group("bench")
def test_costs_are_those_of_their_stores(found: str) -> None:
    """Only Redis is asked over a network, and only it and a file have everybody wait."""
    rows = {
        title: cells
        for title, *cells in re.findall(
            r"^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", found, re.MULTILINE
        )
    }
    assert rows["questions to a server"] == ["-", "-", "7.8"]
    waiting = rows["µs where all wait for each other: Redis, or the writer of the file"]
    assert waiting[0] == "-"
    assert "-" not in waiting[1:]
    assert "-" not in rows["µs of processor in the mock"]


@pytest.mark.xdist_group("bench")
def test_the_page_shows_a_run_of_the_same_kind(found: str) -> None:
    page = (DOCS / "scale.md").read_text("utf-8")
    last_run = page.partition("## The last run\n")[2]
    assert last_run.lstrip().startswith("`make bench-scale`")
    assert headings(last_run) == headings(found)


def test_what_a_turn_asks_for_is_a_constant_number_of_verbs() -> None:
    """The page, and the arithmetic in it, speak of these."""
    first, further = verbs_of_turns()
    assert [each.verb for each in first if "increment" in each.verb] == [
        "increment",
        "increment_all",
    ]
    assert (len(first), len(further)) == (7, 8)
    assert sum(each.key.startswith(("/turns/", "/sessions/")) for each in further) == 3


@pytest.mark.usefixtures("no_server")
def test_without_a_redis_it_says_so_and_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    before = (DOCS / "scale.md").read_bytes()
    assert main(["--quick", "--write"]) == 1
    assert "redis-server" in capsys.readouterr().err
    assert (DOCS / "scale.md").read_bytes() == before


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has no Redis, neither on its PATH nor in a wheel."""
    monkeypatch.setattr("bench.redis_servers.NAMES", ("redis-server-that-is-not-there",))
