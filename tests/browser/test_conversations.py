"""The path of a newcomer: talk, look at a turn, break one, fork, save a test and run it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from leadway_mock.agents.builtin import GOAL_ID, MANAGED_ID
from tests.browser.profile import Browser, Mock, expect


def send(page: Any, text: str) -> None:
    page.get_by_role("textbox", name="Message").fill(text)
    page.get_by_role("button", name="Send").click()


def test_a_newcomer_talks_breaks_forks_saves_and_runs_a_test(
    page: Any, mock: Mock, tmp_path: Path
) -> None:
    started = time.monotonic()
    assert page.url == f"{mock.url}/__mock/"
    expect(page.get_by_role("heading", name="Talk to an agent")).to_be_visible()
    expect(page.locator(".start pre")).to_contain_text("curl -s")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".theirs")).to_have_text("Turn 1. You said: How can you help me?")
    assert time.monotonic() - started < 10

    send(page, "On Tuesday")
    expect(page.locator(".theirs")).to_have_count(2)
    page.locator(".turn").nth(1).click()
    detail = page.locator("#detail")
    expect(detail.get_by_role("heading", name="Turn 2")).to_be_visible()
    expect(detail).to_contain_text("executionId")
    expect(detail).to_contain_text("curl -s")
    expect(detail.get_by_role("link", name="reply", exact=True)).to_be_visible()
    expect(detail.locator(".evidence")).to_have_text("documented")
    expect(detail).to_contain_text(re.compile(r"Duration.*\d ms"))

    page.get_by_label("Break the next message").select_option("break-500")
    send(page, "This one fails")
    expect(page.locator(".theirs.error")).to_be_visible()
    expect(page.locator("#list .row").first).to_contain_text("faulted")

    detail.get_by_role("button", name="Fork from here").click()
    expect(page.locator("#list .row")).to_have_count(2)
    expect(page.locator(".turn")).to_have_count(2)
    send(page, "Another way")
    expect(page.locator(".theirs").last).to_have_text("Turn 3. You said: Another way")

    page.get_by_role("button", name="Save as a test").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("test_conversation.py").first).to_be_visible()
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Download").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    command = dialog.locator("pre").last.inner_text()
    assert command == "pytest test_conversation.py"
    done = subprocess.run(
        [sys.executable, "-m", *command.split(), "-q", "-W", "error", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout
    for kind, text in (("Dialogue", "user:"), ("vitest test", "vitest"), ("curl script", "curl")):
        dialog.get_by_label(kind).check()
        expect(dialog.locator("pre").first).to_contain_text(text)


def test_a_lost_response_is_shown_as_lost(page: Any, mock: Mock) -> None:
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".theirs")).to_have_count(1)
    page.get_by_label("Break the next message").select_option("break-lost")
    send(page, "Is it lost?")
    expect(page.locator(".note")).to_contain_text("The client did not get this response")
    expect(page.locator("#result")).to_have_text(
        "The connection broke, as your client would see it."
    )
    (session,) = mock.control("GET", "/sessions")["sessions"]
    assert session["turns"] == 2
    page.get_by_text("Turn 2", exact=True).click()
    expect(page.locator("#detail dl")).to_contain_text("console: TRUNCATED_BODY · processed")
    page.get_by_role("link", name="New conversation").click()
    expect(page.locator("#result")).to_be_empty()  # It is of the other conversation.


def test_an_error_to_a_first_message_is_explained(page: Any) -> None:
    page.get_by_text("Options").click()
    boxes = [page.get_by_label(name).bounding_box() for name in ("Agent", "Location", "Contact")]
    for left, right in pairwise(boxes):
        assert left["x"] + left["width"] < right["x"]
    page.get_by_label("Contact").fill("c-1")
    page.get_by_label("Input variables (JSON)").fill("{")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#toast")).to_contain_text("must be JSON")
    page.get_by_label("Input variables (JSON)").fill("")
    page.get_by_label("Break the next message").select_option("break-429")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#result")).to_contain_text("429")


def test_thirty_turns_are_readable_without_a_click(browser: Browser, mock: Mock) -> None:
    session = mock.talk(*[f"message {number}" for number in range(1, 31)])
    page = browser.open(f"{mock.url}/__mock/#/sessions/{session}")
    expect(page.locator(".turn")).to_have_count(30)
    for number in (1, 30):
        page.get_by_text(
            f"You said: message {number}", exact=False
        ).first.scroll_into_view_if_needed()
        expect(page.get_by_text(f"Turn {number}. You said: message {number}")).to_be_visible()


def test_a_managed_agent_is_talked_to_by_its_own_path(page: Any, mock: Mock) -> None:
    page.get_by_text("Options").click()
    page.get_by_label("Agent").select_option(MANAGED_ID)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".theirs")).to_have_count(1)
    send(page, "And then?")
    expect(page.locator(".theirs").last).to_contain_text("Turn 2. You said: And then?")
    entries = mock.control("GET", "/journal")["entries"]
    assert {each["operationId"] for each in entries} == {"executeManagedAgent"}
    page.get_by_role("button", name="Save as a test").click()
    expect(page.get_by_role("dialog").locator("pre").first).to_contain_text("managed_agent(")
    page.keyboard.press("Escape")
    page.locator(".meta a").first.click()
    page.locator("#detail").get_by_role("button", name="Fork from here").click()
    expect(page.locator("#list .row")).to_have_count(2)
    send(page, "Another way")
    expect(page.locator(".theirs").last).to_contain_text("Turn 2. You said: Another way")
    page.locator(".meta a").last.click()
    page.locator("#detail").get_by_role("button", name="Repeat", exact=True).click()
    expect(page.locator(".theirs").last).to_contain_text("Turn 3. You said: Another way")


def test_the_state_of_a_session_follows_the_clock_of_the_mock(browser: Browser, mock: Mock) -> None:
    mock.control("POST", "/clock/freeze", {"time": "2026-11-22T09:00:00Z"})
    session = mock.talk("hello", contactId="ana-42")
    page = browser.open(f"{mock.url}/__mock/#/sessions/{session}")
    row = page.locator("#list .row")
    for text in ("Echo", "1 turn", "ana-42", "expires in 30:00"):
        expect(row).to_contain_text(text)
    mock.control("POST", "/clock/advance", {"seconds": 139})
    expect(row).to_contain_text("expires in 27:41")
    expect(page.locator("#clock")).to_contain_text("09:02:19 UTC")
    mock.control("POST", "/clock/advance", {"seconds": 1800})
    expect(row).to_contain_text("expired")
    send(page, "Too late")
    expect(page.locator(".theirs.error")).to_be_visible()
    page.get_by_text("Failed attempt").click()
    expect(page.locator("#detail")).to_contain_text("session-expired")
    expect(page.locator("#detail dl")).to_contain_text("Hint")


def test_a_turn_is_repeated_and_edited(browser: Browser, mock: Mock) -> None:
    session = mock.talk("one", "two", agent=GOAL_ID)
    page = browser.open(f"{mock.url}/__mock/#/sessions/{session}/turns/1")
    page.locator("#detail").get_by_role("button", name="Repeat", exact=True).click()
    expect(page.locator("#list .row")).to_have_count(2)  # The first message has no executionId.
    expect(page.locator(".turn")).to_have_count(1)
    page.goto(f"{mock.url}/__mock/#/sessions/{session}/turns/2")
    page.locator("#detail").get_by_role("button", name="Edit and repeat").click()
    body = page.get_by_role("dialog").get_by_role("textbox")
    body.fill(body.input_value().replace('"two"', '"three"'))
    page.get_by_role("dialog").get_by_role("button", name="Send").click()
    expect(page.locator(".mine").last).to_have_text("three")
    expect(page.locator(".turn")).to_have_count(3)
    expect(page.locator("#view")).to_contain_text("goal reached")


def test_a_session_is_expired_and_deleted(browser: Browser, mock: Mock) -> None:
    session = mock.talk("hello")
    page = browser.open(f"{mock.url}/__mock/#/sessions/{session}")
    page.get_by_role("button", name="Expire now").click()
    expect(page.locator("#list .row")).to_contain_text("expired")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Talk to an agent")).to_be_visible()
    assert mock.control("GET", "/sessions")["count"] == 0


def test_looking_is_no_activity(browser: Browser, mock: Mock) -> None:
    session = mock.talk("hello")
    before = mock.control("GET", f"/sessions/{session}"), mock.control("GET", "/journal")["written"]
    page = browser.open(f"{mock.url}/__mock/#/sessions/{session}/turns/1")
    expect(page.locator("#detail")).to_contain_text("executionId")
    for tab in ("Journal", "Conformance", "Behaviours", "Controls"):
        page.get_by_role("link", name=tab, exact=True).click()
        expect(page.get_by_role("heading", level=2).first).to_be_visible()
    after = mock.control("GET", f"/sessions/{session}"), mock.control("GET", "/journal")["written"]
    assert after == before


def test_near_misses_show_what_was_expected(browser: Browser, mock: Mock) -> None:
    text = "user: haircut\nagent: Which day?\nuser: monday\nagent: Done.\n"
    mock.control("PUT", "/dialogues/booking", {"text": text})
    session = mock.talk("a haircut", "on friday")
    page = browser.open(f"{mock.url}/__mock/#/sessions/{session}/turns/2")
    miss = page.locator(".miss")
    expect(miss).to_contain_text("booking")
    expect(miss.locator(".differs")).to_contain_text(re.compile("monday.*on friday", re.DOTALL))


def test_a_token_selects_its_namespace(browser: Browser, mock: Mock) -> None:
    token = "pit-87654321-1234-4234-8234-123456789abc"
    bearer = {"Authorization": f"Bearer {token}"}
    mock.http.put("/__mock/namespace", json={}, headers=bearer).raise_for_status()
    mock.talk("shared")
    page = browser.open(f"{mock.url}/__mock/")
    expect(page.locator("#list .row")).to_have_count(1)
    page.get_by_text("Options").click()
    page.get_by_label("Token").fill(token)
    page.get_by_label("Token").press("Tab")
    expect(page.locator("#list .row")).to_have_count(0)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#list .row")).to_have_count(1)
    assert mock.control("GET", "/sessions")["count"] == 1


@pytest.mark.parametrize("path", ["/__mock/", "/__mock/#/sessions/nobody0000"])
def test_a_read_only_console_has_no_writes(serve: Any, browser: Browser, path: str) -> None:
    mock = serve(read_only=True)
    session = mock.talk("hello")
    page = browser.open(f"{mock.url}{path.replace('nobody0000', session)}")
    expect(page.locator("#status")).to_contain_text("read-only")
    expect(page.locator("#list .row")).to_have_count(1)
    expect(page.get_by_role("button", name="Send")).to_be_hidden()
    expect(page.get_by_role("link", name="Controls")).to_have_count(0)
    for name in ("Expire now", "Delete", "Repeat"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
