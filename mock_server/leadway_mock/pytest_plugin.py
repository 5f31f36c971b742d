"""The pytest plug-in: the fixture `leadway_mock`, strict by default, and a summary of the run.

pytest loads this module in every run, so it imports nothing of the mock before a test asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from leadway_mock.testing import Mock
    from leadway_mock.testing.host_pool import HostPool
    from leadway_mock.testing.run_summary import RunSummary

NAME = "leadway_mock"
MARKER = (
    "leadway_mock(dialogue=, faults=, settings=, strict=, allow=, any_token=): how the mock of"
    " this test begins, and what it lets pass; see leadway_mock.testing.Mock"
)
MOCKS = pytest.StashKey["list[Mock]"]()
RUN = pytest.StashKey["RunSummary"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take `leadway_mock_allow` from the configuration."""
    told = "what no test with leadway_mock fails for: unscripted, contract, stray, unused"
    parser.addini("leadway_mock_allow", told, type="args", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", MARKER)


@pytest.fixture
def leadway_mock(request: pytest.FixtureRequest) -> Iterator[Mock]:
    """Return a mock of this test's own, which the environment leads to."""
    with _mock(request, serve=True) as mock:
        yield mock


@pytest.fixture
def leadway_mock_wsgi(request: pytest.FixtureRequest) -> Iterator[Mock]:
    """Return a mock without a socket: call its `wsgi_app`."""
    with _mock(request, serve=False) as mock:
        yield mock


@pytest.fixture(scope="session")
def leadway_mock_settings() -> Mapping[str, Any]:
    """Return the settings that the mock starts with, such as `agents`: override it."""
    return {}


@pytest.fixture(scope="session")
def _leadway_mock_hosts() -> Iterator[HostPool]:
    """Return the mocks of this process, one for each kind of settings; closed at its end."""
    from leadway_mock.testing.host_pool import HostPool  # noqa: PLC0415 - only when it is asked for

    hosts = HostPool()
    yield hosts
    hosts.close()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give a test with the marker its mock, if it has not asked for one by name.

    A marker on its class or module counts, too: what it arranges is meant for this test.
    """
    names = getattr(item, "fixturenames", None)
    marked = item.get_closest_marker(NAME) is not None
    if marked and names is not None and not {NAME, f"{NAME}_wsgi"} & set(names):
        names.insert(0, NAME)  # The first, so that the environment is there for all the others.


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a test whose conversation went otherwise than scripted; explain a failure by it."""
    try:
        yield
    except (Exception, pytest.fail.Exception) as error:
        for mock in item.stash.get(MOCKS, ()):
            mock.annotate(error)
        raise
    for mock in item.stash.get(MOCKS, ()):
        _verify(mock)


def _verify(mock: Mock) -> None:
    __tracebackhide__ = True
    try:
        mock.verify()
    except AssertionError as error:
        told = str(error)
    else:
        return
    pytest.fail(told, pytrace=False)


@contextmanager
def _mock(request: pytest.FixtureRequest, *, serve: bool) -> Iterator[Mock]:
    item = request.node
    mock = _begun(request, serve=serve)
    with pytest.MonkeyPatch.context() as environment:
        try:
            for name, value in mock.environment.items():
                environment.setenv(name, value)
            item.stash.setdefault(MOCKS, []).append(mock)
            yield mock
            item.stash[MOCKS].remove(mock)
            _run(request.config).add(mock, item.nodeid)
        finally:
            mock.close()


def _begun(request: pytest.FixtureRequest, *, serve: bool) -> Mock:
    """Return the mock of a test, open; tell in words what is wrong with what it is told."""
    try:
        from leadway_mock.testing import Mock  # noqa: PLC0415 - only when it is asked for
        from leadway_mock.testing.marker_options import parse_marks  # noqa: PLC0415 - the same
    except ModuleNotFoundError as error:
        cure = "Install it with: pip install 'leadway[mock]'"
        pytest.fail(f"leadway_mock needs {error.name}, which is not installed. {cure}")
    hosts = request.getfixturevalue("_leadway_mock_hosts")
    settings = request.getfixturevalue("leadway_mock_settings")
    marks, allow = request.node.iter_markers(NAME), request.config.getini("leadway_mock_allow")
    try:
        options = parse_marks(list(marks), allow)
        folder = request.node.path.parent
        return Mock(host=hosts.of(settings), serve=serve, folder=folder, **options).open()
    except ValueError as error:  # Of a marker, a dialogue, a fault or a setting: all are this.
        told = str(error)
    return pytest.fail(told, pytrace=False)


def _run(config: pytest.Config) -> RunSummary:
    from leadway_mock.testing.run_summary import RunSummary  # noqa: PLC0415 - only when there is something

    return config.stash.setdefault(RUN, RunSummary())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand what a worker of xdist has seen to the process that reports."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None and RUN in session.config.stash:
        output[NAME] = session.config.stash[RUN].as_json()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # noqa: ANN401 - of xdist, which may be absent
    """Take in what a worker of xdist has seen."""
    seen = getattr(node, "workeroutput", {}).get(NAME)
    if seen:
        _run(node.config).add_json(seen)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Tell how the application behaved in all tests together, and which outcomes they met."""
    run = config.stash.get(RUN, None)
    verbosity = terminalreporter.verbosity
    text = run.text(details=verbosity > 0) if run is not None and verbosity >= 0 else ""
    if text:
        terminalreporter.section(NAME)
        terminalreporter.write_line(text)
