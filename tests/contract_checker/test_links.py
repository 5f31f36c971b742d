"""Runtime expressions, by the grammar of OpenAPI 3.1."""

import pytest

from contract_checker.links import EXPRESSION, is_whole, texts_in


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("$url", (None, None, None, None)),
        ("$method", (None, None, None, None)),
        ("$statusCode", (None, None, None, None)),
        ("$request.path.agentId", ("request", "path", "agentId", None)),
        ("$request.query.source", ("request", "query", "source", None)),
        ("$request.header.Version", ("request", "header", "Version", None)),
        ("$response.header.X-Trace-Id", ("response", "header", "X-Trace-Id", None)),
        ("$request.body", ("request", None, None, None)),
        ("$response.body#/executionId", ("response", None, None, "/executionId")),
        ("$response.body#/a~1b/0/c~0d", ("response", None, None, "/a~1b/0/c~0d")),
    ],
)
def test_an_expression_is_parsed(text: str, parts: tuple[str | None, ...]) -> None:
    found = EXPRESSION.fullmatch(text)
    assert found
    assert found.groups() == parts


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
def test_anything_else_is_none(text: str) -> None:
    assert not EXPRESSION.fullmatch(text)


def test_expressions_are_found_bare_and_in_braces() -> None:
    assert texts_in("$request.path.agentId") == ["$request.path.agentId"]
    assert texts_in("{$url}/of/{$method}") == ["$url", "$method"]
    assert texts_in("costs {5} $ and more") == []
    assert texts_in(5) == []


def test_only_a_single_expression_keeps_its_type() -> None:
    assert is_whole("$url")
    assert is_whole("{$url}")
    assert not is_whole("{$url}/x")
