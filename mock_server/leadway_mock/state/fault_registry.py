"""Arms and disarms the faults of a space, and refuses those that could never fire."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from leadway_mock.contract.model import Contract
from leadway_mock.documents.problems import Problem
from leadway_mock.faults import Fault, FaultError, as_json
from leadway_mock.faults.contract_check import contract_problems
from leadway_mock.state.namespace import Overrides
from leadway_mock.state.namespace_registry import NamespaceRegistry

MAX_ARMED = 100
"""How many faults one space holds at a time; each costs every request a look."""

_Order = Mapping[str, Any]


def arm(spaces: NamespaceRegistry, contract: Contract, name: str, fault: Fault) -> Fault:
    """Arm `fault` in the space `name`, which is opened if need be; return it with its id.

    A fault of the same id is replaced, and its count begins anew. Raises `FaultError` where the
    contract lacks the fault's operation, rule or status, or the space has too many.
    """
    problems = list(contract_problems(fault, contract))
    if problems:
        raise FaultError(problems)
    key = secrets.token_hex(8)  # A count of its own, whatever was armed and forgotten before.
    armed, dropped = fault, tuple[_Order, ...]()

    def change(orders: Overrides) -> Overrides:
        nonlocal armed, dropped
        present = tuple(orders.get("faults", ()))
        armed = replace(fault, id=fault.id or _free_id(present))
        dropped = tuple(each for each in present if _id(each) == armed.id)
        kept = [each for each in present if _id(each) != armed.id]
        if len(kept) >= MAX_ARMED:
            what = f"{MAX_ARMED} faults are armed already"
            raise FaultError([Problem("", what, "disarm some that are done")])
        return {**orders, "faults": [*kept, {"key": key, "fault": as_json(armed)}]}

    _forget(spaces, name, change, lambda: dropped)
    return armed


def disarm(spaces: NamespaceRegistry, name: str, fault_id: str | None = None) -> int:
    """Disarm the fault `fault_id` of the space `name`, or all of them; return how many."""
    dropped = tuple[_Order, ...]()

    def change(orders: Overrides) -> Overrides:
        nonlocal dropped
        present = tuple(orders.get("faults", ()))
        dropped = tuple(each for each in present if fault_id in {None, _id(each)})
        return {**orders, "faults": [each for each in present if each not in dropped]}

    _forget(spaces, name, change, lambda: dropped)
    return len(dropped)


def _forget(
    spaces: NamespaceRegistry,
    name: str,
    change: Callable[[Overrides], Overrides],
    dropped: Callable[[], tuple[_Order, ...]],
) -> None:
    """Change the orders of a space, then forget the counts of what fell out of them."""
    space = spaces.change(name, change)
    for each in dropped():
        space.faults.forget(each["key"])


def _id(order: _Order) -> str:
    return str(order["fault"]["id"])


def _free_id(present: tuple[_Order, ...]) -> str:
    taken = {_id(each) for each in present}
    return next(name for name in map("fault-{}".format, count(1)) if name not in taken)
