"""A quick run of the bench on targets that need no installation, and its report."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.load_generator import LoadResult
from bench.report import report, summary
from bench.rounds import FULL, QUICK, Measurement, Results
from bench.servers import Sample
from bench.targets import BASE, QUIET, Target, all_targets
from bench.workloads import HEADLINE

ROOT = Path(__file__).resolve().parents[2]
TARGETS = all_targets()


def bench(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", "--quick", "--logs", str(folder), *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600
    )


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report of a run without programs to install, with this checkout as the baseline."""
    folder = tmp_path_factory.mktemp("bench")
    names = "sqlite,redis,dialogues,wsgi,growth"
    run = bench(folder, "--only", names, "--baseline", str(ROOT))
    assert run.returncode == 0, run.stderr
    return run.stdout


def rows(printed: str, section: str) -> dict[str, list[str]]:
    """Return the cells of a section's tables by the first cell."""
    text = printed.partition(f"## {section}\n")[2].partition("\n## ")[0]
    lines = [
        line[1:-1].split("|")
        for line in text.splitlines()
        if line.startswith("|") and not line.startswith("|---")
    ]
    return {title.strip("*"): cells for title, *cells in lines}


@pytest.mark.xdist_group("bench")
def test_everything_is_measured(printed: str) -> None:
    assert "missing or incomplete" not in printed
    titles = ["leadway mock --quiet", "SQLite", "Redis (Valkey)"]
    headline = rows(f"## Summary\n{printed}", "Summary")
    for title in [*titles, *(f"baseline: {each}" for each in titles)]:
        assert " (" in headline[title][1]
    others = rows(printed, "Other loads")
    assert "-" not in others["leadway mock --quiet"]
    assert " (" in others["20 dialogues"][0]
    growth = rows(printed, "Growth")
    assert {f"{size:,}" for size in (*QUICK.sessions, *QUICK.turns)} <= set(growth)


@pytest.mark.xdist_group("bench")
def test_the_mock_is_compared_with_the_baseline(printed: str) -> None:
    text = printed.partition("## Beside the baseline\n")[2].partition("\n## ")[0]
    for title in ("leadway mock --quiet", "SQLite", "Redis (Valkey)"):
        assert f"|{title}|{HEADLINE}|" in text


@pytest.mark.xdist_group("bench")
def test_only_constant_servers_give_wrong_responses(printed: str) -> None:
    table = rows(printed, "Start, memory and wrong responses")
    wrong = {title: cells[-1] for title, cells in table.items()}
    constant = wrong.pop(TARGETS["wsgi"].title)
    assert "of conversations: keeps no session" in constant
    assert "100% of invalid bodies: status 200" in constant
    assert "first messages" not in constant
    assert set(wrong.values()) == {"wrong responses", "none"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "prims"], "'prims' must be one of leadway-quiet, leadway, sqlite, "),
        (["--baseline", "/nowhere"], "must be a checkout of this repository, not /nowhere"),
        (["--write"], "--write needs a complete run, without --quick and --only"),
    ],
)
def test_a_wrong_option_is_rejected(tmp_path: Path, arguments: list[str], message: str) -> None:
    rejected = bench(tmp_path, *arguments)
    assert rejected.returncode == 2
    assert message in rejected.stderr
    assert "Traceback" not in rejected.stderr


def sample(number: int, rate: int) -> Sample:
    return Sample(number, (HEADLINE, 16), LoadResult(rate, rate, 1.0, 1.0, 5.0, {}, 0.1), 0.5)


def measurement(target: Target, rates: list[int]) -> Measurement:
    return Measurement(target, samples=[sample(*each) for each in enumerate(rates)])


def test_a_round_without_one_of_the_two_is_left_out() -> None:
    mock = measurement(TARGETS[QUIET], [100, 200, 300])
    ratio = mock.ratio(measurement(TARGETS["wsgi"], [100, 100]), (HEADLINE, 16), "rate")
    assert ratio == (1.5, 1.0, 2.0)


def test_a_failed_target_is_named_with_the_reason() -> None:
    targets = {
        QUIET: measurement(TARGETS[QUIET], [1]),
        "wiremock": Measurement(TARGETS["wiremock"], "It needs java."),
    }
    text = report(Results("", targets=targets), command="make bench", plan=str(FULL))
    assert f"{TARGETS['wiremock'].title} is missing or incomplete: It needs java." in text


def test_the_summary_leaves_out_baseline_and_constants() -> None:
    targets = all_targets(ROOT)
    names = (QUIET, BASE + QUIET, "prism", "wsgi")
    results = Results("", targets={name: measurement(targets[name], [1]) for name in names})
    shown = rows(f"## Summary\n{summary(results, command='make bench', plan='')}", "Summary")
    assert set(shown) == {"", *(targets[name].title for name in (QUIET, "prism"))}
    assert len(shown[targets[QUIET].title]) == len(("on 16", "p50", "p99", "ratio"))


def test_a_failed_target_is_left_out_from_then_on() -> None:
    failed = Measurement(TARGETS["wsgi"])
    steps = []

    def step(_: Measurement, name: str) -> None:
        steps.append(name)
        raise OSError(name)

    failed.attempt(step, "first")
    failed.attempt(step, "second")
    assert steps == ["first"]
    assert failed.failure == "first"


def test_the_headline_runs_on_all_numbers_of_connections() -> None:
    cases = [case for case, _ in FULL.cases(TARGETS["prism"])]
    assert {number for name, number in cases if name == HEADLINE} == {1, 16, 64}
    assert [case for case, _ in FULL.cases(TARGETS["dialogues"])] == [("dialogues", 16)]


def test_the_baseline_is_started_from_its_checkout(tmp_path: Path) -> None:
    target = all_targets(tmp_path)[BASE + QUIET]
    assert str(tmp_path / "mock_server") in target.environment["PYTHONPATH"]
    program = tmp_path / ".venv" / "bin" / "leadway"
    program.parent.mkdir(parents=True)
    program.touch()
    assert all_targets(tmp_path)[BASE + QUIET].command[0] == str(program)


def test_titles_have_the_pinned_versions() -> None:
    pins = json.loads((ROOT / "bench" / "peers" / "package.json").read_text())["dependencies"]
    assert pins["wiremock"] in TARGETS["wiremock"].title
    assert pins["@mockoon/cli"] in TARGETS["mockoon"].title
