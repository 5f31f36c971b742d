"""What to say of a text that is not YAML, and how to quote from one without telling secrets."""

import re
from typing import Final

LONGEST_QUOTE: Final = 60
"""Most characters of a user's text that an error repeats."""

_SECRET = re.compile(r"(?:pit-|eyJ)\S+")

_ADVICE: Final = (
    (
        "mapping values are not allowed",
        "a `: ` in the middle of unquoted text",
        "put the whole text in quotes",
    ),
    (
        "unknown escape character",
        "a backslash that means nothing in double quotes",
        "use single quotes, which leave backslashes as they are",
    ),
    (
        "cannot start any token",
        "text cannot start with this character",
        "indent with spaces, not tabs, and put text that starts with a special character in quotes",
    ),
    (
        "character escape code",
        "an escape that stands for no character, such as half of a surrogate pair",
        r"write the character itself, or `\U` and eight digits",
    ),
    ("unexpected end of stream", "this quote is never closed", "close it"),
    ("tag", "tags (`!…`) are not read", "remove it, and put text in quotes"),
    (
        "expected",
        "the structure breaks off here",
        "check indentation, quotes and brackets here and above; quote text that starts with `{`",
    ),
)
_NOT_YAML: Final = ("this is not YAML", "check indentation, quotes and brackets")


def explain_yaml_error(problem: str) -> tuple[str, str]:
    """Say what is wrong and how to mend it, for a `problem` in the words of PyYAML.

    Its own words are not passed on: the two parsers of PyYAML differ in them, and some repeat
    what the text holds.
    """
    for words, what, mend in _ADVICE:
        if words in problem:
            return what, mend
    return _NOT_YAML


def quote(text: str) -> str:
    """Quote a piece of a user's text for an error: short, printable, and with tokens masked."""
    masked = _SECRET.sub("…", text)
    short = masked if len(masked) <= LONGEST_QUOTE else masked[:LONGEST_QUOTE] + "…"
    return f"`{escape_controls(short)}`"


def escape_controls(text: str) -> str:
    """Escape what a terminal would act upon instead of showing it, line breaks among it."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
