"""The goals, and whether they are met."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bench.contenders import OURS, QUIET
from bench.figures import Spread, ratios
from bench.measuring.plan import MAIN, MANY, TRACED
from bench.results import Figure, Measured, Results, Step, p99, rate

CASES = ((MAIN, MANY), (TRACED, MANY))
"""What goals of speed are judged by: the worse of the two."""

FLAT = 1.1
SESSIONS_FROM, TURNS_FROM = 1_000, 2
"""What growth is measured from. A first turn does other work than the rest, so turns begin at 2."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A goal, what was found, and whether that meets it; None where it was not measured.

    `quiet` is what was found with `--quiet`, where that makes a difference. Like is held against
    like: who writes no line for a request is compared with the mock that writes none either.
    """

    goal: str
    wanted: str
    found: str
    met: bool | None
    quiet: str = ""


@dataclass(frozen=True, slots=True)
class Speed:
    """At least `least` times the rate of a contender; `p99` asks for a lower p99, too."""

    name: str
    title: str
    least: float
    logs: bool = False
    p99: bool = False


SPEEDS = (
    Speed("prism-quiet", "Prism, quiet", 5, p99=True),
    Speed("mockoon", "Mockoon", 20, logs=True),
    Speed("wiremock", "WireMock, journal on", 2.5),
    Speed("wiremock-no-journal", "WireMock, journal off", 1.5),
    Speed("wsgi", "bare WSGI on the same server", 0.33),
    Speed("flask", "bare Flask on the same server", 1.5),
)


def verdicts(results: Results) -> list[Verdict]:
    """Return every goal with its verdict."""
    prism = results.contenders.get("prism-quiet")
    return [
        *_speeds(results),
        _cold_start(prism),
        _memory(results.contenders.get(OURS.name), prism),
        _growth("sessions held", results.sessions, SESSIONS_FROM),
        _growth("turns of one conversation", results.turns, TURNS_FROM),
        _wrong(results),
    ]


def _speeds(results: Results) -> Iterator[Verdict]:
    for speed in SPEEDS:
        measured = results.contenders.get(speed.name)
        yield _speed(speed, measured)
        if speed.p99:
            yield _p99(speed, measured)


def _speed(speed: Speed, measured: Measured | None) -> Verdict:
    goal, wanted = f"rate against {speed.title}", f"at least {speed.least:g}"
    found, quiet = (_worse(min, measured, name, rate) for name in (OURS.name, QUIET.name))
    judged = found if speed.logs else quiet
    if not found or not judged:
        return _unknown(goal, wanted, measured)
    return Verdict(goal, wanted, times(found), judged.median >= speed.least, _times(quiet))


def _p99(speed: Speed, measured: Measured | None) -> Verdict:
    goal, wanted = f"p99 against {speed.title}", "below 1"
    found, quiet = (_worse(max, measured, name, p99) for name in (OURS.name, QUIET.name))
    judged = found if speed.logs else quiet
    if not found or not judged:
        return _unknown(goal, wanted, measured)
    return Verdict(goal, wanted, times(found), judged.median < 1, _times(quiet))


def _worse(
    worst: Callable[[list[Spread]], Spread], measured: Measured | None, ours: str, figure: Figure
) -> Spread | None:
    """Return the worse of the ratios that count, or None for none."""
    cases = CASES if measured else ()
    found = [ratio for case in cases if measured and (ratio := measured.ratio(case, ours, figure))]
    return worst(found) if found else None


def _times(found: Spread | None) -> str:
    return times(found) if found else ""


def _cold_start(prism: Measured | None) -> Verdict:
    goal, wanted = "cold start against Prism, quiet", "at most 0.5"
    if not prism or not prism.cold or not prism.cold_beside:
        return _unknown(goal, wanted, prism)
    rounds = min(len(prism.cold), len(prism.cold_beside))
    found = ratios(prism.cold_beside[:rounds], prism.cold[:rounds])
    return Verdict(goal, wanted, times(found), found.median <= 0.5)  # noqa: PLR2004 - the goal


def _memory(ours: Measured | None, prism: Measured | None) -> Verdict:
    goal, wanted = "peak memory after the same load, against Prism, quiet", "at most 0.5"
    if not ours or not ours.loaded or not prism or not prism.loaded:
        return _unknown(goal, wanted, prism)
    found = ours.loaded / prism.loaded
    return Verdict(goal, wanted, f"{found:.2f}", found <= 0.5)  # noqa: PLR2004 - the goal


def _growth(what: str, steps: Sequence[Step], start: int) -> Verdict:
    goal, wanted = f"cost of a turn, by {what}", f"at most {FLAT:g}"
    base = next((step for step in steps if step.size == start), None)
    if base is None or steps[-1].size <= start:
        return Verdict(goal, wanted, "not measured", None)
    found = ratios(steps[-1].costs, base.costs)
    span = f"{times(found)} from {start:,} to {steps[-1].size:,}"
    return Verdict(goal, wanted, span, found.median <= FLAT)


def _wrong(results: Results) -> Verdict:
    ours = results.contenders.get(OURS.name)
    if not ours or not ours.samples:
        return _unknown("wrong answers", "none", ours)
    wrong = sum(sum(counts.values()) for counts in ours.wrong().values())
    answers = sum(sample.outcome.checked for sample in ours.samples)
    return Verdict("wrong answers", "none", f"{wrong:,} of {answers:,}", wrong == 0)


def _unknown(goal: str, wanted: str, measured: Measured | None) -> Verdict:
    return Verdict(goal, wanted, measured.failure if measured else "not measured", None)


def times(found: Spread) -> str:
    """Return a ratio with its spread, as in `5.21 (4.90 … 5.60)`."""
    return f"{found.median:.2f} ({found.least:.2f} … {found.most:.2f})"


def middle(values: Sequence[float], over: Callable[[float], str]) -> str:
    """Return the median of `values` as text; nothing is a dash."""
    return over(statistics.median(values)) if values else "-"
