"""How much is measured: in earnest, or just to see that everything works."""

from __future__ import annotations

from dataclasses import dataclass

from bench.servers import Load

CONNECTIONS = (1, 16, 64)
MANY = 16
"""The number of connections that the goals speak of."""

MAIN = "first turns"
TRACED = "first turns, traced"
CONVERSATIONS = "conversations"
INVALID = "invalid bodies"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does. `main` and `other` are seconds for a load in one round.

    `profile` is seconds of processor time.
    """

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
    profile: float

    @property
    def loads(self) -> tuple[Load, ...]:
        """The loads of a round."""
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
        """The load that is the same for all, however fast they are; it warms them up, too."""
        return Load(MAIN, MANY, 60.0, self.same_load)

    def __str__(self) -> str:
        return (
            f"{self.rounds} rounds, in each {self.main:g} s for the first turns on {MANY} "
            f"connections and {self.other:g} s for the rest; {self.cold_starts} cold starts"
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
    profile=5.0,
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
    profile=0.3,
)
