"""Processor time of a turn in this checkout beside that in another one, without HTTP.

    .venv/bin/python -m bench.turn ../old

Each checkout has a process of its own. They measure in turns, and ratios are taken within a round,
since other programs on the machine disturb both alike.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

from bench.growth import HEADERS, microseconds
from bench.system import SERVER_CORE, description, pin_temporarily
from bench.tables import ROOT, Spread, ratios, table
from bench.workloads import LONG, MESSAGE, PATH, QUERY, SYMBOLS, first_body
from leadway_mock.config.settings import Settings
from leadway_mock.http.messages import Request
from leadway_mock.pipeline.assembly import build_emulator

MESSAGES = {"vendor's sample": MESSAGE, "symbols": SYMBOLS, "4 KB": LONG}
STORES = ("memory:", "sqlite:")
WARM_UP_CALLS = 300

Costs = Mapping[str, float]
"""Microseconds of a turn with each message."""


class _Checkout:
    """A process that measures turns of one checkout with one store."""

    def __init__(self, checkout: Path, store: str, calls: int, stack: ExitStack) -> None:
        folders = (str(checkout / name) for name in ("sdk", "generated", "mock_server"))
        self._process = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-m", "bench.turn", "--measure", store, "--calls", str(calls)],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(folders)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )

    def measure(self) -> Costs:
        """Measure one round."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        found: Costs = json.loads(self._process.stdout.readline())
        return found


def serve_rounds(store: str, calls: int) -> None:
    """Measure a round for each line on standard input; print its costs as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/turns.db" if store == "sqlite:" else store
        with closing(build_emulator(Settings(store=url))) as emulator:

            def send(message: str) -> None:
                number = random.getrandbits(32)
                body = first_body(message.format(number)).encode()
                trace = f"00-{number:032x}-{number:016x}-01"
                headers = HEADERS | {"traceparent": trace, "content-length": str(len(body))}
                response = emulator.handle(Request("POST", PATH, QUERY, headers, body))
                assert b'"success":true' in response.body

            for message in MESSAGES.values():
                microseconds(partial(send, message), WARM_UP_CALLS)
            for _ in sys.stdin:
                costs = {
                    name: microseconds(partial(send, message), calls)
                    for name, message in MESSAGES.items()
                }
                print(json.dumps(costs), flush=True)


def compare(other: Path, rounds: int, calls: int) -> str:
    """Return the table of the costs in both checkouts."""
    rows: list[Sequence[str]] = []
    for store in STORES:
        with ExitStack() as stack:
            ours, theirs = (_Checkout(each, store, calls, stack) for each in (ROOT, other))
            pairs = [(ours.measure(), theirs.measure()) for _ in range(rounds)]
        for name in MESSAGES:
            own, before = ([each[name] for each in costs] for costs in zip(*pairs, strict=True))
            ratio: Spread = ratios(own, before)
            medians = (f"{statistics.median(each):,.0f}" for each in (own, before))
            rows.append((f"{store} {name}", *medians, str(ratio)))
    return table(("", "µs here", "µs there", "ratio"), rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.turn", description=__doc__)
    parser.add_argument("other", nargs="?", type=Path, help="the other checkout")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--measure", metavar="STORE", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.measure:
        serve_rounds(options.measure, options.calls)
        return 0
    if options.other is None or not (options.other / "mock_server").is_dir():
        parser.error("name the folder of another checkout, such as ../old")
    with pin_temporarily(SERVER_CORE):
        print(
            description(),
            compare(options.other.resolve(), options.rounds, options.calls),
            sep="\n\n",
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
