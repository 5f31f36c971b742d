"""Calls of the WSGI application leave time to the platform."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from leadway_mock.http.messages import Request, Response
from leadway_mock.http_server.dispatcher import (
    MAX_WSGI_DELAY_SECONDS,
    PLATFORM_IN_USE_SECONDS,
    READING_SHARE,
    SECONDS_PER_BYTE,
    WSGI_SHARE,
    Dispatcher,
    WSGIPace,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

COST = 0.01


def paced(*, platform_used_at: float) -> WSGIPace:
    """Return a pace that has seen one call of `COST` seconds, and the platform in use."""
    pace = WSGIPace()
    pace.begin(0.0)
    pace.end(COST)
    pace.platform_used_at = platform_used_at
    return pace


def test_overlapping_calls_use_their_share_of_the_time() -> None:
    pace = paced(platform_used_at=10.0)
    delays = [round(pace.begin(10.0), 6) for _ in range(4)]
    assert delays == [0, *(round(COST / WSGI_SHARE * number, 6) for number in (1, 2, 3))]


def test_calls_one_after_the_other_are_not_delayed() -> None:
    pace = paced(platform_used_at=10.0)
    for _ in range(3):
        assert pace.begin(10.0) == 0
        pace.end(COST)


def test_without_requests_to_the_platform_no_call_is_delayed() -> None:
    pace = paced(platform_used_at=10.0)
    now = 10.0 + PLATFORM_IN_USE_SECONDS
    assert [pace.begin(now) for _ in range(3)] == [0, 0, 0]


def test_a_delay_is_bounded() -> None:
    pace = paced(platform_used_at=10.0)
    pace.begin(10.0)
    pace.end(100 * COST)
    delays = [pace.begin(10.0) for _ in range(3)]
    assert delays == [0, MAX_WSGI_DELAY_SECONDS, MAX_WSGI_DELAY_SECONDS]


def test_those_who_send_much_take_turns_within_their_share() -> None:
    dispatcher = Dispatcher(lambda _, __: [], None, threads=1, max_body=1)
    used = round((COST + 1_000 * SECONDS_PER_BYTE) / READING_SHARE, 6)
    pauses = [round(dispatcher.reading_pause(10.0, COST, 1_000), 6) for _ in range(3)]
    assert pauses == [used, round(2 * used, 6), round(3 * used, 6)]
    assert round(dispatcher.reading_pause(100.0, COST, 1_000), 6) == used


class FakePlatform:
    """Responds to `/platform` at once."""

    def max_body(self, _: str) -> int:
        return 0

    def takes(self, path: str) -> bool:
        return path == "/platform"

    def respond_at_once(self, _: Request) -> Response:
        return Response(200, {}, "reply", "documented")

    def respond(self, request: Request) -> Response:
        return self.respond_at_once(request)


def test_a_call_beside_another_one_waits_while_messages_arrive() -> None:
    finished, may_end = threading.Event(), threading.Event()

    def app(_: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        started_at = time.thread_time()
        while time.thread_time() < started_at + 10 * COST:  # So the next ones wait for longer.
            pass
        may_end.wait(10)
        start("200 OK", [])
        return [b""]

    delays: list[float] = []
    connection: Any = SimpleNamespace(
        client=None,
        server=None,
        scheme="http",
        is_cancelled=lambda: False,
        respond=lambda _: None,
        respond_later=lambda _: None,
        loop=SimpleNamespace(
            call_soon_threadsafe=lambda *_: finished.set(),
            call_later=lambda delay, *_: delays.append(delay),
        ),
    )
    dispatcher = Dispatcher(app, FakePlatform(), 2, 0)
    may_end.set()
    dispatcher.dispatch(Request("GET", "/control"), connection)  # Its cost becomes known.
    assert finished.wait(10)
    may_end.clear()
    dispatcher.dispatch(Request("GET", "/control"), connection)
    assert delays == []
    dispatcher.dispatch(Request("POST", "/platform"), connection)
    dispatcher.dispatch(Request("GET", "/control"), connection)
    may_end.set()
    dispatcher.close()
    assert len(delays) == 1
    assert delays[0] > 0
