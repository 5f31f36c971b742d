"""Waiting for the journal."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from leadway_mock.config.settings import Settings
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server
from tests.mock.client import CURRENT, LOCATION, TOKEN, EmulatorClient
from tests.mock.control_api.api import Api
from tests.mock.raw_client import RawClient


def test_existing_entries_end_a_wait_at_once(api: Api, client: EmulatorClient) -> None:
    client.begin()
    waited = api.post("/journal/wait", {"match": {"rule": "reply"}, "timeout": 30})
    assert (waited["timedOut"], waited["count"]) == (False, 1)
    assert waited["elapsedSeconds"] < 5


def test_a_wait_times_out(api: Api, client: EmulatorClient) -> None:
    client.begin()
    waited = api.post("/journal/wait", {"match": {"rule": "reply"}, "count": 2, "timeout": 0.1})
    assert (waited["timedOut"], waited["count"]) == (True, 1)
    assert waited["elapsedSeconds"] >= 0.1
    assert api.post("/journal/wait", {"timeout": 0, "after": 1})["timedOut"] is True


def test_a_wait_ends_with_the_entry(
    api: Api, client: EmulatorClient, wait_begun: threading.Event
) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(api.post, "/journal/wait", {"timeout": 30})
        assert wait_begun.wait(10)
        client.begin()
        waited = waiting.result()
    assert not waited["timedOut"]
    assert 0 < waited["elapsedSeconds"] < 20


def test_after_excludes_older_entries(
    api: Api, client: EmulatorClient, wait_begun: threading.Event
) -> None:
    client.begin()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(api.post, "/journal/wait", {"timeout": 30, "after": 1})
        assert wait_begun.wait(10)
        client.begin()
        waited = waiting.result()
    assert [entry["number"] for entry in waited["entries"]] == [2]


def test_waiting_calls_leave_threads_for_others(client_with: Callable[..., EmulatorClient]) -> None:
    app = create_app(emulator=client_with(threads=4).emulator)
    body = {"message": "hi", "locationId": LOCATION}
    headers = {"Authorization": f"Bearer {TOKEN}", "Version": "2021-07-28"}
    with (
        open_server(app, Settings(port=0, threads=4)) as server,
        ThreadPoolExecutor(3) as pool,
        httpx.Client(base_url=server.url, timeout=30) as http,
    ):

        def wait() -> httpx.Response:
            return http.post("/__mock/journal/wait", json={"timeout": 20})

        waiting = [pool.submit(wait) for _ in range(3)]
        error = next(_done(waiting))
        assert error.status_code == 503
        assert error.headers["Retry-After"] == "1"
        assert http.post(CURRENT, json=body, headers=headers).status_code == 200
        responses = [future.result() for future in waiting]
    assert sorted(response.status_code for response in responses) == [200, 200, 503]
    assert all(
        not response.json()["timedOut"] for response in responses if response.status_code == 200
    )


def _done(futures: list[Any]) -> Any:
    while True:
        for future in futures:
            if future.done():
                yield future.result()
        time.sleep(0.01)


def test_a_mock_with_one_thread_cannot_wait(client_with: Callable[..., EmulatorClient]) -> None:
    app = create_app(emulator=client_with(threads=1).emulator)
    error = Api(app.test_client()).post("/journal/wait", status=503)
    assert "--threads 2" in error["message"]


@pytest.mark.parametrize("timeout", [30.1, -1, "5"])
def test_a_wait_has_its_limits(api: Api, timeout: object) -> None:
    assert api.post("/journal/wait", {"timeout": timeout}, status=422)["problems"]


def test_waits_do_not_delay_the_stop_of_a_server(
    client: EmulatorClient, wait_begun: threading.Event
) -> None:
    app = create_app(emulator=client.emulator)
    body = b'{"timeout": 30}'
    lines = ["POST /__mock/journal/wait HTTP/1.1", "Host: localhost"]
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}", "", ""]
    server = open_server(app, Settings(port=0, threads=4), grace=20)
    with RawClient(server.url) as raw:
        with server:
            raw.send("\r\n".join(lines).encode() + body)
            assert wait_begun.wait(10)
            began = time.monotonic()
        assert time.monotonic() - began < 10
        reply = raw.reply()
        assert reply is not None
        assert reply.json()["timedOut"] is True
