"""A space taken along, and put back."""

from __future__ import annotations

from typing import Any

from leadway_mock.control_api.namespaces import shown_space
from leadway_mock.control_api.request_reader import Asked, Refused
from leadway_mock.control_api.router import Control
from leadway_mock.state.snapshots import MAX_BYTES, SnapshotError, read_snapshot, write_snapshot


def register(control: Control) -> None:
    """Answer `takeSnapshot` and `restoreSnapshot`."""

    @control.route("takeSnapshot")
    def taken(asked: Asked) -> dict[str, Any]:
        try:
            return write_snapshot(asked.space.snapshot(), journal=asked.query["journal"])
        except SnapshotError as error:
            raise Refused(409, str(error)) from error

    @control.route("restoreSnapshot", max_body=MAX_BYTES)
    def restored(asked: Asked) -> dict[str, Any]:
        spaces = asked.emulator.spaces
        try:
            spaces.restore(asked.space, read_snapshot(asked.body))
        except SnapshotError as error:
            raise Refused(409, str(error)) from error
        except (TypeError, ValueError, AttributeError) as error:
            raise Refused(409, "The snapshot is of another version of the mock.") from error
        return shown_space(spaces.of(asked.authorization))
