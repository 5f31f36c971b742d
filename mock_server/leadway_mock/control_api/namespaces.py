"""Operations on namespaces: list, show, open, close, reset, take and restore a snapshot."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from leadway_mock.control_api.blueprint import ControlAPI
from leadway_mock.control_api.request_reader import ControlAPIError, ControlCall
from leadway_mock.dialogues.model import from_json as dialogue_from_json
from leadway_mock.dialogues.registry import OVERRIDE_KEY
from leadway_mock.state.agent_aggregate import agent_from_json
from leadway_mock.state.armed_faults import count_from_json
from leadway_mock.state.idempotency import record_from_json
from leadway_mock.state.journal import entry_from_json
from leadway_mock.state.namespaces import (
    ALL_SCOPES,
    OVERRIDES_KEY,
    SHARED,
    Namespace,
    Overrides,
    namespace_name,
)
from leadway_mock.state.sessions import turn_from_json
from leadway_mock.state.snapshots import (
    MAX_BYTES,
    SnapshotError,
    check_content,
    read_snapshot,
    write_snapshot,
)
from leadway_mock.state.stored_agents import index_from_json
from leadway_mock.store import Snapshot, StoreDamaged

STORED_SCOPES: Mapping[str, tuple[str, ...]] = {
    "sessions": ("turns/", "sessions", "idempotency"),
    "journal": ("journal",),
    "quotas": ("quota/",),
    "faults": ("faults/",),
    "agents": (
        "agents/",
        "agent-ids/",
        "version-agents/",
        "version-contents/",
        "deleted-agents",
        "deleted-versions",
    ),
    "dialogues": ("used/",),  # The sources stay: open sessions continue with their version.
}
"""Scopes of a reset that are stored under keys of their own, and the prefixes of these."""

MAKERS: Mapping[str, Callable[[Any], object]] = {
    OVERRIDES_KEY: dict,
    "journal": entry_from_json,
    "turns": turn_from_json,
    "faults": count_from_json,
    "idempotency": record_from_json,
    "dialogues": dialogue_from_json,
    "agents": agent_from_json,
    "agent-ids": index_from_json,
    "version-contents": dict,
}
"""How the entries of a snapshot are read, by the first part of their keys."""

OVERRIDE_SCOPES = ("clock", "settings", "faults", "dialogues")
"""Scopes of a reset that are overrides of the namespace."""


def register(control: ControlAPI) -> None:
    """Add the handlers of the operations on namespaces."""

    @control.route("listNamespaces")
    def list_all(call: ControlCall) -> dict[str, Any]:
        return {"namespaces": call.emulator.namespaces.list_open()}

    @control.route("showNamespace")
    def show(call: ControlCall) -> dict[str, Any]:
        return _namespace_to_json(call.namespace)

    @control.route("openNamespace")
    def open_(call: ControlCall) -> dict[str, Any]:
        call.emulator.namespaces.open(_dedicated_name(call))
        return _namespace_to_json(call.emulator.namespaces.for_token(call.authorization))

    @control.route("closeNamespace")
    def close(call: ControlCall) -> dict[str, Any]:
        if call.namespace.name == _dedicated_name(call):
            call.emulator.namespaces.close(call.namespace)
        return _namespace_to_json(call.emulator.namespaces.for_token(call.authorization))

    @control.route("reset")
    def reset(call: ControlCall) -> dict[str, Any]:
        scopes = list(dict.fromkeys(call.body.get("scope", list(ALL_SCOPES))))
        _reset_scopes(call, scopes)
        return {"reset": scopes}

    @control.route("takeSnapshot")
    def take(call: ControlCall) -> dict[str, Any]:
        try:
            return write_snapshot(call.namespace.snapshot(), journal=call.query["journal"])
        except SnapshotError as error:
            raise ControlAPIError(409, str(error)) from error

    @control.route("restoreSnapshot", max_body=MAX_BYTES)
    def restore(call: ControlCall) -> dict[str, Any]:
        _restore_snapshot(call)
        return _namespace_to_json(call.emulator.namespaces.for_token(call.authorization))


def _restore_snapshot(call: ControlCall) -> None:
    try:
        snapshot = read_snapshot(call.body)
        check_content(snapshot, MAKERS)
        _check_dialogues(snapshot)
        call.emulator.namespaces.restore(call.namespace, snapshot)
    except SnapshotError as error:
        raise ControlAPIError(409, str(error)) from error
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise ControlAPIError(409, "The snapshot is of another version of the mock.") from error


def _check_dialogues(snapshot: Snapshot) -> None:
    texts = {key: text for key, _, text in snapshot.entries}
    versions = json.loads(texts.get(OVERRIDES_KEY, "{}")).get(OVERRIDE_KEY, {})
    if any(each and f"dialogues/{each}" not in texts for each in versions.values()):
        raise SnapshotError("A dialogue of the snapshot is not in it.")


def _namespace_to_json(namespace: Namespace) -> dict[str, Any]:
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
    if ALL_SCOPES & set(scopes):
        try:
            call.emulator.namespaces.reset_keep_open(call.namespace)
        except StoreDamaged:
            call.emulator.reset()
        return
    prefixes = [prefix for scope in scopes for prefix in STORED_SCOPES.get(scope, ())]
    call.emulator.namespaces.delete_prefixes(call.namespace, scopes, *prefixes)
    dropped = [scope for scope in scopes if scope in OVERRIDE_SCOPES]

    def change(overrides: Overrides) -> Overrides:
        return {kind: value for kind, value in overrides.items() if kind not in dropped}

    if dropped:
        call.emulator.namespaces.change(call.namespace.name, change)
