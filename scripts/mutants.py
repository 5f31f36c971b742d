"""Mutation testing: change one expression of the product, and see whether a test fails.

    .venv/bin/python scripts/mutants.py --seed 11 --count 100

Works in a clone of the commit, `.mutants/COMMIT/tree`. The tests run there once, with coverage.
Each mutant is on a line that a test reaches; the tests that reach it run until one fails, those of
the module's own package first. A test that fails must fail again alone, and pass without the
mutant. `results-SEED.jsonl` has a line per mutant, and a run of the same commit and seed continues
there. Exits with 1 where fewer than 95 % of the mutants are killed.
"""

import argparse
import ast
import json
import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import coverage
import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = {"sdk/leadway": "tests/sdk", "mock_server/leadway_mock": "tests/mock"}
TESTS = (*SOURCES.values(), "tests/plugin", "tests/security")
# Requests drawn at random say little about one line, and take a minute.
SLOW = ("--ignore=tests/mock/control_api/test_schemathesis.py",)
PYTEST = ("-q", "-rfE", "-pno:cacheprovider", "-pno:schemathesis")
# A test that hangs ends its run, which fails.
FIRST_FAILURE = (
    "-x", "-n0", "-ofaulthandler_timeout=180", "-ofaulthandler_exit_on_timeout=true",
    "-Wignore:Module already imported:pytest.PytestAssertRewriteWarning",
)  # fmt: skip
FAILURE = re.compile(r"^(?:FAILED|ERROR) (\S+?)(?:\[| - |$)", re.MULTILINE)
# Modules of others, imported once; the process of each mutant is forked from this one.
PRELOADED = (
    "flask", "httpx", "hypothesis.strategies", "jsonschema", "jsonschema_rs", "prometheus_client",
    "redis", "requests", "schemathesis", "trustme", "uvicorn", "xdist.plugin", "yaml",
)  # fmt: skip
MUTANT_TIMEOUT_SECONDS = 300
COVERAGE = """[run]
context = ${PYTEST_CURRENT_TEST}
data_file = %s/coverage
parallel = true
sigterm = true
source = %s
"""
# The process of the tests switches its context; a process that a test starts has that of the test.
PLUGIN = """import coverage
def pytest_runtest_logstart(nodeid, location):
    if current := coverage.Coverage.current():
        current.switch_context(nodeid)
"""
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Add,
}  # fmt: skip
# What only type checkers and people read.
SKIPPED_FIELDS = {"annotation", "returns", "decorator_list", "type_params"}
SKIPPED_CALLS = {"cast", "getLogger", "NewType", "TypeVar"}


class Mutant(NamedTuple):
    """One change of a file: its bytes from start to end become the replacement."""

    path: str
    line: int
    start: int
    end: int
    replacement: str


def mutants(path: str, source: bytes) -> Iterator[Mutant]:
    """Yield all mutants of a module."""
    starts = [0]
    for row in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(row))
    for node in _nodes(ast.parse(source)):
        place = node.test if isinstance(node, ast.If | ast.While | ast.IfExp) else node
        start = starts[place.lineno - 1] + place.col_offset
        end = starts[(place.end_lineno or 0) - 1] + (place.end_col_offset or 0)
        for text in _replacements(node):
            yield Mutant(path, place.lineno, start, end, text)


