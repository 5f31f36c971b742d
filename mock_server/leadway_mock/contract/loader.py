"""Loads the OpenAPI document and resolves it into a `Contract`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml

from leadway_mock.contract.model import Contract, ContractError, Example, Node, Operation
from leadway_mock.util.files import read_regular_file

MAX_CACHED = 8
"""Contracts that stay in memory: the platform's, the control API's, and those of tests."""

FORM = "application/x-www-form-urlencoded"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def contract_file() -> Path:
    """Return the path of the contract, in an installed package or in a checkout."""
    packaged = Path(str(resources.files("leadway_mock") / "openapi" / "leadway.yaml"))
    if packaged.is_file():
        return packaged
    return Path(__file__).resolve().parents[3] / "openapi" / "leadway.yaml"


def load_contract(path: Path | None = None) -> Contract:
    """Read the contract at `path`, the shipped one by default; raises `ContractError`."""
    path = path or contract_file()
    try:
        return _parse_contract(read_regular_file(path))
    except (OSError, yaml.YAMLError) as error:
        raise ContractError(f"cannot read the contract {path}: {error}") from error


@lru_cache(MAX_CACHED)
def _parse_contract(source: bytes) -> Contract:
    """Return the contract of a file's content. It is shared: do not change it."""
    document = yaml.load(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
    return Contract(document, source, tuple(_operations(document)))


class References:
    """Replaces the references in nodes of a document; each target is resolved once and shared."""

    def __init__(self, document: Node) -> None:
        self._document = document
        self._resolved: dict[str, Any] = {}

    def resolve(self, node: Any, seen: tuple[str, ...] = ()) -> Any:  # noqa: ANN401 - any node
        """Return `node` with every local `$ref` replaced by its target; raises `ContractError`."""
        if isinstance(node, list):
            return [self.resolve(item, seen) for item in node]
        if not isinstance(node, dict):
            return node
        pointer = node.get("$ref")
        if not isinstance(pointer, str):
            return {
                key: self.resolve(value, seen) if isinstance(value, dict | list) else value
                for key, value in node.items()
            }
        if pointer in seen:
            raise ContractError(f"{pointer} refers to itself; recursive schemas are not supported")
        if pointer not in self._resolved:
            self._resolved[pointer] = self.resolve(self._target(pointer), (*seen, pointer))
        return self._resolved[pointer]

    def _target(self, pointer: str) -> Any:  # noqa: ANN401 - any node
        target: Any = self._document
        for part in pointer.removeprefix("#/").split("/"):
            key = unquote(part).replace("~1", "/").replace("~0", "~")
            if not isinstance(target, dict) or key not in target:
                raise ContractError(f"{pointer} does not exist in the contract")
            target = target[key]
        return target


def _operations(document: Node) -> Iterator[Operation]:
    references = References(document)
    for path, item in document["paths"].items():
        shared = item.get("parameters", [])
        for method in METHODS:
            if method in item:
                node = item[method] | {"parameters": shared + item[method].get("parameters", [])}
                yield _operation(path, method, references.resolve(node))


def _operation(path: str, method: str, node: Node) -> Operation:
    responses = {int(status): response for status, response in node["responses"].items()}
    body = node.get("requestBody", {})
    form = _media_type(body, FORM)
    contents = {status: _media_type(response) for status, response in responses.items()}
    headers = {
        status: {
            name: str(header["example"])
            for name, header in response.get("headers", {}).items()
            if "example" in header
        }
        for status, response in responses.items()
    }
    return Operation(
        id=node["operationId"],
        method=method.upper(),
        path=path,
        deprecated=node.get("deprecated", False),
        scopes=tuple(
            scope for need in node["security"] for scopes in need.values() for scope in scopes
        ),
        parameters=tuple(node["parameters"]),
        body_schema=(form or _media_type(body)).get("schema"),
        has_form=bool(form),
        is_public=node["security"] == [],
        auth_class=node.get("x-auth-class", "Location"),
        examples={
            name: _example(name, status, example)
            for status, content in contents.items()
            for name, example in content.get("examples", {}).items()
        },
        response_schemas={
            status: content["schema"] for status, content in contents.items() if "schema" in content
        },
        response_headers=headers,
        deprecation=node.get("x-deprecation", {}),
    )


def _media_type(node: Node, name: str = "application/json") -> Node:
    media_type: Node = node.get("content", {}).get(name, {})
    return media_type


def _example(name: str, status: int, node: Node) -> Example:
    evidence = node.get("x-evidence", {})
    return Example(
        name=name,
        status=status,
        content=node["value"],
        evidence=evidence.get("level", "invented"),
        source=evidence.get("source", ""),
        summary=node.get("summary", ""),
    )
