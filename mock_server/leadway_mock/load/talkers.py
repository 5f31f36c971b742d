"""Talkers: each holds conversations, one message after another, with pauses in between."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from leadway_mock.agents.builtin import ECHO_ID
from leadway_mock.load.connection import Address, ExchangeError, TalkerConnection
from leadway_mock.load.invariants import InvariantChecks, TalkerSession
from leadway_mock.load.report import LoadReport
from leadway_mock.load.script import Line

API_VERSION: Final = "2021-07-28"
PROGRESS_SECONDS: Final = 0.2
PAGE: Final = 1_000
CHECKS_AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPlan:
    """What the talkers do: each of them sends all lines, one for each turn."""

    address: Address
    talkers: int
    lines: Sequence[Line]
    think: float = 0.0
    """Mean pause before a message in seconds; each is between half and one and a half of it."""

    timeout: float = 30.0
    """Seconds after which a turn has failed."""

    agent_id: str = ECHO_ID
    location_id: str = ""
    token: str = field(default="", repr=False)


async def run_load(plan: LoadPlan, on_progress: Callable[[LoadReport], None]) -> LoadReport:
    """Run all talkers to their ends; return the report.

    `on_progress` is called a few times a second. At the end, the conversations are compared with
    what the control API of the mock has of them, if there is one.
    """
    report = LoadReport(plan.talkers, len(plan.lines))
    checks = InvariantChecks(counts_turns=plan.agent_id == ECHO_ID)
    report.violations = checks.violations
    conversations: list[TalkerSession] = []
    talkers = [Talker(plan, number, checks, report) for number in range(1, plan.talkers + 1)]
    progress = asyncio.create_task(_show_progress(report, on_progress))
    started = time.perf_counter()
    try:
        for each in await asyncio.gather(*(talker.talk() for talker in talkers)):
            conversations += each
    finally:
        report.seconds = time.perf_counter() - started
        progress.cancel()
    report.sessions = len(conversations)
    report.transcripts = await _check_transcripts(plan, conversations, checks)
    return report


class Talker:
    """One user with one connection."""

    def __init__(
        self, plan: LoadPlan, number: int, checks: InvariantChecks, report: LoadReport
    ) -> None:
        self._plan = plan
        self._number = number
        self._checks = checks
        self._report = report
        self._random = random.Random(number)  # noqa: S311 - decides pauses
        self._connection = TalkerConnection(plan.address, plan.timeout)
        self._path = f"/agent-studio/agent/{quote(plan.agent_id, safe='')}/execute"
        self._headers = _headers(plan)

    async def talk(self) -> list[TalkerSession]:
        """Send all lines; return the conversations. A failed turn is the last one."""
        conversations: list[TalkerSession] = []
        await asyncio.sleep(self._random.random() * self._plan.think)  # They begin one by one.
        try:
            for number, line in enumerate(self._plan.lines):
                if number:
                    await asyncio.sleep(self._plan.think * (0.5 + self._random.random()))
                if line.is_first:
                    conversations.append(TalkerSession(self._number))
                if not await self._send_line(line, conversations[-1], number + 1):
                    break
        finally:
            self._report.finished += 1
            self._connection.close()
        return [each for each in conversations if each.session]

    async def _send_line(self, line: Line, conversation: TalkerSession, turn: int) -> bool:
        """Send a line; return whether it got its response."""
        message = f"{line.message} marker-{self._number}" if line.may_be_marked else line.message
        body = {"message": message, "locationId": self._plan.location_id}
        if conversation.session:
            body["executionId"] = conversation.session
        started = time.perf_counter()
        try:
            status, content = await self._connection.exchange(
                "POST", self._path, self._headers, json.dumps(body).encode()
            )
        except ExchangeError as error:
            self._report.fail(str(error))
            return False
        self._report.add_latency(turn, time.perf_counter() - started)
        if status != HTTPStatus.OK:
            self._report.fail(f"status {status}")
            return False
        try:
            value = json.loads(content)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            self._report.fail("a body that is no JSON object")
            return False
        self._checks.check(conversation, line, message, value)
        return True


async def _show_progress(report: LoadReport, on_progress: Callable[[LoadReport], None]) -> None:
    started = time.perf_counter()
    while True:
        await asyncio.sleep(PROGRESS_SECONDS)
        report.seconds = time.perf_counter() - started
        on_progress(report)


async def _check_transcripts(
    plan: LoadPlan, conversations: Sequence[TalkerSession], checks: InvariantChecks
) -> int:
    """Compare each conversation with its transcript; return the number of those compared."""
    waiting = iter(conversations)
    compared = 0

    async def check_some() -> None:
        nonlocal compared
        connection = TalkerConnection(plan.address, plan.timeout)
        try:
            for conversation in waiting:
                transcript = await _read_transcript(connection, plan, conversation.session)
                if transcript is None:
                    return
                checks.check_transcript(conversation, transcript)
                compared += 1
        finally:
            connection.close()

    await asyncio.gather(*(check_some() for _ in range(CHECKS_AT_ONCE)))
    return compared


async def _read_transcript(
    connection: TalkerConnection, plan: LoadPlan, session: str
) -> list[dict[str, Any]] | None:
    """Return the stored turns of a session; None if the service has no control API."""
    path = f"/__mock/sessions/{quote(session, safe='')}?limit={PAGE}"
    try:
        status, content = await connection.exchange("GET", path, _headers(plan), b"")
        value = json.loads(content)
        is_unknown = status == HTTPStatus.NOT_FOUND and "message" in value
        return [] if is_unknown else list(value["transcript"])
    except (ExchangeError, ValueError, KeyError, TypeError):
        return None


def _headers(plan: LoadPlan) -> str:
    return (
        f"Authorization: Bearer {plan.token}\r\nVersion: {API_VERSION}\r\n"
        "Content-Type: application/json\r\nAccept: application/json\r\n"
    )
