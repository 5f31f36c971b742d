"""Section "The body": which bodies are rejected, and the messages."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from tests.contract.error_assertions import assert_error, is_json, violations
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
    response = service.send(service.body(message=3, executionId=4, inputVariables="five"))
    assert violations(response) == [
        "message must be a string",
        "executionId must be a string",
        "inputVariables must be an object",
    ]


@pytest.mark.clause("violations-envelope")
def test_violations_envelope(service: Service) -> None:
    response = service.send(service.body(message=3))
    assert response.status_code == 422
    assert is_json(response)
    content = response.json()
    assert list(content) == ["message", "error", "statusCode", "traceId"]
    assert content["error"] == "Unprocessable Entity"
    assert content["statusCode"] == 422
    assert uuid.UUID(content["traceId"]).version == 4


@pytest.mark.clause("unknown-property-is-rejected")
def test_unknown_property_is_rejected(service: Service) -> None:
    response = service.send(service.body(input="Hello"))
    assert violations(response) == ["property input should not exist"]
    nested = [{"type": "image", "imageUrl": "https://example.com/a.png", "url": "x"}]
    response = service.send(service.body(attachments=nested))
    assert violations(response) == ["attachments.0.property url should not exist"]


@pytest.mark.clause("unknown-property-can-be-ignored")
def test_unknown_property_can_be_ignored(adjusted: Callable[..., Service]) -> None:
    service = adjusted(unknown_properties="ignore")
    assert service.send(service.body(input="Hello")).status_code == 200


@pytest.mark.clause("unknown-query-is-rejected")
def test_unknown_query_is_rejected(service: Service) -> None:
    response = service.send(params={"source": "api", "locationId": "x"})
    assert violations(response) == ["property locationId should not exist"]


@pytest.mark.clause("unknown-query-is-a-setting")
def test_unknown_query_is_a_setting(adjusted: Callable[..., Service]) -> None:
    message = "property locationId should not exist"
    for setting, status in (("400", 400), ("ignore", 200)):
        response = adjusted(unknown_query=setting).send(params={"locationId": "x"})
        assert response.status_code == status
        assert status == 200 or response.json() == {"statusCode": 400, "message": message}


@pytest.mark.clause("hint-suggests-the-property")
def test_hint_suggests_the_property(service: Service) -> None:
    response = service.send(service.body(message=None, input="Hello"))
    assert "property input should not exist" in violations(response)
    assert "unknown property 'input'; did you mean 'message'?" in response.headers["X-Mock-Hint"]
    attachments = [{"type": "image", "url": "https://example.com/image.png"}]
    response = service.send(service.body(attachments=attachments))
    assert "unknown property 'url'; did you mean 'imageUrl'?" in response.headers["X-Mock-Hint"]


@pytest.mark.clause("body-must-be-an-object")
@pytest.mark.parametrize("content", ["[]", '"Hello"', "3", "null", "true"])
def test_body_must_be_an_object(service: Service, content: str) -> None:
    assert violations(service.send(content=content))


@pytest.mark.clause("body-must-be-json")
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
def test_body_must_be_json(service: Service, content: bytes) -> None:
    response = service.send(content=content)
    assert_error(response, 400, "The request body is not valid JSON.")


@pytest.mark.clause("media-type-must-be-json")
@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": None},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
    ],
    ids=lambda headers: str(*headers.values()),
)
def test_media_type_must_be_json(service: Service, headers: dict[str, str | None]) -> None:
    response = service.send(content=b'{"message": "Hello"}', headers=headers)
    assert_error(response, 415, "Send the body as application/json, in UTF-8.")


@pytest.mark.clause("body-must-be-plain-utf-8")
@pytest.mark.parametrize(
    "headers",
    [{"Content-Type": "application/json; charset=utf-16"}, {"Content-Encoding": "gzip"}],
    ids=lambda headers: str(*headers.values()),
)
def test_body_must_be_plain_utf_8(service: Service, headers: dict[str, str | None]) -> None:
    plain = service.send(headers={"Content-Type": "application/json; charset=UTF-8"})
    assert plain.status_code == 200
    response = service.send(content=b'{"message": "Hello"}', headers=headers)
    assert_error(response, 415, "Send the body as application/json, in UTF-8.")


@pytest.mark.clause("body-size-is-limited")
@pytest.mark.parametrize("size", [MEBIBYTE + 1, 3 * MEBIBYTE])
def test_body_size_is_limited(service: Service, size: int) -> None:
    response = service.send(content=b'{"message": "' + b"x" * size + b'"}')
    assert response.status_code == 413
    assert is_json(response)
    assert list(response.json()) == ["statusCode", "message"]
    assert response.json()["message"].startswith("The request body is too large")
