"""No credential of a request is in what the mock stores or logs, wherever the request has it."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from io import StringIO
from typing import Any
from urllib.parse import quote, quote_plus, unquote

from hypothesis import assume, example, given
from hypothesis import strategies as st

from leadway_mock.http.messages import Request
from leadway_mock.util.redaction import redact_json, redact_json_text, redact_text
from tests.property.strategies import HEADERS, PATH, emulator, texts

CANARY = "c0ffeecafe5a"
"""End of each secret below; it must never appear in the output."""

opaque = st.text("ABCDEFabcdef0123456789", min_size=8, max_size=24).map(f"{{}}{CANARY}".format)
tokens = st.uuids().map(lambda uuid: f"pit-{str(uuid)[:24]}{CANARY}")
secrets = (
    tokens
    | tokens.map(lambda token: token.replace("pit", "PIT"))
    | st.builds("eyJhbGciOiJSUzI1NiJ9.{}.{}".format, opaque, opaque)
    | st.builds("Bearer {}".format, opaque)
)
A_SECRET = f"pit-0f8fad5b-d9cb-469f-a165-{CANARY}"


@given(secrets, texts, texts)
@example(A_SECRET, "x", "x")
@example(A_SECRET, "\\n", "\\")
@example(A_SECRET, "pit-", "-pit-")
@example(f"Bearer {CANARY}", "x", "x")
def test_secret_is_redacted_in_any_text(secret: str, before: str, after: str) -> None:
    text = before + secret + after
    assert CANARY not in redact_text(text)
    assert CANARY not in json.dumps(redact_json({text: [text, {"a": text}]}))
    assert CANARY not in redact_text(json.dumps(text))


def _escape_all(text: str) -> str:
    """Write each character as a JSON escape."""
    return "".join(f"\\u{ord(each):04x}" for each in text)


ENCODINGS: list[Callable[[str], str]] = [
    quote,
    lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    _escape_all,
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps({text: [text]}),
    lambda text: json.dumps(text).replace("=", "\\u003d").replace("-", "\\u002D"),
    lambda text: text.replace("/", "\\/"),
    "\x00".join,
]


@given(secrets, st.lists(st.sampled_from(ENCODINGS), max_size=3), texts)
def test_secret_is_redacted_however_it_is_encoded(
    secret: str, encodings: list[Callable[[str], str]], before: str
) -> None:
    text = f"{before} {secret}"
    for encode in encodings:
        text = encode(text)
    for redact in (redact_text, redact_json_text):
        shown = redact(text)
        for _ in range(4):
            assert CANARY not in shown.replace("\x00", "")
            shown = unquote(json_unescaped(shown))


def json_unescaped(text: str) -> str:
    """Return a text without JSON escapes, as a reader would see it."""
    unescape = re.compile(r"\\u([0-9a-fA-F]{4})|\\(.)")
    return unescape.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[2], text)


@given(secrets, st.sampled_from([quote, quote_plus, lambda text: quote(text).replace("-", "%2D")]))
def test_secret_is_redacted_in_an_encoded_query(secret: str, encode: Callable[[str], str]) -> None:
    query = redact_text(f"a={encode(secret)}&b=c")
    assert CANARY not in query
    assert "b=c" in query


@given(st.sampled_from(["token", "access_token", "api-key", "client_secret", "PASSWORD"]), opaque)
def test_query_parameter_named_like_a_secret_is_redacted(name: str, value: str) -> None:
    assert redact_text(f"a=b&{name}={value}&c=d") == (f"a=b&{redact_text(name + '=' + value)}&c=d")
    assert CANARY not in redact_text(f"a=b&{name}={value}")


@given(texts)
def test_redaction_is_idempotent(text: str) -> None:
    assert redact_text(redact_text(text)) == redact_text(text)


# Every place of a request where somebody may put a token by mistake.
PLACES: dict[str, Callable[[str], dict[str, Any]]] = {
    "the token itself": lambda text: {"headers": {"authorization": f"Bearer {text}"}},
    "another scheme": lambda text: {"headers": {"authorization": f"Basic {text}"}},
    "another header": lambda text: {"headers": {"referer": text}},
    "a header of credentials": lambda text: {"headers": {"x-auth-token": text}},
    "the name of a header": lambda text: {"headers": {text: "x"}},
    "the version": lambda text: {"headers": {"version": text}},
    "the media type": lambda text: {"headers": {"content-type": text}},
    "a preference": lambda text: {"headers": {"prefer": f"example={text}"}},
    "the query": lambda text: {"query": f"a={text}"},
    "the path": lambda text: {"path": f"/{text}"},
    "the agent": lambda text: {"path": f"/agent-studio/agent/{text}/execute"},
    "the method": lambda text: {"method": text},
    "a body that is no JSON": lambda text: {"raw": text.encode()},
    "a long body": lambda text: {"raw": b"x" * 16_370 + text.encode()},
    "a long line": lambda text: {"query": "x" * 2_040 + text},
    "a long path": lambda text: {"path": "/" + "x" * 190 + text},
    "an unknown property": lambda text: {"body": {text: 1}},
    "message": lambda text: {"body": {"message": text}},
    "locationId": lambda text: {"body": {"locationId": text}},
    "executionId": lambda text: {"body": {"executionId": text}},
    "versionId": lambda text: {"body": {"versionId": text}},
    "contactId": lambda text: {"body": {"contactId": text}},
    "inputVariables": lambda text: {"body": {"inputVariables": {text: {"a": [text]}}}},
    "attachments": lambda text: {"body": {"attachments": [{"type": text, "imageUrl": text}]}},
}

mock = emulator(max_journal=10, max_sessions=10)
logged = StringIO()
handler = logging.StreamHandler(logged)


def send(change: dict[str, Any]) -> int:
    body = {"message": "hello", "locationId": "here"} | change.get("body", {})
    payload = change.get("raw", json.dumps(body).encode())
    headers = HEADERS | change.get("headers", {})
    method, path, query = (change.get(key) for key in ("method", "path", "query"))
    request = Request(method or "POST", path or PATH, query or "", headers, payload)
    return mock.handle(request).status


@given(secrets, st.sampled_from(sorted(PLACES)), texts)
@example(A_SECRET, "message", "\n")
@example(A_SECRET, "a long body", "")
@example(A_SECRET, "a long path", "")
@example(A_SECRET, "locationId", "")
def test_secret_is_neither_stored_nor_logged(secret: str, place: str, before: str) -> None:
    assume(place not in {"the method", "the name of a header"} or before.isalpha() or not before)
    logger = logging.getLogger("leadway_mock")
    logged.truncate(0)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        assert send(PLACES[place](before + secret)) < 500
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
    assert CANARY not in logged.getvalue()
    stored = repr((mock.journal.entries(after=0, limit=100), mock.namespaces.shared().snapshot()))
    assert CANARY not in stored
    assert len(stored) < 1_000_000
