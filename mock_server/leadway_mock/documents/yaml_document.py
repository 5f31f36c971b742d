"""Files of users, and a YAML parser that returns JSON values and the text position of each.

It is stricter than YAML, so that a file means what it looks like. Only `true`, `false`, `null` and
JSON numbers are not text: an unquoted `no`, `2026-11-22` or `007` is. Duplicate keys, tags, merge
keys and texts that expand beyond the limits are errors. PyYAML parses the text into events.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple, NoReturn, TypeAlias

import yaml

from leadway_mock.documents.problems import DocumentError, Problem, TextPosition, quote
from leadway_mock.util.files import read_regular_file

MAX_FILE_BYTES: Final = 1_048_576
MAX_DEPTH: Final = 32
MAX_NODES: Final = 100_000
"""Maximum values in one text; an alias counts as many values as its anchor."""

MAX_LINE_CHARS: Final = 100
"""Length at which `dump` breaks lines."""

MAX_ALIASES: Final = 1_000
MAX_NUMBER_CHARS: Final = 100
"""Maximum characters in a number; Python limits the digits of integers, too."""

Pointer: TypeAlias = tuple[str | int, ...]
"""Keys and indexes that lead to a value."""

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<real>(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)")
_KEYWORDS: Mapping[str, object] = MappingProxyType(
    {"": None, "~": None, "null": None, "true": True, "false": False}
)


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
        "put text that starts with a special character in quotes",
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
    ("", "this is not YAML", "check indentation, quotes and brackets"),
)
"""Words in an error of PyYAML, with message and hint; the first entry whose words occur is used.

Its own messages are not used: the two parsers of PyYAML differ in them, and some repeat parts of
the text.
"""


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON value with the text positions of its parts."""

    value: object
    values: Mapping[Pointer, TextPosition]
    keys: Mapping[Pointer, TextPosition]

    def position(self, pointer: Pointer) -> TextPosition:
        """Return where the value at `pointer` starts, or else the nearest value around it.

        Values beneath an alias have no position of their own.
        """
        while pointer not in self.values:
            pointer = pointer[:-1]
        return self.values[pointer]

    def key_position(self, pointer: Pointer) -> TextPosition:
        """Return where the key at the end of `pointer` starts; the value's place if it has none."""
        return self.keys.get(pointer) or self.position(pointer)

    def problem_at(self, pointer: Pointer, message: str, hint: str) -> Problem:
        """Return a problem of the value at `pointer`."""
        return Problem(self.position(pointer), message, hint)

    def problem_at_key(self, pointer: Pointer, message: str, hint: str) -> Problem:
        """Return a problem of the key that `pointer` ends with."""
        return Problem(self.key_position(pointer), message, hint)


