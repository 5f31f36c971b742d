from types import MappingProxyType

import pytest

from leadway_mock.agents.builtin import remarks
from leadway_mock.agents.registry import InputVariable
from leadway_mock.documents.schema_errors import json_type
from leadway_mock.util.json_text import plain_text

DECLARED = (InputVariable("customerName", required=True), InputVariable("age", type="number"))


def test_matching_variables_get_no_remark() -> None:
    assert list(remarks(DECLARED, {"customerName": "Ada", "age": 36})) == []


def test_a_missing_variable_gets_a_remark_with_its_type() -> None:
    assert list(remarks(DECLARED, {})) == [
        "Not sent: customerName (required string).",
        "Not sent: age (optional number).",
    ]


def test_a_variable_of_another_type_gets_a_remark() -> None:
    assert list(remarks(DECLARED, {"customerName": "Ada", "age": "36"})) == [
        "age is declared as number but was sent as string."
    ]


def test_an_undeclared_variable_gets_a_remark_with_a_similar_name() -> None:
    sent = {"customerName": "Ada", "age": 36, "customername": "Ada", "zzz": 1}

    assert list(remarks(DECLARED, sent)) == [
        "Sent but not declared, so this agent ignores it: customername. Did you mean customerName?",
        "Sent but not declared, so this agent ignores it: zzz.",
    ]


def test_thousands_of_undeclared_variables_are_counted_and_not_listed() -> None:
    said = list(remarks((), {f"x{number}": 1 for number in range(5_000)}))

    assert len(said) == 6
    assert said[-1] == "And 4995 more that are not declared."


def test_as_many_as_are_listed_are_not_counted() -> None:
    assert len(list(remarks((), dict.fromkeys("abcde", 1)))) == 5


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (True, "boolean"),
        (1, "number"),
        (1.5, "number"),
        ("1", "string"),
        (None, "null"),
        ({}, "object"),
        ([], "array"),
    ],
)
def test_the_type_of_a_json_value(value: object, name: str) -> None:
    assert json_type(value) == name


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as it is: é", "as it is: é"),
        (True, "true"),
        (None, "null"),
        ({"é": [1]}, '{"é": [1]}'),
        (MappingProxyType({"a": (1, MappingProxyType({}))}), '{"a": [1, {}]}'),
    ],
)
def test_values_are_written_to_be_read(value: object, text: str) -> None:
    assert plain_text(value) == text
