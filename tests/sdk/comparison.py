"""This SDK and the official one with the same features and failures.

A row is a name and two functions, which return the text of a cell.
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
    MOCK_TOKEN,
    PRODUCTION,
    InvalidRequestError,
    Leadway,
    LeadwayError,
    RetryPolicy,
    Settings,
)
from leadway_mock.agents.builtin import ECHO_ID
from leadway_mock.agents.registry import OTHER_LOCATION_TOKEN, UNKNOWN_TOKEN, UNSCOPED_TOKEN
from tests.sdk.hostile_server import (
    GOOD_BODY,
    HostileServer,
    Script,
    headers_of,
    reset,
    response,
    send_bytes,
)
from tests.sdk.samples import SAMPLE

LOCATION = "C2QujeCh8ZnC7al2InWR"
CANARY = "pit-00000000-cana-4ry0-8000-c0ffee00cafe"
NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Servers:
    """A mock, and a server with scripted responses."""

    mock: str
    hostile: HostileServer


Act = Callable[[Servers], str]


@dataclass(frozen=True)
class Row:
    what: str
    ours: Act
    theirs: Act


def ours(url: str, **options: Any) -> Leadway:
    given = {"token": MOCK_TOKEN, "location_id": LOCATION, "base_url": url}
    return Leadway(**{**given, "retries": RetryPolicy(initial_delay=0.01), **options})


def our_error(url: str, agent: str = ECHO_ID, message: str = "Hello", **options: Any) -> str:
    """Return the class of the error of this SDK, or the agent's text."""
    session = options.pop("execution_id", None)
    try:
        with ours(url, **options) as leadway:
            return leadway.agent(agent).conversation(session).send(message).text
    except Exception as error:  # noqa: BLE001 - any error that a user would see
        return f"`{type(error).__name__}`"


def their_call(
    url: str, talk: Callable[[HighLevel], Coroutine[Any, Any, Any]], token: str = MOCK_TOKEN
) -> Any:
    """Use the official SDK like its users, with another base URL."""

    class Local(HighLevel):  # type: ignore[misc]  # it is untyped
        BASE_URL = url

    async def called() -> Any:
        sdk = Local(private_integration_token=token)
        try:
            return await talk(sdk)
        finally:
            await sdk.close()

    return asyncio.run(called())


def their_error(url: str, agent: str = ECHO_ID, token: str = MOCK_TOKEN, **body: Any) -> str:
    """Return the class of the error of the official SDK, or the agent's text."""
    fields = {"message": "Hello", "locationId": LOCATION, **body}
    try:
        found = their_call(url, lambda sdk: sdk.agent_studio.execute_agent(agent, fields), token)
    except Exception as error:  # noqa: BLE001 - any error that a user would see
        return f"`{type(error).__name__}`"
    return str(found["response"]) if found else f"`{found!r}` as a reply"


def failing(what: str, script: Script, *more: Script) -> Row:
    """Return a row for the response of a hostile server."""

    def cell(servers: Servers, error: Callable[[str], str]) -> str:
        servers.hostile.respond_with(script, *more)
        result = error(servers.hostile.url)
        result = "the reply" if result == SAMPLE["response"] else result
        sent = len(servers.hostile.received)
        return result if sent == 1 else f"{result}, sent {sent}x"

    return Row(what, lambda on: cell(on, our_error), lambda on: cell(on, their_error))


def kind_of_reply_ours(servers: Servers) -> str:
    with ours(servers.mock) as leadway:
        reply = leadway.agent(ECHO_ID).execute("Hello")
    return f"`{type(reply).__name__}`, typed"


def kind_of_reply_theirs(servers: Servers) -> str:
    body = {"message": "Hello", "locationId": LOCATION}
    reply = their_call(servers.mock, lambda sdk: sdk.agent_studio.execute_agent(ECHO_ID, body))
    return f"`{type(reply).__name__}`"


def second_turn_ours(servers: Servers) -> str:
    with ours(servers.mock) as leadway:
        chat = leadway.agent(ECHO_ID).conversation()
        chat.send("One")
        return chat.send("Two").text.split(".")[0]


