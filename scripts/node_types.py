"""TypeScript types of the control API, for the Node package in clients/node.

Written here rather than by openapi-typescript, which brings TypeScript and a dozen packages: the
document uses few features of JSON Schema, and an unknown one is an error.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from leadway_mock.contract.loader import load_contract

CONTROL = Path(__file__).resolve().parents[1] / "mock_server/leadway_mock/control_api/control.yaml"

NOTE = "// Written by scripts/node_types.py from control.yaml. Edit that, then run `make docs`.\n"
SCALARS = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}
METHODS = ("get", "put", "post", "patch", "delete")

Schema = Mapping[str, Any]


def control_types(document: Schema | None = None) -> str:
    """Return the content of control.d.ts; raises `ValueError` for an unsupported schema."""
    document = document or load_contract(CONTROL).document
    components = document["components"]
    responses = {
        name: _json_schema(response)
        for name, response in components["responses"].items()
        if "$ref" not in _json_schema(response)
    }
    named = {**components["schemas"], **responses}
    types = [
        f"{_comment(schema, '')}export type {name} = {_type(schema, '')};\n"
        for name, schema in named.items()
    ]
    return "\n".join([NOTE, *types, _operations(document)])


def _operations(document: Schema) -> str:
    lines = ["/** Operations of the control API: query, body and response of each. */"]
    lines.append("export interface Operations {")
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                lines += _operation(document, method.upper(), path, item[method])
    return "\n".join([*lines, "}", ""])


def _operation(document: Schema, method: str, path: str, operation: Schema) -> Iterator[str]:
    yield f"  /** {operation['summary']}. */"
    yield f"  {operation['operationId']}: {{"
    yield f"    method: {json.dumps(method)};"
    yield f"    path: {json.dumps(path)};"
    query = [_resolve(document, each) for each in operation.get("parameters", ())]
    fields = {each["name"]: each["schema"] for each in query if each["in"] == "query"}
    if fields:
        yield f"    query: {_object({'properties': fields}, '    ')};"
    if body := operation.get("requestBody"):
        optional = "" if body.get("required") else "?"
        yield f"    body{optional}: {_type(_json_schema(body), '    ')};"
    response = next(each for status, each in operation["responses"].items() if status < "300")
    yield f"    response: {_response_type(response)};"
    yield "  };"


def _response_type(response: Schema) -> str:
    if "$ref" in response:
        return _name(response["$ref"])
    content = response["content"]
    return _type(_json_schema(response), "    ") if "application/json" in content else "string"


def _json_schema(holder: Schema) -> Schema:
    schema: Schema = holder["content"]["application/json"]["schema"]
    return schema


def _resolve(document: Schema, item: Schema) -> Schema:
    if "$ref" not in item:
        return item
    found: Schema = document["components"]["parameters"][_name(item["$ref"])]
    return found


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]


def _type(schema: Schema, indent: str) -> str:
    """Return the type of a schema: a name, literals, or one type for each of its `type`."""
    if "$ref" in schema:
        return _name(schema["$ref"])
    if "enum" in schema:
        return " | ".join(map(json.dumps, schema["enum"]))
    kinds = schema.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else kinds
    names = [_kind_type(kind, schema, indent) for kind in kinds]
    return " | ".join(dict.fromkeys(names)) or "unknown"


def _kind_type(kind: str, schema: Schema, indent: str) -> str:
    if kind == "object":
        return _object(schema, indent)
    if kind == "array":
        items = _type(schema["items"], indent)
        return f"({items})[]" if " | " in items else f"{items}[]"
    if kind not in SCALARS:
        raise ValueError(f"control.yaml: there is no TypeScript type for {kind!r}; add it here.")
    return SCALARS[kind]


def _object(schema: Schema, indent: str) -> str:
    properties = schema.get("properties", {})
    further = schema.get("additionalProperties", not properties)
    if not properties:
        value = _type(further, indent) if isinstance(further, Mapping) else "unknown"
        return f"Record<string, {value}>"
    inner = indent + "  "
    required = schema.get("required", ())
    lines = ["{"]
    for name, each in properties.items():
        optional = "" if name in required else "?"
        comment = _comment(each, inner)
        lines.append(f"{comment}{inner}{name}{optional}: {_type(each, inner)};")
    if further:
        lines.append(f"{inner}[name: string]: unknown;")
    return "\n".join([*lines, f"{indent}}}"])


def _comment(schema: Schema, indent: str) -> str:
    text = " ".join(schema.get("description", "").split()).replace("*/", "*\\/")
    return f"{indent}/** {text} */\n" if text else ""
