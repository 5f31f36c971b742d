"""pytest plug-in: the fixtures `leadway_mock…`, strict by default, and a summary of the run.

pytest loads this module in every run, so it imports the mock only when a test uses it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from leadway_mock.dialogues.builder import Place
    from leadway_mock.testing import Mock
    from leadway_mock.testing.host import HostPool
    from leadway_mock.testing.live_target import LiveService, LiveTarget
    from leadway_mock.testing.plugin_support import RunSummary

NAME = "leadway_mock"
SESSION = "leadway_mock_session"
FIXTURES = frozenset({NAME, SESSION, "leadway_mock_wsgi"})
ENVIRONMENT = "leadway_mock_environment"
MARKER = (
    "leadway_mock(dialogue=, faults=, settings=, strict=, allow=, any_token=): options of this"
    " test's mock; see leadway_mock.testing.Mock"
)
VERIFIED = "leadway_verified"
VERIFIED_MARKER = (
    "leadway_verified: this test is also true of the live service; --leadway-target=URL runs it"
    " there"
)
MOCK_TARGET = "mock"
MOCKS = pytest.StashKey["list[Mock]"]()
LIVE = pytest.StashKey["LiveService"]()
EARLY_MOCK = pytest.StashKey["Mock"]()
HOSTS = pytest.StashKey["HostPool"]()
SUMMARY = pytest.StashKey["RunSummary"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the options."""
    add = parser.getgroup(NAME).addoption
    text = "where tests with the marker leadway_verified run: the mock, or a live service"
    add("--leadway-target", metavar="mock|URL", default=MOCK_TARGET, help=text)
    text = "how often agents of the live service may run (default: %(default)s)"
    add("--leadway-max-runs", metavar="N", type=int, default=20, help=text)
    text = "time between two requests to the live service (default: %(default)s)"
    add("--leadway-interval", metavar="SECONDS", type=float, default=0.5, help=text)
    text = (
        "unexpected interactions that no test with leadway_mock fails for:"
        " unscripted, contract, wrong-token, unused"
    )
    parser.addini("leadway_mock_allow", text, type="args", default=[])
    text = (
        "start the mock before conftest.py is imported, for applications that read LEADWAY_BASE_URL"
        " when they are imported; leadway_mock then has one URL and one token in all tests"
    )
    parser.addini(ENVIRONMENT, text, type="bool", default=False)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Start the mock and set the environment, if the ini option is set."""
    if early_config.getini(ENVIRONMENT):
        hosts = _hosts(early_config)
        early_config.add_cleanup(hosts.close)
        mock = _new_mock(shared_host=hosts.get({})).open()
        early_config.add_cleanup(mock.close)
        environment = pytest.MonkeyPatch()
        early_config.add_cleanup(environment.undo)
        _set_environment(environment, mock)
        early_config.stash[EARLY_MOCK] = mock
    yield


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers; start the proxy to the live service if there is one."""
    config.addinivalue_line("markers", MARKER)
    config.addinivalue_line("markers", VERIFIED_MARKER)
    if config.getoption("leadway_target") != MOCK_TARGET:
        config.stash[LIVE] = _live_service(config)


@pytest.fixture
def leadway_mock(request: pytest.FixtureRequest) -> Iterator[Mock]:
    """Mock of this test, or the live service; the environment directs the application to it."""
    if _runs_live(request):
        with pytest.MonkeyPatch.context() as environment:
            target = _live_target(request)
            _set_environment(environment, target)
            yield target
        return
    if EARLY_MOCK in request.config.stash:
        session = request.getfixturevalue(SESSION)
        with _session_mock(request, session, reset=True):
            yield session
        return
    with _mock(request, serve=True) as mock:
        yield mock


@pytest.fixture
def leadway_mock_wsgi(request: pytest.FixtureRequest) -> Iterator[Mock]:
    """Mock without a socket: call its `wsgi_app`."""
    if _runs_live(request):
        pytest.skip("a live service has no WSGI application; use leadway_mock")
    with _mock(request, serve=False) as mock:
        yield mock


