"""Settings by the control API."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from leadway_mock.agents.registry import UNSCOPED_TOKEN
from leadway_mock.config.settings import READ_ONLY, Settings, changeable
from leadway_mock.util.names import json_name
from tests.mock.client import EmulatorClient
from tests.mock.control_api.api import CONTRACT, Api

NAMES = [json_name(name) for name in changeable()]


def change(api: Api, status: int = 200, **changes: Any) -> Any:
    return api.call("PATCH", "/settings", changes, status=status)


def test_settings_are_shown_with_their_changes(api: Api) -> None:
    shown = api.get("/settings")
    assert list(shown["settings"]) == [json_name(setting.name) for setting in fields(Settings)]
    assert shown["overridden"] == []
    assert set(shown["readOnly"]) == set(map(json_name, READ_ONLY))


@pytest.mark.parametrize("name", READ_ONLY)
def test_a_setting_of_the_start_cannot_change(api: Api, name: str) -> None:
    value = getattr(Settings(), name)
    error = change(api, 422, **{json_name(name): value})
    assert f"{json_name(name)} cannot change while the mock runs" in str(error)


def test_a_change_counts_from_the_next_request_and_can_be_taken_back(
    api: Api, client: EmulatorClient
) -> None:
    client.headers["authorization"] = f"Bearer {UNSCOPED_TOKEN}"
    assert client.say().status == 403
    assert change(api, profile="observed", quota10Seconds=7)["overridden"] == [
        "profile",
        "quota10Seconds",
    ]
    response = client.say()
    assert response.status == 401
    assert response.headers["X-RateLimit-Max"] == "7"
    shown = change(api, profile=None)
    assert shown["overridden"] == ["quota10Seconds"]
    assert shown["settings"]["profile"] == "documented"
    assert client.say().status == 403


def test_a_quota_preset_applies_to_quotas_that_are_not_set(api: Api) -> None:
    shown = change(api, quotaPreset="sandbox", quotaDay=50)["settings"]
    assert (shown["quota10Seconds"], shown["quotaDay"]) == (25, 50)


def test_changes_are_made_all_or_none(api: Api) -> None:
    change(api, 422, profile="observed", quota10Seconds=0)
    assert api.get("/settings")["overridden"] == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("profile", "both", "profile must be one of documented, observed, not 'both'."),
        ("profile", 1, "profile must be a text, not 1."),
        ("quota10Seconds", 0, "quota10Seconds must be at least 1, not 0."),
        ("quota10Seconds", 1.5, "quota10Seconds must be a whole number, not 1.5."),
        ("quota10Seconds", True, "quota10Seconds must be a whole number, not True."),
        (
            "quota10Seconds",
            2**60,
            f"quota10Seconds must be at most {2**53}, not {2**60}.",
        ),
        ("sessionIdleSeconds", -1, "sessionIdleSeconds must be at least 0, not -1."),
        ("sessionIdleSeconds", "1", "sessionIdleSeconds must be a number, not '1'."),
        ("sendRetryAfter", "no", "sendRetryAfter must be true or false, not 'no'."),
        ("profil", "x", "profil is not a setting; did you mean 'profile'?"),
        (
            "session_idle_seconds",
            1,
            "session_idle_seconds is not a setting; did you mean 'sessionIdleSeconds'?",
        ),
        (
            "xyzzy",
            "x",
            f"xyzzy is not a setting; known are {', '.join(map(json_name, changeable()))}",
        ),
        (
            "threads",
            2,
            "threads cannot change while the mock runs: threads are started once.",
        ),
    ],
)
def test_a_value_that_is_invalid_is_rejected_as_at_the_start(
    api: Api, name: str, value: object, expected: str
) -> None:
    error = change(api, 422, **{name: value})
    assert error["message"] == expected
    assert error["problems"] == [{"in": "body", "pointer": f"/{name}", "message": expected}]


@pytest.mark.parametrize("value", [5, 5.0])
def test_a_whole_number_may_be_spelt_with_a_point(api: Api, value: float) -> None:
    assert change(api, seed=value)["settings"]["seed"] == 5


def test_the_contract_of_the_control_api_knows_the_settings() -> None:
    properties = CONTRACT.document["components"]["schemas"]["SettingsChange"]["properties"]
    assert list(properties) == NAMES
    for setting in fields(Settings):
        schema = properties.get(json_name(setting.name))
        if schema is None:
            continue
        choices, minimum = setting.metadata["choices"], setting.metadata["minimum"]
        assert schema.get("enum", [None])[:-1] == list(choices)
        assert choices or setting.type.split(" | ")[0] in {"int", "float", "bool"}
        assert setting.name == "seed" or schema.get("minimum") == minimum
        is_number = not choices and setting.type.split(" | ")[0] in {"int", "float"}
        assert schema.get("maximum") == (2**53 if is_number else None), setting.name
