"""Checks that a fault refers to operations, rules and statuses of the contract."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from leadway_mock.contract.model import Contract
from leadway_mock.documents.problems import Problem
from leadway_mock.faults import Fault
from leadway_mock.faults.problems import shown
from leadway_mock.util.names import suggest


def contract_problems(fault: Fault, contract: Contract) -> Iterator[Problem]:
    """Yield why `fault` cannot fire with this contract."""
    operations = {each.id: each for each in contract.operations}
    if fault.operation_id is not None and fault.operation_id not in operations:
        message = f"there is no operation {shown(fault.operation_id)}"
        yield Problem("/operationId", message, suggest(fault.operation_id, operations))
        return
    selected = [operations[fault.operation_id]] if fault.operation_id else contract.operations
    examples = [example for each in selected for example in each.examples.values()]
    errors = {each.name: each.status for each in examples if each.status >= HTTPStatus.BAD_REQUEST}
    if fault.rule is not None and fault.rule not in errors:
        message = f"there is no error response {shown(fault.rule)} here"
        yield Problem("/rule", message, suggest(fault.rule, errors))
    if fault.status is not None and fault.status not in errors.values():
        known = ", ".join(map(str, sorted(set(errors.values()))))
        message = f"the contract documents no {fault.status} here"
        yield Problem("/status", message, f"choose one of {known}; `proxyStatus` has others")
