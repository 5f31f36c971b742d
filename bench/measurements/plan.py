"""How much `make bench` measures: the full run, or a quick one that shows that it works."""

from __future__ import annotations

from dataclasses import dataclass

from bench.servers import Load

CONNECTIONS = (1, 16, 64)
MANY = 16
"""The number of connections for comparisons."""

MAIN = "first turns"
TRACED = "first turns, traced"
CONVERSATIONS = "conversations"
INVALID = "invalid bodies"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does. `main` and `other` are the seconds of a load in one round."""

    name: str
    rounds: int
    main: float
    other: float
    same_load: int
    cold_starts: int
    sessions: tuple[int, ...]
    turns: tuple[int, ...]
    growth_rounds: int
    growth_calls: int

    @property
    def loads(self) -> tuple[Load, ...]:
        """Loads of a round."""
        return (
            Load(MAIN, 1, self.other),
            Load(MAIN, MANY, self.main),
            Load(MAIN, 64, self.other),
            Load(TRACED, MANY, self.main),
            *(Load(CONVERSATIONS, number, self.other) for number in CONNECTIONS),
            *(Load(INVALID, number, self.other) for number in CONNECTIONS),
        )

    @property
    def first_load(self) -> Load:
        """Warm-up with the same number of responses for each target, however fast it is."""
        return Load(MAIN, MANY, 60.0, self.same_load)

    def __str__(self) -> str:
        return (
            f"{self.rounds} rounds, each with {self.main:g} s of first turns on {MANY} connections "
            f"and {self.other:g} s of each other load; {self.cold_starts} cold starts"
        )


FULL = Plan(
    name="full",
    rounds=5,
    main=1.2,
    other=0.4,
    same_load=3_000,
    cold_starts=5,
    sessions=(1_000, 10_000, 100_000, 1_000_000),
    turns=(1, 2, 100, 1_000, 10_000),
    growth_rounds=15,
    growth_calls=200,
)
QUICK = Plan(
    name="quick",
    rounds=2,
    main=0.15,
    other=0.1,
    same_load=200,
    cold_starts=1,
    sessions=(100, 1_000),
    turns=(1, 2, 20),
    growth_rounds=3,
    growth_calls=20,
)
