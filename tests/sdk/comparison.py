"""Ours and the official SDK on the same features and failures: each row is run.

A row is a name and two functions, which return what is written in the table.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import pickle
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from highlevel import HighLevel

from leadway import (
    MADE_UP,
    PRODUCTION,
    InvalidRequestError,
    Leadway,
    LeadwayError,
    Retries,
    Settings,
)
from leadway_mock.agents import ECHO_ID, OTHER_LOCATION_TOKEN, UNKNOWN_TOKEN, UNSCOPED_TOKEN
from tests.sdk.hostile import GOOD_BODY, Hostile, Script, answer, headers_of, reset, say
from tests.sdk.outcomes import SAMPLE

LOCATION = "C2QujeCh8ZnC7al2InWR"
CANARY = "pit-00000000-cana-4ry0-8000-c0ffee00cafe"
NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Stage:
    """A mock, and a server that answers as it is told."""

    mock: str
    hostile: Hostile


Act = Callable[[Stage], str]


@dataclass(frozen=True)
class Row:
    what: str
    ours: Act
    theirs: Act


def ours(url: str, **options: Any) -> Leadway:
    given = {"token": MADE_UP, "location_id": LOCATION, "base_url": url}
    return Leadway(**{**given, "retries": Retries(first_wait=0.01), **options})


def our_error(url: str, agent: str = ECHO_ID, message: str = "Hello", **options: Any) -> str:
    """Return the class of error that our SDK raises, or what the agent said."""
    session = options.pop("execution_id", None)
    try:
        with ours(url, **options) as leadway:
            return leadway.agent(agent).conversation(session).send(message).text
    except Exception as error:  # noqa: BLE001 - whatever a user would meet
        return f"`{type(error).__name__}`"


def their_call(
    url: str, talk: Callable[[HighLevel], Coroutine[Any, Any, Any]], token: str = MADE_UP
) -> Any:
    """Use the official SDK as its users do, but for the address."""

    class Local(HighLevel):  # type: ignore[misc]  # it is untyped
        BASE_URL = url

    async def called() -> Any:
        sdk = Local(private_integration_token=token)
        try:
            return await talk(sdk)
        finally:
            await sdk.close()

    return asyncio.run(called())


def their_error(url: str, agent: str = ECHO_ID, token: str = MADE_UP, **body: Any) -> str:
    """Return the class of error that the official SDK raises, or what the agent said."""
    fields = {"message": "Hello", "locationId": LOCATION, **body}
    try:
        found = their_call(url, lambda sdk: sdk.agent_studio.execute_agent(agent, fields), token)
    except Exception as error:  # noqa: BLE001 - whatever a user would meet
        return f"`{type(error).__name__}`"
    return str(found["response"]) if found else f"`{found!r}` as a reply"


def failing(what: str, script: Script, *more: Script) -> Row:
    """Return a row about an answer that a hostile server gives."""

    def told(stage: Stage, error: Callable[[str], str]) -> str:
        stage.hostile.will(script, *more)
        result = error(stage.hostile.url)
        result = "the reply" if result == SAMPLE["response"] else result
        return f"{result}, sent {len(stage.hostile.heard)}x"

    return Row(what, lambda on: told(on, our_error), lambda on: told(on, their_error))


def kind_of_reply_ours(stage: Stage) -> str:
    with ours(stage.mock) as leadway:
        reply = leadway.agent(ECHO_ID).execute("Hello")
    return f"`{type(reply).__name__}`, typed"


def kind_of_reply_theirs(stage: Stage) -> str:
    body = {"message": "Hello", "locationId": LOCATION}
    reply = their_call(stage.mock, lambda sdk: sdk.agent_studio.execute_agent(ECHO_ID, body))
    return f"`{type(reply).__name__}`"


def second_turn_ours(stage: Stage) -> str:
    with ours(stage.mock) as leadway:
        chat = leadway.agent(ECHO_ID).conversation()
        chat.send("One")
        return chat.send("Two").text.split(".")[0]


def second_turn_theirs(stage: Stage) -> str:
    async def talk(sdk: HighLevel) -> str:
        said = {"message": "One", "locationId": LOCATION}
        await sdk.agent_studio.execute_agent(ECHO_ID, said)
        second = await sdk.agent_studio.execute_agent(ECHO_ID, {**said, "message": "Two"})
        return str(second["response"]).split(".")[0]

    return str(their_call(stage.mock, talk))


def without_async_ours(stage: Stage) -> str:
    return "yes" if second_turn_ours(stage) else "no"


def without_async_theirs(_: Stage) -> str:
    return "no" if inspect.iscoroutinefunction(HighLevel.request) else "yes"


def address_ours(_: Stage) -> str:
    return "`base_url`" if "base_url" in Settings.__dataclass_fields__ else "no option"


def address_theirs(_: Stage) -> str:
    names = inspect.signature(HighLevel.__init__).parameters
    return "no option" if not [name for name in names if "url" in name.lower()] else "an option"


def version_ours(stage: Stage) -> str:
    stage.hostile.will(say(answer(200, GOOD_BODY)))
    our_error(stage.hostile.url)
    first = headers_of(stage.hostile.heard[0])["version"]
    our_error(stage.hostile.url, api_version="v3")
    return f"`{first}`, a setting" if b"v3" in stage.hostile.heard[1] else f"`{first}`"


def version_theirs(stage: Stage) -> str:
    async def talk(sdk: HighLevel) -> Any:
        options = {"headers": {"Version": "2021-07-28"}}
        body = {"message": "Hello", "locationId": LOCATION}
        return await sdk.agent_studio.execute_agent(ECHO_ID, body, options=options)

    stage.hostile.will(say(answer(200, GOOD_BODY)))
    their_call(stage.hostile.url, talk)
    sent = headers_of(stage.hostile.heard[0])["version"]
    return f"`{sent}`, fixed" if sent == "v3" else f"`{sent}`, a setting"


def timeout_ours(_: Stage) -> str:
    with ours(NOWHERE, timeout=7.0) as leadway:
        default, set_ = Settings.__dataclass_fields__["timeout"].default, leadway.settings.timeout
    return f"{default:g} s, a setting" if set_ == 7 else f"{default:g} s"


def timeout_theirs(_: Stage) -> str:
    names = inspect.signature(HighLevel.__init__).parameters
    sdk = HighLevel(private_integration_token=MADE_UP)
    seconds = sdk.http_client.timeout.read
    asyncio.run(sdk.close())
    return f"{seconds:g} s, " + ("a setting" if "timeout" in names else "fixed")


def fields_ours(stage: Stage) -> str:
    try:
        with ours(stage.mock) as leadway:
            leadway.agent(ECHO_ID).execute("")
    except InvalidRequestError as error:
        return ", ".join(f"`{each.field}`" for each in error.violations)
    return "no error"


def fields_theirs(stage: Stage) -> str:
    error = _their_exception(stage.mock, message="")
    return "named" if hasattr(error, "violations") or hasattr(error, "fields") else "not named"


def _our_exception(url: str, **options: Any) -> LeadwayError:
    try:
        with ours(url, **options) as leadway:
            leadway.agent(ECHO_ID).execute("Hello")
    except LeadwayError as error:
        return error
    raise AssertionError("There is an error here.")


def _their_exception(url: str, token: str = MADE_UP, **body: Any) -> Exception:
    fields = {"message": "Hello", "locationId": LOCATION, **body}
    try:
        their_call(url, lambda sdk: sdk.agent_studio.execute_agent(ECHO_ID, fields), token)
    except Exception as error:  # noqa: BLE001 - whatever a user would meet
        return error
    raise AssertionError("There is an error here.")


def _holds(error: BaseException, secret: str) -> str:
    parts = [repr(error), *map(_deep, vars(error).values())]
    return "yes" if any(secret in part for part in parts) else "no"


def _deep(value: object) -> str:
    return json.dumps(value, default=lambda each: str(getattr(each, "__dict__", each)))


def secret_ours(stage: Stage) -> str:
    stage.hostile.will(say(answer(404, b'{"message": "Agent not found"}')))
    return _holds(_our_exception(stage.hostile.url, token=CANARY), CANARY)


def secret_theirs(stage: Stage) -> str:
    stage.hostile.will(say(answer(404, b'{"message": "Agent not found"}')))
    return _holds(_their_exception(stage.hostile.url, CANARY), CANARY)


def _survives(error: Exception) -> str:
    try:
        twin = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception as failure:  # noqa: BLE001 - whatever a user would meet
        return f"`{type(failure).__name__}`"
    kept = twin.__dict__.keys() == error.__dict__.keys()
    return "yes" if kept and str(twin) == str(error) else "in part"


def pickle_ours(stage: Stage) -> str:
    return _survives(_our_exception(stage.mock, token=UNKNOWN_TOKEN))


def pickle_theirs(stage: Stage) -> str:
    return _survives(_their_exception(stage.mock, UNKNOWN_TOKEN))


def astray_ours(_: Stage) -> str:
    return our_error(PRODUCTION)


def astray_theirs(_: Stage) -> str:
    sdk = HighLevel(private_integration_token=MADE_UP)
    asyncio.run(sdk.close())
    return "taken" if sdk else "refused"


HTML = b"<!DOCTYPE html><title>502 Bad Gateway</title>"
NO_SWITCH = json.dumps({k: v for k, v in SAMPLE.items() if k != "flowSwitch"}).encode()
REDIRECT = answer(302, Location=NOWHERE)


def by_token(what: str, token: str) -> Row:
    return Row(
        what,
        lambda on: our_error(on.mock, token=token),
        lambda on: their_error(on.mock, token=token),
    )


def by_agent(what: str, agent: str) -> Row:
    return Row(what, lambda on: our_error(on.mock, agent), lambda on: their_error(on.mock, agent))


FEATURES: Sequence[Row] = [
    Row("code without `async`", without_async_ours, without_async_theirs),
    Row("a reply is", kind_of_reply_ours, kind_of_reply_theirs),
    Row("the second message, sent like the first", second_turn_ours, second_turn_theirs),
    Row("another address", address_ours, address_theirs),
    Row("`Version`", version_ours, version_theirs),
    Row("time-out", timeout_ours, timeout_theirs),
    Row("a made-up token for the real service", astray_ours, astray_theirs),
    Row("the token is in the error", secret_ours, secret_theirs),
    Row("the error survives pickle", pickle_ours, pickle_theirs),
    Row("the field that is wrong", fields_ours, fields_theirs),
]

FAILURES: Sequence[Row] = [
    by_token("unknown token", UNKNOWN_TOKEN),
    by_token("no scope", UNSCOPED_TOKEN),
    by_token("another location's token", OTHER_LOCATION_TOKEN),
    by_agent("unknown agent", "nobody"),
    by_agent("inactive agent", "inactiveagent00000000000"),
    Row(
        "unknown or expired session",
        lambda on: our_error(on.mock, execution_id="gone"),
        lambda on: their_error(on.mock, executionId="gone"),
    ),
    Row(
        "an empty message",
        lambda on: our_error(on.mock, message=""),
        lambda on: their_error(on.mock, message=""),
    ),
    Row("nobody listens", lambda _: our_error(NOWHERE), lambda _: their_error(NOWHERE)),
    failing("401 `Command timed out`", say(answer(401, b'{"message": "Command timed out"}'))),
    failing(
        "429 with `Retry-After: 0`, then well",
        say(answer(429, b'{"message": "Too Many Requests"}', Retry_After="0")),
        say(answer(200, GOOD_BODY)),
    ),
    failing("500", say(answer(500, b'{"message": "Internal Server Error"}'))),
    failing("502, an HTML page", say(answer(502, HTML, Content_Type="text/html"))),
    failing("200, an HTML page", say(answer(200, HTML, Content_Type="text/html"))),
    failing("200, empty", say(answer(200))),
    failing("200, `{}`", say(answer(200, b"{}"))),
    failing("200, half a JSON", say(answer(200, GOOD_BODY[:40]))),
    failing("200, no `flowSwitch`", say(answer(200, NO_SWITCH))),
    failing("302", say(REDIRECT)),
    failing("520, an HTML page", say(answer(520, HTML))),
    failing("a reset", reset),
]


def table(rows: Sequence[Row], stage: Stage) -> str:
    """Run the rows, and return them as a Markdown table."""
    lines = ["| | `leadway` | official |", "|---|---|---|"]
    lines += [f"| {row.what} | {row.ours(stage)} | {row.theirs(stage)} |" for row in rows]
    return "\n".join(lines)
