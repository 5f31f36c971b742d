"""Coverage: which of the contract's outcomes occur in a journal, and which are missing.

An outcome is an example response of an operation. Alternatives that a setting chooses between (400
or 404 for a session, the two profiles) both count, since the platform may send either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from leadway_mock.contract.behaviours import EVIDENCE_LEVELS, level_of
from leadway_mock.contract.model import Contract
from leadway_mock.state.journal_entry import JournalEntry

MAX_UNDOCUMENTED = 100
"""Limit of different undocumented outcomes that are listed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One response, by the name of its rule, and how often it occurred."""

    rule: str
    status: int
    evidence: str
    hits: int = 0


@dataclass(frozen=True, slots=True)
class OperationCoverage:
    """The outcomes of one operation, in the order of the contract."""

    id: str
    outcomes: tuple[Outcome, ...]

    @property
    def hits(self) -> tuple[Outcome, ...]:
        """Outcomes that occurred."""
        return tuple(each for each in self.outcomes if each.hits)

    @property
    def missed(self) -> tuple[Outcome, ...]:
        """Outcomes that did not occur."""
        return tuple(each for each in self.outcomes if not each.hits)

    @property
    def by_evidence(self) -> dict[str, tuple[tuple[Outcome, ...], tuple[Outcome, ...]]]:
        """Outcomes that occurred and outcomes that did not, by evidence, the best first."""
        levels = {}
        for level in EVIDENCE_LEVELS:
            hits = tuple(each for each in self.hits if level_of(each.evidence) == level)
            missed = tuple(each for each in self.missed if level_of(each.evidence) == level)
            if hits or missed:
                levels[level] = hits, missed
        return levels

    @property
    def statuses(self) -> dict[int, int]:
        """Number of responses by documented status."""
        counts: Counter[int] = Counter()
        for each in self.outcomes:
            counts[each.status] += each.hits
        return dict(sorted(counts.items()))


@dataclass(frozen=True, slots=True)
class Coverage:
    """The outcomes of each operation in a journal, and the outcomes outside the contract."""

    operations: tuple[OperationCoverage, ...]
    undocumented: tuple[Outcome, ...] = ()
    """Responses outside the contract, such as a proxy's or a broken connection's."""

    def __add__(self, other: Coverage) -> Coverage:
        """Return the coverage of two journals together, under one contract."""
        pairs = zip(self.operations, other.operations, strict=True)
        operations = tuple(OperationCoverage(a.id, _add(a.outcomes, b.outcomes)) for a, b in pairs)
        return Coverage(operations, _add(self.undocumented, other.undocumented)[:MAX_UNDOCUMENTED])

    def to_json(self) -> dict[str, Any]:
        """Return the coverage as a JSON object."""
        return {
            "operations": [
                {
                    "operationId": each.id,
                    "hits": len(each.hits),
                    "missed": len(each.missed),
                    "statuses": {str(status): count for status, count in each.statuses.items()},
                    "outcomes": list(map(asdict, each.outcomes)),
                }
                for each in self.operations
            ],
            "undocumented": list(map(asdict, self.undocumented)),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Coverage:
        """Return the coverage from its JSON form."""
        operations = (
            OperationCoverage(each["operationId"], _outcomes(each["outcomes"]))
            for each in value["operations"]
        )
        return cls(tuple(operations), _outcomes(value["undocumented"]))


def coverage(entries: Iterable[JournalEntry], contract: Contract) -> Coverage:
    """Return which outcomes of `contract` occur in `entries`, as `Journal.entries` returns them.

    A request without an operation (unknown path or method) counts for each operation that
    documents its response. A fault that responds with an example counts as that example.
    """
    examples = {operation.id: operation.examples for operation in contract.operations}
    hits: Counter[tuple[str, str]] = Counter()
    undocumented: Counter[tuple[str, int, str]] = Counter()
    for entry in entries:
        requested = entry.get("operationId")
        operations = [requested] if requested in examples else list(examples)
        response, fault = entry["response"], entry.get("fault") or {}
        name = str(fault.get("example") or response["rule"])
        documented = [(operation, name) for operation in operations if name in examples[operation]]
        hits.update(documented)
        key = response["rule"], response["status"], response["evidence"]
        is_listed = key in undocumented or len(undocumented) < MAX_UNDOCUMENTED
        if not documented and is_listed:
            undocumented[key] += 1
    covered = []
    for operation in contract.operations:
        outcomes = (
            Outcome(each.name, each.status, each.evidence, hits[operation.id, each.name])
            for each in operation.examples.values()
        )
        covered.append(OperationCoverage(operation.id, tuple(outcomes)))
    others = tuple(Outcome(*key, count) for key, count in sorted(undocumented.items()))
    return Coverage(tuple(covered), others)


def _add(one: Iterable[Outcome], other: Iterable[Outcome]) -> tuple[Outcome, ...]:
    sums: dict[tuple[str, int], Outcome] = {}
    for each in (*one, *other):
        key = each.rule, each.status
        hits = each.hits + (sums[key].hits if key in sums else 0)
        sums[key] = replace(each, hits=hits)
    return tuple(sums.values())


def _outcomes(values: Iterable[Mapping[str, Any]]) -> tuple[Outcome, ...]:
    return tuple(Outcome(**each) for each in values)
