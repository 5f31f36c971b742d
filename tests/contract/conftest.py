"""Runs each test of a clause against every chosen target that can show it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.contract.exclusions import reason
from tests.contract.referee import JUDGED
from tests.contract.service import Service
from tests.contract.targets import TARGETS, Target, listening, missing_for_live

EVERYWHERE_BUT_LIVE = ("mock", "prism", "referee")


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest) -> Target:
    """What this run of the test is about."""
    return TARGETS[request.param]


@pytest.fixture(scope="session")
def service(target: Target) -> Iterator[Service]:
    """The target, started once, and shared by all tests."""
    with target.start() as started:
        yield started


@pytest.fixture
def adjusted(target: Target) -> Iterator[Callable[..., Service]]:
    """Start another one of the target with settings of its own, for this test alone."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(target.start(**settings))


@pytest.fixture(scope="session")
def mock_url() -> Iterator[str]:
    """A mock over HTTP, for clients that are not ours."""
    with listening() as url:
        yield url


@pytest.fixture(scope="session")
def curl() -> str:
    """The machine's curl, which is all that a test of curl needs and that we cannot bring."""
    return shutil.which("curl") or pytest.skip("curl is not installed; httpx sent the same request")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "target" in metafunc.fixturenames:
        groups = metafunc.config.getoption("target") or EVERYWHERE_BUT_LIVE
        # All tests of a target go to one worker, so that each target is started once.
        chosen = [
            pytest.param(name, marks=pytest.mark.xdist_group(name))
            for name, each in TARGETS.items()
            if each.group in groups
        ]
        metafunc.parametrize("target", chosen, indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    excluded = [(item, why) for item in items if (why := _why_not(item))]
    if config.getoption("excluded"):
        items[:] = [item for item, _ in excluded]
        return
    for item, why in excluded:
        item.add_marker(pytest.mark.skip(reason=why))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if JUDGED:
        judged = f"{sum(JUDGED):,} exchanges, requests and answers"
        terminalreporter.write_line(f"Prism has judged {judged}, and found no fault.")
    if config.getoption("excluded"):
        for target, clause in sorted(_verdicts(terminalreporter, "passed")):
            if (target, clause) not in _verdicts(terminalreporter, "failed"):
                terminalreporter.write_line(f"excluded in vain: {target} {clause}")


def _verdicts(terminalreporter: pytest.TerminalReporter, verdict: str) -> set[tuple[str, str]]:
    """Return the targets and clauses of all tests with that verdict."""
    reports = terminalreporter.getreports(verdict)
    return {
        clause for report in reports for name, clause in report.user_properties if name == "clause"
    }


def _why_not(item: pytest.Item) -> str:
    """Return why this test does not run against its target; nothing when it does."""
    clause = item.get_closest_marker("clause")
    if clause is None or not isinstance(item, pytest.Function):
        return ""
    target = str(item.callspec.params["target"])
    item.user_properties.append(("clause", (target, clause.args[0])))
    if target == "live" and (missing := missing_for_live()):
        return f"The real service needs {missing} in the environment."
    return reason(target, clause.args[0])
