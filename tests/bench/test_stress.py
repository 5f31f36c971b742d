"""The measurement beside badly behaved clients."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest

from bench.load.generator_process import Generator
from bench.load.loop import Job, LoadResult
from bench.servers import Load
from bench.stress import FULL, Impact, StressPlan, measure_impact, report

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.xdist_group("bench")
def test_a_quick_run_measures_all_of_them(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.stress", "--quick", "--folder", str(tmp_path)]
    run = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    assert run.returncode == 0, run.stdout + run.stderr
    rows = [line for line in run.stdout.splitlines() if line.endswith("| 0 |")]
    assert len(rows) == len(FULL.clients)
    assert rows[0].startswith("| connect and send nothing | 200 |")


def result(rate: int, wrong: int = 0) -> LoadResult:
    return LoadResult(rate, rate, 1.0, 1.0, 2.0, {"lost": wrong} if wrong else {}, 0.1)


def test_the_report_has_ratios_and_wrong_responses() -> None:
    impact = Impact("idle", 5, [result(100)], [result(50, wrong=1)], [10.0], [20.0])
    (row,) = [
        line for line in report([impact], "make bench-stress").splitlines() if "| 5 |" in line
    ]
    cells = "| connect and send nothing | 5 | 0.50 (0.50 … 0.50) | 2.00 (2.00 … 2.00) |"
    assert row.startswith(cells)
    assert row.endswith("| 1 |")


class Fake:
    """Server, load generator and bad clients that only note the order of measurements."""

    port = 0

    def __init__(self) -> None:
        self.has_bad_clients = False
        self.order: list[str] = []

    @contextmanager
    def running(self, *_: object) -> Iterator[Fake]:
        yield self

    @contextmanager
    def bad_clients(self, *_: object) -> Iterator[None]:
        self.has_bad_clients = True
        yield
        self.has_bad_clients = False

    def wait(self) -> None:
        pass

    def job(self, load: Load) -> Job:
        return Job(self.port, load.workload, load.connections, load.seconds)

    def cpu_seconds(self) -> float:
        return 0.0

    def memory(self) -> int:
        return len(self.order)

    def run(self, _: Job) -> LoadResult:
        self.order.append("beside" if self.has_bad_clients else "alone")
        return result(len(self.order))


def test_the_order_changes_in_every_round(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = Fake()
    for name, value in {
        "running": fake.running,
        "bad_clients": fake.bad_clients,
        "POLL_SECONDS": 0.001,
    }.items():
        monkeypatch.setattr(f"bench.stress.{name}", value)
    plan = StressPlan("", (), rounds=4, seconds=0.1)
    impact = measure_impact("idle", 5, cast("Generator", fake), plan, tmp_path)
    warm_up, *order = fake.order
    assert warm_up == "alone"
    assert order == ["alone", "beside", "beside", "alone"] * 2
    assert [each.rate for each in impact.alone] == [2, 5, 6, 9]
    assert [each.rate for each in impact.beside] == [3, 4, 7, 8]
    assert impact.memory_alone == 2, "before any bad client came"
    assert FULL.rounds % 2 == 0, "each comes first equally often"
