"""Any body gets a response of the contract; the JSON parser and the validator are strict."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import assume, example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from leadway_mock.http.messages import APIError, Request
from leadway_mock.validation.request_body import BodyValidator, read_json
from tests.property.strategies import (
    HEADERS,
    OPERATION,
    PATH,
    bodies,
    emulator,
    names,
    texts,
    values,
)

MAX_BYTES = 1_048_576
SCHEMA = OPERATION.body_schema or {}

encodings = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"])
mock = emulator(unknown_session="404")
lenient_mock = emulator(unknown_session="404", unknown_properties="ignore")


def read(body: bytes) -> Any:
    return read_json(Request("POST", PATH, "", HEADERS, body), MAX_BYTES)


def status_and_rule(body: bytes, headers: Mapping[str, str] = HEADERS) -> tuple[int, str]:
    response = mock.handle(Request("POST", PATH, "", headers, body))
    assert isinstance(json.loads(response.body), dict)
    return response.status, response.rule


@given(st.binary(max_size=2_000))
@example(b"")
@example(b"\xef\xbb\xbf{}")
@example(b"\x00")
@example(b"[" * 100_000)
@example(b'{"a":' * 100_000)
@example(b"1" * 5_000)
@example(b"1e400")
@example(b"-0.0e-999")
@example(b'"\\ud800"')
@example(b'{"message":NaN}')
@example(b'{"a":1,"a":1}')
def test_any_bytes_get_a_response_of_the_contract(body: bytes) -> None:
    status, rule = status_and_rule(body)
    assert status in {200, 400, 422}
    assert rule in OPERATION.examples


@given(bodies | values, encodings)
def test_any_json_in_any_encoding_gets_a_response_of_the_contract(
    body: object, encoding: str
) -> None:
    payload = json.dumps(body, ensure_ascii=False).encode(encoding, "replace")
    status, rule = status_and_rule(payload)
    assert status in {200, 400, 404, 422}
    assert rule in OPERATION.examples


# Header values as the emulator receives them: bytes decoded as latin-1, without line breaks.
headers = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=60)


@given(
    st.sampled_from(["authorization", "version", "content-type", "content-encoding", "prefer"]),
    headers
    | st.builds("Bearer {}".format, headers)
    | st.builds("Bearer {}.{}.x".format, headers, headers)
    | st.builds("application/json; {}={}".format, headers, headers)
    | st.builds("code={}, example={}".format, headers, headers),
)
@example("content-type", "application/json; charset*=utf-8''%FF")
@example("content-type", "application/json; charset*0*=x; charset*1=y")
@example("content-type", 'application/json; charset="')
@example("authorization", "Bearer e30.eyJleHAiOi0xZTk5OX0.")  # exp: minus infinity
@example("authorization", "Bearer e30.W10.x")
def test_any_header_gets_a_response_of_the_contract(name: str, value: str) -> None:
    status, rule = status_and_rule(b'{"message":"m","locationId":"l"}', HEADERS | {name: value})
    assert status < 600
    assert rule in OPERATION.examples


@given(texts, texts)
def test_any_path_and_query_gets_a_response(path: str, query: str) -> None:
    response = mock.handle(Request("POST", f"/{path}", query, HEADERS, b"{}"))
    assert response.rule in {"route-unknown", *OPERATION.examples}


@given(values, st.sampled_from([{}, {"ensure_ascii": False}, {"indent": 2}]))
def test_valid_json_is_parsed_like_the_json_module_does(value: object, how: dict[str, Any]) -> None:
    text = json.dumps(value, **how)
    assert read(text.encode()) == json.loads(text) == value


@given(st.binary(max_size=200) | texts.map(str.encode) | values.map(json.dumps).map(str.encode))
def test_accepted_bodies_are_json_for_every_parser(body: bytes) -> None:
    try:
        value = read(body)
    except APIError as rejection:
        hint = rejection.hint
        assert hint.startswith("The body ")
    else:
        assert value == json.loads(body)
        # It can be serialized again: no NaN, no infinities, no surrogates.
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()


@given(st.dictionaries(texts, values, min_size=1, max_size=4), st.data())
def test_duplicate_property_is_rejected(value: dict[str, object], data: st.DataObject) -> None:
    twice = data.draw(st.sampled_from(sorted(value)))
    text = json.dumps(value)
    again = f"{text[:-1]}, {json.dumps(twice)}: null}}"
    assume(json.loads(again))
    assert status_and_rule(again.encode()) == (400, "body-malformed")


VALIDATOR = BodyValidator(SCHEMA)
REFERENCE = Draft202012Validator(SCHEMA)
REQUIRED = {"message", "locationId", "type", "imageUrl"}


@given(bodies | values | st.dictionaries(names, values, max_size=5))
def test_errors_agree_with_json_schema(body: object) -> None:
    assert (not VALIDATOR.errors(body)) == REFERENCE.is_valid(body)


@given(bodies | st.dictionaries(names, values, max_size=5))
def test_unknown_properties_are_marked(body: object) -> None:
    for error in VALIDATOR.errors(body):
        assert error.is_unknown == error.message.endswith("should not exist")


@given(bodies | st.dictionaries(names, values, max_size=5))
def test_setting_ignores_only_unknown_properties(body: object) -> None:
    payload = json.dumps(body).encode()
    strict = mock.handle(Request("POST", PATH, "", HEADERS, payload))
    lenient = lenient_mock.handle(Request("POST", PATH, "", HEADERS, payload))
    expected = [each for each in strict.violations if not each.is_unknown]
    assert list(lenient.violations) == expected


@given(bodies | values | st.dictionaries(names, values, max_size=5))
def test_pointer_leads_to_the_invalid_value(body: object) -> None:
    for error in VALIDATOR.errors(body):
        inner: Any = body
        for part in error.pointer.split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            if name in REQUIRED and isinstance(inner, dict) and name not in inner:
                break  # The pointer of a missing property leads to its place.
            inner = inner[int(name)] if isinstance(inner, list) else inner[name]
        assert 0 < len(error.message) < 1_000


@given(bodies)
def test_every_header_value_is_short_and_printable(body: object) -> None:
    response = mock.handle(Request("POST", PATH, "", HEADERS, json.dumps(body).encode()))
    for name, value in response.headers.items():
        assert value.isascii(), name
        assert value.isprintable(), name
        assert len(value) < 1_100, name
