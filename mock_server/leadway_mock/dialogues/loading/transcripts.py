"""Transcripts: alternating `user:` and `agent:` lines are a complete dialogue.

```text
# A line that starts with # is a comment.
user: haircut
agent: Which day?
user: /(?P<day>monday|tuesday)/i
agent: {{day}} it is.
    Goodbye!
```

An indented line continues the text above it; several `agent:` lines in a row are one answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from textwrap import dedent, indent
from typing import Final

from leadway_mock.documents.problems import Problem, TextPosition
from leadway_mock.documents.yaml_document import Document, Pointer
from leadway_mock.documents.yaml_errors import quote
from leadway_mock.util.suggestions import closest

_SPOKEN = re.compile(r"(?P<who>[^\W\d_][\w -]{0,20}?)[ \t]*:(?:[ \t]+(?P<text>.*))?$")
_SPEAKERS: Final = ("user", "agent")
_SYNONYMS: Final = {
    "assistant": "agent",
    "bot": "agent",
    "caller": "user",
    "customer": "user",
    "human": "user",
    "you": "user",
}


@dataclass(slots=True)
class _Spoken:
    who: str
    position: TextPosition
    lines: list[str] = field(default_factory=list)
    """The text behind the speaker, then the lines that continue it."""

    def text(self) -> str:
        first, *rest = self.lines
        continued = dedent("\n".join(rest)).rstrip()
        return f"{first}\n{continued}".strip("\n") if continued.strip() else first


def read_transcript(text: str) -> tuple[Document, list[Problem]]:
    """Return a transcript as a list of `{user: text}` and `{agent: text}`, and what is wrong."""
    spoken: list[_Spoken] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if not line.startswith("#"):
            problems += _read_line(spoken, number, line.rstrip())
    value = [{each.who: each.text()} for each in spoken]
    values: dict[Pointer, TextPosition] = {(): TextPosition(1, 1)}
    keys: dict[Pointer, TextPosition] = {}
    for index, each in enumerate(spoken):
        values[index,] = keys[index, each.who] = TextPosition(each.position.line, 1)
        values[index, each.who] = each.position
    return Document(value, values, keys), problems


def _read_line(spoken: list[_Spoken], number: int, line: str) -> Iterable[Problem]:
    if not line or line[0].isspace():
        yield from _continue(spoken, number, line)
        return
    match = _SPOKEN.match(line)
    who = match["who"].lower() if match else ""
    if match and who in _SPEAKERS:
        text = match["text"] or ""
        column = 1 + (match.start("text") if text else match.end())
        spoken.append(_Spoken(who, TextPosition(number, column), [text.strip()]))
    else:
        yield Problem(TextPosition(number), *_stranger(line, who))


def _continue(spoken: list[_Spoken], number: int, line: str) -> Iterable[Problem]:
    if spoken:
        spoken[-1].lines.append(line)
    elif line:
        what = "an indented line with nothing above that it continues"
        yield Problem(TextPosition(number), what, "start with `user:`")


def _stranger(line: str, who: str) -> tuple[str, str]:
    speaker = _SYNONYMS.get(who) or closest(who, _SPEAKERS)
    if speaker:
        return f"{quote(who + ':')} is nobody here", f"did you mean `{speaker}:`?"
    what = f"the line {quote(line)} starts with neither `user:` nor `agent:`"
    return what, "indent it to continue the text above, or put `#` before it"


def write_transcript(exchanges: Iterable[tuple[str, str]]) -> str:
    """Return the transcript of a conversation, each exchange a message and its answer.

    Read back, it expects these very messages and gives these very answers, but for blanks at
    the ends of lines and around an answer.
    """
    lines = []
    for message, answer in exchanges:
        lines += [_spoken("user", f'="{message}"'), _spoken("agent", answer.replace("{{", r"\{{"))]
    return "".join(lines)


def _spoken(who: str, text: str) -> str:
    if "\n" not in text:
        return f"{who}: {text}\n"
    return f"{who}:\n" + indent(text, "  ", lambda _: True) + "\n"
