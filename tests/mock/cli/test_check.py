"""`leadway mock check`: warnings about plain text that looks like another form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leadway_mock.agents.patterns import parse_condition, parse_pattern, plain_text_warning
from leadway_mock.cli.check import check, main

LOOK_LIKE_REGEX = {
    "Hello|Hi": "/Hello|Hi/",
    ".*": "/.*/",
    "^yes$": "/^yes$/",
    "yes$": "/yes$/",
    "^yes": "/^yes/",
    "/open": "/open/",
    "open/": "/open/",
    "/yes/ please": "/yes/ please/",
    "(?P<day>monday)": "/(?P<day>monday)/",
    "/(?P<day>monday)": "/(?P<day>monday)/",
    r"\d+ persons": r"/\d+ persons/",
    "[a-z]+": "/[a-z]+/",
    "[yY]+es": "/[yY]+es/",
    "a{2,3}": "/a{2,3}/",
    "hair.*cut": "/hair.*cut/",
    "(ha)+": "/(ha)+/",
}
LOOK_LIKE_OTHERS = {
    "=Yes": '="Yes"',
    '="Yes': '="Yes"',
    '"Yes': '="Yes"',
    "'Yes'": '="Yes"',
    "hair*": "/hair.*/",
    "*hair": "/.*hair/",
}
PLAIN = [
    "haircut",
    "Are you sure (really)?",
    "5$",
    "It costs $5.",
    "2 * 3",
    "What? No!",
    "https://example.com/",
    "a: b",
    ":-)",
    "...",
    "[sic]",
    "1/2",
    "*",
    "/^a|b/",
    '="^yes$"',
    '"Hello|Hi"',
]


@pytest.mark.parametrize(("text", "better"), [*(LOOK_LIKE_REGEX | LOOK_LIKE_OTHERS).items()])
@pytest.mark.parametrize("place", ["transcript", "YAML", "JSON", "contact", "agents"])
def test_plain_text_that_looks_like_another_form_is_a_warning(
    tmp_path: Path, text: str, better: str, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    quoted = json.dumps(text)
    name, content, line, plain = {
        "transcript": ("a.txt", f"# Hi\nuser: {text}\nagent: b", "2:1", f'"{text}"'),
        "YAML": ("a.yaml", f"- {{user: {quoted}, agent: b}}", "1:1", f"'\"{text}\"'"),
        "JSON": ("a.json", f'[{{"user": {quoted}, "agent": "b"}}]', "1:1", f"'\"{text}\"'"),
        "contact": (
            "a.yml",
            f"turns:\n- user: a\n  agent: b\n  when: {{contact: {quoted}}}",
            "2:1",
            f"'\"{text}\"'",
        ),
        "agents": (
            "a.yaml",
            f"agents:\n- id: a\n  name: A\n  replies:\n  - {{when: {quoted}, response: b}}",
            "5:12",
            "{contains: …}",
        ),
    }[place]
    (tmp_path / name).write_text(content)

    assert main(["--strict", str(tmp_path / name)]) == 1
    [warning] = capsys.readouterr().err.splitlines()
    assert warning.startswith(f"{tmp_path / name}:{line}: warning: `{text}` is plain text, but ")
    assert warning.endswith(f"write `{better}`, or `{plain}` for plain text")


@pytest.mark.parametrize("text", PLAIN)
def test_other_texts_are_no_warning(text: str) -> None:
    assert plain_text_warning(parse_pattern(text)) is None


def test_explicit_forms_are_no_warning() -> None:
    assert plain_text_warning(parse_pattern({"contains": "^yes$"})) is None
    assert plain_text_warning(parse_condition({"equals": ".*"})) is None


def test_a_star_in_an_agents_file_is_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    reply = {"when": "*", "response": "b"}
    file.write_text(json.dumps({"agents": [{"id": "a", "name": "A", "replies": [reply]}]}))

    [warning] = check([file]).lines()
    assert (
        "`*` is plain text here — leave `when` out to match any message, or `{contains" in warning
    )


@pytest.mark.parametrize("text", [*LOOK_LIKE_REGEX, *LOOK_LIKE_OTHERS])
def test_the_suggested_forms_are_valid(tmp_path: Path, text: str) -> None:
    better = (LOOK_LIKE_REGEX | LOOK_LIKE_OTHERS)[text]
    (tmp_path / "a.txt").write_text(f'user: {better}\nagent: b\nuser: "{text}"\nagent: c')

    assert [*check([tmp_path / "a.txt"]).lines()] == []
