"""How much is measured: in earnest, or just to see that everything works."""

from __future__ import annotations

from dataclasses import dataclass

from bench.measuring.plan import CONVERSATIONS, MANY
from bench.servers import Load


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does. `seconds` is for one load.

    `warm` are the turns that a mock answers before it is measured: enough to fill its journal, from
    when on each entry takes the place of another. `sized` is how many sessions are weighed.
    """

    name: str
    rounds: int
    seconds: float
    warm: int
    sized: int

    @property
    def warm_up(self) -> Load:
        """The load that comes before all others."""
        return Load(CONVERSATIONS, MANY, 30.0, self.warm)

    def load(self, clients: int) -> Load:
        """Return the load that is measured, of so many clients."""
        return Load(CONVERSATIONS, clients, self.seconds)


FULL = Plan("full", rounds=5, seconds=0.6, warm=1_500, sized=1_000)
QUICK = Plan("quick", rounds=1, seconds=0.1, warm=50, sized=20)
