"""Which of the contract's outcomes a journal met, and which never.

An outcome is an example answer of an operation. Twins that a setting chooses between (a status of
400 or 404 for a session, the two profiles) both count, since the real service may do either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from leadway_mock.conformance.observation import JournalEntry
from leadway_mock.contract.model import Contract, Operation

EVIDENCE_LEVELS = ("documented", "observed", "inferred", "invented")
"""The levels of evidence, the best first."""

MAX_UNDOCUMENTED = 100
"""How many different answers are told that the contract has not."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer that is documented, and how often it was met."""

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
        """Those that were met."""
        return tuple(each for each in self.outcomes if each.hits)

    @property
    def missed(self) -> tuple[Outcome, ...]:
        """Those that never were."""
        return tuple(each for each in self.outcomes if not each.hits)

    @property
    def by_evidence(self) -> dict[str, tuple[tuple[Outcome, ...], tuple[Outcome, ...]]]:
        """Those met and those never met, by level of evidence, the best first."""
        return {
            level: (
                tuple(each for each in self.hits if each.evidence == level),
                tuple(each for each in self.missed if each.evidence == level),
            )
            for level in EVIDENCE_LEVELS
            if any(each.evidence == level for each in self.outcomes)
        }

    @property
    def statuses(self) -> dict[int, int]:
        """How often each documented status was met."""
        found: Counter[int] = Counter()
        for each in self.outcomes:
            found[each.status] += each.hits
        return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a journal met of each operation, and what else it met."""

    operations: tuple[OperationCoverage, ...]
    undocumented: tuple[Outcome, ...] = ()
    """Answers that the contract has not, such as a proxy's or a broken connection's."""

    def __add__(self, other: Coverage) -> Coverage:
        """Return what two journals met together, under one contract."""
        pairs = zip(self.operations, other.operations, strict=True)
        operations = tuple(OperationCoverage(a.id, _sums(a.outcomes, b.outcomes)) for a, b in pairs)
        return Coverage(operations, _sums(self.undocumented, other.undocumented)[:MAX_UNDOCUMENTED])

    def as_json(self) -> dict[str, Any]:
        """Return the coverage as a JSON object."""
        return {
            "operations": [_operation_as_json(each) for each in self.operations],
            "others": [_outcome_as_json(each) for each in self.undocumented],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Coverage:
        """Return the coverage that `as_json` made `value` of."""
        operations = (
            OperationCoverage(each["operationId"], tuple(map(_outcome, each["outcomes"])))
            for each in value["operations"]
        )
        return cls(tuple(operations), tuple(map(_outcome, value["others"])))


def coverage(entries: Iterable[JournalEntry], contract: Contract) -> Coverage:
    """Return what `entries`, as `Journal.entries` returns them, met of `contract`.

    A request whose path or method is no operation's counts for each operation that documents its
    answer. A fault that words its answer as an example does meets that example.
    """
    index = {operation.id: _Index(operation) for operation in contract.operations}
    met: Counter[tuple[str, str]] = Counter()
    others: Counter[tuple[str, int, str]] = Counter()
    for entry in entries:
        asked = entry.get("operationId")
        found = [(name, index[name].find(entry)) for name in ([asked] if asked in index else index)]
        documented = [(name, rule) for name, rule in found if rule]
        met.update(documented)
        if not documented:
            _count_other(others, entry["response"])
    return Coverage(tuple(_covered(each, met) for each in contract.operations), _others(others))


class _Index:
    """Finds the example that an answer is."""

    def __init__(self, operation: Operation) -> None:
        self._names = frozenset(operation.examples)
        self._by_text: dict[tuple[int, str], str] = {}
        for example in operation.examples.values():
            self._by_text.setdefault(_text(example.status, example.content), example.name)

    def find(self, entry: JournalEntry) -> str:
        """Return the example's name, or nothing: by the answer's rule, else by status and text."""
        answer = entry["response"]
        if answer["rule"] in self._names or answer.get("transport"):
            return str(answer["rule"]) if answer["rule"] in self._names else ""
        status, text = _text(answer["status"], answer.get("body"))
        return self._by_text.get((status, text), "") if text else ""


def _text(status: int, content: object) -> tuple[int, str]:
    """Return what tells a refusal from others: its status and its message."""
    message = content.get("message") if isinstance(content, Mapping) else None
    return status, str(message) if message is not None else ""


def _count_other(others: Counter[tuple[str, int, str]], answer: Mapping[str, Any]) -> None:
    key = answer["rule"], answer["status"], answer["evidence"]
    if key in others or len(others) < MAX_UNDOCUMENTED:
        others[key] += 1


def _others(others: Counter[tuple[str, int, str]]) -> tuple[Outcome, ...]:
    return tuple(Outcome(*key, met) for key, met in sorted(others.items()))


def _covered(operation: Operation, met: Counter[tuple[str, str]]) -> OperationCoverage:
    outcomes = (
        Outcome(each.name, each.status, each.evidence, met[operation.id, each.name])
        for each in operation.examples.values()
    )
    return OperationCoverage(operation.id, tuple(outcomes))


def _sums(one: Iterable[Outcome], other: Iterable[Outcome]) -> tuple[Outcome, ...]:
    found: dict[tuple[str, int], Outcome] = {}
    for each in (*one, *other):
        before = found.get((each.rule, each.status))
        found[each.rule, each.status] = (
            replace(each, hits=each.hits + before.hits) if before else each
        )
    return tuple(found.values())


def _operation_as_json(operation: OperationCoverage) -> dict[str, Any]:
    return {
        "operationId": operation.id,
        "met": len(operation.hits),
        "never": len(operation.missed),
        "statuses": {str(status): met for status, met in operation.statuses.items()},
        "outcomes": [_outcome_as_json(each) for each in operation.outcomes],
    }


def _outcome_as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "rule": outcome.rule,
        "status": outcome.status,
        "level": outcome.evidence,
        "met": outcome.hits,
    }


def _outcome(value: Mapping[str, Any]) -> Outcome:
    return Outcome(value["rule"], value["status"], value["level"], value["met"])
