"""Spaces: which there are, and giving a token one of its own."""

from __future__ import annotations

from typing import Any

from leadway_mock.control_api.request_reader import Asked, Refused
from leadway_mock.control_api.router import Control
from leadway_mock.state.namespace import SHARED, Space
from leadway_mock.state.namespace_registry import name_of


def register(control: Control) -> None:
    """Answer the operations on spaces."""

    @control.route("listSpaces")
    def listed(asked: Asked) -> dict[str, Any]:
        return {"spaces": asked.emulator.spaces.opened()}

    @control.route("showSpace")
    def shown(asked: Asked) -> dict[str, Any]:
        return shown_space(asked.space)

    @control.route("openSpace")
    def opened(asked: Asked) -> dict[str, Any]:
        asked.emulator.spaces.open(_own_name(asked))
        return shown_space(asked.emulator.spaces.of(asked.authorization))

    @control.route("closeSpace")
    def closed(asked: Asked) -> dict[str, Any]:
        if asked.space.name == _own_name(asked):
            asked.space.reset()
        return shown_space(asked.emulator.spaces.of(asked.authorization))


def _own_name(asked: Asked) -> str:
    name = name_of(asked.authorization)
    if name == SHARED:
        raise Refused(
            401,
            "Send 'Authorization: Bearer <token>', with the token whose space is meant.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return name


def shown_space(space: Space) -> dict[str, Any]:
    """Return a space as the control API tells it."""
    return {
        "name": space.name or None,
        "own": space.name != SHARED,
        "sessions": space.sessions.count(),
        "entries": space.journal.count(),
    }
