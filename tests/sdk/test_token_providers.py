"""Tokens that are refreshed: after a 401 and when expired, once, and masked all the time."""

from __future__ import annotations

import asyncio
import io
import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
import trio

from leadway import (
    MOCK_TOKEN,
    PRODUCTION,
    AsyncLeadway,
    Attempt,
    ConnectionLostError,
    InvalidResponseError,
    InvalidTokenError,
    Leadway,
    LeadwayError,
    LocationToken,
    MissingScopeError,
    OAuthToken,
    RequestTimeoutError,
    RetryPolicy,
    Secret,
    ServerError,
    SettingsError,
    TokenHostMismatchError,
    WrongTokenTypeError,
    _sender,
)
from leadway.telemetry import span_observer
from leadway_mock.config.settings import Settings
from leadway_mock.http_server import Server
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server
from tests.sdk.conftest import LOCATION, Send, send_async, send_sync
from tests.sdk.hostile_server import (
    GOOD_BODY,
    HostileServer,
    Script,
    hang,
    headers_of,
    reset,
    response,
    send_bytes,
)
from tests.sdk.samples import AGENT_ID
from tests.sdk.test_telemetry import Tracer
from tests.sdk.test_tokens import everything_logged, is_in, shown

__all__ = ["everything_logged"]

APP = ("app-1", "canary-secret-1f0e")
OLD, NEW = "canary-access-old-77aa", "canary-access-new-88bb"
OLD_REFRESH, NEW_REFRESH = "canary-refresh-old-99cc", "canary-refresh-new-00dd"
CANARIES = (APP[1], OLD, NEW, OLD_REFRESH, NEW_REFRESH)
REAL = "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"
DAY = 86_400
COMPANY = "madeUpCompany0000000"
N = 8

REPLY = send_bytes(response(200, GOOD_BODY))


def rejected(message: str = "Invalid JWT", status: int = 401) -> Script:
    return send_bytes(response(status, json.dumps({"message": message}).encode()))


def issued(**fields: Any) -> Script:
    tokens = {"access_token": NEW, "refresh_token": NEW_REFRESH, "expires_in": DAY, "userId": "u"}
    return send_bytes(response(200, json.dumps(tokens | fields).encode()))


def oauth_token(**options: Any) -> OAuthToken:
    return OAuthToken(*APP, OLD_REFRESH, OLD, **options)


def paths(server: HostileServer) -> list[str]:
    return [each.split(b" ")[1].decode().rpartition("/")[2] for each in server.received]


@pytest.fixture
def mock() -> Iterator[Server]:
    """Run a mock whose clock is this test's own."""
    settings = Settings(port=0)
    with (
        closing(build_emulator(settings)) as emulator,
        open_server(create_app(emulator=emulator), settings) as server,
    ):
        yield server


class Program:
    """A program that stores the tokens of an app."""

    def __init__(self, url: str, **fields: str) -> None:
        self.url = url
        form = {"client_id": APP[0], "client_secret": APP[1], "code": f"{LOCATION}.1", **fields}
        form["grant_type"] = "authorization_code"
        answer = httpx.post(f"{url}/oauth/token", data=form, trust_env=False).json()
        self.tokens = [(answer["access_token"], answer["refresh_token"])]

    def store(self, access_token: Secret, refresh_token: Secret) -> None:
        self.tokens.append((access_token.reveal(), refresh_token.reveal()))

    def token(self) -> OAuthToken:
        access_token, refresh_token = self.tokens[-1]
        return OAuthToken(*APP, refresh_token, access_token, on_refresh=self.store)

    def pass_a_day(self) -> None:
        url = f"{self.url}/__mock/clock/advance"
        httpx.post(url, json={"seconds": DAY}, trust_env=False).raise_for_status()


def test_an_expired_token_is_refreshed_and_reported(mock: Server, send: Send) -> None:
    program = Program(mock.url)
    token = program.token()
    assert send(mock.url, token=token).text == "Turn 1. You said: Hello"
    assert len(program.tokens) == 1
    for count in (2, 3):
        program.pass_a_day()
        retries = RetryPolicy(attempts=1)
        assert send(mock.url, token=token, retries=retries).text == "Turn 1. You said: Hello"
        assert len(set(program.tokens)) == count
    program.pass_a_day()
    assert send(mock.url, token=program.token()).text == "Turn 1. You said: Hello"


