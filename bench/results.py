"""What a run found, as values that are kept in a file, so that a part can be measured again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.figures import Spread, ratios
from bench.load.loop import Outcome

Case = tuple[str, int]
"""A workload and the number of its connections."""

Figure = Callable[[Outcome], float]
"""What is compared of an outcome."""


def rate(outcome: Outcome) -> float:
    """Return the answers a second."""
    return outcome.rate


def p99(outcome: Outcome) -> float:
    """Return the 99th percentile of the latency in milliseconds."""
    return outcome.p99


@dataclass(frozen=True, slots=True)
class Sample:
    """What one load met with in one round; `cpu` is the server's processor time in seconds."""

    round: int
    workload: str
    connections: int
    outcome: Outcome
    cpu: float | None

    @property
    def case(self) -> Case:
        """The workload and its connections."""
        return self.workload, self.connections


@dataclass(slots=True)
class Measured:
    """All about one contender. `beside` and `cold_beside` are the mock's, of the same rounds.

    `beside` is by the name under which the mock was measured: as it comes, and quiet.
    `cold` is in seconds. `idle`, `loaded` and `peak` are bytes: before the load, at most during the
    first load, which is the same for all, and at most until the end.
    """

    title: str
    failure: str = ""
    samples: list[Sample] = field(default_factory=list)
    beside: dict[str, list[Sample]] = field(default_factory=dict)
    cold: list[float] = field(default_factory=list)
    cold_beside: list[float] = field(default_factory=list)
    idle: int | None = None
    loaded: int | None = None
    peak: int | None = None

    def outcomes(self, case: Case) -> list[Outcome]:
        """Return what the rounds of a case met with."""
        return [sample.outcome for sample in self.samples if sample.case == case]

    def ratio(self, case: Case, ours: str, figure: Figure) -> Spread | None:
        """Return a figure of `ours` by this one's, round by round; None where no round has both."""
        pairs = list(self._pairs(case, ours, figure))
        return ratios(*zip(*pairs, strict=True)) if pairs else None

    def _pairs(self, case: Case, ours: str, figure: Figure) -> Iterator[tuple[float, float]]:
        beside = {each.round: each for each in self.beside.get(ours, ()) if each.case == case}
        for sample in self.samples:
            if sample.case == case and sample.outcome.answers and sample.round in beside:
                yield figure(beside[sample.round].outcome), figure(sample.outcome)

    def wrong(self) -> Mapping[str, Mapping[str, int]]:
        """Return how many answers were wrong, by workload and by what was wrong with them."""
        found: dict[str, dict[str, int]] = {}
        for sample in self.samples:
            for why, times in sample.outcome.wrong.items():
                counts = found.setdefault(sample.workload, {})
                counts[why] = counts.get(why, 0) + times
        return found


@dataclass(frozen=True, slots=True)
class Step:
    """The cost of a turn at one size, in microseconds of processor time, one figure a round."""

    size: int
    costs: list[float]
    memory: int | None = None


@dataclass(slots=True)
class Results:
    """All that is known, from one run or from several."""

    plan: str
    machine: str
    generator: list[Sample] = field(default_factory=list)
    contenders: dict[str, Measured] = field(default_factory=dict)
    sessions: list[Step] = field(default_factory=list)
    turns: list[Step] = field(default_factory=list)
    profile: dict[str, int] = field(default_factory=dict)
    """How often each step of a turn was met."""


def save(results: Results, path: Path) -> None:
    """Keep `results`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_suffix(".new")
    written.write_text(json.dumps(asdict(results)), "utf-8")
    written.replace(path)


def load(path: Path, plan: str) -> Results | None:
    """Return what was kept, if it was measured by the same plan."""
    try:
        kept = json.loads(path.read_text("utf-8"))
        return _results(kept) if kept["plan"] == plan else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def merged(kept: Results | None, new: Results) -> Results:
    """Return `new`, with what `kept` knows of what was not measured this time."""
    if kept is None:
        return new
    return replace(
        new,
        contenders=kept.contenders | new.contenders,
        sessions=new.sessions or kept.sessions,
        turns=new.turns or kept.turns,
        profile=new.profile or kept.profile,
    )


def _results(kept: Mapping[str, Any]) -> Results:
    return Results(
        plan=kept["plan"],
        machine=kept["machine"],
        generator=[_sample(each) for each in kept["generator"]],
        contenders={name: _measured(each) for name, each in kept["contenders"].items()},
        sessions=[Step(**each) for each in kept["sessions"]],
        turns=[Step(**each) for each in kept["turns"]],
        profile=kept["profile"],
    )


def _measured(kept: Mapping[str, Any]) -> Measured:
    samples = [_sample(each) for each in kept["samples"]]
    beside = {name: [_sample(each) for each in own] for name, own in kept["beside"].items()}
    return Measured(**{**kept, "samples": samples, "beside": beside})


def _sample(kept: Mapping[str, Any]) -> Sample:
    return Sample(**{**kept, "outcome": Outcome(**kept["outcome"])})
