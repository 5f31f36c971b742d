"""Violations of a JSON Schema in words that help, for the files that people write for the mock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeAlias, cast

from jsonschema import Draft202012Validator

from leadway_mock.documents.json_types import json_type
from leadway_mock.documents.problems import Problem
from leadway_mock.documents.yaml_document import Document, Pointer
from leadway_mock.documents.yaml_errors import quote
from leadway_mock.util.suggestions import closest

Explanation: TypeAlias = tuple[Pointer, str, str]
"""The pointer to a value, what is wrong with it, and how to mend it."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file: its schema, and the words to use of it."""

    schema: Mapping[str, Any]
    start: str
    """How to mend a file that does not even start as it should."""

    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Names used elsewhere, with what they are called here; the first that is known is meant."""

    misplaced: Mapping[str, str] = field(default_factory=dict)
    """Names that are known elsewhere in the file, with how to mend them."""

    secret: frozenset[Pointer] = frozenset()
    """Parts of the file that are never quoted, by the beginning of their pointers."""


class SchemaViolation(NamedTuple):
    """What jsonschema's error says, as far as it is needed to say it better."""

    pointer: Pointer
    keyword: str
    expected: Any
    """The value of the keyword in the schema."""

    found: Any
    """The offending value of the document."""

    schema: Mapping[str, Any]
    message: str
    vocabulary: FileKind

    @property
    def name(self) -> str:
        """What the offending value is called. All names that can occur here are the schema's."""
        names = [part for part in self.pointer if isinstance(part, str)]
        if not names:
            return "the file"
        last = f"`{names[-1]}`"
        return last if self.pointer[-1] == names[-1] else f"an entry of {last}"

    def quoted(self, text: str) -> str:
        """Quote a text, unless it stands where secrets do, and may be one by mistake."""
        return "this" if self.pointer[:1] in self.vocabulary.secret else quote(text)


def schema_problems(document: Document, vocabulary: FileKind) -> Iterator[Problem]:
    """Yield a problem for each way in which `document` violates the schema."""
    for violation in _violations(document.value, vocabulary):
        is_key = violation.keyword == "additionalProperties"
        place = document.problem_at_key if is_key else document.problem_at
        for explanation in EXPLANATIONS[violation.keyword](violation):
            yield place(*explanation)


def _violations(value: object, vocabulary: FileKind) -> Iterator[SchemaViolation]:
    for error in Draft202012Validator(vocabulary.schema).iter_errors(value):
        fields = (error.validator, error.validator_value, error.instance, error.schema)
        keyword, wanted, found, schema = cast("tuple[str, Any, Any, Mapping[str, Any]]", fields)
        pointer, message = tuple(error.absolute_path), error.message
        yield SchemaViolation(pointer, keyword, wanted, found, schema, message, vocabulary)


def _explain_type(violation: SchemaViolation) -> Iterator[Explanation]:
    named = violation.expected
    wanted = [named] if isinstance(named, str) else named
    found = "fraction" if isinstance(violation.found, float) else json_type(violation.found)
    choices = " or ".join(TYPE_NAMES[name] for name in wanted)
    what = f"{violation.name} must be {choices}, not {TYPE_NAMES[found]}"
    mend = _mend_type(wanted, found) if violation.pointer else violation.vocabulary.start
    yield violation.pointer, what, mend


def _mend_type(wanted: list[str], found: str) -> str:
    if found == "null":
        return "write a value, or leave the line out"
    if "string" in wanted and found in {"number", "fraction", "boolean"}:
        return "put it in quotes"
    return FIXES[wanted[0]]


def _explain_required(violation: SchemaViolation) -> Iterator[Explanation]:
    # jsonschema reports each missing name on its own, but says which only in its message.
    for name in violation.expected:
        if violation.message.startswith(f"'{name}' "):
            yield violation.pointer, f"`{name}` is missing here", f"add a line `{name}: …`"


def _explain_unknown(violation: SchemaViolation) -> Iterator[Explanation]:
    known = list(violation.schema["properties"])
    for name in violation.found:
        if name not in known:
            what = f"{violation.quoted(name)} is not known here"
            yield (*violation.pointer, name), what, _mend_unknown(name, known, violation.vocabulary)


def _mend_unknown(name: str, known: list[str], vocabulary: FileKind) -> str:
    if name in vocabulary.misplaced:
        return vocabulary.misplaced[name]
    synonym = next((each for each in vocabulary.synonyms.get(name, ()) if each in known), None)
    close = synonym or closest(name, known)
    return f"did you mean `{close}`?" if close else f"known are {_listed(known, 'and')}"


def _explain_enum(violation: SchemaViolation) -> Iterator[Explanation]:
    found = violation.quoted(violation.found) if isinstance(violation.found, str) else "this"
    mend = f"write {_listed(violation.expected, 'or')}"
    yield violation.pointer, f"{violation.name} cannot be {found}", mend


def _explain_empty(violation: SchemaViolation) -> Iterator[Explanation]:
    start = violation.vocabulary.start
    mend = "write something, or leave the line out" if violation.pointer else start
    yield violation.pointer, f"{violation.name} is empty", mend


def _explain_by_description(violation: SchemaViolation) -> Iterator[Explanation]:
    what = f"{violation.name} cannot be written so"
    yield violation.pointer, what, violation.schema["description"]


def _listed(names: list[str], joint: str) -> str:
    quoted = [f"`{name}`" for name in names]
    return f"{', '.join(quoted[:-1])} {joint} {quoted[-1]}"


EXPLANATIONS: Final[Mapping[str, Callable[[SchemaViolation], Iterator[Explanation]]]] = {
    "type": _explain_type,
    "required": _explain_required,
    "additionalProperties": _explain_unknown,
    "enum": _explain_enum,
    "minLength": _explain_empty,
    "minItems": _explain_empty,
    "minProperties": _explain_empty,
    "maxProperties": _explain_by_description,
    "minimum": _explain_by_description,
    "pattern": _explain_by_description,
}
"""How a violation of each keyword that the schema uses is told."""

TYPE_NAMES: Final[Mapping[str, str]] = {
    "array": "a list",
    "boolean": "true or false",
    "fraction": "a fraction",
    "integer": "a whole number",
    "null": "empty",
    "number": "a number",
    "object": "a mapping",
    "string": "text",
}

FIXES: Final[Mapping[str, str]] = {
    "array": "start each entry on a line of its own with `- `",
    "boolean": "write true or false, without quotes",
    "integer": "write digits alone, without quotes",
    "object": "write names and values, such as `name: value`",
    "string": "write plain text in its place",
}
