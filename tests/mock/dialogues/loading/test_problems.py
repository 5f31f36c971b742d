"""Problems of dialogues in YAML and Python: position and hint."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadway_mock.dialogues import (
    DialogueError,
    DialoguesError,
    dialogue,
    load_dialogue,
    load_dialogues,
    parse_dialogue,
)
from leadway_mock.dialogues.loading.parser import MISPLACED
from tests.mock.dialogues.texts import complaints

TURN = "turns:\n  - user: a\n    agent: b\n"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "1:1: the file must be a mapping, not empty — start it with a line `turns:`, or with"),
        ("[]", "1:1: the file is empty — start it"),
        ("turns: []", "1:8: `turns` is empty — write something"),
        ("name: x", "1:1: `turns` is missing here — add a line `turns: …`"),
        ("1", "1:1: the file must be a mapping, not a number — start it with a line `turns:`"),
        ("turns: [1]", "1:9: an entry of `turns` must be a mapping, not a number"),
        ("fallback: 1\n" + TURN, "1:11: `fallback` must be text or a mapping, not a number"),
        ("fallback: {agent: x}\n" + TURN, "1:12: `agent` is not known here"),
        ("fallback: '{{'\n" + TURN, "1:11: a `{{` without a placeholder"),
        (
            "at_end: again\n" + TURN,
            "1:9: `at_end` cannot be `again` — write `unscripted`, `repeat`",
        ),
        ("latency: {uniform: [2s, 1s]}\n" + TURN, "1:20: 2 s to 1 s is an empty range"),
        ("agent: a b\n" + TURN, "1:8: `agent` has an invalid value — The id of its agent"),
        ("agent: []\n" + TURN, "1:8: `agent` is empty"),
        ("agents: x\n" + TURN, "1:1: `agents` is not known here — did you mean `agent`?"),
        (TURN + "    delay: 1s", "4:5: `delay` is not known here — did you mean `latency`?"),
        (
            TURN + "    goalCompletion: true",
            "4:5: `goalCompletion` is not known here — it belongs to",
        ),
        (
            TURN + "    attachments: 1",
            "4:5: `attachments` is not known here — sent attachments belong",
        ),
        ("turn:\n- user: a\n  agent: b", "1:1: `turn` is not known here — did you mean `turns`?"),
        (TURN + "turn: 1", "4:1: `turn` is not known here — it belongs to the conditions"),
        (TURN + "    when: {turns: 1}", "4:12: `turns` is not known here — did you mean `turn`?"),
        (
            TURN + "    when: {variable: {x: 1}}",
            "4:12: `variable` is not known here — did you mean",
        ),
        (
            TURN + "    turns: 1",
            "4:5: `turns` is not known here — it belongs at the top of the file,",
        ),
        (TURN + "    branches: []", "4:5: `branches` is not known here — did you mean `branch`?"),
        (
            "user: a\nagent: b",
            "1:1: `user` is not known here — it begins a turn: write `- user: …`",
        ),
        (TURN + "\t", "4:1: a tab indents this line — indent with spaces instead"),
        ("turns:\n\t- user: a\n\t  agent: b", "2:1: a tab indents this line — indent with spaces"),
        ("turns:\n- user: a\n \tagent: b", "3:2: a tab indents this line — indent with spaces"),
        ("turns:\n- user: a\n  when:\n\t turn: 1", "4:1: a tab indents this line — indent with"),
        (TURN + "    turn: 1", "4:5: `turn` is not known here — it belongs to the conditions"),
        (TURN + "    at_end: repeat", "4:5: `at_end` is not known here — it belongs at the top"),
        (
            "turns: [{user: a, agent: {response: b, then: end}}]",
            "1:40: `then` is not known here — it",
        ),
        (
            "turns: [{user: a, agent: {executionId: b}}]",
            "1:27: `executionId` is not known here — leave",
        ),
        (TURN + "    latency: 5", ""),
        (
            TURN + "    latency: soon",
            "4:14: `latency` has an invalid value — A duration such as 200ms",
        ),
        (TURN + "    latency: {uniform: 1s}", "4:24: `uniform` must be a list, not text"),
        (TURN + "    fault: {status: 99}", "4:21: `status` is out of range"),
        (
            TURN + "    fault: {stat: 500}",
            "4:19: `stat` is not known here — did you mean `status`?",
        ),
        (TURN + "    label: end", "4:12: `label` has an invalid value — A name for `then`"),
        (TURN + "    then: x", "4:11: `x` is not a label of this dialogue — add `label: x` to"),
        (
            TURN + "    label: day\n    then: dya",
            "5:11: `dya` is not a label of this dialogue — did you",
        ),
        (
            TURN + "    label: x\n" + TURN[7:] + "    label: x",
            "7:12: the label `x` is already used on line 4",
        ),
        (TURN + "    branch: [{user: a, agent: b}]", "2:5: `user` is not allowed beside `branch`"),
        (TURN + "    when: {}", "4:11: `when` is empty"),
        (TURN + "    when: {turn: 0}", "4:18: `turn` has an invalid value — The number of the"),
        (TURN + "    when: {attachments: true}", "4:25: `attachments` must be a whole number or"),
        (TURN + "    when: {attachments: -1}", "4:25: `attachments` has an invalid value"),
        (TURN + "    when: {contact: /(/}", "4:21: invalid regular expression"),
        (TURN + "    when: {variables: {x: /(/}}", "4:27: invalid regular expression"),
        (TURN + "    when: {attachments: [{x: /(/}]}", "4:30: invalid regular expression"),
        (TURN + "    when: {message: x}", "4:12: `message` is not known here — known are `turn`,"),
        ("turns: [{user: {is: a}, agent: b}]", "1:17: `is` is not known here — known are `equals`"),
        ("turns: [{user: {}, agent: b}]", "1:16: `user` is empty"),
        ("turns: [{user: a, agent: {}}]", "1:26: `response` is missing here"),
        ("turns: [{user: a, agent: {response: '{{'}}]", "1:37: a `{{` without a"),
        (
            "turns: [{user: a, agent: {response: b, attachments: [{c: ['{{']}]}}]",
            "1:53: a `{{` without a",
        ),
        ("- user: a\n- agent: b\n  user: c", "1:3: this turn has no reply"),
        ("- user: a\n  then: end\n- agent: b\n  then: end", "4:3: `then` occurs twice in one turn"),
        ("- branch:\n  - - agent: x", "2:7: this reply has no `user` before it"),
        ("- branch:\n  - user: x", "2:5: this turn has no reply"),
        ("- branch: 1", "1:11: `branch` must be a list, not a number"),
        ("turns: [{user: a, agent: b}", "2:1: the structure breaks off here"),
    ],
)
def test_problems_of_a_yaml_dialogue(text: str, complaint: str) -> None:
    if complaint:
        said = complaints(text, "d.yaml")
        assert any(line.startswith(complaint) for line in said), said
    else:
        parse_dialogue(text, file="d.yaml")


def test_no_hint_sends_a_name_to_a_place_beside_itself() -> None:
    assert not [name for name, hint in MISPLACED.items() if f"beside `{name}`" in hint]


@pytest.mark.parametrize("name", ["a.json", "a.YAML", "a.Yml", "a.JSON"])
def test_json_and_capital_endings_are_yaml(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('{"turns": [{"user": "a", "agent": "b"}]}')

    assert load_dialogue(tmp_path / name).turns[0].reply.text == "b"


def test_json_files_of_a_folder_are_other_files(tmp_path: Path) -> None:
    (tmp_path / "dialogues.schema.json").write_text("{}")
    (tmp_path / "a.TXT").write_text("user: a\nagent: b")

    assert [Path(each.file).name for each in load_dialogues(tmp_path)] == ["a.TXT"]


def test_problems_of_every_file_of_a_folder_are_reported(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("user: a")
    (tmp_path / "b.yaml").write_text("1")
    (tmp_path / "c.txt").write_text("user: a\nagent: b")

    with pytest.raises(DialoguesError) as error:
        load_dialogues(tmp_path)
    assert [Path(each.file).name for each in error.value.errors] == ["a.txt", "b.yaml"]
    assert len(error.value.problems) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"user: \xff", "1:7: this byte is not UTF-8 — save the file as UTF-8"),
        (b"#" * 1_048_577, "1:1: larger than 1048576 bytes — split it into several files"),
    ],
)
def test_a_dialogue_file_that_is_not_text(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "a.txt").write_bytes(content)

    with pytest.raises(DialogueError) as error:
        load_dialogue(tmp_path / "a.txt")
    assert str(error.value) == f"{tmp_path}/a.txt:{said}"


def test_problems_of_a_python_dialogue_have_their_line() -> None:
    script = dialogue("x").user("/(/").agent("{{").fallback({"respond": ""}).at_end("never")

    with pytest.raises(DialogueError) as error:
        script.build()
    lines = str(error.value).splitlines()
    assert len(lines) == 5
    assert all(line.startswith(f"{__file__}:{script.line}:1: ") for line in lines)


def test_a_dialogue_without_turns_is_a_problem_in_python_too() -> None:
    with pytest.raises(DialogueError, match="`turns` is empty"):
        dialogue("x").build()


def test_a_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfuser: a\r\nagent: b\r\n")

    assert load_dialogue(tmp_path / "a.txt").turns[0].reply.text == "b"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("after: x\n" + TURN, "at_end"),
        ("agentId: x\n" + TURN, "agent"),
        ("agents: x\n" + TURN, "agent"),
        ("id: x\n" + TURN, "name"),
        ("otherwise: x\n" + TURN, "fallback"),
        (TURN + "    alternatives: []", "branch"),
        (TURN + "    answer: x", "agent"),
        (TURN + "    assistant: x", "agent"),
        (TURN + "    branches: []", "branch"),
        (TURN + "    delay: 1s", "latency"),
        (TURN + "    goto: x", "then"),
        (TURN + "    id: x", "label"),
        (TURN + "    message: x", "user"),
        (TURN + "    next: x", "then"),
        (TURN + "    reply: x", "agent"),
        (TURN + "    text: x", "user"),
        (TURN + "    when: {attachment: 1}", "attachments"),
        (TURN + "    when: {contactId: x}", "contact"),
        (TURN + "    when: {inputVariables: {x: y}}", "variables"),
        ("turns: [{user: a, agent: {answer: b}}]", "response"),
        ("turns: [{user: a, agent: {text: b}}]", "response"),
    ],
)
def test_the_name_of_other_tools_leads_to_ours(text: str, meant: str) -> None:
    with pytest.raises(DialogueError) as caught:
        parse_dialogue(text)
    assert f"did you mean `{meant}`?" in str(caught.value)
