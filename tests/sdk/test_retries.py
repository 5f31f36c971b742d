from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadway import RateLimitedError, Retries, ServerError, SettingsError
from leadway.retries import retry_after

NOON = 1_445_428_800.0
"""Wed, 21 Oct 2015 12:00:00 GMT."""


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 2.5 ", 2.5),
        ("Wed, 21 Oct 2015 12:00:30 GMT", 30.0),
        ("Wed, 21 Oct 2015 11:00:00 GMT", 0.0),
        ("-1", None),
        ("soon", None),
        ("1e3", None),
        ("nan", None),
        ("²", None),
        ("", None),
        ("Wed, 99 Oct 2015 12:00:30 GMT", None),
        ("9" * 400, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_or_nonsense(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, lambda: NOON) == seconds


def test_a_date_is_held_against_the_clock_of_the_service() -> None:
    headers = {
        "retry-after": "Wed, 21 Oct 2015 12:00:30 GMT",
        "date": "Wed, 21 Oct 2015 12:00:20 GMT",
    }
    assert retry_after(headers, lambda: 0.0) == 10.0


def test_without_the_header_there_is_no_wait() -> None:
    assert retry_after({}) is None


@given(st.text())
def test_any_text_is_a_wait_or_none(value: str) -> None:
    wait = retry_after({"retry-after": value, "date": value}, lambda: NOON)
    assert wait is None or wait >= 0


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_waits_stay_within_their_bounds(attempt: int, drawn: float) -> None:
    error = ServerError("No", retry_safe=True)
    retries = Retries(attempts=20_000, budget=1e9)
    pause = retries.pause_after(error, attempt, 0.0, lambda: drawn)
    assert pause is not None
    assert 0.25 <= pause <= 8.0


@given(st.floats(0, 1000), st.floats(0, 1))
def test_never_earlier_than_asked(asked: float, drawn: float) -> None:
    error = RateLimitedError("No", retry_safe=True, retry_after=asked)
    pause = Retries(budget=1e9).pause_after(error, 1, 0.0, lambda: drawn)
    assert pause is not None
    assert asked <= pause <= asked + 0.25


@pytest.mark.parametrize("wrong", [{"attempts": 0}, {"budget": -1.0}, {"first_wait": float("nan")}])
def test_what_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(SettingsError):
        Retries(**wrong)  # type: ignore[arg-type]
