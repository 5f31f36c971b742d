"""Benchmark of the SDK: calls and imports, compared with raw httpx and other clients.

    .venv/bin/python -m bench.sdk [--write]

A server in a process of its own sends the same bytes to every request, so that mostly the client is
measured. The clients take turns in each round, so that other load affects all of them. A ratio is
the median over the rounds of raw httpx's time divided by the client's.
"""

from __future__ import annotations

import asyncio
import logging
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from importlib.metadata import version

import httpx
import requests
from highlevel import HighLevel

from bench.constant_server import constant_server
from bench.system import python_version
from bench.tables import DOCS, measure_in_rounds, ratios, table, write_last_run
from bench.workloads import PATH
from leadway import MOCK_TOKEN, AsyncLeadway, Leadway
from leadway_client import AuthenticatedClient
from leadway_client.api.agents import execute_agent
from leadway_client.models import ExecuteAgentRequest, ExecuteAgentResponse

PAGE = DOCS / "sdk-comparison.md"
HEADING = "Speed"
INTRODUCTION = """\
Calls are relative to the speed of raw httpx, imports to the time of the official SDK. The targets
of `leadway` are at least 0.95 and at most 0.12. A dash means not measured. The server sends the
same bytes to every request; a real agent takes seconds. The import of `leadway` is without httpx,
which the first client imports."""

AGENT = PATH.split("/")[3]
PLACE = "C2QujeCh8ZnC7al2InWR"
BODY = {"message": "Hello", "locationId": PLACE}
HEADERS = {"Authorization": f"Bearer {MOCK_TOKEN}", "Version": "2021-07-28"}
ROUNDS, CALLS = 25, 100
IMPORTS = {
    "python alone": "pass",
    "leadway": "import leadway",
    "official SDK": "import highlevel",
    "generated client": "import leadway_client.api.agents.execute_agent",
    "httpx": "import httpx",
    "requests": "import requests",
}
IMPORT_ROUNDS = 15

Work = Callable[[int], None]


def sync_clients(url: str) -> Mapping[str, Work]:
    """Return the clients for threads, each with an open connection."""
    raw = httpx.Client(base_url=url, headers=HEADERS)
    session = requests.Session()
    session.headers.update(HEADERS)
    generated = AuthenticatedClient(url, MOCK_TOKEN)
    body = ExecuteAgentRequest.from_dict(BODY)
    agent = Leadway(token=MOCK_TOKEN, location_id=PLACE, base_url=url).agent(AGENT)

    def call_generated() -> str:
        response = execute_agent.sync(AGENT, client=generated, body=body)
        assert isinstance(response, ExecuteAgentResponse)
        return response.response

    calls: Mapping[str, Callable[[], str]] = {
        "httpx": lambda: raw.post(PATH, json=BODY).json()["response"],
        "generated client": call_generated,
        "leadway": lambda: agent.execute(BODY["message"]).text,
        "requests": lambda: session.post(url + PATH, json=BODY, timeout=30).json()["response"],
    }

    def repeat(call: Callable[[], str], times: int) -> None:
        for _ in range(times):
            assert call()

    return {name: partial(repeat, call) for name, call in calls.items()}


def async_clients(url: str, loop: asyncio.AbstractEventLoop) -> Mapping[str, Work]:
    """Return the clients for tasks, which make one call after the other."""

    class Local(HighLevel):  # type: ignore[misc]  # it is untyped
        BASE_URL = url

    raw = httpx.AsyncClient(base_url=url, headers=HEADERS)
    official = Local(private_integration_token=MOCK_TOKEN)
    agent = AsyncLeadway(token=MOCK_TOKEN, location_id=PLACE, base_url=url).agent(AGENT)

    async def call_httpx() -> str:
        return str((await raw.post(PATH, json=BODY)).json()["response"])

    async def call_leadway() -> str:
        return (await agent.execute(BODY["message"])).text

    async def call_official() -> str:
        return str((await official.agent_studio.execute_agent(AGENT, BODY))["response"])

    async def repeat(call: Callable[[], Awaitable[str]], times: int) -> None:
        for _ in range(times):
            assert await call()

    def work(call: Callable[[], Awaitable[str]]) -> Work:
        return lambda times: loop.run_until_complete(repeat(call, times))

    calls = {"httpx": call_httpx, "leadway": call_leadway, "official SDK": call_official}
    return {name: work(call) for name, call in calls.items()}


def measure(clients: Mapping[str, Work]) -> Mapping[str, list[float]]:
    """Return the seconds that each client takes for its calls, one figure for each round."""
    for work in clients.values():
        work(CALLS)
    calls = {name: partial(seconds, partial(work, CALLS)) for name, work in clients.items()}
    return measure_in_rounds(calls, ROUNDS)


def import_times() -> Mapping[str, list[float]]:
    """Return the seconds of each import in a new interpreter, one figure for each round."""
    commands = {name: [sys.executable, "-c", code] for name, code in IMPORTS.items()}
    imports = {
        name: partial(seconds, partial(subprocess.run, command, check=True))
        for name, command in commands.items()
    }
    return measure_in_rounds(imports, IMPORT_ROUNDS)


def seconds(work: Callable[[], object]) -> float:
    """Return the seconds that a piece of work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def speed_table(
    threads: Mapping[str, list[float]],
    tasks: Mapping[str, list[float]],
    imports: Mapping[str, list[float]],
) -> str:
    """Return the medians of all ratios as a Markdown table, in the order of `imports`."""
    bare = imports["python alone"]
    net = {
        name: statistics.median(mine - base for mine, base in zip(own, bare, strict=True))
        for name, own in imports.items()
        if name != "python alone"
    }
    rows = [
        (name, _speed(threads, name), _speed(tasks, name), f"{own / net['official SDK']:.2f}")
        for name, own in net.items()
    ]
    return table(("client", "calls by a thread", "calls by a task", "import"), rows)


def _speed(times: Mapping[str, list[float]], name: str) -> str:
    """Return the speed relative to raw httpx; a dash for a client that was not measured."""
    return f"{ratios(times['httpx'], times[name]).median:.2f}" if name in times else "-"


def report() -> str:
    """Measure everything; return the section of the page."""
    logging.disable(logging.CRITICAL)
    with constant_server() as port:
        url = f"http://127.0.0.1:{port}"
        thread_times = measure(sync_clients(url))
        task_times = measure(async_clients(url, asyncio.new_event_loop()))
    packages = "httpx", "requests", "gohighlevel-api-client"
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    run = (
        f"The last run of `make bench-sdk`: medians of {ROUNDS} rounds of {CALLS} calls and of"
        f" {IMPORT_ROUNDS} imports, {python_version()}, {versions}."
    )
    return "\n\n".join([INTRODUCTION, run, speed_table(thread_times, task_times, import_times())])


def main() -> int:
    """Print the section; with `--write`, write it into the page, too."""
    section = report()
    print(section)
    if "--write" in sys.argv[1:]:
        write_last_run(PAGE, section, HEADING)
    return 0


if __name__ == "__main__":
    sys.exit(main())
