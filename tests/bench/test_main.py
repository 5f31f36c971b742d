"""A quick run of the bench on targets that need no installation, and its report."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.load.loop import LoadResult
from bench.markdown import write_last_run
from bench.measurements.plan import QUICK
from bench.report import report
from bench.results import Measurement, Results, Sample, load, merge, save
from bench.targets import TARGETS

ROOT = Path(__file__).resolve().parents[2]


def bench(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", "--quick", "--folder", str(folder), *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run."""
    folder = tmp_path_factory.mktemp("bench")
    run = bench(folder, "--only", "sqlite,redis,flask,wsgi,growth")
    assert run.returncode == 0, run.stderr
    return folder


@pytest.fixture
def results(folder: Path) -> Results:
    saved = load(folder / "results.json", QUICK.name)
    assert saved is not None
    return saved


@pytest.mark.xdist_group("bench")
def test_everything_is_measured(results: Results) -> None:
    names = ["leadway", "leadway-quiet", "sqlite", "redis", "flask", "wsgi"]
    assert list(results.targets) == names
    assert [each.failure for each in results.targets.values()] == [""] * len(names)
    for measurement in results.targets.values():
        assert len(measurement.samples) == QUICK.rounds * len(QUICK.loads)
        assert all(each.result.responses for each in measurement.samples)
        assert len(measurement.cold_starts) == QUICK.cold_starts
    assert [step.size for step in results.sessions] == list(QUICK.sessions)
    assert [step.size for step in results.turns] == list(QUICK.turns)


@pytest.mark.xdist_group("bench")
def test_only_constant_servers_give_wrong_responses(results: Results) -> None:
    for name in ("leadway", "leadway-quiet", "sqlite", "redis"):
        assert not results.targets[name].wrong()
    assert {"conversations", "invalid bodies"} == set(results.targets["wsgi"].wrong())


@pytest.mark.xdist_group("bench")
def test_saved_results_can_be_reported_again(folder: Path) -> None:
    again = bench(folder, "--report")
    assert again.returncode == 0, again.stderr
    first = again.stdout.partition("### What to expect")[2].partition("###")[0]
    titles = [line.split(" | ")[0] for line in first.splitlines() if line.startswith("| ")]
    assert titles[2:] == [
        "| **leadway mock**",
        "| **leadway mock --quiet**",
        "| leadway mock, SQLite",
        "| leadway mock, Redis (Valkey)",
    ]


def test_an_unknown_target_is_rejected_with_the_known_ones(tmp_path: Path) -> None:
    rejected = bench(tmp_path, "--only", "prims")
    assert rejected.returncode == 2
    assert "'prims' must be one of leadway, leadway-quiet, sqlite, " in rejected.stderr
    assert "Traceback" not in rejected.stderr


def test_a_report_replaces_the_last_one(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n## Last run\n\nOld.\n")
    write_last_run(page, "New.")
    assert page.read_text() == "# Page\n\n## Last run\n\nNew.\n"
    page.write_text("# Page\n")
    with pytest.raises(ValueError, match="has no line '## Last run'"):
        write_last_run(page, "New.")


def sample(number: int, rate: int) -> Sample:
    result = LoadResult(rate, rate, 1.0, 1.0, 5.0, {}, 0.1)
    return Sample(number, "first turns", 16, result, 0.5)


def measurement(mock: list[int], rates: list[int]) -> Measurement:
    return Measurement(
        "A target",
        samples=[sample(*each) for each in enumerate(rates)],
        mock_samples=[sample(*each) for each in enumerate(mock)],
    )


def test_a_round_without_one_of_the_two_is_left_out() -> None:
    ratio = measurement([100, 200, 300], [100, 100]).mock_ratio(("first turns", 16))
    assert ratio == (1.5, 1.0, 2.0)


def test_a_failed_target_is_named_with_the_reason() -> None:
    targets = {"wiremock": Measurement("WireMock", "It needs Java, and none is here.")}
    text = report(Results("full", "", targets=targets), command="make bench", plan="")
    assert "WireMock is missing or incomplete: It needs Java, and none is here." in text


def test_measuring_some_targets_keeps_the_others(tmp_path: Path) -> None:
    targets = {"flask": measurement([1], [1]), "wsgi": measurement([1], [1])}
    save(Results("full", "", targets=targets), tmp_path / "results.json")
    again = Results("full", "", targets={"flask": measurement([2], [1])})
    merged = merge(load(tmp_path / "results.json", "full"), again)
    assert merged.targets == {"flask": measurement([2], [1]), "wsgi": measurement([1], [1])}
    assert load(tmp_path / "results.json", "quick") is None


def test_titles_have_the_pinned_versions() -> None:
    pins = json.loads((ROOT / "bench" / "peers" / "package.json").read_text())["dependencies"]
    assert pins["wiremock"] in TARGETS["wiremock"].title
    assert pins["@mockoon/cli"] in TARGETS["mockoon"].title
