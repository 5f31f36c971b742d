"""Mutants are Python, differ from their source, and leave alone what nothing executes."""

from __future__ import annotations

from pathlib import Path

import pytest
from mutants import SOURCES, mutants

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
