"""Valid and invalid agent ids, in every place that takes one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from leadway import InvalidRequestError, Leadway, Settings
from leadway._calls import checked_id
from leadway_mock.agents.file.loader import schema_text as agents_schema
from leadway_mock.agents.registry import AGENT_ID, is_agent_id
from leadway_mock.dialogues import DialogueError, dialogue
from leadway_mock.dialogues.loading.parser import schema_text as dialogues_schema
from leadway_mock.testing import Mock
from tests.mock.agents.file import agents_files
from tests.mock.dialogues import texts

TURNS = "turns: [{user: a, agent: b}]\n"

CALLED = ["a", "a.b", "...", "a-b_c~d", "1:2", "a%2Fb", "é", "\N{FIRE}", "a,b;c=d", "[x]", "{id}"]
"""Ids that a path can have, as they are or encoded."""

REJECTED = {
    "": "has an invalid value",
    ".": "has an invalid value — ",
    "..": "has an invalid value — ",
    "a/b": "has an invalid value — ",
    "/": "has an invalid value — ",
    "a?b": "has an invalid value — ",
    "a#b": "has an invalid value — ",
    "a b": "has an invalid value — ",
    "a\n": "has an invalid value — ",
    "a\0b": "has an invalid value — ",
    "a\x1b[2J": "has an invalid value — ",
    "\x7f": "has an invalid value — ",
    "a\x85b": "has an invalid value — ",
    "a\u2028b": "has an invalid value — ",
    "a\u200bb": "has U+200B in it, which is invisible — use no spaces, none of / ? #",
    "\u202ea": "has U+202E in it, which is invisible",
    "a\ue000": "has U+E000 in it, which is invisible",
}


def spelt(agent_id: str) -> str:
    """Write an id in YAML."""
    return json.dumps(agent_id, ensure_ascii=not agent_id.isprintable())


def by_agents_file(folder: Path, agent_id: str) -> list[str]:
    return agents_files.complaints(folder, f"agents:\n  - name: A\n    id: {spelt(agent_id)}")


def by_dialogue(_: Path, agent_id: str) -> list[str]:
    return texts.complaints(f"{TURNS}#\nagent: {spelt(agent_id)}")


def by_dialogue_of_several(_: Path, agent_id: str) -> list[str]:
    return texts.complaints(f"{TURNS}agent:\n- a\n- {spelt(agent_id)}")


def by_python(_: Path, agent_id: str) -> list[str]:
    with pytest.raises(DialogueError) as caught:
        dialogue("x", agent=["a", agent_id]).user("a").agent("b").build()
    return [str(caught.value)]


WAYS: list[tuple[Callable[[Path, str], list[str]], str]] = [
    (by_agents_file, "3:9: "),
    (by_dialogue, "3:8: "),
    (by_dialogue_of_several, "4:3: "),
    (by_python, f"{__file__}:"),
]


@pytest.mark.parametrize(("complaints", "place"), WAYS)
@pytest.mark.parametrize("agent_id", REJECTED, ids=ascii)
def test_an_invalid_agent_id_is_reported_with_its_line(
    complaints: Callable[[Path, str], list[str]], place: str, agent_id: str, tmp_path: Path
) -> None:
    (reported,) = complaints(tmp_path, agent_id)
    assert REJECTED[agent_id] in reported
    assert reported.startswith(place)
    assert "invisible" in reported
    assert ". nor .." in reported or ". or .." in reported
    assert not is_agent_id(agent_id)


@pytest.mark.parametrize("agent_id", REJECTED, ids=ascii)
def test_an_invalid_agent_id_of_a_dialogue_is_an_error(agent_id: str) -> None:
    with Mock() as mock, pytest.raises(DialogueError, match=r"invalid agent id .* — use no "):
        mock.dialogue("user: a\nagent: b\n", agent=["a", agent_id])


@pytest.mark.parametrize("agent_id", CALLED, ids=ascii)
def test_every_valid_agent_id_can_be_called_over_http(agent_id: str, tmp_path: Path) -> None:
    agents_files.loaded(tmp_path, f"agents: [{{name: A, id: {spelt(agent_id)}}}]")
    with Mock(agents_file=str(tmp_path / "agents.yaml")) as mock:
        assert said(mock, agent_id) == "Turn 1. You said: a"
    with Mock(dialogue=f"{TURNS}agent: {spelt(agent_id)}") as mock:
        assert said(mock, agent_id) == "b"


def said(mock: Mock, agent_id: str) -> str:
    with Leadway(Settings.from_env(mock.environment)) as leadway:
        return leadway.agent(agent_id).execute("a").text


def test_the_sdk_accepts_every_valid_agent_id() -> None:
    for number in range(0x20000):
        agent_id = f"a{chr(number)}"
        if is_agent_id(agent_id):
            assert checked_id(agent_id) == agent_id


@pytest.mark.parametrize("agent_id", [each for each in REJECTED if each != "a b"], ids=ascii)
def test_a_file_rejects_the_ids_that_the_sdk_rejects(agent_id: str) -> None:
    with pytest.raises(InvalidRequestError):
        checked_id(agent_id)


@pytest.mark.parametrize(
    ("text", "places"), [(agents_schema(), 1), (dialogues_schema(), 2)], ids=["agents", "dialogues"]
)
def test_the_schemas_reject_invalid_agent_ids(text: str, places: int) -> None:
    patterns = [each["pattern"] for each in _schemas(json.loads(text)) if "pattern" in each]
    assert patterns.count(AGENT_ID) == places
    validator = Draft202012Validator({"pattern": AGENT_ID})
    assert all(validator.is_valid(each) for each in CALLED)
    unseen = {each for each, reported in REJECTED.items() if "invisible" in reported}
    assert not any(validator.is_valid(each) for each in REJECTED if each not in unseen)


def _schemas(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every schema in `node`."""
    children = node if isinstance(node, list) else []
    if isinstance(node, dict):
        yield node
        children = list(node.values())
    for child in children:
        yield from _schemas(child)
