"""Start, replacement and end of worker processes."""

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
from tests.distributed.worker_cluster import (
    AGENTS,
    REQUEST_COUNT,
    WorkerCluster,
    children,
    control,
    is_running,
    start_workers,
)
from tests.wait import wait_until

Responses = list[Future[ExecuteAgentResponse]]

LATENCY_SECONDS = 0.8
"""Latency in seconds, so that signals arrive during a request."""


@pytest.fixture
def two_workers() -> Iterator[WorkerCluster]:
    with start_workers() as started:
        yield started


def private_folder(two_workers: WorkerCluster) -> Path:
    """Return the folder of the shared store, which the mock logs."""
    (line,) = [line for line in two_workers.log().splitlines() if "workers serve" in line]
    return Path(line.partition("from ")[2].partition(",")[0]).parent


def send_slow_requests(
    two_workers: WorkerCluster, pool: ThreadPoolExecutor, number: int
) -> Responses:
    """Send slow requests; return them as soon as all turns are committed."""
    control(
        two_workers.service,
        "/faults",
        latency={"fixed": LATENCY_SECONDS},
        phase="after-commit",
        times=number,
    )
    asked = [pool.submit(two_workers.service.say, "Hello") for _ in range(number)]
    wait_until(lambda: two_workers.get("/health").json()["sessions"] == number)
    return asked


def test_one_worker_is_one_process() -> None:
    with mock("--workers", "1") as program:
        assert children(program.process.pid) == []
        health = httpx.get(f"{program.url}/__mock/health", trust_env=False).json()
        assert health["workers"] == 1


def test_it_listens_when_all_workers_respond(two_workers: WorkerCluster) -> None:
    assert len(two_workers.workers()) == 2
    assert two_workers.metric("leadway_mock_workers") == 2
    first, second = two_workers.log().splitlines()[:2]
    assert first == f"listening on {two_workers.program.url}"
    assert second.startswith("2 workers serve from ")
    assert second.endswith("which is removed at the end.")


def test_the_default_store_is_private_and_removed_at_the_end(two_workers: WorkerCluster) -> None:
    folder = private_folder(two_workers)
    two_workers.service.say("Hello")
    assert folder.stat().st_mode & 0o077 == 0
    assert two_workers.program.stop() == 0
    assert not folder.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_drains_all_workers_and_leaves_no_process(
    two_workers: WorkerCluster, number: signal.Signals
) -> None:
    workers = two_workers.workers()
    with ThreadPoolExecutor(8) as pool:
        asked = send_slow_requests(two_workers, pool, 8)
        assert two_workers.program.stop(number) == 0
        assert [turn(each.result()) for each in asked] == [1] * 8
    assert not any(map(is_running, workers))
    with pytest.raises(httpx.ConnectError):
        two_workers.get("/health")


def test_a_signal_to_the_whole_group_drains_as_well(two_workers: WorkerCluster) -> None:
    with ThreadPoolExecutor(8) as pool:
        asked = send_slow_requests(two_workers, pool, 8)
        os.killpg(two_workers.program.process.pid, signal.SIGINT)  # What Ctrl-C does.
        assert [turn(each.result()) for each in asked] == [1] * 8
    assert two_workers.program.process.wait(30) == 0


def test_a_second_signal_ends_all_at_once(two_workers: WorkerCluster) -> None:
    workers = two_workers.workers()
    with ThreadPoolExecutor(1) as pool:
        control(two_workers.service, "/faults", latency={"fixed": 60}, phase="after-commit")
        asked = pool.submit(two_workers.service.say, "Hello")
        wait_until(lambda: two_workers.get("/health").json()["sessions"] == 1)
        two_workers.program.process.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            two_workers.program.process.wait(0.5)
        assert two_workers.program.stop() == 128 + signal.SIGTERM
        assert isinstance(asked.exception(), httpx.TransportError)
    assert not any(map(is_running, workers))


def test_workers_end_when_their_supervisor_was_killed(tmp_path: Path) -> None:
    with start_workers("--store", f"sqlite:///{tmp_path}/mock.db") as two_workers:
        workers = two_workers.workers()
        two_workers.program.stop(signal.SIGKILL)
        wait_until(lambda: not any(map(is_running, workers)))


def test_a_killed_worker_is_replaced_while_others_respond(
    two_workers: WorkerCluster,
) -> None:
    one, other = two_workers.workers()
    session = two_workers.service.say("Hello").execution_id
    control(two_workers.service, "/faults", latency={"fixed": 60}, phase="after-commit", times=1)
    with (
        ThreadPoolExecutor(1) as pool,
        two_workers.through(one) as doomed,
        two_workers.through(other) as service,
    ):
        asked = pool.submit(doomed.say, "Is it stored?", execution_id=session)
        wait_until(lambda: control(service, f"/sessions/{session}", "GET")["turns"] == 2)
        two_workers.kill(one)
        assert isinstance(asked.exception(60), httpx.TransportError)
        # It was processed without a response: the turn number of the repetition shows it.
        assert turn(service.say("Is it stored?", execution_id=session)) == 3
    wait_until(lambda: two_workers.has_replaced(one, 2))
    assert (
        f"worker 1 (process {one}) was killed by SIGKILL; a new worker replaces it."
        in two_workers.log()
    )


