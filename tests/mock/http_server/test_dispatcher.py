"""Calls of the WSGI application leave time to the platform."""

from leadway_mock.http_server.dispatcher import (
    MAX_WSGI_DELAY_SECONDS,
    PLATFORM_IN_USE_SECONDS,
    WSGI_SHARE,
    WSGIPace,
)

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
