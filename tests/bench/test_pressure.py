"""The bench of what the mock withstands, with no time to spare, and its page."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.load.loop import Outcome
from bench.pressure.crowds import Pressed
from bench.pressure.hour import Hour
from bench.pressure.page import Found, report, verdicts

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.xdist_group("bench")
def test_all_of_it_runs(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.pressure", "--quick", "--keep", str(tmp_path)]
    run = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    # The processor time of a moment is no measure on a busy machine; what is lost or wrong is.
    broken = [line for line in run.stdout.splitlines() if "**no**" in line]
    assert [line for line in broken if "costs at most" not in line] == [], run.stdout
    assert "| connect and say nothing | 200 |" in run.stdout
    assert "4,000 requests in an hour" in run.stdout


def outcome(rate: int, wrong: int = 0) -> Outcome:
    return Outcome(rate, rate, 1.0, 1.0, 2.0, {"lost": wrong} if wrong else {}, 0.1)


def test_what_does_not_hold_is_said() -> None:
    crowd = Pressed("silent", 5, [outcome(100)], [outcome(50, wrong=1)], [10.0], [20.0])
    hour = Hour(10, 1, 1, memories=[1] * 9 + [50_000_000], costs=[1.0] * 10, lost=1)
    found = Found([crowd], hour)
    assert [holds for _, holds in verdicts(found)] == [False, False, False, False]
    text = report(found, "make bench-pressure")
    assert text.count("**no**") == 4
    assert "| connect and say nothing | 5 | 0.50 (0.50 to 0.50) | 2.00 (2.00 to 2.00) |" in text
