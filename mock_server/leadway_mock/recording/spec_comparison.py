"""Compares the operations of two OpenAPI documents: what breaks clients of the first.

A request that the first allows must be allowed by the second; a response of the second must be one
that the first describes. So requests may only become wider, and responses only narrower.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from hashlib import sha256
from typing import Any, NamedTuple, TypeAlias

from leadway_mock.recording.json_differences import shorten
from leadway_mock.util.json_pointer import escape

Node: TypeAlias = Mapping[str, Any]

WORDS = frozenset(
    {
        *("description", "summary", "title", "example", "examples", "tags", "operationId"),
        *("externalDocs", "format", "$comment"),
    }
)
"""Names of what explains and does not decide which values are valid."""

MAPS = frozenset({"properties", "responses", "headers", "content"})
"""Names of objects whose own names the author chose."""

LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
RULES = ("pattern", "multipleOf", "uniqueItems", "oneOf", "anyOf", "not")
"""What is compared as a whole: whether a pattern is wider than another is not decided."""


class Kind(StrEnum):
    """What a difference means for clients."""

    BREAKING = "breaking"
    ADDITIVE = "additive"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Side:
    """Who writes the values of a schema: what it means if it allows fewer values, or more."""

    narrower: Kind
    wider: Kind


REQUEST = Side(narrower=Kind.BREAKING, wider=Kind.ADDITIVE)
RESPONSE = Side(narrower=Kind.ADDITIVE, wider=Kind.BREAKING)


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between the first document, ours, and the second, theirs."""

    operation: str
    """Method and path in ours, or in theirs if only they have it."""

    pointer: str
    """JSON pointer into the operation without references.

    A parameter is named by place and name, `header version`, instead of its index.
    """

    kind: Kind
    what: str
    """What they changed, as the end of a sentence."""

    ours: str = ""
    theirs: str = ""
    """The values as JSON, shortened; empty where there is none."""


def compare(ours: Mapping[str, Node], theirs: Mapping[str, Node]) -> list[Difference]:
    """Return the differences between operations without references, by method and path.

    Of ours, only those are compared whose path begins as one of theirs does.
    """
    families = {_family(name) for name in theirs}
    mine = {_key(name): name for name in ours if _family(name) in families}
    other = {_key(name): name for name in theirs}
    found = []
    for key in sorted({*mine, *other}):
        if key not in other:
            found.append(Difference(mine[key], "", Kind.BREAKING, "is missing"))
        elif key not in mine:
            found.append(Difference(other[key], "", Kind.ADDITIVE, "is new"))
        else:
            comparison = _Comparison(mine[key])
            comparison.compare_operations(Pair("", ours[mine[key]], theirs[other[key]]))
            found += comparison.found
    return found


def words(operation: Node) -> dict[str, str]:
    """Return what explains the operation: texts as JSON by JSON pointer."""
    return dict(_words(operation, ""))


def digest(text: str) -> str:
    """Return a short fingerprint of a text."""
    return sha256(text.encode()).hexdigest()[:8]


def shared_families(ours: Mapping[str, Node], theirs: Mapping[str, Node]) -> set[str]:
    """Return the first segments of paths, such as `agent-studio`, that both have."""
    return {_family(name) for name in ours} & {_family(name) for name in theirs}


class Pair(NamedTuple):
    """A place in an operation, and what both documents have there."""

    pointer: str
    ours: Any
    theirs: Any

    def child(self, name: str, default: object = None) -> Pair:
        """Return the pair of a property of both."""
        place = f"{self.pointer}/{escape(name)}"
        return Pair(place, self.ours.get(name, default), self.theirs.get(name, default))

    def map(self, change: Callable[[Any], object]) -> Pair:
        """Return the pair with both values changed."""
        return Pair(self.pointer, change(self.ours), change(self.theirs))