def _nodes(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    match node:
        case ast.JoinedStr() | ast.Expr(ast.Constant()) | ast.If(ast.Name("TYPE_CHECKING")):
            return
        case ast.Assign([ast.Name(name)]) if name.startswith("__"):
            return
        case ast.Subscript(ast.Name("Literal")):
            return
        case ast.Call(ast.Name(name) | ast.Attribute(_, name)) if name in SKIPPED_CALLS:
            return
        case ast.expr() | ast.stmt():
            yield node
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and field not in SKIPPED_FIELDS:
                yield from _nodes(child)


def _replacements(node: ast.expr | ast.stmt) -> Iterator[str]:  # noqa: C901, PLR0912 - a case each
    """Yield the texts that may stand in place of a node. A text with a space is prose."""
    match node:
        case ast.Compare(left, [operator], [right]):
            yield _text(ast.Compare, left, [SWAPS[type(operator)]()], [right])
        case ast.BoolOp(operator, values):
            yield _text(ast.BoolOp, SWAPS[type(operator)](), values)
        case ast.BinOp(left, operator, right) if type(operator) in SWAPS:
            yield _text(ast.BinOp, left, SWAPS[type(operator)](), right)
        case ast.UnaryOp(ast.Not(), operand):
            yield f"({ast.unparse(operand)})"
        case ast.Constant(bool() as value):
            yield repr(not value)
        case ast.Constant(int() | float() as value):
            yield repr(value + 1)
        case ast.Constant(str() as value) if value and " " not in value:
            yield repr(f"XX{value}")
        case ast.Constant(bytes() as value) if value and b" " not in value:
            yield repr(b"XX" + value)
        case ast.Return(ast.expr() as value) if ast.unparse(value) != "None":
            yield "return None"
        case ast.If(test) | ast.While(test) | ast.IfExp(test):
            yield f"(not ({ast.unparse(test)}))"
        case ast.Raise() | ast.Expr() | ast.AugAssign():
            yield "pass"
        case ast.Assign([ast.Attribute() | ast.Subscript()]):
            yield "pass"
        case ast.Continue():
            yield "break"
        case ast.Break():
            yield "continue"


def _text(kind: type[ast.expr], *fields: object) -> str:
    return f"({ast.unparse(kind(*fields))})"


def _git(*arguments: str | Path) -> str:
    command = ["git", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


class Clone:
    """Clone of a commit. Its tests import it and not this checkout."""

    def __init__(self, commit: str) -> None:
        commit = _git("-C", ROOT, "rev-parse", "--short", commit)
        self.folder = ROOT / ".mutants" / commit
        self.tree = self.folder / "tree"
        self.coverage = self.folder / "coverage"
        roots = [str(self.tree / root) for root in ("sdk", "generated", "mock_server")]
        self.path = os.pathsep.join([*roots, str(self.folder)])
        self.output = self.folder / "output"
        self.trusted: set[str] = set()
        if not self.tree.exists():
            _git("clone", "-qn", ROOT, self.tree)
            _git("-C", self.tree, "checkout", "-q", commit)
            for name in (".venv", "node_modules"):
                (self.tree / name).symlink_to(ROOT / name)

    def measure(self) -> coverage.CoverageData:
        """Run all tests with coverage, once."""
        if not self.coverage.exists():
            settings = self.folder / "coveragerc"
            sources = "".join(f"\n    {self.tree / source}" for source in SOURCES)
            settings.write_text(COVERAGE % (self.folder, sources))
            (self.folder / "context_plugin.py").write_text(PLUGIN)
            python = str(self.tree / ".venv/bin/python")
            subprocess.run(
                [python, "-m", "pytest", *PYTEST, "-pcontext_plugin", "-nauto", *TESTS, *SLOW],
                check=False,
                cwd=self.tree,
                env=os.environ | {"PYTHONPATH": self.path, "COVERAGE_PROCESS_START": str(settings)},
            )
            combine = (python, "-m", "coverage", "combine", "-q", f"--rcfile={settings}")
            subprocess.run(combine, check=True, cwd=self.folder)
        data = coverage.CoverageData(str(self.coverage))
        data.read()
        return data

    def pytest(self, tests: Sequence[str]) -> tuple[int, str]:
        """Run tests, and return their exit code and output. A run that ends too late passes."""
        process = get_context("fork").Process(target=self._pytest, args=(tests,))
        process.start()
        process.join(MUTANT_TIMEOUT_SECONDS)
        code = process.exitcode
        if process.pid and code is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.join()
        return code or 0, self.output.read_text(errors="replace")

    def _pytest(self, tests: Sequence[str]) -> None:
        os.setsid()
        with self.output.open("w") as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        os.chdir(self.tree)
        os.environ["PYTHONPATH"] = self.path
        sys.path[:0] = self.path.split(os.pathsep)
        sys.exit(pytest.main([*PYTEST, *FIRST_FAILURE, *tests]))

    def killer(self, mutant: Mutant, tests: Sequence[str]) -> str | None:
        """Return what fails with the mutant and not without it, or None."""
        file = self.tree / mutant.path
        original = file.read_bytes()
        try:
            replacement = mutant.replacement.encode()
            file.write_bytes(original[: mutant.start] + replacement + original[mutant.end :])
            code, output = self.pytest(tests)
            if not code:
                return None
            if not (
                failure := re.search(r"^(?:FAILED|ERROR) (\S+?)(?:\[| - |$)", output, re.MULTILINE)
            ):
                return f"exit code {code}"
            again, _ = self.pytest([failure[1]])
        finally:
            file.write_bytes(original)
        if failure[1] not in self.trusted:
            without, _ = self.pytest([failure[1]])
            if without:
                return None
            self.trusted.add(failure[1])
        return failure[1] if again else None


def tests_of(path: str, line: int, data: coverage.CoverageData, tree: Path) -> list[str]:
    """Return the tests that reach a line, or its file if it runs at import, the nearest first."""
    contexts = data.contexts_by_lineno(str(tree / path))
    reached = set(contexts[line])
    if "" in reached:
        reached.update(*contexts.values())
    source = next(source for source in SOURCES if path.startswith(source))
    package = Path(SOURCES[source]) / Path(path).parent.relative_to(source)
    name = Path(path).stem.strip("_")
    return sorted(
        _tests(reached),
        key=lambda test: (f"test_{name}.py" not in test, not test.startswith(f"{package}/"), test),
    )


def _tests(contexts: Iterable[str]) -> set[str]:
    found = (re.match(r"[^:]+::\w+", context) for context in contexts)
    return {test[0] for test in found if test}


def sample(seed: int, count: int, data: coverage.CoverageData, tree: Path) -> list[Mutant]:
    """Return mutants on distinct lines that tests reach, in random order."""
    lines: dict[tuple[str, int], list[Mutant]] = {}
    for source in SOURCES:
        for file in sorted((tree / source).rglob("*.py")):
            path = str(file.relative_to(tree))
            reached = set(data.lines(str(file)) or ())
            for mutant in mutants(path, file.read_bytes()):
                if mutant.line in reached:
                    lines.setdefault((path, mutant.line), []).append(mutant)
    choose = random.Random(seed)  # noqa: S311 - which mutants run is no secret
    chosen = choose.sample(sorted(lines), min(count, len(lines)))
    return [choose.choice(lines[place]) for place in chosen]


def main() -> int:
    """Run the mutants, and print those that survive."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--commit", default="HEAD")
    options = parser.parse_args()
    clone = Clone(options.commit)
    data = clone.measure()
    for name in PRELOADED:
        import_module(name)
    results = clone.folder / f"results-{options.seed}.jsonl"
    old = (
        [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    )
    done = {Mutant(*entry["mutant"]): entry["killer"] for entry in old}
    for mutant in sample(options.seed, options.count, data, clone.tree):
        if mutant not in done:
            tests = tests_of(mutant.path, mutant.line, data, clone.tree)
            done[mutant] = clone.killer(mutant, tests)
            with results.open("a") as file:
                file.write(json.dumps({"mutant": mutant, "killer": done[mutant]}) + "\n")
            print(f"{mutant.path}:{mutant.line}: {mutant.replacement}: {done[mutant]}", flush=True)
    killed = sum(killer is not None for killer in done.values())
    print(f"{killed} of {len(done)} mutants killed, seed {options.seed}")
    return int(killed < 0.95 * len(done))


if __name__ == "__main__":
    sys.exit(main())
