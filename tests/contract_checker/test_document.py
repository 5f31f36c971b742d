"""Reading the contract: lines, pointers, references, errors."""

from pathlib import Path

import pytest

from contract_checker import Document, DocumentError
from contract_checker.document import as_fragment, child
from leadway_mock.documents.problems import TextPosition
from leadway_mock.util.json_pointer import to_path


def test_a_pointer_has_its_line() -> None:
    document = Document("a:\n  b/c:\n    - 1\n    - d: 2\n")
    assert document.line("#") == 1
    assert document.line("#/a/b~1c") == 2
    assert document.line("#/a/b~1c/1/d") == 4


def test_a_missing_value_has_the_line_of_its_parent() -> None:
    document = Document("a: 1\nb:\n  c: 2\n")
    assert document.line("#/b/missing/deeper") == 2
    assert document.line("#/nowhere") == 1


def test_an_alias_has_the_value_of_its_anchor() -> None:
    document = Document("a: &x {b: 1}\nc: *x\n")
    assert document.data == {"a": {"b": 1}, "c": {"b": 1}}
    assert document.line("#/c/b") == 2


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: [\n", 3),
        ("a: 1\nb: \x07\n", 2),
        ("a: *nobody\n", 1),
        ("- a\n", 1),
        ("", 1),
        ("a: &a\n  b: *a\n", 2),
        ("a: 1\nb: 2\na: 3\n", 3),
        ("a: &a {b: 1}\nc: {<<: *a}\n", 2),
        ("a: !!python/object/apply:os.getcwd []\n", 1),
        ("a: !!binary aGk=\n", 1),
    ],
)
def test_an_unreadable_file_has_line_message_and_hint(text: str, line: int) -> None:
    with pytest.raises(DocumentError) as caught:
        Document(text)
    problem = caught.value.problem
    assert problem.message
    assert problem.hint
    assert isinstance(problem.location, TextPosition)
    assert problem.location.line == line


def test_another_encoding_raises(tmp_path: Path) -> None:
    file = tmp_path / "latin.yaml"
    file.write_bytes("a: é\n".encode("latin-1"))
    with pytest.raises(DocumentError, match="UTF-8"):
        Document.load(file)


@pytest.mark.parametrize("value", ["2026-11-22", "yes", "017", "1_000", "12:30:45"])
def test_a_value_that_other_readers_read_differently_is_ambiguous(value: str) -> None:
    (problem,) = Document(f"a: [{value}]\n").ambiguities()
    assert problem.location == "#/a/0"
    assert list(Document(f"a: ['{value}']\n").ambiguities()) == []


@pytest.mark.parametrize("key", ["plain", "a/b", "a~b", "a~1b", "{agentId}", ""])
def test_a_key_survives_its_pointer(key: str) -> None:
    assert to_path(child("#/paths", key)) == ("paths", key)


def test_braces_are_encoded_for_a_uri() -> None:
    assert as_fragment("#/paths/~1a~1{b}") == "#/paths/~1a~1%7Bb%7D"


@pytest.mark.parametrize("pointer", ["elsewhere", "#a", "#/a/b", "#/a/0", "#/c/9", "#/c/x"])
def test_a_pointer_to_nothing_is_a_lookup_error(pointer: str) -> None:
    with pytest.raises(LookupError):
        Document("a: 1\nc: [1]\n").find(pointer)


def test_circular_references_end() -> None:
    document = Document("a: {$ref: '#/b'}\nb: {$ref: '#/a'}\n")
    assert document.follow("#/a", document.data["a"])[1] == {}
