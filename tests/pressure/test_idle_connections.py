"""Thousands of silent connections: they cost the busy ones nothing, and never shut others out."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator
from typing import Any
from weakref import ref

import pytest

from leadway_mock.http.delivery import DELIVERY, Delivery
from leadway_mock.server import Server, listener
from leadway_mock.server.binding import bind, url_of
from leadway_mock.server.channel import Channel
from leadway_mock.server.listener import Listener
from tests.contract.programs import mock
from tests.mock.raw_client import RawClient
from tests.pressure.pressing import (
    GET,
    assert_answers,
    constant,
    head,
    many,
    opened,
    pressed,
    say,
    soon,
    turned,
)

resource = pytest.importorskip("resource", reason="this system has no limit on open files to lower")

FEW_FILES = 200
SPARE_FILES = 200


def most_idle() -> int:
    """Return how many connections to hold: both of their ends are in this process."""
    files: int = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return min(2_000, (files - SPARE_FILES) // 2)


def test_silent_connections_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is why they cost nothing: a request is as much work among 2,000 as alone."""
    looks: Counter[Channel] = Counter()
    readable = Channel.readable

    def counted(channel: Channel) -> bool:
        looks[channel] += 1
        return bool(readable(channel))

    monkeypatch.setattr(Channel, "readable", counted)
    number = most_idle()
    with pressed() as server, many(server.url, number), RawClient(server.url) as busy:
        assert say(busy).status == 200
        assert soon(lambda: len(looks) == number + 1)
        looks.clear()
        for _ in range(200):
            assert say(busy).status == 200
        assert len(looks) <= 1


LATE = head(0, path="/late")


def late(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answer late, much later than a test lasts, where the path says so."""
    if environ["PATH_INFO"] == "/late":
        environ[DELIVERY](Delivery(delay=600))
    return constant(environ, start_response)


@pytest.mark.parametrize("by_the_loop", [True, False])
def test_late_answers_are_not_looked_at_before_their_time(
    *, by_the_loop: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So thousands may be late at the same time, as the page on faults says."""
    looks: Counter[Channel] = Counter()
    writable = Channel.writable

    def counted(channel: Channel) -> bool:
        looks[channel] += 1
        return bool(writable(channel))

    with (
        Server(late, prompt=lambda _: by_the_loop, grace=0) as server,
        many(server.url, 100) as waiting,
        RawClient(server.url) as busy,
    ):
        for each in waiting:
            each.sendall(LATE)
        channels = server._listener.active_channels  # noqa: SLF001 - who waits, nothing tells
        assert soon(lambda: sum(each.sleeps for each in list(channels.values())) == 100)
        assert say(busy, GET).status == 200
        monkeypatch.setattr(Channel, "writable", counted)
        for _ in range(100):
            assert say(busy, GET).status == 200
        assert sum(each.sleeps for each in looks) == 0


@pytest.fixture
def listening() -> Iterator[Listener]:
    """A server whose loop the test turns by hand."""
    listening = Listener(late, bind("127.0.0.1", 0), max_body=10, prompt=lambda _: True)
    yield listening
    listening.close()


def test_where_all_are_busy_it_is_not_asked_again_and_again(
    listening: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That asks all of them, and among thousands that would cost more than to answer."""
    asked: Counter[Channel] = Counter()
    monkeypatch.setattr(listener, "_ALL_BUSY_SECONDS", 600)
    monkeypatch.setattr(Channel, "is_abandoned", lambda each: asked.update([each]))
    assert listening.socket
    with many(url_of(listening.socket), 20) as waiting:
        for each in waiting:
            each.sendall(LATE)
        channels = listening.active_channels
        assert turned(listening, lambda: sum(each.sleeps for each in channels.values()) == 20)
        monkeypatch.setattr(listening, "_most_connections", 20)
        for _ in range(50):
            listening.turn(0)
        assert asked == Counter(channels.values())


def test_of_who_is_hung_up_on_before_a_late_answer_nothing_is_kept(listening: Listener) -> None:
    """Else many would be kept, one after another, for as long as answers are late."""
    assert listening.socket
    with opened(url_of(listening.socket)) as waiting:
        waiting.sendall(LATE)
        channels = listening.active_channels
        assert turned(listening, lambda: any(each.sleeps for each in channels.values()))
        (left,) = map(ref, channels.values())
        for channel in list(channels.values()):
            channel.handle_close()
        del channel
        gc.collect()
        assert left() is None


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="this system sets no other's limits")
@pytest.mark.parametrize("when", ["from the start", "later"])
def test_where_files_are_few_the_silent_make_room(when: str) -> None:
    """Later means that the mock counts on more files than there are, as when others take them."""
    with mock() as program:
        pid = program.process.pid
        if when == "later":
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (FEW_FILES, FEW_FILES))
        for _ in range(3):
            with many(program.url, 300):
                for _ in range(3):
                    assert_answers(program.url)
        assert "Traceback" not in program.log.read_text()
