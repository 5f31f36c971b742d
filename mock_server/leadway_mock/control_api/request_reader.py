"""Reads and writes for Flask, and validates calls of the control API by its contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import flask

from leadway_mock.contract.model import Operation
from leadway_mock.documents.problems import ProblemsError
from leadway_mock.http.messages import APIError, FieldError, Request, Response
from leadway_mock.http_server.responses import status_line
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.namespaces import Namespace
from leadway_mock.store import StoreDamaged
from leadway_mock.util.printable_text import cut_text
from leadway_mock.validation.request_body import BodyValidator, read_json

CONTROL_PREFIX: Final = "/__mock"
MAX_BODY_BYTES: Final = 1_048_576
MAX_MESSAGE_PROBLEMS: Final = 5
"""Limit of problems in the message of an error."""

MAX_LISTED_PROBLEMS: Final = 100
MAX_MESSAGE_CHARS: Final = 2_000
MAX_PROBLEM_CHARS: Final = 500
MAX_QUOTE_CHARS: Final = 80
MAX_EXACT_INTEGER: Final = 2**53
"""Largest number with a decimal point that is known to be an integer."""

INTEGER: Final = re.compile(r"[0-9]{1,16}")  # Python and SQLite reject thousands of digits.
RESET: Final = "reset"
"""The operation that also works on a damaged store, which it empties."""

BOOLEANS: Final = {"true": True, "false": False}
STATUS_BY_ERROR: Final = {
    "body-malformed": 400,
    "body-too-large": 413,
    "media-type-unsupported": 415,
}


@dataclass(frozen=True, slots=True)
class ControlCall:
    """One call: its namespace, and its validated parameters and body."""

    emulator: Emulator
    namespace: Namespace
    authorization: str | None
    path: Mapping[str, str]
    query: Mapping[str, Any]
    body: Mapping[str, Any]


class ControlAPIError(Exception):
    """Error response of the control API: status, message, and the problems in the request.

    `place` is the part of the request that contains the problems, `body` or `query`.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        place: str = "body",
        problems: tuple[FieldError, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = cut_text(message, MAX_MESSAGE_CHARS)
        self.place = place
        self.problems = problems[:MAX_LISTED_PROBLEMS]
        self.headers = dict(headers or {})

    def content(self) -> dict[str, Any]:
        """Return the body of the response."""
        content = {
            "statusCode": self.status,
            "message": self.message,
            "error": HTTPStatus(self.status).phrase,
        }
        problems = [self._problem_to_json(each) for each in self.problems]
        return content | ({"problems": problems} if problems else {})

    def _problem_to_json(self, problem: FieldError) -> dict[str, str]:
        content = {"in": self.place, "pointer": problem.pointer, "message": problem.message}
        texts = content | ({"hint": problem.hint} if problem.hint else {})
        return {name: cut_text(text, MAX_PROBLEM_CHARS) for name, text in texts.items()}


def invalid_body(
    problems: Sequence[FieldError], sentence: Callable[[FieldError], str]
) -> ControlAPIError:
    """Return the error that lists `problems`, the first of them as sentences in its message."""
    message = " ".join(map(sentence, problems[:MAX_MESSAGE_PROBLEMS]))
    return ControlAPIError(422, message, problems=tuple(problems))


def invalid_file(error: ProblemsError, pointer: str) -> ControlAPIError:
    """Return the error for a file that a body has at `pointer`, with the places in the file."""
    line = "line {line}, column {column}: {message}"
    problems = [
        FieldError(pointer, line.format(**each.to_json()), each.hint)
        for each in error.problems[:MAX_LISTED_PROBLEMS]
    ]
    return invalid_body(problems, "{0.message} — {0.hint}.".format)


def not_found(kind: str, name: str) -> ControlAPIError:
    """Return the error for a `kind` of thing that the namespace does not have by that name."""
    return ControlAPIError(404, f"The namespace has no {kind} '{name[:MAX_QUOTE_CHARS]}'.")


def next_position(positions: Sequence[int], query: Mapping[str, Any]) -> int | None:
    """Return the `after` of the next page of a list, or None if `positions` are its last ones.

    Newest first, nothing follows position 1, and `after` 0 means all.
    """
    is_end = query.get("order") == "newest" and positions[-1:] == [1]
    return None if is_end or len(positions) < query["limit"] else positions[-1]


class CallReader:
    """Reads the calls of one operation."""

    def __init__(
        self, operation: Operation, *, validate: bool = True, max_body: int = MAX_BODY_BYTES
    ) -> None:
        """Validate bodies by the contract if `validate`; read at most `max_body` bytes."""
        schemas: dict[str, dict[str, Any]] = {"query": {}, "path": {}, "header": {}}
        for each in operation.parameters:
            schemas[each["in"]][each["name"]] = each["schema"]
        self._query_schemas, self._path_schemas = schemas["query"], schemas["path"]
        self._operation_id = operation.id
        self._has_body = operation.body_schema is not None
        schema = operation.body_schema or {"type": "object"}
        self._validator = BodyValidator(schema if validate else {"type": "object"})
        self._max_body = max_body

    def read(self, emulator: Emulator, path: Mapping[str, str]) -> ControlCall:
        """Return the call in Flask's present request; raises `ControlAPIError`."""
        authorization = flask.request.headers.get("Authorization")
        for name, schema in self._path_schemas.items():
            max_length = schema.get("maxLength")
            if max_length is not None and len(path[name]) > max_length:
                raise ControlAPIError(400, f"'{name}' must have at most {max_length} characters.")
        query, body = self._query(), self._body()
        try:
            namespace = emulator.namespaces.for_token(authorization)
        except StoreDamaged:
            if self._operation_id != RESET or "scope" in body:
                raise
            emulator.reset()
            namespace = emulator.namespaces.for_token(authorization)
        return ControlCall(emulator, namespace, authorization, path, query, body)

    def _query(self) -> dict[str, Any]:
        schemas, problems = self._query_schemas, []
        query = {name: each["default"] for name, each in schemas.items() if "default" in each}
        for name, values in flask.request.args.to_dict(flat=False).items():
            try:
                query[name] = _parse_parameter(name, values, schemas)
            except ValueError as error:
                problems.append(FieldError(f"/{name[:MAX_QUOTE_CHARS]}", str(error)))
        if problems:
            message = " ".join(each.message for each in problems[:MAX_MESSAGE_PROBLEMS])
            raise ControlAPIError(400, message, place="query", problems=tuple(problems))
        return query

    def _body(self) -> Mapping[str, Any]:
        if not self._has_body:
            return {}
        request = read_request(flask.request, self._max_body)
        try:
            body: Any = read_json(request, self._max_body) if request.body else {}
        except APIError as error:
            raise ControlAPIError(STATUS_BY_ERROR[error.rule], error.hint) from error
        if problems := self._validator.errors(body):
            raise invalid_body(problems, lambda each: each.hint or f"{each.message}.")
        normalized: Mapping[str, Any] = _normalize_integers(body)
        return normalized


def _normalize_integers(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a JSON value in which `1.0` is an integer, as JSON Schema has it."""
    if isinstance(value, dict):
        return {name: _normalize_integers(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_normalize_integers(item) for item in value]
    is_integer = isinstance(value, float) and value.is_integer()
    return int(value) if is_integer and abs(value) <= MAX_EXACT_INTEGER else value


def _parse_parameter(name: str, texts: list[str], schemas: Mapping[str, Any]) -> Any:  # noqa: ANN401 - by schema
    """Return a query parameter as a value of its schema; raises `ValueError`."""
    if name not in schemas:
        names = f"must be one of {', '.join(schemas)}" if schemas else "this call has none"
        raise ValueError(f"unknown query parameter '{name[:MAX_QUOTE_CHARS]}'; {names}.")
    if len(texts) > 1 and schemas[name]["type"] != "array":
        raise ValueError(f"'{name}' is sent {len(texts)} times; send it once.")
    return _parse(name, texts, schemas[name])


def _parse(name: str, texts: list[str], schema: Mapping[str, Any]) -> Any:  # noqa: ANN401 - by schema
    text = texts[0]
    match schema["type"]:
        case "array":
            return [_parse(name, [each], schema["items"]) for each in texts]
        case "integer":
            minimum, maximum = schema["minimum"], schema["maximum"]
            if not INTEGER.fullmatch(text) or not minimum <= int(text) <= maximum:
                raise ValueError(f"'{name}' must be a whole number from {minimum} to {maximum}.")
            return int(text)
        case "boolean":
            if text not in BOOLEANS:
                raise ValueError(f"'{name}' must be true or false.")
            return BOOLEANS[text]
        case _:
            choices = schema.get("enum", [text])
            if text not in choices:
                raise ValueError(f"'{name}' must be one of {', '.join(choices)}.")
            return text


def is_control(path: str) -> bool:
    """Return whether a path, as it was sent, is the mock's own and not the platform's.

    Flask routes a path as if it began with one slash, and so does this function.
    """
    first, _, _ = path.lstrip("/").partition("/")
    return first == CONTROL_PREFIX[1:]


def sent_path(request: flask.Request) -> str:
    """Return the path as it was sent; Flask's own always begins with exactly one slash."""
    sent: str = request.environ.get("PATH_INFO", "")
    return sent.encode("latin-1").decode("utf-8", "replace") or "/"


def read_request(request: flask.Request, max_body: int) -> Request:
    """Return a Flask request as a value, its body cut one byte beyond the limit."""
    return Request(
        method=request.method,
        path=sent_path(request),
        query=request.query_string.decode("latin-1"),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.stream.read(max_body + 1),
    )


def write_response(response: Response) -> flask.Response:
    """Return the Flask response for a response of the emulator."""
    return flask.Response(
        response.body,
        status=status_line(response.status),
        headers=dict(response.headers),
        content_type=response.media_type,
    )
