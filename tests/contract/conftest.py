"""Runs each clause's tests against the selected targets."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.contract.exclusions import reason
from tests.contract.prism_proxy import VALIDATED_COUNTS
from tests.contract.service import Service
from tests.contract.targets import TARGETS, Target, listening, missing_for_live

NOT_ADJUSTED = ("http-sqlite", "http-redis")
"""Targets that are not started with other settings, since each start takes seconds.

`http-workers` is, and tests/mock/pipeline/ tests settings on every store.
"""

EVERYWHERE_BUT_LIVE = ("mock", "prism", "referee")


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest) -> Target:
    """The target of this run of the test."""
    return TARGETS[request.param]


@pytest.fixture(scope="session")
def service(target: Target) -> Iterator[Service]:
    """The target, started once for all tests."""
    with target.start() as started:
        yield started


@pytest.fixture
def adjusted(target: Target) -> Iterator[Callable[..., Service]]:
    """Function that starts another instance of the target with other settings, for one test."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(target.start(**settings))


@pytest.fixture(scope="session")
def mock_url() -> Iterator[str]:
    """URL of a mock over HTTP, for other clients."""
    with listening() as url:
        yield url


@pytest.fixture(scope="session")
def curl() -> str:
    """Path of curl; skips the test if the machine has none."""
    return shutil.which("curl") or pytest.skip("curl is not installed; httpx sent the same request")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "target" in metafunc.fixturenames:
        groups = metafunc.config.getoption("target") or EVERYWHERE_BUT_LIVE
        starts_another = "adjusted" in metafunc.fixturenames
        # All tests of a target run in one xdist worker, so that each target starts once.
        chosen = [
            pytest.param(name, marks=pytest.mark.xdist_group(name))
            for name, each in TARGETS.items()
            if each.group in groups and not (name in NOT_ADJUSTED and starts_another)
        ]
        metafunc.parametrize("target", chosen, indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    excluded = [(item, why) for item in items if (why := _exclusion_reason(item))]
    if config.getoption("excluded"):
        items[:] = [item for item, _ in excluded]
        return
    for item, why in excluded:
        item.add_marker(pytest.mark.skip(reason=why))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if VALIDATED_COUNTS:
        count = f"{sum(VALIDATED_COUNTS):,}"
        terminalreporter.write_line(f"Prism has validated {count} exchanges without a violation.")
    if config.getoption("excluded"):
        for target, clause in sorted(_clauses(terminalreporter, "passed")):
            if (target, clause) not in _clauses(terminalreporter, "failed"):
                terminalreporter.write_line(f"exclusion not needed: {target} {clause}")


def _clauses(terminalreporter: pytest.TerminalReporter, outcome: str) -> set[tuple[str, str]]:
    """Return the targets and clauses of all tests with that outcome."""
    reports = terminalreporter.getreports(outcome)
    return {
        clause for report in reports for name, clause in report.user_properties if name == "clause"
    }


def _exclusion_reason(item: pytest.Item) -> str:
    """Return why this test does not run against its target; empty if it does."""
    clause = item.get_closest_marker("clause")
    if clause is None or not isinstance(item, pytest.Function):
        return ""
    target = str(item.callspec.params["target"])
    item.user_properties.append(("clause", (target, clause.args[0])))
    if target == "live" and (missing := missing_for_live()):
        return f"The real service needs {missing} in the environment."
    return reason(target, clause.args[0])