def read_text(path: str | Path) -> str:
    """Return the text of the UTF-8 file at `path`. Raises `DocumentError`."""
    try:
        content = read_regular_file(path, MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a valid file name"
        what, hint = f"cannot be read: {reason}", "check its path and permissions"
        raise DocumentError(Problem(TextPosition(1), what, hint)) from None
    if len(content) > MAX_FILE_BYTES:
        what, hint = f"larger than {MAX_FILE_BYTES} bytes", "split it into several files"
        raise DocumentError(Problem(TextPosition(1), what, hint))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        position = TextPosition(line, error.start - content.rfind(b"\n", 0, error.start))
    raise DocumentError(Problem(position, "this byte is not UTF-8", "save the file as UTF-8"))


def load(text: str, *, max_nodes: int | None = None, max_depth: int | None = None) -> Document:
    """Parse one YAML document. Raises only `DocumentError`, for any text.

    The limits are `MAX_NODES` and `MAX_DEPTH`, unless others are passed.
    """
    unprintable = _UNPRINTABLE.search(text)
    if unprintable:
        what = f"the character {unprintable[0]!a} is not allowed in YAML"
        before = text[: unprintable.start()]
        position = TextPosition(before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise DocumentError(Problem(position, what, "remove it"))
    try:
        # The C parser is ten times as fast, but not every installation of PyYAML has it.
        parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        events = yaml.parse(text, Loader=parser)
        return _Composer(events, max_nodes or MAX_NODES, max_depth or MAX_DEPTH).document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        position = _position(mark) if mark else TextPosition(1)
        reason = getattr(error, "problem", None) or ""
        _, what, hint = next(each for each in _EXPLANATIONS if each[0] in reason)
        problem = _tab_problem(text, position.line) or Problem(position, what, hint)
        raise DocumentError(problem) from None


def _tab_problem(text: str, line: int) -> Problem | None:
    """Return the problem of a tab that indents `line` or one beside it, which YAML forbids."""
    for number, each in enumerate(text.splitlines()[: line + 1], start=1):
        indent = each[: len(each) - len(each.lstrip(" \t"))]
        if number >= line - 1 and "\t" in indent:
            position = TextPosition(number, indent.index("\t") + 1)
            return Problem(position, "a tab indents this line", "indent with spaces instead")
    return None


class _Node(NamedTuple):
    """A value with its size in nodes and its height in levels, both multiplied by aliases."""

    value: object
    size: int = 1
    height: int = 1


@dataclass(slots=True)
class _Composer:
    """Builds values from parser events, and checks the limits while it does."""

    events: Iterator[Any]
    max_nodes: int
    max_depth: int
    values: dict[Pointer, TextPosition] = field(default_factory=dict)
    keys: dict[Pointer, TextPosition] = field(default_factory=dict)
    anchors: dict[str, _Node | None] = field(default_factory=dict)
    """Values by anchor; `None` while the value is incomplete."""

    nodes: int = 0
    aliases: int = 0

    def document(self) -> Document:
        next(self.events)  # the start of the stream
        event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            return Document(None, {(): TextPosition(1, 1)}, {})
        value = self._node(next(self.events), ()).value
        next(self.events)  # the end of the document
        event = next(self.events)
        if not isinstance(event, yaml.StreamEndEvent):
            _fail(event, "a second document starts here", "keep one, without `---` lines")
        return Document(value, self.values, self.keys)

    def _node(self, event: Any, pointer: Pointer) -> _Node:  # noqa: ANN401 - PyYAML has no types
        self.values[pointer] = _position(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, pointer)
        self._check_limits(event, pointer, size=1, height=1)
        if event.tag is not None:
            _fail(event, "tags (`!…`) are not supported", "remove it, and put text in quotes")
        if event.anchor:
            self.anchors[event.anchor] = None
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[_Node] = []
            while not isinstance(inner := next(self.events), yaml.SequenceEndEvent):
                items.append(self._node(inner, (*pointer, len(items))))
            node = _parent_node([item.value for item in items], items)
        elif isinstance(event, yaml.MappingStartEvent):
            named: dict[str, _Node] = {}
            while not isinstance(inner := next(self.events), yaml.MappingEndEvent):
                key = self._key(inner, pointer)
                named[key] = self._node(next(self.events), (*pointer, key))
            node = _parent_node({key: each.value for key, each in named.items()}, [*named.values()])
        else:
            node = _Node(_scalar(event))
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def _alias(self, event: yaml.AliasEvent, pointer: Pointer) -> _Node:
        self.aliases += 1
        if self.aliases > MAX_ALIASES:
            _fail(event, f"more than {MAX_ALIASES} aliases", "write the values out")
        if event.anchor not in self.anchors:
            _fail(event, "no anchor above has this name", "put text with `*` in quotes")
        node = self.anchors[event.anchor]
        if node is None:
            _fail(event, "this alias contains itself", "write it out")
        self._check_limits(event, pointer, size=node.size, height=node.height)
        return node

    def _key(self, event: Any, pointer: Pointer) -> str:  # noqa: ANN401 - PyYAML has no types
        if not isinstance(event, yaml.ScalarEvent) or event.tag is not None:
            _fail(event, "a name must be plain text", "put text that starts with `{` in quotes")
        key = _text(event)
        if key == "<<" and event.implicit[0]:
            _fail(event, "merge keys (`<<`) are not supported", "write the properties out")
        if (*pointer, key) in self.keys:
            first = self.keys[*pointer, key].line
            _fail(event, f"{quote(key)} is a duplicate key, first used on line {first}", "keep one")
        self.keys[*pointer, key] = _position(event.start_mark)
        return key

    def _check_limits(self, event: yaml.Event, pointer: Pointer, *, size: int, height: int) -> None:
        self.nodes += size
        if self.nodes > self.max_nodes:
            _fail(event, f"more than {self.max_nodes} values", "split it into several files")
        if len(pointer) + height > self.max_depth:
            _fail(event, f"nested more than {self.max_depth} levels deep", "flatten it")


def _parent_node(value: object, children: list[_Node]) -> _Node:
    size = 1 + sum(child.size for child in children)
    return _Node(value, size, 1 + max((child.height for child in children), default=0))


def _scalar(event: yaml.ScalarEvent) -> object:
    text = _text(event)
    if not event.implicit[0]:  # It is quoted.
        return text
    if text in _KEYWORDS:
        return _KEYWORDS[text]
    number = _NUMBER.fullmatch(text)
    if number is None:
        return text
    if len(text) > MAX_NUMBER_CHARS:
        _fail(event, f"a number of more than {MAX_NUMBER_CHARS} characters", "put text in quotes")
    value = float(text) if number["real"] else int(text)
    if math.isinf(value):
        _fail(event, "this number is too large", "put text in quotes")
    return value


def _text(event: yaml.ScalarEvent) -> str:
    text: str = event.value
    if _SURROGATE.search(text):
        hint = r"write the character itself, or `\U` and eight digits"
        _fail(event, "half of a surrogate pair", hint)
    return text


def _fail(event: yaml.Event, what: str, hint: str) -> NoReturn:
    raise DocumentError(Problem(_position(event.start_mark), what, hint))


def _position(mark: Any) -> TextPosition:  # noqa: ANN401 - the two parsers have a class each
    return TextPosition(mark.line + 1, mark.column + 1)


def dump(value: object) -> str:
    """Return a JSON value as YAML text, of which `load` makes the same value."""
    return yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=MAX_LINE_CHARS
    )


class _Dumper(yaml.SafeDumper):
    """Writes no aliases, texts of several lines as blocks, and lists with indented items.

    Texts that `load` would read as numbers are in quotes.
    """

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - PyYAML's
        super().increase_indent(flow=flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the signature of PyYAML
        return True

    def represent_str(self, data: str) -> yaml.ScalarNode:
        style = '"' if _NUMBER.fullmatch(data) or "\x85" in data else None
        if "\n" in data and data.replace("\n", "").isprintable():
            style = "|"
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Dumper.add_representer(str, _Dumper.represent_str)
