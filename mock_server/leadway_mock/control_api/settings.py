"""The settings of a space, changed while the mock runs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from leadway_mock.config.runtime_changes import FIXED, problems
from leadway_mock.control_api.request_reader import Asked, Refused
from leadway_mock.control_api.router import Control
from leadway_mock.http.messages import Violation
from leadway_mock.state.namespace import Orders, Space
from leadway_mock.store import shown_url


def register(control: Control) -> None:
    """Answer the operations on settings."""

    @control.route("showSettings")
    def shown(asked: Asked) -> dict[str, Any]:
        return _settings(asked.space)

    # A schema cannot say why a setting is fixed; `Settings` has the words for the rest.
    @control.route("changeSettings", checked=False)
    def changed(asked: Asked) -> dict[str, Any]:
        changes = asked.body
        found = list(problems(asked.space.settings, changes))
        if found:
            told = " ".join(message for _, message in found[:5])
            places = tuple(Violation(f"/{name[:80]}", message) for name, message in found[:100])
            raise Refused(422, told, problems=places)

        def change(orders: Orders) -> Orders:
            merged = {**orders.get("settings", {}), **changes}
            kept = {name: value for name, value in merged.items() if value is not None}
            return {**orders, "settings": kept}

        return _settings(asked.emulator.spaces.change(asked.space.name, change))


def _settings(space: Space) -> dict[str, Any]:
    return {
        "settings": {**asdict(space.settings), "store": shown_url(space.settings.store)},
        "changed": sorted(space.orders.get("settings", {})),
        "fixed": dict(FIXED),
    }
