"""How much the SDK costs: calls and imports, beside raw httpx and the alternatives, in one run.

    .venv/bin/python -m bench.sdk [--write]

A server in a process of its own answers every request with the same bytes, so what is measured is
the client. All contenders take turns, round after round, so that what else the machine does hits
all alike. A ratio is the median over the rounds of raw httpx's time by the contender's.
"""

from __future__ import annotations

import asyncio
import logging
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import version

import httpx
import requests
from highlevel import HighLevel

from bench.constant_server import constant_server
from bench.markdown import DOCS, table, write_last_run
from bench.python_info import python_version
from bench.statistics import ratios
from leadway import MADE_UP, AsyncLeadway, Leadway
from leadway_client import AuthenticatedClient
from leadway_client.api.agents import execute_agent
from leadway_client.models import ExecuteAgentRequest, ExecuteAgentResponse

PAGE = DOCS / "sdk-benchmark.md"
AGENT = "p1q2r3s4t5u6v7w8x9y0z1a2"
PATH = f"/agent-studio/agent/{AGENT}/execute"
BODY = {"message": "Hello", "locationId": "C2QujeCh8ZnC7al2InWR"}
HEADERS = {"Authorization": f"Bearer {MADE_UP}", "Version": "2021-07-28"}
ROUNDS, CALLS = 25, 100
IMPORTS = {
    "python alone": "pass",
    "httpx": "import httpx",
    "requests": "import requests",
    "generated client": "import leadway_client.api.agents.execute_agent",
    "leadway": "import leadway",
    "official SDK": "import highlevel",
}
IMPORT_ROUNDS = 15

Work = Callable[[int], None]


def sync_contenders(url: str) -> Mapping[str, Work]:
    """Return the ways to call from a thread, each with a connection that stays open."""
    raw = httpx.Client(base_url=url, headers=HEADERS)
    session = requests.Session()
    session.headers.update(HEADERS)
    generated = AuthenticatedClient(url, MADE_UP)
    body = ExecuteAgentRequest.from_dict(BODY)
    agent = Leadway(token=MADE_UP, location_id=BODY["locationId"], base_url=url).agent(AGENT)

    def by_httpx() -> str:
        return str(raw.post(PATH, json=BODY).json()["response"])

    def by_requests() -> str:
        return str(session.post(url + PATH, json=BODY, timeout=30).json()["response"])

    def by_generated() -> str:
        answer = execute_agent.sync(AGENT, client=generated, body=body)
        assert isinstance(answer, ExecuteAgentResponse)
        return answer.response

    def by_leadway() -> str:
        return agent.execute(BODY["message"]).text

    ways = {
        "httpx": by_httpx,
        "generated client": by_generated,
        "leadway": by_leadway,
        "requests": by_requests,
    }
    return {name: _repeated(way) for name, way in ways.items()}


def _repeated(call: Callable[[], str]) -> Work:
    def work(times: int) -> None:
        for _ in range(times):
            assert call()

    return work


def async_contenders(url: str, loop: asyncio.AbstractEventLoop) -> Mapping[str, Work]:
    """Return the ways to call from a task, one after the other."""

    class Local(HighLevel):  # type: ignore[misc]  # it is untyped
        BASE_URL = url

    raw = httpx.AsyncClient(base_url=url, headers=HEADERS)
    official = Local(private_integration_token=MADE_UP)
    agent = AsyncLeadway(token=MADE_UP, location_id=BODY["locationId"], base_url=url).agent(AGENT)

    async def by_httpx() -> str:
        return str((await raw.post(PATH, json=BODY)).json()["response"])

    async def by_leadway() -> str:
        return (await agent.execute(BODY["message"])).text

    async def by_official() -> str:
        return str((await official.agent_studio.execute_agent(AGENT, BODY))["response"])

    ways = {"httpx": by_httpx, "leadway": by_leadway, "official SDK": by_official}
    return {name: _repeated_async(way, loop) for name, way in ways.items()}


def _repeated_async(call: Callable[[], Awaitable[str]], loop: asyncio.AbstractEventLoop) -> Work:
    async def work(times: int) -> None:
        for _ in range(times):
            assert await call()

    return lambda times: loop.run_until_complete(work(times))


def measured(contenders: Mapping[str, Work]) -> Mapping[str, list[float]]:
    """Return each contender's microseconds a call, one figure for each round."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    names = list(contenders)
    for work in contenders.values():
        work(CALLS)
    for number in range(ROUNDS):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            started = time.perf_counter()
            contenders[name](CALLS)
            times[name].append((time.perf_counter() - started) / CALLS * 1e6)
    return times


def import_times() -> Mapping[str, list[float]]:
    """Return the milliseconds that a fresh interpreter takes for each import, round by round."""
    times: dict[str, list[float]] = {name: [] for name in IMPORTS}
    for _ in range(IMPORT_ROUNDS):
        for name, code in IMPORTS.items():
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            times[name].append((time.perf_counter() - started) * 1e3)
    return times


def call_table(times: Mapping[str, list[float]]) -> str:
    """Return the calls as a Markdown table, beside raw httpx."""
    rows = [
        (name, f"{statistics.median(own):.0f}", f"{ratios(times['httpx'], own).median:.2f}")
        for name, own in times.items()
    ]
    return table(("", "µs a call", "of raw httpx's speed"), rows)


def import_table(times: Mapping[str, list[float]]) -> str:
    """Return the imports as a Markdown table, beside the official SDK."""
    bare = times["python alone"]
    net = {
        name: statistics.median(mine - base for mine, base in zip(own, bare, strict=True))
        for name, own in times.items()
        if name != "python alone"
    }
    whole = net["official SDK"]
    rows = [(name, f"{own:.0f}", f"{own / whole:.2f}") for name, own in net.items()]
    return table(("", "ms", "of the official SDK's"), rows)


def report() -> str:
    """Measure everything, and return what was found as Markdown."""
    logging.disable(logging.CRITICAL)
    with constant_server() as port:
        url = f"http://127.0.0.1:{port}"
        by_thread = measured(sync_contenders(url))
        by_task = measured(async_contenders(url, asyncio.new_event_loop()))
    packages = "httpx", "requests", "gohighlevel-api-client"
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    where = f"{python_version()}, {versions}."
    return "\n\n".join(
        [
            f"{where} {ROUNDS} rounds of {CALLS} calls, {IMPORT_ROUNDS} of imports; medians.",
            "From a thread:",
            call_table(by_thread),
            "From a task:",
            call_table(by_task),
            "To import, beyond the start of the interpreter:",
            import_table(import_times()),
        ]
    )


def main() -> int:
    """Print the figures; with `--write`, put them into the page, too."""
    found = report()
    print(found)
    if "--write" in sys.argv[1:]:
        write_last_run(PAGE, found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
