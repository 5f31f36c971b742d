"""Starting over, with everything or with a part of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadway_mock.control_api.request_reader import ControlCall
from leadway_mock.control_api.router import ControlAPI
from leadway_mock.state.namespace import Overrides

EVERYTHING = "everything"

KEPT: Mapping[str, tuple[str, ...]] = {
    "sessions": ("turns/", "sessions"),
    "journal": ("journal",),
    "quotas": ("quota/",),
    "faults": ("faults/",),
    "dialogues": ("used/",),  # The sources stay: open sessions go on with what they began.
}
"""The scopes that are kept in the store, and how their keys begin."""

ORDERED = ("clock", "settings", "faults", "dialogues")
"""The scopes that are orders of the space."""


def register(control: ControlAPI) -> None:
    """Answer `reset`."""

    @control.route("reset")
    def reset(asked: ControlCall) -> dict[str, Any]:
        scopes = list(dict.fromkeys(asked.body.get("scope", [EVERYTHING])))
        if EVERYTHING in scopes:
            asked.emulator.namespaces.reset_keep_open(asked.namespace)
        else:
            _forget(asked, scopes)
        return {"reset": scopes}


def _forget(asked: ControlCall, scopes: list[str]) -> None:
    asked.namespace.delete_prefixes(*(head for scope in scopes for head in KEPT.get(scope, ())))
    dropped = [scope for scope in scopes if scope in ORDERED]

    def change(orders: Overrides) -> Overrides:
        return {kind: order for kind, order in orders.items() if kind not in dropped}

    if dropped:
        asked.emulator.namespaces.change(asked.namespace.name, change)
