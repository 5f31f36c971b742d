from __future__ import annotations

import pytest

from leadway_mock.util.redaction import (
    fingerprint,
    has_token,
    redact_headers,
    redact_json,
    redact_text,
)

PIT = "pit-12345678-1234-4234-8234-123456789abc"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJhdXRoQ2xhc3MiOiJMb2NhdGlvbiJ9.c2lnbmF0dXJl"


@pytest.mark.parametrize("secret", [PIT, PIT.upper(), JWT])
@pytest.mark.parametrize("around", ["{}", "token {}.", '"{}"', "Bearer {}", "?access_token={}&a=b"])
def test_tokens_are_taken_out_wherever_they_stand(secret: str, around: str) -> None:
    redacted = redact_text(around.format(secret))
    assert secret not in redacted
    assert "redacted" in redacted


@pytest.mark.parametrize("name", ["token", "access_token", "api_key", "client-secret", "password"])
def test_named_secrets_are_taken_out_of_queries(name: str) -> None:
    assert redact_text(f"a=b&{name}=hunter2&c=d") == f"a=b&{name}=[redacted]&c=d"


@pytest.mark.parametrize("text", ["", "hello", "a=b", "the pit-stop", "eyJ is no token", "Bearer"])
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact_text(text) == text


def test_headers_with_credentials_lose_their_value_and_others_the_tokens_in_them() -> None:
    headers = {"authorization": "Basic abc", "cookie": "a=b", "referer": f"https://x/?t={PIT}"}
    assert redact_headers(headers) == {
        "authorization": "[redacted]",
        "cookie": "[redacted]",
        "referer": "https://x/?t=pit-[redacted]",
    }


def test_json_is_redacted_to_its_leaves_and_names() -> None:
    value = {"a": [1, None, PIT], PIT: {"b": f"x {JWT}"}, "c": True}
    assert redact_json(value) == {
        "a": [1, None, "pit-[redacted]"],
        "pit-[redacted]": {"b": "x [redacted JWT]"},
        "c": True,
    }


def test_fingerprints_tell_secrets_apart() -> None:
    assert fingerprint("a") == fingerprint("a") != fingerprint("b")
    assert len(fingerprint("a")) == 12


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/x", f"key={PIT}"),
        ("/x", f"a=Bearer%20{JWT}"),
        ("/x", "access_token=anything"),
        ("/x", "Authorization=Basic+abc"),
        (f"/x/{PIT}", ""),
        ("/x", PIT.replace("-", "%2D")),
    ],
)
def test_a_url_with_a_token_is_noticed(path: str, query: str) -> None:
    assert has_token(path, query)


@pytest.mark.parametrize(
    "query", ["", "source=api", "token=", "tokens=3", "state=eyJhIjoxfQo", "monkey=1"]
)
def test_a_url_without_one_is_left_alone(query: str) -> None:
    assert not has_token("/agent-studio/agent/pit-stop/execute", query)
