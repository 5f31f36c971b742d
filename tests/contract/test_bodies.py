"""Section "The body": what is refused, and in which words."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from tests.contract.refusals import assert_refused, is_json, violations
from tests.contract.service import Service

MEBIBYTE = 1_048_576


@pytest.mark.clause("violation-wording")
@pytest.mark.parametrize(
    ("fields", "messages"),
    [
        ({"message": None}, ["message must be a string", "message should not be empty"]),
        ({"message": ""}, ["message should not be empty"]),
        ({"message": 3}, ["message must be a string"]),
        ({"locationId": 3}, ["locationId must be a string"]),
        ({"executionId": 3}, ["executionId must be a string"]),
        ({"versionId": ["v"]}, ["versionId must be a string"]),
        ({"contactId": True}, ["contactId must be a string"]),
        ({"inputVariables": []}, ["inputVariables must be an object"]),
        ({"attachments": {}}, ["attachments must be an array"]),
        ({"attachments": ["url"]}, ["attachments.0 must be an object"]),
        (
            {"attachments": [{"type": "image", "imageUrl": "https://example.com/a.png"}, {}]},
            ["attachments.1.type must be a string", "attachments.1.imageUrl must be a string"],
        ),
    ],
)
def test_violation_wording(
    service: Service, fields: dict[str, object], messages: list[str]
) -> None:
    assert violations(service.send(service.body(**fields))) == messages


@pytest.mark.clause("violations-all-at-once")
def test_violations_all_at_once(service: Service) -> None:
    answer = service.send(service.body(message=3, executionId=4, inputVariables="five"))
    assert violations(answer) == [
        "message must be a string",
        "executionId must be a string",
        "inputVariables must be an object",
    ]


@pytest.mark.clause("violations-envelope")
def test_violations_envelope(service: Service) -> None:
    answer = service.send(service.body(message=3))
    assert answer.status_code == 422
    assert is_json(answer)
    content = answer.json()
    assert list(content) == ["message", "error", "statusCode", "traceId"]
    assert content["error"] == "Unprocessable Entity"
    assert content["statusCode"] == 422
    assert uuid.UUID(content["traceId"]).version == 4


@pytest.mark.clause("unknown-property-is-refused")
def test_unknown_property_is_refused(service: Service) -> None:
    answer = service.send(service.body(input="Hello"))
    assert violations(answer) == ["property input should not exist"]
    nested = [{"type": "image", "imageUrl": "https://example.com/a.png", "url": "x"}]
    answer = service.send(service.body(attachments=nested))
    assert violations(answer) == ["attachments.0.property url should not exist"]


@pytest.mark.clause("unknown-property-may-be-ignored")
def test_unknown_property_may_be_ignored(adjusted: Callable[..., Service]) -> None:
    service = adjusted(unknown_properties="ignore")
    assert service.send(service.body(input="Hello")).status_code == 200


@pytest.mark.clause("hint-names-what-was-meant")
def test_hint_names_what_was_meant(service: Service) -> None:
    answer = service.send(service.body(message=None, input="Hello"))
    assert "property input should not exist" in violations(answer)
    assert "'input' was sent; 'message' is meant." in answer.headers["X-Mock-Hint"]
    attachments = [{"type": "image", "url": "https://example.com/image.png"}]
    answer = service.send(service.body(attachments=attachments))
    assert "'url' was sent; 'imageUrl' is meant." in answer.headers["X-Mock-Hint"]


@pytest.mark.clause("body-has-to-be-an-object")
@pytest.mark.parametrize("content", ["[]", '"Hello"', "3", "null", "true"])
def test_body_has_to_be_an_object(service: Service, content: str) -> None:
    assert violations(service.send(content=content))


@pytest.mark.clause("body-has-to-be-json")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   ",
        b"Hello",
        b'{"message": "Hello",}',
        b'{"message": "Hello"} and more',
        b'{"message": "Hello", "message": "Hello twice"}',
        b'{"message": NaN}',
        b'{"message": 1e999}',
        b'{"message": "\xff"}',
        b'{"message": "\\ud800"}',
        b"[" * 100_000,
        b'{"a":' * 500 + b"1" + b"}" * 500,
    ],
    ids=lambda content: repr(content[:40]),
)
def test_body_has_to_be_json(service: Service, content: bytes) -> None:
    answer = service.send(content=content)
    assert_refused(answer, 400, "The request body is not valid JSON.")


@pytest.mark.clause("media-type-has-to-be-json")
@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": None},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
    ],
    ids=lambda headers: str(*headers.values()),
)
def test_media_type_has_to_be_json(service: Service, headers: dict[str, str | None]) -> None:
    answer = service.send(content=b'{"message": "Hello"}', headers=headers)
    assert_refused(answer, 415, "Send the body as application/json, in UTF-8.")


@pytest.mark.clause("body-has-to-be-plain-utf-8")
@pytest.mark.parametrize(
    "headers",
    [{"Content-Type": "application/json; charset=utf-16"}, {"Content-Encoding": "gzip"}],
    ids=lambda headers: str(*headers.values()),
)
def test_body_has_to_be_plain_utf_8(service: Service, headers: dict[str, str | None]) -> None:
    plain = service.send(headers={"Content-Type": "application/json; charset=UTF-8"})
    assert plain.status_code == 200
    answer = service.send(content=b'{"message": "Hello"}', headers=headers)
    assert_refused(answer, 415, "Send the body as application/json, in UTF-8.")


@pytest.mark.clause("body-has-to-be-bounded")
@pytest.mark.parametrize("size", [MEBIBYTE + 1, 3 * MEBIBYTE])
def test_body_has_to_be_bounded(service: Service, size: int) -> None:
    answer = service.send(content=b'{"message": "' + b"x" * size + b'"}')
    assert answer.status_code == 413
    assert is_json(answer)
    assert list(answer.json()) == ["statusCode", "message"]
    assert answer.json()["message"].startswith("The request body is too large")
