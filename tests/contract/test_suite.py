"""Checks of the suite itself: every clause has tests, every exclusion is needed."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

from tests.contract.clauses import ALL, CLAUSES
from tests.contract.evidence import EVIDENCE, examples, rows
from tests.contract.exclusions import EXCLUSIONS, reason
from tests.contract.programs import ROOT
from tests.contract.targets import LIVE_VARIABLES, TARGETS

TEST_FILES = sorted(Path(__file__).parent.glob("test_*.py"))

LIVE_CLAUSES = {
    "first-message-starts-a-session",
    "session-continues",
    "session-continues-on-the-other-path",
    "interaction-id-is-new",
    "eleven-fields",
    "one-json-object",
    "empty-optionals-are-absent",
    "token-is-required",
    "unknown-token-is-rejected",
    "version-is-required",
    "unknown-version-is-rejected",
    "known-versions-are-accepted",
    "location-is-required",
    "violations-all-at-once",
    "violations-envelope",
    "agent-must-exist",
    "quota-headers-on-responses",
}
"""The clauses that run against the real service; a new one must be added here on purpose."""


def clauses_with_tests() -> Iterator[str]:
    """Yield the clause of every test that has one."""
    for file in TEST_FILES:
        module = importlib.import_module(f"tests.contract.{file.stem}")
        for function in vars(module).values():
            for mark in getattr(function, "pytestmark", ()):
                if mark.name == "clause":
                    yield mark.args[0]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the clauses in a subprocess, with only the `LEADWAY_` variables of `environment`."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith("LEADWAY_")}
    has_clause = re.compile(r"^@pytest\.mark\.clause", re.MULTILINE)
    clauses = [str(file) for file in TEST_FILES if has_clause.search(file.read_text())]
    options = ("-q", "--tb=no", "-p", "no:schemathesis", "-p", "no:hypothesispytest")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *clauses, *arguments],
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


def test_every_clause_has_a_test_and_every_tested_clause_exists() -> None:
    assert set(clauses_with_tests()) == set(CLAUSES)
    assert len(CLAUSES) == len(ALL), "two clauses have the same id"


def test_every_clause_has_evidence() -> None:
    for clause in CLAUSES.values():
        assert bool(clause.rests_on) != (clause.evidence in EVIDENCE), clause.id


def test_every_example_of_the_contract_has_a_clause() -> None:
    """Behaviours that only the mock has are tested in tests/mock instead."""
    rested_on = set(chain.from_iterable(clause.rests_on for clause in CLAUSES.values()))
    assert rested_on <= set(rows())
    assert {example.name for example in examples()} <= rested_on


def test_mock_targets_run_every_clause() -> None:
    mocks = {name for name, target in TARGETS.items() if target.group == "mock"}
    assert len(mocks) == 7
    excluded = {(target, *each.clauses) for each in EXCLUSIONS for target in each.targets}
    assert {each for each in excluded if each[0] in mocks} == {
        ("observed", "scope-is-required", "foreign-location-is-rejected", "method-must-exist")
    }


def test_exclusions_are_unique_and_name_existing_targets_and_clauses() -> None:
    excluded = [
        (target, clause)
        for each in EXCLUSIONS
        for target in each.targets
        for clause in each.clauses
    ]
    assert len(excluded) == len(set(excluded)), "a clause is excluded twice"
    assert {target for target, _ in excluded} <= set(TARGETS)
    assert {clause for _, clause in excluded} <= set(CLAUSES)
    assert all(len(each.why) > 10 and each.why.endswith(".") for each in EXCLUSIONS)


def test_real_service_gets_only_the_listed_clauses() -> None:
    assert {clause for clause in CLAUSES if not reason("live", clause)} == LIVE_CLAUSES


def test_no_test_is_skipped_in_another_way() -> None:
    # In pieces, so that the pattern does not match this file.
    forbidden = re.compile(r"\.sk" + r"ip|\.x" + "fail|importor" + "skip")
    for file in TEST_FILES:
        assert not forbidden.search(file.read_text()), file.name


def test_every_exclusion_is_still_needed() -> None:
    finished = run("--target", "prism", "--target", "referee", "--excluded")
    assert counts(finished).get("failed"), finished.stdout + finished.stderr
    assert "exclusion not needed" not in finished.stdout, finished.stdout


def test_live_target_without_credentials_names_the_variables() -> None:
    finished = run("--target", "live", "-rs")
    assert counts(finished).keys() == {"skipped"}, finished.stdout
    assert f"The real service needs {', '.join(LIVE_VARIABLES)} in the" in finished.stdout


def test_live_target_passes_against_the_mock(mock_url: str) -> None:
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
