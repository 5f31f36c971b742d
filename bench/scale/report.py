"""What was found, as Markdown for the page docs/scale.md."""

from __future__ import annotations

import platform
import re
import statistics
from collections.abc import Iterator, Mapping, Sequence

from bench.interpreter import python
from bench.machine import CORES
from bench.pages import DOCS, table, write_last_run
from bench.scale.checking import Check
from bench.scale.costs import Costs
from bench.scale.growing import HOURS, TRIP, ladder, months
from bench.scale.measuring import Case
from bench.scale.model import Policy
from bench.scale.plan import Plan
from bench.scale.verbs import Asked, verbs_of_turns

PAGE = DOCS / "scale.md"
MICRO = 1e6
GIB = 2**30
TB = 1e12
POLICY = Policy()

OWNERS = (
    (re.compile(r"^/(turns|sessions/expired)/"), "the session"),
    (re.compile(r"^/quota/"), "the app and its location"),
    (re.compile(r"/orders$"), "the space; read, and hardly ever written"),
    (re.compile(r"^/"), "the space"),
)
"""Whose a key is, by how it begins or ends; the first that fits."""

MEASURED = (
    "Each row is one mock that runs beside its clients, and its Redis if it has one, on the {cores}"
    " cores of this machine. *Predicted* is the bound that the model gives, *simulated* what its"
    " queues leave of it, *measured* the median with the least and the most. *Cores had* is"
    " how much of them all of it had, and would take at the predicted rate: what it lacks there,"
    " something else on the machine had, or nobody used. The last column is measured by predicted"
    " where each is divided by its cores, and so without what it lacked."
)


def report(costs: Mapping[str, Costs], cases: Sequence[Case], plan: Plan, command: str) -> str:
    """Return everything that was found."""
    checks = [Check(case, costs[case.store]) for case in cases]
    parts = [
        f"`{command}`: {plan.rounds} rounds of {plan.seconds:g} s a load. {_machine()}.",
        "### Unit costs",
        table(("a turn costs", *costs), _costs(list(costs.values()))),
        "### What a turn asks of the store",
        table(("verb", "key", "first turn", "further turn", "belongs to"), _verbs()),
        "### Where it saturates",
        _saturation(costs),
        "### What a month takes",
        _months(costs["redis:"]),
        "### Predicted, simulated, measured",
        MEASURED.format(cores=len(CORES) or "unknown"),
        table(CHECK_HEAD, map(_checked, checks)),
        _deviations(checks),
    ]
    return "\n\n".join(parts)


def _machine() -> str:
    """Return what the figures depend on, without the machine's name."""
    cores = f"{len(CORES)} cores" if CORES else "cores not known"
    system = f"{platform.system()} on {platform.machine()}"
    return f"{python()}, {system}, {cores}, shared by mock, store and load"


def write(found: str) -> None:
    """Put what was found into the page."""
    write_last_run(PAGE, found)


def _costs(costs: Sequence[Costs]) -> Iterator[Sequence[str]]:
    def row(title: str, values: Sequence[float], form: str = ".0f") -> Sequence[str]:
        return (title, *(f"{value:{form}}" if value else "-" for value in values))

    yield row("µs of processor in the mock", [each.worker * MICRO for each in costs])
    yield row(
        "µs where all wait for each other: Redis, or the writer of the file",
        [each.store * MICRO for each in costs],
    )
    yield row("questions to a server", [each.trips for each in costs], ".1f")
    yield row("µs that each is on its way, on loopback", [each.trip * MICRO for each in costs])
    yield row("bytes between mock and server", [each.bytes for each in costs])
    yield row("bytes kept, of a session with its first turn", [each.sizes.first for each in costs])
    yield row("bytes kept, of each further turn", [each.sizes.further for each in costs])
    yield row("bytes kept, of an entry in the journal", [each.sizes.entry for each in costs])
    yield row("µs of processor in the client that asks", [each.client * MICRO for each in costs])


