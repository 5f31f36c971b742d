"""Runtime expressions, with which a link refers to a value such as the response's `executionId`.

The grammar is that of the OpenAPI specification, version 3.1, section "Runtime Expressions".
"""

import re
from dataclasses import dataclass

_PATTERN = re.compile(
    r"""\$(?:
        (?P<plain>url|method|statusCode)
        |(?P<message>request|response)\.(?:
            (?P<location>header|query|path)\.(?P<name>[^\s{}]+)
            |body(?P<body>)(?:\#(?P<pointer>(?:/[^\s{}]*)?))?
        )
    )""",
    re.VERBOSE,
)
_EMBEDDED = re.compile(r"\{(\$[^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed runtime expression.

    Attributes:
        text: The expression as written, without braces.
        message: `request` or `response`; empty for `$url`, `$method` and `$statusCode`.
        location: `header`, `query`, `path` or `body`; empty for the same three.
        name: Name of the parameter or header; empty for a body.
        path: Tokens of the JSON pointer into the body; empty for the whole body.
    """

    text: str
    message: str = ""
    location: str = ""
    name: str = ""
    path: tuple[str, ...] = ()


def parse(text: str) -> Expression:
    """Parse an expression without braces; raises `ValueError` for anything else."""
    found = _PATTERN.fullmatch(text)
    if not found or (found["message"] == "response" and found["location"] in {"query", "path"}):
        raise ValueError(f"{text!r} is not a runtime expression")
    if found["plain"]:
        return Expression(text)
    if found["name"]:
        return Expression(text, found["message"], found["location"], found["name"])
    tokens = (found["pointer"] or "").split("/")[1:]
    path = tuple(token.replace("~1", "/").replace("~0", "~") for token in tokens)
    return Expression(text, found["message"], "body", path=path)


def texts_in(value: object) -> list[str]:
    """Return the expressions in a value of a link: the value itself, or those in braces."""
    if not isinstance(value, str):
        return []
    return [value] if value.startswith("$") else _EMBEDDED.findall(value)


def is_whole(value: str) -> bool:
    """Return whether `value` is a single expression, whose value keeps its type."""
    return value.startswith("$") or bool(_EMBEDDED.fullmatch(value))
