"""`leadway mock check` and its warnings."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadway_mock.cli.main import main
from leadway_mock.dialogues import DialogueBuilder, dialogue, parse_dialogue, user
from leadway_mock.dialogues.lint import warnings_of

CHECKED = {
    "booking.yaml": """\
turns:
  - user: haircut
    agent: Which day? {{nmae}}
  - branch:
      - {user: mon, agent: Closed., then: end}
      - {user: monday, agent: Never said.}
  - {user: '/(?P<name>.+)/', agent: '{{name}}'}
""",
    "later.txt": "user: a haircut\nagent: Hi\n",
    "agents.yaml": "agents: [{id: x, name: X}]\n",
}
NEVER_TAKEN = "never taken: the turn on line 5 always matches first"
NEVER_BEGUN = "the dialogue `booking` is earlier and matches the same"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in CHECKED.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_warning_has_position_and_hint(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(folder)]) == 0
    out, err = capsys.readouterr()
    assert [line.partition(" — ")[0] for line in err.splitlines()] == [
        f"{folder}/booking.yaml:3:1: warning: `{{{{nmae}}}}` is never captured",
        f"{folder}/booking.yaml:6:1: warning: {NEVER_TAKEN}",
        f"{folder}/booking.yaml:7:1: warning: unreachable: no turn leads here",
        f"{folder}/later.txt:1:1: warning: {NEVER_BEGUN}",
    ]
    assert out == "2 dialogues, 5 turns, 1 agents file: 0 errors, 4 warnings\n"
    assert main(["check", "--strict", str(folder)]) == 1


def test_an_unknown_placeholder_has_its_position() -> None:
    talk = parse_dialogue(
        "turns:\n- user: a\n  when: {turn: 1}\n  agent:\n    goalCompletion: true\n"
        "    response: '{{x}}'\n    generativeOutputs: [{a: '{{z}}'}]\n"
        "at_end: repeat\nfallback: '{{y}}'\n",
        file="d.yaml",
    )
    assert [(str(each.location), each.message[:7]) for each in warnings_of(talk)] == [
        ("6:1", "`{{x}}`"),
        ("6:1", "`{{z}}`"),
        ("9:1", "`{{y}}`"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("x.txt", "user: a\n", "x.txt:1:1: this turn has no reply — add"),
        ("x.yaml", "turns: 1\n", "x.yaml:1:8: `turns` must be a list, not a number — start"),
        ("x.yaml", "agents: [{id: x}]\n", "x.yaml:1:10: `name` is missing here — add"),
        ("x.yaml", "tokens: 1\n", "x.yaml:1:9: `tokens` must be a list, not a number"),
        (
            "x.yaml",
            "turns:\n- {user: a, agent: b, fault: {rule: teapot}}\n",
            "x.yaml:2:1: its fault: ",
        ),
        (
            "b.yml",
            "name: later\nturns: [{user: z, agent: b}]",
            "the name `later` is already used by",
        ),
    ],
)
def test_errors_fail_the_check(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, complaint: str
) -> None:
    (folder / name).write_text(text)

    assert main(["check", "."]) == 1
    assert complaint in capsys.readouterr().err


def test_a_missing_file_is_an_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "empty").mkdir()

    assert main(["check", "nothing.txt", "empty"]) == 1
    err = capsys.readouterr().err
    assert "nothing.txt:1:1: cannot be read: No such file or directory — check its path" in err
    assert "empty:1:1: no dialogue files are in this folder — put in up to 1000" in err


@pytest.mark.usefixtures("folder")
def test_one_good_file_is_one_quiet_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "later.txt"]) == 0
    assert capsys.readouterr() == ("1 dialogue, 1 turn: 0 errors, 0 warnings\n", "")


@pytest.mark.parametrize(
    "script",
    [
        dialogue("x")
        .user("a")
        .agent("1", then="t")
        .user("b")
        .agent("2")
        .user(label="t")
        .agent("3"),
        dialogue("x").branch(user("hair").agent("1"), user("a haircut").agent("2")),
        dialogue("x").branch(user("a").agent("1"), user(equals="an A").agent("2")),
        dialogue("x").branch(user("/^a/").agent("1"), user(equals="ab").agent("2")),
        dialogue("x").branch(user().agent("1"), user("ab", turn=2).agent("2")),
        dialogue("x").branch(
            user("a", variables={"x": 1}).agent("1"),
            user("a", variables={"y": 2, "x": 1}).agent("2"),
        ),
        dialogue("x").user("/(?P<n>.)/").agent("1").user("b").agent("{{m}}"),
        dialogue("x").user("a").agent("{{n}}").user("/(?P<n>.)/").agent("2"),
        dialogue("x").user("a").agent("b").fallback("{{who}}?"),
    ],
)
def test_certain_mistakes_get_a_warning(script: DialogueBuilder) -> None:
    assert len(warnings_of(script.build())) == 1


@pytest.mark.parametrize(
    "script",
    [
        dialogue("x").branch(user("haircut").agent("1"), user("hair").agent("2")),
        dialogue("x").branch(user("a", turn=1).agent("1"), user("a").agent("2")),
        dialogue("x").branch(user("a", contact="c").agent("1"), user("a").agent("2")),
        dialogue("x").branch(user("a", attachments=1).agent("1"), user("a").agent("2")),
        dialogue("x").branch(user("/a/").agent("1"), user("ab").agent("2")),
        dialogue("x").user("/(?P<n>.)/", label="t").agent("{{n}}").user("b").agent("2", then="t"),
        dialogue("x").user("a", label="t").agent("{{n}}").user("/(?P<n>.)/").agent("2", then="t"),
        dialogue("x").user("a").agent(r"{{message}} {{turn}} {{variables.x}} \{{y}}"),
        dialogue("x").user("/(?P<n>.)/").agent("1").fallback("{{n}}?"),
    ],
)
def test_possible_intentions_get_no_warning(script: DialogueBuilder) -> None:
    assert warnings_of(script.build()) == []


def test_captures_end_where_a_dialogue_restarts() -> None:
    talk = (
        dialogue("x")
        .branch(user("/(?P<n>\\d)/").agent("1"), user("b").agent("{{n}}"))
        .at_end("restart")
    )

    assert "another path" in warnings_of(talk.build())[0].message


def test_an_anchor_may_have_any_value() -> None:
    assert warnings_of(parse_dialogue("user: *\nagent: {{message}}")) == []
