"""Pages of Chromium that reach one mock and nothing else; the mock beside them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from leadway_mock.agents.builtin import ECHO_ID

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="Playwright is not installed; make test-browser installs it"
)

LOCATION = "C2QujeCh8ZnC7al2InWR"
TOKEN = "pit-12345678-1234-4234-8234-123456789abc"
EXPECTED_LOG = re.compile(r"Failed to load resource")
"""Chromium logs each response that is an error; the tests cause some on purpose."""

expect = sync_api.expect
expect.set_options(timeout=10_000)


class Mock:
    """A running mock, and calls of it beside those of the browser."""

    def __init__(self, url: str, http: httpx.Client) -> None:
        self.url = url
        self.http = http

    def say(self, message: str = "hello", **fields: Any) -> dict[str, Any]:
        """Send a message; return the body of the response."""
        agent = fields.pop("agent", ECHO_ID)
        body = {"message": message, "locationId": LOCATION, **fields}
        headers = {"Authorization": f"Bearer {TOKEN}", "Version": "2021-07-28"}
        path = f"/agent-studio/agent/{agent}/execute"
        content: dict[str, Any] = self.http.post(path, json=body, headers=headers).json()
        return content

    def talk(self, *messages: str, **fields: Any) -> str:
        """Have a conversation; return its executionId."""
        session = str(self.say(messages[0], **fields)["executionId"])
        for message in messages[1:]:
            self.say(message, executionId=session, **fields)
        return session

    def control(self, method: str, path: str, body: object = None) -> Any:
        """Return the JSON of a call of the control API."""
        options: dict[str, Any] = {} if method == "GET" else {"json": body or {}}
        return self.http.request(method, f"/__mock{path}", **options).raise_for_status().json()


class Browser:
    """Pages of one test in a browser profile that tests share; collects what goes wrong in them.

    A new profile costs more than the rest of a page, so each worker has one for each `locale`.
    Tests do not meet in it: each mock has a port, thus an origin, of its own.
    """

    def __init__(self, context: Any, viewport: dict[str, int], **media: str) -> None:
        self.context = context
        self.viewport = viewport
        self.media = media
        self.allowed = ""
        self.foreign: list[str] = []
        self.problems: list[str] = []
        self._pages: list[Any] = []
        self._listeners: list[tuple[str, Callable[[Any], None]]] = []
        self.listen("request", self._examine)
        self.listen("requestfailed", self._pardon)

    def open(self, url: str) -> Any:
        """Return a page that shows `url`; its origin is the only one that pages may call."""
        self.allowed = "/".join(url.split("/")[:3])
        page = self.context.new_page()
        self._pages.append(page)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._log)
        page.set_viewport_size(self.viewport)
        if self.media:
            page.emulate_media(**self.media)
        page.goto(url)
        return page

    def listen(self, event: str, listener: Callable[[Any], None]) -> None:
        """Call `listener` with each `event` of the context, such as "request"."""
        self.context.on(event, listener)
        self._listeners.append((event, listener))

    def close(self) -> None:
        """Close the pages, and forget what they have stored."""
        for event, listener in self._listeners:
            self.context.remove_listener(event, listener)
        for page in self._pages:
            if not page.is_closed():
                if page.url.startswith("http"):
                    page.evaluate("() => localStorage.clear()")
                page.close()

    def check(self) -> None:
        """Assert that no page had an error, or called another address."""
        assert self.problems == []
        assert self.foreign == []

    def _log(self, message: Any) -> None:
        if message.type == "error" and not EXPECTED_LOG.search(message.text):
            self.problems.append(message.text)

    def _examine(self, request: Any) -> None:
        if not request.url.startswith((f"{self.allowed}/", "blob:")):
            self.foreign.append(request.url)

    def _pardon(self, request: Any) -> None:
        """Forget a request that the Content-Security-Policy stopped: the page made none."""
        if request.failure == "csp":
            self.foreign.remove(request.url)
