"""Input that blocks: slow patterns, files that are none, stuck requests."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.contract.programs import mock, running
from tests.mock.client import CURRENT, LOCATION, TOKEN
from tests.wait import wait_until

needs_fifos = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no FIFOs")

HEADERS: Final = {"Authorization": f"Bearer {TOKEN}", "Version": "2021-07-28"}
SLOW_MESSAGE: Final = "a" * 60 + "!"
SLOW: Final = "user: /(a|aa)+$/\nagent: yes\nuser: hello\nagent: after it\n"
STUCK = """
import threading, time
from leadway_mock.cli import main
from leadway_mock.pipeline.emulator import Emulator
handle = Emulator.handle
def stuck(self, request):
    print("stuck", flush=True)
    {}
    return handle(self, request)
Emulator.handle = stuck
raise SystemExit(main(["--port", "0", "--quiet"]))
"""


def say(url: str, message: str, timeout: float = 20.0) -> httpx.Response:
    body = {"message": message, "locationId": LOCATION}
    return httpx.post(url + CURRENT, json=body, headers=HEADERS, timeout=timeout)


def put_dialogue(url: str, text: str) -> None:
    assert httpx.put(f"{url}/__mock/dialogues/d", json={"text": text}).status_code == 200


@contextmanager
def longest_wait(url: str) -> Iterator[Callable[[], float]]:
    """Call health all the time; yield a function that returns the longest duration in seconds."""
    waits, ends = [0.0], threading.Event()

    def call() -> None:
        with httpx.Client(timeout=30) as client:
            while not ends.is_set():
                started = time.monotonic()
                client.get(f"{url}/__mock/health")
                waits.append(time.monotonic() - started)

    thread = threading.Thread(target=call)
    thread.start()
    try:
        yield lambda: max(waits)
    finally:
        ends.set()
        thread.join()


@pytest.mark.behaviour("pattern-timeout")
@pytest.mark.parametrize("flags", [(), ("--seed", "7"), ("--enforce-quotas",)])
def test_a_slow_pattern_gets_an_error_that_names_it_and_delays_nobody(
    flags: tuple[str, ...],
) -> None:
    with mock(*flags) as program, longest_wait(program.url) as wait:
        put_dialogue(program.url, SLOW)
        responses = [say(program.url, SLOW_MESSAGE) for _ in range(3)]
        quick = wait()
        assert say(program.url, SLOW_MESSAGE[:-1]).json()["response"] == "yes"

        for response in responses:
            assert response.status_code == 500
            assert response.json()["message"] == "Internal Server Error"
            assert response.headers["X-Mock-Rule"] == "pattern-timeout"
            assert response.headers["X-Mock-Evidence"] == "invented"
            hint = response.headers["X-Mock-Hint"]
            assert "`/(a|aa)+$/` of turn 1 of the dialogue `d`" in hint
        assert quick < 2
        assert httpx.get(f"{program.url}/__mock/sessions").json()["sessions"] != []
        journal = httpx.get(f"{program.url}/__mock/journal").json()
        assert [each["response"]["status"] for each in journal["entries"]] == [500, 500, 500, 200]


def test_a_request_that_goes_on_in_a_thread_is_counted_once() -> None:
    """Its number is part of the ids that a seed makes, and of the quotas."""
    with mock("--seed", "7", "--enforce-quotas") as slow, mock("--seed", "7") as plain:
        httpx.post(f"{slow.url}/__mock/clock/freeze", json={}).raise_for_status()
        put_dialogue(slow.url, "user: /(a|aa)+$|x/\nagent: yes\n")
        put_dialogue(plain.url, "user: x\nagent: yes\n")
        assert say(slow.url, "x" * 5_000).json() == say(plain.url, "x").json()
        remaining = [
            say(slow.url, each).headers["X-RateLimit-Remaining"] for each in ("x", "x" * 5_000, "x")
        ]
        assert remaining == [str(int(remaining[0]) - each) for each in range(3)]


def test_sigterm_ends_the_mock_during_a_slow_pattern() -> None:
    with mock("--quiet") as program:
        put_dialogue(program.url, SLOW)
        threads = [
            threading.Thread(target=_say_in_vain, args=(program.url, SLOW_MESSAGE))
            for _ in range(4)
        ]
        for each in threads:
            each.start()
        time.sleep(0.1)
        started = time.monotonic()
        assert program.stop() == 0
        assert time.monotonic() - started < 9
        for each in threads:
            each.join()


@pytest.mark.parametrize("how", ["while True: pass", "threading.Lock().locked()"])
def test_sigterm_ends_the_mock_while_a_request_is_stuck(how: str) -> None:
    with running([sys.executable, "-c", STUCK.format(how)], r"listening on (\S+)") as program:
        thread = threading.Thread(target=_say_in_vain, args=(program.url, "x"))
        thread.start()
        wait_until(lambda: "stuck" in program.log.read_text())
        started = time.monotonic()
        code = program.stop()
        assert time.monotonic() - started < 15
        is_stuck = not how.startswith("threading")
        assert code == int(is_stuck)
        assert ("Requests still run 10 seconds" in program.log.read_text()) == is_stuck
        thread.join()


def _say_in_vain(url: str, message: str) -> None:
    with suppress(httpx.HTTPError):
        say(url, message, timeout=30)


@needs_fifos
@pytest.mark.parametrize("flag", ["--dialogues", "--agents-file"])
def test_a_fifo_in_place_of_a_file_is_a_load_error(flag: str, tmp_path: Path) -> None:
    file = tmp_path / ("d.txt" if flag == "--dialogues" else "agents.yaml")
    file.write_text("user: hello\nagent: hi\n" if flag == "--dialogues" else "agents: []\n")
    with mock(flag, str(file)) as program:
        before = say(program.url, "hello").json()["response"]
        file.unlink()
        os.mkfifo(file)

        def load_errors() -> str:
            assert say(program.url, "hello").json()["response"] == before
            return json.dumps(httpx.get(f"{program.url}/__mock/health").json()["loadErrors"])

        wait_until(lambda: "it is a FIFO (named pipe), not a regular file" in load_errors())
        assert program.stop() == 0


def _make(kind: str, file: Path) -> Path:
    match kind:
        case "a FIFO (named pipe)":
            os.mkfifo(file)
        case "a socket":
            with closing(socket.socket(socket.AF_UNIX)) as listening:
                listening.bind(str(file))
        case "a device":
            return Path("/dev/zero")
        case _:
            file.mkdir()
    return file


@needs_fifos
@pytest.mark.parametrize("kind", ["a FIFO (named pipe)", "a socket", "a device", "a folder"])
@pytest.mark.parametrize("flag", ["--dialogues", "--agents-file", "check"])
def test_a_file_of_another_kind_keeps_the_mock_from_starting(
    kind: str, flag: str, tmp_path: Path
) -> None:
    if (kind, flag) == ("a folder", "--dialogues"):
        pytest.skip("it may be a folder")
    file = _make(kind, tmp_path / "d.yaml")
    command = [str(Path(sys.executable).with_name("leadway")), "mock", flag, str(file)]
    with pytest.raises(RuntimeError) as error, running(command, r"listening on (\S+)"):
        pass
    expected = "no dialogue files" if (kind, flag) == ("a folder", "check") else kind
    assert expected in str(error.value)
    assert "Traceback" not in str(error.value)
