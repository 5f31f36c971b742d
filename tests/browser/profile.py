"""Pages of Chromium that reach one mock and nothing else; the mock beside them."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from leadway_mock.agents.builtin import ECHO_ID

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="Playwright is not installed; make test-browser installs it"
)

TIMEOUT_MS = 10_000
LOCATION = "C2QujeCh8ZnC7al2InWR"
TOKEN = "pit-12345678-1234-4234-8234-123456789abc"
EXPECTED_LOG = re.compile(r"Failed to load resource")
"""Chromium logs each response that is an error; the tests cause some on purpose."""

expect = sync_api.expect
expect.set_options(timeout=TIMEOUT_MS)


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
    """A browser profile whose pages reach the mock only; collects what goes wrong in them."""

    def __init__(self, chromium: Any, **options: Any) -> None:
        options = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US", **options}
        self.context = chromium.new_context(accept_downloads=True, **options)
        self.context.set_default_timeout(TIMEOUT_MS)
        self.context.route("**/*", self._route)
        self.allowed = ""
        self.blocked: list[str] = []
        self.problems: list[str] = []

    def open(self, url: str) -> Any:
        """Return a page that shows `url`; its origin is the only one that pages can reach."""
        self.allowed = "/".join(url.split("/")[:3])
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._log)
        page.goto(url)
        return page

    def _log(self, message: Any) -> None:
        if message.type == "error" and not EXPECTED_LOG.search(message.text):
            self.problems.append(message.text)

    def _route(self, route: Any) -> None:
        if route.request.url.startswith((f"{self.allowed}/", "blob:")):
            route.continue_()
        else:
            self.blocked.append(route.request.url)
            route.abort()

    def check(self) -> None:
        """Assert that no page had an error, or called another address."""
        assert self.problems == []
        assert self.blocked == []