@pytest.fixture(scope="session")
def leadway_mock_session(
    request: pytest.FixtureRequest, leadway_mock_settings: Mapping[str, Any]
) -> Iterator[Mock]:
    """Mock with one URL, token and namespace for all tests; the environment leads to it."""
    mock = request.config.stash.get(EARLY_MOCK, None)
    if mock is None:
        with _fail_on_invalid_options():
            host = _hosts(request.config).get(leadway_mock_settings)
            mock = _new_mock(shared_host=host).open()
    with pytest.MonkeyPatch.context() as environment:
        _set_environment(environment, mock)
        yield mock
    if len(mock.journal):
        _summary(request.config).add(mock, SESSION)
    if EARLY_MOCK not in request.config.stash:
        mock.close()


@pytest.fixture
def _leadway_mock_session_test(
    request: pytest.FixtureRequest, leadway_mock_session: Mock
) -> Iterator[None]:
    """Judge what a test sends to the session's mock; reset the mock if the test has the marker."""
    if _runs_live(request):
        pytest.skip("a mock of the whole session cannot be replaced; use leadway_mock")
    reset = request.node.get_closest_marker(NAME) is not None
    with _session_mock(request, leadway_mock_session, reset=reset):
        yield


@pytest.fixture(scope="session")
def leadway_mock_settings() -> Mapping[str, Any]:
    """Settings that the mock starts with, such as `agents_file`; override this fixture."""
    return {}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Add the fixture to a test that has the marker, itself or by its class or module."""
    names = getattr(item, "fixturenames", None)
    if names is None:
        return
    is_marked = any(item.get_closest_marker(name) for name in (NAME, VERIFIED))
    if is_marked and not FIXTURES & set(names):
        names.insert(0, NAME)  # The first one, so that the others find its environment.
    if SESSION in names and NAME not in names:
        names.insert(0, "_leadway_mock_session_test")


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
    with _fail_on_invalid_options():
        settings = request.getfixturevalue("leadway_mock_settings")
        host, options = _hosts(request.config).get(settings), _options(request)
        mock = _new_mock(shared_host=host, serve=serve, folder=item.path.parent, **options)
        mock.place = _place(request)
        mock.open()
    with pytest.MonkeyPatch.context() as environment:
        try:
            _set_environment(environment, mock)
            item.stash.setdefault(MOCKS, []).append(mock)
            yield mock
            item.stash[MOCKS].remove(mock)
            _summary(request.config).add(mock, item.nodeid)
        finally:
            mock.close()


@contextmanager
def _session_mock(request: pytest.FixtureRequest, mock: Mock, *, reset: bool) -> Iterator[None]:
    """Judge one test by the session's mock; with `reset`, the mock is empty before and after."""
    item, summary = request.node, _summary(request.config)
    with _fail_on_invalid_options():
        options = _options(request)
        if EARLY_MOCK in request.config.stash:  # It began without these settings.
            settings = request.getfixturevalue("leadway_mock_settings")
            options = {**(settings if isinstance(settings, Mapping) else {}), **options}
        if reset and len(mock.journal):
            summary.add(mock, SESSION)
        mock.place = _place(request)
        mock.begin_test(reset=reset, folder=item.path.parent, **options)
    item.stash.setdefault(MOCKS, []).append(mock)
    yield
    item.stash[MOCKS].remove(mock)
    if reset:
        summary.add(mock, item.nodeid)
        mock.begin_test(reset=True)


def _runs_live(request: pytest.FixtureRequest) -> bool:
    """Return whether a test runs against the live service."""
    is_verified = request.node.get_closest_marker(VERIFIED) is not None
    return is_verified and LIVE in request.config.stash


def _live_target(request: pytest.FixtureRequest) -> Any:  # noqa: ANN401 - in place of a `Mock`
    """Return the live service of a test; skip the test if it needs a mock or the budget is used."""
    from leadway_mock.testing.live_target import MOCK_OPTIONS  # noqa: PLC0415 - when needed

    if EARLY_MOCK in request.config.stash:
        pytest.skip(f"the ini option {ENVIRONMENT} has fixed the URL of the mock")
    service = request.config.stash[LIVE]
    names = {name for mark in request.node.iter_markers(NAME) for name in mark.kwargs}
    if unsupported := [name for name in MOCK_OPTIONS if name in names]:
        pytest.skip(f"{', '.join(unsupported)} of the marker {NAME} needs a mock")
    if service.budget.is_used_up:
        pytest.skip(f"the budget of {service.budget.max_runs} agent runs is used up")
    return service.target()


