"""Seeded differences are found and named; harmless changes are not called breaking."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leadway_mock.recording.spec_comparison import Kind, compare, digest, words
from leadway_mock.recording.spec_files import read_operations
from leadway_mock.recording.triage import Triage

SPECS = Path(__file__).with_name("specs")
EXECUTE = "POST /agent-studio/agent/{agentId}/execute"
LIST = "GET /agent-studio/agent"
PUBLISH = "POST /agent-studio/agent/versions/{versionId}/publish"

Change = Callable[[Any], object]
"""Function that changes operations in place."""


@pytest.fixture(scope="module")
def vendor() -> Any:
    return read_operations(SPECS / "agent-studio.json")


def body(operations: Any, operation: str = EXECUTE) -> Any:
    return operations[operation]["requestBody"]["content"]["application/json"]["schema"]


def reply(operations: Any, operation: str = EXECUTE) -> Any:
    return operations[operation]["responses"]["200"]["content"]["application/json"]["schema"]


def parameter(operations: Any, name: str, operation: str = EXECUTE) -> Any:
    return next(each for each in operations[operation]["parameters"] if each["name"] == name)


def remove(items: list[Any], item: object) -> None:
    items.remove(item)


BREAKING: dict[str, tuple[Change, str]] = {
    "a missing operation": (lambda x: x.pop(PUBLISH), ""),
    "a new required property": (
        lambda x: body(x)["required"].append("contactId"),
        "/requestBody/content/application~1json/schema/properties/contactId/required",
    ),
    "a property that is not taken": (
        lambda x: body(x)["properties"].pop("versionId"),
        "/requestBody/content/application~1json/schema/properties/versionId",
    ),
    "another type in a request": (
        lambda x: body(x)["properties"]["message"].update(type="object"),
        "/requestBody/content/application~1json/schema/properties/message/type",
    ),
    "a shorter text": (
        lambda x: body(x)["properties"]["message"].update(maxLength=100),
        "/requestBody/content/application~1json/schema/properties/message/maxLength",
    ),
    "a shorter text in allOf": (
        lambda x: body(x)["properties"]["message"].update(allOf=[{"maxLength": 100}]),
        "/requestBody/content/application~1json/schema/properties/message/maxLength",
    ),
    "a pattern": (
        lambda x: body(x)["properties"]["message"].update(pattern="^a"),
        "/requestBody/content/application~1json/schema/properties/message/pattern",
    ),
    "values in a request": (
        lambda x: body(x)["properties"]["contactId"].update(enum=["a"]),
        "/requestBody/content/application~1json/schema/properties/contactId/enum",
    ),
    "no other properties": (
        lambda x: body(x).update(additionalProperties=False),
        "/requestBody/content/application~1json/schema/additionalProperties",
    ),
    "an item's type": (
        lambda x: body(x)["properties"]["attachments"]["items"].update(type="string"),
        "/requestBody/content/application~1json/schema/properties/attachments/items/type",
    ),
    "a required parameter": (
        lambda x: parameter(x, "source").update(required=True),
        "/parameters/query source/required",
    ),
    "a new required parameter": (
        lambda x: x[LIST]["parameters"].append(
            {"in": "query", "name": "tenant", "required": True, "schema": {"type": "string"}}
        ),
        "/parameters/query tenant",
    ),
    "a parameter that is gone": (
        lambda x: remove(x[LIST]["parameters"], parameter(x, "isPublished", LIST)),
        "/parameters/query isPublished",
    ),
    "another version": (
        lambda x: parameter(x, "Version")["schema"].update(enum=["v3"]),
        "/parameters/header version/schema/enum",
    ),
    "another default": (
        lambda x: parameter(x, "limit", LIST)["schema"].update(default="50"),
        "/parameters/query limit/schema/default",
    ),
    "another media type": (
        lambda x: x[EXECUTE]["requestBody"].update(
            content={"text/plain": {"schema": {"type": "string"}}}
        ),
        "/requestBody/content/application~1json",
    ),
    "a scope": (
        lambda x: x[EXECUTE].update(security=[{"Location-Access": ["agent-studio.admin"]}]),
        "/security",
    ),
    "an optional property of a response": (
        lambda x: reply(x)["required"].remove("executionId"),
        "/responses/200/content/application~1json/schema/properties/executionId/required",
    ),
    "a property that a response lost": (
        lambda x: reply(x)["properties"].pop("response"),
        "/responses/200/content/application~1json/schema/properties/response",
    ),
    "null in a response": (
        lambda x: reply(x)["properties"]["response"].update(nullable=True),
        "/responses/200/content/application~1json/schema/properties/response/type",
    ),
    "another type in a response": (
        lambda x: reply(x)["properties"]["goalCompletion"].update(type="string"),
        "/responses/200/content/application~1json/schema/properties/goalCompletion/type",
    ),
    "a response without a body": (
        lambda x: x[EXECUTE]["responses"]["200"].pop("content"),
        "/responses/200/content",
    ),
    "a new status": (
        lambda x: x[EXECUTE]["responses"].update({"202": {"description": "Later"}}),
        "/responses/202",
    ),
}

HARMLESS: dict[str, Change] = {
    "the order of everything": lambda x: [
        x.update({name: dict(reversed(x.pop(name).items()))}) for name in list(x)
    ],
    "the order of required": lambda x: reply(x)["required"].reverse(),
    "a new operation": lambda x: x.update({"GET /agent-studio/new": {"responses": {}}}),
    "a new optional property of a request": lambda x: body(x)["properties"].update(
        new={"type": "string"}
    ),
    "an optional property that was required": lambda x: body(x)["required"].remove("message"),
    "a new optional parameter": lambda x: x[LIST]["parameters"].append(
        {"in": "query", "name": "q", "schema": {"type": "string"}}
    ),
    "an optional parameter that was required": lambda x: parameter(x, "offset", LIST).update(
        required=False
    ),
    "a new property of a response": lambda x: reply(x)["properties"].update(new={"type": "string"}),
    "a required property of a response": lambda x: reply(x).update(
        required=[*reply(x)["required"], "new"]
    ),
    "fewer values in a response": lambda x: reply(x)["properties"]["type"].update(enum=["text"]),
    "more types in a request": lambda x: body(x)["properties"]["message"].update(
        type=["string", "null"]
    ),
    "null in a request": lambda x: body(x)["properties"]["contactId"].update(nullable=True),
    "a status that is gone": lambda x: x[EXECUTE]["responses"].pop("500"),
    "a new header": lambda x: x[EXECUTE]["responses"]["200"].update(
        headers={"X-New": {"schema": {"type": "string"}}}
    ),
    "another media type besides": lambda x: x[EXECUTE]["requestBody"]["content"].update(
        {"text/plain": {"schema": {"type": "string"}}}
    ),
    "another description": lambda x: x[EXECUTE].update(description="Runs the agent."),
    "another example": lambda x: body(x)["properties"]["message"].update(example="Hi"),
    "another operationId": lambda x: x[EXECUTE].update(operationId="runAgent"),
    "the name of a path parameter": lambda x: [
        parameter(x, "agentId").update(name="id"),
        x.update({EXECUTE.replace("agentId", "id"): x.pop(EXECUTE)}),
    ],
    "an extension": lambda x: x[EXECUTE].update({"x-internal": True}),
    "allOf of one": lambda x: x[EXECUTE]["requestBody"]["content"]["application/json"].update(
        schema={"allOf": [body(x)]}
    ),
    "const for one value": lambda x: [
        parameter(x, "Version")["schema"].update(const="2021-04-15"),
        parameter(x, "Version")["schema"].pop("enum"),
    ],
    "deprecated": lambda x: x[EXECUTE].update(deprecated=True),
    "no scope": lambda x: x[EXECUTE].update(security=[]),
}


def changed(vendor: Any, change: Change) -> Any:
    other = copy.deepcopy(vendor)
    change(other)
    assert other != vendor or list(map(repr, other.values())) != list(map(repr, vendor.values()))
    return other


@pytest.mark.parametrize("name", BREAKING)
def test_a_breaking_difference_is_found_and_named(vendor: Any, name: str) -> None:
    change, pointer = BREAKING[name]
    found = compare(vendor, changed(vendor, change))
    breaking = [each for each in found if each.kind is Kind.BREAKING]
    assert [each.pointer for each in breaking] == [pointer]
    assert breaking[0].operation in {EXECUTE, LIST, PUBLISH}


@pytest.mark.parametrize("name", HARMLESS)
def test_a_harmless_difference_is_not_called_breaking(vendor: Any, name: str) -> None:
    found = compare(vendor, changed(vendor, HARMLESS[name]))
    assert [each for each in found if each.kind is Kind.BREAKING] == []


@pytest.mark.parametrize("name", BREAKING)
def test_the_way_back_is_not_silent(vendor: Any, name: str) -> None:
    """What is narrower in one direction is wider in the other."""
    change, pointer = BREAKING[name]
    found = compare(changed(vendor, change), vendor)
    assert [each for each in found if each.pointer.startswith(pointer)]


def test_a_document_equals_itself(vendor: Any) -> None:
    assert compare(vendor, vendor) == []


def test_both_values_are_shown(vendor: Any) -> None:
    change, _ = BREAKING["another version"]
    (found,) = compare(vendor, changed(vendor, change))
    assert (found.ours, found.theirs) == ('["2021-04-15"]', '["v3"]')


def test_only_the_version_differs_between_the_vendors_generations(vendor: Any) -> None:
    found = compare(vendor, read_operations(SPECS / "agent-studio-v3.json"))
    assert {each.pointer for each in found} == {"/parameters/header version/schema/enum"}
    assert len(found) == len(vendor)


@pytest.mark.parametrize(
    ("ours", "theirs", "kinds"),
    [
        ({"exclusiveMinimum": True, "minimum": 1}, {"exclusiveMinimum": 1}, []),
        ({"minimum": 1}, {"minimum": 2}, [Kind.BREAKING]),
        ({"maximum": 1}, {"maximum": 2}, [Kind.ADDITIVE]),
        ({"maxItems": 3}, {}, [Kind.ADDITIVE]),
        ({"type": "integer"}, {"type": "number"}, [Kind.ADDITIVE]),
        ({"oneOf": [{"type": "string", "title": "a"}]}, {"oneOf": [{"type": "string"}]}, []),
        ({"oneOf": [{"type": "string"}]}, {"oneOf": [{"type": "null"}]}, [Kind.BREAKING]),
        ({"anyOf": []}, {}, [Kind.ADDITIVE]),
        ({"additionalProperties": {"type": "string"}}, {}, [Kind.ADDITIVE]),
        ({}, {"additionalProperties": {"type": "string"}}, [Kind.BREAKING]),
        ({"additionalProperties": False}, {}, [Kind.ADDITIVE]),
        (
            {"additionalProperties": {"type": "string"}},
            {"additionalProperties": {"type": "object"}},
            [Kind.BREAKING],
        ),
        (
            {"properties": {"title": {"oneOf": [{"properties": {"title": {"type": "null"}}}]}}},
            {"properties": {"title": {"oneOf": [{"properties": {}}]}}},
            [Kind.BREAKING],
        ),
        ({"nullable": True, "type": "string"}, {"type": ["string", "null"]}, []),
        ({"enum": [1], "nullable": True, "type": "integer"}, {"enum": [1, None]}, [Kind.ADDITIVE]),
    ],
)
def test_schemas_of_a_request(ours: Any, theirs: Any, kinds: list[Kind]) -> None:
    def operations(schema: Any) -> Any:
        return {"POST /a": {"requestBody": {"content": {"x": {"schema": schema}}}}}

    found = compare(operations(ours), operations(theirs))
    assert sorted((each.kind for each in found), key=lambda kind: kind.value) == kinds


def test_words_are_new_until_somebody_has_read_them(vendor: Any) -> None:
    triage = Triage()
    assert len(triage.new_words(vendor)) == sum(len(words(each)) for each in vendor.values())
    triage.read_words(vendor)
    assert triage.new_words(vendor) == []
    other = changed(vendor, HARMLESS["another description"])
    (found,) = triage.new_words(other)
    assert (found.operation, found.pointer, found.kind) == (EXECUTE, "/description", Kind.WORDS)
    assert (found.what, found.theirs) == ("has another text", '"Runs the agent."')
    triage.read_words(other)
    assert triage.new_words(vendor) == triage.new_words(other) == []
    assert digest("a") != digest("b")
