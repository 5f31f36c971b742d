"""Patterns of texts: contains, equals, or a regular expression with captures.

Regular expressions are Python's, but the package `regex` searches: it has a time limit, and lets
other threads run meanwhile.
"""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import regex

from leadway_mock.documents.problems import quote
from leadway_mock.store import WouldBlock
from leadway_mock.util.json_text import plain_text
from leadway_mock.util.printable_text import escape_controls

MAX_MATCH_SECONDS: Final = 0.25
"""Processor time in seconds that all regular expressions have for one message."""

MAX_LOOP_SECONDS: Final = 0.01
"""The same in the event loop, where every other client waits. Then a thread tries again."""

MAX_LOOP_CHARS: Final = 4_000
"""Longer texts are searched in a thread: `regex` looks at the clock after many loops only."""

MAX_REGEX_CHARS: Final = 10_000
MAX_REGEX_SIZE: Final = 50_000
"""Parts of a regular expression with its counted repeats written out: `regex` does write them."""

_FLAGS: Final = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
_INLINE_FLAGS: Final = {re.ASCII: "a", re.VERBOSE: "x"}
_EXACT = re.compile(r'="(?P<text>.*)"', re.DOTALL)
_QUOTED = re.compile(r'"(?P<text>.+)"', re.DOTALL)
_FUZZY = re.compile(r"(?<!\\)((?:\\\\)*)\{(?=[a-z])")
_SLASHED = re.compile(r"/(?P<text>.+)/(?P<flags>[A-Za-z]*)", re.DOTALL)

_REGEX_SIGNS = re.compile(
    r"\||\(\?|\)[*+]|\.[*+]|\[\w-\w|\][*+{]|\\[bdsw.]|\{\d{1,4}(?:,\d{0,4})?\}|\A\^|[a-z)\]?]\$\Z",
    re.IGNORECASE,
)
"""Parts of regular expressions that are rare in messages."""

_UNRELATED_TEXTS: Final = ("qzqz qzqz", "XJXJ xjxj xjxj.")
"""Texts without a common letter, which only a pattern for any text matches."""


