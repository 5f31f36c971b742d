"""docs/dialogues.md: examples run, tables are complete, output is as quoted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from leadway_mock.agents.replies import REPLY_FIELDS
from leadway_mock.dialogues import Dialogue, DialogueBuilder, as_dialogue, parse_dialogue
from leadway_mock.dialogues.lint import warnings_of
from leadway_mock.dialogues.loading.parser import schema_text
from tests.docs.markdown import Page
from tests.mock.client import EmulatorClient
from tests.mock.dialogues.texts import said
from tests.mock.documents.explained import EXPLAINED

PAGE = Page.read("docs/dialogues.md")
SCHEMA: dict[str, Any] = json.loads(schema_text())
LOG = """\
No turn expects message 2 of session {session}.
The session is in dialogue 'booking', after turn 1.

  +----------------------------+----------------------------+
  | turn 2 of 'booking',       | received                   |
  | booking.txt:3              |                            |
  +----------------------------+----------------------------+
  | user:                      | message: Wednesday         | <-
  | /(?P<day>monday|tuesday)/i |                            |
  +----------------------------+----------------------------+
  Send the expected message, expect the received one, or expect `*` (any message)."""


def transcript() -> Dialogue:
    return parse_dialogue(PAGE.block("text", "Goodbye!"), name="booking", file="booking.txt")


def test_the_transcript_is_played() -> None:
    assert said(transcript(), "A haircut, please", "On Monday") == [
        "Which day?",
        "Monday it is. Goodbye!",
    ]


def test_the_stub_always_replies() -> None:
    assert said(parse_dialogue(PAGE.block("text", "at_end")), "a", "b", "c") == ["OK"] * 3


def test_the_yaml_is_played() -> None:
    talk = parse_dialogue(PAGE.block("yaml"), file="b.yaml")
    fields = {"input_variables": {"tier": "gold", "name": "Ada"}, "contact_id": "c"}

    assert warnings_of(talk) == []
    assert said(talk, "haircut", "Monday", "Friday", "yes", "Thanks!", **fields) == [
        "Which day, Ada?",
        "We are closed on Mondays. Which other day?",
        "At ten?",
        "Friday at ten. Goodbye!",
        "You are welcome.",
    ]
    assert said(talk, "haircut") == ["?"]


def test_the_python_is_played() -> None:
    names: dict[str, DialogueBuilder] = {}
    exec(PAGE.block("python"), names)  # noqa: S102 - our own page

    assert said(names["booking"], "haircut", "monday", "friday", "yes") == [
        "Which day?",
        "Closed. Which other day?",
        "At ten?",
        "friday at ten.",
    ]
    assert warnings_of(as_dialogue(names["booking"])) == []


def test_the_table_of_patterns_is_true() -> None:
    table = PAGE.text.partition("|`user:`|expects|")[2].partition("\n\n")[0]
    rows = re.findall(r"^\|`([^`]+)`", table, re.MULTILINE)
    messages = ["A HAIRCUT", "Yes", "my name is Ada", "anything", "2 * 3"]

    assert len(rows) == len(messages)
    for row, message in zip(rows, messages, strict=True):
        assert said(parse_dialogue(f"user: {row}\nagent: ok"), message) == ["ok"]


def test_the_log_shows_the_closest_turn(
    client: EmulatorClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "65")
    client.emulator.dialogues.put("", transcript())
    session = client.begin(message="haircut")
    client.say("Wednesday", executionId=session)

    assert LOG.format(session=session) in caplog.messages


def test_the_page_links_the_schema_that_its_example_names() -> None:
    (link,) = [each for each in PAGE.links if each.endswith(".json")]
    assert json.loads((PAGE.path.parent / link).read_text("utf-8")) == SCHEMA
    assert PAGE.block("yaml").startswith(
        f"# yaml-language-server: $schema={link.rpartition('/')[2]}\n"
    )


def test_the_page_names_every_property_of_the_schema() -> None:
    for name in ("dialogue", "turn"):
        for each in SCHEMA["$defs"][name]["properties"]:
            assert f"`{each}`" in PAGE.text
    for each in SCHEMA["$defs"]["turn"]["properties"]["when"]["properties"]:
        assert f"`{each}: " in PAGE.text


def described(node: object) -> Iterator[dict[str, Any]]:
    """Yield everything in the schema that describes a property."""
    if isinstance(node, dict):
        for name, child in node.items():
            if name in {"properties", "$defs"}:
                yield from child.values()
            yield from described(child)


def test_the_schema_is_one_and_explains_each_of_its_properties() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for each in described(SCHEMA):
        assert each["title"]
        assert each["description"].endswith(".")
        validator = Draft202012Validator({**each, "$defs": SCHEMA["$defs"]})
        for value in [*each.get("examples", []), *([each["default"]] if "default" in each else [])]:
            validator.validate(value)


def test_every_keyword_of_the_schema_has_a_message() -> None:
    plain = {"title", "description", "properties", "items", "default", "examples", "$ref"}
    plain |= {"if", "then", "else"}
    for each in described(SCHEMA):
        assert set(each) - plain <= EXPLAINED


def test_a_reply_may_set_every_field_but_the_ids(client: EmulatorClient) -> None:
    operations = {each.id: each for each in client.emulator.contract.operations}
    fields = {
        name
        for each in ("executeAgent", "executeManagedAgent")
        for name in operations[each].response_schemas[200]["properties"]
    }
    schema = SCHEMA["$defs"]["turn"]["properties"]["agent"]["properties"]

    other_names = {"executionId", "interactionId", "sessionId", "agentId", "finalText"}
    assert set(schema) == fields - other_names
    assert set(REPLY_FIELDS) == set(schema) - {"response"}


def test_the_file_of_the_schema_is_shipped() -> None:
    folder = Path(parse_dialogue.__code__.co_filename).parent
    assert (folder / "dialogues.schema.json").is_file()
