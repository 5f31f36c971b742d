"""Finds credentials and personal data in texts and JSON values, and replaces them with marks.

Three rules: the form of a text (e-mail addresses, telephone numbers, credentials), the name of the
property, parameter or header that holds it, and values that are known to be private. The functions
are pure and idempotent: redacted text stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from leadway_mock.util.redaction import MAX_ENCODINGS, REDACTED, decode, redact_text

EMAIL: Final = "[email]"
PHONE: Final = "[phone]"
NAME: Final = "[name]"
CONTACT_ID: Final = "[contact-id]"
PRIVATE: Final = "[private]"
MARKS: Final = (EMAIL, PHONE, NAME, CONTACT_ID, PRIVATE, REDACTED)
"""What stands for private data in a recording."""

MAX_KNOWN_VALUES: Final = 500
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

_VARIABLES: Final = frozenset({"inputvariables", "extravariables"})

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
    """Values that are known to be private, with their marks. Immutable."""

    marks: Mapping[str, str]
    """By value; the values of a name are the whole name and its words."""

    pattern: re.Pattern[str] | None

    @classmethod
    def of(cls, values: Iterable[tuple[str, str]]) -> KnownValues:
        """Return the known values of pairs of value and mark; too short ones are left out."""
        marks: dict[str, str] = {}
        for value, mark in _with_words(values):
            marks.setdefault(value, mark)
        kept = dict(list(marks.items())[:MAX_KNOWN_VALUES])
        return cls(kept, _pattern_of(kept))

    def plus(self, values: Iterable[tuple[str, str]]) -> KnownValues:
        """Return these values and more; this object if none is new."""
        more = {value: mark for value, mark in _with_words(values) if value not in self.marks}
        if not more or len(self.marks) >= MAX_KNOWN_VALUES:
            return self
        return KnownValues.of([*self.marks.items(), *more.items()])

    def replace(self, text: str) -> str:
        """Return `text` with each value, as whole words, replaced by its mark."""
        return self.pattern.sub(self._mark, text) if self.pattern else text

    def _mark(self, match: re.Match[str]) -> str:
        found = " ".join(match[0].split())
        mark = self.marks.get(found)
        if mark is None:
            lowered = found.casefold()
            marks = (self.marks[each] for each in self.marks if each.casefold() == lowered)
            mark = next(marks, PRIVATE)
        return mark


def _with_words(values: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield each value that is long enough, and the words of a name, with their marks."""
    for value, mark in values:
        words = value.split()
        for each in [" ".join(words), *(words if mark == NAME and len(words) > 1 else ())]:
            if len(each) >= MIN_KNOWN_CHARS and "[" not in each:
                yield each, mark


def _pattern_of(values: Iterable[str]) -> re.Pattern[str] | None:
    parts = []
    for value in sorted(values, key=len, reverse=True):
        escaped = r"\s+".join(map(re.escape, value.split()))
        parts.append(escaped if len(value) < MIN_ANY_CASE_CHARS else f"(?i:{escaped})")
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)") if parts else None


NOTHING_KNOWN: Final = KnownValues({}, None)


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
        shown = _redact_layer(layer, known)
        if shown != layer:
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
    if mark := mark_of(decode(name)):
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
    plain = _plain(name)
    for mark, endings in _ENDINGS.items():
        if plain.endswith(endings):
            return mark
    inside = {_plain(each) for each in parents} & _PEOPLE
    if plain in {"name", "contact"} and inside:
        return NAME
    return CONTACT_ID if plain == "id" and inside - _VARIABLES else ""


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def redact_json_value(
    value: object, known: KnownValues = NOTHING_KNOWN, parents: tuple[str, ...] = ()
) -> object:
    """Return a copy of a JSON value with all that is private replaced, names included.

    `parents` are the names of the objects around it, outermost first.
    """
    if isinstance(value, str):
        return redact_private(value, known)
    if isinstance(value, Mapping):
        return {
            redact_private(str(name), known): _replace_all(each, mark)
            if (mark := mark_of(str(name), parents))
            else redact_json_value(each, known, (*parents, str(name)))
            for name, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [redact_json_value(each, known, parents) for each in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return _phone_or(str(value), "") or value
    return value


def _replace_all(value: object, mark: str) -> object:
    """Return a JSON value with all its texts and numbers replaced; empty ones stay."""
    if isinstance(value, Mapping):
        return {redact_private(str(name)): _replace_all(each, mark) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_replace_all(each, mark) for each in value]
    return value if value is None or isinstance(value, bool) or value in ("", *MARKS) else mark


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
    for match in _PARAMETER.finditer(text):
        mark = mark_of(decode(match[1]))
        if mark and mark != REDACTED:
            yield decode(match[2].replace("+", " ")), mark
    for match in _MEMBER.finditer(text):
        mark = mark_of(match[1])
        if mark and mark != REDACTED:
            yield decode(match[3].strip('"')), mark


def _texts_in(value: object) -> Iterator[str]:
    if isinstance(value, Mapping | list | tuple):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _texts_in(each)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value)
