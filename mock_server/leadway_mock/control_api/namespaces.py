"""Operations on namespaces: list, show, open, close and reset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadway_mock.control_api.blueprint import ControlAPI
from leadway_mock.control_api.request_reader import ControlAPIError, ControlCall
from leadway_mock.state.namespaces import SHARED, Namespace, Overrides, namespace_name

ALL_SCOPES = "all"

STORED_SCOPES: Mapping[str, tuple[str, ...]] = {
    "sessions": ("turns/", "sessions"),
    "journal": ("journal",),
    "quotas": ("quota/",),
    "faults": ("faults/",),
    "dialogues": ("used/",),  # The sources stay: open sessions continue with their version.
}
"""Scopes of a reset that are stored under keys of their own, and the prefixes of these."""

OVERRIDE_SCOPES = ("clock", "settings", "faults", "dialogues")
"""Scopes of a reset that are overrides of the namespace."""


def register(control: ControlAPI) -> None:
    """Add the handlers of the operations on namespaces."""

    @control.route("listNamespaces")
    def list_all(call: ControlCall) -> dict[str, Any]:
        return {"namespaces": call.emulator.namespaces.list_open()}

    @control.route("showNamespace")
    def show(call: ControlCall) -> dict[str, Any]:
        return namespace_to_json(call.namespace)

    @control.route("openNamespace")
    def open_(call: ControlCall) -> dict[str, Any]:
        call.emulator.namespaces.open(_dedicated_name(call))
        return namespace_to_json(call.emulator.namespaces.for_token(call.authorization))

    @control.route("closeNamespace")
    def close(call: ControlCall) -> dict[str, Any]:
        if call.namespace.name == _dedicated_name(call):
            call.namespace.reset()
        return namespace_to_json(call.emulator.namespaces.for_token(call.authorization))

    @control.route("reset")
    def reset(call: ControlCall) -> dict[str, Any]:
        scopes = list(dict.fromkeys(call.body.get("scope", [ALL_SCOPES])))
        if ALL_SCOPES in scopes:
            call.emulator.namespaces.reset_keep_open(call.namespace)
        else:
            _reset_scopes(call, scopes)
        return {"reset": scopes}


def namespace_to_json(namespace: Namespace) -> dict[str, Any]:
    """Return a namespace as the control API shows it."""
    return {
        "name": namespace.name or None,
        "dedicated": namespace.name != SHARED,
        "sessions": namespace.sessions.count(),
        "journalEntries": namespace.journal.count(),
    }


def _dedicated_name(call: ControlCall) -> str:
    name = namespace_name(call.authorization)
    if name == SHARED:
        raise ControlAPIError(
            401,
            "Send 'Authorization: Bearer <token>' with the token of the namespace.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return name


def _reset_scopes(call: ControlCall, scopes: list[str]) -> None:
    prefixes = [prefix for scope in scopes for prefix in STORED_SCOPES.get(scope, ())]
    call.namespace.delete_prefixes(*prefixes)
    dropped = [scope for scope in scopes if scope in OVERRIDE_SCOPES]

    def change(overrides: Overrides) -> Overrides:
        return {kind: value for kind, value in overrides.items() if kind not in dropped}

    if dropped:
        call.emulator.namespaces.change(call.namespace.name, change)
