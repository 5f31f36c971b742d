"""The unit costs: from the rounds that were measured, or measured by themselves."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace

from bench.load.scripts import TURNS
from bench.machine import SERVER_CORE, pinned
from bench.measuring.plan import MANY
from bench.measuring.rounds import say
from bench.scale.costs import Costs
from bench.scale.measuring import Case
from bench.scale.plan import Plan
from bench.scale.sizes import in_file, in_memory, in_redis, sizes
from bench.scale.stores import Place, file_place, redis_place
from bench.scale.verbs import Talker, verbs_of_turns
from leadway_mock.store.redis.client import RedisClient

WRITES = frozenset({"append", "increment", "increment_all", "delete"})
SESSIONS = 100
PINGS, PING_ROUNDS = 100, 30
WEIGHERS = {"memory:": in_memory, "sqlite:": in_file, "redis:": in_redis}


def unit_costs(cases: Sequence[Case], plan: Plan) -> Mapping[str, Costs]:
    """Return what a turn costs on each store: in one worker, under many clients."""
    plain = {
        case.store: _seen(case, plan) for case in cases if (case.workers, case.clients) == (1, MANY)
    }
    # A file has one writer at a time, and a server is asked over a network.
    return plain | {
        "sqlite:": replace(plain["sqlite:"], store=writing_seconds()),
        "redis:": replace(plain["redis:"], trips=questions(), trip=round_trip()),
    }


def _seen(case: Case, plan: Plan) -> Costs:
    say(f"bytes: {case.store}")

    def middle(values: Sequence[float]) -> float:
        turns = (each.outcome.checked for each in case.samples)
        return statistics.median(value / each for value, each in zip(values, turns, strict=True))

    return Costs(
        name=case.store,
        worker=middle([each.worker for each in case.samples]),
        client=middle([each.client for each in case.samples]),
        sizes=sizes(WEIGHERS[case.store], plan.sized),
        store=middle([each.store.seconds for each in case.samples]),
        bytes=middle([each.store.bytes for each in case.samples]),
    )


def questions() -> float:
    """Return how many verbs a turn asks for; each is a question to a server."""
    first, further = verbs_of_turns()
    return (len(first) + (TURNS - 1) * len(further)) / TURNS


def writing_seconds() -> float:
    """Return the seconds in which a turn writes to an SQLite file, and nobody else may."""
    with file_place() as place, closing(Talker(place.url)) as talker:
        for _ in range(SESSIONS):
            session = talker.first()
            for _ in range(TURNS - 1):
                talker.next(session)
        writing = [each.seconds for each in talker.asked() if each.verb in WRITES]
    return sum(writing) / SESSIONS / TURNS


def round_trip() -> float:
    """Return the seconds that a question to a Redis is on its way, worked on by nobody."""
    with redis_place() as place, closing(RedisClient(place.url)) as server, pinned(SERVER_CORE):
        found = [_on_the_way(server, place) for _ in range(PING_ROUNDS)]
    return max(0.0, statistics.median(found))


def _on_the_way(server: RedisClient, place: Place) -> float:
    """Return the time that passes while neither side, on a core each, has anything to do."""
    theirs, own, wall = place.usage().seconds, time.process_time(), time.perf_counter()
    for _ in range(PINGS):
        server.execute("PING")
    passed, busy = time.perf_counter() - wall, time.process_time() - own
    return (passed - busy - (place.usage().seconds - theirs)) / PINGS
