"""Check names: each class name once in a distribution, and no gerund as the name of a module.

Prints `file:line: what is wrong — how to fix it` for every problem, and exits with 1 if there is
one. With an argument, checks that checkout instead of this one.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DISTRIBUTIONS = (
    "sdk/leadway",
    "sdk/leadway_command",
    "mock_server/leadway_mock",
    "bench",
    "scripts",
)
TERMS = frozenset({"loading", "logging", "recording", "routing", "testing"})
"""Gerunds that are terms of the field."""

NOUNS = frozenset({"ping", "ring", "setting", "string", "thing", "timing"})
"""Words that end like a gerund but are none."""


def repeated_classes(folder: Path) -> Iterator[str]:
    """Yield a problem for each class name that a distribution has more than once."""
    positions: dict[str, list[str]] = defaultdict(list)
    for file in _modules(folder):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.ClassDef):
                positions[node.name].append(f"{file.relative_to(folder.parent)}:{node.lineno}")
    for name, (first, *others) in positions.items():
        if others:
            hint = "give each class a name of its own"
            yield f"{first}: class {name} is also in {', '.join(others)} — {hint}"


def gerund_modules(folder: Path) -> Iterator[str]:
    """Yield a problem for each module or package whose name ends with a gerund."""
    for file in _modules(folder):
        name = file.parent.name if file.name == "__init__.py" else file.stem
        word = name.rpartition("_")[2]
        if word.endswith("ing") and word not in TERMS | NOUNS:
            hint = "use a noun for what it holds, or add a term of the field to TERMS"
            yield f"{file.relative_to(folder.parent)}:1: {word!r} is a gerund — {hint}"


def _modules(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*.py") if "node_modules" not in file.parts)


def main(arguments: list[str]) -> int:
    """Print the problems of a checkout, and return the exit status."""
    root = Path(arguments[0]) if arguments else ROOT
    folders = [root / name for name in DISTRIBUTIONS if (root / name).is_dir()]
    problems = [
        problem
        for folder in folders
        for problem in (*repeated_classes(folder), *gerund_modules(folder))
    ]
    print("\n".join(problems or [f"{len(folders)} distributions, no problems"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
