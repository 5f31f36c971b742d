"""The report as one text, and as the page docs/performance.md with its plots."""

from __future__ import annotations

from pathlib import Path

from bench.pages import DOCS, write_last_run
from bench.report import tables
from bench.report.plot import DARK, LIGHT, plot, rows
from bench.results import Results

PAGE = "performance.md"
PLOTS = {"performance-light.svg": LIGHT, "performance-dark.svg": DARK}
BESIDE = (
    "How many times as fast as each the mock is, on 16 connections; and what a first turn costs "
    "each: the median and the 99th percentile of its latency, and the server's processor time."
)
PICTURE = """\
<picture>
  <source media="(prefers-color-scheme: dark)" srcset="performance-dark.svg">
  <img alt="The rates of first turns on 16 connections" src="performance-light.svg">
</picture>"""


def report(results: Results, *, command: str, plan: str, picture: bool = False) -> str:
    """Return everything that was found, as Markdown."""
    title, share = tables.busiest(results)
    parts = [
        f"`{command}`: {plan}. {results.machine}.",
        *tables.failures(results),
        "### The goals",
        tables.goals(results),
        "### Answers a second",
        PICTURE if picture else "",
        tables.rates(results),
        "### The mock beside each",
        BESIDE,
        tables.comparison(results),
        "### Wrong answers",
        tables.wrong(results),
        "### Cold start and memory",
        tables.costs(results),
        *_growth(results),
        *_profile(results),
        "### The load generator",
        "Against a server that does next to nothing:",
        tables.generator(results.generator),
        f"Under the contenders it used at most {share:.0%} of its core: with {title}.",
    ]
    return "\n\n".join(part for part in parts if part)


def _growth(results: Results) -> list[str]:
    if not results.sessions:
        return []
    return [
        "### Growth",
        tables.growth(results.sessions, "sessions held"),
        tables.growth(results.turns, "turn of one conversation"),
    ]


def _profile(results: Results) -> list[str]:
    if not results.profile:
        return []
    told = (
        "What the mock is at in a first turn, from the bytes of the request to those of the answer:"
    )
    return ["### Where the time goes", told, tables.profile(results.profile)]


def write(results: Results, *, command: str, plan: str, docs: Path = DOCS) -> None:
    """Put the report into the page of the folder `docs`, and its plots beside it."""
    write_last_run(docs / PAGE, report(results, command=command, plan=plan, picture=True))
    shown = rows(results)
    for name, colours in PLOTS.items():
        (docs / name).write_text(plot(shown, colours), "utf-8")