class PatternError(ValueError):
    """An invalid pattern, with its `message` and `hint`."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(f"{message} — {hint}")
        self.message = message
        self.hint = hint


class PatternTimeout(Exception):  # noqa: N818 - a timeout
    """A regular expression takes too long on a message."""

    def __init__(self, pattern: Pattern, place: str = "") -> None:
        self.pattern = pattern
        super().__init__(
            f"The regular expression {quote(str(pattern))}{place} took more than "
            f"{MAX_MATCH_SECONDS} seconds on this message. Write it without a repeat of a group "
            "that contains a repeat, such as (a+)+."
        )


@dataclass(slots=True)
class MatchTime:
    """Time that is left for the regular expressions of one message.

    Without `may_block`, which the event loop needs, `search` may raise `WouldBlock`.
    """

    may_block: bool = True
    _spent: float = field(default=0.0, init=False)

    def search(self, pattern: Pattern, text: str) -> Mapping[str, str | None] | None:
        """Return the groups of the first match, or None. Raises `PatternTimeout`."""
        if len(text) > MAX_LOOP_CHARS and not self.may_block:
            raise WouldBlock
        limit = MAX_MATCH_SECONDS if self.may_block else MAX_LOOP_SECONDS
        compiled, started = _compile(pattern.text, pattern.flags), time.thread_time()
        try:
            match = compiled.search(text, timeout=max(limit - self._spent, 1e-9))
        except TimeoutError:
            if not self.may_block:
                raise WouldBlock from None
            raise PatternTimeout(pattern) from None
        finally:
            self._spent += time.thread_time() - started
        return None if match is None else match.groupdict()


@dataclass(frozen=True, slots=True)
class Pattern:
    """Pattern of a text: `any`, or it `contains`, `equals` or matches (`regex`) `text`."""

    kind: str
    text: str = ""
    flags: str = ""
    """Flags of a regular expression: `i`, `m` and `s`, in alphabetical order."""

    is_plain: bool = field(default=False, compare=False)
    """Whether it was written as the text alone, without quotes, slashes or `contains`."""

    @property
    def captures(self) -> tuple[str, ...]:
        """Names of its captures."""
        return tuple(_compile(self.text, self.flags).groupindex) if self.kind == "regex" else ()

    def find(self, text: str, match_time: MatchTime | None = None) -> Mapping[str, str] | None:
        """Return the captures from `text`, or None if it does not match.

        Raises `PatternTimeout` if a regular expression takes longer than `match_time`.
        """
        if self.kind == "regex":
            found = (match_time or MatchTime()).search(self, text)
            if found is None:
                return None
            return {name: each for name, each in found.items() if each is not None}
        if self.kind == "contains":
            return {} if self.text.casefold() in text.casefold() else None
        return {} if self.kind == "any" or self.text == text else None

    @property
    def is_catch_all(self) -> bool:
        """Whether it matches texts that have nothing in common, such as `*` and `/.+/`."""
        return all(self.find(text) is not None for text in _UNRELATED_TEXTS)

    def __str__(self) -> str:
        """Return the pattern as text that `parse_pattern` reads."""
        if self.kind == "any":
            return "*"
        if self.kind == "equals":
            return f'="{self.text}"'
        if self.kind == "regex":
            return f"/{self.text}/{self.flags}"
        plain = self.text == self.text.strip() and _kind(self.text) == "contains"
        return self.text if plain and not _QUOTED.fullmatch(self.text) else f'"{self.text}"'


ANY: Final = Pattern("any")


def parse_condition(when: str | Mapping[str, str]) -> Pattern:
    """Parse the `when` of a reply in an agents file. Raises `PatternError`.

    `/pattern/flags` is a regular expression, any other text a part of the message in whatever
    case; `{equals: text}` is the whole message, and `{contains: text}` a part of it even if the
    text looks like a regular expression.
    """
    if isinstance(when, Mapping):
        [(kind, text)] = when.items()
        return Pattern(kind, text)
    slashed = _SLASHED.fullmatch(when)
    return _regex(slashed) if slashed else Pattern("contains", when, is_plain=True)


def parse_pattern(source: str | Mapping[str, str]) -> Pattern:
    """Parse the `user` of a dialogue's turn. Raises `PatternError`.

    `*` matches any text, `/pattern/flags` is a regular expression, and `="text"` is the whole
    text, case-sensitive. Any other text is a part of the message in any case; double quotes
    around it disable the other forms. `{equals: text}` and `{contains: text}` are the long forms.
    """
    if isinstance(source, Mapping):
        return parse_condition(source)
    kind = _kind(source)
    if kind == "any":
        return ANY
    match = {"equals": _EXACT, "regex": _SLASHED}.get(kind, _QUOTED).fullmatch(source)
    if match and kind == "regex":
        return _regex(match)
    return Pattern(kind, match["text"]) if match else Pattern(kind, source, is_plain=True)


def plain_text_warning(pattern: Pattern) -> tuple[str, str] | None:
    """Return the warning about plain text that looks like another form, and the hint."""
    text = pattern.text
    bare = text.strip("=\"' ")
    if not pattern.is_plain:
        return None
    if text.startswith("/") or (text.endswith("/") and "://" not in text):
        form, better = "a regular expression without one of its slashes", f"/{text.strip('/')}/"
    elif _REGEX_SIGNS.search(text):
        form, better = "a regular expression without slashes", f"/{text}/"
    elif text.startswith(("=", '"', "'")) and bare:
        form, better = "an invalid quotation", f'="{bare}"'
    elif text.startswith("*") or text.endswith("*"):
        form, better = "a wildcard, which `*` is only on its own", f"/{text.replace('*', '.*')}/"
    else:
        return None
    return f"{quote(text)} is plain text, but looks like {form}", f"write {quote(better)}"


def from_compiled(compiled: re.Pattern[str]) -> Pattern:
    """Return the pattern of a regular expression that Python has compiled."""
    others = "".join(letter for flag, letter in _INLINE_FLAGS.items() if compiled.flags & flag)
    text = f"(?{others}){compiled.pattern}" if others else compiled.pattern
    return Pattern("regex", text, "".join(x for x, flag in _FLAGS.items() if compiled.flags & flag))


def match_value(
    expected: Any,  # noqa: ANN401 - any JSON
    found: object,
    match_time: MatchTime | None = None,
) -> Mapping[str, str] | None:
    """Return the captures of `expected` from the value `found`, or None if it does not match.

    An expected text is the whole text, unless it is `*` or a `/pattern/`. An expected null means
    that the value is absent. Any other value must be equal.
    """
    if not isinstance(expected, str):
        return {} if _json_equal(expected, found) else None
    pattern = parse_pattern(expected)
    if pattern.kind == "any":
        return None if found is None else {}
    if pattern.kind == "regex":
        return None if found is None else pattern.find(plain_text(found), match_time)
    return {} if pattern.text == found else None


def _kind(source: str) -> str:
    if source == "*":
        return "any"
    if _EXACT.fullmatch(source):
        return "equals"
    return "regex" if _SLASHED.fullmatch(source) else "contains"


def _regex(slashed: re.Match[str]) -> Pattern:
    _compile(slashed["text"], slashed["flags"])
    return Pattern("regex", slashed["text"], "".join(sorted(set(slashed["flags"]))))


@lru_cache(maxsize=4096)
def _compile(text: str, letters: str) -> regex.Pattern[str]:
    """Compile a regular expression; raises `PatternError`."""
    flags = re.NOFLAG
    for letter in letters:
        if letter not in _FLAGS:
            message = f"`{letter}` is not a flag of a regular expression"
            hint = "use i, m or s; for text with slashes, write {contains: …}"
            raise PatternError(message, hint)
        flags |= _FLAGS[letter]
    if len(text) > MAX_REGEX_CHARS:
        message = f"the regular expression is longer than {MAX_REGEX_CHARS} characters"
        raise PatternError(message, "write several turns or replies")
    try:
        with warnings.catch_warnings():
            # Python warns of patterns whose meaning will change; report that as an error.
            warnings.simplefilter("error")
            re.compile(text, flags)
            if _size(re._parser.parse(text, flags)) > MAX_REGEX_SIZE:  # noqa: SLF001 - documented nowhere, and in every Python from 3.11 to 3.14
                message = "the regular expression repeats too much"
                raise PatternError(message, "write lower numbers in its {…}, or `+`")
            # Of the syntax of `regex` that Python takes for text, only {e<=1} is no warning.
            return regex.compile(_FUZZY.sub(r"\1\{", text), int(flags) | regex.VERSION0)
    except (re.error, regex.error, Warning, OverflowError, RecursionError) as error:
        what = escape_controls(error.msg) if isinstance(error, re.error) else str(error)
        what = "nested too deeply" if isinstance(error, RecursionError) else what
        hint = "use Python's syntax, such as (?P<name>…) for a capture"
        raise PatternError(f"invalid regular expression: {what}", hint) from None


def _size(part: Any) -> int:  # noqa: ANN401 - Python's private types
    """Return the number of values in a parsed expression with the least repeats written out."""
    if isinstance(part, str) or not hasattr(part, "__getitem__"):
        return 1
    values = list(part)
    is_repeat = len(values) == 2 and str(values[0]).endswith("REPEAT")  # noqa: PLR2004 - a pair
    return max(1, values[1][0]) * _size(values[1]) if is_repeat else sum(map(_size, values))


def _json_equal(one: object, other: object) -> bool:
    """Return whether two JSON values are equal; unlike in Python, `true` is not 1."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(
            _json_equal(one[name], other[name]) for name in one
        )
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_json_equal, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other