def execute_in_threads(token: OAuthToken | LocationToken, url: str) -> None:
    """Send a first message from several threads at the same time; each gets its reply."""
    barrier = Barrier(N)
    with (
        Leadway(token=token, location_id=LOCATION, base_url=url) as leadway,
        ThreadPoolExecutor(N) as threads,
    ):

        def execute(_: int) -> str:
            barrier.wait()
            return leadway.agent(AGENT_ID).execute("Hello").text

        assert set(threads.map(execute, range(N))) == {"Turn 1. You said: Hello"}


def test_threads_refresh_once(mock: Server) -> None:
    program = Program(mock.url)
    program.pass_a_day()
    execute_in_threads(program.token(), mock.url)
    assert len(program.tokens) == 2


def test_tasks_and_clients_refresh_once(mock: Server) -> None:
    program = Program(mock.url)
    program.pass_a_day()
    ((access_token, refresh_token),) = program.tokens

    async def store(*tokens: Secret) -> None:
        await asyncio.sleep(0.05)
        program.store(*tokens)

    token = OAuthToken(*APP, refresh_token, access_token, on_refresh=store)
    options: dict[str, Any] = {"token": token, "location_id": LOCATION, "base_url": mock.url}

    async def execute() -> list[str]:
        async with AsyncLeadway(**options) as first, AsyncLeadway(**options) as second:
            agents = [each.agent(AGENT_ID) for each in (first, second)] * (N // 2)
            replies = await asyncio.gather(*(agent.execute("Hello") for agent in agents))
            return [each.text for each in replies]

    assert set(asyncio.run(execute())) == {"Turn 1. You said: Hello"}
    assert len(program.tokens) == 2


def test_tasks_of_trio_refresh_once(mock: Server) -> None:
    program = Program(mock.url)
    program.pass_a_day()

    async def execute() -> None:
        token = program.token()
        async with (
            AsyncLeadway(token=token, location_id=LOCATION, base_url=mock.url) as leadway,
            trio.open_nursery() as nursery,
        ):
            for _ in range(N):
                nursery.start_soon(leadway.agent(AGENT_ID).execute, "Hello")

    trio.run(execute)
    assert len(program.tokens) == 2


def test_a_used_refresh_token_is_sent_once(mock: Server, send: Send) -> None:
    program = Program(mock.url)
    used = program.token()
    program.pass_a_day()
    send(mock.url, token=program.token())
    attempts: list[Attempt] = []
    for _ in range(2):
        with pytest.raises(InvalidTokenError, match="refresh token is invalid") as caught:
            send(mock.url, token=used, observer=attempts.append)
        assert "on_refresh" in caught.value.hint
        assert caught.value.status == 400
    assert [each.path for each in attempts].count("/oauth/token") == 1


def test_the_refresh_matches_the_contract(send: Send, hostile_server: HostileServer) -> None:
    hostile_server.respond_with(issued(), REPLY)
    attempts: list[Attempt] = []
    token = OAuthToken(*APP, OLD_REFRESH)
    send(hostile_server.url, token=token, observer=attempts.append, source="api")
    refresh, message = hostile_server.received
    head, _, body = refresh.partition(b"\r\n\r\n")
    headers = headers_of(refresh)
    assert head.startswith(b"POST /oauth/token HTTP/1.1")
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert headers["version"] == "2021-07-28"
    assert not {"authorization", "source"} & set(headers)
    assert parse_qs(body.decode()) == {
        "client_id": [APP[0]],
        "client_secret": [APP[1]],
        "grant_type": ["refresh_token"],
        "refresh_token": [OLD_REFRESH],
    }
    assert headers_of(message)["authorization"] == f"Bearer {NEW}"
    assert [(each.number, each.path.rpartition("/")[2]) for each in attempts] == [
        (1, "token"),
        (1, "execute"),
    ]


def test_a_token_is_refreshed_before_it_is_sent_expired(
    send: Send, hostile_server: HostileServer
) -> None:
    hostile_server.respond_with(issued(expires_in=-1), REPLY, issued(expires_in=10**400), REPLY)
    token = oauth_token()
    token.current = None
    for _ in range(3):
        send(hostile_server.url, token=token)
    assert paths(hostile_server) == ["token", "execute", "token", "execute", "execute"]


def test_a_refresh_token_is_kept_without_a_new_one(
    send: Send, hostile_server: HostileServer
) -> None:
    hostile_server.respond_with(issued(refresh_token=None), REPLY)
    kept: list[Secret] = []
    token = OAuthToken(*APP, OLD_REFRESH, on_refresh=lambda *tokens: kept.extend(tokens))
    send(hostile_server.url, token=token)
    assert [each.reveal() for each in kept] == [NEW, OLD_REFRESH]


@pytest.mark.parametrize(
    "message",
    [
        "version header was not found.",
        "The token does not have access to this location.",
        "The token is not authorized for this scope.",
        "This route is not yet supported by the IAM Service. Please update your IAM config.",
        "This authClass type is not allowed to access this scope.",
        "Command timed out",
    ],
)
def test_other_errors_refresh_nothing(
    message: str, send: Send, hostile_server: HostileServer
) -> None:
    hostile_server.respond_with(rejected(message))
    with pytest.raises(LeadwayError) as caught:
        send(hostile_server.url, token=oauth_token())
    assert not isinstance(caught.value, InvalidTokenError)
    assert paths(hostile_server) == ["execute"]


def test_a_message_refreshes_once(send: Send, hostile_server: HostileServer) -> None:
    hostile_server.respond_with(rejected(), issued(), rejected())
    with pytest.raises(InvalidTokenError) as caught:
        send(hostile_server.url, token=oauth_token())
    assert caught.value.attempts == 2
    assert paths(hostile_server) == ["execute", "token", "execute"]


def test_a_lost_refresh_is_not_sent_again(send: Send, hostile_server: HostileServer) -> None:
    hostile_server.respond_with(reset)
    retries = RetryPolicy(initial_delay=0.01, retry_on=(ConnectionLostError, ServerError))
    with pytest.raises(ConnectionLostError):
        send(hostile_server.url, token=OAuthToken(*APP, OLD_REFRESH), retries=retries)
    assert paths(hostile_server) == ["token"]


def test_a_wrong_secret_is_named(send: Send, hostile_server: HostileServer) -> None:
    hostile_server.respond_with(rejected("Invalid client: client is invalid"))
    with pytest.raises(InvalidTokenError, match="`client_secret`"):
        send(hostile_server.url, token=OAuthToken(*APP, OLD_REFRESH))


def test_on_refresh_is_called_until_it_succeeds(send: Send, hostile_server: HostileServer) -> None:
    hostile_server.respond_with(rejected(), issued(), REPLY)
    calls: list[str] = []

    def store(access_token: Secret, refresh_token: Secret) -> None:
        calls.append(access_token.reveal() + refresh_token.reveal())
        if len(calls) == 1:
            raise OSError("The disk is full")

    token = oauth_token(on_refresh=store)
    with pytest.raises(OSError, match="disk"):
        send(hostile_server.url, token=token)
    assert paths(hostile_server) == ["execute", "token"]
    for _ in range(2):
        send(hostile_server.url, token=token)
    assert calls == [NEW + NEW_REFRESH] * 2
    assert paths(hostile_server) == ["execute", "token", "execute", "execute"]


def test_a_function_is_called_again_after_a_401(send: Send, hostile_server: HostileServer) -> None:
    hostile_server.respond_with(rejected(), REPLY)
    tokens: list[str | Secret] = [Secret(NEW), OLD]
    send(hostile_server.url, token=tokens.pop)
    sent = [headers_of(each)["authorization"] for each in hostile_server.received]
    assert sent == [f"Bearer {OLD}", f"Bearer {NEW}"]


def test_an_async_function_gives_tokens(hostile_server: HostileServer) -> None:
    hostile_server.respond_with(rejected(), REPLY)
    tokens = iter([OLD, NEW])

    async def get_token() -> str:
        await asyncio.sleep(0)
        return next(tokens)

    send_async(hostile_server.url, token=get_token)
    sent = [headers_of(each)["authorization"] for each in hostile_server.received]
    assert sent == [f"Bearer {OLD}", f"Bearer {NEW}"]


@pytest.mark.filterwarnings("ignore:coroutine:RuntimeWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_async_function_requires_the_async_client() -> None:
    async def get_token() -> str:
        return OLD

    with pytest.raises(SettingsError, match="AsyncLeadway"):
        send_sync("http://127.0.0.1:9", token=get_token)


def test_an_exception_of_a_function_is_raised(hostile_server: HostileServer) -> None:
    hostile_server.respond_with(REPLY)
    results: Iterator[Any] = iter([KeyError("vault"), OLD])

    def get_token() -> str:
        result = next(results)
        if isinstance(result, Exception):
            raise result
        return str(result)

    options: dict[str, Any] = {"location_id": LOCATION, "base_url": hostile_server.url}
    with Leadway(token=get_token, **options) as leadway:
        chat = leadway.agent(AGENT_ID).conversation()
        with pytest.raises(KeyError, match="vault"):
            chat.send("Hello")
        chat.send("Hello")
    assert len(hostile_server.received) == 1


@pytest.mark.parametrize("value", ["", f"Bearer {NEW}", f"{NEW} {NEW}", f"{NEW}\r\nX: 1", None, 5])
def test_no_error_shows_what_a_function_returns(value: Any, send: Send) -> None:
    with pytest.raises(SettingsError) as caught:
        send("http://127.0.0.1:9", token=lambda: value)
    assert not is_in(NEW, shown(caught.value))


def echo(status: int, *secrets: str) -> Script:
    text = " ".join(("Invalid JWT", *secrets))
    names = ("message", "traceId", "response", "executionId")
    body = json.dumps(dict.fromkeys(names, text)).encode()
    return send_bytes(response(status, body, X_Echo=text))


def test_refreshed_tokens_are_masked(
    send: Send, hostile_server: HostileServer, everything_logged: io.StringIO
) -> None:
    given = (APP[1], OLD, OLD_REFRESH)
    hostile_server.respond_with(
        echo(401, *given), issued(), echo(401, *CANARIES), echo(200, *CANARIES)
    )
    token, tracer = oauth_token(), Tracer()
    with pytest.raises(InvalidTokenError) as caught:
        send(hostile_server.url, token=token, observer=span_observer(tracer))
    reply = send(hostile_server.url, token=token, observer=span_observer(tracer))
    assert "********" in reply.text
    seen = [shown(caught.value), shown(reply), shown(token), repr(vars(token))]
    seen += [repr([span.arguments for span in tracer.spans]), everything_logged.getvalue()]
    for canary in CANARIES:
        assert not any(is_in(canary, text) for text in seen)


def test_a_refresh_token_that_is_kept_stays_masked(hostile_server: HostileServer) -> None:
    scripts = [issued(access_token=f"{NEW}-{number}", refresh_token=None) for number in range(9)]
    replies = [REPLY] * 8 + [echo(200, OLD_REFRESH, APP[1])]
    steps = [each for pair in zip(scripts, replies, strict=True) for each in pair]
    hostile_server.respond_with(*steps)
    token = OAuthToken(*APP, OLD_REFRESH)
    for _ in scripts:
        reply = send_sync(hostile_server.url, token=token)
        token.current = None
    assert reply.text == "Invalid JWT ******** ********"


@pytest.mark.parametrize(
    "script",
    [
        issued(access_token=None),
        issued(access_token=[NEW]),
        issued(access_token=f"{NEW}\r\nX: 1", refresh_token=f"Bearer {NEW}"),
        send_bytes(response(200, f'{{"access_token": "{NEW}", "refresh_'.encode())),
        echo(400, APP[1], OLD, OLD_REFRESH),
        echo(401, APP[1], OLD, OLD_REFRESH),
        echo(500, APP[1], OLD, OLD_REFRESH),
    ],
    ids=["null", "list", "two lines", "half a JSON", "400", "401", "500"],
)
def test_failed_refreshes_show_no_secret(
    script: Script, send: Send, hostile_server: HostileServer, everything_logged: io.StringIO
) -> None:
    hostile_server.respond_with(rejected(), script)
    with pytest.raises(LeadwayError) as caught:
        send(hostile_server.url, token=oauth_token())
    assert paths(hostile_server) == ["execute", "token"]
    for canary in CANARIES:
        assert not is_in(canary, shown(caught.value) + everything_logged.getvalue())


def test_an_invalid_token_response_is_named(send: Send, hostile_server: HostileServer) -> None:
    hostile_server.respond_with(issued(access_token=None))
    with pytest.raises(InvalidResponseError, match="'access_token' must be a string"):
        send(hostile_server.url, token=OAuthToken(*APP, OLD_REFRESH))


def test_a_refreshed_token_is_checked_for_its_host(
    send: Send, hostile_server: HostileServer
) -> None:
    hostile_server.respond_with(issued(access_token=REAL), REPLY)
    with pytest.raises(TokenHostMismatchError, match="looks real"):
        send(hostile_server.url, token=OAuthToken(*APP, OLD_REFRESH))
    assert paths(hostile_server) == ["token"]
    hostile_server.respond_with(issued(access_token=REAL), REPLY)
    send(hostile_server.url, token=OAuthToken(*APP, OLD_REFRESH), send_token_anywhere=True)
    assert paths(hostile_server) == ["token", "execute"]


def test_a_refresh_token_is_not_sent_to_another_host(
    send: Send, hostile_server: HostileServer
) -> None:
    hostile_server.respond_with(issued(refresh_token=REAL, expires_in=-1), REPLY)
    token = OAuthToken(*APP, OLD_REFRESH)
    send(hostile_server.url, token=token)
    with pytest.raises(TokenHostMismatchError):
        send(hostile_server.url, token=token)
    assert paths(hostile_server) == ["token", "execute"]


@pytest.mark.parametrize(
    ("url", "token"),
    [
        (PRODUCTION, oauth_token()),
        (PRODUCTION, OAuthToken(*APP, REAL, OLD)),
        (PRODUCTION, lambda: MOCK_TOKEN),
        ("http://127.0.0.1:9", OAuthToken(*APP, REAL)),
        ("http://127.0.0.1:9", OAuthToken(*APP, OLD_REFRESH, REAL)),
        ("http://127.0.0.1:9", lambda: REAL),
    ],
)
def test_tokens_of_providers_go_only_to_their_host(url: str, token: Any, send: Send) -> None:
    with pytest.raises(TokenHostMismatchError):
        send(url, token=token)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((1, NEW, NEW), "client_id"),
        (("app", "", NEW), "client_secret"),
        (("app", None, NEW), "client_secret"),
        (("app", NEW, f"{NEW} {NEW}"), "refresh_token"),
        (("app", NEW, NEW, f"Bearer {NEW}"), "access_token"),
    ],
)
def test_wrong_arguments_are_named(arguments: Any, named: str) -> None:
    with pytest.raises(SettingsError, match=f"`{named}`") as caught:
        OAuthToken(*arguments)
    assert not is_in(NEW, shown(caught.value))
    with pytest.raises(SettingsError, match="on_refresh"):
        OAuthToken(*APP, OLD_REFRESH, on_refresh="print")  # type: ignore[arg-type]


