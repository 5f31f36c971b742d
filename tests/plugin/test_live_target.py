"""Tests with the marker `leadway_verified` against a live service, which a second mock plays."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from leadway_mock.agents.builtin import ECHO_ID
from leadway_mock.testing import Mock
from tests.plugin.conftest import Run

TESTS = """
import os

import pytest
from leadway import Leadway


def say(text="Hello"):
    with Leadway.from_env() as leadway:
        return leadway.agent(os.environ.get("LEADWAY_AGENT_ID", AGENT)).conversation().send(text)


AGENT = "p1q2r3s4t5u6v7w8x9y0z1a2"


@pytest.mark.leadway_verified
def test_replies():
    assert say().text


@pytest.mark.leadway_verified
def test_url(leadway_mock):
    assert leadway_mock.url == os.environ["LEADWAY_BASE_URL"]
    assert leadway_mock.execute_url.startswith(leadway_mock.url)


@pytest.mark.leadway_verified
def test_clock(leadway_mock):
    leadway_mock.clock.advance(60)
    assert say().text


@pytest.mark.leadway_verified
@pytest.mark.leadway_mock(faults={"status": 500})
def test_fault():
    pass


def test_without_the_marker(leadway_mock):
    leadway_mock.clock.advance(60)
    assert say().text
"""


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mock]:
    with Mock(any_token=True, strict=False) as mock:
        monkeypatch.setenv("LEADWAY_TOKEN", "pit-12345678-1234-4234-8234-123456789abc")
        monkeypatch.setenv("LEADWAY_LOCATION_ID", "C2QujeCh8ZnC7al2InWR")
        monkeypatch.setenv("LEADWAY_AGENT_ID", ECHO_ID)
        yield mock


def test_the_same_test_runs_against_the_mock(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(TESTS.replace('{"status": 500}', "()"))
    run().assert_outcomes(passed=5)


def test_and_against_a_service(pytester: pytest.Pytester, run: Run, service: Mock) -> None:
    pytester.makepyfile(TESTS)
    result = run(f"--leadway-target={service.url}", "--leadway-interval=0", "-rs")
    result.assert_outcomes(passed=3, skipped=2)
    result.stdout.fnmatch_lines_random(
        [
            "*only a mock has leadway_mock.clock, and this test runs against a service*",
            "*faults of the marker leadway_mock needs a mock*",
            f"{service.url}: 1 of at most 20 runs of agents",
        ]
    )
    assert len(service.journal) == 1  # The test without the marker ran on its own mock.


def test_the_budget_and_the_pace_are_kept(
    pytester: pytest.Pytester, run: Run, service: Mock
) -> None:
    pytester.makepyfile(
        TESTS.partition("@pytest")[0]
        + """
@pytest.mark.leadway_verified
def test_two():
    say()
    say()

@pytest.mark.leadway_verified
def test_one_too_many():
    say()
    with pytest.raises(Exception, match="The budget of 3 agent runs of this test run is used up"):
        say()

@pytest.mark.leadway_verified
def test_none_left():
    say()
"""
    )
    started = time.monotonic()
    flags = ("--leadway-max-runs=3", "--leadway-interval=0.2", "-rs")
    result = run(f"--leadway-target={service.url}", *flags)
    result.assert_outcomes(passed=2, skipped=1)
    result.stdout.fnmatch_lines(["*the budget of 3 agent runs is used up*"])
    assert len(service.journal) == 3
    assert time.monotonic() - started >= 0.4


@pytest.mark.parametrize(
    ("target", "variable", "message"),
    [
        ("http://127.0.0.1:1", "LEADWAY_AGENT_ID", "needs LEADWAY_AGENT_ID in the environment"),
        ("ftp://127.0.0.1", "", "the upstream must be an origin"),
        ("http://127.0.0.1:1/path", "", "the upstream must be an origin"),
    ],
)
def test_a_service_that_cannot_be_used_is_an_error_of_usage(  # noqa: PLR0913, PLR0917 - fixtures and cases
    pytester: pytest.Pytester,
    run: Run,
    service: Mock,
    monkeypatch: pytest.MonkeyPatch,
    target: str,
    variable: str,
    message: str,
) -> None:
    assert service.url
    if variable:
        monkeypatch.delenv(variable)
    pytester.makepyfile(TESTS)
    result = run(f"--leadway-target={target}", subprocess=True)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{message}*"])


@pytest.mark.parametrize("fixture", ["leadway_mock_wsgi", "leadway_mock_session"])
def test_other_fixtures_are_skipped(
    pytester: pytest.Pytester, run: Run, service: Mock, fixture: str
) -> None:
    pytester.makepyfile(
        f"import pytest\n@pytest.mark.leadway_verified\ndef test({fixture}):\n    pass\n"
    )
    result = run(f"--leadway-target={service.url}", "-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*use leadway_mock*"])
