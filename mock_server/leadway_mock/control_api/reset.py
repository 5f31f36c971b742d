"""Starting over, with everything or with a part of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadway_mock.control_api.request_reader import Asked
from leadway_mock.control_api.router import Control
from leadway_mock.state.namespace import Orders

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


def register(control: Control) -> None:
    """Answer `reset`."""

    @control.route("reset")
    def reset(asked: Asked) -> dict[str, Any]:
        scopes = list(dict.fromkeys(asked.body.get("scope", [EVERYTHING])))
        if EVERYTHING in scopes:
            asked.emulator.spaces.begin_anew(asked.space)
        else:
            _forget(asked, scopes)
        return {"reset": scopes}


def _forget(asked: Asked, scopes: list[str]) -> None:
    asked.space.forget(*(head for scope in scopes for head in KEPT.get(scope, ())))
    dropped = [scope for scope in scopes if scope in ORDERED]

    def change(orders: Orders) -> Orders:
        return {kind: order for kind, order in orders.items() if kind not in dropped}

    if dropped:
        asked.emulator.spaces.change(asked.space.name, change)