def test_a_cancelled_refresh_blocks_nobody(hostile_server: HostileServer) -> None:
    hostile_server.respond_with(hang, issued(), REPLY)
    options: dict[str, Any] = {"location_id": LOCATION, "base_url": hostile_server.url}

    async def execute() -> None:
        async with AsyncLeadway(token=OAuthToken(*APP, OLD_REFRESH), **options) as leadway:
            agent = leadway.agent(AGENT_ID)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(agent.execute("Hello"), 0.2)
            await agent.execute("Hello")

    asyncio.run(execute())
    assert paths(hostile_server) == ["token", "token", "execute"]


def test_waiting_for_a_token_ends(monkeypatch: pytest.MonkeyPatch, send: Send) -> None:
    monkeypatch.setattr(_sender, "_MAX_WAIT_SECONDS", 0.05)
    token = OAuthToken(*APP, OLD_REFRESH)
    with token.lock, pytest.raises(RequestTimeoutError, match="token function"):
        send("http://127.0.0.1:9", token=token)
    with pytest.raises(ValueError, match="before the first request"):
        token.reveal()


def test_settings_share_a_provider(hostile_server: HostileServer) -> None:
    hostile_server.respond_with(issued(), REPLY)
    token = OAuthToken(*APP, OLD_REFRESH)
    with Leadway(token=token, location_id=LOCATION, base_url=hostile_server.url) as leadway:
        leadway.agent(AGENT_ID).execute("Hello")
        settings = leadway.settings.replace(timeout=5.0)
    assert settings.token is token
    assert (settings.token.reveal(), bool(token)) == (NEW, True)
    assert {token: 1}[token] == 1
    send_sync(hostile_server.url, token=token)
    assert paths(hostile_server) == ["token", "execute", "execute"]


