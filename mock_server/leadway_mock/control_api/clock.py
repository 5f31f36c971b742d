"""The clock of a space: stopped, moved, and put back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from leadway_mock.control_api.request_reader import ControlAPIError, ControlCall
from leadway_mock.control_api.router import ControlAPI
from leadway_mock.control_api.timestamps import iso_time, read_time
from leadway_mock.http.messages import FieldError
from leadway_mock.state.clock import ClockError, MovableClock
from leadway_mock.state.namespace import Namespace

Move = Callable[[MovableClock], Mapping[str, float]]


def register(control: ControlAPI) -> None:
    """Answer the operations on the clock."""

    @control.route("showClock")
    def shown(asked: ControlCall) -> dict[str, Any]:
        return _clock(asked.namespace)

    @control.route("freezeClock")
    def frozen(asked: ControlCall) -> dict[str, Any]:
        time = _time(asked)
        return _moved(asked, lambda clock: clock.frozen_at(time))

    @control.route("setClock")
    def set_to(asked: ControlCall) -> dict[str, Any]:
        time = _time(asked) or 0.0
        return _moved(asked, lambda clock: clock.set_to(time))

    @control.route("advanceClock")
    def advanced(asked: ControlCall) -> dict[str, Any]:
        seconds = float(asked.body["seconds"])
        try:
            return _moved(asked, lambda clock: clock.advanced(seconds))
        except ClockError as error:
            raise ControlAPIError(409, str(error)) from error

    @control.route("resumeClock")
    def resumed(asked: ControlCall) -> dict[str, Any]:
        return _moved(asked, lambda clock: clock.resumed())

    @control.route("resetClock")
    def reset(asked: ControlCall) -> dict[str, Any]:
        return _moved(asked, lambda _: {})


def _moved(asked: ControlCall, move: Move) -> dict[str, Any]:
    return _clock(asked.emulator.namespaces.move_clock(asked.namespace.name, move))


def _time(asked: ControlCall) -> float | None:
    text = asked.body.get("time")
    if text is None:
        return None
    try:
        time = read_time(text)
        MovableClock(asked.namespace.clock).frozen_at(time)
    except (ValueError, OverflowError) as error:
        problem = FieldError("/time", "time is not valid", f"{error}")
        told = f"time cannot be '{text}': {error}. Write it as 2026-11-22T09:00:00Z."
        raise ControlAPIError(422, told, problems=(problem,)) from error
    return time


def _clock(space: Namespace) -> dict[str, Any]:
    now = space.clock.now()
    return {
        "time": iso_time(now),
        "seconds": now,
        "frozen": space.clock.frozen,
        "offset": round(space.clock.offset, 3) + 0.0,  # and never -0.0
    }
