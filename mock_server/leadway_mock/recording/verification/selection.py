"""Which probes are sent: harmless ones, named ones, all, or those that are due again."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import Final

from leadway_mock.contract.observations import Observations
from leadway_mock.recording.verification.agent_probes import CLEAN_UP
from leadway_mock.recording.verification.probe import (
    Effect,
    Probe,
    select_with_references,
)
from leadway_mock.recording.verification.probes import PROBES
from leadway_mock.util.names import suggest

MAX_DAYS: Final = 36_500
_DAYS = re.compile(r"(\d{1,5})d?")


class SelectionError(ValueError):
    """Probes cannot be selected; the text says why."""


def parse_days(text: str) -> int:
    """Return the number of days in a text such as `30d`; raises `SelectionError`."""
    match = _DAYS.fullmatch(text)
    days = int(match[1]) if match else MAX_DAYS + 1
    if days > MAX_DAYS:
        raise SelectionError(f"--due must be a number of days, such as 30d, not {text[:40]!r}.")
    return days


def select_probes(
    names: Collection[str] = (),
    *,
    everything: bool = False,
    due_days: int | None = None,
    known: Observations | None = None,
    today: date,
) -> list[Probe]:
    """Return the probes to send, in order: by default all harmless ones.

    Args:
        names: only these, and those that they refer to.
        everything: also probes that are not harmless.
        due_days: only probes whose observation is so old, or missing; the oldest first.
        known: earlier observations, with their dates.
        today: the day to count from.

    Raises:
        SelectionError: there is no probe with one of the names.
    """
    for name in names:
        if name not in PROBES:
            raise SelectionError(f"there is no probe {name[:80]!r}; {suggest(name, PROBES)}")
    chosen = list(names) or [
        name for name, each in PROBES.items() if everything or each.effect is Effect.NONE
    ]
    if due_days is not None:
        dates = {each.probe: each.date for each in (known or Observations()).probes}
        limit = (today - timedelta(days=min(due_days, today.toordinal() - 1))).isoformat()
        due = [name for name in chosen if dates.get(name, "") <= limit]
        chosen = sorted(due, key=lambda name: dates.get(name, ""))
    needed = {each.name for each in select_with_references(PROBES, chosen)}
    return select_with_references(PROBES, [*chosen, *clean_up_after(needed)])


def clean_up_after(names: Collection[str]) -> list[str]:
    """Return the names of the probes that undo those of `names`, and are not among them."""
    return [undo for name, undo in CLEAN_UP.items() if name in names and undo not in names]


def describe_probes() -> Iterator[str]:
    """Yield a line for each probe: name, effect, and the rows that it may show."""
    for name, each in PROBES.items():
        effect = "harmless" if each.effect is Effect.NONE else each.effect.value
        runs = ", may run the agent" if each.may_run_agent else ""
        yield f"{name}: {effect}{runs}; {', '.join(each.behaviours)}"