class Agency(Program):
    """An app of an agency, and how many of its requests were for tokens of locations."""

    def __init__(self, url: str) -> None:
        super().__init__(url, user_type="Company")

    def location_token(self) -> LocationToken:
        return LocationToken(self.token(), COMPANY, LOCATION)

    def requests(self) -> Counter[str]:
        found = httpx.get(f"{self.url}/__mock/journal?limit=200", trust_env=False).json()
        return Counter(each["operationId"] for each in found["entries"])


def test_an_agency_speaks_to_a_location(mock: Server, send: Send) -> None:
    agency = Agency(mock.url)
    token = agency.location_token()
    for _ in range(2):
        assert send(mock.url, token=token).text == "Turn 1. You said: Hello"
    assert agency.requests()["getLocationAccessToken"] == 1
    agency.pass_a_day()  # Both tokens have expired.
    assert send(mock.url, token=token).text == "Turn 1. You said: Hello"
    assert len(agency.tokens) == 2
    assert agency.requests()["getAccessToken"] == 2


def test_threads_get_one_token_of_a_location(mock: Server) -> None:
    agency = Agency(mock.url)
    agency.pass_a_day()
    execute_in_threads(agency.location_token(), mock.url)
    assert len(agency.tokens) == 2
    assert agency.requests()["getLocationAccessToken"] == 2  # The first was rejected.


