"""Settings: validation, environment variables, and the guard of tokens."""

from __future__ import annotations

import pickle
import subprocess
import sys
from importlib.metadata import version
from typing import Any

import pytest

import leadway
from leadway import MOCK_TOKEN, PRODUCTION, Secret, Settings, SettingsError, TokenHostMismatchError
from leadway._tokens import is_loopback, is_vendor
from leadway_mock.agents.access_tokens import issue_token
from leadway_mock.agents.registry import TEST_TOKENS

REAL_TOKEN = "pit-9f3c1a52-7d0e-4b86-a1c4-5e2f8b7d6c03"
JWT = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
MOCK = "http://127.0.0.1:4010"
REQUIRED = {"token": MOCK_TOKEN, "location_id": "C2QujeCh8ZnC7al2InWR", "base_url": MOCK}


def test_arguments_override_the_environment() -> None:
    environment = {
        "LEADWAY_TOKEN": f" {MOCK_TOKEN}\n",
        "LEADWAY_LOCATION_ID": "there",
        "LEADWAY_BASE_URL": MOCK,
        "LEADWAY_API_VERSION": "v3",
        "LEADWAY_TIMEOUT": "7.5",
        "LEADWAY_MAX_RESPONSE_BYTES": "100",
        "LEADWAY_SEND_TOKEN_ANYWHERE": "no",
        "LEADWAY_SOURCE": "",
    }
    settings = Settings.from_env(environment, location_id="here", api_version=None)
    assert settings.token.reveal() == MOCK_TOKEN
    assert (settings.location_id, settings.api_version, settings.source) == ("here", "v3", None)
    assert (settings.timeout, settings.max_response_bytes) == (7.5, 100)
    assert not settings.send_token_anywhere


def test_all_missing_settings_are_named() -> None:
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
        ("max_response_bytes", 0),
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
def test_invalid_settings_are_rejected_without_secrets(name: str, value: Any) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.create(**{**REQUIRED, name: value})
    assert "hunter2" not in str(caught.value)
    assert name != "token" or not value or value not in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "text"),
    [("TIMEOUT", "long"), ("MAX_RESPONSE_BYTES", "1.5"), ("SEND_TOKEN_ANYWHERE", "perhaps")],
)
def test_an_invalid_variable_is_named(variable: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"LEADWAY_{variable}"):
        Settings.from_env({f"LEADWAY_{variable}": text}, **REQUIRED)


ISSUED = issue_token({"authClass": "Location", "authClassId": "here"})


@pytest.mark.parametrize("token", [MOCK_TOKEN, *sorted(TEST_TOKENS), "agents-file-token", ISSUED])
@pytest.mark.parametrize("host", [PRODUCTION, "https://rest.gohighlevel.com."])
def test_a_made_up_token_is_not_sent_to_the_vendor(token: str, host: str) -> None:
    with pytest.raises(TokenHostMismatchError, match="made up") as caught:
        Settings.create(token=token, location_id="here", base_url=host)
    assert token not in str(caught.value)
    assert Settings.create(**{**REQUIRED, "token": token}).base_url == MOCK


@pytest.mark.parametrize("token", [REAL_TOKEN, REAL_TOKEN.upper().replace("PIT", "pit"), JWT])
@pytest.mark.parametrize("host", [MOCK, "https://leadconnectorhq.com.evil.example"])
def test_a_real_token_is_sent_only_to_the_vendor(token: str, host: str) -> None:
    with pytest.raises(TokenHostMismatchError, match="looks real") as caught:
        Settings.create(token=token, location_id="here", base_url=host)
    assert token not in str(caught.value)
    assert Settings.create(token=token, location_id="here").base_url == PRODUCTION


def test_tokens_are_sent_to_the_vendor_over_https_only() -> None:
    with pytest.raises(TokenHostMismatchError, match="over https only"):
        Settings.create(
            token=REAL_TOKEN, location_id="here", base_url=PRODUCTION.replace("https", "http")
        )


@pytest.mark.parametrize(("token", "host"), [(MOCK_TOKEN, PRODUCTION), (REAL_TOKEN, MOCK)])
def test_the_token_guard_can_be_disabled(token: str, host: str) -> None:
    assert Settings.create(
        token=token, location_id="here", base_url=host, send_token_anywhere=True
    ).token


def test_vendor_and_loopback_hosts_are_recognized() -> None:
    assert is_vendor("https://SERVICES.leadconnectorhq.com:443")
    assert not is_vendor("https://notleadconnectorhq.com")
    for local in ("http://127.0.0.1:1", "http://[::1]:1", "http://localhost", "http://a.localhost"):
        assert is_loopback(local), local
    assert not is_loopback("http://10.0.0.1")


def test_pickled_settings_have_no_token() -> None:
    settings = Settings.create(**REQUIRED)
    copied: Settings = pickle.loads(pickle.dumps(settings))  # noqa: S301 - our own
    assert copied.location_id == settings.location_id
    assert not copied.token
    with pytest.raises(ValueError, match="removed"):
        copied.token.reveal()
    with pytest.raises(SettingsError, match="LEADWAY_TOKEN"):
        copied.replace()
    assert copied.replace(token=MOCK_TOKEN) == settings


def test_a_token_may_be_a_string_everywhere() -> None:
    settings = Settings(**REQUIRED)  # type: ignore[arg-type]
    assert settings.token == Secret(MOCK_TOKEN)
    assert MOCK_TOKEN not in repr(settings)


def test_the_version_is_that_of_the_distribution() -> None:
    assert leadway.__version__ == version("leadway")


def test_a_secret_is_masked_in_every_format() -> None:
    secret = Secret(MOCK_TOKEN)
    shown = f"{secret} {secret!r} {secret:>12} %s" % secret
    assert MOCK_TOKEN not in shown
    assert {secret: 1}[Secret(MOCK_TOKEN)] == 1


def test_an_import_is_fast() -> None:
    """It imports no HTTP library: those take ten times as long as the rest."""
    slow = {"httpx", "httpcore", "asyncio", "anyio", "attr", "leadway_client"}
    code = f"import sys, leadway; print(sorted({slow!r} & set(sys.modules)))"
    command = [sys.executable, "-c", code + "; from leadway import *; print(Attachment.__name__)"]
    environment = {"PYTHONPATH": ":".join(path for path in sys.path if path)}
    printed = subprocess.check_output(command, env=environment, text=True, timeout=60)
    assert printed == "[]\nAttachment\n"
