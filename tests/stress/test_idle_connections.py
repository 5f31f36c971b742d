"""Thousands of idle connections cost active ones nothing, and never exclude new ones."""

from __future__ import annotations

import gc
import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any
from weakref import ref

import pytest

from leadway_mock.http.messages import Request, Response
from leadway_mock.http_server import listener
from leadway_mock.http_server.listener import Acceptor
from leadway_mock.http_server.protocol import HttpProtocol
from tests.contract.programs import mock
from tests.mock.raw_client import RawClient
from tests.stress.bad_clients import (
    GET,
    assert_responds,
    constant,
    headers,
    many,
    opened,
    say,
    serve_mock,
    simple,
)
from tests.wait import wait_until

resource = pytest.importorskip("resource", reason="this system has no limit on open files to lower")

FEW_FILES = 200
SPARE_FILES = 200


def most_idle() -> int:
    """Return how many connections to hold: both of their ends are in this process."""
    files: int = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return min(2_000, (files - SPARE_FILES) // 2)


@contextmanager
def looked_at() -> Iterator[Counter[HttpProtocol]]:
    """Count how often each connection's own code runs in any thread that begins from now on."""
    looks: Counter[HttpProtocol] = Counter()
    codes = {each.__code__ for each in vars(HttpProtocol).values() if hasattr(each, "__code__")}
    codes |= {each.fget.__code__ for each in vars(HttpProtocol).values() if hasattr(each, "fget")}
    codes.discard(_code_of("close_if_overdue"))  # Once a second, of all.

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code in codes:
            looks[frame.f_locals["self"]] += 1

    before = threading.getprofile()
    threading.setprofile(note)
    try:
        yield looks
    finally:
        threading.setprofile(before)


def _code_of(name: str) -> CodeType:
    code: CodeType = vars(HttpProtocol)[name].__code__
    return code


def test_idle_connections_cost_no_processor_time() -> None:
    """That is why they cost nothing: a request is as much work among 2,000 as alone."""
    number = most_idle()
    with (
        looked_at() as looks,
        serve_mock() as server,
        many(server.url, number),
        RawClient(server.url) as busy,
    ):
        assert say(busy).status == 200
        wait_until(lambda: len(server.connections) == number + 1)
        looks.clear()
        for _ in range(200):
            assert say(busy).status == 200
        assert len(looks) == 1


LATE = headers(0, path="/late")


def late(request: Request) -> Response:
    """Respond much later than a test lasts, if the path says so."""
    response = constant(request)
    response.delay = 600.0 if request.path == "/late" else 0.0
    return response


@pytest.mark.parametrize("in_loop", [True, False])
def test_delayed_responses_cost_no_processor_time(*, in_loop: bool) -> None:
    """So thousands may be late at the same time, as the page on faults says."""
    with (
        looked_at() as looks,
        simple(late, in_loop=in_loop, grace=0) as server,
        many(server.url, 100) as waiting,
        RawClient(server.url) as busy,
    ):
        for each in waiting:
            each.sendall(LATE)
        wait_until(lambda: sum(each.timer is not None for each in list(looks)) == 100)
        assert say(busy, GET).status == 200
        looks.clear()
        for _ in range(100):
            assert say(busy, GET).status == 200
        assert len(looks) == 1


def test_busy_connections_are_not_checked_repeatedly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A check reads all connections; with thousands it would cost more than the responses."""
    asked: Counter[HttpProtocol] = Counter()

    def is_abandoned(connection: HttpProtocol) -> bool:
        asked[connection] += 1
        return False

    monkeypatch.setattr(listener, "max_connections", lambda: 20)
    monkeypatch.setattr(listener, "_RETRY_SECONDS", 600)
    monkeypatch.setattr(HttpProtocol, "is_abandoned", property(is_abandoned))
    with simple(late, grace=0) as server, many(server.url, 20) as waiting:
        for each in waiting:
            each.sendall(LATE)
        wait_until(
            lambda: sum(vars(each).get("timer") is not None for each in server.connections) == 20
        )
        with many(server.url, 20):
            wait_until(lambda: len(asked) == 20)
            threading.Event().wait(0.3)
            assert set(asked.values()) == {1}


def test_accepting_is_not_retried_in_a_loop_without_file_descriptors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Others may have them all, and hold on to them: connections that wait cost nothing."""
    tries: list[Acceptor] = []

    class Exhausted:
        def __init__(self, listening: Any) -> None:
            self.fileno, self.close = listening.fileno, listening.close

        def accept(self) -> None:
            raise OSError(24, "Too many open files")

    accept_one = Acceptor._accept_one  # noqa: SLF001 - what is tried

    def tried(accepting: Acceptor) -> bool:
        if not tries:
            accepting._socket = Exhausted(accepting._socket)  # type: ignore[assignment]  # noqa: SLF001 - as above
        tries.append(accepting)
        return accept_one(accepting)

    monkeypatch.setattr(Acceptor, "_accept_one", tried)
    with simple(constant) as server, many(server.url, 5):
        wait_until(lambda: len(tries) >= 1)
        threading.Event().wait(0.5)
        assert len(tries) < 20


def test_a_delayed_response_of_a_closed_connection_is_freed() -> None:
    """Otherwise memory would grow with each of them."""
    with looked_at() as looks, simple(late, grace=0) as server:
        with opened(server.url) as waiting:
            waiting.sendall(LATE)
            wait_until(lambda: any(each.timer is not None for each in list(looks)))
            (left,) = [ref(each) for each in looks if each.timer is not None]

            def abort() -> None:
                for each in looks:
                    each.transport.abort()

            next(iter(looks)).loop.call_soon_threadsafe(abort)
            wait_until(lambda: not server.connections)
        looks.clear()

        def is_gone() -> bool:
            gc.collect()
            return left() is None

        wait_until(is_gone)


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="this system sets no other's limits")
@pytest.mark.parametrize(
    ("when", "files"), [("from the start", 20), ("from the start", 64), ("later", FEW_FILES)]
)
def test_idle_connections_are_closed_when_file_descriptors_are_few(when: str, files: int) -> None:
    """Later means that the mock counts on more files than there are, as when others take them."""
    lower = ("sh", "-c", f'ulimit -n {files} && exec "$@"', "sh")
    with mock(within=lower if when == "from the start" else ()) as program:
        pid = program.process.pid
        if when == "later":
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (files, files))
        assert resource.prlimit(pid, resource.RLIMIT_NOFILE)[0] == files
        for _ in range(3):
            with many(program.url, 300):
                for _ in range(3):
                    assert_responds(program.url)
                before = processor_seconds(pid)
                threading.Event().wait(0.5)
                assert processor_seconds(pid) - before < 0.2
        assert "Traceback" not in program.log.read_text()


def processor_seconds(pid: int) -> float:
    """Return the processor time that a process has used, its system calls included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
