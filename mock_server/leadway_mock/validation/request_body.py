"""Request bodies and queries: a strict JSON parser, and validation in the platform's wording.

The platform validates with NestJS and class-validator. The wording here is observed on its sister
services: `message must be a string`, `property input should not exist`, and for nested properties
`attachments.0.imageUrl must be a string`.
"""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from email.message import Message
from itertools import islice
from math import isinf
from typing import Any, NoReturn
from urllib.parse import parse_qsl

import jsonschema_rs
from jsonschema import Draft202012Validator, ValidationError

from leadway_mock.contract.model import Operation
from leadway_mock.http.messages import APIError, ErrorKind, FieldError, Request
from leadway_mock.util.json_pointer import to_pointer
from leadway_mock.util.names import closest
from leadway_mock.util.printable_text import cut_text

MAX_DEPTH = 64
"""Nesting limit of arrays and objects. The API's own limit is not known."""

TOO_DEEP = f"nests deeper than {MAX_DEPTH} levels"
MEDIA_TYPE = "application/json"
FORM = "application/x-www-form-urlencoded"
MAX_FIELDS = 100
V3_FIELDS = {
    "clientId": "client_id",
    "clientSecret": "client_secret",
    "grantType": "grant_type",
    "redirectUri": "redirect_uri",
    "refreshToken": "refresh_token",
    "userType": "user_type",
}
"""The fields of `getAccessToken` in v3, and their older names (documented)."""


LONE_SURROGATE = re.compile(
    r"\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F]"
)
"""Half of a surrogate pair; matches also the text of one, after an escaped backslash."""


class _MalformedError(ValueError):
    """The text is not acceptable JSON; the message completes the sentence 'The body …'."""


def read_json(request: Request, max_bytes: int) -> Any:  # noqa: ANN401 - any JSON value
    """Return the JSON value of the request's body.

    Raises `APIError`: `body-too-large`, `media-type-unsupported` or `body-malformed`.
    """
    if len(request.body) > max_bytes:
        hint = f"The body has more than {max_bytes} bytes, which is the limit of the mock."
        raise APIError("body-too-large", hint=hint)
    _check_media_type(request)
    try:
        return _parse(request.body)
    except _MalformedError as error:
        raise APIError("body-malformed", hint=f"The body {error}.") from error


def read_form(request: Request, max_bytes: int) -> Mapping[str, str]:
    """Return the fields of an HTML form; those of `v3` under their older names.

    Raises `APIError`: `body-too-large`, `media-type-unsupported` or `body-malformed`.
    """
    if len(request.body) > max_bytes:
        hint = f"The body has more than {max_bytes} bytes, which is the limit of the mock."
        raise APIError("body-too-large", hint=hint)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != FORM or request.headers.get("content-encoding"):
        message = f"Send the body as {FORM}, in UTF-8."
        raise APIError("media-type-unsupported", message=message, hint=message)
    try:
        text = request.body.decode("ascii")  # Other characters are percent-encoded.
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError as error:
        raise APIError(
            "body-malformed", hint=f"The body is not a form of UTF-8: {error}."
        ) from error
    names = V3_FIELDS if request.headers.get("version", "").strip() == "v3" else {}
    return {names.get(name, name): value for name, value in pairs}


def _check_media_type(request: Request) -> None:
    media_type = request.headers.get("content-type")
    coding = request.headers.get("content-encoding")
    if media_type == MEDIA_TYPE and coding is None:
        return
    if media_type is None:
        _unsupported("Content-Type is missing; send 'Content-Type: application/json'.")
    header = Message()
    header["content-type"] = media_type
    if header.get_content_type() != MEDIA_TYPE:
        _unsupported(f"Content-Type is '{media_type}'; send application/json.")
    charset = str(header.get_param("charset", "utf-8")).lower()
    if charset not in {"utf-8", "utf8", "us-ascii"}:
        _unsupported(f"The charset is '{charset}'; JSON must be UTF-8.")
    if coding not in {None, "", "identity"}:
        _unsupported(f"Content-Encoding is '{coding}'; send the body as it is.")


def _unsupported(hint: str) -> NoReturn:
    raise APIError("media-type-unsupported", hint=hint)


