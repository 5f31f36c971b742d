"""Accessibility, keyboard, small windows, languages, colours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.profile import Browser, Mock, expect

ROOT = Path(__file__).parents[2]
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
OTHER_VIEWS = {
    "empty": ["controls", "behaviours/quota-exceeded"],
    "long": ["journal"],
    "error": ["journal/32", "conformance"],
}
FIRST_LINE = {"en": "Talk to an agent", "es": "Conversa con un agente"}


def fill(mock: Mock, state: str) -> str:
    """Bring a mock into a state; return the view that shows it."""
    if state == "empty":
        return ""
    session = mock.talk(*[f"message {number} " + "long " * number for number in range(1, 31)])
    if state == "long":
        return f"sessions/{session}/turns/30"
    mock.control("PUT", "/dialogues/a", {"text": "user: a\nagent: b\n"})
    mock.say("nothing expects this")
    mock.control("POST", "/faults", {"status": 500})
    mock.say("broken", executionId=session)
    mock.say("wrong", input="x")
    number = mock.control("GET", "/journal")["written"]
    return f"sessions/{session}/entries/{number - 1}"


def violations(page: Any) -> list[str]:
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(f"() => {{ {AXE} }}")
    found = page.evaluate("() => axe.run({resultTypes: ['violations']})")
    return [
        f"{each['id']}: {node['html'][:150]} {node['failureSummary'][:300]}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("state", ["empty", "long", "error"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_axe_finds_nothing(
    browse: Callable[..., Browser], mock: Mock, language: str, state: str
) -> None:
    """In light and dark colours; the other views in one of them."""
    browser = browse(locale=language, reduced_motion="reduce", color_scheme="light")
    view = fill(mock, state)
    page = browser.open(f"{mock.url}/__mock/#/{view}")
    expect(page.locator("html")).to_have_attribute("lang", language)
    wait_for_view(page, view)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == []
    page.emulate_media(color_scheme="light" if language == "en" else "dark")
    for other in OTHER_VIEWS[state]:
        page.goto(f"{mock.url}/__mock/#/{other}")
        wait_for_view(page, other)
        assert violations(page) == []


def wait_for_view(page: Any, view: str) -> None:
    tab = view.partition("/")[0] or "sessions"
    expect(page.locator("main")).to_have_attribute("data-tab", tab)
    expect(page.locator("#view h2").first).to_be_visible()


def test_axe_finds_nothing_in_the_dialog(browser: Browser, mock: Mock) -> None:
    page = browser.open(f"{mock.url}/__mock/#/sessions/{mock.talk('hello')}")
    page.get_by_role("button", name="Save as a test").click()
    expect(page.get_by_role("dialog").locator("pre").first).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize(("width", "height"), [(320, 640), (640, 400), (1024, 700)])
def test_nothing_is_wider_than_the_window(
    browse: Callable[..., Browser], mock: Mock, width: int, height: int
) -> None:
    """640 by 400 is a window of 1,280 by 800 at 200 % zoom."""
    browser = browse(viewport={"width": width, "height": height})
    session = mock.talk("x" * 300, "hello", contactId="x" * 300)
    page = browser.open(f"{mock.url}/__mock/#/sessions/{session}/turns/2")
    views = [f"sessions/{session}", f"sessions/{session}/turns/1", "new", "", "journal/1"]
    for view in [*views, "conformance", "behaviours", "controls"]:
        page.goto(f"{mock.url}/__mock/#/{view}")
        tab = "sessions" if view in {"", "new"} else view.split("/")[0]
        expect(page.locator("main")).to_have_attribute("data-tab", tab)
        page.evaluate("() => new Promise(requestAnimationFrame)")
        wide = page.evaluate(
            "() => [document.body, ...document.querySelectorAll('main > section, #view')]"
            ".filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.id)"
        )
        assert wide == [], view


def test_a_small_window_shows_one_pane_and_escape_returns(
    browse: Callable[..., Browser], mock: Mock
) -> None:
    browser = browse(viewport={"width": 320, "height": 640})
    page = browser.open(f"{mock.url}/__mock/")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".theirs")).to_be_visible()
    page.locator(".meta a").click()
    expect(page.locator("#detail dl")).to_be_visible()
    expect(page.locator("#view")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator(".theirs")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#list .row")).to_be_visible()
    expect(page.locator("#view")).to_be_hidden()


def test_the_whole_path_by_keyboard(browser: Browser, mock: Mock) -> None:
    first, second = mock.talk("one", "two"), mock.talk("three")
    page = browser.open(f"{mock.url}/__mock/")
    expect(page.locator("#list .row")).to_have_count(2)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.locator(".theirs")).to_have_text("Turn 1. You said: three")
    page.keyboard.press("Escape")
    expect(page.locator(f"#s-{second}")).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator(f"#s-{first}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_count(2)
    page.locator("#view").focus()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Turn 2")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#t-2")).to_be_focused()
    page.goto(f"{mock.url}/__mock/#/journal")
    expect(page.locator(".row.entry")).to_have_count(3)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#detail dl")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#j-3")).to_be_focused()


def test_a_message_is_typed_and_sent_by_keyboard(page: Any) -> None:
    box = page.get_by_role("textbox", name="Message")
    box.fill("")
    box.focus()
    page.keyboard.type("jk first")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("second")
    page.keyboard.press("Enter")
    expect(page.locator(".mine")).to_have_text("jk first\nsecond")
    expect(box).to_be_focused()
    expect(box).to_have_value("")


def test_arrows_scroll(browser: Browser, mock: Mock) -> None:
    session = mock.talk(*[f"message {number}" for number in range(30)])
    page = browser.open(f"{mock.url}/__mock/#/sessions/{session}")
    expect(page.locator(".turn")).to_have_count(30)
    page.locator("#view").focus()
    page.evaluate("() => { document.getElementById('view').scrollTop = 200; }")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => document.getElementById('view').scrollTop > 200")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("PageUp")
    page.wait_for_function("() => document.getElementById('view').scrollTop < 200")


def test_each_view_begins_at_its_top_and_a_turn_is_in_sight(browser: Browser, mock: Mock) -> None:
    session = mock.talk(*[f"message {number}" for number in range(1, 31)])
    place = f"{mock.url}/__mock/#/sessions/{session}"
    page = browser.open(place)
    expect(page.locator("#t-30")).to_be_in_viewport()
    page.goto(f"{place}/turns/3")
    expect(page.locator("#t-3")).to_have_attribute("aria-current", "true")
    is_on_top = """(each) => {
        const { x, y } = each.getBoundingClientRect();
        return document.elementFromPoint(x + 5, y + 5) === each;
    }"""
    assert page.locator("#t-3").evaluate(is_on_top)
    page.get_by_role("link", name="Journal").click()
    expect(page.locator("#j-30")).to_be_in_viewport()
    page.goto(place)
    expect(page.locator("#t-30")).to_be_in_viewport()


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_language_is_the_browsers_and_can_be_changed(
    browse: Callable[..., Browser], mock: Mock, language: str
) -> None:
    page = browse(locale=language).open(f"{mock.url}/__mock/")
    expect(page.get_by_role("heading", level=2).last).to_have_text(FIRST_LINE[language])
    other = "es" if language == "en" else "en"
    page.locator("#language").select_option(other)
    expect(page.get_by_role("heading", level=2).last).to_have_text(FIRST_LINE[other])
    page.reload()
    expect(page.get_by_role("heading", level=2).last).to_have_text(FIRST_LINE[other])


def test_a_page_in_another_language_is_english(browse: Callable[..., Browser], mock: Mock) -> None:
    page = browse(locale="fr-FR").open(f"{mock.url}/__mock/")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_forced_colours_and_reduced_motion_are_kept(
    browse: Callable[..., Browser], mock: Mock
) -> None:
    session = mock.talk("hello")
    browser = browse(forced_colors="active", reduced_motion="reduce")
    page = browser.open(f"{mock.url}/__mock/#/sessions/{session}")
    expect(page.locator(".theirs")).to_be_visible()
    style = (
        "(each) => [getComputedStyle(each).borderTopWidth,"
        " getComputedStyle(each).transitionDuration]"
    )
    width, _ = page.locator(".theirs").evaluate(style)
    assert width == "1px"
    _, duration = page.get_by_role("button", name="Send").evaluate(style)
    assert duration == "0s"
