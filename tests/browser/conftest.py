"""Chromium, one for all tests of a process, and a mock for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from leadway_mock.config.settings import Settings
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server

if TYPE_CHECKING:  # Playwright may be absent; then the tests are skipped when they import this.
    from tests.browser.profile import Browser, Mock

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium."""
    from tests.browser.profile import sync_api  # noqa: PLC0415 - as above

    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed; make test-browser installs it as root on Debian")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Mock]]:
    """Function that starts a mock with settings; `port` makes it return to an address."""
    from tests.browser.profile import Mock  # noqa: PLC0415 - as above

    with ExitStack() as stack:

        def start(**settings: Any) -> Mock:
            given = Settings(**{"port": 0, "seed": 1, "quiet": True, **settings})
            emulator = stack.enter_context(closing(build_emulator(given)))
            app = create_app(emulator=emulator)
            url = stack.enter_context(open_server(app, given)).url
            return Mock(url, stack.enter_context(httpx.Client(base_url=url, timeout=30)))

        yield start


@pytest.fixture
def mock(serve: Callable[..., Mock]) -> Mock:
    return serve()


@pytest.fixture
def browse(chromium: Any) -> Iterator[Callable[..., Browser]]:
    """Function that opens a browser profile, for example with `locale` or `color_scheme`."""
    from tests.browser.profile import Browser  # noqa: PLC0415 - as above

    profiles: list[Browser] = []

    def new(**options: Any) -> Browser:
        profiles.append(Browser(chromium, **options))
        return profiles[-1]

    yield new
    for profile in profiles:
        profile.context.close()
    for profile in profiles:
        profile.check()


@pytest.fixture
def browser(browse: Callable[..., Browser]) -> Browser:
    return browse()


@pytest.fixture
def page(browser: Browser, mock: Mock) -> Any:
    """The console of the mock."""
    return browser.open(f"{mock.url}/")