def test_the_token_of_an_agency_is_sent_for_that_of_a_location(
    send: Send, hostile_server: HostileServer
) -> None:
    hostile_server.respond_with(issued(refresh_token=None), REPLY)
    send(hostile_server.url, token=LocationToken(OLD, COMPANY, LOCATION), source="api")
    asked, message = hostile_server.received
    line, _, _ = asked.partition(b"\r\n")
    assert line == b"POST /oauth/locationToken HTTP/1.1"
    assert headers_of(asked)["authorization"] == f"Bearer {OLD}"
    assert parse_qs(asked.rpartition(b"\r\n\r\n")[2].decode()) == {
        "companyId": [COMPANY],
        "locationId": [LOCATION],
    }
    assert headers_of(message)["authorization"] == f"Bearer {NEW}"


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Invalid JWT", InvalidTokenError),
        ("This token's user type is not yet supported!", WrongTokenTypeError),
        ("The token is not authorized for this scope.", MissingScopeError),
    ],
)
def test_an_error_says_that_it_is_about_the_agencys_token(
    message: str, kind: type[LeadwayError], send: Send, hostile_server: HostileServer
) -> None:
    hostile_server.respond_with(rejected(message))
    with pytest.raises(kind, match="agency's token") as caught:
        send(hostile_server.url, token=LocationToken(OLD, COMPANY, LOCATION))
    assert paths(hostile_server) == ["locationToken"]
    assert not is_in(OLD, shown(caught.value))


