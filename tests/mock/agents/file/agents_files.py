"""What the tests of agents files have in common: writing one, and reading what is said of it."""

from pathlib import Path

import pytest

from leadway_mock.agents.file.loader import AgentsFileError, load_agents
from leadway_mock.agents.registry import Agent, AgentRegistry

TOKEN = "pit-87654321-4321-4321-8321-cba987654321"


def loaded(folder: Path, text: str) -> AgentRegistry:
    """Write an agents file into `folder`, and load it."""
    file = folder / "agents.yaml"
    file.write_text(text, encoding="utf-8")
    return load_agents(file)


def one_agent(lines: str) -> str:
    """Write a file of one agent, `a`, whose properties but for id and name start on line 4."""
    indented = lines.strip().replace("\n", "\n    ")
    return f"agents:\n  - id: a\n    name: A\n    {indented}\n"


def loaded_agent(folder: Path, lines: str) -> Agent:
    """Load the agent of `one_agent`."""
    return loaded(folder, one_agent(lines)).by_id["a"]


def complaints(folder: Path, text: str) -> list[str]:
    """Load a file that is wrong; return what is said, line by line, without its name."""
    with pytest.raises(AgentsFileError) as error:
        loaded(folder, text)
    # A chained error would show the text it is about, tokens included.
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__ or error.value.__context__ is None
    name = f"{folder / 'agents.yaml'}:"
    lines = str(error.value).splitlines()
    assert all(line.startswith(name) for line in lines)
    return [line.removeprefix(name) for line in lines]
