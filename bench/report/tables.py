"""The tables of the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bench.contenders import CONTENDERS, OURS
from bench.measuring.plan import CONNECTIONS, CONVERSATIONS, INVALID, MAIN, MANY, TRACED
from bench.pages import table
from bench.report.goals import middle, times, verdicts
from bench.results import Case, Measured, Results, Sample, Step, rate

MEBIBYTE = 1 << 20
COMPARED = (MAIN, TRACED, CONVERSATIONS)
MET = {True: "met", False: "**not met**", None: "unknown"}


def goals(results: Results) -> str:
    """Return the goals, beside what was found."""
    rows = [
        (each.goal, each.wanted, each.found, MET[each.met], each.quiet)
        for each in verdicts(results)
    ]
    return table(("", "goal", "found", "", "found with `--quiet`"), rows)


def rates(results: Results) -> str:
    """Return the answers a second of every contender under every load."""
    counts = " / ".join(map(str, CONNECTIONS))
    header = ("", MAIN, "traced", CONVERSATIONS, INVALID)
    rows = [
        (
            title,
            _rates(measured, MAIN),
            _rate(measured, (TRACED, MANY)),
            _rates(measured, CONVERSATIONS),
            _rates(measured, INVALID),
        )
        for title, measured in _known(results)
    ]
    return table(header, [("connections", counts, str(MANY), counts, counts), *rows])


def comparison(results: Results) -> str:
    """Return the mock's rates as multiples of every contender's, and the latency of each."""
    header = ("", MAIN, "traced", CONVERSATIONS, "p50 ms", "p99 ms", "µs of processor")
    return table(header, [_compared(title, each) for title, each in _known(results)])


def _compared(title: str, measured: Measured) -> Sequence[str]:
    outcomes = measured.outcomes((MAIN, MANY))
    return (
        title,
        *(_ratio(measured, (workload, MANY)) for workload in COMPARED),
        middle([each.p50 for each in outcomes], "{:.1f}".format),
        middle([each.p99 for each in outcomes], "{:.1f}".format),
        _cpu([each for each in measured.samples if each.case == (MAIN, MANY)]),
    )


def wrong(results: Results) -> str:
    """Return what was wrong with the answers, contender by contender."""
    header = ("", MAIN, CONVERSATIONS, INVALID)
    return table(header, [(title, *_complaints(each)) for title, each in _known(results)])


def _complaints(measured: Measured) -> Iterator[str]:
    found = measured.wrong()
    for workloads in ((MAIN, TRACED), (CONVERSATIONS,), (INVALID,)):
        answers = sum(
            each.outcome.checked for each in measured.samples if each.workload in workloads
        )
        counts: dict[str, int] = {}
        for workload in workloads:
            for why, number in found.get(workload, {}).items():
                counts[why] = counts.get(why, 0) + number
        yield _complaint(counts, answers)


def _complaint(counts: Mapping[str, int], answers: int) -> str:
    if not counts:
        return "none" if answers else "-"
    return "; ".join(f"{number / max(answers, number):.1%} {why}" for why, number in counts.items())


def costs(results: Results) -> str:
    """Return cold start and memory."""
    header = (
        "",
        "cold start s",
        "MiB idle",
        "at most, after the same load",
        "at most, after all",
        "answers in all",
    )
    rows = [
        (
            title,
            middle(each.cold, "{:.2f}".format),
            *map(_mebibytes, (each.idle, each.loaded, each.peak)),
            f"{sum(sample.outcome.answers for sample in each.samples):,}",
        )
        for title, each in _known(results)
    ]
    return table(header, rows)


def growth(steps: Sequence[Step], what: str) -> str:
    """Return what a turn costs at each size, and by what factor more than at the one before."""
    rows = [
        (f"{step.size:,}", middle(step.costs, "{:.0f}".format), _mebibytes(step.memory))
        for step in steps
    ]
    return table((what, "µs a turn", "MiB of the process"), rows)


def profile(met: Mapping[str, int]) -> str:
    """Return the share of each step of a turn, the largest first."""
    total = sum(met.values())
    ordered = sorted(met.items(), key=lambda each: -each[1])
    return table(("step", "share"), [(step, f"{number / total:.0%}") for step, number in ordered])


def generator(samples: Sequence[Sample]) -> str:
    """Return what the load generator can do by itself."""
    rows = [
        (
            str(each.connections),
            f"{each.outcome.rate:,.0f}",
            f"{each.outcome.busy * each.outcome.seconds / each.outcome.answers * 1e6:.0f}",
        )
        for each in samples
    ]
    return table(("connections", "answers a second", "generator's µs an answer"), rows)


def busiest(results: Results) -> tuple[str, float]:
    """Return under whom the generator was busiest, and the share of its core that it used then."""
    shares = [
        (sample.outcome.busy, measured.title)
        for measured in results.contenders.values()
        for sample in measured.samples
    ]
    share, title = max(shares, default=(0.0, "nobody"))
    return title, share


def _known(results: Results) -> Iterator[tuple[str, Measured]]:
    """Yield what was measured, in the order of the catalogue; who failed is told elsewhere."""
    for name in CONTENDERS:
        measured = results.contenders.get(name)
        if measured and measured.samples:
            own = f"**{measured.title}**" if name == OURS.name else measured.title
            yield own, measured


def failures(results: Results) -> list[str]:
    """Return who was not measured, or not to the end, and why."""
    return [
        f"{each.title} is missing or incomplete: {each.failure}"
        for each in results.contenders.values()
        if each.failure
    ]


def _rates(measured: Measured, workload: str) -> str:
    return " / ".join(_rate(measured, (workload, number)) for number in CONNECTIONS)


def _rate(measured: Measured, case: Case) -> str:
    return middle([each.rate for each in measured.outcomes(case)], "{:,.0f}".format)


def _ratio(measured: Measured, case: Case) -> str:
    found = measured.ratio(case, OURS.name, rate)
    return times(found) if found else "-"


def _cpu(samples: Sequence[Sample]) -> str:
    used = [each.cpu for each in samples if each.cpu is not None]
    answers = sum(each.outcome.answers for each in samples)
    return f"{sum(used) / answers * 1e6:.0f}" if used and answers else "-"


def _mebibytes(size: int | None) -> str:
    return "-" if size is None else f"{size / MEBIBYTE:,.0f}"
