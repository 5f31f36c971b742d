"""One run, from the generator's own ceiling to the millionth session."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.contenders import CONTENDERS, Contender, Kind
from bench.load.process import generating
from bench.machine import description
from bench.measuring.growth import long_conversation, many_sessions, measure
from bench.measuring.plan import Plan
from bench.measuring.profile import profile
from bench.measuring.rounds import ceiling, cold_starts, under_load
from bench.results import Measured, Results


def run(
    contenders: Sequence[Contender], plan: Plan, logs: Path, *, growth: bool
) -> Iterator[Results]:
    """Measure `contenders`, the mock among them, and its growth if wanted.

    Yields what is known, with the growth and before it, so that it can be kept meanwhile.
    """
    found = {each.name: Measured(each.title, each.missing()) for each in contenders}
    results = Results(plan.name, description(), contenders=found)
    with generating() as generator:
        results.generator = ceiling(generator, plan)
        cold_starts(contenders, found, plan, logs)
        under_load(contenders, found, plan, generator, logs)
    yield results
    if growth:
        results.sessions = measure(many_sessions, plan.sessions, plan)
        results.turns = measure(long_conversation, plan.turns, plan)
        results.profile = profile(plan.profile)
        yield results


def chosen(names: Sequence[str]) -> list[Contender]:
    """Return the contenders of those names, the mock first, since all are measured beside it."""
    return [each for each in CONTENDERS.values() if each.kind is Kind.OURS or each.name in names]
