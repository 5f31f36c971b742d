"""Misuse of the public API raises SDK errors that name the argument."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from inspect import Parameter
from typing import Any, is_typeddict

import pytest

import leadway
from leadway import (
    MOCK_TOKEN,
    AsyncLeadway,
    InvalidRequestError,
    Leadway,
    LeadwayError,
    RateLimiter,
    RetryPolicy,
    Secret,
    Settings,
    SettingsError,
    image,
)
from leadway.telemetry import span_observer
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


@pytest.mark.parametrize("clock", [5, None, "now"])
def test_a_wrong_clock_is_named(clock: Any) -> None:
    with pytest.raises(SettingsError, match="`clock` must be a function, not "):
        RateLimiter(clock=clock)


@pytest.mark.parametrize("value", [5, b"pit-c0ffee", ["pit-c0ffee"]])
def test_a_secret_must_be_a_string(value: Any) -> None:
    with pytest.raises(SettingsError, match="`value` must be a string") as caught:
        Secret(value)
    assert "c0ffee" not in shown(caught.value)


def public_callables() -> dict[str, Callable[..., Any]]:
    """Return all functions, classes and methods of the public API by their names.

    Typed dictionaries take anything, and the models come from the generated client.
    """
    found: dict[str, Callable[..., Any]] = {"span_observer": span_observer}
    for name in leadway.__all__:
        public = getattr(leadway, name)
        is_own = getattr(public, "__module__", "").startswith("leadway.")
        if not is_own or not callable(public) or is_typeddict(public):
            continue
        found[name] = public
        if inspect.isclass(public):
            inherited = {*dir(Exception), *dir(object)}
            for each, method in inspect.getmembers(public, callable):
                if not each.startswith("_") and each not in inherited:
                    found[f"{name}.{each}"] = method
    return found


CALLABLES = public_callables()


def parameters_of(name: str) -> list[Parameter]:
    """Return the parameters of a callable, without `self`."""
    parameters = inspect.signature(CALLABLES[name]).parameters.values()
    return [each for each in parameters if each.name != "self"]


def run(function: Callable[..., Any], /, *arguments: object, **keywords: object) -> None:
    """Call a function; await its result where it is async."""
    result = function(*arguments, **keywords)
    if inspect.iscoroutine(result):
        asyncio.run(result)


def error_text(name: str, /, *arguments: object, **keywords: object) -> str:
    """Call a callable, with anything as `self`; return the text of its error."""
    function = CALLABLES[name]
    is_method = next(iter(inspect.signature(function).parameters), "") == "self"
    values = [object()] * is_method + [*arguments]
    with pytest.raises(LeadwayError) as caught:
        run(function, *values, **keywords)
    is_function = name in {"image", "span_observer"}
    creates = not is_function and ("." not in name or name.endswith((".from_env", ".create")))
    assert type(caught.value) is (SettingsError if creates else InvalidRequestError), name
    return str(caught.value)


def test_the_public_callables_are_found() -> None:
    some = {"Leadway", "Leadway.from_env", "Leadway.list_agents", "AsyncAgent.execute", "image"}
    assert some | {"Conversation.send", "ManagedAgent.get", "Reply", "ServerError"} <= {*CALLABLES}
    assert "ServerError.add_note" not in CALLABLES


def test_unknown_arguments_are_named_everywhere() -> None:
    for name in CALLABLES:
        parameters = parameters_of(name)
        if any(each.kind is each.VAR_KEYWORD for each in parameters):
            continue  # The next test has these.
        assert error_text(name, zzz=1).startswith("Unknown argument `zzz`; ")
        for each in parameters:
            fix = f"Unknown argument `{each.name}x`; did you mean `{each.name}`?"
            assert error_text(name, **{f"{each.name}x": 1}).startswith(fix), name


@pytest.mark.filterwarnings("ignore:.*the vendor has deprecated this path")
def test_unknown_fields_are_named_everywhere() -> None:
    subjects: dict[str, Any] = {
        "Leadway": Leadway(**REQUIRED),
        "AsyncLeadway": AsyncLeadway(**REQUIRED),
    }
    for prefix in ("", "Async"):
        client = subjects[f"{prefix}Leadway"]
        subjects |= {
            f"{prefix}Agent": client.agent("x"),
            f"{prefix}ManagedAgent": client.managed_agent("x"),
        }
    subjects["Settings"] = subjects["Leadway"].settings
    for name, function in CALLABLES.items():
        parameters = parameters_of(name)
        if all(each.kind is not each.VAR_KEYWORD for each in parameters):
            continue
        owner, _, method = name.partition(".")
        call = getattr(subjects[owner], method) if method else function
        given = [
            "x"
            for each in parameters
            if each.default is each.empty and each.kind is each.POSITIONAL_OR_KEYWORD
        ]
        with pytest.raises(LeadwayError, match="Unknown argument `zzz`; known"):
            run(call, *given, zzz=1)


def test_missing_arguments_are_named_everywhere() -> None:
    for name in CALLABLES:
        given: dict[str, object] = {}
        for each in parameters_of(name):
            if each.default is not each.empty or each.kind is each.VAR_KEYWORD:
                continue
            missing = f"Missing argument `{each.name}`."
            assert error_text(name, **given).startswith(missing), name
            fix = f"Unknown argument `{each.name}x`; did you mean `{each.name}`?"
            assert error_text(name, **given, **{f"{each.name}x": 1}).startswith(fix), name
            given[each.name] = "x"


def test_too_many_arguments_are_explained_everywhere() -> None:
    for name in CALLABLES:
        named = [each for each in parameters_of(name) if each.kind is not each.VAR_KEYWORD]
        free = [f"`{each.name}`" for each in named if each.kind is each.POSITIONAL_OR_KEYWORD]
        fix = f"all{' but ' * bool(free)}{', '.join(free)} need theirs." if named else ""
        text = error_text(name, *range(40))
        assert text.startswith(f"Too many arguments without a name; {fix}"), name


def test_an_argument_that_is_given_twice_is_named() -> None:
    assert error_text("Agent.execute", "Hi", message="Hi").startswith(
        "Argument `message` is given twice."
    )


def test_a_wrong_call_shows_no_token() -> None:
    token = "pit-00000000-cana-4ry0-8000-c0ffee00cafe"
    wrong: list[tuple[Callable[..., object], list[object], dict[str, object]]] = [
        (Settings, [], {"token": token, "locationId": "x"}),
        (Leadway, [None, token], {}),
        (Leadway, [], {"token": token, "timeout": "5"}),
        (Leadway.from_env, [token], {}),
        (leadway.OAuthToken, ["id", token], {"clientId": token}),
        (leadway.LocationToken, [token], {"agency": token}),
        (Secret, [token, token], {}),
    ]
    for function, arguments, keywords in wrong:
        with pytest.raises(SettingsError) as caught:
            function(*arguments, **keywords)
        assert "c0ffee" not in shown(caught.value)


def test_a_type_error_of_the_program_is_raised_unchanged() -> None:
    def broken(_: object) -> str:
        raise TypeError("of the program")

    policy: Any = RetryPolicy(retry_on=(LeadwayError,))
    with pytest.raises(TypeError, match="of the program"):
        policy.retry_delay(LeadwayError("x"), 1, 0.0, lambda: broken(1))


def test_functions_keep_their_signatures_and_kinds() -> None:
    assert str(inspect.signature(AsyncLeadway.agent)) == "(self, agent_id: 'str') -> 'AsyncAgent'"
    assert next(iter(inspect.signature(RetryPolicy).parameters)) == "attempts"
    assert inspect.iscoroutinefunction(leadway.AsyncConversation.send)
    assert not inspect.iscoroutinefunction(leadway.Conversation.send)
