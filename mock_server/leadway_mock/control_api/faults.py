"""Operations on armed faults: list, arm and disarm."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from leadway_mock.control_api.blueprint import ControlAPI
from leadway_mock.control_api.request_reader import (
    MAX_MESSAGE_PROBLEMS,
    MAX_QUOTE_CHARS,
    ControlAPIError,
    ControlCall,
)
from leadway_mock.documents.problems import Problem
from leadway_mock.faults import FaultError, read_fault
from leadway_mock.http.messages import FieldError
from leadway_mock.state.fault_registry import arm, disarm
from leadway_mock.state.namespaces import Namespace


def register(control: ControlAPI) -> None:
    """Add the handlers of the operations on faults."""

    @control.route("listFaults")
    def list_all(call: ControlCall) -> dict[str, Any]:
        return {"faults": call.namespace.faults.to_json()}

    # `read_fault` reports more than a schema can.
    @control.route("armFault", validate=False)
    def arm_fault(call: ControlCall) -> tuple[dict[str, Any], int]:
        emulator = call.emulator
        try:
            fault = read_fault(call.body)
            fault = arm(emulator.namespaces, emulator.contract, call.namespace.name, fault)
        except FaultError as error:
            raise _invalid(error.problems) from error
        return _find(emulator.namespaces.for_token(call.authorization), fault.id), 201

    @control.route("disarmFaults")
    def disarm_all(call: ControlCall) -> dict[str, Any]:
        return {"disarmed": disarm(call.emulator.namespaces, call.namespace.name)}

    @control.route("disarmFault")
    def disarm_one(call: ControlCall) -> dict[str, Any]:
        fault_id = call.path["faultId"]
        if not disarm(call.emulator.namespaces, call.namespace.name, fault_id):
            message = f"The namespace has no fault '{fault_id[:MAX_QUOTE_CHARS]}'."
            raise ControlAPIError(404, message)
        return {"disarmed": 1}


def _find(namespace: Namespace, fault_id: str | None) -> dict[str, Any]:
    return next((each for each in namespace.faults.to_json() if each["id"] == fault_id), {})


def _invalid(problems: Iterable[Problem]) -> ControlAPIError:
    errors = tuple(FieldError(str(each.location), each.message, each.hint) for each in problems)
    first = errors[:MAX_MESSAGE_PROBLEMS]
    message = " ".join(f"{each.pointer or 'The fault'}: {each.message}." for each in first)
    return ControlAPIError(422, message, problems=errors)
