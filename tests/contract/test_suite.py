"""The suite about itself: nothing is left out in silence, and nothing for a reason gone stale."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

from tests.contract.clauses import CLAUSES, SECTIONS
from tests.contract.evidence import LEVELS, answers, level_of, rows
from tests.contract.exclusions import EXCLUSIONS, reason
from tests.contract.programs import ROOT
from tests.contract.targets import LIVE_VARIABLES, TARGETS

TEST_FILES = sorted(Path(__file__).parent.glob("test_*.py"))

LIVE_CLAUSES = {
    "first-message-opens-a-session",
    "session-continues",
    "session-continues-on-the-other-path",
    "interaction-is-new",
    "eleven-fields",
    "one-json-object",
    "empty-optionals-are-absent",
    "token-has-to-be-there",
    "token-has-to-be-known",
    "version-has-to-be-there",
    "version-has-to-be-known",
    "four-versions-are-accepted",
    "location-has-to-be-there",
    "violations-all-at-once",
    "violations-envelope",
    "agent-has-to-exist",
    "quota-headers-on-answers",
}
"""A new clause must not reach the real service because nobody thought of it."""


def shown() -> Iterator[str]:
    """Yield the clause of every test that names one."""
    for file in TEST_FILES:
        module = importlib.import_module(f"tests.contract.{file.stem}")
        for function in vars(module).values():
            for mark in getattr(function, "pytestmark", ()):
                if mark.name == "clause":
                    yield mark.args[0]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the clauses in a process of its own, with no LEADWAY variable but those given."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith("LEADWAY_")}
    shows_a_clause = re.compile(r"^@pytest\.mark\.clause", re.MULTILINE)
    clauses = [str(file) for file in TEST_FILES if shows_a_clause.search(file.read_text())]
    quickly = ("-q", "--tb=no", "-p", "no:schemathesis", "-p", "no:hypothesispytest")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *quickly, *clauses, *arguments],
        cwd=ROOT,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def counts(finished: subprocess.CompletedProcess[str]) -> Mapping[str, int]:
    """Return how many tests passed, failed and so on."""
    last = finished.stdout.strip().splitlines()[-1]
    return {word: int(number) for number, word in re.findall(r"(\d+) ([a-z]+)", last)}


def test_every_clause_is_shown_and_everything_shown_is_a_clause() -> None:
    assert set(shown()) == set(CLAUSES)
    assert len(CLAUSES) == sum(map(len, SECTIONS.values())), "two clauses have the same id"


def test_every_clause_knows_how_well_it_is_known() -> None:
    for clause in CLAUSES.values():
        assert bool(clause.rests_on) != bool(clause.level), clause.id
        assert level_of(clause) in LEVELS


def test_every_answer_of_the_contract_has_a_clause() -> None:
    """A behaviour that no target but the mock can show has a test of the mock's own instead."""
    rested_on = set(chain.from_iterable(clause.rests_on for clause in CLAUSES.values()))
    assert rested_on <= set(rows())
    assert {example.name for example in answers()} <= rested_on


def test_the_mock_leaves_nothing_out() -> None:
    mocks = {name for name, target in TARGETS.items() if target.group == "mock"}
    assert len(mocks) == 8
    left_out = {(target, *each.clauses) for each in EXCLUSIONS for target in each.targets}
    assert {each for each in left_out if each[0] in mocks} == {
        ("observed", "scope-has-to-be-there")
    }


def test_every_exclusion_is_of_something_that_exists_for_one_reason() -> None:
    excluded = [
        (target, clause)
        for each in EXCLUSIONS
        for target in each.targets
        for clause in each.clauses
    ]
    assert len(excluded) == len(set(excluded)), "something is excluded twice"
    assert {target for target, _ in excluded} <= set(TARGETS)
    assert {clause for _, clause in excluded} <= set(CLAUSES)
    assert all(len(each.why) > 10 and each.why.endswith(".") for each in EXCLUSIONS)


def test_the_real_service_gets_few_and_harmless_calls() -> None:
    assert {clause for clause in CLAUSES if not reason("live", clause)} == LIVE_CLAUSES


def test_nothing_is_skipped_anywhere_else() -> None:
    # Spelled in pieces, so that this file does not find itself.
    forbidden = re.compile(r"\.sk" + r"ip|\.x" + "fail|importor" + "skip")
    for file in TEST_FILES:
        assert not forbidden.search(file.read_text()), file.name


def test_every_exclusion_is_still_needed() -> None:
    finished = run("--target", "prism", "--target", "referee", "--excluded")
    assert counts(finished).get("failed"), finished.stdout + finished.stderr
    assert "excluded in vain" not in finished.stdout, finished.stdout


def test_without_credentials_the_live_target_says_what_it_needs() -> None:
    finished = run("--target", "live", "-rs")
    assert counts(finished).keys() == {"skipped"}, finished.stdout
    assert f"The real service needs {', '.join(LIVE_VARIABLES)} in the" in finished.stdout


def test_the_live_target_holds_against_the_mock(mock_url: str) -> None:
    finished = run(
        "--target",
        "live",
        LEADWAY_TOKEN="pit-12345678-1234-4234-8234-123456789abc",
        LEADWAY_LOCATION_ID="C2QujeCh8ZnC7al2InWR",
        LEADWAY_AGENT_ID="p1q2r3s4t5u6v7w8x9y0z1a2",
        LEADWAY_BASE_URL=mock_url,
    )
    assert finished.returncode == 0, finished.stdout
    assert counts(finished)["passed"] >= len(LIVE_CLAUSES)
