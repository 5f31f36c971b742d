"""The bench of what the mock withstands, with no time to spare, and its page."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest

from bench.load.loop import Job, Outcome
from bench.load.process import Generator
from bench.pressure.__main__ import FULL
from bench.pressure.crowds import Pairs, Pressed, press
from bench.pressure.hour import Hour
from bench.pressure.page import Found, report, verdicts
from bench.servers import Load

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


class Stage:
    """A mock, a client and a crowd that do nothing but note who was there."""

    port = 0

    def __init__(self) -> None:
        self.crowded = False
        self.noted: list[str] = []

    @contextmanager
    def running(self, *_: object) -> Iterator[Stage]:
        yield self

    @contextmanager
    def crowd(self, *_: object) -> Iterator[None]:
        self.crowded = True
        yield
        self.crowded = False

    def wait(self) -> None:
        pass

    def job(self, load: Load) -> Job:
        return Job(self.port, load.workload, load.connections, load.seconds)

    def cpu_seconds(self) -> float:
        return 0.0

    def memory(self) -> int:
        return len(self.noted)

    def run(self, _: Job) -> Outcome:
        self.noted.append("beside" if self.crowded else "alone")
        return outcome(len(self.noted))


def test_either_comes_first_in_every_second_round(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stage = Stage()
    for name, played in {
        "running": stage.running,
        "crowd": stage.crowd,
        "GLANCE_SECONDS": 0.001,
    }.items():
        monkeypatch.setattr(f"bench.pressure.crowds.{name}", played)
    found = press("silent", 5, cast("Generator", stage), Pairs(4, 0.1, tmp_path))
    warm_up, *noted = stage.noted
    assert warm_up == "alone"
    assert noted == ["alone", "beside", "beside", "alone"] * 2
    assert [each.rate for each in found.alone] == [2, 5, 6, 9]
    assert [each.rate for each in found.beside] == [3, 4, 7, 8]
    assert found.memory_alone == 2, "before any crowd came"
    assert FULL.rounds % 2 == 0, "each first equally often"
