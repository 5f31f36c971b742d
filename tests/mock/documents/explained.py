"""What the schemas of files may contain."""

EXPLAINED = {
    "type",
    "required",
    "additionalProperties",
    "enum",
    "minLength",
    "minItems",
    "minProperties",
    "maxProperties",
    "maxLength",
    "maxItems",
    "minimum",
    "maximum",
    "pattern",
}
"""Keywords of JSON Schema whose violations are explained."""