def _verbs() -> Iterator[Sequence[str]]:
    first, further = verbs_of_turns()
    session = next(each.key for each in first if each.key.startswith("/turns/")).split("/")[-1]
    asked = [[_general(each, session) for each in some] for some in (first, further)]
    rows = dict.fromkeys([*asked[0][:-1], *asked[1]])
    for verb, key in rows:
        counts = (str(some.count((verb, key)) or "-") for some in asked)
        yield (verb, f"`{key}`", *counts, _owner(key))
    yield ("all", "", str(len(first)), str(len(further)), "")


def _general(asked: Asked, session: str) -> tuple[str, str]:
    """Return a verb and its key, without what differs from turn to turn."""
    key = re.sub(r"/\d{9,}$", "/TIME", asked.key.replace(session, "SESSION"))
    names = iter(("LOCATION",) if "/minute/" in key else ("TOKEN", "LOCATION"))
    return asked.verb, re.sub(r"\b[0-9a-f]{12}\b", lambda _: next(names), key)


def _owner(key: str) -> str:
    return next(owner for pattern, owner in OWNERS if pattern.search(key))


def _saturation(costs: Mapping[str, Costs]) -> str:
    rows = [(title, _number(most.rate), most.bottleneck) for title, most in ladder(costs)]
    return table(("deployment", "turns a second at most", "what bounds it"), rows)


def _months(costs: Costs) -> str:
    head = (
        *("turns a second", "workers", f"machines of {POLICY.cores} cores", "Redis"),
        *("core-hours", "GiB in Redis", "TB moved to and from Redis"),
    )
    rows = [
        (
            *(_number(load.rate), _number(need.workers), _number(need.machines)),
            *(_number(need.stores), _number(need.core_hours(POLICY, HOURS))),
            *(f"{need.held / GIB:.2f}", f"{need.moved * HOURS * 3600 / TB:.2f}"),
        )
        for load, need in months(costs, POLICY)
    ]
    assumed = f"The way to a Redis on another machine and back is taken as {TRIP * 1000:g} ms."
    return f"{table(head, rows)}\n\n{assumed}"


CHECK_HEAD = (
    *("store", "workers", "clients", "predicted", "bound by", "simulated", "measured"),
    *("measured by predicted", "by simulated", "cores had", "per core"),
)


def _checked(check: Check) -> Sequence[str]:
    found, had, wanted = check.measured, *check.cores
    shown = f"{_number(found.median)} ({_number(found.least)} to {_number(found.most)})"
    return (
        *(check.case.store, str(check.case.workers), str(check.case.clients)),
        *(_number(check.predicted), check.bottleneck, _number(check.simulated), shown),
        *(f"{found.median / each:.2f}" for each in (check.predicted, check.simulated)),
        f"{had:.2f} of {wanted:.2f}",
        f"{check.per_core:.2f}",
    )


def _deviations(checks: Sequence[Check]) -> str:
    by_model = _far([each.measured.median / each.predicted for each in checks])
    by_simulation = _far([each.measured.median / each.simulated for each in checks])
    by_core = _far([each.per_core for each in checks])
    wrong = sum(each.wrong for each in checks)
    return (
        f"What was measured lies {by_model} from the model, {by_simulation} from the simulation,"
        f" and {by_core} from the model where each is divided by its cores. Wrong answers: {wrong}."
    )


def _far(ratios: Sequence[float]) -> str:
    """Return how far what was measured lies from what was foretold."""
    off = [abs(each - 1) for each in ratios]
    return f"{statistics.median(off):.0%} (at the median; at most {max(off):.0%})"


def _number(value: float) -> str:
    """Return a number of which three figures count."""
    if value >= 100:  # noqa: PLR2004 - where three figures are left of the point
        digits = 10 ** max(0, len(str(round(value))) - 3)
        return f"{round(value / digits) * digits:,}"
    return f"{value:.3g}"
