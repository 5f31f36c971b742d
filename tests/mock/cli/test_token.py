"""`leadway mock token`: made-up tokens with the platform's claims, for mocks only."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from leadway_mock.agents.access_tokens import issue_token, read_claims
from leadway_mock.agents.builtin import BUILT_IN
from leadway_mock.agents.registry import AgentRegistry
from leadway_mock.cli.main import main
from leadway_mock.http.messages import Response
from tests.mock.client import LOCATION, EmulatorClient, content

CLOCK_START = 10**9


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["token", *arguments]) == 0
    return capsys.readouterr().out.strip()


def ask(client: EmulatorClient, token: str, location: str = LOCATION) -> Response:
    body = {"message": "hi", "locationId": location}
    return client.send(body, headers={"authorization": f"Bearer {token}"})


@pytest.mark.behaviour("token-made-up", "token-claims")
def test_a_printed_token_works_for_its_location(
    capsys: pytest.CaptureFixture[str], client: EmulatorClient
) -> None:
    token = printed(capsys, "--location", LOCATION, "--expires", "1000000000")
    assert ask(client, token).status == 200
    other = ask(client, token, "somewhere else")
    assert (other.status, other.rule) == (403, "location-forbidden")


@pytest.mark.behaviour("token-made-up")
def test_it_needs_no_entry_in_the_agents_file(
    capsys: pytest.CaptureFixture[str], client_with: Callable[..., EmulatorClient]
) -> None:
    client = client_with(cast=AgentRegistry(by_id=BUILT_IN.by_id, any_token=False))
    token = printed(capsys, "--location", LOCATION, "--expires", "1000000000")
    assert ask(client, token).status == 200
    changed = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")
    assert ask(client, changed).rule == "token-unknown"
    assert ask(client, f"{token[:-4]}\xff\xff\xff\xff").rule == "token-unknown"


@pytest.mark.behaviour("token-class-unsupported", "token-claims")
def test_a_token_of_an_agency_is_rejected(
    capsys: pytest.CaptureFixture[str], client: EmulatorClient
) -> None:
    token = printed(capsys, "--company", "agency1", "--expires", "1000000000")
    response = ask(client, token)
    assert (response.status, response.rule) == (401, "token-class-unsupported")
    assert list(content(response).items()) == [
        ("statusCode", 401),
        ("message", "E-102. This AuthClass is not yet supported!"),
        ("error", "Unauthorized"),
    ]
    assert response.hint == "The token's authClass is Company; use one of a location."


@pytest.mark.behaviour("token-scopes-claim")
@pytest.mark.parametrize(
    ("scopes", "status"),
    [
        ("agent-studio.write", 200),
        ("contacts.readonly agent-studio.write", 200),
        ("contacts.readonly,contacts.write", 403),
        ("", 403),
    ],
)
def test_its_scopes_count(
    capsys: pytest.CaptureFixture[str], client: EmulatorClient, scopes: str, status: int
) -> None:
    arguments = ["--location", LOCATION, "--scopes", scopes, "--expires", "1000000000"]
    assert ask(client, printed(capsys, *arguments)).status == status


def test_it_expires_by_the_clock_of_the_mock(
    capsys: pytest.CaptureFixture[str], client: EmulatorClient
) -> None:
    claims = read_claims(printed(capsys, "--location", LOCATION))
    assert claims
    assert claims["exp"] - claims["iat"] == 86_399
    client.clock.advance(claims["exp"] - client.clock.now() - 1)
    assert ask(client, issue_token(claims)).status == 200
    client.clock.advance(1)
    assert ask(client, issue_token(claims)).rule == "token-expired"


@pytest.mark.parametrize(
    ("claims", "rule"),
    [
        ({"authClass": "Location", "authClassId": LOCATION}, "reply"),
        ({"authClass": "Location", "authClassId": "other"}, "location-forbidden"),
        ({"authClass": "Location"}, "reply"),
        ({"authClass": "User", "authClassId": LOCATION}, "token-class-unsupported"),
        ({"authClass": 1, "authClassId": 2, "scopes": 3}, "reply"),
        ({"scope": "agent-studio.write"}, "reply"),
        ({"scopes": [1, None]}, "scope-missing-documented"),
    ],
)
def test_claims_of_any_token_count(
    client: EmulatorClient, claims: dict[str, object], rule: str
) -> None:
    assert ask(client, issue_token(claims)).rule == rule


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--location", "x", "--expires", "soon"], "--expires must be a whole number of seconds"),
        (["--location", "x", "--expires", "9" * 40], "--expires must be a whole number"),
        (["--location", ""], "an id must have 1 to 256 characters."),
        (["--location", "x" * 257], "an id must have 1 to 256 characters."),
    ],
)
def test_an_invalid_argument_is_named(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(["token", *arguments]) == 2
    assert f"leadway mock token: {message}" in capsys.readouterr().err
