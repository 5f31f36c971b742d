import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadway_mock.agents.templates import TemplateError, parse_template

NAMES = st.sampled_from(["name", "message", "variables.customerName", "turn"])
BRACES = st.text(alphabet="{}\\ namexyz.", max_size=40)


def test_placeholders_are_filled() -> None:
    template = parse_template("{{a}} and {{ b }}, {{a}}!")

    assert template.names == ("a", "b", "a")
    assert template.fill({"a": "1", "b": "2"}) == "1 and 2, 1!"


def test_a_name_without_a_value_is_an_empty_text() -> None:
    assert parse_template("[{{a}}]").fill({}) == "[]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\{{name}}", "{{name}}"),
        (r"\{{{{name}}", "{{Ada"),
        ("{name}", "{name}"),
        ("}} {", "}} {"),
        ("", ""),
    ],
)
def test_braces_that_open_no_placeholder_stay(text: str, expected: str) -> None:
    assert parse_template(text).fill({"name": "Ada"}) == expected


@pytest.mark.parametrize("text", ["{{", "{{name}", "{{name", "{{a {{b}}", "{{a}b}}", "{{{a}}}"])
def test_an_unclosed_placeholder_is_an_error(text: str) -> None:
    with pytest.raises(TemplateError):
        parse_template(text)


@given(NAMES, BRACES, st.text(max_size=5), st.text(max_size=5))
def test_values_are_not_expanded_again(name: str, value: str, before: str, after: str) -> None:
    before, after = before.replace("{", "").replace("\\", ""), after.replace("{", "")
    template = parse_template(f"{before}{{{{{name}}}}}{after}")

    # The value may hold this placeholder, or another one: neither may open.
    assert template.fill({name: value, "x": "leak"}) == f"{before}{value}{after}"


@given(BRACES)
def test_any_text_is_a_template_or_an_error(text: str) -> None:
    try:
        template = parse_template(text)
    except TemplateError:
        assert "{{" in text
    else:
        assert len(template.texts) == len(template.names) + 1


@given(st.text().filter(lambda text: "{{" not in text))
def test_text_without_placeholders_stays_as_it_is(text: str) -> None:
    assert parse_template(text).fill({"": "leak"}) == text