def _parse(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
    try:
        text = body.removeprefix(BOM_UTF8).decode()
        value = _decode(text)
    except _MalformedError:
        raise
    except UnicodeDecodeError as error:
        raise _MalformedError(f"is not UTF-8: byte {error.start} does not fit") from error
    except json.JSONDecodeError as error:
        problem = f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        if not body.strip():
            problem = "is empty; send a JSON object with message and locationId"
        raise _MalformedError(problem) from error
    except RecursionError as error:
        raise _MalformedError(TOO_DEEP) from error
    except ValueError as error:
        raise _MalformedError("holds a number with too many digits") from error
    # Most texts can neither nest too deeply nor hold half a character.
    may_be_deep = text.count("[") + text.count("{") > MAX_DEPTH
    if may_be_deep or ("\\u" in text and LONE_SURROGATE.search(text)):
        _check_tree(value)
    return value


def _decode(text: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        value, end = DECODER.raw_decode(text)
    except json.JSONDecodeError:
        return DECODER.decode(text)  # Leading white space, or an error with its own text.
    return value if end == len(text) else DECODER.decode(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise _MalformedError(f"has the property '{twice}' twice in one object")
    return found


def _constant(name: str) -> Any:  # noqa: ANN401 - never returns
    raise _MalformedError(f"holds {name}, which JSON does not have")


def _float(text: str) -> float:
    number = float(text)
    if isinf(number):
        raise _MalformedError(f"holds a number beyond what a double can hold: {text[:40]}")
    return number


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)


def _check_tree(value: object) -> None:
    """Check every value and property name, without recursion."""
    waiting = [(value, 1)]
    while waiting:
        item, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise _MalformedError(TOO_DEEP)
        if isinstance(item, Mapping):
            waiting.extend((name, depth) for name in item)
            waiting.extend((child, depth + 1) for child in item.values())
        elif isinstance(item, list):
            waiting.extend((child, depth + 1) for child in item)
        elif isinstance(item, str) and any("\ud800" <= each <= "\udfff" for each in item):
            problem = "holds half of a surrogate pair (such as \\ud800), which is no character"
            raise _MalformedError(problem)


TYPE_WORDS = {
    "string": "a string",
    "array": "an array",
    "object": "an object",
    "boolean": "a boolean value",
    "number": "a number conforming to the specified constraints",
    "integer": "an integer number",
}

INTEGER = re.compile(r"-?[0-9]{1,100}")
LIMITS = {
    "maxLength": "must be shorter than or equal to {} characters",
    "minimum": "must not be less than {}",
    "maximum": "must not be greater than {}",
    "pattern": "must match /{}/ regular expression",
}
"""The platform's words for a limit, by its keyword in JSON Schema (observed on sister services)."""

COMMON_ALIASES: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(("input", "text", "prompt", "query", "content", "body"), ("message",)),
    **dict.fromkeys(
        ("sessionid", "executionid", "conversationid", "threadid", "interactionid"),
        ("executionId", "sessionId"),
    ),
    **dict.fromkeys(("subaccountid", "accountid"), ("locationId",)),
    **dict.fromkeys(
        ("variables", "inputvariables", "extravariables"), ("inputVariables", "extraVariables")
    ),
    **dict.fromkeys(("url", "image"), ("imageUrl",)),
    "files": ("attachments",),
}
"""Names that clients send (lower case, without `_` and `-`), and the contract's names for them."""

MAX_TEXT = 200
"""Characters of a name or text of the client in a message."""

MAX_ERRORS = 100
"""Errors reported at once: a body of a megabyte can contain hundreds of thousands."""


class BodyValidator:
    """Validator of one schema: jsonschema-rs accepts, jsonschema explains what it rejects."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        """Compile `schema`, in which every `$ref` is resolved already."""
        self._accepts = jsonschema_rs.Draft202012Validator(dict(schema)).is_valid
        self._validator = Draft202012Validator(schema)

    def errors(self, body: object) -> tuple[FieldError, ...]:
        """Return the errors in `body`: unknown properties first, at most `MAX_ERRORS` of either."""
        if self._accepts(body):
            return ()
        unknown: dict[FieldError, None] = {}
        others: dict[FieldError, None] = {}
        for error in self._validator.iter_errors(body):
            found = unknown if error.validator == "additionalProperties" else others
            described = _describe(error, self._validator.schema)
            found.update(dict.fromkeys(islice(described, MAX_ERRORS - len(found))))
            if len(others) == MAX_ERRORS:
                break
        return (*unknown, *others)


class QueryReader:
    """Reads and validates the query of an operation without a body."""

    def __init__(self, operation: Operation) -> None:
        parameters = [each for each in operation.parameters if each["in"] == "query"]
        self._schemas = {each["name"]: each["schema"] for each in parameters}
        required = [each["name"] for each in parameters if each.get("required")]
        schema = {"type": "object", "properties": self._schemas, "required": required}
        self._validator = BodyValidator(schema)

    def read(self, query: Mapping[str, str]) -> tuple[Mapping[str, Any], tuple[FieldError, ...]]:
        """Return the described parameters of a query by name, and what is wrong with them."""
        values: dict[str, Any] = {}
        for name, text in query.items():
            if name in self._schemas:
                is_number = self._schemas[name]["type"] == "integer" and INTEGER.fullmatch(text)
                values[name] = int(text) if is_number else text
        return values, self._validator.errors(values)


def _describe(error: ValidationError, root: Any) -> Iterator[FieldError]:  # noqa: ANN401 - any schema
    path = list(error.absolute_path)
    pointer, name = to_pointer(path), _join_path(path)
    schema: Any = error.schema
    properties: Mapping[str, Any] = schema.get("properties", {})
    if error.validator == "additionalProperties":
        yield from _unknown_properties(error, path, list(properties))
    elif error.validator == "required":
        yield from _missing_properties(error, path, properties)
    elif error.validator == "type":
        message = f"{name} must be {_type_words(error.validator_value)}"
        fix = _type_hint(error, _is_optional(root, path))
        hint = f"{message}; {fix}" if fix else ""
        yield FieldError(pointer, message, hint, ErrorKind.WRONG_TYPE)
        if error.instance is None and _must_not_be_empty(schema):
            yield FieldError(pointer, f"{name} should not be empty", kind=ErrorKind.EMPTY)
    elif error.validator == "enum":
        # Both texts are observed at /oauth/token.
        yield FieldError(
            pointer, f"{name} must be a valid enum value", cut_text(error.message, MAX_TEXT)
        )
        if error.instance == "" and not _is_optional(root, path):
            yield FieldError(pointer, f"{name} should not be empty", kind=ErrorKind.EMPTY)
    elif error.validator == "minLength":
        yield FieldError(pointer, f"{name} should not be empty", kind=ErrorKind.EMPTY)
    elif error.validator in LIMITS:
        message = f"{name} {LIMITS[error.validator].format(error.validator_value)}"
        yield FieldError(pointer, message, cut_text(error.message, MAX_TEXT))
    else:
        yield FieldError(pointer, f"{name} is not valid", cut_text(error.message, MAX_TEXT))


def _is_optional(schema: Any, path: Sequence[str | int]) -> bool:  # noqa: ANN401 - any schema
    """Return whether the value at `path` may be left out; an entry of an array may."""
    for part in path[:-1]:
        schema = schema["items"] if isinstance(part, int) else schema["properties"].get(part, {})
    return bool(path) and path[-1] not in schema.get("required", ())


def _type_hint(error: ValidationError, is_optional: bool) -> str:  # noqa: FBT001 - private
    """Return a hint for a value that serializers write for an absent or empty one."""
    expected, leave_out = error.validator_value, " or leave it out" if is_optional else ""
    if error.instance is None:
        return "leave it out instead of null." if is_optional else "null is not allowed."
    if error.instance == [] and expected == "object":
        return f"send {{}}{leave_out}; in PHP, cast the empty array to (object)."
    if error.instance == {} and expected == "array":
        return f"send []{leave_out}."
    return ""


def _unknown_properties(
    error: ValidationError, path: list[str | int], known: list[str]
) -> Iterator[FieldError]:
    prefix = "".join(f"{part}." for part in path)
    sent: Any = error.instance
    for name in sent:
        if name not in known:
            close = _closest(name, known)
            hint = f"did you mean '{close}'?" if close else f"known are {', '.join(known)}."
            yield FieldError(
                to_pointer([*path, name]),
                f"{prefix}property {cut_text(name, MAX_TEXT)} should not exist",
                f"unknown property '{cut_text(name, MAX_TEXT)}'; {hint}",
                ErrorKind.MISNAMED_PROPERTY if close else ErrorKind.UNKNOWN_PROPERTY,
            )


def _missing_properties(
    error: ValidationError, path: list[str | int], properties: Mapping[str, Any]
) -> Iterator[FieldError]:
    required: Any = error.validator_value
    sent: Any = error.instance
    for name in required:
        if name not in sent:
            schema = properties.get(name, {})
            pointer, dotted = to_pointer([*path, name]), _join_path([*path, name])
            message = f"{dotted} must be {_type_words(schema.get('type', 'present'))}"
            yield FieldError(pointer, message, f"'{name}' is missing.", ErrorKind.MISSING_PROPERTY)
            if _must_not_be_empty(schema):
                yield FieldError(pointer, f"{dotted} should not be empty", kind=ErrorKind.EMPTY)


def find_misnamed(body: Mapping[str, object], name: str, known: Iterable[str]) -> str | None:
    """Return the property of `body` that is probably meant to be `name`, if it is not in `known`.

    For `locationId` it is `location_id`, `LocationID` or `accountId`.
    """
    names = [*known]
    sent = (each for each in islice(body, MAX_ERRORS) if each not in names)
    return next((cut_text(each, MAX_TEXT) for each in sent if _closest(each, names) == name), None)


def _closest(name: str, known: Iterable[str]) -> str | None:
    """Return the property that `name` probably stands for: an alias, or a similar name."""
    plain = _normalize(cut_text(name, MAX_TEXT))
    by_plain = {_normalize(each): each for each in known}
    names = (by_plain.get(plain), *COMMON_ALIASES.get(plain, ()))
    exact = next((each for each in names if each in by_plain.values()), None)
    return exact or closest(plain, by_plain.values())


def _normalize(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _must_not_be_empty(schema: Any) -> bool:  # noqa: ANN401 - any schema
    return isinstance(schema, Mapping) and schema.get("minLength", 0) > 0


def _type_words(expected: Any) -> str:  # noqa: ANN401 - a JSON Schema's `type`: one or several
    if isinstance(expected, str):
        return TYPE_WORDS.get(expected, expected)
    return " or ".join(TYPE_WORDS.get(each, each) for each in expected)


def _join_path(path: Iterable[str | int]) -> str:
    return cut_text(".".join(map(str, path)), MAX_TEXT) or "body"
