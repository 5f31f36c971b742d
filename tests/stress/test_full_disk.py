"""A full disk under SQLite: no acknowledged turn is lost, and the mock recovers.

A process that may write no longer files than there are meets what it meets on a full disk, on any
machine and without a right to mount one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contract.programs import Program, mock
from tests.mock.client import CURRENT, LOCATION, TOKEN

resource = pytest.importorskip("resource", reason="this system has no limit on a file's length")
pytestmark = pytest.mark.skipif(
    not hasattr(resource, "prlimit"), reason="only Linux sets the limits of a process that runs"
)

HEADERS = {"Authorization": f"Bearer {TOKEN}", "Version": "2021-07-28"}
TIMEOUT_SECONDS = 60.0


class RetryingClient:
    """Somebody who goes on telling, and remembers what was acknowledged."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, trust_env=False, timeout=TIMEOUT_SECONDS)
        self.reported: dict[str, list[str]] = {}
        self.unsure: dict[str, int] = {}

    def say(self, session: str | None = None) -> httpx.Response:
        fields = {"executionId": session} if session else {}
        body = {"message": "x" * 2_000, "locationId": LOCATION, **fields}
        response = self._http.post(CURRENT, headers=HEADERS, json=body)
        if response.status_code == 200:
            reported = response.json()
            self.reported.setdefault(reported["executionId"], []).append(reported["interactionId"])
        elif session and "Retry-After" not in response.headers:
            self.unsure[session] = self.unsure.get(session, 0) + 1
        return response

    def until(self, status: int, session: str | None = None) -> httpx.Response:
        for _ in range(2_000):
            response = self.say(session)
            if response.status_code == status:
                return response
        raise AssertionError(f"never {status}")

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self._http.get(f"/__mock{path}", params=query)

    def check(self, url: str) -> None:
        """Check that each acknowledged turn is stored once and in order, with few others."""
        with httpx.Client(base_url=url, trust_env=False, timeout=TIMEOUT_SECONDS) as http:
            for session, reported in self.reported.items():
                found = http.get(f"/__mock/sessions/{session}", params={"limit": 1_000}).json()
                kept = [turn["interactionId"] for turn in found["transcript"]]
                assert [each for each in kept if each in reported] == reported
                assert len(kept) <= len(reported) + self.unsure.get(session, 0)

    def close(self) -> None:
        self._http.close()


@contextmanager
def full(program: Program, room: int) -> Iterator[None]:
    """Let the files of a mock grow to so many bytes, and no further, for the time being."""
    limit = resource.RLIMIT_FSIZE
    _, most = resource.prlimit(program.process.pid, limit)
    resource.prlimit(program.process.pid, limit, (room, most))
    try:
        yield
    finally:
        with suppress(ProcessLookupError):  # It may have ended meanwhile.
            resource.prlimit(program.process.pid, limit, (most, most))


def test_a_full_disk_loses_no_turn_and_the_mock_recovers(tmp_path: Path) -> None:
    file = tmp_path / "mock.db"
    flags = ("--store", f"sqlite:///{file}", "--quiet")
    with mock(*flags) as program:
        client = RetryingClient(program.url)
        session = client.until(200).json()["executionId"]
        for room in itertools.islice(itertools.count(400_000, 150_000), 3):
            with full(program, room):
                rejected = client.until(503, session)
                assert rejected.headers["X-Mock-Rule"] == "store-unavailable"
                assert {client.say().status_code for _ in range(20)} <= {200, 503}
                assert client.get("/journal").status_code in {200, 503}
                assert client.get("/behaviours").status_code == 200
            client.until(200, session)
        assert len(client.reported[session]) > 5
        client.check(program.url)
        assert program.stop() == 0
        assert "Traceback" not in program.log.read_text()
    client.close()
    with mock(*flags) as again:
        client.check(again.url)


def test_a_mock_stopped_with_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    flags = ("--store", f"sqlite:///{tmp_path / 'mock.db'}", "--quiet")
    with mock(*flags) as program:
        client = RetryingClient(program.url)
        session = client.until(200).json()["executionId"]
        with full(program, 300_000):
            client.until(503, session)
            assert program.stop() == 0
        assert "Traceback" not in program.log.read_text()
    client.close()
    with mock(*flags) as again:
        client.check(again.url)
