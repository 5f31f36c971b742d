"""One test suite for one application in four versions: sync and async, with httpx and the SDK."""

from __future__ import annotations

import pytest

from tests.plugin.conftest import Run

APPLICATIONS = {
    "httpx": """
def book(day):
    with httpx.Client(base_url=os.environ["LEADWAY_BASE_URL"], headers=headers()) as client:
        first = client.post(PATH, json=body("A haircut")).raise_for_status().json()
        then = body(f"On {day}", first["executionId"])
        return client.post(PATH, json=then).raise_for_status().json()["response"]
""",
    "async httpx": """
def book(day):
    return asyncio.run(talk(day))

async def talk(day):
    url = os.environ["LEADWAY_BASE_URL"]
    async with httpx.AsyncClient(base_url=url, headers=headers()) as client:
        first = (await client.post(PATH, json=body("A haircut"))).raise_for_status().json()
        then = body(f"On {day}", first["executionId"])
        return (await client.post(PATH, json=then)).raise_for_status().json()["response"]
""",
    "SDK": """
def book(day):
    with leadway.Leadway.from_env(retries=leadway.RetryPolicy(attempts=1)) as client:
        chat = client.agent(AGENT).conversation()
        chat.send("A haircut")
        return chat.send(f"On {day}").text
""",
    "async SDK": """
def book(day):
    return asyncio.run(talk(day))

async def talk(day):
    async with leadway.AsyncLeadway.from_env(retries=leadway.RetryPolicy(attempts=1)) as client:
        chat = client.agent(AGENT).conversation()
        await chat.send("A haircut")
        return (await chat.send(f"On {day}")).text
""",
}
HEAD = """
import asyncio
import os

import httpx

import leadway

AGENT = "p1q2r3s4t5u6v7w8x9y0z1a2"
PATH = f"/agent-studio/agent/{AGENT}/execute"

def headers():
    return {
        "Authorization": f"Bearer {os.environ['LEADWAY_TOKEN']}",
        "Version": os.environ["LEADWAY_API_VERSION"],
    }

def body(message, session=None):
    said = {"message": message, "locationId": os.environ["LEADWAY_LOCATION_ID"]}
    return said | ({"executionId": session} if session else {})
"""
SUITE = """
import threading

import pytest
from application import book
from tests.plugin.client import BOOKING

pytestmark = pytest.mark.leadway_mock(dialogue=BOOKING)

@pytest.mark.parametrize("day", ["Monday", "Tuesday"])
def test_it_books(leadway_mock, day):
    assert book(day) == f"{day} it is."
    leadway_mock.assert_said("A haircut", f"On {day}")
    leadway_mock.assert_conformant()

def test_it_books_in_parallel(leadway_mock):
    threads = [threading.Thread(target=book, args=["Monday"]) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    leadway_mock.assert_turns(*[2] * 8)
    leadway_mock.assert_conformant()

FAULTS = [{"status": 500}, {"proxy_status": 502}, {"transport": "EMPTY_RESPONSE"}]

@pytest.mark.parametrize("fault", FAULTS)
def test_it_handles_faults(leadway_mock, fault):
    leadway_mock.fault(**fault)
    with pytest.raises(Exception):
        book("Monday")
    leadway_mock.assert_turns()
    leadway_mock.allow("unused")

def test_it_fails_here(leadway_mock):
    try:
        book("Wednesday")
    except Exception:
        pass
"""


@pytest.mark.parametrize("style", APPLICATIONS)
def test_suite_works_with_every_client(pytester: pytest.Pytester, run: Run, style: str) -> None:
    pytester.makepyfile(application=HEAD + APPLICATIONS[style], test_application=SUITE)
    pytester.syspathinsert()
    result = run()
    result.assert_outcomes(passed=6, failed=1)
    result.stdout.fnmatch_lines(["*message: On Wednesday*", "FAILED *::test_it_fails_here *"])
