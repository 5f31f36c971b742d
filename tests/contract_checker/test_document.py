"""Reading: every line is known, and what cannot be read says where."""

from pathlib import Path

import pytest

from contract_checker import Document, UnreadableError
from contract_checker.document import as_fragment, child, keys


def test_a_pointer_leads_to_its_line() -> None:
    document = Document("a:\n  b/c:\n    - 1\n    - d: 2\n")
    assert document.line("#") == 1
    assert document.line("#/a/b~1c") == 2
    assert document.line("#/a/b~1c/1/d") == 4


def test_what_is_missing_is_reported_where_it_should_be() -> None:
    document = Document("a: 1\nb:\n  c: 2\n")
    assert document.line("#/b/missing/deeper") == 2
    assert document.line("#/nowhere") == 1


def test_an_alias_is_read_like_what_it_names() -> None:
    document = Document("a: &x {b: 1}\nc: *x\n")
    assert document.data == {"a": {"b": 1}, "c": {"b": 1}}


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a: 1\nb: [\n", 3, "not YAML"),
        ("a: 1\nb: \x07\n", 1, "not YAML"),
        ("a: *nobody\n", 1, "not YAML"),
        ("- a\n", 1, "not a mapping"),
        ("", 1, "not a mapping"),
        ("a: &a\n  b: *a\n", 2, "nested without end"),
    ],
)
def test_what_cannot_be_read_says_where(text: str, line: int, problem: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        Document(text)
    assert problem in caught.value.problem
    assert caught.value.line == line


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "latin.yaml"
    file.write_bytes("a: é\n".encode("latin-1"))
    with pytest.raises(UnreadableError, match="UTF-8"):
        Document.load(file)


def test_only_harmless_yaml_is_built() -> None:
    document = Document("a: !!python/object/apply:os.getcwd []\nb: !!binary aGk=\n")
    assert document.data == {"a": [], "b": "aGk="}
    assert [finding.pointer for finding in document.findings] == ["#/b"]


@pytest.mark.parametrize("key", ["plain", "a/b", "a~b", "a~1b", "{agentId}", ""])
def test_a_key_survives_its_pointer(key: str) -> None:
    assert keys(child("#/paths", key)) == ["paths", key]


def test_braces_are_encoded_for_a_uri() -> None:
    assert as_fragment("#/paths/~1a~1{b}") == "#/paths/~1a~1%7Bb%7D"


@pytest.mark.parametrize("pointer", ["elsewhere", "#a", "#/a/b", "#/a/0", "#/c/9", "#/c/x"])
def test_a_pointer_to_nothing_is_a_lookup_error(pointer: str) -> None:
    with pytest.raises(LookupError):
        Document("a: 1\nc: [1]\n").find(pointer)


def test_references_in_a_circle_end() -> None:
    document = Document("a: {$ref: '#/b'}\nb: {$ref: '#/a'}\n")
    assert document.follow("#/a", document.data["a"])[1] == {}
