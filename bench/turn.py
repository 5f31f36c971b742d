"""Processor time of a turn in this checkout beside that in another one, without HTTP.

    .venv/bin/python -m bench.turn ../old

Each checkout has processes of its own. They measure in turns, and ratios are taken within a round,
since other programs on the machine disturb both alike.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench.fixtures import sqlite_file
from bench.growth import Cost, MeasuringProcess, execute, microseconds
from bench.system import description
from bench.tables import ROOT, measure_in_rounds, ratios, table
from bench.workloads import LONG, MESSAGE, SYMBOLS, first_body
from leadway_mock.config.settings import Settings
from leadway_mock.pipeline.assembly import build_emulator

MESSAGES = {"vendor's sample": MESSAGE, "symbols": SYMBOLS, "4 KB": LONG}
STORES = ("memory:", "sqlite:")
WARM_UP_CALLS = 300


def first_turns(store: str, message: str) -> Cost:
    """Measure turns that begin a session, with a store."""
    emulator = build_emulator(Settings(store=store))

    def send() -> None:
        number = random.getrandbits(32)
        trace = f"00-{number:032x}-{number:016x}-01"
        body = execute(emulator, first_body(message.format(number)), traceparent=trace)
        assert b'"success":true' in body

    microseconds(send, WARM_UP_CALLS)
    return partial(microseconds, send)


def compare(store: str, message: str, other: Path, rounds: int, calls: int) -> Sequence[str]:
    """Return the medians of the costs in this and in the other checkout, and their ratio."""
    with ExitStack() as stack:
        measures = {}
        for checkout in (ROOT, other):
            url = stack.enter_context(sqlite_file()).flags[1] if store == "sqlite:" else store
            scenario = partial(first_turns, url, message)
            process = stack.enter_context(MeasuringProcess(scenario, checkout))
            measures[process] = partial(process.measure, calls)
        own, before = measure_in_rounds(measures, rounds).values()
    medians = (f"{statistics.median(each):,.0f}" for each in (own, before))
    return (*medians, str(ratios(own, before)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.turn", description=__doc__)
    parser.add_argument("other", type=Path, help="the other checkout")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--calls", type=int, default=100)
    options = parser.parse_args(arguments)
    if not (options.other / "mock_server").is_dir():
        parser.error("name the folder of another checkout, such as ../old")
    plan = options.other.resolve(), options.rounds, options.calls
    rows = [
        (f"{store} {name}", *compare(store, message, *plan))
        for store in STORES
        for name, message in MESSAGES.items()
    ]
    print(description(), table(("", "µs here", "µs there", "ratio"), rows), sep="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
