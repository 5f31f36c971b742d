"""What a turn costs as sessions pile up, and as one conversation goes on.

Each size is held by a process of its own, so that no heap but its own weighs on it, and all are
asked in turns. The cost is processor time, which does not count what others did meanwhile.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection

from bench.machine import SERVER_CORE, memory, pin
from bench.measuring.held import Held, timed
from bench.measuring.plan import Plan
from bench.measuring.rounds import rotated, say
from bench.results import Step

Cost = Callable[[int], float]
Holding = Callable[[int], Cost]


def many_sessions(size: int) -> Cost:
    """Hold `size` sessions; return what measures a turn among them."""
    held = Held()
    held.fill(size)
    return held.cost


def long_conversation(turn: int) -> Cost:
    """Bring a conversation up to that turn; return what measures it and the turns behind it."""
    held = Held()
    if turn == 1:
        return lambda calls: timed(held.first, calls)
    if turn == 2:  # noqa: PLR2004 - the only other turn that a session has but once
        return lambda calls: _second_turns(held, calls)
    session = held.lengthen(turn - 1)
    return lambda calls: timed(lambda: held.next(session), calls)


def _second_turns(held: Held, calls: int) -> float:
    sessions = iter([held.first() for _ in range(calls)])
    return timed(lambda: held.next(next(sessions)), calls)


def measure(holding: Holding, sizes: Sequence[int], plan: Plan) -> list[Step]:
    """Return the cost of a turn at each size, round by round; nothing where a process dies."""
    try:
        return _measured(holding, sizes, plan)
    except EOFError:
        say("growth: a process died, perhaps for want of memory; this is left out")
        return []


def _measured(holding: Holding, sizes: Sequence[int], plan: Plan) -> list[Step]:
    costs: dict[int, list[float]] = {size: [] for size in sizes}
    with ExitStack() as stack:
        pipes = {size: stack.enter_context(_held(holding, size)) for size in sizes}
        memories = {size: pipe.recv() for size, pipe in pipes.items()}
        for number in range(plan.growth_rounds):
            for size in rotated(sizes, number):
                pipes[size].send(plan.growth_calls)
                costs[size].append(pipes[size].recv())
    return [Step(size, costs[size], memories[size]) for size in sizes]


@contextmanager
def _held(holding: Holding, size: int) -> Iterator[Connection]:
    say(f"growth: {holding.__name__.replace('_', ' ')}, {size:,}")
    here, there = multiprocessing.Pipe()
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=_hold, args=[there, holding, size], daemon=True)
    process.start()
    there.close()
    try:
        yield here
    finally:
        process.kill()
        process.join()


def _hold(pipe: Connection, holding: Holding, size: int) -> None:
    """Fill, tell the memory that it took, and measure when asked."""
    pin(SERVER_CORE)
    cost = holding(size)
    pipe.send(memory(os.getpid(), peak=False))
    cost(20)
    while True:
        pipe.send(cost(pipe.recv()))
