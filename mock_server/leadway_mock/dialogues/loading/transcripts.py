"""Transcripts: alternating `user:` and `agent:` lines.

```text
# A line that starts with # is a comment.
user: haircut
agent: Which day?
user: /(?P<day>monday|tuesday)/i
agent: {{day}} it is.
    Goodbye!
```

An indented line continues the text above it. Several `agent:` lines in a row are one reply.
`name:`, `fallback:` and `at_end:` are the properties of the dialogue, as in YAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import dedent, indent
from typing import Any, Final

from leadway_mock.documents.problems import Problem, TextPosition, quote
from leadway_mock.documents.yaml_document import Document, Pointer
from leadway_mock.util.names import closest

_SPEAKER_LINE = re.compile(r"(?P<speaker>[^\W\d_][\w -]{0,20}?)[ \t]*:(?:[ \t]+(?P<text>.*))?$")
_YAML_LINE = re.compile(r"""["']?turns["']?:|- |[\[{]""")
_SPEAKERS: Final = ("user", "agent")
_PROPERTIES: Final = ("name", "fallback", "at_end")
_SYNONYMS: Final = {
    "after": "at_end",
    "assistant": "agent",
    "bot": "agent",
    "caller": "user",
    "customer": "user",
    "human": "user",
    "otherwise": "fallback",
    "you": "user",
}


@dataclass(slots=True)
class _Utterance:
    speaker: str
    """A speaker, or a property of the dialogue."""

    position: TextPosition
    lines: list[str]
    """The text after the speaker, then the lines that continue it."""

    def text(self) -> str:
        first, *rest = self.lines
        continued = dedent("\n".join(rest)).rstrip()
        return f"{first}\n{continued}".strip("\n") if continued.strip() else first


def read_transcript(text: str) -> tuple[Document, list[Problem]]:
    """Return a transcript as `{turns: [{user: text}, {agent: text}, …]}`, and its problems."""
    utterances: list[_Utterance] = []
    problems: list[Problem] = []
    properties: dict[str, int] = {}
    """The line of each property."""

    for number, written in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        line = written.rstrip()
        if written.startswith("#"):
            continue
        if not line or line[0].isspace():
            if utterances:
                utterances[-1].lines.append(line)
            elif line:
                what = "an indented line without a line above to continue"
                problems.append(Problem(TextPosition(number), what, "start with `user:`"))
            continue
        match = _SPEAKER_LINE.match(line)
        speaker = match["speaker"].lower() if match else ""
        if speaker in properties:
            what = f"`{speaker}:` is already on line {properties[speaker]}"
            problems.append(Problem(TextPosition(number), what, "keep one"))
        elif match and speaker in {*_SPEAKERS, *_PROPERTIES}:
            if speaker in _PROPERTIES:
                properties[speaker] = number
            said = match["text"] or ""
            column = 1 + (match.start("text") if said else match.end())
            utterances.append(_Utterance(speaker, TextPosition(number, column), [said.strip()]))
        else:
            problems.append(Problem(TextPosition(number), *_speaker_problem(line, speaker)))
    return _to_document(utterances), problems


def _to_document(utterances: list[_Utterance]) -> Document:
    start = TextPosition(1, 1)
    values: dict[Pointer, TextPosition] = {(): start, ("turns",): start}
    keys: dict[Pointer, TextPosition] = {}
    turns: list[dict[str, str]] = []
    content: dict[str, Any] = {}
    for each in utterances:
        pointer: Pointer = (each.speaker,)
        if each.speaker in _SPEAKERS:
            pointer = ("turns", len(turns), each.speaker)
            turns.append({each.speaker: each.text()})
        else:
            content[each.speaker] = each.text()
        keys[pointer] = values[pointer[:-1] or pointer] = TextPosition(each.position.line, 1)
        values[pointer] = each.position
    return Document({**content, "turns": turns} if turns else {}, values, keys)


def _speaker_problem(line: str, speaker: str) -> tuple[str, str]:
    if _YAML_LINE.match(line):
        return "this is YAML, not a transcript", "end the file's name in `.yaml` or `.json`"
    meant = _SYNONYMS.get(speaker) or closest(speaker, (*_SPEAKERS, *_PROPERTIES))
    if meant:
        return f"{quote(speaker + ':')} is not a speaker", f"did you mean `{meant}:`?"
    what = f"the line {quote(line)} starts with neither `user:` nor `agent:`"
    return what, "indent it to continue the text above, or put `#` before it"


def write_transcript(exchanges: Iterable[tuple[str, str]]) -> str:
    """Return the transcript of a conversation, which is pairs of a message and a reply.

    Parsed again, it expects the same messages and gives the same replies, except for blanks at the
    ends of lines and around a reply.
    """
    lines = []
    for message, reply in exchanges:
        lines += [
            _format_text("user", f'="{message}"'),
            _format_text("agent", reply.replace("{{", r"\{{")),
        ]
    return "".join(lines)


def _format_text(speaker: str, text: str) -> str:
    if "\n" not in text:
        return f"{speaker}: {text}\n"
    return f"{speaker}:\n" + indent(text, "  ", lambda _: True) + "\n"
