"""What is broken on purpose: armed, listed, disarmed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from leadway_mock.control_api.request_reader import ControlAPIError, ControlCall
from leadway_mock.control_api.router import ControlAPI
from leadway_mock.documents.problems import Problem
from leadway_mock.faults import FaultError, read_fault
from leadway_mock.http.messages import FieldError
from leadway_mock.state.fault_registry import arm, disarm
from leadway_mock.state.namespace import Namespace


def register(control: ControlAPI) -> None:
    """Answer the operations on faults."""

    @control.route("listFaults")
    def listed(asked: ControlCall) -> dict[str, Any]:
        return {"faults": asked.namespace.faults.listed()}

    # A fault knows best what is wrong with it.
    @control.route("armFault", checked=False)
    def armed(asked: ControlCall) -> tuple[dict[str, Any], int]:
        emulator = asked.emulator
        try:
            fault = read_fault(asked.body)
            fault = arm(emulator.namespaces, emulator.contract, asked.namespace.name, fault)
        except FaultError as error:
            raise _refused(error.problems) from error
        return _named(emulator.namespaces.for_token(asked.authorization), fault.id), 201

    @control.route("disarmFaults")
    def disarmed(asked: ControlCall) -> dict[str, Any]:
        return {"disarmed": disarm(asked.emulator.namespaces, asked.namespace.name)}

    @control.route("disarmFault")
    def disarmed_one(asked: ControlCall) -> dict[str, Any]:
        fault_id = asked.path["faultId"]
        if not disarm(asked.emulator.namespaces, asked.namespace.name, fault_id):
            raise ControlAPIError(404, f"No fault is called '{fault_id[:80]}' here.")
        return {"disarmed": 1}


def _named(space: Namespace, fault_id: str) -> dict[str, Any]:
    return next((each for each in space.faults.listed() if each["id"] == fault_id), {})


def _refused(problems: Iterable[Problem]) -> ControlAPIError:
    places = tuple(FieldError(str(each.location), each.message, each.hint) for each in problems)
    told = " ".join(f"{each.pointer or 'The fault'}: {each.message}." for each in places[:5])
    return ControlAPIError(422, told, problems=places)
