"""Violations of a JSON Schema as problems with a location and a hint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, NamedTuple, TypeAlias, cast

from jsonschema import Draft202012Validator

from leadway_mock.documents.problems import Problem, quote
from leadway_mock.documents.yaml_document import Document, Pointer
from leadway_mock.util.json_pointer import to_pointer
from leadway_mock.util.names import closest

MAX_PROBLEMS: Final = 1_000
"""Maximum problems of either kind to find; a file of another kind may have more."""

MAX_QUOTED_INTEGER: Final = 10**9
"""Larger numbers are not quoted in messages."""

Explanation: TypeAlias = tuple[Pointer, str, str]
"""Path to a value, message, and hint."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """Schema and vocabulary of one kind of file."""

    schema: Mapping[str, Any]
    start_hint: str
    """Hint for a file with an invalid start."""

    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Names that users may try, with the names to suggest; the first one valid here is used."""

    misplaced: Mapping[str, str] = field(default_factory=dict)
    """Hints for names that are valid elsewhere in the file."""

    secret: frozenset[Pointer] = frozenset()
    """First parts of the paths whose values are never quoted."""

    name: str = "the file"
    """What the whole is called."""


class SchemaViolation(NamedTuple):
    """The parts of a jsonschema error from which a better message is built."""

    pointer: Pointer
    keyword: str
    expected: Any
    """The value of the keyword in the schema."""

    found: Any
    """The invalid value of the document."""

    schema: Mapping[str, Any]
    message: str
    file_kind: FileKind

    @property
    def name(self) -> str:
        """Name of the invalid value for messages. All names that can occur are the schema's."""
        names = [part for part in self.pointer if isinstance(part, str)]
        if not names:
            return self.file_kind.name
        last = f"`{names[-1]}`"
        return last if self.pointer[-1] == names[-1] else f"an entry of {last}"

    def quote_unless_secret(self, text: str) -> str:
        """Quote a text, or return "this" where the text may be a secret."""
        return "this" if self.pointer[:1] in self.file_kind.secret else quote(text)

    def explanations(self) -> Iterator[Explanation]:
        """Yield what is wrong, and how to fix it."""
        pointer, expected, start = self.pointer, self.expected, self.file_kind.start_hint
        match self.keyword:
            case "additionalProperties":
                yield from _unknown_properties(self)
            case "required":
                # jsonschema reports each missing name on its own, and says which in its message.
                name = next(each for each in expected if self.message.startswith(f"'{each}' "))
                yield pointer, f"`{name}` is missing here", f"add a line `{name}: …`"
            case "type":
                yield pointer, *_wrong_type(self)
            case "enum":
                hint = f"write {_join_names(expected, 'or')}"
                yield pointer, f"{self.name} cannot be {_quote_value(self)}", hint
            case "maxLength":
                message = f"{self.name} is longer than {expected} characters"
                yield pointer, message, "shorten it"
            case "minLength" | "minItems" | "minProperties" if expected == 1:
                hint = "write something, or leave the line out" if pointer else start
                yield pointer, f"{self.name} is empty", hint
            case "minimum" | "maximum" if {"minimum", "maximum"} <= self.schema.keys():
                hint = f"write a number from {self.schema['minimum']} to {self.schema['maximum']}"
                yield pointer, f"{self.name} is out of range", hint
            case _:
                yield pointer, f"{self.name} has an invalid value", self.schema["description"]


def document_problems(
    document: Document, file_kind: FileKind, rule_problems: Iterator[Problem]
) -> list[Problem]:
    """Return the problems of a document in the order of the text, each once.

    They are the violations of the schema, and `rule_problems`, which a schema cannot express.
    """
    violations = islice(_schema_problems(document, file_kind), MAX_PROBLEMS)
    return sorted({*violations, *islice(rule_problems, MAX_PROBLEMS)})


def _schema_problems(document: Document, file_kind: FileKind) -> Iterator[Problem]:
    for violation in _violations(document.value, file_kind):
        is_key = violation.keyword == "additionalProperties"
        place = document.problem_at_key if is_key else document.problem_at
        yield from (place(*each) for each in violation.explanations())


def value_problems(value: object, kind: FileKind) -> Iterator[Problem]:
    """Yield a problem for each violation of the schema by a JSON value, at its JSON pointer."""
    for violation in _violations(value, kind):
        for pointer, message, hint in violation.explanations():
            yield Problem(to_pointer(pointer), message, hint)


def json_type(value: object) -> str:
    """Return the JSON Schema type of a decoded JSON value; a float and an int are `number`."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    if value is None:
        return "null"
    return "object" if isinstance(value, Mapping) else "array"


def _violations(value: object, file_kind: FileKind) -> Iterator[SchemaViolation]:
    for error in Draft202012Validator(file_kind.schema).iter_errors(value):
        fields = (error.validator, error.validator_value, error.instance, error.schema)
        keyword, expected, found, schema = cast("tuple[str, Any, Any, Mapping[str, Any]]", fields)
        pointer, message = tuple(error.absolute_path), error.message
        yield SchemaViolation(pointer, keyword, expected, found, schema, message, file_kind)


def _wrong_type(violation: SchemaViolation) -> tuple[str, str]:
    named = violation.expected
    expected = [named] if isinstance(named, str) else named
    found = "fraction" if isinstance(violation.found, float) else json_type(violation.found)
    choices = " or ".join(TYPE_NAMES[name] for name in expected)
    message = f"{violation.name} must be {choices}, not {TYPE_NAMES[found]}"
    if not violation.pointer:
        return message, violation.file_kind.start_hint
    if found == "null":
        return message, "write a value, or leave the line out"
    if "string" in expected and found in {"number", "fraction", "boolean"}:
        return message, "put it in quotes"
    return message, TYPE_HINTS[expected[0]]


def _quote_value(violation: SchemaViolation) -> str:
    found = violation.found
    if isinstance(found, str):
        return violation.quote_unless_secret(found)
    is_short = isinstance(found, int) and abs(found) < MAX_QUOTED_INTEGER
    return f"`{found}`" if is_short else "this"


def _unknown_properties(violation: SchemaViolation) -> Iterator[Explanation]:
    known, kind = list(violation.schema["properties"]), violation.file_kind
    for name in violation.found:
        if name in known:
            continue
        synonym = next((each for each in kind.synonyms.get(name, ()) if each in known), None)
        numbers = {name.removesuffix("s"), f"{name}s"}.intersection(known) - violation.found.keys()
        close = synonym or next(iter(numbers), None) or closest(name, known)
        hint = f"did you mean `{close}`?" if close else f"known are {_join_names(known, 'and')}"
        message = f"{violation.quote_unless_secret(name)} is not known here"
        if not numbers:  # A missing singular or plural is more likely than another place.
            hint = kind.misplaced.get(name, hint)
        yield (*violation.pointer, name), message, hint


def _join_names(names: list[str], joint: str) -> str:
    quoted = [f"`{name}`" for name in names]
    return f"{', '.join(quoted[:-1])} {joint} {quoted[-1]}"


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

TYPE_HINTS: Final[Mapping[str, str]] = {
    "array": "start each entry on a line of its own with `- `",
    "boolean": "write true or false, without quotes",
    "integer": "write digits alone, without quotes",
    "number": "write digits alone, without quotes",
    "object": "write names and values, such as `name: value`",
    "string": "write plain text in its place",
}