def second_turn_theirs(servers: Servers) -> str:
    async def talk(sdk: HighLevel) -> str:
        fields = {"message": "One", "locationId": LOCATION}
        await sdk.agent_studio.execute_agent(ECHO_ID, fields)
        second = await sdk.agent_studio.execute_agent(ECHO_ID, {**fields, "message": "Two"})
        return str(second["response"]).split(".")[0]

    return str(their_call(servers.mock, talk))


def without_async_ours(servers: Servers) -> str:
    return "yes" if second_turn_ours(servers) else "no"


def without_async_theirs(_: Servers) -> str:
    return "no" if inspect.iscoroutinefunction(HighLevel.request) else "yes"


def address_ours(_: Servers) -> str:
    return "`base_url`" if "base_url" in Settings.__dataclass_fields__ else "no option"


def address_theirs(_: Servers) -> str:
    names = inspect.signature(HighLevel.__init__).parameters
    return "no option" if not [name for name in names if "url" in name.lower()] else "an option"


def version_ours(servers: Servers) -> str:
    servers.hostile.respond_with(send_bytes(response(200, GOOD_BODY)))
    our_error(servers.hostile.url)
    first = headers_of(servers.hostile.received[0])["version"]
    our_error(servers.hostile.url, api_version="v3")
    return f"`{first}`, a setting" if b"v3" in servers.hostile.received[1] else f"`{first}`"


def version_theirs(servers: Servers) -> str:
    async def talk(sdk: HighLevel) -> Any:
        options = {"headers": {"Version": "2021-07-28"}}
        body = {"message": "Hello", "locationId": LOCATION}
        return await sdk.agent_studio.execute_agent(ECHO_ID, body, options=options)

    servers.hostile.respond_with(send_bytes(response(200, GOOD_BODY)))
    their_call(servers.hostile.url, talk)
    sent = headers_of(servers.hostile.received[0])["version"]
    return f"`{sent}`, fixed" if sent == "v3" else f"`{sent}`, a setting"


def timeout_ours(_: Servers) -> str:
    with ours(NOWHERE, timeout=7.0) as leadway:
        default, set_ = Settings.__dataclass_fields__["timeout"].default, leadway.settings.timeout
    return f"{default:g} s, a setting" if set_ == 7 else f"{default:g} s"


def timeout_theirs(_: Servers) -> str:
    names = inspect.signature(HighLevel.__init__).parameters
    sdk = HighLevel(private_integration_token=MOCK_TOKEN)
    seconds = sdk.http_client.timeout.read
    asyncio.run(sdk.close())
    return f"{seconds:g} s, " + ("a setting" if "timeout" in names else "fixed")


def fields_ours(servers: Servers) -> str:
    try:
        with ours(servers.mock) as leadway:
            leadway.agent(ECHO_ID).execute("")
    except InvalidRequestError as error:
        return ", ".join(f"`{each.field}`" for each in error.violations)
    return "no error"


def fields_theirs(servers: Servers) -> str:
    error = _their_exception(servers.mock, message="")
    return "named" if hasattr(error, "violations") or hasattr(error, "fields") else "not named"


def _our_exception(url: str, **options: Any) -> LeadwayError:
    try:
        with ours(url, **options) as leadway:
            leadway.agent(ECHO_ID).execute("Hello")
    except LeadwayError as error:
        return error
    raise AssertionError("There is an error here.")


def _their_exception(url: str, token: str = MOCK_TOKEN, **body: Any) -> Exception:
    fields = {"message": "Hello", "locationId": LOCATION, **body}
    try:
        their_call(url, lambda sdk: sdk.agent_studio.execute_agent(ECHO_ID, fields), token)
    except Exception as error:  # noqa: BLE001 - any error that a user would see
        return error
    raise AssertionError("There is an error here.")


def _holds(error: BaseException, secret: str) -> str:
    parts = [repr(error), *map(_deep, vars(error).values())]
    return "yes" if any(secret in part for part in parts) else "no"


