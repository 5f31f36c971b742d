"""The data of `make mutations`: each text occurs once, each test exists, and a survivor fails."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import mutations
import pytest
from mutants import Clone
from mutations import Mutation, read_mutations

ROOT = Path(__file__).resolve().parents[2]
MUTATIONS = read_mutations(ROOT)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda each: each.label)
def test_a_mutation_fits_the_code(mutation: Mutation) -> None:
    source = (ROOT / mutation.file).read_text("utf-8")
    assert source.count(mutation.find) == 1
    assert mutation.replace != mutation.find
    file, _, name = mutation.test.partition("::")
    assert re.search(rf"^def {name}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE)


def test_mutations_are_many_and_have_a_label_each() -> None:
    assert len({each.label for each in MUTATIONS}) == len(MUTATIONS) >= 30
    assert len({each.file for each in MUTATIONS}) >= 12


class FakeClone:
    """Clone whose tests fail where a file contains a word."""

    def __init__(self, tree: Path, word: str) -> None:
        self.tree = tree
        self.word = word
        self.ran: list[tuple[str, ...]] = []

    def pytest(self, arguments: tuple[str, ...]) -> tuple[int, str]:
        self.ran.append(arguments)
        text = (self.tree / "code.py").read_text()
        return (1, "1 failed") if self.word in text else (0, "1 passed")


@pytest.mark.parametrize(("word", "noticed"), [("broken", True), ("other", False)])
def test_a_mutation_is_replayed_and_undone(tmp_path: Path, word: str, *, noticed: bool) -> None:
    (tmp_path / "code.py").write_text("works = 1\n")
    clone = FakeClone(tmp_path, word)
    mutation = Mutation("a", "code.py", "works", "broken", "test_code.py::test_it")
    assert mutations.replay(mutation, cast("Clone", clone)) is noticed
    assert (tmp_path / "code.py").read_text() == "works = 1\n"
    assert clone.ran[0][-1] == "test_code.py::test_it"


def test_a_survivor_is_named_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "code.py").write_text("works = 1\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/mutations.toml").write_text(
        "".join(
            f"[[mutation]]\nlabel='{label}'\nfile='code.py'\nfind='works'\nreplace='{new}'\ntest='t'\n"
            for label, new in (("first", "broken"), ("second", "fine"))
        )
    )
    monkeypatch.setattr(mutations, "Clone", lambda _: FakeClone(tmp_path, "broken"))
    assert mutations.main([]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "1/2 noticed: first",
        "2/2 NOT NOTICED: second",
        "1 of 2 mutations noticed",
    ]
    assert mutations.main(["first"]) == 0
    assert mutations.main(["third"]) == 1
