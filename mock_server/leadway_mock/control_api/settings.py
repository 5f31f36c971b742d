"""Operations on the settings of a namespace. In JSON, their names are in camelCase."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from leadway_mock.config.settings import FIELDS, READ_ONLY, Settings, problems, with_settings
from leadway_mock.control_api.blueprint import ControlAPI
from leadway_mock.control_api.request_reader import (
    MAX_LISTED_PROBLEMS,
    MAX_QUOTE_CHARS,
    ControlCall,
    invalid_body,
)
from leadway_mock.http.messages import FieldError
from leadway_mock.state.namespaces import Namespace
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
        found = problems(call.namespace.settings, call.body, spell=json_name)
        errors = [FieldError(f"/{name[:MAX_QUOTE_CHARS]}", text) for name, text in found]
        if errors:
            raise invalid_body(errors[:MAX_LISTED_PROBLEMS], lambda each: each.message)
        changes = {PYTHON_NAMES[name]: value for name, value in call.body.items()}
        changed = call.emulator.namespaces.change(
            call.namespace.name, lambda overrides: with_settings(overrides, changes)
        )
        return _settings_to_json(changed)


def _settings_to_json(namespace: Namespace) -> dict[str, Any]:
    current = namespace.settings
    settings = {**asdict(current), **current.quotas, "store": redact_url(current.store)}
    return {
        "settings": {json_name(name): value for name, value in settings.items()},
        "choices": {
            json_name(name): list(setting.metadata["choices"])
            for name, setting in FIELDS.items()
            if setting.metadata["choices"]
        },
        "overridden": sorted(map(json_name, namespace.overrides.get("settings", {}))),
        "readOnly": {json_name(name): reason for name, reason in READ_ONLY.items()},
    }
