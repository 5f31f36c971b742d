"""Runtime expressions: how a link says "the `executionId` of this answer".

The grammar is that of the OpenAPI specification, version 3.1, section "Runtime Expressions".
"""

import re
from dataclasses import dataclass

_WHOLE = re.compile(
    r"""\$(?:
        (?P<plain>url|method|statusCode)
        |(?P<message>request|response)\.(?:
            (?P<place>header|query|path)\.(?P<name>[^\s{}]+)
            |body(?P<body>)(?:\#(?P<pointer>(?:/[^\s{}]*)?))?
        )
    )""",
    re.VERBOSE,
)
_EMBEDDED = re.compile(r"\{(\$[^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Expression:
    """A runtime expression, taken apart.

    Attributes:
        text: The expression as written, without braces.
        message: `request` or `response`; empty for `$url`, `$method` and `$statusCode`.
        place: `header`, `query`, `path` or `body`; empty for the same three.
        name: The parameter or header; empty for a body.
        path: The tokens of the pointer into the body; empty means all of it.
    """

    text: str
    message: str = ""
    place: str = ""
    name: str = ""
    path: tuple[str, ...] = ()


def parse(text: str) -> Expression:
    """Take one expression, without braces, apart; raises `ValueError` when it is none."""
    found = _WHOLE.fullmatch(text)
    if not found or (found["message"] == "response" and found["place"] in {"query", "path"}):
        problem = f"{text!r} is no runtime expression"
        raise ValueError(problem)
    if found["plain"]:
        return Expression(text)
    if found["name"]:
        return Expression(text, found["message"], found["place"], found["name"])
    tokens = (found["pointer"] or "").split("/")[1:]
    path = tuple(token.replace("~1", "/").replace("~0", "~") for token in tokens)
    return Expression(text, found["message"], "body", path=path)


def texts_in(value: object) -> list[str]:
    """Return the expressions in a value of a link, as written: the value itself, or in braces."""
    if not isinstance(value, str):
        return []
    return [value] if value.startswith("$") else _EMBEDDED.findall(value)


def is_whole(value: str) -> bool:
    """Whether `value` is one expression and nothing else, so that its type is kept."""
    return value.startswith("$") or bool(_EMBEDDED.fullmatch(value))
