"""Mutation testing: change one expression of the product, and see whether a test fails.

    .venv/bin/python scripts/mutants.py --seed 11 --count 100

Works in a clone of the commit, `.mutants/COMMIT/tree`. The tests run there once, with coverage.
Each mutant is on a line that a test reaches; the 200 nearest tests that reach it run until one
fails, those of the module's own package first. A test that fails must fail again alone, and pass
without the mutant; else it is left out from then on. `results-SEED.jsonl` has a line per mutant,
and a run of the same commit and seed continues there. Exits with 1 where fewer than 95 % of the
mutants are killed.

mutmut and cosmic-ray do not cope: mutmut sees only what a test calls in its own process, and wraps
each function, which the tests of call counts notice; cosmic-ray runs one command for each mutant,
which would be all tests.
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
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import coverage

ROOT = Path(__file__).resolve().parents[1]
SOURCES = {"sdk/leadway": "tests/sdk", "mock_server/leadway_mock": "tests/mock"}
TESTS = (
    *SOURCES.values(),
    "tests/plugin",
    "tests/security",
    "tests/distributed/test_supervision.py",
)
# Requests drawn at random say little about one line, and take a minute.
SLOW = ("--ignore=tests/mock/control_api/test_schemathesis.py",)
PYTEST = ("-q", "-rfE", "-pno:cacheprovider", "-pno:schemathesis")
# A test that hangs ends its run, which fails.
FIRST_FAILURE = (
    "-x", "-n0", "-ofaulthandler_timeout=180", "-ofaulthandler_exit_on_timeout=true",
)  # fmt: skip
FAILURE = re.compile(r"^(?:FAILED|ERROR) (\S+?)(?:\[| - |$)", re.MULTILINE)
TEST = re.compile(r"[^:]+::\w+")
MAX_TESTS = 200
TIMEOUT_SECONDS = 300
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
    """Yield the texts that may replace a node. A text with a space is prose."""
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
        roots = [str(self.tree / root) for root in ("sdk", "generated", "mock_server")]
        self._path = os.pathsep.join([*roots, str(self.folder)])
        self._trusted: set[str] = set()
        self._unusable: set[str] = set()
        if not self.tree.exists():
            _git("clone", "-qn", ROOT, self.tree)
            _git("-C", self.tree, "checkout", "-q", commit)
            for name in (".venv", "node_modules"):
                (self.tree / name).symlink_to(ROOT / name)

    def measure(self) -> coverage.CoverageData:
        """Run all tests with coverage, once."""
        file = self.folder / "coverage"
        if not file.exists():
            settings = self.folder / "coveragerc"
            sources = "".join(f"\n    {self.tree / source}" for source in SOURCES)
            settings.write_text(COVERAGE % (self.folder, sources))
            (self.folder / "context_plugin.py").write_text(PLUGIN)
            options = ("-pcontext_plugin", "-nauto", "--dist=loadgroup", *TESTS, *SLOW)
            self.pytest(options, None, COVERAGE_PROCESS_START=str(settings))
            combine = ("-m", "coverage", "combine", "-q", f"--rcfile={settings}")
            subprocess.run([sys.executable, *combine], check=True, cwd=self.folder)
        data = coverage.CoverageData(str(file))
        data.read()
        return data

    def pytest(
        self, arguments: Sequence[str], seconds: float | None = TIMEOUT_SECONDS, **variables: str
    ) -> tuple[int, str]:
        """Run tests; return their exit code, 0 for a run that ends too late, and their output."""
        output = self.folder / "output"
        with output.open("w") as file:
            process = subprocess.Popen(
                [str(self.tree / ".venv/bin/python"), "-m", "pytest", *PYTEST, *arguments],
                cwd=self.tree,
                env=os.environ | {"PYTHONPATH": self._path} | variables,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
            try:
                code = process.wait(seconds)
            except subprocess.TimeoutExpired:
                code = 0
            with suppress(ProcessLookupError):  # What a test that was cut off has left.
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return code, output.read_text(errors="replace")

    def killer(self, mutant: Mutant, tests: Sequence[str]) -> str | None:
        """Return what fails with the mutant and not without it, or None."""
        file = self.tree / mutant.path
        original = file.read_bytes()
        replacement = mutant.replacement.encode()
        mutated = original[: mutant.start] + replacement + original[mutant.end :]
        while True:
            usable = [
                each for each in tests if self._unusable.isdisjoint((each, each.split("::")[0]))
            ]
            try:
                file.write_bytes(mutated)
                code, output = self.pytest((*FIRST_FAILURE, *usable))
                failures = FAILURE.findall(output)
                if not code or not failures:
                    return f"exit code {code}" if code else None
                failure: str = failures[-1]  # Others are of a run that a test has started.
                again, _ = self.pytest((*FIRST_FAILURE, failure))
            finally:
                file.write_bytes(original)
            if again and failure not in self._trusted:
                without, _ = self.pytest((*FIRST_FAILURE, failure))
                again = not without
            if again:
                self._trusted.add(failure)
                return failure
            if failure in self._unusable:
                return None
            self._unusable.add(failure)


def nearest_tests(path: str, line: int, data: coverage.CoverageData, tree: Path) -> list[str]:
    """Return the nearest tests that reach a line.

    A line that runs at import is also reached by all others: first those that reach the module.
    """
    contexts = data.contexts_by_lineno(str(tree / path))
    reached = [set(contexts[line])]
    if "" in reached[0]:
        reached += [set().union(*contexts.values()), data.measured_contexts()]
    source = next(source for source in SOURCES if path.startswith(source))
    package = Path(SOURCES[source]) / Path(path).parent.relative_to(source)
    name = Path(path).stem.strip("_")
    found: dict[str, int] = {}
    for distance, names in enumerate(reached):
        for test in filter(None, map(TEST.match, names)):
            found.setdefault(test[0], distance)

    def key(test: str) -> tuple[int, bool, bool, str]:
        is_named, is_near = f"test_{name}.py" in test, test.startswith(f"{package}/")
        return found[test], not is_named, not is_near, test

    return sorted(found, key=key)[:MAX_TESTS]


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
    results = clone.folder / f"results-{options.seed}.jsonl"
    results.touch()
    old = map(json.loads, results.read_text().splitlines())
    done = {Mutant(*entry["mutant"]): entry["killer"] for entry in old}
    for mutant in sample(options.seed, options.count, data, clone.tree):
        if mutant not in done:
            tests = nearest_tests(mutant.path, mutant.line, data, clone.tree)
            done[mutant] = clone.killer(mutant, tests)
            with results.open("a") as file:
                file.write(json.dumps({"mutant": mutant, "killer": done[mutant]}) + "\n")
            print(f"{mutant.path}:{mutant.line}: {mutant.replacement}: {done[mutant]}", flush=True)
    killed = sum(killer is not None for killer in done.values())
    print(f"{killed} of {len(done)} mutants killed, seed {options.seed}")
    return int(killed < 0.95 * len(done))


if __name__ == "__main__":
    sys.exit(main())
