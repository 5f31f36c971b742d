"""The settings of a space, changed while the mock runs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from leadway_mock.config.settings import READ_ONLY, problems
from leadway_mock.control_api.request_reader import ControlAPIError, ControlCall
from leadway_mock.control_api.router import ControlAPI
from leadway_mock.http.messages import FieldError
from leadway_mock.state.namespace import Namespace, Overrides
from leadway_mock.store import redact_url


def register(control: ControlAPI) -> None:
    """Answer the operations on settings."""

    @control.route("showSettings")
    def shown(asked: ControlCall) -> dict[str, Any]:
        return _settings(asked.namespace)

    # A schema cannot say why a setting is fixed; `Settings` has the words for the rest.
    @control.route("changeSettings", checked=False)
    def changed(asked: ControlCall) -> dict[str, Any]:
        changes = asked.body
        found = list(problems(asked.namespace.settings, changes))
        if found:
            told = " ".join(message for _, message in found[:5])
            places = tuple(FieldError(f"/{name[:80]}", message) for name, message in found[:100])
            raise ControlAPIError(422, told, problems=places)

        def change(orders: Overrides) -> Overrides:
            merged = {**orders.get("settings", {}), **changes}
            kept = {name: value for name, value in merged.items() if value is not None}
            return {**orders, "settings": kept}

        return _settings(asked.emulator.namespaces.change(asked.namespace.name, change))


def _settings(space: Namespace) -> dict[str, Any]:
    return {
        "settings": {
            **asdict(space.settings),
            **space.settings.quotas,
            "store": redact_url(space.settings.store),
        },
        "changed": sorted(space.overrides.get("settings", {})),
        "fixed": dict(READ_ONLY),
    }
