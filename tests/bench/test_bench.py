"""The whole bench, with no time to spare, on what needs no network: the mock and two ceilings."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench.contenders import CONTENDERS
from bench.load.loop import Outcome
from bench.measuring.plan import QUICK
from bench.report.goals import verdicts
from bench.report.page import report, write
from bench.report.plot import LIGHT, plot, rows
from bench.results import Measured, Results, Sample, load, merged, rate, save

ROOT = Path(__file__).resolve().parents[2]


def bench(keep: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", "--quick", "--keep", str(keep), *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run."""
    folder = tmp_path_factory.mktemp("bench")
    run = bench(folder, "--only", "flask,wsgi,growth")
    assert run.returncode == 0, run.stderr
    return folder


@pytest.fixture
def results(kept: Path) -> Results:
    found = load(kept / "results.json", QUICK.name)
    assert found is not None
    return found


@pytest.mark.xdist_group("bench")
def test_everything_is_measured(results: Results) -> None:
    assert list(results.contenders) == ["leadway", "leadway-quiet", "flask", "wsgi"]
    assert [each.failure for each in results.contenders.values()] == [""] * 4
    for measured in results.contenders.values():
        assert len(measured.samples) == QUICK.rounds * len(QUICK.loads)
        assert all(each.outcome.answers for each in measured.samples)
        assert len(measured.cold) == QUICK.cold_starts
    assert [step.size for step in results.sessions] == list(QUICK.sessions)
    assert [step.size for step in results.turns] == list(QUICK.turns)


@pytest.mark.xdist_group("bench")
def test_the_mock_gives_no_wrong_answer_and_a_constant_does(results: Results) -> None:
    assert not results.contenders["leadway"].wrong()
    assert {"conversations", "invalid bodies"} == set(results.contenders["wsgi"].wrong())


@pytest.mark.xdist_group("bench")
def test_what_is_kept_can_be_reported_again(kept: Path) -> None:
    again = bench(kept, "--report")
    assert again.returncode == 0, again.stderr
    assert "| wrong answers | none | 0 of " in again.stdout
    assert re.search(
        r"^\| rate against Mockoon .* not measured \| unknown \|  \|$", again.stdout, re.MULTILINE
    )


@pytest.mark.xdist_group("bench")
def test_page_and_plots_are_written(results: Results, tmp_path: Path) -> None:
    (tmp_path / "performance.md").write_text("# Page\n\n## The last run\n\nOld.\n")
    write(results, command="make bench", plan="briefly", docs=tmp_path)
    page = (tmp_path / "performance.md").read_text()
    assert page.startswith("# Page\n\n## The last run\n\n`make bench`: briefly.")
    assert "Old." not in page
    for name in re.findall(r'(?:src|srcset)="([^"]+)"', page):
        assert svg((tmp_path / name).read_text()).tag.endswith("svg")


def test_a_name_that_nobody_has_is_refused_with_those_there_are(tmp_path: Path) -> None:
    refused = bench(tmp_path, "--only", "prims")
    assert refused.returncode == 2
    assert "'prims' is none of leadway, leadway-quiet, prism, " in refused.stderr
    assert "Traceback" not in refused.stderr


def svg(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - we have just written it


def sample(number: int, rate: int, p99: float = 5.0) -> Sample:
    outcome = Outcome(rate, rate, 1.0, 1.0, p99, {}, 0.1)
    return Sample(number, "first turns", 16, outcome, 0.5)


def measured(ours: list[int], theirs: list[int], quiet: list[int] | None = None) -> Measured:
    beside = {"leadway": ours, "leadway-quiet": quiet or ours}
    return Measured(
        "Somebody",
        samples=[sample(*each) for each in enumerate(theirs)],
        beside={name: [sample(*each) for each in enumerate(own)] for name, own in beside.items()},
    )


def met(goal: str, contender: str, found: Measured) -> bool | None:
    results = Results("full", "", contenders={contender: found})
    return next(each.met for each in verdicts(results) if each.goal == goal)


@pytest.mark.parametrize(("rate", "is_met"), [(2500, True), (2499, False)])
def test_a_goal_is_met_from_its_figure_on(*, rate: int, is_met: bool) -> None:
    found = measured([rate] * 3, [1000] * 3)
    assert met("rate against WireMock, journal on", "wiremock", found) is is_met
    assert met("rate against Mockoon", "wiremock", found) is None


def test_who_logs_nothing_is_held_against_the_quiet_mock() -> None:
    found = measured([2400], [1000], quiet=[2600])
    assert met("rate against WireMock, journal on", "wiremock", found) is True
    assert met("rate against Mockoon", "mockoon", measured([19_000], [1000], [21_000])) is False


def test_a_round_that_one_of_them_lacks_counts_for_neither() -> None:
    found = measured([100, 200, 300], [100, 100]).ratio(("first turns", 16), "leadway", rate)
    assert found == (1.5, 1.0, 2.0)


def test_a_contender_that_failed_is_named_with_the_reason() -> None:
    names = {"wiremock": Measured("WireMock", "It needs Java, and no java is here.")}
    told = report(Results("full", "", contenders=names), command="make bench", plan="")
    assert "WireMock is missing or incomplete: It needs Java, and no java is here." in told


def test_measuring_some_again_keeps_the_others(tmp_path: Path) -> None:
    old = Results("full", "", contenders={"flask": measured([1], [1]), "wsgi": measured([1], [1])})
    save(old, tmp_path / "kept.json")
    again = Results("full", "", contenders={"flask": measured([2], [1])})
    found = merged(load(tmp_path / "kept.json", "full"), again)
    assert found.contenders == {"flask": measured([2], [1]), "wsgi": measured([1], [1])}
    assert load(tmp_path / "kept.json", "quick") is None


def test_the_plot_shows_everybody_the_fastest_first() -> None:
    names = {"leadway": measured([1], [5000, 6000]), "mockoon": measured([1], [400, 500])}
    shown = rows(Results("full", "", contenders=names))
    drawn = plot(shown, LIGHT)
    svg(drawn)
    assert [row.rate.median for row in shown] == [5500, 450]
    assert ">5,500<" in drawn
    assert ">450<" in drawn


def test_titles_have_the_versions_that_are_pinned() -> None:
    pins = json.loads((ROOT / "bench" / "peers" / "package.json").read_text())["dependencies"]
    assert pins["wiremock"] in CONTENDERS["wiremock"].title
    assert pins["@mockoon/cli"] in CONTENDERS["mockoon"].title
