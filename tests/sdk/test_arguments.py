"""Misuse of the public API raises SDK errors that name the argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from leadway import (
    MOCK_TOKEN,
    AsyncLeadway,
    InvalidRequestError,
    Leadway,
    RateLimiter,
    RetryPolicy,
    Settings,
    SettingsError,
    image,
)
from leadway_mock.agents.builtin import ECHO_ID
from tests.sdk.conftest import LOCATION
from tests.sdk.test_tokens import shown

REQUIRED: Any = {"token": MOCK_TOKEN, "location_id": LOCATION, "base_url": "http://127.0.0.1:9"}
PICTURE = image("https://example.com/a.png")

OPTIONS: list[tuple[dict[str, Any], str]] = [
    ({"locationId": "x"}, "Unknown argument `locationId`; did you mean `location_id`?"),
    ({"rate_limitr": None}, "Unknown argument `rate_limitr`; did you mean `rate_limiter`?"),
    ({"observe": print}, "Unknown argument `observe`; did you mean `observer`?"),
    ({"zzz": 1}, "Unknown argument `zzz`; known are "),
    ({"token": b"x"}, "`token` must be a string or a Secret."),
    ({"token": 5}, "`token` must be a string or a Secret."),
    ({"location_id": 5}, "`location_id` must be a string, not 5."),
    ({"base_url": 5}, "`base_url` must be a URL such as https://"),
    (
        {"api_version": 20210728},
        "`api_version` must be a string such as '2021-07-28', not 20210728.",
    ),
    ({"timeout": "5"}, "`timeout` must be a number above 0, not '5'."),
    ({"connect_timeout": []}, "`connect_timeout` must be a number above 0, not []."),
    ({"retries": 3}, "`retries` must be a RetryPolicy, not 3."),
    ({"source": 1}, "`source` must be a string, not 1."),
    ({"max_response_bytes": 1.5}, "`max_response_bytes` must be a whole number above 0, not 1.5."),
    ({"send_token_anywhere": "no"}, "`send_token_anywhere` must be True or False, not 'no'."),
    ({"rate_limiter": 1}, "`rate_limiter` must be a RateLimiter, not 1."),
    ({"observer": 1}, "`observer` must be a function, not 1."),
    ({"settings": {"token": "x"}}, "`settings` must be Settings; write single settings as token="),
]


@pytest.mark.parametrize("client", [Leadway, AsyncLeadway])
@pytest.mark.parametrize(("options", "text"), OPTIONS)
def test_a_wrong_option_of_a_client_is_named(
    client: Callable[..., Any], options: dict[str, Any], text: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        client(**REQUIRED | options)
    assert str(caught.value).startswith(text)


@pytest.mark.parametrize("client", [Leadway, AsyncLeadway])
def test_a_token_as_first_argument_is_explained_and_not_shown(client: Callable[..., Any]) -> None:
    with pytest.raises(SettingsError, match="write single settings as token=") as caught:
        client("pit-00000000-cana-4ry0-8000-c0ffee00cafe")
    assert "c0ffee" not in shown(caught.value)


@pytest.mark.parametrize("create", [Settings.create, Leadway, Leadway.from_env])
def test_an_unknown_setting_is_named_everywhere(create: Callable[..., Any]) -> None:
    with pytest.raises(SettingsError, match="`baseUrl`; did you mean `base_url`"):
        create(**REQUIRED, baseUrl="x")


FIELDS: list[tuple[dict[str, Any], str]] = [
    ({"executionId": "y"}, "Unknown argument `executionId`; did you mean `execution_id`?"),
    ({"inputVariables": {}}, "did you mean `input_variables`?"),
    ({"contact": "x"}, "did you mean `contact_id`?"),
    ({"execution_id": 5}, "`execution_id` must be a string, not 5."),
    ({"version_id": b"x"}, "`version_id` must be a string, not b'x'."),
    ({"contact_id": 5}, "`contact_id` must be a string, not 5."),
    ({"input_variables": ["a"]}, "`input_variables` must be a dictionary of names and values"),
    ({"input_variables": "x"}, "`input_variables` must be a dictionary of names and values"),
]


@pytest.mark.parametrize(("fields", "text"), FIELDS)
@pytest.mark.parametrize("method", ["execute", "conversation"])
def test_a_wrong_field_of_a_message_or_conversation_is_named(
    method: str, fields: dict[str, Any], text: str
) -> None:
    with Leadway(**REQUIRED) as leadway:
        call: Any = getattr(leadway.agent(ECHO_ID), method)
        words = ["Hi"] if method == "execute" else []
        with pytest.raises(InvalidRequestError) as caught:
            call(*words, **fields)
    assert text in str(caught.value)
    assert caught.value.attempts == 0


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"attachments": PICTURE}, r"`attachments` must be a list such as \[image\(url\)\]"),
        ({"attachments": "https://example.com/a.png"}, r"must be created by image\(url\)"),
        ({"attachments": [PICTURE, "x"]}, r"must be created by image\(url\), not 'x'"),
        ({"input_variables": [("a", 1)]}, "`input_variables` must be a dictionary"),
    ],
)
def test_a_wrong_argument_of_send_is_named(fields: dict[str, Any], text: str) -> None:
    with Leadway(**REQUIRED) as leadway:
        agent = leadway.agent(ECHO_ID)
        for send in (agent.execute, agent.conversation().send):
            with pytest.raises(InvalidRequestError, match=text):
                send("Hi", **fields)


@pytest.mark.parametrize("message", [None, 5, b"Hi", ["Hi"]])
def test_a_message_must_be_a_string(message: Any) -> None:
    with Leadway(**REQUIRED) as leadway:
        agent = leadway.agent(ECHO_ID)
        for send in (agent.execute, agent.conversation().send):
            with pytest.raises(InvalidRequestError, match="`message` must be a string, not "):
                send(message)


@pytest.mark.parametrize("options", [{"restart_expired": 1}, {"restartExpired": True}])
def test_restart_expired_is_checked(options: dict[str, Any]) -> None:
    with (
        Leadway(**REQUIRED) as leadway,
        pytest.raises(InvalidRequestError, match="restart_expired"),
    ):
        leadway.agent(ECHO_ID).conversation(**options)


@pytest.mark.parametrize("url", [None, 5, "", "foo", "example.com/a.png", "ftp://example.com"])
def test_an_image_must_be_a_url(url: Any) -> None:
    with pytest.raises(InvalidRequestError, match="An image must be a URL such as https://"):
        image(url)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"attempts": "3"}, "`attempts` must be a whole number, not '3'."),
        ({"attempts": 1.5}, "`attempts` must be a whole number, not 1.5."),
        ({"initial_delay": "1"}, "`initial_delay` must be a number, not '1'."),
        ({"retry_on": ValueError}, "`retry_on` must be a tuple of error classes"),
        ({"retry_on": ("x",)}, "`retry_on` must be a tuple of error classes"),
    ],
)
def test_a_wrong_argument_of_a_retry_policy_is_named(options: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        RetryPolicy(**options)
    assert str(caught.value).startswith(text)


@pytest.mark.parametrize("limits", ["x", 5, None, [1], [(1,)], [("1", 2)], [(1, None)], [(0.5, 1)]])
def test_wrong_limits_are_named(limits: Any) -> None:
    with pytest.raises(SettingsError, match="`limits` must be pairs of numbers above 0, not "):
        RateLimiter(limits)
