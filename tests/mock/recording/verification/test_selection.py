"""Which probes are sent, and in which order."""

from __future__ import annotations

from datetime import date

import pytest

from leadway_mock.contract.observations import Observations, ObservedProbe
from leadway_mock.recording.verification.probe import Effect
from leadway_mock.recording.verification.probes import (
    PROBES,
    SelectionError,
    parse_days,
    select_probes,
)

TODAY = date(2026, 11, 30)


def names(*only: str, **options: object) -> list[str]:
    return [each.name for each in select_probes(only, today=TODAY, **options)]  # type: ignore[arg-type]


def test_harmless_probes_are_the_default_and_all_are_a_choice() -> None:
    assert set(names()) == {name for name, each in PROBES.items() if each.effect is Effect.NONE}
    assert sorted(names(everything=True)) == sorted(PROBES)


def test_a_probe_brings_what_it_needs_and_what_undoes_it() -> None:
    assert names("session-of-another-agent") == ["first-message", "session-of-another-agent"]
    assert names("publish-version-again") == [
        "create-agent",
        "publish-version",
        "publish-version-again",
        "delete-agent",
    ]
    assert names("session-after-31-minutes")[-3:] == [
        "first-message-before-a-pause",
        "session-after-29-minutes",
        "session-after-31-minutes",
    ]


def test_the_oldest_observations_come_first_and_new_ones_not_at_all() -> None:
    dates = {"no-token": "2026-01-01", "no-version": "2026-11-29", "no-location": "2026-10-31"}
    known = Observations(
        probes=tuple(ObservedProbe(name, day, (), {}) for name, day in dates.items())
    )
    only = ("no-location", "no-version", "no-token", "unknown-agent")
    assert names(*only, due_days=30, known=known) == ["unknown-agent", "no-token", "no-location"]
    assert names(*only, due_days=31, known=known) == ["unknown-agent", "no-token"]
    assert names(*only, due_days=0, known=known)[-1] == "no-version"
    assert names(*only, due_days=30) == list(only)


@pytest.mark.parametrize(("text", "days"), [("30d", 30), ("7", 7), ("0d", 0)])
def test_days(text: str, days: int) -> None:
    assert parse_days(text) == days


@pytest.mark.parametrize("text", ["", "d", "1w", "-1", "99999", "9" * 10_000])
def test_what_is_no_number_of_days(text: str) -> None:
    with pytest.raises(SelectionError, match="--due must be a number of days, such as 30d"):
        parse_days(text)
