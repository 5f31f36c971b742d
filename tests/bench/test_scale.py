"""The capacity model: its limits by hand, and a quick run of its measurements."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.scale import Costs, Deployment
from bench.tables import DOCS

ROOT = Path(__file__).resolve().parents[2]
MEMORY = Costs(mock=0.0005, client=0.0001)
REDIS = Costs(mock=0.001, client=0.0001, server=0.0001, calls=10, traffic=5_000)


@pytest.mark.parametrize(
    ("costs", "deployment", "rate", "limit"),
    [
        (MEMORY, Deployment(), 2_000, "Python processes"),
        (MEMORY, Deployment(workers=4, cores=1), 2_000, "cores"),
        (MEMORY, Deployment(workers=2, cores=1, local=True), 1 / 0.0006, "cores"),
        (replace(MEMORY, client=0.002), Deployment(cores=9, local=True), 500, "the client"),
        (REDIS, Deployment(4, 2), 8_000, "Python processes"),
        (REDIS, Deployment(4, 9), 10_000, "thread of Redis"),
        (REDIS, Deployment(4, 9, redis=3), 30_000, "thread of Redis"),
        (REDIS, Deployment(trip=0.1), 8 / 1.0011, "threads of the workers"),
        (replace(REDIS, traffic=1e6), Deployment(4, 9), 1_250, "network of Redis"),
    ],
)
def test_each_resource_is_a_limit(
    costs: Costs, deployment: Deployment, rate: float, limit: str
) -> None:
    capacity, resource = deployment.capacity(costs)
    assert capacity == pytest.approx(rate)
    assert resource == limit


seconds = st.floats(1e-6, 1e-1)
numbers = st.integers(1, 64)
costs = st.builds(Costs, seconds, seconds, seconds, st.floats(1, 30), st.floats(1, 1e6))
deployments = st.builds(Deployment, numbers, numbers, numbers, numbers, st.booleans(), seconds)


@given(costs, deployments)
def test_more_of_anything_never_handles_less(costs: Costs, deployment: Deployment) -> None:
    before, _ = deployment.capacity(costs)
    for name in ("workers", "machines", "redis", "cores"):
        more = replace(deployment, **{name: getattr(deployment, name) + 1})
        assert more.capacity(costs)[0] >= before


@pytest.fixture(scope="module")
def report() -> str:
    command = [sys.executable, "-m", "bench.scale", "--quick"]
    run = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def table_rows(text: str) -> dict[str, list[str]]:
    rows = [line[1:-1].split("|") for line in text.splitlines() if line.startswith("|")]
    return {title: cells for title, *cells in rows}


@pytest.mark.xdist_group("bench")
def test_costs_are_measured_and_only_redis_has_calls(report: str) -> None:
    rows = table_rows(report)
    assert "-" not in rows["µs, mock"]
    assert rows["calls of Redis"][:2] == ["-", "-"]
    assert 1 <= float(rows["calls of Redis"][2]) < 4


@pytest.mark.xdist_group("bench")
def test_the_model_is_compared_with_five_deployments(report: str) -> None:
    section = report.partition("### Model and measurement")[2]
    assert re.findall(r"^\|(\w+)\|(\d)\|", section, re.MULTILINE) == [
        ("memory", "1"),
        *(("SQLite", "1"), ("SQLite", "2")),
        *(("Redis", "1"), ("Redis", "2")),
    ]


@pytest.mark.xdist_group("bench")
def test_the_page_has_a_report_with_the_same_sections(report: str) -> None:
    last_run = (DOCS / "scale.md").read_text("utf-8").partition("## Last run\n")[2]
    headings = re.compile(r"^### .*$", re.MULTILINE)
    assert last_run.lstrip().startswith("`make bench-scale`")
    assert headings.findall(last_run) == headings.findall(report)
