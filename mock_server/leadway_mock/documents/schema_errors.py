"""Violations of a JSON Schema as problems with a location and a hint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, TypeAlias, cast

from jsonschema import Draft202012Validator, ValidationError

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


def _explain(error: ValidationError, kind: FileKind) -> Iterator[Explanation]:
    """Yield what is wrong, and how to fix it."""
    pointer, name = tuple(error.absolute_path), _name(error, kind)
    expected, schema = cast("Any", error.validator_value), cast("Mapping[str, Any]", error.schema)
    match error.validator:
        case "additionalProperties":
            yield from _unknown_properties(error, kind)
        case "required":
            # jsonschema reports each missing name on its own, and says which in its message.
            missing = next(each for each in expected if error.message.startswith(f"'{each}' "))
            yield pointer, f"`{missing}` is missing here", f"add a line `{missing}: …`"
        case "type":
            yield pointer, *_wrong_type(error, kind)
        case "enum":
            hint = f"write {_join_names(expected, 'or')}"
            yield pointer, f"{name} cannot be {_quote_value(error, kind)}", hint
        case "maxLength":
            yield pointer, f"{name} is longer than {expected} characters", "shorten it"
        case "minLength" | "minItems" | "minProperties" if expected == 1:
            hint = "write something, or leave the line out" if pointer else kind.start_hint
            yield pointer, f"{name} is empty", hint
        case "minimum" | "maximum" if {"minimum", "maximum"} <= schema.keys():
            hint = f"write a number from {schema['minimum']} to {schema['maximum']}"
            yield pointer, f"{name} is out of range", hint
        case _:
            yield pointer, f"{name} has an invalid value", schema["description"]


def document_problems(
    document: Document, file_kind: FileKind, rule_problems: Iterator[Problem]
) -> list[Problem]:
    """Return the problems of a document in the order of the text, each once.

    They are the violations of the schema, and `rule_problems`, which a schema cannot express.
    """
    violations = islice(_schema_problems(document, file_kind), MAX_PROBLEMS)
    return sorted({*violations, *islice(rule_problems, MAX_PROBLEMS)})


def _schema_problems(document: Document, file_kind: FileKind) -> Iterator[Problem]:
    for error in _violations(document.value, file_kind):
        is_key = error.validator == "additionalProperties"
        place = document.problem_at_key if is_key else document.problem_at
        yield from (place(*each) for each in _explain(error, file_kind))


def value_problems(value: object, kind: FileKind) -> Iterator[Problem]:
    """Yield a problem for each violation of the schema by a JSON value, at its JSON pointer."""
    for error in _violations(value, kind):
        for pointer, message, hint in _explain(error, kind):
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


def _violations(value: object, kind: FileKind) -> Iterator[ValidationError]:
    return Draft202012Validator(kind.schema).iter_errors(value)


def _name(error: ValidationError, kind: FileKind) -> str:
    """Return the name of the invalid value. All names that can occur are the schema's."""
    path = error.absolute_path
    names = [part for part in path if isinstance(part, str)]
    if not names:
        return kind.name
    last = f"`{names[-1]}`"
    return last if path[-1] == names[-1] else f"an entry of {last}"


def _wrong_type(error: ValidationError, kind: FileKind) -> tuple[str, str]:
    named = cast("Any", error.validator_value)
    expected = [named] if isinstance(named, str) else named
    found = "fraction" if isinstance(error.instance, float) else json_type(error.instance)
    choices = " or ".join(TYPE_NAMES[name] for name in expected)
    message = f"{_name(error, kind)} must be {choices}, not {TYPE_NAMES[found]}"
    if not error.absolute_path:
        return message, kind.start_hint
    if found == "null":
        return message, "write a value, or leave the line out"
    if "string" in expected and found in {"number", "fraction", "boolean"}:
        return message, "put it in quotes"
    return message, TYPE_HINTS[expected[0]]


def _quote_value(error: ValidationError, kind: FileKind) -> str:
    found = error.instance
    if isinstance(found, str):
        return _quote_unless_secret(found, error, kind)
    is_short = isinstance(found, int) and abs(found) < MAX_QUOTED_INTEGER
    return f"`{found}`" if is_short else "this"


def _quote_unless_secret(text: str, error: ValidationError, kind: FileKind) -> str:
    return "this" if tuple(error.absolute_path)[:1] in kind.secret else quote(text)


def _unknown_properties(error: ValidationError, kind: FileKind) -> Iterator[Explanation]:
    sent, schema = cast("Any", error.instance), cast("Mapping[str, Any]", error.schema)
    known = list(schema["properties"])
    for name in sent:
        if name in known:
            continue
        synonym = next((each for each in kind.synonyms.get(name, ()) if each in known), None)
        numbers = {name.removesuffix("s"), f"{name}s"}.intersection(known) - sent.keys()
        close = synonym or next(iter(numbers), None) or closest(name, known)
        hint = f"did you mean `{close}`?" if close else f"known are {_join_names(known, 'and')}"
        message = f"{_quote_unless_secret(name, error, kind)} is not known here"
        if not numbers:  # A missing singular or plural is more likely than another place.
            hint = kind.misplaced.get(name, hint)
        yield (*error.absolute_path, name), message, hint


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