def test_tokens_of_an_agency_and_its_location_are_masked(
    send: Send, hostile_server: HostileServer
) -> None:
    echo = send_bytes(response(400, json.dumps({"message": f"{OLD} {NEW} {APP[1]}"}).encode()))
    hostile_server.respond_with(issued(), echo)
    token = LocationToken(oauth_token(), COMPANY, LOCATION)
    with pytest.raises(LeadwayError) as caught:
        send(hostile_server.url, token=token)
    assert not any(is_in(each, shown(caught.value)) for each in CANARIES)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("", COMPANY, LOCATION), "agency_token"),
        ((f"Bearer {OLD}", COMPANY, LOCATION), "agency_token"),
        ((1, COMPANY, LOCATION), "agency_token"),
        ((OLD, None, LOCATION), "company_id"),
        ((OLD, COMPANY, 1), "location_id"),
    ],
)
def test_wrong_arguments_of_a_location_token_are_named(arguments: Any, named: str) -> None:
    with pytest.raises(SettingsError, match=f"`{named}`") as caught:
        LocationToken(*arguments)
    assert not is_in(OLD, shown(caught.value))


@pytest.mark.parametrize("token", [REAL, OAuthToken(*APP, REAL), lambda: REAL])
def test_an_agencys_token_goes_only_to_its_host(token: Any, send: Send) -> None:
    with pytest.raises(TokenHostMismatchError):
        send("http://127.0.0.1:9", token=LocationToken(token, COMPANY, LOCATION))
