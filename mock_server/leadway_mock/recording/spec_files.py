"""Reads OpenAPI files, of 3.0 and 3.1, as operations without references."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import unquote

import yaml

from leadway_mock.contract.loader import METHODS
from leadway_mock.util.files import read_regular_file

Node: TypeAlias = dict[str, Any]
Operations: TypeAlias = dict[str, Node]
"""Operations without references, by method and path: `POST /agent-studio/agent`."""

MAX_BYTES = 16 * 1_048_576
SUFFIXES = frozenset({".json", ".yaml", ".yml"})
MAX_NODES = 2_000_000
"""Limit of what references and YAML aliases may grow to."""


class SpecError(Exception):
    """A specification cannot be compared; the text says which, where and why."""


class _Files:
    """Documents by path; a reference may lead to another file of the same folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.document = _read(path)
        self._documents = {path: self.document}
        self._nodes = 0

    def resolve(self, node: object, path: Path, seen: tuple[str, ...] = ()) -> Any:  # noqa: ANN401 - any node
        """Return `node` of the file `path` with each `$ref` replaced by its target.

        A reference inside of what it refers to stays.
        """
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise SpecError(f"{self.path}: is larger than {MAX_NODES} values without references.")
        if isinstance(node, list):
            return [self.resolve(each, path, seen) for each in node]
        if not isinstance(node, dict):
            return node
        reference = node.get("$ref")
        if not isinstance(reference, str):
            return {name: self.resolve(each, path, seen) for name, each in node.items()}
        file, _, pointer = reference.partition("#")
        target_path = _target(path, file) if file else path
        place = f"{target_path}#{pointer}"
        if place in seen:
            return {"$ref": reference}
        target = self._at(target_path, pointer, reference)
        found = self.resolve(target, target_path, (*seen, place))
        others = {name: each for name, each in node.items() if name != "$ref"}
        return {**found, **others} if isinstance(found, dict) else found

    def _at(self, path: Path, pointer: str, reference: str) -> object:
        if path not in self._documents:
            self._documents[path] = _read(path)
        found: object = self._documents[path]
        for part in pointer.strip("/").split("/"):
            name = unquote(part).replace("~1", "/").replace("~0", "~")
            if not isinstance(found, dict) or name not in found:
                raise SpecError(f"{self.path}: the reference {reference} leads nowhere.")
            found = found[name]
        return found


def read_operations(path: Path) -> Operations:
    """Return the operations of the OpenAPI file `path`.

    Raises `SpecError` if it cannot be read, is no OpenAPI document, or has no operation.
    """
    files = _Files(path)
    paths = files.document.get("paths")
    if not isinstance(paths, dict):
        raise SpecError(f"{path}: there is no `paths`, so this is no OpenAPI document.")
    operations = dict(_operations(files, paths))
    if not operations:
        raise SpecError(f"{path}: there is no operation in `paths`, so nothing can be compared.")
    return operations


def _operations(files: _Files, paths: Node) -> Iterator[tuple[str, Node]]:
    security = files.document.get("security", [])
    for template, unresolved in paths.items():
        item = files.resolve(unresolved, files.path)
        if not isinstance(item, dict):
            raise SpecError(f"{files.path}: `paths` has no object at {template}.")
        for method in METHODS:
            if isinstance(operation := item.get(method), dict):
                parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
                node = {"security": security, **operation, "parameters": parameters}
                yield f"{method.upper()} {template}", node


def _target(path: Path, file: str) -> Path:
    """Return where another file is: where `path` says, or beside it."""
    if "://" in file or Path(file).suffix not in SUFFIXES:
        raise SpecError(f"{path}: {file} is neither a JSON nor a YAML file, and is not read.")
    there, beside = path.parent / file, path.parent / Path(file).name
    return beside if beside.is_file() and not there.is_file() else there


def _read(path: Path) -> Node:
    try:
        source = read_regular_file(path)
    except OSError as error:
        raise SpecError(f"{path}: cannot be read: {error.strerror or error}.") from error
    if len(source) > MAX_BYTES:
        raise SpecError(f"{path}: is larger than {MAX_BYTES} bytes.")
    start = source.lstrip()[:1]
    if not start:
        raise SpecError(f"{path}: is empty.")
    if start == b"<":
        raise SpecError(f"{path}: is HTML or XML, not OpenAPI: a page in place of the file?")
    try:
        if start == b"{":
            document = json.loads(source)
        else:
            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
            document = yaml.load(source, Loader=loader)  # noqa: S506 - both are safe loaders
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        detail = " ".join(str(error).split())[:200]
        raise SpecError(f"{path}: is neither JSON nor YAML: {detail}.") from error
    if not isinstance(document, dict):
        raise SpecError(f"{path}: is no OpenAPI document: its top level is no object.")
    return document
