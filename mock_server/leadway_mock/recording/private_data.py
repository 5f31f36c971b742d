"""Finds credentials and personal data in texts and JSON values, and replaces them with marks.

Three rules: the form of a text (e-mail addresses, telephone numbers, credentials), the name of the
property, parameter or header that holds it, and values that are known to be private. The functions
are pure and idempotent: redacted text stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Final

from leadway_mock.util.redaction import MAX_ENCODINGS, REDACTED, decode, redact_text

EMAIL: Final = "[email]"
PHONE: Final = "[phone]"
NAME: Final = "[name]"
CONTACT_ID: Final = "[contact-id]"
PRIVATE: Final = "[private]"
MARKS: Final = (EMAIL, PHONE, NAME, CONTACT_ID, PRIVATE, REDACTED)
"""Marks that replace private data in a recording."""

MAX_KNOWN_VALUES: Final = 20_000
"""Limit of a recording, which keeps them in memory."""

MIN_KNOWN_CHARS: Final = 3
MIN_ANY_CASE_CHARS: Final = 5
"""A shorter known word is found in its own case only: Will is a name, and will is none."""

MAX_ROUNDS: Final = 4
"""How often one text is redacted: a mark may complete another pattern."""

_ENDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    REDACTED: (
        *("token", "secret", "password", "passwd", "apikey", "authorization", "cookie"),
        *("credential", "credentials", "authtoken", "privatekey", "sessioncookie"),
    ),
    EMAIL: ("email", "emailaddress", "mail", "emails"),
    PHONE: (
        *("phone", "phonenumber", "telephone", "telephonenumber", "mobile", "mobilenumber"),
        *("cellphone", "whatsapp", "msisdn", "fax", "phones"),
    ),
    CONTACT_ID: ("contactid", "contactids"),
    NAME: (
        *("firstname", "lastname", "fullname", "middlename", "givenname", "familyname", "surname"),
        *("contactname", "customername", "clientname", "personname", "leadname", "nickname"),
    ),
    PRIVATE: (
        *("streetaddress", "street", "address1", "address2", "postaladdress", "postalcode"),
        *("zipcode", "dateofbirth", "birthdate", "birthday", "ssn", "iban"),
    ),
}
"""Ends of names, in lower case without signs, whose values are private."""

_PEOPLE: Final = frozenset(
    {"contact", "contacts", "customer", "client", "lead", "person", "guest", "attendee", "patient"}
    | {"inputvariables", "extravariables"}
)
"""Objects whose `name` is a person's and whose `id` is a contact's."""

_CODES: Final = frozenset({"code", "code_verifier"})
"""Parameters of OAuth that are credentials; as a property, `code` is that of an error."""

_VARIABLES: Final = frozenset({"inputvariables", "extravariables"})

_OF_PEOPLE: Final = frozenset({"name", "contact", "id"})
MAX_NAME_CHARS: Final = 64

_WORD = re.compile(r"\w+")
_LOCAL = r"[\w.!#$*+^~-]"
_EMAIL = re.compile(rf"(?<!{_LOCAL})(?:{_LOCAL})++@[\w-]++(?:\.[\w-]++)++")
_DIGITS_OR_KEPT = re.compile(
    r"(?<![\w])(?<!\w-)(?:"
    r"(?P<kept>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![\w-])"
    r"|\d{4}-\d{2}-\d{2}(?!-?\d)(?:[T ]\d{2}:\d{2}(?::\d{2})?)?"
    r"|\d{1,2}[./-]\d{1,2}[./-]\d{4}(?![\d.-])"
    r"|\d{1,3}(?:\.\d{1,3}){3}(?![\d.]))"
    r"|(?P<digits>[+(]?\d[\d \t\u00a0().\-/\u2010-\u2013]*+))"
)
"""A UUID, a date or an IPv4 address; or a run of digits, which may be a telephone number."""

_DECIMAL = re.compile(r"\d+(?:\.\d+)?")
_EPOCH = re.compile(r"1\d{9}|1\d{12}")
"""Seconds or milliseconds since 1970; telephone numbers without a plus rarely begin with 1."""

MIN_PHONE_DIGITS: Final = 9
MIN_INTERNATIONAL_DIGITS: Final = 7
MAX_PLAIN_DIGITS: Final = 19
"""Longer runs of digits without signs are ids."""

_PARAMETER = re.compile(r"(?<![\w.%\[-])([\w.%\[\]-]{1,64}+)=([^&\s\"'<>;]++)")
_MEMBER = re.compile(r'"([\w.\- ]{1,64}+)"(\s*+:\s*+)("(?:[^"\\]|\\.)*+"?|\d[\d.]*+)', re.DOTALL)
_CONTACT_PATH = re.compile(r"(?i)(?<=/contacts/)(?=[\w-]*\d)[\w-]{6,}+")


@dataclass(frozen=True)
class KnownValues:
    """Values that are known to be private, with their marks. Immutable.

    A value is found as whole words; those of a name are found on their own, too. The search looks
    at each word of a text once, however many values are known.
    """

    marks: Mapping[str, str]
    """By value."""

    _patterns: Mapping[str, Sequence[_ValuePattern]]
    """By the first word of the value in lower case, the longest value first."""

    @classmethod
    def of(cls, values: Iterable[tuple[str, str]]) -> KnownValues:
        """Return the known values of pairs of value and mark; too short ones are left out."""
        marks: dict[str, str] = {}
        for value, mark in _with_words(values):
            marks.setdefault(value, mark)
        patterns: dict[str, list[_ValuePattern]] = {}
        for value in sorted(marks, key=len, reverse=True):
            if first := _WORD.search(value):
                pattern = _ValuePattern(value, marks[value], first.start())
                patterns.setdefault(first[0].casefold(), []).append(pattern)
        return cls(marks, patterns)

    def plus(self, values: Iterable[tuple[str, str]]) -> KnownValues:
        """Return these values and more; this object if none is new."""
        more = {value: mark for value, mark in _with_words(values) if value not in self.marks}
        return KnownValues.of([*self.marks.items(), *more.items()]) if more else self

    def replace(self, text: str) -> str:
        """Return `text` with each value replaced by its mark."""
        if not self._patterns:
            return text
        parts, end = [], 0
        for word in _WORD.finditer(text):
            if word.start() < end:
                continue
            for pattern in self._patterns.get(word[0].casefold(), ()):
                found = pattern.match(text, word.start(), end)
                if found is not None:
                    parts += [text[end : found.start()], pattern.mark]
                    end = found.end()
                    break
        return "".join([*parts, text[end:]]) if parts else text


@dataclass(frozen=True)
class _ValuePattern:
    """A value, its mark, and where its first word begins."""

    value: str
    mark: str
    offset: int

    def match(self, text: str, word_start: int, least: int) -> re.Match[str] | None:
        """Return the match whose first word begins at `word_start`; at `least` or later."""
        start = word_start - self.offset
        if start < least or (start and text[start - 1].isalnum()):
            return None
        return self._regex.match(text, start)

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        escaped = r"\s+".join(map(re.escape, self.value.split()))
        flags = re.IGNORECASE if len(self.value) >= MIN_ANY_CASE_CHARS else 0
        return re.compile(rf"{escaped}(?!\w)", flags)


def _with_words(values: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield each value that is long enough, and the words of a name, with their marks."""
    for value, mark in values:
        words = value.split()
        for each in [" ".join(words), *(words if mark == NAME and len(words) > 1 else ())]:
            if len(each) >= MIN_KNOWN_CHARS and "[" not in each:
                yield each, mark