class _Comparison:
    """Collects the differences of one operation."""

    def __init__(self, operation: str) -> None:
        self.operation = operation
        self.found: list[Difference] = []

    def compare_operations(self, pair: Pair) -> None:
        self._compare_parameters(pair.map(_parameters)._replace(pointer="/parameters"))
        body = pair.child("requestBody", {})
        self._compare_required(body)
        self._compare_contents(body, REQUEST)
        self._compare_responses(pair.child("responses", {}))
        self._compare_scopes(*pair.map(_scopes))
        deprecated = pair.child("deprecated")
        if deprecated.theirs and not deprecated.ours:
            self._add(Pair(deprecated.pointer, None, theirs=True), Kind.ADDITIVE, "is deprecated")

    def _compare_parameters(self, pair: Pair) -> None:
        required = {name for name, each in pair.theirs.items() if each.get("required")}
        for name in sorted(required - pair.ours.keys()):
            new = Pair(f"{pair.pointer}/{escape(name)}", None, _shape(pair.theirs.pop(name)))
            self._add(new, Kind.BREAKING, "is new and required")
        for each in self._common(pair, Kind.BREAKING, Kind.ADDITIVE, gone="is not taken"):
            self._compare_required(each)
            for style in (each.child("style"), each.child("explode")):
                if None not in style and style.ours != style.theirs:
                    self._add(style, Kind.BREAKING, "is written differently")
            self._compare_schemas(each.child("schema", {}), REQUEST)

    def _compare_required(self, pair: Pair) -> None:
        required = pair.child("required").map(bool)
        if required.theirs and not required.ours:
            self._add(required, Kind.BREAKING, "is required")
        elif required.ours and not required.theirs:
            self._add(required, Kind.ADDITIVE, "is optional")

    def _compare_contents(self, pair: Pair, side: Side) -> None:
        contents = pair.child("content", {})
        for each in self._common(contents, side.narrower, side.wider, lambda *_: "content"):
            self._compare_schemas(each.child("schema", {}), side)

    def _compare_responses(self, pair: Pair) -> None:
        pair = pair.map(lambda responses: {str(name): each for name, each in responses.items()})
        kinds = RESPONSE.narrower, RESPONSE.wider
        for each in self._common(pair, *kinds, lambda status, _: status):
            self._compare_headers(each.child("headers", {}))
            content = each.child("content")
            if content.ours and not content.theirs:
                shown = content._replace(ours=[*content.ours], theirs=None)
                self._add(shown, RESPONSE.wider, "has no described body")
            else:
                self._compare_contents(each, RESPONSE)

    def _compare_headers(self, pair: Pair) -> None:
        pair = pair.map(lambda headers: {name.lower(): each for name, each in headers.items()})
        optional = {name for name, each in pair.ours.items() if not each.get("required")}
        for name in optional - pair.theirs.keys():
            del pair.ours[name]
        for each in self._common(pair, RESPONSE.wider, RESPONSE.narrower):
            self._compare_schemas(each.child("schema", {}), RESPONSE)

    def _compare_scopes(self, _: str, ours: set[str], theirs: set[str]) -> None:
        if new := sorted(theirs - ours):
            self._add(Pair("/security", sorted(ours), new), Kind.BREAKING, "needs a scope")
        if gone := sorted(ours - theirs):
            shown = Pair("/security", gone, sorted(theirs))
            self._add(shown, Kind.ADDITIVE, "needs no such scope")

    def _compare_schemas(self, pair: Pair, side: Side) -> None:
        pair = pair.map(_normalize)
        kinds = pair.map(_types)
        self._compare_sets(kinds, pair.child("type"), side)
        enum = pair.child("enum")
        self._compare_sets(enum.map(_values), enum, side)
        for bounds, sign in ((LOWER, -1), (UPPER, 1)):
            for limit in map(pair.child, bounds):
                self._compare_amounts(limit.map(partial(_amount, sign)), limit, side)
        for rule in map(pair.child, RULES):
            self._compare_rules(rule, side)
        default = pair.child("default")
        if side is REQUEST and default.ours != default.theirs:
            self._add(default, Kind.BREAKING, "has another default")
        if _have("array", kinds) and ("items" in pair.ours or "items" in pair.theirs):
            self._compare_schemas(pair.child("items", {}), side)
        if _have("object", kinds):
            self._compare_properties(pair, side)

    def _compare_sets(self, sets: Pair, shown: Pair, side: Side) -> None:
        """Compare which values are allowed; `None` is all."""
        _, ours, theirs = sets
        is_narrower = theirs is not None and (ours is None or bool(ours - theirs))
        is_wider = ours is not None and (theirs is None or bool(theirs - ours))
        if is_narrower and is_wider:
            self._add(shown, Kind.BREAKING, "allows others")
        else:
            self._compare_amounts(Pair("", is_narrower, is_wider), shown, side)

    def _compare_amounts(self, amounts: Pair, shown: Pair, side: Side) -> None:
        """Compare how much is allowed."""
        if amounts.theirs < amounts.ours:
            self._add(shown, side.narrower, "allows less")
        elif amounts.theirs > amounts.ours:
            self._add(shown, side.wider, "allows more")

    def _compare_rules(self, pair: Pair, side: Side) -> None:
        _, ours, theirs = pair.map(_without_words)
        if ours == theirs:
            return
        if ours is None:
            self._add(pair, side.narrower, "is a new rule")
        elif theirs is None:
            self._add(pair, side.wider, "is no rule")
        else:
            self._add(pair, Kind.BREAKING, "is another rule")

    def _compare_properties(self, pair: Pair, side: Side) -> None:
        properties = pair.child("properties", {})
        for each in self._common(properties, Kind.BREAKING, Kind.ADDITIVE):
            self._compare_schemas(each, side)
        _, ours, theirs = pair.child("required", []).map(set)
        for name in sorted(theirs - ours):
            place = f"{properties.pointer}/{escape(name)}/required"
            self._add(Pair(place, None, name), side.narrower, "is required")
        for name in sorted((ours - theirs) & set(properties.theirs)):
            place = f"{properties.pointer}/{escape(name)}/required"
            self._add(Pair(place, name, None), side.wider, "is optional")
        others = pair.child("additionalProperties", default=True)
        if isinstance(others.ours, Mapping) and isinstance(others.theirs, Mapping):
            self._compare_schemas(others, side)
        else:
            self._compare_amounts(others.map(_openness), others, side)

    def _common(
        self,
        pair: Pair,
        only_ours: Kind,
        only_theirs: Kind,
        describe: Callable[[str, Node], str] = lambda _, node: _shape(node),
        gone: str = "is not described",
    ) -> Iterator[Pair]:
        """Yield the pair of each name that both have; add what only one of them has."""
        for name in sorted({*pair.ours, *pair.theirs}):
            pointer, ours, theirs = each = pair.child(name)
            if name not in pair.theirs:
                self._add(Pair(pointer, describe(name, ours), None), only_ours, gone)
            elif name not in pair.ours:
                self._add(Pair(pointer, None, describe(name, theirs)), only_theirs, "is new")
            else:
                yield each

    def _add(self, pair: Pair, kind: Kind, what: str) -> None:
        pointer, ours, theirs = pair.map(_format_value)
        self.found.append(Difference(self.operation, pointer, kind, what, ours, theirs))


