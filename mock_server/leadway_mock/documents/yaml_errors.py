"""Explanations of YAML errors, and quotes of user text without secrets."""

import re
from typing import Final

MAX_QUOTE_CHARS: Final = 60
"""Maximum characters of a user's text that an error quotes."""

_SECRET = re.compile(r"(?:pit-|eyJ)\S+")

_EXPLANATIONS: Final = (
    (
        "mapping values are not allowed",
        "a `: ` in the middle of unquoted text",
        "put the whole text in quotes",
    ),
    (
        "unknown escape character",
        "an invalid backslash escape in double quotes",
        "use single quotes, which leave backslashes as they are",
    ),
    (
        "cannot start any token",
        "text cannot start with this character",
        "indent with spaces, not tabs, and put text that starts with a special character in quotes",
    ),
    (
        "character escape code",
        "an escape for an invalid character, such as half of a surrogate pair",
        r"write the character itself, or `\U` and eight digits",
    ),
    ("unexpected end of stream", "this quote is never closed", "close it"),
    ("tag", "tags (`!…`) are not supported", "remove it, and put text in quotes"),
    (
        "expected",
        "the structure breaks off here",
        "check indentation, quotes and brackets here and above; quote text that starts with `{`",
    ),
)
_NOT_YAML: Final = ("this is not YAML", "check indentation, quotes and brackets")


def explain_yaml_error(problem: str) -> tuple[str, str]:
    """Say what is wrong and how to hint it, for a `problem` in the words of PyYAML.

    Its own messages are not used: the two parsers of PyYAML differ in them, and some repeat parts
    of the text.
    """
    for words, what, hint in _EXPLANATIONS:
        if words in problem:
            return what, hint
    return _NOT_YAML


def quote(text: str) -> str:
    """Quote a piece of a user's text for an error: short, printable, and with tokens masked."""
    masked = _SECRET.sub("…", text)
    short = masked if len(masked) <= MAX_QUOTE_CHARS else masked[:MAX_QUOTE_CHARS] + "…"
    return f"`{escape_controls(short)}`"


def escape_controls(text: str) -> str:
    """Escape characters that a terminal would interpret, including line breaks."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
