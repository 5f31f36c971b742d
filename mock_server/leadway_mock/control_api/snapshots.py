"""Operations that take and restore a snapshot of a namespace."""

from __future__ import annotations

from typing import Any

from leadway_mock.control_api.blueprint import ControlAPI
from leadway_mock.control_api.namespaces import namespace_to_json
from leadway_mock.control_api.request_reader import ControlAPIError, ControlCall
from leadway_mock.state.snapshots import MAX_BYTES, SnapshotError, read_snapshot, write_snapshot


def register(control: ControlAPI) -> None:
    """Add the handlers of `takeSnapshot` and `restoreSnapshot`."""

    @control.route("takeSnapshot")
    def take(call: ControlCall) -> dict[str, Any]:
        try:
            return write_snapshot(call.namespace.snapshot(), journal=call.query["journal"])
        except SnapshotError as error:
            raise ControlAPIError(409, str(error)) from error

    @control.route("restoreSnapshot", max_body=MAX_BYTES)
    def restore(call: ControlCall) -> dict[str, Any]:
        namespaces = call.emulator.namespaces
        try:
            namespaces.restore(call.namespace, read_snapshot(call.body))
        except SnapshotError as error:
            raise ControlAPIError(409, str(error)) from error
        except (TypeError, ValueError, AttributeError) as error:
            raise ControlAPIError(409, "The snapshot is of another version of the mock.") from error
        return namespace_to_json(namespaces.for_token(call.authorization))
