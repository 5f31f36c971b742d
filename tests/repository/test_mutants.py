"""Mutants are Python, differ from their source, and leave alone what nothing executes."""

from __future__ import annotations

from pathlib import Path

import coverage
import pytest
from mutants import SOURCES, mutants, nearest_tests

ROOT = Path(__file__).resolve().parents[2]
FILES = [file for source in SOURCES for file in sorted((ROOT / source).rglob("*.py"))]


def mutated(text: str) -> list[str]:
    source = text.encode()
    found = mutants("module.py", source)
    return [
        (source[: each.start] + each.replacement.encode() + source[each.end :]).decode()
        for each in found
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a < b", {"(a <= b)"}),
        ("a and b", {"(a or b)"}),
        ("é + b", {"(é - b)"}),
        ("not a", {"(a)"}),
        ("x = True", {"x = False"}),
        ("x = 7", {"x = 8"}),
        ("x = 'key'", {"x = 'XXkey'"}),
        ("def f():\n    return a", {"def f():\n    return None"}),
        ("if a:\n    b.c = d", {"if (not (a)):\n    b.c = d", "if a:\n    pass"}),
        ("while True:\n    break", {"while True:\n    continue"}),
        ("raise A", {"pass"}),
    ],
)
def test_changes(text: str, expected: set[str]) -> None:
    assert expected <= set(mutated(text))


@pytest.mark.parametrize(
    "text",
    [
        "'''Docstring'''",
        "x = 'Some prose.'",
        "x: Literal['a']",
        "__all__ = ['a']",
        "if TYPE_CHECKING:\n    import a",
        "@dataclass(frozen=True)\nclass A: ...",
        "x = cast('a', b)",
    ],
)
def test_what_only_readers_see_stays(text: str) -> None:
    assert [each for each in mutated(text) if each != "pass"] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_mutants_are_python(file: Path) -> None:
    source = file.read_bytes()
    for each in [*mutants(file.name, source)][::50]:
        compile(source[: each.start] + each.replacement.encode() + source[each.end :], file, "exec")


def test_the_nearest_tests_come_first(tmp_path: Path) -> None:
    """Also where a line runs at import, which coverage assigns to no test."""
    path = "mock_server/leadway_mock/agents/patterns.py"
    data = coverage.CoverageData(str(tmp_path / "coverage"))
    for test, lines in {
        "": [1, 2],
        "tests/mock/cli/test_token.py::test_uses_line_2": [2],
        "tests/mock/cli/test_token.py::test_of_the_module": [3],
        "tests/mock/agents/test_builtin.py::test_in_the_package": [3],
        "tests/mock/agents/test_patterns.py::test_by_name[1]": [3],
        "tests/mock/agents/test_patterns.py::test_by_name[2]": [3],
    }.items():
        data.set_context(test)
        data.add_lines({str(tmp_path / path): lines})
    data.set_context("tests/mock/agents/test_patterns.py::test_of_another_module")
    data.add_lines({str(tmp_path / "other.py"): [1]})

    of_module = [
        "tests/mock/agents/test_patterns.py::test_by_name",
        "tests/mock/agents/test_builtin.py::test_in_the_package",
        "tests/mock/cli/test_token.py::test_of_the_module",
    ]
    of_line = "tests/mock/cli/test_token.py::test_uses_line_2"
    other = "tests/mock/agents/test_patterns.py::test_of_another_module"
    assert nearest_tests(path, 1, data, tmp_path) == [*of_module, of_line, other]
    assert nearest_tests(path, 2, data, tmp_path) == [of_line, *of_module, other]
    assert nearest_tests(path, 3, data, tmp_path) == of_module
    data.close()
