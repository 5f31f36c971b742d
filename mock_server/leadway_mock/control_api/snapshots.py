"""A space taken along, and put back."""

from __future__ import annotations

from typing import Any

from leadway_mock.control_api.namespaces import namespace_to_json
from leadway_mock.control_api.request_reader import ControlAPIError, ControlCall
from leadway_mock.control_api.router import ControlAPI
from leadway_mock.state.snapshots import MAX_BYTES, SnapshotError, read_snapshot, write_snapshot


def register(control: ControlAPI) -> None:
    """Answer `takeSnapshot` and `restoreSnapshot`."""

    @control.route("takeSnapshot")
    def taken(asked: ControlCall) -> dict[str, Any]:
        try:
            return write_snapshot(asked.namespace.snapshot(), journal=asked.query["journal"])
        except SnapshotError as error:
            raise ControlAPIError(409, str(error)) from error

    @control.route("restoreSnapshot", max_body=MAX_BYTES)
    def restored(asked: ControlCall) -> dict[str, Any]:
        spaces = asked.emulator.namespaces
        try:
            spaces.restore(asked.namespace, read_snapshot(asked.body))
        except SnapshotError as error:
            raise ControlAPIError(409, str(error)) from error
        except (TypeError, ValueError, AttributeError) as error:
            raise ControlAPIError(409, "The snapshot is of another version of the mock.") from error
        return namespace_to_json(spaces.for_token(asked.authorization))
