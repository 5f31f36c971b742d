"""From a laptop to the internet: what the model says of some deployments, and of some loads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bench.scale.costs import Costs
from bench.scale.model import Capacity, Deployment, Load, Need, Policy, capacity, needed

TRIP = 0.0005
"""Seconds of the way to a server of the store and back, within a data centre."""

HOURS = 730.0
"""Hours in a month."""

RATES = (10, 1_000, 100_000)
"""The loads that a month is reckoned for, in turns a second."""


def ladder(costs: Mapping[str, Costs]) -> Iterator[tuple[str, Capacity]]:
    """Yield deployments in the order in which people outgrow them."""
    memory, file = costs["memory:"], costs["sqlite:"]
    near, far = costs["redis:"], replace(costs["redis:"], trip=TRIP)
    steps: Sequence[tuple[str, Costs, Deployment]] = (
        ("a laptop: one process, `memory:`", memory, Deployment(cores=8)),
        ("the same on an SQLite file", file, Deployment(cores=8)),
        ("`--workers 4` on that file", file, Deployment(cores=8, workers=4)),
        ("`--workers 4` and Redis on one machine", near, Deployment(cores=8, workers=4)),
        ("one machine, `--workers 8`, Redis on another", far, Deployment(1, 8, 8)),
        ("4 machines, one Redis", far, Deployment(4, 8, 8)),
        ("16 machines, one Redis", far, Deployment(16, 8, 8)),
        ("16 machines, 16 Redis, sharded", far, Deployment(16, 8, 8, stores=16)),
    )
    for title, each, deployment in steps:
        yield title, capacity(each, deployment)


def months(costs: Costs, policy: Policy) -> Iterator[tuple[Load, Need]]:
    """Yield what each load takes on Redis."""
    far = replace(costs, trip=TRIP)
    for rate in RATES:
        load = Load(rate)
        yield load, needed(far, load, policy)