def _deep(value: object) -> str:
    return json.dumps(value, default=lambda each: str(getattr(each, "__dict__", each)))


def secret_ours(servers: Servers) -> str:
    servers.hostile.respond_with(send_bytes(response(404, b'{"message": "Agent not found"}')))
    return _holds(_our_exception(servers.hostile.url, token=CANARY), CANARY)


def secret_theirs(servers: Servers) -> str:
    servers.hostile.respond_with(send_bytes(response(404, b'{"message": "Agent not found"}')))
    return _holds(_their_exception(servers.hostile.url, CANARY), CANARY)


def _survives(error: Exception) -> str:
    try:
        copied = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception as failure:  # noqa: BLE001 - any error that a user would see
        return f"`{type(failure).__name__}`"
    kept = copied.__dict__.keys() == error.__dict__.keys()
    return "yes" if kept and str(copied) == str(error) else "in part"


def pickle_ours(servers: Servers) -> str:
    return _survives(_our_exception(servers.mock, token=UNKNOWN_TOKEN))


def pickle_theirs(servers: Servers) -> str:
    return _survives(_their_exception(servers.mock, UNKNOWN_TOKEN))


def made_up_token_ours(_: Servers) -> str:
    return our_error(PRODUCTION)


def made_up_token_theirs(_: Servers) -> str:
    sdk = HighLevel(private_integration_token=MOCK_TOKEN)
    asyncio.run(sdk.close())
    return "accepted" if sdk else "rejected"


HTML = b"<!DOCTYPE html><title>502 Bad Gateway</title>"
NO_SWITCH = json.dumps({k: v for k, v in SAMPLE.items() if k != "flowSwitch"}).encode()
REDIRECT = response(302, Location=NOWHERE)


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
    Row("another base URL", address_ours, address_theirs),
    Row("`Version`", version_ours, version_theirs),
    Row("timeout", timeout_ours, timeout_theirs),
    Row("a made-up token for the real service", made_up_token_ours, made_up_token_theirs),
    Row("the token is in the error", secret_ours, secret_theirs),
    Row("the error survives pickle", pickle_ours, pickle_theirs),
    Row("the invalid field", fields_ours, fields_theirs),
]

FAILURES: Sequence[Row] = [
    by_token("unknown token", UNKNOWN_TOKEN),
    by_token("missing scope", UNSCOPED_TOKEN),
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
    Row("connection refused", lambda _: our_error(NOWHERE), lambda _: their_error(NOWHERE)),
    failing(
        "401 `Command timed out`", send_bytes(response(401, b'{"message": "Command timed out"}'))
    ),
    failing(
        "429 with `Retry-After: 0`, then 200",
        send_bytes(response(429, b'{"message": "Too Many Requests"}', Retry_After="0")),
        send_bytes(response(200, GOOD_BODY)),
    ),
    failing("500", send_bytes(response(500, b'{"message": "Internal Server Error"}'))),
    failing("502, an HTML page", send_bytes(response(502, HTML, Content_Type="text/html"))),
    failing("200, an HTML page", send_bytes(response(200, HTML, Content_Type="text/html"))),
    failing("200, empty", send_bytes(response(200))),
    failing("200, `{}`", send_bytes(response(200, b"{}"))),
    failing("200, truncated JSON", send_bytes(response(200, GOOD_BODY[:40]))),
    failing("200, no `flowSwitch`", send_bytes(response(200, NO_SWITCH))),
    failing("302", send_bytes(REDIRECT)),
    failing("520, an HTML page", send_bytes(response(520, HTML))),
    failing("connection reset", reset),
]


def table(rows: Sequence[Row], servers: Servers) -> str:
    """Run the rows, and return them as a Markdown table."""
    lines = ["||`leadway`|official|", "|---|---|---|"]
    lines += [f"|{row.what}|{row.ours(servers)}|{row.theirs(servers)}|" for row in rows]
    return "\n".join(lines)
