"""Spaces: which there are, and giving a token one of its own."""

from __future__ import annotations

from typing import Any

from leadway_mock.control_api.request_reader import ControlAPIError, ControlCall
from leadway_mock.control_api.router import ControlAPI
from leadway_mock.state.namespace import SHARED, Namespace
from leadway_mock.state.namespace_registry import namespace_name


def register(control: ControlAPI) -> None:
    """Answer the operations on spaces."""

    @control.route("listSpaces")
    def listed(asked: ControlCall) -> dict[str, Any]:
        return {"spaces": asked.emulator.namespaces.list_open()}

    @control.route("showSpace")
    def shown(asked: ControlCall) -> dict[str, Any]:
        return namespace_to_json(asked.namespace)

    @control.route("openSpace")
    def opened(asked: ControlCall) -> dict[str, Any]:
        asked.emulator.namespaces.open(_own_name(asked))
        return namespace_to_json(asked.emulator.namespaces.for_token(asked.authorization))

    @control.route("closeSpace")
    def closed(asked: ControlCall) -> dict[str, Any]:
        if asked.namespace.name == _own_name(asked):
            asked.namespace.reset()
        return namespace_to_json(asked.emulator.namespaces.for_token(asked.authorization))


def _own_name(asked: ControlCall) -> str:
    name = namespace_name(asked.authorization)
    if name == SHARED:
        raise ControlAPIError(
            401,
            "Send 'Authorization: Bearer <token>', with the token whose space is meant.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return name


def namespace_to_json(space: Namespace) -> dict[str, Any]:
    """Return a space as the control API tells it."""
    return {
        "name": space.name or None,
        "own": space.name != SHARED,
        "sessions": space.sessions.count(),
        "entries": space.journal.count(),
    }
