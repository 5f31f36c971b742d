"""Compares the operations of two OpenAPI documents: what breaks clients of the first.

A request that the first allows must be allowed by the second; a response of the second must be one
that the first describes. So requests may only become wider, and responses only narrower.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import Any, TypeAlias

from leadway_mock.recording.json_differences import MISSING, shorten
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

TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})


class Kind(Enum):
    """What a difference means for clients."""

    BREAKING = "breaking"
    ADDITIVE = "additive"
    WORDS = "words"


class Side(Enum):
    """Who writes the values that a schema describes."""

    REQUEST = "request"
    RESPONSE = "response"


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
            comparison.compare_operations(ours[mine[key]], theirs[other[key]])
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


class _Comparison:
    """Collects the differences of one operation."""

    def __init__(self, operation: str) -> None:
        self.operation = operation
        self.found: list[Difference] = []

    def compare_operations(self, ours: Node, theirs: Node) -> None:
        self._compare_parameters(_parameters(ours), _parameters(theirs))
        self._compare_bodies(ours.get("requestBody", {}), theirs.get("requestBody", {}))
        self._compare_responses(ours.get("responses", {}), theirs.get("responses", {}))
        self._compare_scopes(_scopes(ours), _scopes(theirs))
        if theirs.get("deprecated") and not ours.get("deprecated"):
            self._add("/deprecated", Kind.ADDITIVE, "is deprecated", None, theirs=True)

    def _compare_parameters(self, ours: Mapping[str, Node], theirs: Mapping[str, Node]) -> None:
        for pointer, mine, other in _pairs("/parameters", ours, theirs):
            if other is MISSING:
                self._add(pointer, Kind.BREAKING, "is not taken", _shape(mine), None)
            elif mine is MISSING and other.get("required"):
                self._add(pointer, Kind.BREAKING, "is new and required", None, _shape(other))
            elif mine is MISSING:
                self._add(pointer, Kind.ADDITIVE, "is new", None, _shape(other))
            else:
                self._compare_required(pointer, mine, other)
                for key in ("style", "explode"):
                    styles = mine.get(key), other.get(key)
                    if None not in styles and styles[0] != styles[1]:
                        what = "is written differently"
                        self._add(f"{pointer}/{key}", Kind.BREAKING, what, *styles)
                schemas = _schema(mine), _schema(other)
                self._compare_schemas(f"{pointer}/schema", *schemas, Side.REQUEST)

    def _compare_bodies(self, ours: Node, theirs: Node) -> None:
        self._compare_required("/requestBody", ours, theirs)
        contents = ours.get("content", {}), theirs.get("content", {})
        self._compare_contents("/requestBody/content", *contents, Side.REQUEST)

    def _compare_required(self, pointer: str, ours: Node, theirs: Node) -> None:
        mine, other = bool(ours.get("required")), bool(theirs.get("required"))
        if mine != other:
            kind = Kind.BREAKING if other else Kind.ADDITIVE
            what = "is required" if other else "is optional"
            self._add(f"{pointer}/required", kind, what, mine, other)

    def _compare_contents(self, pointer: str, ours: Node, theirs: Node, side: Side) -> None:
        for place, mine, other in _pairs(pointer, ours, theirs):
            if other is MISSING:
                self._narrow(place, side, "is not described", "content", None)
            elif mine is MISSING:
                self._widen(place, side, "is new", None, "content")
            else:
                self._compare_schemas(f"{place}/schema", _schema(mine), _schema(other), side)

    def _compare_responses(self, ours: Node, theirs: Node) -> None:
        sides = ({str(status): each for status, each in x.items()} for x in (ours, theirs))
        for pointer, mine, other in _pairs("/responses", *sides):
            status = pointer.rpartition("/")[2]
            if other is MISSING:
                self._narrow(pointer, Side.RESPONSE, "is not described", status, None)
            elif mine is MISSING:
                self._widen(pointer, Side.RESPONSE, "is new", None, status)
            else:
                self._compare_headers(pointer, mine, other)
                contents = mine.get("content", {}), other.get("content", {})
                if contents[0] and not contents[1]:
                    what = "has no described body"
                    self._widen(f"{pointer}/content", Side.RESPONSE, what, [*contents[0]], None)
                else:
                    self._compare_contents(f"{pointer}/content", *contents, Side.RESPONSE)

    def _compare_headers(self, pointer: str, ours: Node, theirs: Node) -> None:
        sides = (
            {name.lower(): each for name, each in x.get("headers", {}).items()}
            for x in (ours, theirs)
        )
        for place, mine, other in _pairs(f"{pointer}/headers", *sides):
            if mine is MISSING:
                self._narrow(place, Side.RESPONSE, "is new", None, _shape(other))
            elif other is not MISSING:
                schemas = _schema(mine), _schema(other)
                self._compare_schemas(f"{place}/schema", *schemas, Side.RESPONSE)
            elif mine.get("required"):
                self._widen(place, Side.RESPONSE, "is not described", _shape(mine), None)

    def _compare_scopes(self, ours: set[str], theirs: set[str]) -> None:
        if new := sorted(theirs - ours):
            self._add("/security", Kind.BREAKING, "needs a scope", sorted(ours), new)
        if gone := sorted(ours - theirs):
            self._add("/security", Kind.ADDITIVE, "needs no such scope", gone, sorted(theirs))

    def _compare_schemas(self, pointer: str, ours: Node, theirs: Node, side: Side) -> None:
        ours, theirs = _normalize(ours), _normalize(theirs)
        kinds = _types(ours), _types(theirs)
        shown = ours.get("type"), theirs.get("type")
        self._compare_sets(f"{pointer}/type", kinds, shown, side)
        shown = ours.get("enum"), theirs.get("enum")
        self._compare_sets(f"{pointer}/enum", (_values(ours), _values(theirs)), shown, side)
        self._compare_bounds(pointer, ours, theirs, side)
        for rule in RULES:
            self._compare_rule(f"{pointer}/{rule}", ours.get(rule), theirs.get(rule), side)
        if side is Side.REQUEST and ours.get("default") != theirs.get("default"):
            values = ours.get("default"), theirs.get("default")
            self._add(f"{pointer}/default", Kind.BREAKING, "has another default", *values)
        if _have("array", *kinds) and ("items" in ours or "items" in theirs):
            items = ours.get("items", {}), theirs.get("items", {})
            self._compare_schemas(f"{pointer}/items", *items, side)
        if _have("object", *kinds):
            self._compare_properties(pointer, ours, theirs, side)

    def _compare_sets(
        self,
        pointer: str,
        values: tuple[set[str] | None, set[str] | None],
        shown: tuple[object, object],
        side: Side,
    ) -> None:
        """Compare which values are allowed; `None` is all."""
        mine, other = values
        is_narrower = other is not None and (mine is None or bool(mine - other))
        is_wider = mine is not None and (other is None or bool(other - mine))
        if is_narrower and is_wider:
            self._add(pointer, Kind.BREAKING, "allows others", *shown)
        elif is_narrower:
            self._narrow(pointer, side, "allows less", *shown)
        elif is_wider:
            self._widen(pointer, side, "allows more", *shown)

    def _compare_bounds(self, pointer: str, ours: Node, theirs: Node, side: Side) -> None:
        for names, sign in ((LOWER, 1), (UPPER, -1)):
            for name in names:
                limits = [each.get(name) for each in (ours, theirs)]
                mine, other = (-math.inf if each is None else sign * float(each) for each in limits)
                if other > mine:
                    self._narrow(f"{pointer}/{name}", side, "allows less", *limits)
                elif other < mine:
                    self._widen(f"{pointer}/{name}", side, "allows more", *limits)

    def _compare_rule(self, pointer: str, ours: object, theirs: object, side: Side) -> None:
        mine, other = _without_words(ours), _without_words(theirs)
        if mine == other:
            return
        if mine is None:
            self._narrow(pointer, side, "is a new rule", None, theirs)
        elif other is None:
            self._widen(pointer, side, "is no rule", ours, None)
        else:
            self._add(pointer, Kind.BREAKING, "is another rule", ours, theirs)

    def _compare_properties(self, pointer: str, ours: Node, theirs: Node, side: Side) -> None:
        sides = ours.get("properties", {}), theirs.get("properties", {})
        for place, mine, other in _pairs(f"{pointer}/properties", *sides):
            if other is MISSING:
                self._add(place, Kind.BREAKING, "is not described", _shape(mine), None)
            elif mine is MISSING:
                self._add(place, Kind.ADDITIVE, "is new", None, _shape(other))
            else:
                self._compare_schemas(place, mine, other, side)
        required = set(ours.get("required", [])), set(theirs.get("required", []))
        for name in sorted(required[1] - required[0]):
            place = f"{pointer}/properties/{escape(name)}/required"
            self._narrow(place, side, "is required", None, name)
        for name in sorted((required[0] - required[1]) & set(sides[1])):
            place = f"{pointer}/properties/{escape(name)}/required"
            self._widen(place, side, "is optional", name, None)
        self._compare_others(f"{pointer}/additionalProperties", ours, theirs, side)

    def _compare_others(self, pointer: str, ours: Node, theirs: Node, side: Side) -> None:
        mine, other = (each.get("additionalProperties", True) for each in (ours, theirs))
        if isinstance(mine, Mapping) and isinstance(other, Mapping):
            self._compare_schemas(pointer, mine, other, side)
        elif mine is False and other is not False:
            self._widen(pointer, side, "allows more", mine, other)
        elif mine is not False and (other is False or _is_rule(other)):
            self._narrow(pointer, side, "allows less", mine, other)
        elif _is_rule(mine):
            self._widen(pointer, side, "allows more", mine, other)

    def _narrow(self, pointer: str, side: Side, what: str, ours: object, theirs: object) -> None:
        kind = Kind.BREAKING if side is Side.REQUEST else Kind.ADDITIVE
        self._add(pointer, kind, what, ours, theirs)

    def _widen(self, pointer: str, side: Side, what: str, ours: object, theirs: object) -> None:
        kind = Kind.BREAKING if side is Side.RESPONSE else Kind.ADDITIVE
        self._add(pointer, kind, what, ours, theirs)

    def _add(self, pointer: str, kind: Kind, what: str, ours: object, theirs: object) -> None:
        values = (_format_value(each) for each in (ours, theirs))
        self.found.append(Difference(self.operation, pointer, kind, what, *values))


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


def _schema(node: Node) -> Node:
    schema: Node = node.get("schema", {})
    return schema


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


def _values(schema: Node) -> set[str] | None:
    values = schema.get("enum")
    return None if values is None else {_json(each) for each in values}


def _have(kind: str, *types: set[str] | None) -> bool:
    return all(each is None or kind in each for each in types)


def _is_rule(schema: object) -> bool:
    return isinstance(schema, Mapping) and bool(_without_words(schema))


def _pairs(
    pointer: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]
) -> Iterator[tuple[str, Any, Any]]:
    """Yield pointer and both values of each name; `MISSING` where one side lacks it."""
    for name in sorted({*ours, *theirs}):
        yield f"{pointer}/{escape(name)}", ours.get(name, MISSING), theirs.get(name, MISSING)


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
