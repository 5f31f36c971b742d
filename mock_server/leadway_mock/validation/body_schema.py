"""What breaks the contract in a body, in the platform's words and with a hint for people.

The platform validates with NestJS and class-validator; the wording here is observed on its sister
services: `message must be a string`, `property input should not exist`, and for something nested
`attachments.0.imageUrl must be a string`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator, ValidationError

from leadway_mock.http.messages import FieldError

TYPE_WORDS = {
    "string": "a string",
    "array": "an array",
    "object": "an object",
    "boolean": "a boolean value",
    "number": "a number conforming to the specified constraints",
    "integer": "an integer number",
}

COMMON_ALIASES = {
    "input": "message",
    "text": "message",
    "prompt": "message",
    "query": "message",
    "content": "message",
    "body": "message",
    "sessionid": "executionId",
    "conversationid": "executionId",
    "threadid": "executionId",
    "interactionid": "executionId",
    "subaccountid": "locationId",
    "accountid": "locationId",
    "variables": "inputVariables",
    "url": "imageUrl",
    "image": "imageUrl",
    "files": "attachments",
}
"""Names that real callers send (without case, `_` and `-`), and what the contract calls them."""

MAX_TEXT = 200
MAX_VIOLATIONS = 100
"""How many are told at once: a body of a megabyte can hold hundreds of thousands."""


class BodyValidator:
    """The violations of one schema: a compiled validator says yes, jsonschema explains a no."""

    def __init__(self, schema: Mapping[str, Any], *, refuse_unknown: bool = True) -> None:
        """Compile `schema`, in which every `$ref` is resolved already."""
        self._accepts = jsonschema_rs.Draft202012Validator(dict(schema)).is_valid
        self._validator = Draft202012Validator(schema)
        self._refuse_unknown = refuse_unknown

    def errors(self, body: object) -> tuple[FieldError, ...]:
        """Return the violations in `body`, at most `MAX_VIOLATIONS`: unknown properties first."""
        if self._accepts(body):
            return ()
        errors = self._validator.iter_errors(body)
        found = (violation for error in errors for violation in self._explained(error))
        few = dict.fromkeys(islice(found, MAX_VIOLATIONS))
        return tuple(sorted(few, key=_unknown_first))

    def _explained(self, error: ValidationError) -> Iterator[FieldError]:
        path = list(error.absolute_path)
        if error.validator == "additionalProperties":
            if self._refuse_unknown:
                yield from _unknown_properties(error, path)
        elif error.validator == "required":
            yield from _missing_properties(error, path)
        elif error.validator == "type":
            yield FieldError(
                _pointer(path), f"{_dotted(path)} must be {_type_words(error.validator_value)}"
            )
            if error.instance is None and _wants_text(error.schema):
                yield FieldError(_pointer(path), f"{_dotted(path)} should not be empty")
        elif error.validator == "minLength":
            yield FieldError(_pointer(path), f"{_dotted(path)} should not be empty")
        else:
            yield FieldError(_pointer(path), f"{_dotted(path)} is not valid", _cut(error.message))


def _unknown_first(violation: FieldError) -> bool:
    return not violation.message.endswith("should not exist")


def _unknown_properties(error: ValidationError, path: list[str | int]) -> Iterator[FieldError]:
    known = list(_properties(error))
    sent: Any = error.instance
    for name in sent:
        if name not in known:
            prefix = "".join(f"{part}." for part in path)
            message = f"{prefix}property {_cut(name)} should not exist"
            yield FieldError(_pointer([*path, name]), message, _meant(name, known))


def _missing_properties(error: ValidationError, path: list[str | int]) -> Iterator[FieldError]:
    wanted: Any = error.validator_value
    sent: Any = error.instance
    for name in wanted:
        if name not in sent:
            schema = _properties(error).get(name, {})
            where = [*path, name]
            hint = f"'{name}' is missing."
            words = _type_words(schema.get("type", "present"))
            yield FieldError(_pointer(where), f"{_dotted(where)} must be {words}", hint)
            if _wants_text(schema):
                yield FieldError(_pointer(where), f"{_dotted(where)} should not be empty")


def _properties(error: ValidationError) -> Mapping[str, Any]:
    schema: Any = error.schema
    found: Mapping[str, Any] = schema.get("properties", {})
    return found


def _meant(name: str, known: Iterable[str]) -> str:
    """Return a sentence that names the property which `name` was meant for, or lists them all."""
    plain = _plain(_cut(name))
    by_plain = {_plain(each): each for each in known}
    meant = by_plain.get(plain) or COMMON_ALIASES.get(plain)
    if meant not in by_plain.values():
        close = difflib.get_close_matches(plain, by_plain, n=1)
        meant = by_plain[close[0]] if close else None
    if meant:
        return f"'{_cut(name)}' was sent; '{meant}' is meant."
    return f"'{_cut(name)}' is not in the contract, which has {', '.join(by_plain.values())}."


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _wants_text(schema: Any) -> bool:  # noqa: ANN401 - any schema
    return isinstance(schema, Mapping) and schema.get("minLength", 0) > 0


def _type_words(wanted: Any) -> str:  # noqa: ANN401 - a JSON Schema's `type`: one or several
    if isinstance(wanted, str):
        return TYPE_WORDS.get(wanted, wanted)
    return " or ".join(TYPE_WORDS.get(each, each) for each in wanted)


def _dotted(path: Iterable[str | int]) -> str:
    return _cut(".".join(map(str, path))) or "body"


def _pointer(path: Iterable[str | int]) -> str:
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + "…"
