"""The contract as plain data that still knows on which line everything stands."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import yaml

from contract_checker.findings import Finding

ROOT = "#"
# Far beyond any contract: only an alias inside what it names goes deeper.
DEEPEST = 64
MERGE_KEY = "tag:yaml.org,2002:merge"
TEXT = "tag:yaml.org,2002:str"
JSON_SCALARS = frozenset(
    f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float", "str")
)
CAN_BE_QUOTED = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("timestamp", "binary"))


# The same reader in C where PyYAML has it, some eight times faster.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class UnreadableError(Exception):
    """The file is not YAML, or not a mapping.

    Attributes:
        line: The line where reading stopped, counted from 1.
        problem: What is wrong there.
    """

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(line, problem)
        self.line = line
        self.problem = problem


def child(pointer: str, key: object) -> str:
    """Return the pointer of what stands under `key` in what `pointer` names."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def descend(pointer: str, way: Iterable[object]) -> str:
    """Return the pointer of what one reaches from `pointer` by the keys of `way`."""
    for key in way:
        pointer = child(pointer, key)
    return pointer


def keys(pointer: str) -> list[str]:
    """Return the keys that lead from the root to what `pointer` names."""
    escaped = pointer.removeprefix(ROOT).split("/")[1:]
    return [key.replace("~1", "/").replace("~0", "~") for key in escaped]


def as_fragment(pointer: str) -> str:
    """Return `pointer` percent-encoded, as a URI wants it: path templates hold braces."""
    return quote(pointer, safe="#/~")


class Document:
    """An OpenAPI file, read once.

    Attributes:
        data: The file as mappings, lists and scalars.
        findings: What reading it brought to light: YAML that would not survive as JSON.
    """

    def __init__(self, text: str) -> None:
        """Read `text`; raises `UnreadableError` when it is not a YAML mapping."""
        self._lines: dict[str, int] = {}
        self.findings: list[Finding] = []
        self._scalars = yaml.constructor.SafeConstructor()
        node = _composed(text)
        self.data: dict[str, Any] = self._mapping(node, ROOT)

    @classmethod
    def load(cls, path: Path) -> "Document":
        """Read the file at `path`; raises `OSError` or `UnreadableError`."""
        try:
            return cls(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError as error:
            raise UnreadableError(1, f"this is not UTF-8: {error.reason}") from error

    def line(self, pointer: str) -> int:
        """Return the line, from 1, of what `pointer` names, or else of what should hold it."""
        while pointer not in self._lines:
            pointer = pointer.rpartition("/")[0] or ROOT
        return self._lines[pointer]

    def find(self, pointer: str) -> object:
        """Return what the local `pointer` names; raises `LookupError` when it names nothing."""
        if pointer != ROOT and not pointer.startswith("#/"):
            raise LookupError(pointer)
        found: Any = self.data
        for key in keys(pointer):
            found = _under(found, key)
        return found

    def follow(self, pointer: str, node: object) -> tuple[str, Any]:
        """Return `node` and its pointer, or what it refers to if it is a `$ref`.

        A reference that leads nowhere, or in circles, is an empty mapping here: saying so is the
        business of one check, and no other has to care.
        """
        seen = set()
        while isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
            pointer = unquote(node["$ref"])
            try:
                node = {} if pointer in seen else self.find(pointer)
            except LookupError:
                node = {}
            seen.add(pointer)
        return pointer, node

    def _value(self, node: yaml.Node, pointer: str) -> object:
        self._lines.setdefault(pointer, node.start_mark.line + 1)
        if len(keys(pointer)) > DEEPEST:
            raise UnreadableError(self._lines[pointer], "this is nested without end")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, pointer)
        if isinstance(node, yaml.SequenceNode):
            items = enumerate(node.value)
            return [self._value(item, child(pointer, index)) for index, item in items]
        return self._scalar(node, pointer)

    def _mapping(self, node: yaml.MappingNode, pointer: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            place = child(pointer, key)
            self._lines[place] = key_node.start_mark.line + 1
            self.findings.extend(_about_key(key_node, place, twice=key in found))
            found[key] = self._value(value_node, place)
        self._lines.setdefault(pointer, node.start_mark.line + 1)
        return found

    def _scalar(self, node: yaml.Node, pointer: str) -> object:
        if node.tag in JSON_SCALARS:
            return self._scalars.construct_object(node)
        remedy = "put it in quotes" if node.tag in CAN_BE_QUOTED else "write it as plain text"
        kind = node.tag.rpartition(":")[2]
        self.findings.append(Finding(pointer, f"JSON has no value of the kind {kind}", remedy))
        return str(node.value)


def _composed(text: str) -> yaml.MappingNode:
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UnreadableError(line, f"this is not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise UnreadableError(1, f"this is not YAML: {error}") from error
    if not isinstance(node, yaml.MappingNode):
        raise UnreadableError(1, "this is not a mapping, as every OpenAPI document is")
    return node


def _about_key(node: yaml.Node, pointer: str, *, twice: bool) -> Iterator[Finding]:
    if twice:
        yield Finding(
            pointer, "this key is here twice, and the later one wins", "remove one of them"
        )
    if node.tag == MERGE_KEY:
        yield Finding(
            pointer,
            "merge keys are not part of YAML 1.2",
            "write the entries out, or alias the whole mapping",
        )
    elif node.tag != TEXT:
        yield Finding(
            pointer, "this key is not text, and JSON has no other keys", "put it in quotes"
        )


def _under(node: object, key: str) -> object:
    if isinstance(node, Mapping):
        return node[key]
    if isinstance(node, list) and key.isdecimal():
        return node[int(key)]
    raise LookupError(key)
