import re
from pathlib import Path

import pytest

from leadway_mock.agents.builtin import BUILT_IN
from leadway_mock.agents.file.loader import AgentsFileError, load_agents
from leadway_mock.documents.yaml_document import MAX_FILE_BYTES
from tests.mock.agents.file.agents_files import TOKEN, complaints


@pytest.mark.parametrize(
    "text",
    [
        f"tokens: [{{token: {TOKEN}, x: 1}}, {{token: {TOKEN}}}]",
        f"tokens: [{TOKEN}]",
        f"tokens: {{{TOKEN}: 1}}",
        f"tokens: [{{{TOKEN}: 1, {TOKEN}: 2}}]",
        f"tokens: [{{token: '{TOKEN} '}}]",
        f"tokens: [{{token: {TOKEN}: x}}]",
        f"tokens: [{{token: '{TOKEN}]",
        f"tokens: [{{token: !{TOKEN} x}}]",
        f"tokens: [{{token: !{TOKEN}!y x}}]",
        f"tokens: [{{token: *{TOKEN}}}]",
        f'tokens: [{{token: "{TOKEN}\\q"}}]',
        f"tokens: [{{token: a, scopes: [{{{TOKEN}: 1}}, 1]}}]",
        f"{TOKEN}: 1",
        f"agents: [{{id: a, name: A, status: {TOKEN}}}]",
        f"agents: [{{id: {TOKEN}, name: A}}, {{id: {TOKEN}, name: A}}]",
        f"agents: [{{id: a, name: A, replies: [{{response: '{{{{{TOKEN}}}}}'}}]}}]",
    ],
)
def test_no_problem_contains_a_token(tmp_path: Path, text: str) -> None:
    said = "\n".join(complaints(tmp_path, text))

    assert TOKEN not in said
    assert TOKEN.removeprefix("pit-")[:8] not in said


@pytest.mark.parametrize("secret", ["sesame-open-0123", "eyJhbGciOi.eyJzdWIiOi.c2ln"])
@pytest.mark.parametrize(
    "text",
    [
        "tokens: [{token: %s, x: 1}, {token: %s}]",
        "tokens: [{%s: 1}]",
        "tokens: [%s]",
        "tokens: {%s: 1}",
        "tokens: [{token: '%s '}]",
        "tokens: [{token: '%s']",
    ],
)
def test_no_problem_contains_a_token_of_another_form(
    tmp_path: Path, text: str, secret: str
) -> None:
    assert secret not in "\n".join(complaints(tmp_path, text.replace("%s", secret)))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"agents: []\n# \xff", "2:3: this byte is not UTF-8 — save the file as UTF-8"),
        (b"\n\xff", "2:1: this byte is not UTF-8"),
        ("agents: []".encode("utf-16"), "1:1: this byte is not UTF-8"),
        (b"#" * (MAX_FILE_BYTES + 1), "1:1: larger than 1048576 bytes"),
        (b"\x00", "1:1: the character '\\x00' is not allowed in YAML"),
    ],
)
def test_a_file_that_is_not_text(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "agents.yaml"
    file.write_bytes(content)
    with pytest.raises(AgentsFileError, match=re.escape(f"{file}:{said}")):
        load_agents(file)


def test_the_largest_file(tmp_path: Path) -> None:
    file = tmp_path / "agents.yaml"
    file.write_bytes(b"agents: []".ljust(MAX_FILE_BYTES))

    assert load_agents(file).by_id == BUILT_IN.by_id


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/nowhere/agents.yaml", "/nowhere/agents.yaml:1:1: cannot be read: No such file"),
        ("/", "/:1:1: cannot be read: it is a folder, not a regular file"),
        ("a\0b", "a\\x00b:1:1: cannot be read: not a valid file name"),
    ],
)
def test_a_missing_file(path: str, said: str) -> None:
    with pytest.raises(AgentsFileError, match=re.escape(said)):
        load_agents(path)


def test_control_characters_in_names_are_escaped(tmp_path: Path) -> None:
    assert complaints(tmp_path, r'"\e[2J\n": 1')[0].startswith(r"1:1: `\x1b[2J\n` is not known")


def test_other_names_are_reported_unchanged(tmp_path: Path) -> None:
    name = "é" * 60

    assert complaints(tmp_path, f"{name}: 1")[0].startswith(f"1:1: `{name}` is not known")


def test_long_names_are_cut(tmp_path: Path) -> None:
    assert len(complaints(tmp_path, "x" * 900 + ": 1")[0]) < 200
