"""Whether what a dialogue breaks can break at all: its faults, against the contract."""

from __future__ import annotations

from collections.abc import Iterator

from leadway_mock.contract.model import Contract
from leadway_mock.dialogues import Dialogue, DialogueError
from leadway_mock.documents.problems import Problem, TextPosition
from leadway_mock.faults.contract_check import contract_problems


def check_faults(dialogue: Dialogue, contract: Contract) -> None:
    """Raise `DialogueError` if a fault of `dialogue` could never happen on `contract`."""
    problems = list(_impossible(dialogue, contract))
    if problems:
        raise DialogueError(dialogue.file or dialogue.name, problems)


def _impossible(dialogue: Dialogue, contract: Contract) -> Iterator[Problem]:
    for turn in dialogue.turns:
        for problem in contract_problems(turn.fault, contract) if turn.fault else ():
            yield Problem(TextPosition(turn.line), f"its fault: {problem.message}", problem.hint)
