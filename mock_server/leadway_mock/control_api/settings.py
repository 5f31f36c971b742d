"""Operations on the settings of a namespace. In JSON, their names are in camelCase."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from leadway_mock.config.settings import READ_ONLY, Settings, problems
from leadway_mock.control_api.blueprint import ControlAPI
from leadway_mock.control_api.request_reader import (
    MAX_LISTED_PROBLEMS,
    MAX_MESSAGE_PROBLEMS,
    MAX_QUOTE_CHARS,
    ControlAPIError,
    ControlCall,
)
from leadway_mock.http.messages import FieldError
from leadway_mock.state.namespaces import Namespace, Overrides
from leadway_mock.store import redact_url
from leadway_mock.util.names import json_name

PYTHON_NAMES = {json_name(setting.name): setting.name for setting in fields(Settings)}


def register(control: ControlAPI) -> None:
    """Add the handlers of the operations on settings."""

    @control.route("showSettings")
    def show(call: ControlCall) -> dict[str, Any]:
        return _settings_to_json(call.namespace)

    # A schema cannot say why a setting is read-only; `problems` says more about the others, too.
    @control.route("changeSettings", validate=False)
    def change_settings(call: ControlCall) -> dict[str, Any]:
        found = list(problems(call.namespace.settings, call.body, spell=json_name))
        if found:
            message = " ".join(text for _, text in found[:MAX_MESSAGE_PROBLEMS])
            errors = tuple(
                FieldError(f"/{name[:MAX_QUOTE_CHARS]}", text)
                for name, text in found[:MAX_LISTED_PROBLEMS]
            )
            raise ControlAPIError(422, message, problems=errors)
        changes = {PYTHON_NAMES[name]: value for name, value in call.body.items()}

        def change(overrides: Overrides) -> Overrides:
            merged = {**overrides.get("settings", {}), **changes}
            values = {name: value for name, value in merged.items() if value is not None}
            return {**overrides, "settings": values}

        return _settings_to_json(call.emulator.namespaces.change(call.namespace.name, change))


def _settings_to_json(namespace: Namespace) -> dict[str, Any]:
    current = namespace.settings
    settings = {**asdict(current), **current.quotas, "store": redact_url(current.store)}
    return {
        "settings": {json_name(name): value for name, value in settings.items()},
        "overridden": sorted(map(json_name, namespace.overrides.get("settings", {}))),
        "readOnly": {json_name(name): reason for name, reason in READ_ONLY.items()},
    }
