"""Waiting for a change of the namespace."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import httpx
import pytest

from leadway_mock.config.settings import Settings
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server
from tests.mock.client import EmulatorClient
from tests.mock.control_api.api import Api


def cursor(api: Api) -> str:
    return str(api.get("/changes")["cursor"])


def test_a_call_without_cursor_gets_a_response_at_once(api: Api) -> None:
    started = time.monotonic()
    assert api.get("/changes", timeout=30)["changed"] is True
    assert time.monotonic() - started < 5


def test_a_wait_without_a_change_times_out(api: Api) -> None:
    before = cursor(api)
    assert api.get("/changes", after=before, timeout=0) == {"cursor": before, "changed": False}


def test_a_wait_ends_with_the_change(api: Api, client: EmulatorClient) -> None:
    before = cursor(api)
    timer = threading.Timer(0.2, client.begin)
    timer.start()
    waited = api.get("/changes", after=before, timeout=30)
    timer.join()
    assert waited["changed"] is True
    assert waited["cursor"] != before


CHANGES: dict[str, Callable[[Api, str], object]] = {
    "settings": lambda api, _: api.call("PATCH", "/settings", {"profile": "observed"}),
    "clock": lambda api, _: api.post("/clock/freeze", {}),
    "fault": lambda api, _: api.post("/faults", {"status": 500}, status=201),
    "dialogue": lambda api, _: api.call("PUT", "/dialogues/a", {"text": "user: a\nagent: b\n"}),
    "expiry": lambda api, session: api.post(f"/sessions/{session}/expire"),
    "fork": lambda api, session: api.post(f"/sessions/{session}/fork", {"turn": 1}, status=201),
    "deletion": lambda api, session: api.call("DELETE", f"/sessions/{session}"),
    "reset": lambda api, _: api.post("/reset", {}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_cursor_changes_with(api: Api, client: EmulatorClient, change: str) -> None:
    session = str(client.begin())
    before = cursor(api)
    CHANGES[change](api, session)
    assert api.get("/changes", after=before, timeout=0)["changed"] is True


def test_looking_changes_nothing(api: Api, client: EmulatorClient) -> None:
    session = client.begin()
    before, shown = cursor(api), api.get(f"/sessions/{session}")
    for path in ("/sessions", f"/sessions/{session}", f"/sessions/{session}/export", "/journal"):
        api.get(path)
    client.clock.advance(1799)
    assert api.get(f"/sessions/{session}") == shown
    client.clock.advance(2)
    assert api.get(f"/sessions/{session}")["expired"] is True
    assert cursor(api) == before


def test_a_stopping_server_does_not_wait_for_the_call(wait_begun: threading.Event) -> None:
    app = create_app()
    with open_server(app, Settings(port=0), grace=10) as server:
        url = f"{server.url}/__mock/changes"
        after = httpx.get(url).json()["cursor"]
        query = {"after": after, "timeout": 30}
        thread = threading.Thread(target=lambda: httpx.get(url, params=query, timeout=60))
        thread.start()
        assert wait_begun.wait(10)
        started = time.monotonic()
        server.stop()
        thread.join(10)
    assert time.monotonic() - started < 5
