"""Regular expressions of users: Python's results, within limits of time and memory."""

from __future__ import annotations

import re
import time
import tracemalloc
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadway_mock.agents.patterns import (
    MAX_MATCH_SECONDS,
    MatchTime,
    Pattern,
    PatternError,
    PatternTimeout,
    from_compiled,
    match_value,
    parse_pattern,
)
from leadway_mock.store import WouldBlock

SLOW: Final = {
    r"(a|aa)+$": "a" * 60 + "!",
    r"(x+x+)+y": "x" * 3_000,
    r"(\w+\s?)*$": "word " * 6_000 + "!",
    r"\s*\n|\s*x": " " * 500_000,
    r"^(?:(a|b|ab)+)+$": "ab" * 40 + "!",
}
"""Regular expressions that take longer than a second on a text, without a limit."""

PATTERNS: Final = [
    *(r"book (?P<what>\w+)", r"^\s*(?P<n>\d+)\s*$", r"a{e}b", r"x{i<=1}", r"\{e}", r"[{e}]a{1,2}"),
    *(r"(?i:HALLO)\b", r"(?P<a>x)?y", r"(?P<a>.)(?P=a)", r"(?<=a)b(?!c)", r"a++b", r"(?>a|ab)c"),
    *(
        r"\bé\w*",
        r"[^\W\d_]+",
        r"^$",
        r"\Aa|b\Z",
        r"(?#note)a",
        r"a\\{e}",
        r"ß",
        r"{name}",
        r"a{,2}b",
    ),
]


@pytest.mark.parametrize("text", SLOW)
def test_a_slow_expression_stops_at_the_limit_and_is_named(text: str) -> None:
    started = time.process_time()
    with pytest.raises(PatternTimeout) as error:
        Pattern("regex", text).find(SLOW[text])

    assert time.process_time() - started < 4 * MAX_MATCH_SECONDS
    assert f"`/{text}/` took more than 0.25 seconds" in str(error.value)


@pytest.mark.parametrize("text", SLOW)
def test_the_event_loop_gives_up_early(text: str) -> None:
    started = time.process_time()
    with pytest.raises(WouldBlock):
        Pattern("regex", text).find(SLOW[text], MatchTime(may_block=False))
    assert time.process_time() - started < MAX_MATCH_SECONDS


def test_all_expressions_of_a_message_share_the_time() -> None:
    pattern, limit = Pattern("regex", "(a|aa)+$"), MatchTime()
    with pytest.raises(PatternTimeout):
        pattern.find("a" * 60 + "!", limit)
    started = time.process_time()
    with pytest.raises(PatternTimeout):
        pattern.find("a" * 60 + "!", limit)
    assert time.process_time() - started < MAX_MATCH_SECONDS / 2


def test_values_and_compiled_expressions_have_the_limit_too() -> None:
    with pytest.raises(PatternTimeout):
        match_value("/(a|aa)+$/", "a" * 60 + "!")
    with pytest.raises(PatternTimeout):
        from_compiled(re.compile("(a|aa)+$")).find("a" * 60 + "!")


def test_a_long_message_in_an_error_is_cut() -> None:
    error = PatternTimeout(Pattern("regex", "a\x1b" * 5_000))
    assert len(str(error)) < 400
    assert str(error).isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "(?:(?:(?:a{1000}){1000}){1000}){1000}",
        "(?:(a?){1000}){1000}",
        "(?:[ab]{3000}){3000}|c",
        "(?=(?:x{999}){999})y",
        "a" * 10_001,
        "|".join(f"word{number}" for number in range(5_000)),
    ],
)
def test_an_expression_that_needs_much_memory_is_an_error(text: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(PatternError, match="regular expression"):
            parse_pattern(f"/{text}/")
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "text",
    [r"(?R)", r"(?|a|b)", r"\X", r"\p{L}", r"(?V1)a", r"a{2}{3}+*", r"[[:alpha:]]", r"\L<x>"],
)
def test_the_syntax_is_pythons(text: str) -> None:
    with pytest.raises(PatternError, match="use Python's syntax"):
        parse_pattern(f"/{text}/")


@given(st.sampled_from(PATTERNS), st.text("abcexyé1ßS {}\\\n_<=", max_size=12), st.booleans())
def test_the_results_are_pythons(text: str, message: str, any_case: bool) -> None:  # noqa: FBT001
    expected = re.compile(text, re.IGNORECASE if any_case else 0).search(message)
    found = parse_pattern(f"/{text}/{'i' * any_case}").find(message)
    assert found == (expected and {k: v for k, v in expected.groupdict().items() if v is not None})


def test_flags_of_a_compiled_expression_are_kept() -> None:
    verbose = from_compiled(
        re.compile("a  # a letter\n b \\w", re.VERBOSE | re.ASCII | re.IGNORECASE)
    )
    assert verbose.find("xABc") == {}
    assert verbose.find("abé") is None