def _key(name: str) -> str:
    """Return method and path without the names of path parameters."""
    return "/".join("{}" if part.startswith("{") else part for part in name.split("/"))


def _family(name: str) -> str:
    return name.partition("/")[2].partition("/")[0]


def _parameters(operation: Node) -> dict[str, Node]:
    """Return the parameters by place and name; those of a path by their order."""
    found: dict[str, Node] = {}
    number = 0
    for each in operation.get("parameters", []):
        place, name = each.get("in"), str(each.get("name"))
        if place == "path":
            number += 1
            name = str(number)
        found[f"{place} {name.lower() if place == 'header' else name}"] = each
    return found


def _scopes(operation: Node) -> set[str]:
    """Return the scopes that every way to authorize needs."""
    ways = [
        {scope for scopes in way.values() for scope in scopes}
        for way in operation.get("security", [])
    ]
    return set.intersection(*ways) if ways else set()


def _merge_all_of(schema: Node) -> dict[str, Any]:
    """Return the schema with the parts of its `allOf`."""
    result = dict(schema)
    for part in map(_normalize, result.pop("allOf", [])):
        for name, value in part.items():
            if name == "properties":
                result[name] = {**value, **result.get(name, {})}
            elif name == "required":
                result[name] = [*result.get(name, []), *value]
            else:
                result.setdefault(name, value)
    return result