def test_metrics_include_killed_workers(two_workers: WorkerCluster) -> None:
    one, other = two_workers.workers()
    with two_workers.through(one) as service:
        service.say("Hello")
    assert two_workers.metric(REQUEST_COUNT) == 1
    for worker in (one, other):
        two_workers.kill(worker)
        wait_until(partial(two_workers.has_replaced, worker, 2))
    assert two_workers.metric(REQUEST_COUNT) == 1


def test_metrics_include_what_a_stopped_worker_has_counted(
    two_workers: WorkerCluster,
) -> None:
    one, _ = two_workers.workers()
    with two_workers.through(one) as service:
        service.say("Hello")
        assert two_workers.metric(REQUEST_COUNT) == 1
        service.say("Hello again")
    with two_workers.stopped([one]):
        assert two_workers.metric(REQUEST_COUNT) == 2
        assert two_workers.metric("leadway_mock_workers") == 2


def test_a_terminated_worker_sends_its_last_responses(two_workers: WorkerCluster) -> None:
    one, _ = two_workers.workers()
    control(
        two_workers.service,
        "/faults",
        latency={"fixed": LATENCY_SECONDS},
        phase="after-commit",
        times=1,
    )
    with ThreadPoolExecutor(1) as pool, two_workers.through(one) as service:
        asked = pool.submit(service.say, "Hello")
        wait_until(lambda: two_workers.get("/health").json()["sessions"] == 1)
        two_workers.kill(one, signal.SIGTERM)
        assert turn(asked.result()) == 1
    wait_until(lambda: two_workers.has_replaced(one, 2))
    assert f"(process {one}) ended with code 0; a new worker replaces it." in two_workers.log()


def test_a_replacement_that_cannot_start_is_started_again(
    tmp_path: Path,
) -> None:
    file = tmp_path / "agents.yaml"
    file.write_text(AGENTS % "old")
    with start_workers("--agents-file", str(file)) as two_workers:
        file.write_text("agents: nonsense")
        two_workers.kill(two_workers.workers()[0])
        wait_until(lambda: two_workers.log().count("a new worker replaces it") >= 4)
        assert two_workers.service.say(agent_id="desk").response == "old"
        assert f"ended with code 2: {file}:1:9:" in two_workers.log()
        file.write_text(AGENTS % "new")
        wait_until(lambda: two_workers.metric("leadway_mock_workers") == 2)
        assert two_workers.program.stop() == 0


def test_a_session_keeps_its_agent_on_another_worker(tmp_path: Path) -> None:
    file = tmp_path / "agents.yaml"
    file.write_text(AGENTS % "old")
    with start_workers("--agents-file", str(file)) as two_workers:
        session = two_workers.service.say(agent_id="desk").execution_id
        file.write_text(AGENTS % "new")
        for worker in two_workers.workers():
            two_workers.kill(worker)
            wait_until(partial(two_workers.has_replaced, worker, 2))
        assert two_workers.service.say(agent_id="desk").response == "new"
        assert two_workers.service.say(agent_id="desk", execution_id=session).response == "old"


FAILING = """
import os, socket, sys, time
from leadway_mock.workers import Supervisor

def unable():
    raise OSError(11, "no more processes")

WORK = {
    "ends": lambda line: 3,
    "crashes": lambda line: 1 // 0,
    "closes its pipe": lambda line: (line.close(), time.sleep(60)),
    "cannot fork": None,
}
how = sys.argv[1]
sys.stdout.write("written before")  # Not flushed: a worker must not write it again.
if how == "cannot fork":
    os.fork = unable
with socket.create_server(("127.0.0.1", 0)) as listening:
    supervisor = Supervisor(
        2, WORK[how], listening, on_ready=lambda: print("answers"), on_exit=lambda process: None
    )
    sys.exit(supervisor.run())
"""


@pytest.mark.parametrize(
    ("how", "about"),
    [
        ("ends", "ended with code 3"),
        ("crashes", "ended with code 70"),
        ("crashes", "ZeroDivisionError"),
        ("closes its pipe", "was killed by SIGKILL"),
        ("cannot fork", "cannot be started (no more processes)"),
    ],
)
def test_the_mock_stops_after_repeated_failures_of_workers(how: str, about: str) -> None:
    command = [sys.executable, "-c", FAILING, how]
    run = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | {"PYTHONUNBUFFERED": ""},
    )
    assert (run.returncode, run.stdout) == (1, "written before")
    assert about in run.stderr
    assert run.stderr.endswith("like the workers before it. The mock gives up.\n")


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
def test_an_unusable_setting_is_one_error_and_starts_nothing(
    capsys: pytest.CaptureFixture[str], flags: list[str], about: str
) -> None:
    assert main(["--port", "0", "--workers", "2", *flags]) == 2
    captured = capsys.readouterr()
    assert about in captured.err
    assert captured.err.count("leadway mock: ") == 1
    assert captured.out == ""


def test_a_system_without_fork_is_an_error_with_a_hint(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "fork")
    assert main(["--port", "0", "--workers", "2"]) == 2
    assert "Leave --workers out" in capsys.readouterr().err


def test_a_mock_in_a_test_is_one_process() -> None:
    with pytest.raises(SettingsError, match="start `leadway mock --workers N` beside the test"):
        Mock(workers=2).open()
