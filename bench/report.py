"""The report of `make bench` as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bench.markdown import table
from bench.measurements.plan import CONNECTIONS, CONVERSATIONS, INVALID, MAIN, MANY, TRACED
from bench.results import Case, Measurement, Results, Sample, Step
from bench.statistics import median_text
from bench.targets import TARGETS, Kind

MEBIBYTE = 1 << 20
EXPECT = (
    f"Turns of conversations, on 1 and {MANY} connections. Latency on {MANY} connections. "
    "With Redis, memory and processor time include the Valkey server on the same core."
)
COMPARE = (
    f"How many times as fast as each target the mock is, on {MANY} connections, and what a first "
    "turn costs each: latency, and processor time of the server."
)


def report(results: Results, *, command: str, plan: str) -> str:
    """Return the whole report."""
    title, share = busiest_load(results)
    parts = [
        f"`{command}`: {plan}. {results.machine}.",
        *failures(results),
        "### What to expect",
        EXPECT,
        expectations(results),
        *_growth(results),
        "### Responses per second",
        rates(results),
        "### The mock beside each target",
        COMPARE,
        comparison(results),
        "### Wrong responses",
        wrong_responses(results),
        "### Start and memory",
        start_and_memory(results),
        "### Load generator",
        "With a server that does almost nothing:",
        generator(results.generator),
        f"With the targets it used at most {share:.0%} of its core: with {title}.",
    ]
    return "\n\n".join(part for part in parts if part)


def expectations(results: Results) -> str:
    """Return rate, latency, start and memory of the mock on each store."""
    header = (
        *("", "turns/s, 1 connection", f"turns/s, {MANY}", "p50 ms", "p99 ms"),
        *("start s", "MiB idle", "MiB after 3,000 turns"),
    )
    rows = [
        (
            title,
            _rate(each, (CONVERSATIONS, 1)),
            _rate(each, (CONVERSATIONS, MANY)),
            *_latencies(each, (CONVERSATIONS, MANY)),
            median_text(each.cold_starts, "{:.2f}".format),
            _mebibytes(each.idle),
            _mebibytes(each.loaded),
        )
        for title, each in _measured(results, Kind.MOCK, Kind.STORE)
    ]
    return table(header, rows)


def rates(results: Results) -> str:
    """Return the responses per second of every target under every load."""
    counts = " / ".join(map(str, CONNECTIONS))
    header = ("", MAIN, "traced", CONVERSATIONS, INVALID)
    rows = [
        (
            title,
            _rates(measurement, MAIN),
            _rate(measurement, (TRACED, MANY)),
            _rates(measurement, CONVERSATIONS),
            _rates(measurement, INVALID),
        )
        for title, measurement in _measured(results)
    ]
    return table(header, [("connections", counts, str(MANY), counts, counts), *rows])


def comparison(results: Results) -> str:
    """Return the mock's rates as multiples of every target's, and the latency of each."""
    header = ("", MAIN, "traced", CONVERSATIONS, "p50 ms", "p99 ms", "µs of processor")
    rows = [
        (
            title,
            *(str(each.mock_ratio((load, MANY)) or "-") for load in (MAIN, TRACED, CONVERSATIONS)),
            *_latencies(each, (MAIN, MANY)),
            _cpu([sample for sample in each.samples if sample.case == (MAIN, MANY)]),
        )
        for title, each in _measured(results)
    ]
    return table(header, rows)


def wrong_responses(results: Results) -> str:
    """Return which share of the responses of each target was wrong, and why."""
    header = ("", MAIN, CONVERSATIONS, INVALID)
    return table(header, [(title, *_wrong(each)) for title, each in _measured(results)])


def _wrong(measurement: Measurement) -> Iterator[str]:
    wrong = measurement.wrong()
    for workloads in ((MAIN, TRACED), (CONVERSATIONS,), (INVALID,)):
        samples = [each for each in measurement.samples if each.workload in workloads]
        checked = sum(each.result.checked for each in samples)
        counts: dict[str, int] = {}
        for workload in workloads:
            for why, number in wrong.get(workload, {}).items():
                counts[why] = counts.get(why, 0) + number
        yield _shares(counts, checked)


def _shares(counts: Mapping[str, int], checked: int) -> str:
    if not counts:
        return "none" if checked else "-"
    return "; ".join(f"{number / max(checked, number):.1%} {why}" for why, number in counts.items())


def start_and_memory(results: Results) -> str:
    """Return the seconds to the first response and the memory of each target."""
    header = (
        *("", "start s", "MiB idle", "peak MiB, same first load", "peak MiB, whole run"),
        "responses in all",
    )
    rows = [
        (
            title,
            median_text(each.cold_starts, "{:.2f}".format),
            *map(_mebibytes, (each.idle, each.loaded, each.peak)),
            f"{sum(sample.result.responses for sample in each.samples):,}",
        )
        for title, each in _measured(results)
    ]
    return table(header, rows)


def _growth(results: Results) -> list[str]:
    if not results.sessions:
        return []
    return [
        "### Growth",
        growth(results.sessions, "sessions stored"),
        growth(results.turns, "turn of one conversation"),
    ]


def growth(steps: Sequence[Step], what: str) -> str:
    """Return the cost of a turn at each size."""
    rows = [
        (f"{step.size:,}", median_text(step.costs, "{:.0f}".format), _mebibytes(step.memory))
        for step in steps
    ]
    return table((what, "µs per turn", "MiB of the process"), rows)


def generator(samples: Sequence[Sample]) -> str:
    """Return what the load generator reaches by itself."""
    rows = [
        (
            str(each.connections),
            f"{each.result.rate:,.0f}",
            f"{each.result.busy * each.result.seconds / each.result.responses * 1e6:.0f}",
        )
        for each in samples
    ]
    return table(("connections", "responses per second", "µs of the generator"), rows)


def busiest_load(results: Results) -> tuple[str, float]:
    """Return with which target the generator was busiest, and the share of its core then."""
    shares = [
        (sample.result.busy, measurement.title)
        for measurement in results.targets.values()
        for sample in measurement.samples
    ]
    share, title = max(shares, default=(0.0, "none"))
    return title, share


def failures(results: Results) -> list[str]:
    """Return which targets were not measured completely, and why."""
    return [
        f"{each.title} is missing or incomplete: {each.failure}"
        for each in results.targets.values()
        if each.failure
    ]


def _measured(results: Results, *kinds: Kind) -> Iterator[tuple[str, Measurement]]:
    """Yield the measurements of these kinds, or of all, in the order of the targets."""
    for name, target in TARGETS.items():
        measurement = results.targets.get(name)
        if measurement and measurement.samples and target.kind in (kinds or tuple(Kind)):
            ours = target.kind is Kind.MOCK
            yield f"**{measurement.title}**" if ours else measurement.title, measurement


def _rates(measurement: Measurement, workload: str) -> str:
    return " / ".join(_rate(measurement, (workload, number)) for number in CONNECTIONS)


def _rate(measurement: Measurement, case: Case) -> str:
    return median_text([each.rate for each in measurement.results(case)], "{:,.0f}".format)


def _latencies(measurement: Measurement, case: Case) -> tuple[str, str]:
    results = measurement.results(case)
    p50, p99 = ([getattr(each, name) for each in results] for name in ("p50", "p99"))
    return median_text(p50, "{:.1f}".format), median_text(p99, "{:.1f}".format)


def _cpu(samples: Sequence[Sample]) -> str:
    used = [each.cpu for each in samples if each.cpu is not None]
    responses = sum(each.result.responses for each in samples)
    return f"{sum(used) / responses * 1e6:.0f}" if used and responses else "-"


def _mebibytes(size: int | None) -> str:
    return "-" if size is None else f"{size / MEBIBYTE:,.0f}"
