"""Outcome of every fault for real clients, as in the tables of docs/faults.md."""

from __future__ import annotations

import asyncio
import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, NamedTuple

import httpx
import pytest
import requests
import yaml
from highlevel import HighLevel

from leadway_mock.agents.builtin import ECHO_ID
from leadway_mock.config.settings import Settings
from leadway_mock.contract.loader import contract_file
from leadway_mock.faults import Transport, read_fault
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.fault_registry import arm, disarm
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server
from tests.docs.markdown import Page
from tests.mock.client import CURRENT, LOCATION, TOKEN

PATIENCE = 1.0
BODY = {"message": "Hello", "locationId": LOCATION}
HEADERS = {
    "Authorization": f"Bearer {TOKEN}",
    "Version": "2021-07-28",
    "Content-Type": "application/json",
}
RULES = {
    "CONNECTION_RESET_BY_PEER": "fault-connection-reset",
    "EMPTY_RESPONSE": "fault-empty-response",
    "HANG": "fault-hang",
    "MALFORMED_RESPONSE_CHUNK": "fault-malformed-chunk",
    "RANDOM_DATA_THEN_CLOSE": "fault-random-data",
    "SLOW_BODY": "reply",
    "TRUNCATED_BODY": "fault-truncated-body",
    "latency": "reply",
    "proxyStatus": "fault-proxy-page",
    "rule": "fault-status",
    "status": "fault-status",
}
"""Rule of each transport and of each kind of fault."""

PAGE = Page.read("docs/faults.md")
ROW = re.compile(r"^\|`([A-Z_]+)`\|[^|]+\|`?(\w+)`?\|`?(\w+)`?\|`?(\w+)`?\|$", re.MULTILINE)

HTML = ("JSONDecodeError", "JSONDecodeError", "HTTPError")
OTHERS = {
    '{"status": 500}': ("500", "500", "HTTPError"),
    '{"status": 429}': ("429", "429", "HTTPError"),
    '{"rule": "upstream-timeout"}': ("401", "401", "HTTPError"),
    '{"proxyStatus": 403}': HTML,
    '{"proxyStatus": 502}': HTML,
    '{"proxyStatus": 520}': HTML,
    '{"latency": "1500ms"}': ("ReadTimeout", "ReadTimeout", "TimeoutError"),
    '{"latency": "200ms"}': ("200", "200", "200"),
}
"""What httpx, requests and urllib see of faults that break no connection."""


class Row(NamedTuple):
    """A fault, what each client sees, and the rule."""

    fault: dict[str, Any]
    seen: dict[str, str]
    rule: str


def make_row(fault: dict[str, Any], outcomes: tuple[str, ...]) -> Row:
    kind = fault.get("transport", next(iter(fault)))
    official = "200" if outcomes[0] == "200" else "GHLError"
    return Row(fault, dict(zip(CLIENTS, (*outcomes, official), strict=True)), RULES[kind])


def rows() -> list[Row]:
    """Return the rows of the page's table, and the other faults."""
    broken = [make_row({"transport": name}, tuple(seen)) for name, *seen in ROW.findall(PAGE.text)]
    return [*broken, *(make_row(json.loads(fault), seen) for fault, seen in OTHERS.items())]


def by_httpx(url: str) -> int:
    response = httpx.post(url + CURRENT, headers=HEADERS, json=BODY, timeout=PATIENCE)
    response.json()
    return response.status_code


def by_requests(url: str) -> int:
    response = requests.post(url + CURRENT, headers=HEADERS, json=BODY, timeout=PATIENCE)
    response.json()
    return response.status_code


def by_urllib(url: str) -> int:
    request = urllib.request.Request(url + CURRENT, json.dumps(BODY).encode(), HEADERS)
    with urllib.request.urlopen(request, timeout=PATIENCE) as response:
        json.load(response)
        return int(response.status)


def by_official_sdk(url: str) -> int:
    class Leadway(HighLevel):
        BASE_URL = url

    async def call() -> None:
        sdk = Leadway(private_integration_token=TOKEN)
        sdk.get_http_client().timeout = PATIENCE
        try:
            await sdk.agent_studio.execute_agent(ECHO_ID, BODY)
        finally:
            await sdk.close()

    asyncio.run(call())
    return 200


CLIENTS: dict[str, Callable[[str], int]] = {
    "httpx": by_httpx,
    "requests": by_requests,
    "urllib": by_urllib,
    "official Python SDK": by_official_sdk,
}


def seen_by(client: Callable[[str], int], url: str) -> str:
    try:
        return str(client(url))
    except Exception as error:  # noqa: BLE001 - which one is the question
        if isinstance(error, urllib.error.HTTPError):
            error.close()
        return type(error).__name__


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with closing(build_emulator()) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def url(emulator: Emulator) -> Iterator[str]:
    app = create_app(emulator=emulator)
    with open_server(app, Settings(port=0)) as server:
        yield server.url


@pytest.mark.parametrize(
    ("row", "client"),
    [
        pytest.param(row, client, id=f"{next(iter(row.fault.values()))}-{client}")
        for row in rows()
        for client in CLIENTS
    ],
)
def test_each_client_gets_the_outcome_on_the_page(
    emulator: Emulator, url: str, row: Row, client: str
) -> None:
    duration = {"bodySeconds": "2s"} if row.fault.get("transport") == "SLOW_BODY" else {}
    armed = arm(emulator.namespaces, emulator.contract, "", read_fault(row.fault | duration))
    assert seen_by(CLIENTS[client], url) == row.seen[client]
    (listed,) = emulator.namespaces.shared().faults.to_json()
    assert (listed["id"], listed["hits"]) == (armed.id, 1)
    (entry,) = emulator.journal.entries(after=emulator.journal.count() - 1, limit=1)
    assert (entry["response"]["rule"], entry["fault"]["id"]) == (row.rule, armed.id)
    disarm(emulator.namespaces, "")
    assert seen_by(CLIENTS[client], url) == "200"


def test_the_page_shows_every_transport_and_every_kind() -> None:
    assert {row.fault.get("transport") for row in rows()} - {None} == set(Transport)
    kinds = {kind for row in rows() for kind in row.fault}
    assert kinds == {"transport", "status", "rule", "proxyStatus", "latency"}
    assert "official Python SDK raises `GHLError` unless the status is 200" in PAGE.text


def test_every_rule_of_a_fault_has_its_row() -> None:
    contract = yaml.safe_load(contract_file().read_text())
    rows = {row["id"] for row in contract["x-behaviours"]}
    assert set(RULES.values()) - {"reply"} <= rows
    assert {"fault-slow-body", "fault-latency"} <= rows


def test_the_program_of_the_page_runs() -> None:
    (program,) = [block.text for block in PAGE.blocks if block.language == "python"]
    exec(compile(program, PAGE.name, "exec"), {})  # noqa: S102 - it is ours


def test_the_forms_of_the_page_are_faults() -> None:
    forms = [json.loads(code) for code in PAGE.code if code.startswith("{")]
    faults = [form for form in forms if not {"fixed", "uniform", "lognormal"} & set(form)]
    assert len(faults) >= 10
    for form in faults:
        read_fault(form)
