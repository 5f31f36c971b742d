"""Text from clients stays text, whatever it contains, and the policy of the page holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leadway_mock.agents.builtin import ECHO_ID
from leadway_mock.cli.report import main
from tests.browser.profile import LOCATION, TOKEN, Browser, Mock, expect, sync_api

SCRIPT = "<script>window.broken = 1</script><img src=x onerror='window.broken = 1'>"
BIDI = "safe \u202e gnp.exe \u2066"
HOSTILE = {
    "script": SCRIPT,
    "bidi": BIDI,
    "long": "x" * 1_000_000,
    "nul": "a\u0000b\u0007",
    "surrogate": "lone \ud800 and \udfff",
    "template": "{{message}} ${message} {name} %s </textarea></pre>",
}


def send_everywhere(mock: Mock, text: str) -> None:
    """Send a text in every field that a client controls."""
    path = f"/agent-studio/agent/{ECHO_ID}/execute"
    short = text[:1000]
    body = {
        "message": text,
        "locationId": LOCATION,
        "contactId": short,
        "inputVariables": {short: short},
    }
    raw = json.dumps(body)  # Lone surrogates are escaped.
    header = "".join(each if " " <= each <= "~" else "?" for each in short)
    headers = {"Authorization": f"Bearer {TOKEN}", "Version": "2021-07-28"}
    headers |= {"Content-Type": "application/json", "X-Thing": header, "User-Agent": header}
    mock.http.post(path, content=raw, headers=headers)
    mock.http.post(path, content=raw.replace('"message"', '"input"'), headers=headers)
    mock.http.post(path, content=raw[:-1], headers=headers)
    mock.http.get(f"/{SCRIPT}", params={"q": short.encode("utf-8", "replace").decode()})
    mock.http.post(path, content=raw, headers=headers | {"Version": header})
    mock.http.post(path.replace(ECHO_ID, "%3Cscript%3E"), content=raw, headers=headers)


def check_views(page: Any, show: Callable[[str], object], sessions: list[str], number: int) -> None:
    views = ["", "journal", *[f"journal/{each}" for each in range(1, number + 1)], "conformance"]
    for session in sessions:
        views += [f"sessions/{session}", f"sessions/{session}/turns/1"]
    for view in views:
        show(view)
        tab = view.split("/")[0] or "sessions"
        expect(page.locator("main")).to_have_attribute("data-tab", tab)
        if "/" in view:
            expect(page.locator("#detail, #view").first).not_to_be_empty()
    assert page.evaluate("() => window.broken") is None
    assert page.locator("main img, main script, main iframe").count() == 0


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_stays_text(browser: Browser, mock: Mock, kind: str) -> None:
    text = HOSTILE[kind]
    send_everywhere(mock, text)
    sessions = [each["executionId"] for each in mock.control("GET", "/sessions")["sessions"]]
    number = mock.control("GET", "/journal")["written"]
    page = browser.open(f"{mock.url}/__mock/")
    check_views(page, lambda view: page.goto(f"{mock.url}/__mock/#/{view}"), sessions, number)
    if kind in {"script", "template"}:
        page.goto(f"{mock.url}/__mock/#/sessions/{sessions[0]}")
        expect(page.locator(".mine")).to_have_text(text)
    if kind == "bidi":
        page.goto(f"{mock.url}/__mock/#/sessions/{sessions[0]}")
        expect(page.locator(".mine")).to_contain_text(r"safe \u202e gnp.exe \u2066")
    if kind == "long":
        page.goto(f"{mock.url}/__mock/#/sessions/{sessions[0]}")
        page.locator(".mine").get_by_role("button", name="Show all 1,000,000").click()
        page.locator(".meta a").click()
        expect(page.locator(".turn.open")).to_have_count(1)
        assert len(page.locator(".mine").inner_text()) == 1_000_000


@pytest.mark.parametrize("kind", ["script", "nul", "surrogate"])
def test_hostile_text_stays_text_in_a_report(
    browser: Browser, mock: Mock, kind: str, tmp_path: Path
) -> None:
    send_everywhere(mock, HOSTILE[kind])
    sessions = [each["executionId"] for each in mock.control("GET", "/sessions")["sessions"]]
    file = tmp_path / "run.html"
    assert main(["--url", mock.url, "-o", str(file)]) == 0
    page = browser.open(file.as_uri())
    expect(page.locator("#status")).to_have_text("Report")

    def show(view: str) -> None:
        page.evaluate("(view) => { location.hash = `#/${view}`; }", view)

    check_views(page, show, sessions, mock.control("GET", "/journal")["written"])


def test_the_policy_forbids_html_from_text(browser: Browser, mock: Mock) -> None:
    page = browser.open(f"{mock.url}/__mock/")
    code = "() => { try { document.body.innerHTML = '<b>x</b>'; } catch (e) { return e.name; } }"
    assert page.evaluate(code) == "TypeError"
    assert all("TrustedHTML" in each for each in browser.problems)
    browser.problems.clear()


def test_the_policy_forbids_other_scripts_and_hosts(
    browse: Callable[..., Browser], mock: Mock
) -> None:
    browser = browse()
    page = browser.open(f"{mock.url}/__mock/")
    expect(page.locator("#status")).to_have_text("Live")
    page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.type = "application/javascript";
          script.append("window.broken = 1");
          try { document.head.append(script); } catch { /* The policy. */ }
          fetch("http://127.0.0.1:1/").catch(() => { window.refused = true; });
          const image = new Image();
          image.src = "http://127.0.0.1:1/x.png";
        }"""
    )
    page.wait_for_function("() => window.refused")
    assert page.evaluate("() => window.broken") is None
    assert browser.foreign == []
    assert all(
        "Content Security Policy" in each or "TrustedScript" in each for each in browser.problems
    )
    browser.problems.clear()


def test_the_tests_reach_no_other_host_and_notice_attempts(browser: Browser, mock: Mock) -> None:
    page = browser.open(f"{mock.url}/__mock/")
    addresses = ["http://example.com/", "http://192.0.2.1/"]
    for address in addresses:
        with pytest.raises(sync_api.Error, match="ERR_NAME_NOT_RESOLVED"):
            page.goto(address)
    assert browser.foreign == addresses
    browser.foreign.clear()


def test_another_page_cannot_frame_the_console(mock: Mock) -> None:
    response = mock.http.get("/__mock/", headers={"Accept": "text/html"})
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
