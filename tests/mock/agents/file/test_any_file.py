import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadway_mock.agents.file.loader import AgentsFileError, load_agents
from leadway_mock.agents.registry import AgentRegistry
from tests.mock.agents.agent_inputs import agent_input

WORDS = st.sampled_from(
    ["agents", "tokens", "id", "name", "versions", "replies", "when", "turn", "response", "token"]
)
SCRIPTS = st.sampled_from(["a", "/(?P<n>.)/", "/x/y", "{{n}}", "{{"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | SCRIPTS | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=20,
)


def outcome(file: Path, text: str) -> AgentRegistry | AgentsFileError:
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        return load_agents(file)
    except AgentsFileError as error:
        return error


@pytest.fixture(scope="module")
def any_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any") / "agents.yaml"


@settings(max_examples=300)
@given(text=VALUES.map(json.dumps) | st.text())
def test_any_file_is_a_registry_or_a_list_of_problems(any_file: Path, text: str) -> None:
    result = outcome(any_file, text)

    if isinstance(result, AgentsFileError):
        assert result.problems
        assert all(line.isprintable() for line in str(result).splitlines())


AGENTS = st.fixed_dictionaries(
    {"id": st.sampled_from(["a", "b"]), "name": st.text(min_size=1)},
    optional={
        "location": st.text(min_size=1),
        "replies": st.lists(
            st.fixed_dictionaries(
                {"response": st.sampled_from(["x", "{{n}}", "{{message}}"])},
                optional={
                    "when": st.sampled_from(["x", "/(?P<n>.)/", {"equals": "y"}]),
                    "turn": st.integers(1, 3),
                },
            ),
            min_size=1,
            max_size=3,
        ),
    },
)


@settings(max_examples=200)
@given(agents=st.lists(AGENTS, max_size=2), message=st.text(max_size=3), turn=st.integers(1, 4))
def test_every_loaded_agent_responds(
    any_file: Path, agents: list[Mapping[str, object]], message: str, turn: int
) -> None:
    result = outcome(any_file, json.dumps({"agents": agents}))

    if isinstance(result, AgentRegistry):
        for one in result.by_id.values():
            reply = one.respond(agent_input(message=message, turn=turn))
            assert reply == one.respond(agent_input(message=message, turn=turn))
            json.dumps(reply.state)
