"""The contract as JSON values, with JSON pointers and the lines that they point to."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import yaml

from leadway_mock.documents.problems import DocumentError, Problem, TextPosition
from leadway_mock.documents.yaml_document import load
from leadway_mock.util.json_pointer import to_path, to_pointer

ROOT = "#"
Check = Callable[["Document"], Iterator[Problem]]
"""Yields problems; the location is a JSON pointer in a fragment: `#/paths/~1agents/get`."""


def child(pointer: str, *keys: object) -> str:
    """Return the pointer to what is reached from `pointer` by the keys."""
    return f"{pointer}{to_pointer(map(str, keys))}"


def as_fragment(pointer: str) -> str:
    """Return `pointer` percent-encoded for a URI: path templates contain braces."""
    return quote(pointer, safe="#/~")


class Document:
    """An OpenAPI file.

    Attributes:
        data: The file as mappings, lists and scalars.
    """

    def __init__(self, text: str) -> None:
        """Read `text`; raises `DocumentError` when it is not a YAML mapping."""
        self._document = load(text)
        if not isinstance(self._document.value, dict):
            problem = Problem(TextPosition(1), "this is not a mapping", "write an OpenAPI document")
            raise DocumentError(problem)
        self.data: dict[str, Any] = self._document.value
        self._text = text

    @classmethod
    def load(cls, path: Path) -> "Document":
        """Read the file at `path`; raises `OSError` or `DocumentError`."""
        try:
            return cls(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError as error:
            message, hint = f"this is not UTF-8: {error.reason}", "save the file as UTF-8"
            raise DocumentError(Problem(TextPosition(1), message, hint)) from error

    def line(self, pointer: str) -> int:
        """Return the line, from 1, of what `pointer` points to, or of the nearest parent."""
        path: tuple[str | int, ...] = ()
        for key in to_path(pointer):
            # Digits are an index of a list, or a key such as a status.
            longer = [(*path, step) for step in (key, str(key))]
            path = next((each for each in longer if each in self._document.values), path)
        return self._document.key_position(path).line

    def find(self, pointer: str) -> object:
        """Return what the local `pointer` points to; raises `LookupError` for nothing."""
        if pointer != ROOT and not pointer.startswith("#/"):
            raise LookupError(pointer)
        value: Any = self.data
        for key in to_path(pointer):
            try:
                value = value[key if isinstance(value, list) else str(key)]
            except TypeError as error:
                raise LookupError(pointer) from error
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
