import json
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator

from leadway_mock.agents.file.loader import schema_text
from leadway_mock.agents.registry import STATUSES
from tests.mock.documents.explained import EXPLAINED


def schemas(node: object) -> Iterator[Mapping[str, Any]]:
    """Yield every mapping of the schema that describes a property."""
    if isinstance(node, dict):
        for name, child in node.items():
            if name in {"properties", "$defs"}:
                yield from child.values()
            yield from schemas(child)


def test_the_schema_is_valid_and_describes_every_property() -> None:
    schema = json.loads(schema_text())

    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == "urn:leadway:agents-file:1"
    for described in schemas(schema):
        assert described["title"]
        assert described["description"].endswith(".")


def test_the_defaults_and_examples_of_the_schema_are_valid() -> None:
    schema = json.loads(schema_text())
    for described in schemas(schema):
        validator = Draft202012Validator({**described, "$defs": schema["$defs"]})
        defaults = [described["default"]] if "default" in described else []
        for value in [*described.get("examples", []), *defaults]:
            validator.validate(value)


def test_every_keyword_of_the_schema_has_a_message() -> None:
    plain = {"title", "description", "properties", "items", "default", "examples", "$ref"}
    for described in schemas(json.loads(schema_text())):
        assert set(described) - plain <= EXPLAINED


def test_the_statuses_of_the_schema_are_those_of_agents() -> None:
    schema = json.loads(schema_text())

    assert tuple(schema["$defs"]["agent"]["properties"]["status"]["enum"]) == STATUSES
