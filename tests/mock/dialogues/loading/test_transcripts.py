from __future__ import annotations

from dataclasses import replace

import pytest

from leadway_mock.dialogues import as_dialogue, dialogue, parse_dialogue, write_transcript
from tests.mock.dialogues.texts import complaints, said


def test_alternating_lines_are_a_complete_dialogue() -> None:
    talk = parse_dialogue("user: hello\nagent: Hi!\nuser: bye\nagent: Bye.\n", name="talk")

    assert (talk.name, talk.agents) == ("talk", ())
    assert said(talk, "Hello there", "ok, BYE") == ["Hi!", "Bye."]


def test_indented_lines_continue_and_comments_and_blank_lines_do_not() -> None:
    talk = parse_dialogue(
        "# One.\n\nuser: order\n"
        "agent: Which of these?\n    - tea\n      # not a comment\n\n    - cake\n# Two.\n\n"
        "user: tea\nagent: With milk?\nagent: Or sugar?\n"
    )

    assert said(talk, "order", "tea") == [
        "Which of these?\n- tea\n  # not a comment\n\n- cake",
        "With milk?\nOr sugar?",
    ]


def test_a_text_may_begin_on_the_next_line() -> None:
    assert said(parse_dialogue("user:\n  hello\nagent:\n  Hi!\n  You."), "hello") == ["Hi!\nYou."]


@pytest.mark.parametrize("text", ["\ufeffUser: a\r\nAGENT:   b  \r\n", "user: a\nagent: b"])
def test_windows_and_case_do_not_matter(text: str) -> None:
    assert said(parse_dialogue(text.removeprefix("\ufeff")), "a") == ["b"]


@pytest.mark.parametrize(
    ("pattern", "message", "fits"),
    [
        ("haircut", "A HAIRCUT, please", True),
        ("haircut", "hair cut", False),
        ("*", "anything", True),
        ('="Yes"', "Yes", True),
        ('="Yes"', "Yes!", False),
        ('="Yes"', "yes", False),
        ('"*"', "5 * 5", True),
        ('"*"', "55", False),
        ("/^y(es)?$/i", "YES", True),
        ("/^y(es)?$/", "YES", False),
        ('"/x/"', "a/x/b", True),
        ("a: b", "it is A: B", True),
    ],
)
def test_what_a_user_line_expects(pattern: str, message: str, fits: bool) -> None:  # noqa: FBT001
    talk = parse_dialogue(f"user: {pattern}\nagent: ok")

    assert said(talk, message) == ["ok" if fits else "?"]


def test_captures_are_kept_and_not_expanded_again() -> None:
    talk = parse_dialogue(
        "user: /I am (?P<name>.+)/\nagent: Hello {{name}}!\n"
        "user: *\nagent: {{name}} said {{message}} on {{turn}} "
        "for {{variables.x}}, \\{{name}}{{no}}.\n"
    )
    responses = said(talk, "I am {{turn}}", "{{name}}", input_variables={"x": "{{name}}"})

    assert responses == ["Hello {{turn}}!", "{{turn}} said {{name}} on 2 for {{name}}, {{name}}."]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "1:1: the file has no turns — start it with a line `user: …`, and a line `agent: …`"),
        ("# nothing\n", "1:1: the file has no turns — start it"),
        ("user: a\n", "1:1: this turn has no reply — add"),
        ("user: a\nuser: b\nagent: c", "1:1: this turn has no reply — add"),
        ("agent: a\n", "1:1: this reply has no `user` before it — write"),
        ("user: a\nbot: b\n", "2:1: `bot:` is not a speaker — did you mean `agent:`?"),
        ("human: a\nagent: b\n", "1:1: `human:` is not a speaker — did you mean `user:`?"),
        ("usr: a\nagent: b\n", "1:1: `usr:` is not a speaker — did you mean `user:`?"),
        ("user: a\nagent: b\nand c\n", "3:1: the line `and c` starts with neither"),
        ("  user: a\n", "1:1: an indented line without a line above"),
        ("user: a\nagent:   {{x\n", "2:10: a `{{` without a placeholder"),
        ("user: /(/\nagent: x", "1:7: invalid regular expression"),
        ("user: /(?P<turn>.)/\nagent: x", "1:7: a capture must not be named `turn`"),
        ("user:\nagent: x", "1:6: `user` is empty"),
        ("name: x\n", "1:1: the file has no turns — start it"),
        ("user: a\nagent: b\nat_end: again", "3:9: `at_end` cannot be `again` — write"),
        ("at_end: repeat\nuser: a\nagent: b\nat_end: repeat", "4:1: `at_end:` is already on line"),
        ("name:\nuser: a\nagent: b", "1:6: `name` is empty"),
        ("fallback: {{x\nuser: a\nagent: b", "1:11: a `{{` without a placeholder"),
        ("after: repeat\nuser: a\nagent: b", "1:1: `after:` is not a speaker — did you mean `at_e"),
    ],
)
def test_problems_of_a_transcript_have_position_and_hint(text: str, complaint: str) -> None:
    assert any(line.startswith(complaint) for line in complaints(text)), complaints(text)


def test_a_transcript_can_have_the_properties_of_a_dialogue() -> None:
    talk = parse_dialogue("name: Stub\nuser: *\nagent: OK, {{message}}\nat_end: repeat\n")
    strict = parse_dialogue("user: a\nagent: b\nat_end: restart\nfallback: reject\n", name="s")

    assert (talk.name, talk.at_end) == ("Stub", "repeat")
    assert said(talk, *"abcd") == ["OK, a", "OK, b", "OK, c", "OK, d"]
    assert (strict.name, strict.at_end, strict.fallback) == ("s", "restart", "reject")
    assert strict == replace(
        as_dialogue(dialogue("s").user("a").agent("b").at_end("restart").fallback("reject")),
        file="s",
    )


@pytest.mark.parametrize(
    "text", ["turns:\n  - user: a\n", '{"turns": []}\n', "- user: a\n", "[]\n", '"turns": []\n']
)
def test_yaml_in_a_transcript_is_named(text: str) -> None:
    first = complaints(text, "d.txt")[0]
    assert (
        first == "1:1: this is YAML, not a transcript — end the file's name in `.yaml` or `.json`"
    )


def test_a_file_with_invalid_lines_only_is_not_reported_as_empty() -> None:
    assert complaints("customer: a\nbot: b\n") == [
        "1:1: `customer:` is not a speaker — did you mean `user:`?",
        "2:1: `bot:` is not a speaker — did you mean `agent:`?",
    ]


def test_all_problems_are_reported_at_once() -> None:
    assert len(complaints("user: /(/\nagent: {{\nbot: x\nuser: y\n")) == 4


def test_each_unclosed_placeholder_of_a_text_is_reported() -> None:
    assert complaints("user: a\nagent: {{message {{turn}} {{nmae, {{x}\n    {{day", "d.txt") == [
        f"2:8: a `{{{{` without a placeholder: `{each}` — close it as in `{{{{name}}}}`, or write "
        r"`\{{` for two braces"
        for each in ("{{day", "{{message {{turn}}", "{{nmae,", "{{x}")
    ]


def test_a_conversation_is_written_as_a_transcript_that_plays_it() -> None:
    talk = [("hello\n  you", "Hi {{name}}\n# no comment\n\nBye"), ('"*"', "x"), ("/./", "y")]
    written = write_transcript(talk)

    assert said(parse_dialogue(written), *(message for message, _ in talk)) == [
        "Hi {{name}}\n# no comment\n\nBye",
        "x",
        "y",
    ]
