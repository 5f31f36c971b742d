"""Runtime expressions, by the grammar of OpenAPI 3.1."""

import pytest

from contract_checker.links import Expression, is_whole, parse, texts_in


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("$url", ("", "", "", ())),
        ("$method", ("", "", "", ())),
        ("$statusCode", ("", "", "", ())),
        ("$request.path.agentId", ("request", "path", "agentId", ())),
        ("$request.query.source", ("request", "query", "source", ())),
        ("$request.header.Version", ("request", "header", "Version", ())),
        ("$response.header.X-Trace-Id", ("response", "header", "X-Trace-Id", ())),
        ("$request.body", ("request", "body", "", ())),
        ("$response.body#/executionId", ("response", "body", "", ("executionId",))),
        ("$response.body#/a~1b/0/c~0d", ("response", "body", "", ("a/b", "0", "c~d"))),
    ],
)
def test_an_expression_is_parsed(text: str, parts: tuple[str, str, str, tuple[str]]) -> None:
    assert parse(text) == Expression(text, *parts)


@pytest.mark.parametrize(
    "text",
    [
        "$uri",
        "$request",
        "$request.cookie.a",
        "$request.body.executionId",
        "$response.body/executionId",
        "$response.query.a",
        "$response.path.a",
        "executionId",
        "",
    ],
)
def test_anything_else_raises(text: str) -> None:
    with pytest.raises(ValueError, match="not a runtime expression"):
        parse(text)


def test_expressions_are_found_bare_and_in_braces() -> None:
    assert texts_in("$request.path.agentId") == ["$request.path.agentId"]
    assert texts_in("{$url}/of/{$method}") == ["$url", "$method"]
    assert texts_in("costs {5} $ and more") == []
    assert texts_in(5) == []


def test_only_a_single_expression_keeps_its_type() -> None:
    assert is_whole("$url")
    assert is_whole("{$url}")
    assert not is_whole("{$url}/x")
