"""The measurement beside badly behaved clients."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest

from bench.load_generator import Generator, LoadResult
from bench.servers import Case, Sample
from bench.stress import CLIENTS, ROUNDS, Impact, measure_impact, report

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.xdist_group("bench")
def test_a_quick_run_measures_all_of_them(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.stress", "--quick", "--logs", str(tmp_path)]
    run = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600
    )
    assert run.returncode == 0, run.stdout + run.stderr
    rows = [line for line in run.stdout.splitlines() if line.endswith("|0|")]
    assert len(rows) == len(CLIENTS)
    assert rows[0].startswith("|connect and send nothing|500|")


def sample(rate: int, cpu: float = 0.0, wrong: int = 0) -> Sample:
    result = LoadResult(rate, rate, 1.0, 1.0, 2.0, {"lost": wrong} if wrong else {}, 0.1)
    return Sample(0, ("", 4), result, cpu)


def test_the_report_has_ratios_and_wrong_responses() -> None:
    impact = Impact("idle", 5, [sample(100, 0.1)], [sample(50, 0.1, wrong=1)])
    (row,) = [line for line in report([impact], "make bench-stress").splitlines() if "|5|" in line]
    cells = "|connect and send nothing|5|0.50 (0.50…0.50)|2.00 (2.00…2.00)|"
    assert row.startswith(cells)
    assert row.endswith("|1|")


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

    def cpu_seconds(self) -> float:
        return 0.0

    def memory(self) -> int:
        return len(self.order)

    def measure(self, _: Generator, __: Case, ___: float, responses: int = 0) -> Sample:
        if not responses:
            self.order.append("beside" if self.has_bad_clients else "alone")
        return sample(len(self.order))


def test_the_order_changes_in_every_round(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = Fake()
    for name, value in {
        "run_target": fake.running,
        "bad_clients": fake.bad_clients,
        "POLL_SECONDS": 0.001,
    }.items():
        monkeypatch.setattr(f"bench.stress.{name}", value)
    impact = measure_impact(Impact("idle", 5), cast("Generator", None), 4, 0.1, tmp_path)
    assert fake.order == ["alone", "beside", "beside", "alone"] * 2
    assert [each.result.rate for each in impact.alone] == [1, 4, 5, 8]
    assert [each.result.rate for each in impact.beside] == [2, 3, 6, 7]
    assert impact.memory_alone == 1, "before any bad client came"
    assert ROUNDS % 2 == 0, "each comes first equally often"
