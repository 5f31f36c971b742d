import pytest
import yaml

from leadway_mock.documents.problems import DocumentError, Problem, TextPosition
from leadway_mock.documents.yaml_document import MAX_NUMBER_CHARS, load


@pytest.fixture(params=["C", "Python"])
def either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the test with both parsers of PyYAML, because installations differ."""
    if request.param == "Python":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    elif not hasattr(yaml, "CSafeLoader"):
        pytest.skip("this PyYAML was built without its C parser")


def problem_of(text: str) -> Problem:
    with pytest.raises(DocumentError) as error:
        load(text)
    assert "\n" not in str(error.value)
    return error.value.problem


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("~", None),
        ("", None),
        ("# nothing but a comment", None),
        ("true", True),
        ("false", False),
        ("0", 0),
        ("-12", -12),
        ("1.50", 1.5),
        ("-1e3", -1000.0),
        ("1" * MAX_NUMBER_CHARS, int("1" * MAX_NUMBER_CHARS)),
        ("2E-1", 0.2),
        # What YAML, or some version of it, would take for something else than text:
        ("True", "True"),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("Null", "Null"),
        ("2026-11-22", "2026-11-22"),
        ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z"),
        ("007", "007"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("+1", "+1"),
        ("12:30:45", "12:30:45"),
        (".5", ".5"),
        ("1.", "1."),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("1e", "1e"),
        ("=", "="),
        # Quoted text is text.
        ("'1'", "1"),
        ('"true"', "true"),
        ("''", ""),
        ("|\n  null", "null"),
    ],
)
def test_scalars_have_the_types_of_json(text: str, value: object) -> None:
    read = load(text).value

    assert read == value
    assert type(read) is type(value)


def test_names_are_text_whatever_they_look_like() -> None:
    assert load("1: a\ntrue: b\n~: c\n").value == {"1": "a", "true": "b", "~": "c"}


def test_a_quoted_merge_key_is_a_name_like_any_other() -> None:
    assert load("'<<': 1").value == {"<<": 1}


@pytest.mark.usefixtures("either_parser")
def test_every_value_and_name_has_a_position() -> None:
    document = load("# first\nagents:\n  - id: é1\n    versions: [{id: v1}, ~]\n")

    assert document.value == {"agents": [{"id": "é1", "versions": [{"id": "v1"}, None]}]}
    assert document.position(()) == (2, 1)
    assert document.position(("agents",)) == (3, 3)
    assert document.key_position(("agents",)) == (2, 1)
    assert document.position(("agents", 0, "id")) == (3, 9)
    assert document.key_position(("agents", 0, "id")) == (3, 5)
    assert document.position(("agents", 0, "versions", 0, "id")) == (4, 21)
    assert document.position(("agents", 0, "versions", 1)) == (4, 26)


def test_a_value_without_a_place_has_that_of_what_is_around_it() -> None:
    document = load("a: &x {b: 1}\nc: *x\n")

    assert document.position(("c", "b")) == (2, 4)
    assert document.position(("nowhere", 7)) == (1, 1)
    assert document.key_position(("a", 0)) == (1, 4)


def test_an_empty_text_has_a_place_too() -> None:
    assert load("").position(("a", "b")) == TextPosition(1, 1)


def test_an_alias_is_what_its_anchor_is() -> None:
    assert load("- &a [1]\n- *a\n- &a 2\n- *a\n").value == [[1], [1], 2, 2]


def test_one_document_may_be_marked_as_such() -> None:
    assert load("%YAML 1.2\n---\na: 1\n...\n").value == {"a": 1}


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize(
    ("text", "place", "what", "hint"),
    [
        ("a: 1\nb: 2\na: 3", (3, 1), "`a` is a duplicate key, first used on line 1", "keep one"),
        ("x: {a: 1, 'a': 2}", (1, 11), "`a` is a duplicate key, first used on line 1", "keep one"),
        ("a: !!str 1", (1, 4), "tags", "remove it"),
        ("!!python/object/apply:os.system [id]", (1, 1), "tags", "remove it"),
        ("!x a: b", (1, 1), "plain text", "quotes"),
        ("a: !x!y b", (1, 4), "tags", "remove it"),
        ("<<: {a: 1}", (1, 1), "merge keys", "write the properties out"),
        ("a: *b", (1, 4), "no anchor", "in quotes"),
        ("a: &x [*x]", (1, 8), "contains itself", "write it out"),
        ("a: &x {b: *x}", (1, 11), "contains itself", "write it out"),
        ("a: {{name}}", (1, 5), "plain text", "in quotes"),
        ("a: {{name}}, hi", (1, 5), "plain text", "in quotes"),
        ("? [a]\n: b", (1, 3), "plain text", "in quotes"),
        ("&a x: 1\n*a : 2", (2, 1), "plain text", "in quotes"),
        ("--- a\n--- b", (2, 1), "second document", "keep one"),
        ("a: 1e999", (1, 4), "too large", "in quotes"),
        ("a: -1e999", (1, 4), "too large", "in quotes"),
        ("a: " + "1" * (MAX_NUMBER_CHARS + 1), (1, 4), "more than 100 characters", "in quotes"),
        ("a: b\nc: \x07d", (2, 4), "the character '\\x07'", "remove it"),
        ("a: \ud800", (1, 4), "the character '\\ud800'", "remove it"),
        ("a: b: c", (1, 5), "a `: ` in the middle", "quotes"),
        ("a:\n\t- b", (2, 1), "a tab indents this line", "indent with spaces"),
        ("a: @b", (1, 4), "cannot start with this", "in quotes"),
        ("- a\nb: c", (2, 1), "breaks off", "indentation"),
        ("a: b\n%", (2, 2), "breaks off", "indentation"),
    ],
)
def test_invalid_yaml_has_position_and_hint(
    text: str, place: tuple[int, int], what: str, hint: str
) -> None:
    problem = problem_of(text)

    assert problem.location == place
    assert str(problem) == f"{place[0]}:{place[1]}: {problem.message} — {problem.hint}"
    assert what in problem.message
    assert hint in problem.hint


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (r'a: "\w+"', 1, "backslash"),
        ("a: 'b", 1, "never closed"),
        (r'a: "\ud83d\ude00"', 1, "surrogate pair"),
        ("a: [1, 2", None, "breaks off"),
        ("%YAML 9.9\n--- a", 1, "not YAML"),
    ],
)
def test_what_the_two_parsers_place_differently(text: str, line: int | None, what: str) -> None:
    problem = problem_of(text)

    assert what in problem.message
    assert str(problem.location).startswith(str(line or ""))


@pytest.mark.parametrize("text", [r'"\ud800"', r'"\uDFFF": 1', r'{a: "x\ud83d"}'])
@pytest.mark.usefixtures("either_parser")
def test_no_half_of_a_surrogate_pair_comes_in_by_an_escape(text: str) -> None:
    problem_of(text)


def test_an_error_without_a_position_is_reported_at_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_text: str, **_options: object) -> None:
        raise yaml.YAMLError

    monkeypatch.setattr(yaml, "parse", fail)

    assert problem_of("a").location == (1, 1)
