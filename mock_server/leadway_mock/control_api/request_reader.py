"""Reading a call of the control API: its query and its body, held against its contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import flask

from leadway_mock.contract.model import Operation
from leadway_mock.http.messages import APIError, FieldError
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.namespace import Namespace
from leadway_mock.validation.body_schema import BodyValidator
from leadway_mock.validation.json_body import read_json
from leadway_mock.web.door import read_request

MAX_BODY = 1_048_576
LARGEST = 2**53  # Beyond this, a number with a point says nothing about its last digits.
DIGITS = re.compile(r"[0-9]{1,16}")  # Thousands of digits are an error to Python, and to SQLite.
TRUTHS = {"true": True, "false": False}
STATUS_OF = {"body-malformed": 400, "body-too-large": 413, "media-type-unsupported": 415}


@dataclass(frozen=True, slots=True)
class ControlCall:
    """One call: which space it is about, and what it says, as the contract has it."""

    emulator: Emulator
    namespace: Namespace
    authorization: str | None
    path: Mapping[str, str]
    query: Mapping[str, Any]
    body: Mapping[str, Any]


class ControlAPIError(Exception):
    """A "no" of the control API: a status, what to do, and the places that were wrong."""

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
        self.message = message
        self.place = place
        self.problems = problems
        self.headers = dict(headers or {})

    def content(self) -> dict[str, Any]:
        """Return the body of the answer."""
        told = {"statusCode": self.status, "message": self.message}
        problems = [self._problem(each) for each in self.problems]
        error = {"error": HTTPStatus(self.status).phrase}
        return told | error | ({"problems": problems} if problems else {})

    def _problem(self, problem: FieldError) -> dict[str, str]:
        place = {"in": self.place, "pointer": problem.pointer, "message": problem.message}
        return place | ({"hint": problem.hint} if problem.hint else {})


class CallReader:
    """Reads the calls of one operation."""

    def __init__(
        self, operation: Operation, *, checked: bool = True, max_body: int = MAX_BODY
    ) -> None:
        """Hold bodies against the contract if `checked`, and read no more than `max_body` bytes."""
        self._parameters = [each for each in operation.parameters if each["in"] == "query"]
        self._longest = {
            each["name"]: each["schema"]["maxLength"]
            for each in operation.parameters
            if each["in"] == "path" and "maxLength" in each["schema"]
        }
        self._takes_body = operation.body_schema is not None
        schema = operation.body_schema or {"type": "object"}
        self._rules = BodyValidator(schema if checked else {"type": "object"})
        self._max_body = max_body

    def read(self, emulator: Emulator, path: Mapping[str, str]) -> ControlCall:
        """Return the call that Flask is answering now; raises `Refused`."""
        authorization = flask.request.headers.get("Authorization")
        space = emulator.namespaces.for_token(authorization)
        for name, most in self._longest.items():
            if len(path[name]) > most:
                raise ControlAPIError(400, f"'{name}' has {most} characters at most.")
        return ControlCall(emulator, space, authorization, path, self._query(), self._body())

    def _query(self) -> dict[str, Any]:
        given = flask.request.args
        known = {each["name"]: each["schema"] for each in self._parameters}
        found = {name: schema["default"] for name, schema in known.items() if "default" in schema}
        problems = list(_strangers(given.to_dict(flat=False), known))
        for name in given.keys() & known.keys():
            try:
                found[name] = _value(name, given.getlist(name), known[name])
            except ValueError as error:
                problems.append(FieldError(f"/{name}", str(error)))
        if problems:
            told = " ".join(each.message for each in problems)
            raise ControlAPIError(400, told, place="query", problems=tuple(problems))
        return found

    def _body(self) -> Mapping[str, Any]:
        if not self._takes_body:
            return {}
        request = read_request(flask.request, self._max_body)
        if not request.body:
            body: Any = {}
        else:
            try:
                body = read_json(request, self._max_body)
            except APIError as refusal:
                raise ControlAPIError(STATUS_OF[refusal.rule], refusal.hint) from refusal
        return self._held(body)

    def _held(self, body: Any) -> Mapping[str, Any]:  # noqa: ANN401 - any JSON value
        problems = self._rules.errors(body)
        if problems:
            told = " ".join(each.hint or f"{each.message}." for each in problems[:5])
            raise ControlAPIError(422, told, problems=problems)
        found: Mapping[str, Any] = _whole_numbers(body)
        return found


def _whole_numbers(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a JSON value in which `1.0` is the whole number that JSON takes it for."""
    if isinstance(value, dict):
        return {name: _whole_numbers(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(item) for item in value]
    whole = isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST
    return int(value) if whole else value


def _strangers(given: Mapping[str, list[str]], known: Mapping[str, Any]) -> Iterator[FieldError]:
    there = f"There are {', '.join(known)}." if known else "There is none."
    for name, values in given.items():
        pointer = f"/{name[:80]}"
        if name not in known:
            yield FieldError(pointer, f"'{name[:80]}' is no parameter here. {there}")
        elif len(values) > 1 and known[name]["type"] != "array":
            yield FieldError(pointer, f"'{name}' is here {len(values)} times; send it once.")


def _value(name: str, texts: list[str], schema: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as the schema says
    if schema["type"] == "array":
        return [_value(name, [text], schema["items"]) for text in texts]
    return READERS[schema["type"]](name, texts[0], schema)


def _whole(name: str, text: str, schema: Mapping[str, Any]) -> int:
    least, most = schema["minimum"], schema["maximum"]
    if not DIGITS.fullmatch(text) or not least <= int(text) <= most:
        raise ValueError(f"'{name}' is a whole number from {least} to {most}.")
    return int(text)


def _truth(name: str, text: str, _: Mapping[str, Any]) -> bool:
    if text not in TRUTHS:
        raise ValueError(f"'{name}' is true or false.")
    return TRUTHS[text]


def _text(name: str, text: str, schema: Mapping[str, Any]) -> str:
    choices = schema.get("enum", [text])
    if text not in choices:
        raise ValueError(f"'{name}' is one of {', '.join(choices)}.")
    return text


READERS: Mapping[str, Callable[[str, str, Mapping[str, Any]], Any]] = {
    "integer": _whole,
    "boolean": _truth,
    "string": _text,
}
