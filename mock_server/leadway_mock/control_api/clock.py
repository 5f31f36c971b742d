"""The clock of a space: stopped, moved, and put back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from leadway_mock.control_api.request_reader import Asked, Refused
from leadway_mock.control_api.router import Control
from leadway_mock.control_api.timestamps import iso_time, read_time
from leadway_mock.http.messages import Violation
from leadway_mock.state.clock import ClockError, SetClock
from leadway_mock.state.namespace import Space

Move = Callable[[SetClock], Mapping[str, float]]


def register(control: Control) -> None:
    """Answer the operations on the clock."""

    @control.route("showClock")
    def shown(asked: Asked) -> dict[str, Any]:
        return _clock(asked.space)

    @control.route("freezeClock")
    def frozen(asked: Asked) -> dict[str, Any]:
        time = _time(asked)
        return _moved(asked, lambda clock: clock.frozen_at(time))

    @control.route("setClock")
    def set_to(asked: Asked) -> dict[str, Any]:
        time = _time(asked) or 0.0
        return _moved(asked, lambda clock: clock.set_to(time))

    @control.route("advanceClock")
    def advanced(asked: Asked) -> dict[str, Any]:
        seconds = float(asked.body["seconds"])
        try:
            return _moved(asked, lambda clock: clock.advanced(seconds))
        except ClockError as error:
            raise Refused(409, str(error)) from error

    @control.route("resumeClock")
    def resumed(asked: Asked) -> dict[str, Any]:
        return _moved(asked, lambda clock: clock.resumed())

    @control.route("resetClock")
    def reset(asked: Asked) -> dict[str, Any]:
        return _moved(asked, lambda _: {})


def _moved(asked: Asked, move: Move) -> dict[str, Any]:
    return _clock(asked.emulator.spaces.move_clock(asked.space.name, move))


def _time(asked: Asked) -> float | None:
    text = asked.body.get("time")
    if text is None:
        return None
    try:
        time = read_time(text)
        SetClock(asked.space.clock).frozen_at(time)
    except (ValueError, OverflowError) as error:
        problem = Violation("/time", "time is not valid", f"{error}")
        told = f"time cannot be '{text}': {error}. Write it as 2026-11-22T09:00:00Z."
        raise Refused(422, told, problems=(problem,)) from error
    return time


def _clock(space: Space) -> dict[str, Any]:
    now = space.clock.now()
    return {
        "time": iso_time(now),
        "seconds": now,
        "frozen": space.clock.frozen,
        "offset": round(space.clock.offset, 3) + 0.0,  # and never -0.0
    }
