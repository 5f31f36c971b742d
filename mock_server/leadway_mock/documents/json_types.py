"""What the values of a JSON document are called."""

from collections.abc import Mapping


def json_type(value: object) -> str:
    """Name the JSON type of a decoded JSON value, as a schema would call it."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    if value is None:
        return "null"
    return "object" if isinstance(value, Mapping) else "array"
