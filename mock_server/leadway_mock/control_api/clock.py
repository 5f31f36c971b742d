"""Operations on the clock of a namespace, and timestamps in ISO 8601."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from leadway_mock.control_api.blueprint import ControlAPI
from leadway_mock.control_api.request_reader import ControlAPIError, ControlCall
from leadway_mock.http.messages import FieldError
from leadway_mock.state.clock import ClockError, MovableClock, iso_time
from leadway_mock.state.namespaces import Namespace


def register(control: ControlAPI) -> None:
    """Add the handlers of the operations on the clock."""

    @control.route("showClock")
    def show(call: ControlCall) -> dict[str, Any]:
        return _clock_to_json(call.namespace)

    @control.route("freezeClock")
    def freeze(call: ControlCall) -> dict[str, Any]:
        time = _time(call)
        return _move(call, lambda clock: clock.freeze(time))

    @control.route("setClock")
    def move_to(call: ControlCall) -> dict[str, Any]:
        time = _time(call) or 0.0
        return _move(call, lambda clock: clock.move_to(time))

    @control.route("advanceClock")
    def advance(call: ControlCall) -> dict[str, Any]:
        seconds = float(call.body["seconds"])
        try:
            return _move(call, lambda clock: clock.advance(seconds))
        except ClockError as error:
            raise ControlAPIError(409, f"The new time {error}.") from error

    @control.route("resumeClock")
    def resume(call: ControlCall) -> dict[str, Any]:
        return _move(call, MovableClock.resume)

    @control.route("resetClock")
    def reset(call: ControlCall) -> dict[str, Any]:
        return _move(call, MovableClock.reset)


def parse_time(text: str) -> float:
    """Return an ISO 8601 time in seconds since the Unix epoch; raises `ValueError`."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("must have a time zone, such as Z for UTC")
    return time.timestamp()


def _move(call: ControlCall, move: Callable[[MovableClock], MovableClock]) -> dict[str, Any]:
    return _clock_to_json(call.emulator.namespaces.move_clock(call.namespace.name, move))


def _time(call: ControlCall) -> float | None:
    text = call.body.get("time")
    if text is None:
        return None
    try:
        time = parse_time(text)
        call.namespace.clock.freeze(time)
    except (ValueError, OverflowError) as error:
        problem = FieldError("/time", "time is not valid", f"{error}")
        message = f"time cannot be '{text}': {error}. Write it as 2026-11-22T09:00:00Z."
        raise ControlAPIError(422, message, problems=(problem,)) from error
    return time


def _clock_to_json(namespace: Namespace) -> dict[str, Any]:
    now = namespace.clock.now()
    return {
        "time": iso_time(now),
        "seconds": now,
        "frozen": namespace.clock.is_frozen,
        "offset": round(namespace.clock.offset, 3) + 0.0,  # never -0.0
    }
