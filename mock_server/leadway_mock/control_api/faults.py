"""Operations on armed faults: list, arm and disarm."""

from __future__ import annotations

from typing import Any

import flask

from leadway_mock.control_api.blueprint import ControlAPI
from leadway_mock.control_api.request_reader import (
    ControlAPIError,
    ControlCall,
    invalid_body,
    not_found,
)
from leadway_mock.faults import FaultError, read_fault
from leadway_mock.http.delivery import REFUSE_CONNECTIONS
from leadway_mock.http.messages import FieldError
from leadway_mock.state.fault_registry import arm, disarm

CANNOT_REFUSE = (
    "Only a mock of one process with its own server can refuse connections: `leadway mock`"
    " without --workers. Inject a fault instead, such as transport CONNECTION_RESET_BY_PEER."
)


def register(control: ControlAPI) -> None:
    """Add the handlers of the operations on faults, and on connections."""

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
            problems = [
                FieldError(str(each.location), each.message, each.hint) for each in error.problems
            ]
            raise invalid_body(
                problems,
                lambda each: f"{each.pointer or 'The fault'}: {each.message} — {each.hint}.",
            ) from error
        armed = emulator.namespaces.for_token(call.authorization).faults.to_json()
        return next((each for each in armed if each["id"] == fault.id), {}), 201

    @control.route("disarmFaults")
    def disarm_all(call: ControlCall) -> dict[str, Any]:
        return {"disarmed": disarm(call.emulator.namespaces, call.namespace.name)}

    @control.route("disarmFault")
    def disarm_one(call: ControlCall) -> dict[str, Any]:
        fault_id = call.path["faultId"]
        if not disarm(call.emulator.namespaces, call.namespace.name, fault_id):
            raise not_found("fault", fault_id)
        return {"disarmed": 1}

    @control.route("refuseConnections")
    def refuse_connections(call: ControlCall) -> dict[str, Any]:
        refuse = flask.request.environ.get(REFUSE_CONNECTIONS)
        if refuse is None:
            raise ControlAPIError(409, CANNOT_REFUSE)
        refuse(call.body["seconds"])
        return {"seconds": call.body["seconds"]}
