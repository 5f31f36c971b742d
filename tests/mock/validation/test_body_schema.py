from __future__ import annotations

from typing import Any

import pytest

from leadway_mock.contract.model import Contract
from leadway_mock.http.messages import ErrorKind
from leadway_mock.validation.request_body import MAX_ERRORS, BodyValidator


@pytest.fixture(scope="session")
def rules(contract: Contract) -> BodyValidator:
    schema = contract.operations[0].body_schema
    assert schema is not None
    return BodyValidator(schema)


VALID: dict[str, Any] = {"message": "hi", "locationId": "L"}


@pytest.mark.parametrize(
    "extra",
    [
        {},
        {"executionId": "", "versionId": "", "contactId": ""},
        {"inputVariables": {}, "attachments": []},
        {"inputVariables": {"a": {"b": [1, None]}}},
        {"attachments": [{"type": "image", "imageUrl": "https://example.com/a.png"}]},
    ],
)
def test_requests_of_real_clients_are_valid(rules: BodyValidator, extra: dict[str, Any]) -> None:
    assert rules.errors(VALID | extra) == ()


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        ({"locationId": "L"}, ["message must be a string", "message should not be empty"]),
        (VALID | {"message": ""}, ["message should not be empty"]),
        (VALID | {"message": 5}, ["message must be a string"]),
        (VALID | {"message": None}, ["message must be a string", "message should not be empty"]),
        (VALID | {"executionId": None}, ["executionId must be a string"]),
        (VALID | {"inputVariables": []}, ["inputVariables must be an object"]),
        (VALID | {"attachments": {}}, ["attachments must be an array"]),
        (VALID | {"attachments": ["x"]}, ["attachments.0 must be an object"]),
        (
            VALID | {"attachments": [{"type": "image", "url": "u"}]},
            [
                "attachments.0.property url should not exist",
                "attachments.0.imageUrl must be a string",
            ],
        ),
        (VALID | {"input": "hi"}, ["property input should not exist"]),
        ([], ["body must be an object"]),
        (
            {"input": 1, "text": 2, "message": 3, "locationId": 4, "attachments": 5},
            [
                "property input should not exist",
                "property text should not exist",
                "message must be a string",
                "locationId must be a string",
                "attachments must be an array",
            ],
        ),
    ],
)
def test_all_violations_have_the_wording_of_the_platform(
    rules: BodyValidator, body: object, messages: list[str]
) -> None:
    assert [violation.message for violation in rules.errors(body)] == messages


def test_each_violation_points_to_its_place(rules: BodyValidator) -> None:
    body = VALID | {"attachments": [{"type": "image", "imageUrl": "u"}, {"type": 1, "a/b~c": 2}]}
    assert [violation.pointer for violation in rules.errors(body)] == [
        "/attachments/1/a~1b~0c",
        "/attachments/1/imageUrl",
        "/attachments/1/type",
    ]


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("input", "message"),
        ("Prompt", "message"),
        ("execution_id", "executionId"),
        ("sessionId", "executionId"),
        ("mesage", "message"),
        ("location-id", "locationId"),
        ("variables", "inputVariables"),
    ],
)
def test_a_known_mistake_gets_a_suggestion(rules: BodyValidator, sent: str, meant: str) -> None:
    (violation,) = rules.errors(VALID | {sent: "x"})
    assert violation.hint == f"unknown property '{sent}'; did you mean '{meant}'?"
    assert violation.kind is ErrorKind.MISNAMED_PROPERTY


def test_the_url_of_an_attachment_gets_a_suggestion(rules: BodyValidator) -> None:
    body = VALID | {"attachments": [{"type": "image", "url": "u", "imageUrl": "u"}]}
    (violation,) = rules.errors(body)
    assert violation.hint == "unknown property 'url'; did you mean 'imageUrl'?"


def test_an_unknown_name_gets_the_list_of_valid_names(rules: BodyValidator) -> None:
    (violation,) = rules.errors(VALID | {"zzz": 1})
    assert violation.hint.startswith("unknown property 'zzz'; known are message, locationId,")
    assert violation.kind is ErrorKind.UNKNOWN_PROPERTY


def test_long_names_are_cut(rules: BodyValidator) -> None:
    (violation,) = rules.errors(VALID | {"x" * 5000: 1})
    assert len(violation.message) < 300
    assert len(violation.hint) < 500


def test_unknown_properties_are_distinct_from_other_errors(rules: BodyValidator) -> None:
    errors = rules.errors({"input": "x", "locationId": "L", "zzz": 1})
    assert [(each.message, each.is_unknown) for each in errors] == [
        ("property input should not exist", True),
        ("property zzz should not exist", True),
        ("message must be a string", False),
        ("message should not be empty", False),
    ]


def test_many_unknown_properties_hide_no_other_error(rules: BodyValidator) -> None:
    errors = rules.errors({f"x{number}": 1 for number in range(5_000)} | {"message": 3})
    assert [each.is_unknown for each in errors].count(True) == MAX_ERRORS
    assert "message must be a string" in {each.message for each in errors}


def test_a_keyword_without_wording_of_the_platform_has_a_message() -> None:
    rules = BodyValidator(
        {"type": "object", "properties": {"a": {"type": "integer", "multipleOf": 3}}}
    )
    (violation,) = rules.errors({"a": 1})
    assert (violation.message, violation.hint) == (
        "a is not valid",
        "1 is not a multiple of 3",
    )


@pytest.mark.parametrize(
    ("type_", "words"),
    [
        ("string", "a string"),
        ("array", "an array"),
        ("object", "an object"),
        ("boolean", "a boolean value"),
        ("number", "a number conforming to the specified constraints"),
        ("integer", "an integer number"),
    ],
)
def test_each_type_has_the_words_of_the_platform(type_: str, words: str) -> None:
    validator = BodyValidator({"properties": {"value": {"type": type_}}})
    (error,) = validator.errors({"value": None})
    assert error.message == f"value must be {words}"
