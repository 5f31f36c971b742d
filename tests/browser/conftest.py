"""Chromium and its profiles, one for all tests of a process, and a mock for each test."""

from __future__ import annotations

import shutil
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import cache
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
    "--process-per-site",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
"""No GPU, no calls of its own, and no other host than this machine."""

DESKTOP = {"width": 1280, "height": 800}
TIMEOUT_MS = 10_000
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Clients of mocks without TLS share it, because to load authorities takes 40 ms each time."""


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
            http = httpx.Client(base_url=url, timeout=30, verify=NO_TLS)
            return Mock(url, stack.enter_context(http))

        yield start


@pytest.fixture
def mock(serve: Callable[..., Mock]) -> Mock:
    return serve()


@pytest.fixture(scope="session")
def profile(chromium: Any) -> Iterator[Callable[[str], Any]]:
    """Function that returns the browser profile of a locale."""
    with open_server(create_app(), Settings(port=0, quiet=True)) as server:

        @cache
        def profile_of(locale: str) -> Any:
            context = chromium.new_context(locale=locale)
            context.set_default_timeout(TIMEOUT_MS)
            # While a page is open, its process opens other pages in a third of the time.
            context.new_page().goto(f"{server.url}/__mock/health")
            return context

        yield profile_of


@pytest.fixture
def browse(profile: Callable[[str], Any]) -> Iterator[Callable[..., Browser]]:
    """Function that prepares pages with a `locale`, a `viewport` and a `color_scheme`, say."""
    from tests.browser.profile import Browser  # noqa: PLC0415 - as above

    browsers: list[Browser] = []

    def new(locale: str = "en-US", viewport: dict[str, int] = DESKTOP, **media: str) -> Browser:
        browsers.append(Browser(profile(locale), viewport, **media))
        return browsers[-1]

    yield new
    for browser in browsers:
        browser.close()
    for browser in browsers:
        browser.check()


@pytest.fixture
def browser(browse: Callable[..., Browser]) -> Browser:
    return browse()


@pytest.fixture
def page(browser: Browser, mock: Mock) -> Any:
    """The console of the mock."""
    return browser.open(f"{mock.url}/")
