"""Violations of a JSON Schema as problems with a location and a hint."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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

    @property
    def explanations(self) -> Iterator[Explanation]:
        """The explanations of the violation."""
        return EXPLANATIONS[self.keyword](self)


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
        yield from (place(*each) for each in violation.explanations)


def value_problems(value: object, kind: FileKind) -> Iterator[Problem]:
    """Yield a problem for each violation of the schema by a JSON value, at its JSON pointer."""
    for violation in _violations(value, kind):
        for pointer, message, hint in violation.explanations:
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
        keyword, wanted, found, schema = cast("tuple[str, Any, Any, Mapping[str, Any]]", fields)
        pointer, message = tuple(error.absolute_path), error.message
        yield SchemaViolation(pointer, keyword, wanted, found, schema, message, file_kind)


def _explain_type(violation: SchemaViolation) -> Iterator[Explanation]:
    named = violation.expected
    wanted = [named] if isinstance(named, str) else named
    found = "fraction" if isinstance(violation.found, float) else json_type(violation.found)
    choices = " or ".join(TYPE_NAMES[name] for name in wanted)
    what = f"{violation.name} must be {choices}, not {TYPE_NAMES[found]}"
    hint = TYPE_HINTS[wanted[0]]
    if not violation.pointer:
        hint = violation.file_kind.start_hint
    elif found == "null":
        hint = "write a value, or leave the line out"
    elif "string" in wanted and found in {"number", "fraction", "boolean"}:
        hint = "put it in quotes"
    yield violation.pointer, what, hint


def _explain_required(violation: SchemaViolation) -> Iterator[Explanation]:
    # jsonschema reports each missing name on its own, but says which only in its message.
    for name in violation.expected:
        if violation.message.startswith(f"'{name}' "):
            yield violation.pointer, f"`{name}` is missing here", f"add a line `{name}: …`"


def _explain_unknown(violation: SchemaViolation) -> Iterator[Explanation]:
    known = list(violation.schema["properties"])
    for name in violation.found:
        if name not in known:
            what = f"{violation.quote_unless_secret(name)} is not known here"
            yield (*violation.pointer, name), what, _unknown_hint(name, known, violation.file_kind)


def _unknown_hint(name: str, known: list[str], file_kind: FileKind) -> str:
    if name in file_kind.misplaced:
        return file_kind.misplaced[name]
    synonym = next((each for each in file_kind.synonyms.get(name, ()) if each in known), None)
    close = synonym or closest(name, known)
    return f"did you mean `{close}`?" if close else f"known are {_join_names(known, 'and')}"


def _explain_enum(violation: SchemaViolation) -> Iterator[Explanation]:
    found = violation.found
    shown = "this"
    if isinstance(found, str):
        shown = violation.quote_unless_secret(found)
    elif isinstance(found, int) and abs(found) < MAX_QUOTED_INTEGER:
        shown = f"`{found}`"
    hint = f"write {_join_names(violation.expected, 'or')}"
    yield violation.pointer, f"{violation.name} cannot be {shown}", hint


def _explain_empty(violation: SchemaViolation) -> Iterator[Explanation]:
    if violation.expected > 1:
        yield from _explain_by_description(violation)
        return
    start = violation.file_kind.start_hint
    hint = "write something, or leave the line out" if violation.pointer else start
    yield violation.pointer, f"{violation.name} is empty", hint


def _explain_range(violation: SchemaViolation) -> Iterator[Explanation]:
    minimum, maximum = violation.schema.get("minimum"), violation.schema.get("maximum")
    if minimum is None or maximum is None:
        yield from _explain_by_description(violation)
    else:
        hint = f"write a number from {minimum} to {maximum}"
        yield violation.pointer, f"{violation.name} is out of range", hint


def _explain_length(violation: SchemaViolation) -> Iterator[Explanation]:
    message = f"{violation.name} is longer than {violation.expected} characters"
    yield violation.pointer, message, "shorten it"


def _explain_by_description(violation: SchemaViolation) -> Iterator[Explanation]:
    what = f"{violation.name} has an invalid value"
    yield violation.pointer, what, violation.schema["description"]


def _join_names(names: list[str], joint: str) -> str:
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
    "maxLength": _explain_length,
    "maxItems": _explain_by_description,
    "minimum": _explain_range,
    "maximum": _explain_range,
    "pattern": _explain_by_description,
}
"""Functions that explain violations, by schema keyword."""

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
