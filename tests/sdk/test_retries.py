from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadway import RateLimitedError, RetryPolicy, ServerError, SettingsError
from leadway._retries import parse_retry_after

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
        ("9999999999", 1e9),
        ("9" * 400, 1e9),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert parse_retry_after({"retry-after": value}, lambda: NOON) == seconds


def test_a_date_is_compared_with_the_date_of_the_response() -> None:
    headers = {
        "retry-after": "Wed, 21 Oct 2015 12:00:30 GMT",
        "date": "Wed, 21 Oct 2015 12:00:20 GMT",
    }
    assert parse_retry_after(headers, lambda: 0.0) == 10.0


def test_without_the_header_there_is_no_delay() -> None:
    assert parse_retry_after({}) is None


@given(st.text())
def test_any_text_is_parsed_or_ignored(value: str) -> None:
    wait = parse_retry_after({"retry-after": value, "date": value}, lambda: NOON)
    assert wait is None or wait >= 0


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_delays_stay_within_their_limits(attempt: int, fraction: float) -> None:
    error = ServerError("No", retry_safe=True)
    retries = RetryPolicy(attempts=20_000, max_total_delay=1e9)
    delay = retries.retry_delay(error, attempt, 0.0, lambda: fraction)
    assert delay is not None
    assert 0.25 <= delay <= 8.0


@given(st.floats(0, 1000), st.floats(0, 1))
def test_a_retry_is_never_earlier_than_retry_after(seconds: float, fraction: float) -> None:
    error = RateLimitedError("No", retry_safe=True, retry_after=seconds)
    delay = RetryPolicy(max_total_delay=1e9).retry_delay(error, 1, 0.0, lambda: fraction)
    assert delay is not None
    assert seconds <= delay <= seconds + 0.25


@pytest.mark.parametrize(
    "invalid", [{"attempts": 0}, {"max_total_delay": -1.0}, {"initial_delay": float("nan")}]
)
def test_invalid_policies_are_rejected(invalid: dict[str, float]) -> None:
    with pytest.raises(SettingsError):
        RetryPolicy(**invalid)  # type: ignore[arg-type]