NOTHING_KNOWN: Final = KnownValues({}, {})


def redact_private(text: str, known: KnownValues = NOTHING_KNOWN) -> str:
    """Return `text` with all that is private replaced by a mark.

    What is percent-encoded, or escaped as in JSON, is found, too; then the rest of the text is
    returned without these escapes.
    """
    layers = [text]
    while (decoded := decode(layers[-1])) != layers[-1]:
        layers.append(decoded)
        if len(layers) > MAX_ENCODINGS:
            return REDACTED
    for layer in reversed(layers):  # A name may be whole in the innermost layer only.
        # Forms have a plus for a space.
        for plain in (layer, layer.replace("+", " ")) if "+" in layer else (layer,):
            shown = _redact_layer(plain, known)
            if shown != plain:
                return redact_private(shown, known)
    return text


def _redact_layer(text: str, known: KnownValues) -> str:
    for _ in range(MAX_ROUNDS):
        before, text = text, redact_text(text)
        if "=" in text:
            text = _PARAMETER.sub(partial(_redact_parameter, known), text)
        if '":' in text or '" ' in text:
            text = _MEMBER.sub(_redact_member, text)
        if "@" in text:
            text = _EMAIL.sub(EMAIL, text)
        if "/contacts/" in text.lower():
            text = _CONTACT_PATH.sub(CONTACT_ID, text)
        text = known.replace(_DIGITS_OR_KEPT.sub(_redact_digits, text))
        if text == before:
            break
    return text


