"""How many bytes a session, a turn and an entry of the journal take, in each store."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from contextlib import closing

from bench.measuring.held import ROOM
from bench.scale.costs import Sizes
from bench.scale.stores import file_place, redis_place
from bench.scale.verbs import Talker

Weigh = Callable[[int, int], tuple[float, float]]
"""Weighs so many sessions, with so many entries of the journal kept: a first turn, and a second."""


def sizes(weigh: Weigh, number: int) -> Sizes:
    """Return the sizes that `weigh` finds, with the journal as their difference."""
    first, further = weigh(number, 1)
    with_first, with_further = weigh(number, ROOM)
    entry = ((with_first - first) + (with_further - further)) / 2
    return Sizes(first, further, entry)


def in_memory(number: int, journal: int) -> tuple[float, float]:
    """Weigh turns in the memory of this process, by what Python allocates for them."""
    tracemalloc.start()
    try:
        with closing(Talker("memory:", journal=journal)) as talker:
            return _weighed(talker, number, _allocated)
    finally:
        tracemalloc.stop()


def in_file(number: int, journal: int) -> tuple[float, float]:
    """Weigh turns in an SQLite file."""
    with file_place() as place, closing(Talker(place.url, journal=journal)) as talker:
        return _weighed(talker, number, place.held)


def in_redis(number: int, journal: int) -> tuple[float, float]:
    """Weigh turns in a Redis."""
    with redis_place() as place, closing(Talker(place.url, journal=journal)) as talker:
        return _weighed(talker, number, place.held)


def _allocated() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def _weighed(talker: Talker, number: int, held: Callable[[], int]) -> tuple[float, float]:
    """Return the bytes of a first turn, and those of a second."""
    talker.first()
    talker.asked()
    before = held()
    sessions = [_forgotten(talker, talker.first()) for _ in range(number)]
    between = held()
    for session in sessions:
        talker.next(_forgotten(talker, session))
    talker.asked()
    return (between - before) / number, (held() - between) / number


def _forgotten(talker: Talker, session: str) -> str:
    """Have the talker forget what it noted: it is not what the store holds."""
    talker.asked()
    return session
