"""The life of several workers: how they start, are replaced, and end together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
import pytest

from leadway_client.models import ExecuteAgentResponse
from leadway_mock.cli.main import main
from leadway_mock.config.settings import SettingsError
from leadway_mock.testing import Mock
from tests.contract.programs import mock
from tests.contract.service import turn
from tests.scale.crowd import AGENTS, HEARD, Crowd, children, crowd, is_there, soon, told

Answers = list[Future[ExecuteAgentResponse]]

SLOW = 0.8
"""Seconds that an answer waits, so that a signal finds it under way."""


@pytest.fixture
def two() -> Iterator[Crowd]:
    with crowd() as started:
        yield started


def private_folder(two: Crowd) -> Path:
    """Return the folder of the store that the workers share, as the mock says where it is."""
    (line,) = [line for line in two.log().splitlines() if "workers answer" in line]
    return Path(line.partition("from ")[2].partition(",")[0]).parent


def slow_answers(two: Crowd, pool: ThreadPoolExecutor, number: int) -> Answers:
    """Ask for answers that are slow; return them as soon as all turns are committed."""
    told(two.service, "/faults", latency={"fixed": SLOW}, phase="after-commit", times=number)
    asked = [pool.submit(two.service.say, "Hello") for _ in range(number)]
    assert soon(lambda: two.get("/health").json()["sessions"] == number)
    return asked


def test_one_worker_is_one_process() -> None:
    with mock("--workers", "1") as program:
        assert children(program.process.pid) == []
        health = httpx.get(f"{program.url}/__mock/health", trust_env=False).json()
        assert health["workers"] == 1


def test_it_listens_when_all_workers_answer(two: Crowd) -> None:
    assert len(two.workers()) == 2
    assert two.metric("leadway_mock_workers") == 2
    first, second = two.log().splitlines()[:2]
    assert first == f"listening on {two.program.url}"
    assert second.startswith("2 workers answer, all from ")
    assert second.endswith("which is removed at the end.")


def test_a_store_of_their_own_is_private_and_gone_at_the_end(two: Crowd) -> None:
    folder = private_folder(two)
    two.service.say("Hello")
    assert folder.stat().st_mode & 0o077 == 0
    assert two.program.stop() == 0
    assert not folder.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_drains_all_workers_and_leaves_no_process(
    two: Crowd, number: signal.Signals
) -> None:
    workers = two.workers()
    with ThreadPoolExecutor(8) as pool:
        asked = slow_answers(two, pool, 8)
        assert two.program.stop(number) == 0
        assert [turn(each.result()) for each in asked] == [1] * 8
    assert not any(map(is_there, workers))
    with pytest.raises(httpx.ConnectError):
        two.get("/health")


def test_a_signal_to_the_whole_group_drains_as_well(two: Crowd) -> None:
    with ThreadPoolExecutor(8) as pool:
        asked = slow_answers(two, pool, 8)
        os.killpg(two.program.process.pid, signal.SIGINT)  # What Ctrl-C does.
        assert [turn(each.result()) for each in asked] == [1] * 8
    assert two.program.process.wait(30) == 0


def test_a_second_signal_ends_all_at_once(two: Crowd) -> None:
    workers = two.workers()
    with ThreadPoolExecutor(1) as pool:
        told(two.service, "/faults", latency={"fixed": 60}, phase="after-commit")
        asked = pool.submit(two.service.say, "Hello")
        assert soon(lambda: two.get("/health").json()["sessions"] == 1)
        two.program.process.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            two.program.process.wait(0.5)
        assert two.program.stop() == 128 + signal.SIGTERM
        assert isinstance(asked.exception(), httpx.TransportError)
    assert not any(map(is_there, workers))


def test_workers_end_when_their_supervisor_was_killed(tmp_path: Path) -> None:
    with crowd("--store", f"sqlite:///{tmp_path}/mock.db") as two:
        workers = two.workers()
        two.program.stop(signal.SIGKILL)
        assert soon(lambda: not any(map(is_there, workers)))


def test_a_worker_killed_in_flight_is_replaced_and_others_answer_on(two: Crowd) -> None:
    one, other = two.workers()
    session = two.service.say("Hello").execution_id
    told(two.service, "/faults", latency={"fixed": 60}, phase="after-commit", times=1)
    with ThreadPoolExecutor(1) as pool, two.through(one) as doomed, two.through(other) as service:
        asked = pool.submit(doomed.say, "Is it heard?", execution_id=session)
        assert soon(lambda: told(service, f"/sessions/{session}", "GET")["turns"] == 2)
        two.kill(one)
        assert isinstance(asked.exception(60), httpx.TransportError)
        # Heard, and not answered: whoever repeats it can tell by the number of the turn.
        assert turn(service.say("Is it heard?", execution_id=session)) == 3
    assert soon(lambda: two.replaced(one, 2))
    assert f"worker 1 (process {one}) was ended by SIGKILL; another takes its place." in two.log()


def test_what_a_killed_worker_has_told_is_counted_still(two: Crowd) -> None:
    one, other = two.workers()
    with two.through(one) as service:
        service.say("Hello")
    assert two.metric(HEARD) == 1
    for worker in (one, other):
        two.kill(worker)
        assert soon(partial(two.replaced, worker, 2))
    assert two.metric(HEARD) == 1


def test_a_worker_that_stands_still_counts_with_what_it_told_last(two: Crowd) -> None:
    one, _ = two.workers()
    with two.through(one) as service:
        service.say("Hello")
        assert two.metric(HEARD) == 1
        service.say("Hello again")
    with two.standing_still([one]):
        assert two.metric(HEARD) == 1
        assert two.metric("leadway_mock_workers") == 1
    assert two.metric(HEARD) == 2


def test_a_worker_that_is_told_to_end_gives_its_last_answers(two: Crowd) -> None:
    one, _ = two.workers()
    told(two.service, "/faults", latency={"fixed": SLOW}, phase="after-commit", times=1)
    with ThreadPoolExecutor(1) as pool, two.through(one) as service:
        asked = pool.submit(service.say, "Hello")
        assert soon(lambda: two.get("/health").json()["sessions"] == 1)
        two.kill(one, signal.SIGTERM)
        assert turn(asked.result()) == 1
    assert soon(lambda: two.replaced(one, 2))
    assert f"(process {one}) ended with code 0; another takes its place." in two.log()


def test_a_successor_that_cannot_start_is_tried_again_while_the_others_answer(
    tmp_path: Path,
) -> None:
    file = tmp_path / "agents.yaml"
    file.write_text(AGENTS % "old")
    with crowd("--agents-file", str(file)) as two:
        file.write_text("agents: nonsense")
        two.kill(two.workers()[0])
        assert soon(lambda: two.log().count("another takes its place") >= 4)
        assert two.service.say(agent_id="desk").response == "old"
        assert f"ended with code 2: {file}:1:9:" in two.log()
        file.write_text(AGENTS % "new")
        assert soon(lambda: two.metric("leadway_mock_workers") == 2)
        assert two.program.stop() == 0


def test_a_successor_goes_on_with_the_agent_that_a_session_began_with(tmp_path: Path) -> None:
    file = tmp_path / "agents.yaml"
    file.write_text(AGENTS % "old")
    with crowd("--agents-file", str(file)) as two:
        session = two.service.say(agent_id="desk").execution_id
        file.write_text(AGENTS % "new")
        for worker in two.workers():
            two.kill(worker)
            assert soon(partial(two.replaced, worker, 2))
        assert two.service.say(agent_id="desk").response == "new"
        assert two.service.say(agent_id="desk", execution_id=session).response == "old"


FAILING = """
import os, socket, sys, time
from leadway_mock.workers.supervising import Supervisor

