"""Take the pictures of the console in docs/images, with a frozen clock and a fixed seed."""

import shutil
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, sync_playwright

from leadway_mock.agents.builtin import ECHO_ID
from leadway_mock.config.settings import Settings
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images"
SIZE = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 720}
NOON = "2026-11-22T12:00:00Z"
HEADERS = {
    "Authorization": "Bearer pit-12345678-1234-4234-8234-123456789abc",
    "Version": "2021-07-28",
}
BOOKING = """\
user: haircut
agent: Which day would suit you?
user: /(?P<day>monday|tuesday)/i
agent: {{day}} it is. At ten or at three?
user: /(?P<hour>ten|three)/i
agent: You are booked for {{day}} at {{hour}}. Goodbye!
"""


def talk(http: httpx.Client, *messages: str, **fields: str) -> str:
    """Have a conversation; return its executionId."""
    session = ""
    for message in messages:
        body = {"message": message, "locationId": "C2QujeCh8ZnC7al2InWR", **fields}
        body |= {"executionId": session} if session else {}
        path = f"/agent-studio/agent/{ECHO_ID}/execute"
        found = http.post(path, json=body, headers=HEADERS).json()
        session = session or found.get("executionId", "")
    return session


def fill(http: httpx.Client) -> str:
    """Have some conversations, one with a fault; return the executionId to show."""

    def control(method: str, path: str, body: Mapping[str, Any]) -> None:
        http.request(method, f"/__mock{path}", json=body).raise_for_status()

    control("POST", "/clock/freeze", {"time": NOON})
    control("PUT", "/dialogues/booking", {"text": BOOKING})
    talk(http, "A haircut, please", "Monday")
    control("POST", "/clock/advance", {"seconds": 1700})
    talk(http, "I want a haircut", contactId="ana-42")
    control("POST", "/clock/advance", {"seconds": 139})
    session = talk(http, "I need a haircut", "On Wednesday", contactId="luis-7")
    control("POST", "/faults", {"status": 500})
    talk_on = {"executionId": session, "contactId": "luis-7"}
    talk(http, "On Tuesday then", **talk_on)
    talk(http, "On Tuesday then", **talk_on)
    talk(http, "At three", **talk_on)
    return session


def shoot(page: Page, name: str) -> None:
    """Save a picture once nothing moves."""
    page.wait_for_timeout(500)
    page.screenshot(path=FOLDER / f"console-{name}.png", animations="disabled")


def main() -> int:
    """Write all pictures; return 1 if there is no Chromium."""
    program = shutil.which("chromium")
    if program is None:
        print("Chromium is not installed.", file=sys.stderr)
        return 1
    FOLDER.mkdir(exist_ok=True)
    settings = Settings(port=0, seed=1, quiet=True)
    with (
        closing(build_emulator(settings)) as emulator,
        open_server(create_app(emulator=emulator), settings) as server,
        sync_playwright() as playwright,
    ):
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=program, args=flags)

        def open_page(view: str, **options: Any) -> Page:  # noqa: ANN401 - of Playwright
            options = {"viewport": SIZE, "locale": "en-US", "color_scheme": "light", **options}
            page = browser.new_page(**options)
            page.goto(f"{server.url}/__mock/#/{view}")
            page.locator("main[data-tab]").wait_for()
            return page

        session = fill(httpx.Client(base_url=server.url))
        turn = f"sessions/{session}/turns/2"
        shoot(open_page(turn), "conversation")
        shoot(open_page("journal/6", color_scheme="dark"), "journal")
        shoot(open_page(f"sessions/{session}", viewport=PHONE, locale="es"), "phone")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
