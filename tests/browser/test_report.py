"""`leadway report`: the same views in a file, without a server and without a network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leadway_mock.cli.report import main
from tests.browser.profile import Browser, Mock, expect


@pytest.mark.parametrize("source", ["mock", "snapshot"])
def test_a_report_shows_what_the_console_shows(
    browser: Browser, mock: Mock, tmp_path: Path, source: str
) -> None:
    session = mock.talk("I need a haircut", "On Tuesday")
    mock.say("wrong", input="x")
    arguments = ["--url", mock.url]
    if source == "snapshot":
        snapshot = tmp_path / "snapshot.json"
        snapshot.write_text(json.dumps(mock.control("GET", "/snapshot")))
        arguments = [str(snapshot)]
    file = tmp_path / "run.html"
    assert main([*arguments, "-o", str(file)]) == 0
    page = browser.open(file.as_uri())
    expect(page.locator("#status")).to_have_text("Report")
    page.locator("#list .row").click()
    expect(page.locator(".theirs")).to_have_count(2)
    page.locator(".turn").nth(1).click()
    expect(page.locator("#detail")).to_contain_text(session)
    page.reload()
    expect(page.locator("#detail")).to_contain_text(session)
    page.get_by_role("link", name="Journal").click()
    expect(page.locator(".row.entry")).to_have_count(3)
    page.get_by_label("Status").select_option("4xx")
    expect(page.locator(".row.entry")).to_have_count(1)
    page.get_by_role("link", name="Conformance").click()
    expect(page.get_by_text("not conformant")).to_be_visible()
    page.get_by_role("link", name="Behaviours").click()
    expect(page.locator("#view tbody tr").first).to_be_visible()
    for name in ("Controls", "Send", "Save as a test", "Repeat"):
        expect(page.get_by_text(name, exact=True)).to_have_count(0)
