"""pytest plug-in: the fixture `leadway_mock`, strict by default, and a summary of the run.

pytest loads this module in every run, so it imports the mock only when a test uses it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from leadway_mock.testing import Mock
    from leadway_mock.testing.host import HostPool
    from leadway_mock.testing.plugin_support import RunSummary

NAME = "leadway_mock"
MARKER = (
    "leadway_mock(dialogue=, faults=, settings=, strict=, allow=, any_token=): options of this"
    " test's mock; see leadway_mock.testing.Mock"
)
MOCKS = pytest.StashKey["list[Mock]"]()
SUMMARY = pytest.StashKey["RunSummary"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the ini option `leadway_mock_allow`."""
    text = (
        "unexpected interactions that no test with leadway_mock fails for:"
        " unscripted, contract, wrong-token, unused"
    )
    parser.addini("leadway_mock_allow", text, type="args", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", MARKER)


@pytest.fixture
def leadway_mock(request: pytest.FixtureRequest) -> Iterator[Mock]:
    """Mock of this test; the environment directs the application to it."""
    with _mock(request, serve=True) as mock:
        yield mock


@pytest.fixture
def leadway_mock_wsgi(request: pytest.FixtureRequest) -> Iterator[Mock]:
    """Mock without a socket: call its `wsgi_app`."""
    with _mock(request, serve=False) as mock:
        yield mock


@pytest.fixture(scope="session")
def leadway_mock_settings() -> Mapping[str, Any]:
    """Settings that the mock starts with, such as `agents_file`; override this fixture."""
    return {}


@pytest.fixture(scope="session")
def _leadway_mock_hosts() -> Iterator[HostPool]:
    """Hosts of this process, one for each set of settings."""
    from leadway_mock.testing.host import HostPool  # noqa: PLC0415 - only when a test uses it

    hosts = HostPool()
    yield hosts
    hosts.close()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Add the fixture to a test that has the marker, itself or by its class or module."""
    names = getattr(item, "fixturenames", None)
    is_marked = item.get_closest_marker(NAME) is not None
    if is_marked and names is not None and not {NAME, f"{NAME}_wsgi"} & set(names):
        names.insert(0, NAME)  # The first one, so that the others find its environment.


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a test with unexpected interactions; annotate any other failure with them."""
    try:
        yield
    except (Exception, pytest.fail.Exception) as error:
        for mock in item.stash.get(MOCKS, ()):
            mock.annotate(error)
        raise
    for mock in item.stash.get(MOCKS, ()):
        if unexpected := mock.unexpected():
            pytest.fail(mock.report(unexpected), pytrace=False)


@contextmanager
def _mock(request: pytest.FixtureRequest, *, serve: bool) -> Iterator[Mock]:
    item = request.node
    mock = _open_mock(request, serve=serve)
    with pytest.MonkeyPatch.context() as environment:
        try:
            for name, value in mock.environment.items():
                environment.setenv(name, value)
            item.stash.setdefault(MOCKS, []).append(mock)
            yield mock
            item.stash[MOCKS].remove(mock)
            _summary(request.config).add(mock, item.nodeid)
        finally:
            mock.close()


def _open_mock(request: pytest.FixtureRequest, *, serve: bool) -> Mock:
    """Return the mock of a test, open; fail the test if its options are invalid."""
    try:
        from leadway_mock.testing import Mock  # noqa: PLC0415 - only when a test uses it
        from leadway_mock.testing.plugin_support import parse_marks  # noqa: PLC0415 - the same
    except ModuleNotFoundError as error:
        hint = "Install it with: pip install 'leadway[mock]'"
        pytest.fail(f"leadway_mock needs {error.name}, which is not installed. {hint}")
    hosts = request.getfixturevalue("_leadway_mock_hosts")
    settings = request.getfixturevalue("leadway_mock_settings")
    marks, allow = request.node.iter_markers(NAME), request.config.getini("leadway_mock_allow")
    try:
        options = parse_marks(list(marks), allow)
        folder = request.node.path.parent
        return Mock(shared_host=hosts.get(settings), serve=serve, folder=folder, **options).open()
    except ValueError as error:  # Errors of markers, dialogues, faults and settings are all this.
        text = str(error)
    return pytest.fail(text, pytrace=False)


def _summary(config: pytest.Config) -> RunSummary:
    from leadway_mock.testing import plugin_support  # noqa: PLC0415 - only when a test uses it

    return config.stash.setdefault(SUMMARY, plugin_support.RunSummary())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Send the summary of an xdist worker to the controller."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None and SUMMARY in session.config.stash:
        output[NAME] = session.config.stash[SUMMARY].to_json()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # noqa: ANN401 - of xdist, which may be absent
    """Add the summary of an xdist worker."""
    summary = getattr(node, "workeroutput", {}).get(NAME)
    if summary:
        _summary(node.config).add_json(summary)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print conformance and coverage of all tests together."""
    summary = config.stash.get(SUMMARY, None)
    verbosity = terminalreporter.verbosity
    text = summary.text(details=verbosity > 0) if summary is not None and verbosity >= 0 else ""
    if text:
        terminalreporter.section(NAME)
        terminalreporter.write_line(text)
