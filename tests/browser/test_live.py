"""Live updates: nine tabs, one long poll, a server that stops and returns; deep links."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import httpx

from leadway_mock.config.settings import Settings
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server
from tests.browser.profile import Browser, Mock, expect

TABS = 9


def test_nine_tabs_are_live_with_one_waiting_call(browser: Browser, mock: Mock) -> None:
    waiting: set[Any] = set()
    watchers: set[Any] = set()

    def begin(request: Any) -> None:
        if "/__mock/changes" in request.url:
            waiting.add(request)
            watchers.add(request.frame.page)

    def end(request: Any) -> None:
        waiting.discard(request)

    browser.listen("request", begin)
    for event in ("requestfinished", "requestfailed"):
        browser.listen(event, end)
    tabs = [browser.open(f"{mock.url}/__mock/") for _ in range(TABS)]
    for tab in tabs:
        expect(tab.locator("#status")).to_have_text("Live")
    for count in (1, 2):
        mock.say(f"number {count}")
        for tab in tabs:
            expect(tab.locator("#list .row")).to_have_count(count)
    assert len(watchers) == 1
    assert len(waiting) <= 1
    watchers.clear()
    tabs[0].close()  # It was the first, so another one takes over.
    mock.say("number 3")
    for tab in tabs[1:]:
        expect(tab.locator("#list .row")).to_have_count(3)
    assert len(watchers) == 1


def test_a_stopped_server_is_announced_and_reconnected_to(browser: Browser) -> None:
    with closing(build_emulator(Settings(seed=1))) as emulator:
        app = create_app(emulator=emulator)
        with open_server(app, Settings(port=0)) as server:
            port, url = int(server.url.rpartition(":")[2]), server.url
            tabs = [browser.open(f"{url}/__mock/") for _ in range(2)]
            for tab in tabs:
                expect(tab.locator("#status")).to_have_text("Live")
        for tab in tabs:
            expect(tab.locator("#banner")).to_contain_text("The mock does not respond")
            expect(tab.locator("#status")).to_have_text("Disconnected")
        with open_server(app, Settings(port=port)):
            for tab in tabs:
                expect(tab.locator("#status")).to_have_text("Live")
                expect(tab.locator("#banner")).to_be_hidden()
            with httpx.Client(base_url=url) as http:
                Mock(url, http).say("again")
            for tab in tabs:
                expect(tab.locator("#list .row")).to_have_count(1)


def test_a_text_being_typed_survives_updates(page: Any, mock: Mock) -> None:
    box = page.get_by_role("textbox", name="Message")
    box.fill("half a sen")
    box.press("End")
    mock.say("somebody else")
    expect(page.locator("#list .row")).to_have_count(1)
    page.keyboard.type("tence")
    assert box.input_value() == "half a sentence"


def test_deep_links_survive_a_reload(browser: Browser, mock: Mock) -> None:
    session = mock.talk("one", "two")
    places = {
        f"sessions/{session}/turns/2": "Turn 2",
        "journal/1": "Request 1",
        "behaviours/session-expired": "Behaviours",
        "conformance": "Conformance of your client",
        "controls": "Controls",
    }
    page = browser.open(f"{mock.url}/__mock/")
    for place, text in places.items():
        page.goto(f"{mock.url}/__mock/#/{place}")
        page.reload()
        expect(page.get_by_text(text, exact=True).first).to_be_visible()
        assert page.url.endswith(f"#/{place}")


def test_a_session_that_is_gone_leads_back_to_the_list(browser: Browser, mock: Mock) -> None:
    page = browser.open(f"{mock.url}/__mock/#/sessions/gone")
    expect(page.locator("#toast")).to_contain_text("no session 'gone'")
    expect(page.get_by_role("heading", name="Talk to an agent")).to_be_visible()


def test_heavy_traffic_does_not_make_the_page_flood_the_server(
    browser: Browser, mock: Mock
) -> None:
    page = browser.open(f"{mock.url}/__mock/")
    expect(page.locator("#status")).to_have_text("Live")
    calls: list[str] = []
    page.on("request", lambda request: calls.append(request.url))
    started = time.monotonic()
    for number in range(300):
        mock.say(str(number))
    expect(page.locator("#list .count")).to_have_text("300")
    assert len(calls) < 40 * (1 + time.monotonic() - started)


def test_the_address_of_a_call_opens_its_view(browse: Callable[..., Browser], mock: Mock) -> None:
    session = mock.talk("hello")
    page = browse().open(f"{mock.url}/__mock/sessions/{session}")
    expect(page.locator(".theirs")).to_have_text("Turn 1. You said: hello")
    page.goto(f"{mock.url}/__mock/journal")
    expect(page.locator(".row.entry")).to_have_count(1)