def _normalize(schema: object) -> dict[str, Any]:
    """Return the schema as OpenAPI 3.1 writes it, with `allOf` merged."""
    if not isinstance(schema, Mapping):
        return {} if schema is not False else {"not": {}}
    result = _merge_all_of(schema)
    if "const" in result:
        result["enum"] = [result.pop("const")]
    kinds = result.get("type")
    if result.pop("nullable", False) and kinds is not None:
        result["type"] = [*(kinds if isinstance(kinds, list) else [kinds]), "null"]
        if "enum" in result and None not in result["enum"]:
            result["enum"] = [*result["enum"], None]
    for name, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(flag := result.get(exclusive), bool):
            del result[exclusive]
            if flag and name in result:
                result[exclusive] = result.pop(name)
    return result


def _types(schema: Node) -> set[str] | None:
    kinds = schema.get("type")
    if kinds is None:
        return None
    found = {kinds} if isinstance(kinds, str) else set(kinds)
    return found | ({"integer"} if "number" in found else set())


def _values(enum: Sequence[object] | None) -> set[str] | None:
    return None if enum is None else {_json(each) for each in enum}


def _have(kind: str, types: Pair) -> bool:
    return all(each is None or kind in each for each in types[1:])


def _amount(sign: int, limit: float | None) -> float:
    """Return how much an upper limit allows, or with a negative sign a lower one."""
    return math.inf if limit is None else sign * float(limit)


def _openness(schema: object) -> int:
    """Return 0 for a schema that allows nothing, 2 for one that allows everything, else 1."""
    if isinstance(schema, Mapping) and _without_words(schema):
        return 1
    return 0 if schema is False else 2


def _shape(node: Node) -> str:
    """Return the type of a parameter, header or property in a word."""
    schema = _normalize(node.get("schema", node))
    kinds = schema.get("type", "any")
    text = kinds if isinstance(kinds, str) else " or ".join(map(str, kinds))
    return f"{text} of {_shape(schema['items'])}" if text == "array" and "items" in schema else text


def _words(node: object, pointer: str, *, is_map: bool = False) -> Iterator[tuple[str, str]]:
    if isinstance(node, Mapping):
        for name, value in node.items():
            place = f"{pointer}/{escape(str(name))}"
            if not is_map and name in WORDS:
                yield place, _json(value)
            elif not str(name).startswith("x-"):
                yield from _words(value, place, is_map=not is_map and name in MAPS)
    elif isinstance(node, Sequence) and not isinstance(node, str):
        for index, value in enumerate(node):
            yield from _words(value, f"{pointer}/{index}")


def _without_words(value: object, *, is_map: bool = False) -> object:
    if isinstance(value, Mapping):
        return {
            name: _without_words(each, is_map=not is_map and name in MAPS)
            for name, each in value.items()
            if is_map or not (name in WORDS or str(name).startswith("x-"))
        }
    if isinstance(value, list):
        return [_without_words(each) for each in value]
    return value


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _format_value(value: object) -> str:
    if value is None:
        return ""
    return shorten(value if isinstance(value, str) else _json(_without_words(value)))
