"""What a run found, as the tables of `docs/reliability.md`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bench.figures import Spread
from bench.machine import description
from bench.pages import table
from bench.pressure.crowds import BUSY_CONNECTIONS, Pressed
from bench.pressure.endings import TELLERS, Ending
from bench.pressure.hour import STEPS, WARM_UP, Hour

MEGABYTE = 1_000_000
GROWTH_BOUND = 10 * MEGABYTE
"""How much memory may grow by after the warm-up of the hour."""

IDLE_BOUND = 1.2
"""What an answer may cost among silent connections, by what it costs alone."""

HABITS = {
    "silent": "connect and say nothing",
    "drip": "send messages a byte at a time, 20 bytes a second",
    "deaf": "ask for ten answers of 1.7 MB and read none",
    "leave": "leave by a reset at any point of a message, 20 every 10 ms",
    "endless": "send chunks without an end",
    "ask": "keep the threads busy with the control API",
}


@dataclass(slots=True)
class Found:
    """All that a run found."""

    pressed: list[Pressed] = field(default_factory=list)
    hour: Hour | None = None
    stopped: Ending | None = None
    full: Ending | None = None


def verdicts(found: Found) -> Iterator[tuple[str, bool]]:
    """Yield what has to hold, and whether it does."""
    for each in found.pressed:
        yield f"no wrong answer beside those who {HABITS[each.habit]}", each.wrong() == 0
        if each.habit == "silent":
            cheap = each.cost().median <= IDLE_BOUND
            yield f"an answer costs at most {IDLE_BOUND:g} times as much among them", cheap
    if found.hour:
        yield (
            "no wrong answer and no lost turn in the hour",
            not (found.hour.wrong or found.hour.lost),
        )
        bound = f"memory grows by less than {GROWTH_BOUND // MEGABYTE} MB after the warm-up"
        yield bound, found.hour.growth < GROWTH_BOUND
    if found.stopped:
        yield "nothing acknowledged is lost by SIGTERM", found.stopped.kept.nothing_lost
    if found.full:
        yield "nothing acknowledged is lost by a full disk", found.full.kept.nothing_lost


def report(found: Found, command: str) -> str:
    """Return everything as Markdown."""
    parts = [f"`{command}`, {description()}.", *_crowds(found.pressed)]
    parts += _hour(found.hour) if found.hour else ()
    parts += _endings(found)
    judged = [(text, "yes" if holds else "**no**") for text, holds in verdicts(found)]
    return "\n\n".join([*parts, "### What has to hold", table(("", "holds"), judged)])


def _crowds(pressed: Sequence[Pressed]) -> Iterator[str]:
    yield "### Beside those who behave badly"
    yield (
        f"A client with {BUSY_CONNECTIONS} connections sends first turns as fast as they are "
        "answered; in pairs, without the others and beside them, the other way round in every "
        "second round. Ratios are medians over the rounds, with the least and the most."
    )
    head = ("others", "connections", "rate, ratio", "processor time an answer, ratio")
    more = ("p99 without, ms", "p99 beside, ms", "memory without, MB", "beside, MB", "after, MB")
    yield table((*head, *more), [_row(each) for each in pressed])


def _row(each: Pressed) -> tuple[str, ...]:
    alone, beside = each.p99()
    memories = (each.memory_alone, each.memory_beside, each.memory_after)
    return (
        HABITS[each.habit],
        f"{each.number:,}",
        _spread(each.rate()),
        _spread(each.cost()),
        f"{alone.median:.1f}",
        f"{beside.median:.1f}",
        *(f"{memory / MEGABYTE:.0f}" for memory in memories),
    )


def _spread(found: Spread) -> str:
    return f"{found.median:.2f} ({found.least:.2f} to {found.most:.2f})"


def _hour(hour: Hour) -> Iterator[str]:
    sessions, entries, counters = hour.kept
    yield "### An hour at the bounds"
    yield (
        f"{hour.requests:,} requests in an hour by a moved clock, {hour.sessions:,} sessions and "
        f"{hour.journal:,} entries of the journal at most. In the end there were {sessions:,}, "
        f"{entries:,} and {counters} counters; {hour.wrong} answers were wrong, and of the turns "
        f"that were acknowledged in the sessions kept {hour.lost} were missing. After the first "
        f"{WARM_UP:.0%} memory grew by {hour.growth / MEGABYTE:.1f} MB."
    )
    steps = [
        (f"{(number + 1) / STEPS:.0%}", f"{memory / MEGABYTE:.1f}", f"{cost:.0f}")
        for number, (memory, cost) in enumerate(zip(hour.memories, hour.costs, strict=True))
    ]
    yield table(("of the hour", "memory, MB", "µs a request"), steps)


def _endings(found: Found) -> Iterator[str]:
    endings = {"SIGTERM": found.stopped, "a full disk": found.full}
    there = [(name, ending) for name, ending in endings.items() if ending]
    if not there:
        return
    yield "### Amid the talk, on SQLite"
    yield (
        f"{TELLERS} clients hold conversations. The time is until the process has ended, or until "
        "all are answered again once there is room. What stands is read from the next mock on the "
        "same file."
    )
    head = ("", "seconds", "acknowledged", "of them lost", "answered with 503")
    more = ("not known to their clients", "of these, kept")
    rows = [_ending(name, ending) for name, ending in there]
    yield table((*head, *more), rows)


def _ending(name: str, ending: Ending) -> tuple[str, ...]:
    kept = ending.kept
    counts = (kept.acknowledged, kept.missing, kept.refused, kept.unsure, kept.extra)
    return name, f"{ending.seconds:.2f}", *(f"{count:,}" for count in counts)
