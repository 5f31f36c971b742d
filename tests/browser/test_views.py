"""Journal, conformance, behaviours and controls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.browser.profile import Browser, Mock, expect


def test_the_journal_says_why_a_request_was_rejected(browser: Browser, mock: Mock) -> None:
    mock.talk("fine")
    mock.say("wrong", input="x")
    mock.http.get("/nowhere")
    page = browser.open(f"{mock.url}/__mock/#/journal")
    rows = page.locator(".row.entry")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("body-invalid")
    expect(rows.nth(1)).to_contain_text("unknown property 'input'")
    page.get_by_label("Status").select_option("4xx")
    expect(rows).to_have_count(2)
    page.get_by_label("Rule").fill("route-unknown")
    page.get_by_label("Rule").press("Enter")
    expect(rows).to_have_count(1)
    rows.first.click()
    detail = page.locator("#detail")
    expect(detail).to_contain_text("GET /nowhere")
    expect(detail).to_contain_text("Hint")
    detail.get_by_role("link", name="route-unknown").click()
    expect(page.locator("#view tbody tr").first).to_contain_text("route-unknown")


def test_the_journal_filters_by_text_and_fault(browser: Browser, mock: Mock) -> None:
    mock.say("haircut")
    mock.control("POST", "/faults", {"status": 500})
    mock.say("broken")
    page = browser.open(f"{mock.url}/__mock/#/journal")
    rows = page.locator(".row.entry")
    expect(rows).to_have_count(2)
    page.get_by_label("Text in the request").fill("haircut")
    page.get_by_label("Text in the request").press("Enter")
    expect(rows).to_have_count(1)
    page.get_by_label("Text in the request").fill("")
    page.get_by_label("Fault").select_option("yes")
    expect(rows).to_contain_text(["fault-status"])


def test_conformance_names_mistakes_and_their_requests(browser: Browser, mock: Mock) -> None:
    mock.say("wrong", input="x")
    page = browser.open(f"{mock.url}/__mock/#/conformance")
    expect(page.get_by_text("not conformant")).to_be_visible()
    expect(page.locator("article").first).to_contain_text("field-misnamed")
    page.get_by_role("link", name="Request 1").first.click()
    expect(page.locator("#detail")).to_contain_text("body-invalid")


def test_behaviours_are_filtered_by_words(browser: Browser, mock: Mock) -> None:
    page = browser.open(f"{mock.url}/__mock/#/behaviours")
    rows = page.locator("#view tbody tr")
    total = len(mock.control("GET", "/behaviours")["behaviours"])
    expect(rows).to_have_count(total)
    expect(page.locator("#view table")).not_to_contain_text("`")
    page.get_by_label("Filter").fill("session expired invented")
    expect(rows.first).to_contain_text("session-expired")
    assert rows.count() < total


def test_the_clock_is_frozen_advanced_and_reset(browser: Browser, mock: Mock) -> None:
    session = mock.talk("hello")
    page = browser.open(f"{mock.url}/__mock/#/controls")
    page.get_by_role("button", name="Freeze").click()
    expect(page.get_by_text("It is stopped at")).to_be_visible()
    before = mock.control("GET", "/clock")["seconds"]
    page.get_by_role("button", name="+1 min", exact=True).click()
    page.get_by_role("button", name="+31 min").click()
    expect(page.locator("#clock")).to_contain_text("stopped")
    page.wait_for_function(
        "async () => (await (await fetch('/__mock/clock')).json()).seconds > " + str(before + 1900)
    )
    assert mock.control("GET", f"/sessions/{session}")["expired"] is True
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Machine's time").click()
    page.get_by_text("It runs").wait_for()
    page.wait_for_function("async () => (await (await fetch('/__mock/clock')).json()).offset === 0")


def test_faults_are_injected_counted_and_removed(browser: Browser, mock: Mock) -> None:
    page = browser.open(f"{mock.url}/__mock/#/controls")
    page.get_by_label("Effect").select_option("break-proxy")
    page.get_by_label("Times").fill("2")
    page.get_by_role("button", name="Inject").click()
    expect(page.get_by_text("0 of 2")).to_contain_text(": 502 0 of 2")
    path = f"/agent-studio/agent/{mock.control('GET', '/health')['agents'][0]['id']}/execute"
    body = {"message": "hi", "locationId": "C2QujeCh8ZnC7al2InWR"}
    headers = {"Authorization": "Bearer pit-12345678-1234-4234-8234-123456789abc"}
    headers["Version"] = "2021-07-28"
    assert mock.http.post(path, json=body, headers=headers).status_code == 502
    expect(page.get_by_text("1 of 2")).to_be_visible()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("1 of 2")).to_have_count(0)
    assert mock.http.post(path, json=body, headers=headers).status_code == 200


def test_settings_change_and_return(browser: Browser, mock: Mock) -> None:
    page = browser.open(f"{mock.url}/__mock/#/controls")
    page.get_by_label("profile").select_option("observed")
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_have_count(1)
    assert mock.control("GET", "/settings")["settings"]["profile"] == "observed"
    undo.click()
    expect(undo).to_have_count(0)
    assert mock.control("GET", "/settings")["settings"]["profile"] == "documented"
    page.get_by_label("quota10Seconds").fill("0")
    page.get_by_label("quota10Seconds").press("Tab")
    expect(page.locator("#toast")).to_contain_text("must be at least 1")
    page.get_by_label("sessionIdleSeconds").fill("5")
    page.get_by_label("sessionIdleSeconds").press("Tab")
    expect(undo).to_have_count(1)
    assert mock.control("GET", "/settings")["settings"]["sessionIdleSeconds"] == 5


def test_a_snapshot_is_saved_and_restored(browser: Browser, mock: Mock, tmp_path: Path) -> None:
    session = mock.talk("hello")
    page = browser.open(f"{mock.url}/__mock/#/controls")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save a snapshot").click()
    file = tmp_path / "snapshot.json"
    download.value.save_as(file)
    assert json.loads(file.read_text())["format"] == "leadway-mock-snapshot"
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Reset everything").click()
    page.wait_for_function(
        "async () => (await (await fetch('/__mock/sessions')).json()).count === 0"
    )
    page.get_by_label("Restore a snapshot").set_input_files(file)
    expect(page.locator("#toast")).to_contain_text("Restored")
    assert mock.control("GET", f"/sessions/{session}")["turns"] == 1
    file.write_text("{}")
    page.get_by_label("Restore a snapshot").set_input_files(file)
    expect(page.locator("#toast")).to_contain_text("is missing")


def test_a_reset_has_to_be_confirmed(page: Any, mock: Mock) -> None:
    mock.talk("hello")
    page.goto(f"{mock.url}/__mock/#/controls")
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Reset conversations").click()
    assert mock.control("GET", "/sessions")["count"] == 1