def unable():
    raise OSError(11, "no more processes")

WORK = {
    "ends": lambda line: 3,
    "crashes": lambda line: 1 // 0,
    "is deaf": lambda line: (line.close(), time.sleep(60)),
    "is not there": None,
}
how = sys.argv[1]
if how == "is not there":
    os.fork = unable
with socket.create_server(("127.0.0.1", 0)) as listening:
    sys.exit(Supervisor(2, WORK[how], listening, lambda: print("answers")).run())
"""


@pytest.mark.parametrize(
    ("how", "about"),
    [
        ("ends", "ended with code 3"),
        ("crashes", "ended with code 70"),
        ("crashes", "ZeroDivisionError"),
        ("is deaf", "was ended by SIGKILL"),
        ("is not there", "cannot be started (no more processes)"),
    ],
)
def test_workers_that_fail_again_and_again_are_given_up(how: str, about: str) -> None:
    command = [sys.executable, "-c", FAILING, how]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (run.returncode, run.stdout) == (1, "")
    assert about in run.stderr
    assert run.stderr.endswith("So it was with those before: giving up.\n")


@pytest.mark.parametrize(
    ("flags", "about"),
    [
        (["--store", "mysql://x"], "'mysql://x' names no store"),
        (["--agents-file", "/nowhere/agents.yaml"], "/nowhere/agents.yaml"),
        (["--host", "no.such.host.invalid"], "no.such.host.invalid"),
        (
            ["--workers", "0"],
            "(or LEADWAY_MOCK_WORKERS) must be at least 1, not 0.",
        ),
        (["--workers", "1000"], "LEADWAY_MOCK_WORKERS) must be at most 64, not 1000."),
    ],
)
def test_what_cannot_be_used_is_told_once_and_nothing_is_started(
    capsys: pytest.CaptureFixture[str], flags: list[str], about: str
) -> None:
    assert main(["--port", "0", "--workers", "2", *flags]) == 2
    captured = capsys.readouterr()
    assert about in captured.err
    assert captured.err.count("leadway mock: ") == 1
    assert captured.out == ""


def test_a_system_that_cannot_fork_is_told_what_to_do(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "fork")
    assert main(["--port", "0", "--workers", "2"]) == 2
    assert "Leave --workers out" in capsys.readouterr().err


def test_a_mock_in_a_test_is_one_process() -> None:
    with pytest.raises(SettingsError, match="start `leadway mock --workers N` beside the test"):
        Mock(workers=2).open()
