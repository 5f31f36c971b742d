"""Processor time of each operation beside that of a turn:  .venv/bin/python -m bench.operations.

There is no server in between. In each round each operation is called several times, and ratios are
taken within a round, since other programs on the machine disturb both values alike.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from itertools import count
from typing import Any
from urllib.parse import urlencode

from bench.growth import HEADERS, microseconds
from bench.system import SERVER_CORE, description, pin_temporarily
from bench.tables import rotate, table
from bench.workloads import MESSAGE, PATH, PLACE, QUERY, first_body
from leadway_mock.agents.builtin import MANAGED_ID
from leadway_mock.http.messages import Request
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.pipeline.emulator import Emulator

TURN = "execute, vendor's sample"
AGENTS = "/agent-studio/agent"
MANAGED = "/agent-studio/managed-agents"
FORM = {"content_type": "application/x-www-form-urlencoded"}
LOCATION: str = json.loads(f"{{{PLACE}}}")["locationId"]
APP = {"client_id": "app", "client_secret": "made up"}
PAGE = 20
"""Agents on the page that the list returns."""

Call = Callable[[], object]


class _OperationsClient:
    """Client of an emulator, with one call for each operation."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._numbers = count()
        self.refresh_token = ""
        self.company: dict[str, Any] = {}

    def send(
        self, method: str, path: str, body: bytes = b"", query: str = "", **headers: str
    ) -> dict[str, Any]:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        response = self._emulator.handle(Request(method, path, query, HEADERS | names, body))
        assert isinstance(response.content, dict)
        assert response.content.get("success", True) is True, response
        return response.content

    def read(self, path: str, page: str = "", version: str = HEADERS["version"]) -> dict[str, Any]:
        return self.send("GET", path, query=f"locationId={LOCATION}{page}", version=version)

    def write(self, method: str, path: str, fields: str = "") -> dict[str, Any]:
        return self.send(method, f"{AGENTS}{path}", f"{{{PLACE}{fields}}}".encode())

    def execute(self, text: str, query: str = "") -> None:
        self.send("POST", PATH, text.encode(), query)

    def execute_managed(self) -> None:
        number = str(next(self._numbers))
        body = f'{{"message":"Good morning!",{PLACE}}}'.encode()
        path = f"{MANAGED}/{MANAGED_ID}/execute"
        self.send("POST", path, body, version="v3", idempotency_key=number)

    def create(self) -> tuple[str, str]:
        """Create an agent; return its id, and that of its version."""
        created = self.write("POST", "", ',"name":"New","status":"active","version":{}')
        return created["agent"]["agentId"], created["versions"][0]["versionId"]

    def exchange(self, **fields: str) -> dict[str, Any]:
        return self.send("POST", "/oauth/token", urlencode(APP | fields).encode(), **FORM)

    def refresh(self) -> None:
        tokens = self.exchange(grant_type="refresh_token", refresh_token=self.refresh_token)
        self.refresh_token = tokens["refresh_token"]

    def get_location_token(self) -> None:
        body = urlencode({"companyId": self.company["companyId"], "locationId": LOCATION}).encode()
        authorization = f"Bearer {self.company['access_token']}"
        self.send("POST", "/oauth/locationToken", body, **FORM | {"authorization": authorization})


def prepare(emulator: Emulator, calls: int, number: int) -> Mapping[str, Call]:
    """Empty the store; return each operation as a function that may be called `calls` times."""
    emulator.reset()
    client = _OperationsClient(emulator)
    created = [client.create() for _ in range(max(calls, PAGE))]
    agent, version = created[0]
    existing, unpublished = (iter(ids) for ids in zip(*created, strict=True))
    code = f"code {number}"
    client.refresh_token = client.exchange(grant_type="authorization_code", code=code)[
        "refresh_token"
    ]
    client.company = client.exchange(
        grant_type="authorization_code", code=f"agency's {code}", user_type="Company"
    )
    return {
        TURN: lambda: client.execute(first_body(MESSAGE.format(number)), QUERY),
        "execute, shortest body": lambda: client.execute(f'{{"message":"Hi",{PLACE}}}'),
        "execute a managed agent": client.execute_managed,
        "list managed agents": lambda: client.read(MANAGED, version="v3"),
        "get a managed agent": lambda: client.read(f"{MANAGED}/{MANAGED_ID}", version="v3"),
        f"list {PAGE} agents": lambda: client.read(AGENTS, f"&limit={PAGE}&offset=0"),
        "create an agent": client.create,
        "get an agent": lambda: client.read(f"{AGENTS}/{agent}"),
        "update a version": lambda: client.write(
            "PATCH", f"/versions/{version}", ',"nodes":[{"id":1}]'
        ),
        "publish a version": lambda: client.write("POST", f"/versions/{next(unpublished)}/publish"),
        "update metadata": lambda: client.write("PATCH", f"/{agent}", ',"name":"Renamed"'),
        "refresh a token": client.refresh,
        "get a location's token": client.get_location_token,
        # The last: the others need the agents.
        "delete an agent": lambda: client.send(
            "DELETE", f"{AGENTS}/{next(existing)}", query=f"locationId={LOCATION}"
        ),
    }


def measure(rounds: int, calls: int) -> Mapping[str, Sequence[float]]:
    """Return the microseconds of processor time of each operation, one value for each round."""
    found: dict[str, list[float]] = {}
    with closing(build_emulator()) as emulator:
        for number in range(rounds):
            operations = prepare(emulator, calls, number)
            *others, last = operations
            for name in (*rotate(others, number), last):
                found.setdefault(name, []).append(microseconds(operations[name], calls))
    return found


def report(costs: Mapping[str, Sequence[float]]) -> str:
    """Return the table of the costs."""
    header = ("operation", "µs", "ratio")
    rows = [
        (name, f"{statistics.median(values):,.0f}", _ratio(values, costs[TURN]))
        for name, values in costs.items()
    ]
    return table(header, rows)


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """Return the median of the ratios within one round, and the middle half of them."""
    found = [own / other for own, other in zip(ours, theirs, strict=True)]
    first, median, third = statistics.quantiles(found, n=4, method="inclusive")
    return f"{median:.2f} ({first:.2f}…{third:.2f})"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.operations", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="measure very briefly, for a test")
    options = parser.parse_args(arguments)
    rounds, calls = (2, 3) if options.quick else (100, 30)
    with pin_temporarily(SERVER_CORE):
        costs = measure(rounds, calls)
    print(f"{rounds} rounds of {calls} calls. {description()}.\n\n{report(costs)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
