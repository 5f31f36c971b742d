"""Placeholders for ids that the server minted, such as `<execution-id:1>`.

An id is the value of a property of a response, or of a response header, whose name ends in `id`.
From then on it is replaced wherever it occurs: in paths, queries, headers, bodies, and inside of
texts. A value that a client sent before the server did is not the server's, and stays.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from leadway_mock.recording.private_data import MARKS
from leadway_mock.recording.redacted import RedactedJson

MIN_ID_CHARS: Final = 6
MAX_IDS: Final = 20_000

_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_WORD = re.compile(rf"[\w-]{{{MIN_ID_CHARS},}}")
_PART = re.compile(rf"{_UUID}|[A-Za-z0-9]{{{MIN_ID_CHARS},}}")
_PLAIN = re.compile(r"[\w-]+")
_PLACEHOLDER = re.compile(r"<[a-z-]+:[1-9]\d{0,5}>")
_ID_NAME = re.compile(r"(?:.*[a-z0-9])?Id|_?id")
_ID_HEADER = re.compile(r"(?:x-)?(?P<kind>(?:[a-z]+-)*id)")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_HEADER_KINDS: Final = {"cf-ray": "ray-id"}
_KINDS: Final = {"published-version-id": "version-id", "latest-version-id": "version-id"}
_LISTS: Final = {"agents": "agent-id", "versions": "version-id", "agent": "agent-id"}
"""Kind of the `id` of what is below such a property."""


class Placeholders:
    """Replaces ids in the exchanges of one recording, which it must be given in their order."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._unusual: list[str] = []
        """Ids with other characters than letters, digits, dashes and underscores."""

        self._counts: Counter[str] = Counter()
        self._sent: set[str] = set()

    def replace(self, exchange: RedactedJson) -> RedactedJson:
        """Return the exchange with the ids that the server has minted so far replaced."""
        content = exchange.value
        for text in _texts(content.get("request")):
            self._sent.add(text)
            for word in _WORD.findall(text):
                self._sent.add(word)
                self._sent.update(_PART.findall(word))
        for value, kind in _response_ids(content):
            self._add(value, kind)
        return RedactedJson(self._replace_in(content))

    def replace_text(self, text: str) -> str:
        """Return `text` with each known id replaced."""
        for value in self._unusual:
            text = text.replace(value, self._names[value])
        return _WORD.sub(self._word, text) if self._names else text

    def _add(self, value: str, kind: str) -> None:
        is_new = value not in self._names and value not in self._sent
        if not is_new or len(self._names) >= MAX_IDS:
            return
        self._counts[kind] += 1
        self._names[value] = f"<{kind}:{self._counts[kind]}>"
        if not _PLAIN.fullmatch(value):
            self._unusual.append(value)

    def _word(self, match: re.Match[str]) -> str:
        name = self._names.get(match[0])
        return name or _PART.sub(lambda part: self._names.get(part[0], part[0]), match[0])

    def _replace_in(self, value: object) -> object:
        if isinstance(value, str):
            return value if _PLACEHOLDER.fullmatch(value) else self.replace_text(value)
        if isinstance(value, Mapping):
            return {self.replace_text(key): self._replace_in(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._replace_in(each) for each in value]
        return value


def _response_ids(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the ids in a response, with their kinds, in the order of their appearance."""
    response = content.get("response") or {}
    for name, value in response.get("headers", {}).items():
        match = _ID_HEADER.fullmatch(name)
        kind = match["kind"] if match else _HEADER_KINDS.get(name)
        if kind and _is_id(value):
            yield value, kind
    root = "agent-id" if "agent" in content["request"]["path"] else "id"
    yield from _ids_in(response.get("body"), root)


def _ids_in(value: object, own: str) -> Iterator[tuple[str, str]]:
    """Yield the ids in a JSON value; `own` is the kind of a property called `id`."""
    if isinstance(value, list):
        for each in value:
            yield from _ids_in(each, own)
    if isinstance(value, Mapping):
        for name, each in value.items():
            if _ID_NAME.fullmatch(name) and _is_id(each):
                yield each, _kind(name, own)
            else:
                yield from _ids_in(each, _LISTS.get(name, own))


def _kind(name: str, own: str) -> str:
    if name in {"id", "_id"}:
        return own
    kind = _HUMP.sub("-", name).replace("_", "-").lower()
    return _KINDS.get(kind, kind)


def _is_id(value: object) -> bool:
    return (
        isinstance(value, str)
        and len(value) >= MIN_ID_CHARS
        and value not in MARKS
        and not any(each.isspace() for each in value)
        and not _PLACEHOLDER.fullmatch(value)
    )


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield name
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
