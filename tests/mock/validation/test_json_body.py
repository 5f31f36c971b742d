from __future__ import annotations

import pytest

from leadway_mock.http.messages import APIError, Request
from leadway_mock.validation.request_body import MAX_DEPTH, read_json

JSON = {"content-type": "application/json"}


def read(body: bytes, headers: dict[str, str] = JSON, *, max_bytes: int = 1000) -> object:
    return read_json(Request("POST", "/", headers=headers, body=body), max_bytes)


def rejected(body: bytes, headers: dict[str, str] = JSON, *, max_bytes: int = 1000) -> APIError:
    with pytest.raises(APIError) as caught:
        read(body, headers, max_bytes=max_bytes)
    return caught.value


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": [1, 2.5, true, null, "\xc3\xb1"]}', {"a": [1, 2.5, True, None, "ñ"]}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b"  [] \n", []),
        (b'"\\ud83c\\udf88"', "🎈"),
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None),
    ],
)
def test_json_is_read(body: bytes, value: object) -> None:
    found = read(body)
    assert value is None or found == value


@pytest.mark.parametrize(
    ("body", "reported"),
    [
        (b"", "The body is empty"),
        (b" \n", "The body is empty"),
        (b"{", "is not JSON: Expecting property name enclosed in double quotes at line 1, column"),
        (b"{'a': 1}", "is not JSON"),
        (b'{"a": 1} x', "Extra data at line 1, column 10"),
        (b'{"a": NaN}', "holds NaN"),
        (b'{"a": -Infinity}', "holds -Infinity"),
        (b'{"a": 1e999}', "holds a number beyond what a double can hold: 1e999"),
        (b"1" * 5000, "a number with too many digits"),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "has the property 'c' twice in one object"),
        (b"[" * 65 + b"]" * 65, "nests deeper than 64 levels"),
        (b"[" * 100_000, "nests deeper than 64 levels"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "nests deeper than 64 levels"),
        (b'{"a": "\xff"}', "is not UTF-8: byte 7 does not fit"),
        (b'{"a": ["\\ud800"]}', "half of a surrogate pair"),
        (b'{"\\udfff": 1}', "half of a surrogate pair"),
        ('{"a": "ñ"}'.encode("utf-16"), "is not UTF-8"),
    ],
)
def test_invalid_json_is_rejected_with_the_reason(body: bytes, reported: str) -> None:
    error = rejected(body, max_bytes=200_000)
    assert error.rule == "body-malformed"
    assert reported in error.hint


def test_a_body_is_read_up_to_the_limit_and_not_beyond() -> None:
    assert read(b"[12345]", max_bytes=7) == [12345]
    error = rejected(b"[123456]", max_bytes=7)
    assert error.rule == "body-too-large"
    # Of the rest nothing is known: a server reads one byte beyond the limit, and no further.
    assert error.hint == "The body has more than 7 bytes, which is the limit of the mock."


@pytest.mark.parametrize(
    "value",
    [
        "application/json",
        "application/json; charset=utf-8",
        'Application/JSON; charset="UTF-8"',
        "application/json;charset=us-ascii",
    ],
)
def test_json_media_types_are_read(value: str) -> None:
    assert read(b"[]", {"content-type": value}) == []


@pytest.mark.parametrize(
    ("headers", "reported"),
    [
        ({}, "Content-Type is missing"),
        ({"content-type": "text/plain"}, "Content-Type is 'text/plain'"),
        ({"content-type": ""}, "Content-Type is ''"),
        ({"content-type": "application/x-www-form-urlencoded"}, "send application/json"),
        ({"content-type": "application/json; charset=latin-1"}, "The charset is 'latin-1'"),
        (JSON | {"content-encoding": "gzip"}, "Content-Encoding is 'gzip'"),
    ],
)
def test_other_media_types_are_rejected(headers: dict[str, str], reported: str) -> None:
    error = rejected(b"[]", headers)
    assert error.rule == "media-type-unsupported"
    assert reported in error.hint
