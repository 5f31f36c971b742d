"""Replay the mutations of tests/mutations.toml: the test that each names must fail.

    .venv/bin/python scripts/mutations.py [LABEL ...]

Works in a clone of the commit, as scripts/mutants.py does. All named tests must pass there first.
Exits with 1 where a test passes in spite of its mutation.
"""

import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mutants import FIRST_FAILURE, ROOT, Clone

DATA = Path("tests/mutations.toml")
TESTS_FAILED = 1
"""Exit code of pytest; others mean that no test ran."""


class Mutation(NamedTuple):
    """One change of a file: the text that occurs once becomes another; the test must fail."""

    label: str
    file: str
    find: str
    replace: str
    test: str


def read_mutations(root: Path = ROOT) -> list[Mutation]:
    """Return the mutations of a checkout."""
    content = tomllib.loads((root / DATA).read_text("utf-8"))
    return [Mutation(**each) for each in content["mutation"]]


def replay(mutation: Mutation, clone: Clone) -> bool:
    """Return whether the test of a mutation fails with it."""
    file = clone.tree / mutation.file
    original = file.read_text("utf-8")
    try:
        file.write_text(original.replace(mutation.find, mutation.replace, 1), "utf-8")
        code, _ = clone.pytest((*FIRST_FAILURE, mutation.test))
    finally:
        file.write_text(original, "utf-8")
    return code == TESTS_FAILED


def main(labels: Sequence[str]) -> int:
    """Replay mutations, all by default, and print those that no test notices."""
    clone = Clone("HEAD")
    mutations = [each for each in read_mutations(clone.tree) if not labels or each.label in labels]
    code, output = clone.pytest((*FIRST_FAILURE, *sorted({each.test for each in mutations})))
    if code or not mutations:
        print(output[-2000:] or "There is no such mutation.")
        return 1
    survivors = []
    for number, each in enumerate(mutations, 1):
        is_noticed = replay(each, clone)
        survivors += [] if is_noticed else [each.label]
        print(
            f"{number}/{len(mutations)} {'noticed' if is_noticed else 'NOT NOTICED'}: {each.label}"
        )
    print(f"{len(mutations) - len(survivors)} of {len(mutations)} mutations noticed")
    return int(bool(survivors))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
