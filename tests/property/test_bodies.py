"""Whatever bytes come as a body, the answer is one of the contract's; and reading is strict."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import assume, example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from leadway_mock.http.messages import APIError, Request
from leadway_mock.validation.body_schema import BodyValidator
from leadway_mock.validation.json_body import read_json
from tests.property.people import HEADERS, OPERATION, PATH, bodies, emulator, names, texts, values

LARGEST = 1_048_576
SCHEMA = OPERATION.body_schema or {}

encodings = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"])
mock = emulator(unknown_session="404")


def read(body: bytes) -> Any:
    return read_json(Request("POST", PATH, "", HEADERS, body), LARGEST)


def answered(body: bytes, headers: Mapping[str, str] = HEADERS) -> tuple[int, str]:
    answer = mock.handle(Request("POST", PATH, "", headers, body))
    assert isinstance(json.loads(answer.body), dict)
    return answer.status, answer.rule


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
def test_any_bytes_get_an_answer_of_the_contract(body: bytes) -> None:
    status, rule = answered(body)
    assert status in {200, 400, 422}
    assert rule in OPERATION.examples


@given(bodies | values, encodings)
def test_any_json_in_any_encoding_gets_an_answer_of_the_contract(
    body: object, encoding: str
) -> None:
    payload = json.dumps(body, ensure_ascii=False).encode(encoding, "replace")
    status, rule = answered(payload)
    assert status in {200, 400, 404, 422}
    assert rule in OPERATION.examples


# What a header holds by the time the emulator sees it: bytes, read as latin-1, on one line.
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
def test_any_header_gets_an_answer_of_the_contract(name: str, value: str) -> None:
    status, rule = answered(b'{"message":"m","locationId":"l"}', HEADERS | {name: value})
    assert status < 600
    assert rule in OPERATION.examples


@given(texts, texts)
def test_any_path_and_query_gets_an_answer(path: str, query: str) -> None:
    answer = mock.handle(Request("POST", f"/{path}", query, HEADERS, b"{}"))
    assert answer.rule in {"route-unknown", *OPERATION.examples}


@given(values, st.sampled_from([{}, {"ensure_ascii": False}, {"indent": 2}]))
def test_what_is_json_is_read_as_json_reads_it(value: object, how: dict[str, Any]) -> None:
    text = json.dumps(value, **how)
    assert read(text.encode()) == json.loads(text) == value


@given(st.binary(max_size=200) | texts.map(str.encode) | values.map(json.dumps).map(str.encode))
def test_what_is_read_strictly_is_json_for_everybody(body: bytes) -> None:
    try:
        value = read(body)
    except APIError as refusal:
        hint = refusal.hint
        assert hint.startswith("The body ")
    else:
        assert value == json.loads(body)
        # And it can be written again, without NaN, infinities or half characters.
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()


@given(st.dictionaries(texts, values, min_size=1, max_size=4), st.data())
def test_a_property_that_comes_twice_is_refused(
    value: dict[str, object], data: st.DataObject
) -> None:
    twice = data.draw(st.sampled_from(sorted(value)))
    text = json.dumps(value)
    again = f"{text[:-1]}, {json.dumps(twice)}: null}}"
    assume(json.loads(again))
    assert answered(again.encode()) == (400, "body-malformed")


RULES = BodyValidator(SCHEMA)
LENIENT = BodyValidator(SCHEMA, refuse_unknown=False)
VALID = Draft202012Validator(SCHEMA)
REQUIRED = {"message", "locationId", "type", "imageUrl"}


@given(bodies | values | st.dictionaries(names, values, max_size=5))
def test_there_are_violations_exactly_where_the_schema_says_so(body: object) -> None:
    assert (not RULES.errors(body)) == VALID.is_valid(body)


@given(bodies | st.dictionaries(names, values, max_size=5))
def test_leniently_only_unknown_properties_pass(body: object) -> None:
    strict, lenient = RULES.errors(body), LENIENT.errors(body)
    assert set(lenient) == {
        each for each in strict if not each.message.endswith("should not exist")
    }


@given(bodies | values | st.dictionaries(names, values, max_size=5))
def test_the_pointer_of_a_violation_leads_to_what_is_wrong(body: object) -> None:
    for violation in RULES.errors(body):
        inner: Any = body
        for part in violation.pointer.split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            if name in REQUIRED and isinstance(inner, dict) and name not in inner:
                break  # What is missing is where it should be.
            inner = inner[int(name)] if isinstance(inner, list) else inner[name]
        assert 0 < len(violation.message) < 1_000


@given(bodies)
def test_what_is_told_fits_into_a_header(body: object) -> None:
    answer = mock.handle(Request("POST", PATH, "", HEADERS, json.dumps(body).encode()))
    for name, value in answer.headers.items():
        assert value.isascii(), name
        assert value.isprintable(), name
        assert len(value) < 1_100, name
