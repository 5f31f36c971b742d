"""Settings: complete, sensible, and to the right address."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from leadway import MADE_UP, PRODUCTION, MisdirectedTokenError, Secret, Settings, SettingsError
from leadway.destinations import is_loopback, is_vendor
from leadway_mock.agents import TEST_TOKENS

REAL = "pit-9f3c1a52-7d0e-4b86-a1c4-5e2f8b7d6c03"
JWT = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
MOCK = "http://127.0.0.1:4010"
HERE = {"token": MADE_UP, "location_id": "C2QujeCh8ZnC7al2InWR", "base_url": MOCK}


def test_arguments_go_over_the_environment() -> None:
    environment = {
        "LEADWAY_TOKEN": f" {MADE_UP}\n",
        "LEADWAY_LOCATION_ID": "there",
        "LEADWAY_BASE_URL": MOCK,
        "LEADWAY_API_VERSION": "v3",
        "LEADWAY_TIMEOUT": "7.5",
        "LEADWAY_MAX_ANSWER_BYTES": "100",
        "LEADWAY_SEND_TOKEN_ANYWHERE": "no",
        "LEADWAY_SOURCE": "",
    }
    settings = Settings.from_env(environment, location_id="here", api_version=None)
    assert settings.token.reveal() == MADE_UP
    assert (settings.location_id, settings.api_version, settings.source) == ("here", "v3", None)
    assert (settings.timeout, settings.max_answer_bytes) == (7.5, 100)
    assert not settings.send_token_anywhere


def test_all_that_is_missing_is_named() -> None:
    with pytest.raises(SettingsError, match=r"LEADWAY_TOKEN.*LEADWAY_LOCATION_ID"):
        Settings.from_env({"LEADWAY_TOKEN": " "})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("token", ""),
        ("token", "Bearer abc"),
        ("token", "two words"),
        ("token", "tökèn"),
        ("token", "line\nbreak"),
        ("location_id", ""),
        ("api_version", "v 3"),
        ("timeout", 0),
        ("timeout", "5"),
        ("timeout", float("nan")),
        ("timeout", float("inf")),
        ("connect_timeout", -1),
        ("max_answer_bytes", 0),
        ("retries", 3),
        ("base_url", "services.leadconnectorhq.com"),
        ("base_url", "ftp://127.0.0.1"),
        ("base_url", "http://"),
        ("base_url", "http://127.0.0.1:port"),
        ("base_url", "http://[::1"),
        ("base_url", "http://127.0.0.1:4010/agent-studio"),
        ("base_url", "http://127.0.0.1:4010?x=1"),
        ("base_url", "http://user:hunter2@127.0.0.1:4010"),
    ],
)
def test_what_cannot_be_is_refused_and_not_repeated(name: str, value: Any) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.made(**{**HERE, name: value})
    assert "hunter2" not in str(refused.value)
    assert name != "token" or not value or value not in str(refused.value)


@pytest.mark.parametrize(
    ("variable", "text"),
    [("TIMEOUT", "long"), ("MAX_ANSWER_BYTES", "1.5"), ("SEND_TOKEN_ANYWHERE", "perhaps")],
)
def test_a_variable_that_makes_no_sense_is_named(variable: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"LEADWAY_{variable}"):
        Settings.from_env({f"LEADWAY_{variable}": text}, **HERE)


@pytest.mark.parametrize("token", [MADE_UP, *sorted(TEST_TOKENS), "agents-file-token"])
@pytest.mark.parametrize("host", [PRODUCTION, "https://rest.gohighlevel.com."])
def test_a_made_up_token_does_not_go_to_the_vendor(token: str, host: str) -> None:
    with pytest.raises(MisdirectedTokenError, match="made up") as refused:
        Settings.made(token=token, location_id="here", base_url=host)
    assert token not in str(refused.value)
    assert Settings.made(**{**HERE, "token": token}).base_url == MOCK


@pytest.mark.parametrize("token", [REAL, REAL.upper().replace("PIT", "pit"), JWT])
@pytest.mark.parametrize("host", [MOCK, "https://leadconnectorhq.com.evil.example"])
def test_a_real_token_goes_nowhere_else(token: str, host: str) -> None:
    with pytest.raises(MisdirectedTokenError, match="looks real") as refused:
        Settings.made(token=token, location_id="here", base_url=host)
    assert token not in str(refused.value)
    assert Settings.made(token=token, location_id="here").base_url == PRODUCTION


def test_tokens_go_to_the_vendor_over_https_alone() -> None:
    with pytest.raises(MisdirectedTokenError, match="https alone"):
        Settings.made(token=REAL, location_id="here", base_url=PRODUCTION.replace("https", "http"))


@pytest.mark.parametrize(("token", "host"), [(MADE_UP, PRODUCTION), (REAL, MOCK)])
def test_asked_to_it_sends_any_token_anywhere(token: str, host: str) -> None:
    assert Settings.made(
        token=token, location_id="here", base_url=host, send_token_anywhere=True
    ).token


def test_hosts_are_known_by_their_names() -> None:
    assert is_vendor("https://SERVICES.leadconnectorhq.com:443")
    assert not is_vendor("https://notleadconnectorhq.com")
    for local in ("http://127.0.0.1:1", "http://[::1]:1", "http://localhost", "http://a.localhost"):
        assert is_loopback(local), local
    assert not is_loopback("http://10.0.0.1")


def test_pickled_settings_leave_the_token_behind_and_say_so() -> None:
    settings = Settings.made(**HERE)
    twin: Settings = pickle.loads(pickle.dumps(settings))  # noqa: S301 - our own
    assert twin.location_id == settings.location_id
    assert not twin.token
    with pytest.raises(ValueError, match="left behind"):
        twin.token.reveal()
    with pytest.raises(SettingsError, match="LEADWAY_TOKEN"):
        twin.with_()
    assert twin.with_(token=MADE_UP) == settings


def test_a_secret_is_shown_by_no_format() -> None:
    secret = Secret(MADE_UP)
    shown = f"{secret} {secret!r} {secret:>12} %s" % secret
    assert MADE_UP not in shown
    assert {secret: 1}[Secret(MADE_UP)] == 1
