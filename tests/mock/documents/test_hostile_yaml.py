import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadway_mock.documents import yaml_document
from leadway_mock.documents.problems import DocumentError, Problem, TextPosition
from leadway_mock.documents.yaml_document import MAX_ALIASES, MAX_DEPTH, load


def outcome(text: str) -> object:
    """Return the parsed value, or the error."""
    try:
        return load(text).value
    except DocumentError as error:
        return error


def problem_of(text: str) -> Problem:
    error = outcome(text)
    assert isinstance(error, DocumentError)
    return error.problem


def test_the_deepest_nesting() -> None:
    load("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    problem = problem_of("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))

    assert problem.location == (1, MAX_DEPTH + 1)
    assert "nested" in problem.message


def test_nesting_by_aliases_counts() -> None:
    steps = "".join(f"- &a{level} [*a{level - 1}]\n" for level in range(1, MAX_DEPTH + 5))

    assert problem_of(f"- &a0 [x]\n{steps}").location == (MAX_DEPTH - 1, 9)


def test_the_largest_number_of_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_document, "MAX_NODES", 10)

    load("[" + "1," * 9 + "]")
    assert "values" in problem_of("[" + "1," * 10 + "]").message


def test_an_alias_counts_with_the_size_of_its_anchor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_document, "MAX_NODES", 10)

    load("[&a [1, 1], *a, &b 1, *b, 1]")
    assert "values" in problem_of("[&a [1, 1], *a, &b 1, *b, 1, 1]").message


def test_an_alias_counts_with_the_depth_of_its_anchor() -> None:
    inner, outer = "[" * 16 + "]" * 16, "[" * 16

    load(f"[&a {inner}, {outer[2:]}*a{outer[2:].replace('[', ']')}]")
    load(f"[&a {inner}, {outer[1:]}*a{outer[1:].replace('[', ']')}]")
    assert "nested" in problem_of(f"[&a {inner}, {outer}*a{outer.replace('[', ']')}]").message


def test_a_bomb_of_aliases_is_not_expanded() -> None:
    laughs = "".join(
        f"a{level}: &a{level} [{','.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 12)
    )

    assert "values" in problem_of(f"a0: &a0 lol\n{laughs}").message


def test_the_largest_number_of_aliases() -> None:
    load("- &a x\n" + "- *a\n" * MAX_ALIASES)

    assert "aliases" in problem_of("- &a x\n" + "- *a\n" * (MAX_ALIASES + 1)).message


def test_an_anchor_on_a_scalar_can_be_used_at_once() -> None:
    assert load("[&a 1, *a]").value == [1, 1]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 1_000_000,
        "{a: " * 250_000,
        "? " * 500_000,
        "- " * 500_000,
        "&a x: *a\n" * 100_000,
        "'" + "x" * 1_000_000,
        '"\\' * 500_000,
        ":" * 1_000_000,
        "!" * 1_000_000,
        "#" * 1_000_000,
        "a" * 1_000_000,
        "a: |\n" + " \n" * 500_000,
        "%TAG !a! x\n" * 20_000,
        "1" * 1_000_000,
        "1e" + "1" * 1_000_000,
        "- !!str x\n" * 100_000,
    ],
)
def test_hostile_texts_are_parsed_quickly(text: str) -> None:
    started = time.perf_counter()

    outcome(text)

    assert time.perf_counter() - started < 5


@given(st.text())
def test_any_text_is_parsed_or_an_error(text: str) -> None:
    result = outcome(text)

    if isinstance(result, DocumentError):
        assert isinstance(result.problem.location, TextPosition)
        assert result.problem.location >= (1, 1)
        assert str(result).isprintable()


INDICATORS = st.text(alphabet="-?:,[]{}#&*!|>'\"%@` \n\tab1<\\~.", max_size=40)


@settings(max_examples=500)
@given(INDICATORS)
def test_any_text_of_indicators_is_json_or_an_error(text: str) -> None:
    result = outcome(text)

    if isinstance(result, DocumentError):
        assert str(result).isprintable()
    else:
        json.dumps(result, allow_nan=False)


# In YAML, unlike JSON, these are not to stand in quotes unescaped, or fold like a line break.
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Zl", "Zp"]), max_size=9)
NUMBERS = st.integers(-(10**90), 10**90) | st.floats(allow_nan=False, allow_infinity=False)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(JSON_VALUES)
def test_json_is_read_as_itself(value: object) -> None:
    assert load(json.dumps(value, ensure_ascii=False, indent=1)).value == value
