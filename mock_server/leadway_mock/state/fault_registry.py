"""Fault registry: arms and disarms the faults of a namespace."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any, Final

from leadway_mock.contract.model import Contract
from leadway_mock.documents.problems import Problem
from leadway_mock.faults import Fault, FaultError, as_json
from leadway_mock.faults.model import contract_problems
from leadway_mock.state.namespaces import NamespaceRegistry, Overrides, OverridesChange

MAX_ARMED: Final = 100
"""Limit of armed faults in a namespace; each request is compared with all of them."""

_ArmedJson = Mapping[str, Any]
"""An armed fault in the overrides: `key` and `fault`."""


def arm(namespaces: NamespaceRegistry, contract: Contract, name: str, fault: Fault) -> Fault:
    """Arm `fault` in the namespace `name`, which is opened if necessary; return it with its id.

    Replaces a fault with the same id, whose count starts again. Raises `FaultError` if the
    contract lacks the fault's operation, rule or status, or `MAX_ARMED` faults are armed.
    """
    problems = list(contract_problems(fault, contract))
    if problems:
        raise FaultError(problems)
    key = secrets.token_hex(8)  # The count is new, whatever was armed under this id before.

    def change(overrides: Overrides) -> Overrides:
        present = overrides.get("faults", ())
        armed = replace(fault, id=fault.id or _free_id(present))
        others = [each for each in present if _id(each) != armed.id]
        if len(others) >= MAX_ARMED:
            message = f"{MAX_ARMED} faults are already armed"
            raise FaultError([Problem("", message, "disarm some of them")])
        return {**overrides, "faults": [*others, {"key": key, "fault": as_json(armed)}]}

    after = _change(namespaces, name, change)[1]
    return replace(fault, id=next(_id(each) for each in after if each["key"] == key))


def disarm(namespaces: NamespaceRegistry, name: str, fault_id: str | None = None) -> int:
    """Disarm the fault `fault_id` of the namespace `name`, or all; return how many."""

    def change(overrides: Overrides) -> Overrides:
        present = overrides.get("faults", ())
        others = [each for each in present if fault_id not in {None, _id(each)}]
        return {**overrides, "faults": others}

    before, after = _change(namespaces, name, change)
    return len(before) - len(after)


def _change(
    namespaces: NamespaceRegistry, name: str, change: OverridesChange
) -> tuple[Sequence[_ArmedJson], Sequence[_ArmedJson]]:
    """Change the overrides of a namespace; return the armed faults before and after.

    Deletes the counts of faults that are no longer armed.
    """
    overrides, namespace = namespaces.update(name, change)
    before, after = overrides.get("faults", ()), namespace.overrides.get("faults", ())
    keys = {each["key"] for each in after}
    for each in before:
        if each["key"] not in keys:
            namespace.faults.delete_count(each["key"])
    return before, after


def _id(armed: _ArmedJson) -> str:
    return str(armed["fault"]["id"])


def _free_id(present: Sequence[_ArmedJson]) -> str:
    used = {_id(each) for each in present}
    return next(name for name in map("fault-{}".format, count(1)) if name not in used)
