from __future__ import annotations

from base64 import urlsafe_b64encode
from urllib.parse import quote

import pytest

from leadway_mock.util.redaction import (
    MAX_ENCODINGS,
    fingerprint,
    has_token,
    hide_secrets,
    redact_form,
    redact_json,
    redact_json_text,
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


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("", ""),
        ("client_id=a&code=b.c&user_type=", "client_id=a&code=[redacted]&user_type="),
        (
            "clientSecret=a&refreshToken=b&x=c",
            "clientSecret=[redacted]&refreshToken=[redacted]&x=c",
        ),
        ("client%5Fsecret=a%20b&c%6Fde=c", "client%5Fsecret=[redacted]&c%6Fde=[redacted]"),
        ('{"client_secret": "a"}', "[redacted]"),
        ("code: a", "[redacted]"),
        ("a", "[redacted]"),
        ("a=b&&code=c", "[redacted]"),
    ],
)
def test_a_form_loses_secrets_of_any_form(form: str, expected: str) -> None:
    assert redact_form(form) == expected


def test_headers_with_credentials_lose_their_value() -> None:
    headers = {"authorization": "Basic abc", "cookie": "a=b", "x-api-key": "abc", "host": "x"}
    assert hide_secrets(headers) == {
        "authorization": "[redacted]",
        "cookie": "[redacted]",
        "x-api-key": "[redacted]",
        "host": "x",
    }


@pytest.mark.parametrize(
    "header", ['{"alg":"RS256"}', '{ "alg": "RS256"}', '{\n  "alg": "RS256"\n}', '\n{"alg":"none"}']
)
def test_web_tokens_are_redacted_whatever_white_space_their_header_has(header: str) -> None:
    encoded = urlsafe_b64encode(header.encode()).decode().rstrip("=")
    token = f"{encoded}.eyJhdXRoQ2xhc3MiOiJMb2NhdGlvbiJ9.c2lnbmF0dXJl"
    assert redact_text(f"x {token} y") == "x [redacted JWT] y"
    assert has_token("/x", f"a={token}")


@pytest.mark.parametrize(
    "text",
    [
        "100% of it, and 20%20 more",
        "C:\\new\\table",
        "version 12345678.12345678.1 of example-domain.leadconnector.example.com",
    ],
)
def test_text_with_escapes_and_dots_but_without_secrets_is_unchanged(text: str) -> None:
    assert redact_text(text) == text
    assert redact_json_text(f'{{"message": "{text}"}}') == f'{{"message": "{text}"}}'


def test_a_body_keeps_its_form_around_an_escaped_secret() -> None:
    body = '{ "a": "caf\\u00e9",\n "message": "line\\nBearer\\u0020OPAQUETOKEN99", "a": 1 }'
    assert redact_json_text(body) == (
        '{ "a": "caf\\u00e9",\n "message": "line\\nBearer [redacted]", "a": 1 }'
    )


def test_half_a_surrogate_pair_beside_a_secret_becomes_a_replacement_character() -> None:
    shown = redact_json_text(f'{{"message": "\\ud800 \\u0070{PIT[1:]}"}}')
    assert shown == '{"message": "\ufffd pit-[redacted]"}'


@pytest.mark.parametrize(
    "text",
    [
        '"' + '\\"' * 200_000,
        '\\"' * 200_000 + '"' * 200_000,
        "%" + "25" * 200_000,
        "pit-\\" * 100_000,
        "eyJ\\u" * 100_000,
        "aaaaaaaa.aaaaaaaa " * 50_000,
        "token=bearer " * 50_000,
    ],
)
def test_no_text_takes_quadratic_time(text: str) -> None:
    """Each takes less than a second; in quadratic time, the first would take half an hour."""
    redact_text(text)
    redact_json_text(text)
    has_token("/x", text)


def test_a_secret_in_a_string_without_an_end_is_redacted() -> None:
    assert PIT[-12:] not in redact_json_text(f'{{"message": "a\\n\\u0070{PIT[1:]}')


def test_a_text_with_too_many_encodings_is_not_kept() -> None:
    text = "pit-12345678"
    for _ in range(MAX_ENCODINGS + 1):
        text = quote(text.replace("p", "%70"))
    assert redact_text(text) == "[redacted]"


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
