"""The report of `make bench` as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from bench.rounds import CONNECTIONS, MANY, Measurement, Results
from bench.servers import Case
from bench.tables import median_text, table
from bench.targets import BASE, COMMON, QUIET, Kind
from bench.workloads import HEADLINE

MEBIBYTE = 1 << 20
INVALID = "invalid bodies"
_CONVERSATIONS = ("conversations", "dialogues")
_KINDS = {
    "first messages": set(COMMON) - {*_CONVERSATIONS, INVALID},
    "conversations": _CONVERSATIONS,
    INVALID: (INVALID,),
}
LOADS = tuple(name for name in COMMON if name not in {HEADLINE, INVALID})
HEADLINE_TEXT = (
    "The vendor's sample, with new trace ids in each request. Rates are responses per second, with "
    f"µs of processor time for each. Latency and ratio are those on {MANY} connections; the ratio "
    "is the rate of `leadway mock --quiet` / this one. Redis includes its Valkey server."
)
BASELINE_TEXT = f"On {MANY} connections: `leadway mock --quiet` / the baseline."


def report(results: Results, *, command: str, plan: str) -> str:
    """Return the whole report."""
    parts = [
        *_introduction(results, command, plan),
        _headline(results, results.targets),
        "## Other loads",
        f"Rates and processor time on {MANY} connections.",
        _loads(results),
        _dialogues(results),
        *_baseline(results),
        "## Start, memory and wrong responses",
        _start_and_memory(results),
        *_growth(results),
        "## Load generator",
        _generator(results),
    ]
    return "\n\n".join(part for part in parts if part)


def summary(results: Results, *, command: str, plan: str) -> str:
    """Return what docs/performance.md shows: no baseline, no constants, one load."""
    names = [
        name
        for name, each in results.targets.items()
        if not name.startswith(BASE) and each.target.kind is not Kind.LIMIT
    ]
    parts = [*_introduction(results, command, plan), _headline(results, names, (MANY,))]
    return "\n\n".join(parts)


def _introduction(results: Results, command: str, plan: str) -> list[str]:
    failures = [
        f"{each.target.title} is missing or incomplete: {each.failure}"
        for each in results.targets.values()
        if each.failure
    ]
    return [f"`{command}`: {plan}. {results.machine}.", *failures, HEADLINE_TEXT]


def _headline(
    results: Results, names: Iterable[str], connections: Sequence[int] = CONNECTIONS
) -> str:
    header = ("", *(f"on {number}" for number in connections), "p50 ms", "p99 ms", "ratio")
    mock = results.targets[QUIET]
    rows = [
        (
            title,
            *(_cost(each, (HEADLINE, number)) for number in connections),
            *_latencies(each, (HEADLINE, MANY)),
            str(mock.ratio(each, (HEADLINE, MANY), "rate") or "-"),
        )
        for title, each in _measurements(results, HEADLINE)
        if each.target.name in names
    ]
    return table(header, rows)


def _loads(results: Results) -> str:
    rows = [
        (title, *(_cost(each, (load, MANY)) for load in LOADS))
        for title, each in _measurements(results, *LOADS)
        if each.target.kind is not Kind.LIMIT
    ]
    return table(("", *LOADS), rows)


def _dialogues(results: Results) -> str:
    rows = [
        (title, _cost(each, ("dialogues", MANY)), *_latencies(each, ("dialogues", MANY)))
        for title, each in _measurements(results, "dialogues")
    ]
    return table(("", "rate", "p50 ms", "p99 ms"), rows) if rows else ""


def _baseline(results: Results) -> list[str]:
    rows = []
    for name, base in results.targets.items():
        own = results.targets.get(name.removeprefix(BASE))
        if own is None or own is base:
            continue
        for workload in base.target.workloads:
            names = ("rate", "cpu", "p99")
            cells = [own.ratio(base, (workload, MANY), value) for value in names]
            rows.append((own.target.title, workload, *(str(each or "-") for each in cells)))
    header = ("", "load", "rate", "processor time", "p99")
    return ["## Beside the baseline", BASELINE_TEXT, table(header, rows)] if rows else []


def _start_and_memory(results: Results) -> str:
    rows = [
        (
            title,
            median_text(each.cold_starts, "{:.2f}"),
            *map(_mebibytes, (each.idle, each.loaded)),
            _wrong(each),
        )
        for title, each in _measurements(results)
        if each.cold_starts or _wrong(each) != "none"
    ]
    header = ("", "start s", "MiB idle", "peak MiB, same first load", "wrong responses")
    return table(header, rows)


def _wrong(measurement: Measurement) -> str:
    """Return the share of wrong responses, and why, for each kind of workload."""
    texts = []
    for what, workloads in _KINDS.items():
        samples = [each for each in measurement.samples if each.case[0] in workloads]
        checked = sum(each.result.checked for each in samples)
        wrong = sum((Counter(each.result.wrong) for each in samples), Counter[str]())
        texts += [f"{n / max(checked, n):.0%} of {what}: {why}" for why, n in wrong.items()]
    return "; ".join(texts) or "none"


def _growth(results: Results) -> list[str]:
    if not results.sessions:
        return []
    parts = ["## Growth"]
    scenarios = {"sessions stored": results.sessions, "turn of one conversation": results.turns}
    for what, steps in scenarios.items():
        rows = [
            (f"{step.size:,}", median_text(step.costs, "{:.0f}"), _mebibytes(step.memory))
            for step in steps
        ]
        parts.append(table((what, "µs per turn", "MiB of the process"), rows))
    return parts


def _generator(results: Results) -> str:
    shares = [
        (sample.result.busy, each.target.title)
        for each in results.targets.values()
        for sample in each.samples
    ]
    share, title = max(shares, default=(0.0, "no target"))
    rates = [f"{each.rate:,.0f} on {number}" for number, each in results.generator.items()]
    return (
        f"With a server that sends a constant: {', '.join(rates)} connections. It used at most "
        f"{share:.0%} of its core, with {title}."
    )


def _measurements(results: Results, *workloads: str) -> Iterator[tuple[str, Measurement]]:
    """Yield the measurements with any of these workloads, or all, and their titles."""
    for each in results.targets.values():
        measured = {sample.case[0] for sample in each.samples}
        if measured & set(workloads or measured):
            title = each.target.title
            yield f"**{title}**" if each.target.kind is Kind.MOCK else title, each


def _cost(measurement: Measurement, case: Case) -> str:
    samples = measurement.at(case)
    if not samples:
        return "-"
    rate = median_text([each.value("rate") for each in samples], "{:,.0f}")
    checked = sum(each.result.checked for each in samples)
    used = [each.cpu for each in samples if each.cpu is not None]
    return f"{rate} ({sum(used) / max(1, checked) * 1e6:,.0f})" if used else rate


def _latencies(measurement: Measurement, case: Case) -> Iterator[str]:
    for name in ("p50", "p99"):
        values = [each.value(name) for each in measurement.at(case)]
        yield median_text(values, "{:.1f}")


def _mebibytes(size: int | None) -> str:
    return "-" if size is None else f"{size / MEBIBYTE:,.0f}"
