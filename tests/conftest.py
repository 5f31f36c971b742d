"""What pytest has to know before it collects anything."""

from __future__ import annotations

import pytest

TARGETS = ("mock", "prism", "referee", "live")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("contract", "the contract suite")
    group.addoption(
        "--target",
        action="append",
        choices=TARGETS,
        help="what tests/contract runs against; may be given again (default: all but live)",
    )
    group.addoption(
        "--excluded",
        action="store_true",
        help="run only what is excluded for a target, to see whether it still has to be",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "clause(id): the clause of the contract suite a test shows")