def _redact_parameter(known: KnownValues, match: re.Match[str]) -> str:
    name, value = match.groups()
    decoded = decode(name)
    if mark := mark_of(decoded) or (REDACTED if decoded in _CODES else ""):
        return match[0] if value in MARKS else f"{name}={mark}"
    if "+" not in value:
        return match[0]
    plain = value.replace("+", " ")  # As forms are encoded.
    shown = redact_private(plain, known)
    return match[0] if shown == plain else f"{name}={shown.replace(' ', '+')}"


def _redact_member(match: re.Match[str]) -> str:
    name, colon, value = match.groups()
    mark = mark_of(name)
    return f'"{name}"{colon}"{mark}"' if mark and value != '""' else match[0]


def _redact_digits(match: re.Match[str]) -> str:
    run = match["digits"]
    if run is None:
        return match[0]
    number = run.rstrip(" \t\u00a0().-/\u2010\u2011\u2012\u2013")
    rest = run[len(number) :]
    following = match.string[match.end() : match.end() + 1]
    if not rest and (following.isalpha() or following == "_"):
        return run
    shown = _phone_or(number, number)
    if shown == PHONE and rest[:1] == ")" and number.count("(") > number.count(")"):
        rest = rest[1:]  # The number was in parentheses.
    return shown + rest


def _phone_or(number: str, other: str) -> str:
    digits = sum(each.isdigit() for each in number)
    if number.isdigit() and (digits > MAX_PLAIN_DIGITS or _EPOCH.fullmatch(number)):
        return other
    least = MIN_INTERNATIONAL_DIGITS if number.startswith("+") else MIN_PHONE_DIGITS
    is_decimal = not number.isdigit() and _DECIMAL.fullmatch(number) is not None
    return other if digits < least or is_decimal else PHONE


def mark_of(name: str, parents: Iterable[str] = ()) -> str:
    """Return the mark for values of a property, parameter or header; empty if not private."""
    plain, mark = _mark_of_end(name[-MAX_NAME_CHARS:])
    if mark or plain not in _OF_PEOPLE:
        return mark
    inside = {_mark_of_end(each[-MAX_NAME_CHARS:])[0] for each in parents} & _PEOPLE
    if plain == "id":
        return CONTACT_ID if inside - _VARIABLES else ""
    return NAME if inside else ""


@lru_cache(4096)
def _mark_of_end(name: str) -> tuple[str, str]:
    """Return a name in lower case without signs, and its mark by its end."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    marks = (mark for mark, endings in _ENDINGS.items() if plain.endswith(endings))
    return plain, next(marks, "")


def redact_number(value: int) -> int | str:
    """Return an integer, or a mark if it may be a telephone number."""
    return _phone_or(str(value), "") or value


def private_values(value: object, parents: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield the values, with marks, that are private by the names of their properties.

    They are private in other texts, too: an agent repeats the name of a contact. Texts are
    searched for parameters and members of JSON. Credentials are not yielded; their form or place
    shows what they are.
    """
    if isinstance(value, Mapping):
        for name, each in value.items():
            mark = mark_of(str(name), parents)
            if mark and mark != REDACTED:
                yield from ((text, mark) for text in _texts_in(each))
            elif not mark:
                yield from private_values(each, (*parents, str(name)))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from private_values(each, parents)
    elif isinstance(value, str):
        yield from _values_in_text(value)


def _values_in_text(text: str) -> Iterator[tuple[str, str]]:
    parameters = ((decode(m[1]), m[2].replace("+", " ")) for m in _PARAMETER.finditer(text))
    members = ((m[1], m[3].strip('"')) for m in _MEMBER.finditer(text))
    for name, value in (*parameters, *members):
        mark = mark_of(name)
        if mark and mark != REDACTED:
            yield decode(value), mark


def _texts_in(value: object) -> Iterator[str]:
    if isinstance(value, Mapping | list | tuple):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _texts_in(each)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value)
