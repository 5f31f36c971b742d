"""Checks that a fault refers to operations, rules and statuses of the contract."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from leadway_mock.contract.model import Contract
from leadway_mock.documents.problems import Problem
from leadway_mock.faults import Fault
from leadway_mock.faults.problems import shown


def contract_problems(fault: Fault, contract: Contract) -> Iterator[Problem]:
    """Yield why `fault` could never fire on this contract."""
    operations = {each.id: each for each in contract.operations}
    if fault.operation_id is not None and fault.operation_id not in operations:
        what = f"there is no operation {shown(fault.operation_id)}"
        yield Problem("/operation", what, _meant(fault.operation_id, list(operations)))
        return
    named = [operations[fault.operation_id]] if fault.operation_id else list(contract.operations)
    examples = [example for each in named for example in each.examples.values()]
    refusals = {each.name: each.status for each in examples if each.status >= 400}  # noqa: PLR2004
    if fault.rule is not None and fault.rule not in refusals:
        what = f"no refusal is called {shown(fault.rule)} here"
        yield Problem("/rule", what, _meant(fault.rule, list(refusals)))
    if fault.status is not None and fault.status not in refusals.values():
        known = ", ".join(map(str, sorted(set(refusals.values()))))
        what = f"the contract documents no {fault.status} here"
        yield Problem("/status", what, f"choose one of {known}; `proxy` has others")


def _meant(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
