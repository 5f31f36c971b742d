"""The contract as JSON values, with JSON pointers and the lines that they point to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import yaml

from leadway_mock.documents.problems import DocumentError, TextPosition
from leadway_mock.documents.yaml_document import load

ROOT = "#"


class UnreadableError(Exception):
    """The file cannot be read: at which line, counted from 1, why, and how to fix it."""

    def __init__(self, line: int, message: str, hint: str) -> None:
        super().__init__(line, message, hint)
        self.line = line
        self.message = message
        self.hint = hint


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """A problem of the contract.

    Attributes:
        pointer: Where it is, as a JSON pointer in a fragment: `#/paths/~1agents/get`.
        message: What is wrong.
        hint: How to fix it.
    """

    pointer: str
    message: str
    hint: str


def child(pointer: str, key: object) -> str:
    """Return the pointer to `key` of what `pointer` points to."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def descend(pointer: str, path: Iterable[object]) -> str:
    """Return the pointer to what is reached from `pointer` by the keys of `path`."""
    for key in path:
        pointer = child(pointer, key)
    return pointer


def keys(pointer: str) -> list[str]:
    """Return the keys from the root to what `pointer` points to."""
    escaped = pointer.removeprefix(ROOT).split("/")[1:]
    return [key.replace("~1", "/").replace("~0", "~") for key in escaped]


def as_fragment(pointer: str) -> str:
    """Return `pointer` percent-encoded for a URI: path templates contain braces."""
    return quote(pointer, safe="#/~")


class Document:
    """An OpenAPI file.

    Attributes:
        data: The file as mappings, lists and scalars.
    """

    def __init__(self, text: str) -> None:
        """Read `text`; raises `UnreadableError` when it is not a YAML mapping."""
        try:
            self._document = load(text)
        except DocumentError as error:
            problem = error.problem
            line = problem.location.line if isinstance(problem.location, TextPosition) else 1
            raise UnreadableError(line, problem.message, problem.hint) from error
        if not isinstance(self._document.value, dict):
            raise UnreadableError(1, "this is not a mapping", "write an OpenAPI document")
        self.data: dict[str, Any] = self._document.value
        self._text = text

    @classmethod
    def load(cls, path: Path) -> "Document":
        """Read the file at `path`; raises `OSError` or `UnreadableError`."""
        try:
            return cls(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError as error:
            hint = "save the file as UTF-8"
            raise UnreadableError(1, f"this is not UTF-8: {error.reason}", hint) from error

    def line(self, pointer: str) -> int:
        """Return the line, from 1, of what `pointer` points to, or of the nearest parent."""
        path: tuple[str | int, ...] = ()
        value: Any = self.data
        for key in keys(pointer):
            path = (*path, int(key) if isinstance(value, list) and key.isdecimal() else key)
            value = _item(value, key, default=None)
        while path not in self._document.values:
            path = path[:-1]
        return self._document.key_position(path).line

    def find(self, pointer: str) -> object:
        """Return what the local `pointer` points to; raises `LookupError` for nothing."""
        if pointer != ROOT and not pointer.startswith("#/"):
            raise LookupError(pointer)
        value: Any = self.data
        for key in keys(pointer):
            value = _item(value, key)
        return value

    def follow(self, pointer: str, value: object) -> tuple[str, Any]:
        """Return `value` and its pointer, or what it refers to if it is a `$ref`.

        A reference to nothing, or to itself, gives an empty mapping: Redocly reports it.
        """
        seen = set()
        while isinstance(value, Mapping) and isinstance(value.get("$ref"), str):
            pointer = unquote(value["$ref"])
            try:
                value = {} if pointer in seen else self.find(pointer)
            except LookupError:
                value = {}
            seen.add(pointer)
        return pointer, value

    def ambiguities(self) -> Iterator[Problem]:
        """Yield what YAML 1.1 readers read differently: number keys, dates, `yes` and `no`."""
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        yield from _differences(ROOT, self.data, yaml.load(self._text, loader))  # noqa: S506 - safe


def _differences(pointer: str, value: object, other: object) -> Iterator[Problem]:
    if isinstance(value, dict) and isinstance(other, dict):
        for (key, item), (other_key, other_item) in zip(value.items(), other.items(), strict=True):
            if key != other_key:
                yield _ambiguity(child(pointer, key), other_key)
            yield from _differences(child(pointer, key), item, other_item)
    elif isinstance(value, list) and isinstance(other, list):
        for index, pair in enumerate(zip(value, other, strict=True)):
            yield from _differences(child(pointer, index), *pair)
    elif type(value) is not type(other) or value != other:
        yield _ambiguity(pointer, other)


def _ambiguity(pointer: str, other: object) -> Problem:
    kind = type(other).__name__
    return Problem(pointer, f"many YAML readers read this as {kind}", "put it in quotes")


_REQUIRED = object()


def _item(value: object, key: str, default: object = _REQUIRED) -> object:
    if isinstance(value, Mapping) and key in value:
        return value[key]
    if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
        return value[int(key)]
    if default is _REQUIRED:
        raise LookupError(key)
    return default
