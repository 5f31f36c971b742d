"""Results of a run, saved as JSON so that single targets can be measured again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.load.loop import LoadResult
from bench.statistics import Spread, ratios

Case = tuple[str, int]
"""A workload and its number of connections."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Result of one load in one round; `cpu` is the server's processor time in seconds."""

    round: int
    workload: str
    connections: int
    result: LoadResult
    cpu: float | None

    @property
    def case(self) -> Case:
        """Workload and number of connections."""
        return self.workload, self.connections


@dataclass(slots=True)
class Measurement:
    """All results of one target.

    Attributes:
        title: Name of the target in tables.
        failure: Why it was not measured, or not completely; empty where it was.
        samples: Results of the loads.
        mock_samples: Results of the mock in the same run, for ratios within a round.
        cold_starts: Seconds from each start to the first response.
        idle: Resident bytes before any load.
        loaded: Peak of the resident bytes during the first load, which is the same for all.
        peak: Peak of the resident bytes of the whole run.
    """

    title: str
    failure: str = ""
    samples: list[Sample] = field(default_factory=list)
    mock_samples: list[Sample] = field(default_factory=list)
    cold_starts: list[float] = field(default_factory=list)
    idle: int | None = None
    loaded: int | None = None
    peak: int | None = None

    def results(self, case: Case) -> list[LoadResult]:
        """Return the results of a case, one for each round."""
        return [sample.result for sample in self.samples if sample.case == case]

    def mock_ratio(self, case: Case) -> Spread | None:
        """Return the mock's rate / this rate, within rounds; None where no round has both."""
        pairs = list(self._rates(case))
        return ratios(*zip(*pairs, strict=True)) if pairs else None

    def _rates(self, case: Case) -> Iterator[tuple[float, float]]:
        mock = {each.round: each.result for each in self.mock_samples if each.case == case}
        for sample in self.samples:
            if sample.case == case and sample.result.responses and sample.round in mock:
                yield mock[sample.round].rate, sample.result.rate

    def wrong(self) -> Mapping[str, Mapping[str, int]]:
        """Return the number of wrong responses, by workload and by what was wrong."""
        wrong: dict[str, dict[str, int]] = {}
        for sample in self.samples:
            for why, times in sample.result.wrong.items():
                counts = wrong.setdefault(sample.workload, {})
                counts[why] = counts.get(why, 0) + times
        return wrong


@dataclass(frozen=True, slots=True)
class Step:
    """Processor time of a turn at one size, in microseconds, one value for each round."""

    size: int
    costs: list[float]
    memory: int | None = None


@dataclass(slots=True)
class Results:
    """Results of one run, or merged results of several."""

    plan: str
    machine: str
    generator: list[Sample] = field(default_factory=list)
    targets: dict[str, Measurement] = field(default_factory=dict)
    sessions: list[Step] = field(default_factory=list)
    turns: list[Step] = field(default_factory=list)


def save(results: Results, path: Path) -> None:
    """Save `results`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_suffix(".new")
    written.write_text(json.dumps(asdict(results)), "utf-8")
    written.replace(path)


def load(path: Path, plan: str) -> Results | None:
    """Return the saved results, if they were measured with the same plan."""
    try:
        saved = json.loads(path.read_text("utf-8"))
        return _results(saved) if saved["plan"] == plan else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def merge(old: Results | None, new: Results) -> Results:
    """Return `new`, with the results of `old` for what was not measured this time."""
    if old is None:
        return new
    return replace(
        new,
        targets=old.targets | new.targets,
        sessions=new.sessions or old.sessions,
        turns=new.turns or old.turns,
    )


def _results(saved: Mapping[str, Any]) -> Results:
    return Results(
        plan=saved["plan"],
        machine=saved["machine"],
        generator=[_sample(each) for each in saved["generator"]],
        targets={name: _measurement(each) for name, each in saved["targets"].items()},
        sessions=[Step(**each) for each in saved["sessions"]],
        turns=[Step(**each) for each in saved["turns"]],
    )


def _measurement(saved: Mapping[str, Any]) -> Measurement:
    names = ("samples", "mock_samples")
    samples = {name: [_sample(each) for each in saved[name]] for name in names}
    return Measurement(**{**saved, **samples})


def _sample(saved: Mapping[str, Any]) -> Sample:
    return Sample(**{**saved, "result": LoadResult(**saved["result"])})