def _live_service(config: pytest.Config) -> LiveService:
    """Return the open proxy to the live service; raises `pytest.UsageError`."""
    from leadway_mock.recording.upstream import UpstreamError  # noqa: PLC0415 - when needed
    from leadway_mock.testing.live_target import LiveService  # noqa: PLC0415 - when needed

    if hasattr(config, "workerinput") or getattr(config.option, "numprocesses", None):
        raise pytest.UsageError("--leadway-target=URL needs one process, for its pace: use -n0.")
    try:
        service = LiveService(
            config.getoption("leadway_target"),
            os.environ,
            max_runs=config.getoption("leadway_max_runs"),
            interval_seconds=config.getoption("leadway_interval"),
        )
    except (UpstreamError, ValueError) as error:
        raise pytest.UsageError(str(error)) from None
    config.add_cleanup(service.close)
    return service


def _place(request: pytest.FixtureRequest) -> Place:
    """Return the file and line of a test, where its marker is or near it."""
    from leadway_mock.dialogues.builder import Place  # noqa: PLC0415 - when needed

    return Place(str(request.node.path), (request.node.location[1] or 0) + 1)


def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return the options of a test's markers; raises `ValueError` if they are invalid."""
    from leadway_mock.testing.plugin_support import parse_marks  # noqa: PLC0415 - when needed

    marks, allow = request.node.iter_markers(NAME), request.config.getini("leadway_mock_allow")
    return parse_marks(list(marks), allow)


@contextmanager
def _fail_on_invalid_options() -> Iterator[None]:
    """Fail a test, without a traceback, if its dialogues, faults or settings are invalid."""
    try:
        yield
    except (TypeError, ValueError) as error:
        pytest.fail(str(error), pytrace=False)


def _new_mock(**options: Any) -> Mock:  # noqa: ANN401 - the arguments of `Mock`
    from leadway_mock.testing import Mock  # noqa: PLC0415 - only when a test uses it

    return Mock(**options)


def _set_environment(environment: pytest.MonkeyPatch, mock: Mock | LiveTarget) -> None:
    for name, value in mock.environment.items():
        environment.setenv(name, value)


def _hosts(config: pytest.Config) -> HostPool:
    """Return the hosts of this process; fail if the mock is not installed."""
    try:
        from leadway_mock.testing.host import HostPool  # noqa: PLC0415 - only when a test uses it
    except ModuleNotFoundError as error:
        from leadway_command import install_hint  # noqa: PLC0415 - only when it fails

        hint = install_hint("mock")
        pytest.fail(
            f"leadway_mock needs {error.name}, which is not installed. {hint}", pytrace=False
        )
    if HOSTS not in config.stash:
        config.stash[HOSTS] = HostPool()
    return config.stash[HOSTS]


def _summary(config: pytest.Config) -> RunSummary:
    from leadway_mock.testing import plugin_support  # noqa: PLC0415 - only when a test uses it

    return config.stash.setdefault(SUMMARY, plugin_support.RunSummary())


@pytest.hookimpl(trylast=True)  # After the fixtures of the session have ended.
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Close the hosts; send the summary of an xdist worker to the controller."""
    stash = session.config.stash
    if HOSTS in stash and EARLY_MOCK not in stash:
        stash[HOSTS].close()
    output = getattr(session.config, "workeroutput", None)
    if output is not None and SUMMARY in stash:
        output[NAME] = stash[SUMMARY].to_json()


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
    if LIVE in config.stash:
        service = config.stash[LIVE]
        terminalreporter.section(VERIFIED)
        runs = f"{service.budget.used} of at most {service.budget.max_runs}"
        terminalreporter.write_line(f"{service.origin}: {runs} runs of agents")
    text = summary.text(details=verbosity > 0) if summary is not None and verbosity >= 0 else ""
    if text:
        terminalreporter.section(NAME)
        terminalreporter.write_line(text)
