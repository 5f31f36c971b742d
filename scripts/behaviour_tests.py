"""Tests of each behaviour, read from the markers in tests/ without running them.

`@pytest.mark.behaviour("host-rejected")` names rows of the behaviour table. A test of the contract
suite has `@pytest.mark.clause`, and tests the rows of its clause.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.contract.clauses import CLAUSES  # noqa: E402 - the path is set just above

DATA = Path("mock_server/leadway_mock/contract/behaviour_tests.json")
"""File in the package, for `/__mock/behaviours`."""

Test = ast.FunctionDef | ast.AsyncFunctionDef


def shown_behaviours(root: Path) -> Mapping[str, list[str]]:
    """Return the names of the tests of each behaviour, both in alphabetical order."""
    found: dict[str, set[str]] = {}
    for file in sorted((root / "tests").rglob("test_*.py")):
        tests = (node for node in ast.parse(file.read_bytes()).body if isinstance(node, Test))
        for test in tests:
            name = f"{file.relative_to(root).as_posix()}::{test.name}"
            for decorator in test.decorator_list:
                for behaviour in _marked_behaviours(decorator):
                    found.setdefault(behaviour, set()).add(name)
    return {behaviour: sorted(found[behaviour]) for behaviour in sorted(found)}


def _marked_behaviours(decorator: ast.expr) -> Iterator[str]:
    """Yield each behaviour that a decorator names, also within `pytest.param(marks=…)`."""
    for node in ast.walk(decorator):
        match node:
            case ast.Call(func=ast.Attribute(attr="behaviour"), args=arguments):
                yield from (ast.literal_eval(argument) for argument in arguments)
            case ast.Call(func=ast.Attribute(attr="clause"), args=[argument]):
                yield from CLAUSES[ast.literal_eval(argument)].rests_on
