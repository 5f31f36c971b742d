"""What was measured of a deployment, beside what model and simulation say of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bench.figures import Spread, spread
from bench.machine import CORES
from bench.scale.costs import Costs
from bench.scale.measuring import Case
from bench.scale.model import Deployment, capacity, on_cores, predicted
from bench.scale.simulation import Simulation


@dataclass(frozen=True)
class Check:
    """A case, and the costs by which it is to be foretold."""

    case: Case
    costs: Costs

    @property
    def deployment(self) -> Deployment:
        """What ran, beside its clients, on all cores of this machine."""
        return Deployment(cores=len(CORES) or 1, workers=self.case.workers, alone=True)

    @property
    def predicted(self) -> float:
        """What the model says, in turns a second."""
        return predicted(self.costs, self.deployment, self.case.clients)

    @property
    def bottleneck(self) -> str:
        """What the model says is the bound."""
        most = capacity(self.costs, self.deployment)
        return most.bottleneck if self.predicted >= most.rate else "the wait of each client"

    @cached_property
    def simulated(self) -> float:
        """What the simulation answers, in turns a second."""
        return Simulation(self.costs, self.deployment).rate(self.case.clients)

    @property
    def measured(self) -> Spread:
        """What was measured, in turns a second."""
        return spread([each.outcome.rate for each in self.case.samples])

    @property
    def cores(self) -> tuple[float, float]:
        """How many cores all of it had, and how many it takes at the rate that is predicted."""
        had = spread([each.cores for each in self.case.samples]).median
        return had, self.predicted * on_cores(self.costs, self.deployment)

    @property
    def per_core(self) -> float:
        """What was measured by what was predicted, each divided by the cores that it takes."""
        had, wanted = self.cores
        return self.measured.median / self.predicted * wanted / had

    @property
    def wrong(self) -> int:
        """How many answers were wrong, in all rounds."""
        return sum(sum(each.outcome.wrong.values()) for each in self.case.samples)
