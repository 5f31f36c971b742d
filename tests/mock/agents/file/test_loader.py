from pathlib import Path

import pytest

from leadway_mock.agents.builtin import BUILT_IN, ECHO_ID
from leadway_mock.agents.file.loader import load_agents
from leadway_mock.agents.registry import DEFAULT_SCOPES, STATUSES, InputVariable, Token, Version
from tests.mock.agents.agent_inputs import agent_input
from tests.mock.agents.file.agents_files import TOKEN, loaded, loaded_agent


def test_agents_of_the_file_are_added_to_the_built_in_ones(tmp_path: Path) -> None:
    registry = loaded(tmp_path, "agents:\n  - {id: a, name: A}\n")

    assert set(registry.by_id) == {*BUILT_IN.by_id, "a"}
    assert registry.tokens == BUILT_IN.tokens
    assert "a" not in BUILT_IN.by_id


def test_an_agent_of_the_file_replaces_a_built_in_one(tmp_path: Path) -> None:
    registry = loaded(tmp_path, f"agents:\n  - {{id: {ECHO_ID}, name: Mine}}\n")

    assert registry.by_id[ECHO_ID].name == "Mine"


def test_an_agent_with_defaults_only(tmp_path: Path) -> None:
    plain = loaded_agent(tmp_path, "")

    assert (plain.id, plain.name, plain.status, plain.location) == ("a", "A", "active", None)
    assert plain.input_variables == ()
    assert plain.respond(agent_input()).response == "Turn 1. You said: Hello"


def test_an_echo_agent_without_declared_variables_remarks_on_none(tmp_path: Path) -> None:
    said = loaded_agent(tmp_path, "").respond(agent_input(input_variables={"x": 1})).response

    assert said.splitlines() == ["Turn 1. You said: Hello", 'Input variables: {"x": 1}']


def test_an_agent_without_versions_has_a_published_one_that_stays_the_same(tmp_path: Path) -> None:
    first, again = loaded_agent(tmp_path, ""), loaded_agent(tmp_path, "status: active")
    other = loaded(tmp_path, "agents: [{id: b, name: A}]").by_id["b"]

    assert first.versions == again.versions != other.versions
    assert [version.published for version in first.versions] == [True]
    assert first.versions[0].id == "f5bba2c9-90ae-5f99-a320-b25e8697fb97"


def test_an_agent_with_every_property(tmp_path: Path) -> None:
    full = loaded_agent(
        tmp_path,
        """
location: here
status: archived
versions: [{id: v1}, {id: v2, published: false}]
inputVariables:
  - {name: x}
  - {name: y, type: number, required: true, description: Why.}
""",
    )

    assert (full.location, full.status) == ("here", "archived")
    assert full.versions == (Version("v1"), Version("v2", published=False))
    assert full.input_variables == (
        InputVariable("x"),
        InputVariable("y", "number", required=True, description="Why."),
    )
    assert "Not sent: y (required number)." in full.respond(agent_input()).response


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_is_accepted(tmp_path: Path, status: str) -> None:
    assert loaded_agent(tmp_path, f"status: {status}").status == status


def test_every_field_of_a_reply_can_be_set(tmp_path: Path) -> None:
    reply = loaded_agent(
        tmp_path,
        """
replies:
  - response: ok
    goalCompletion: true
    flowSwitch: true
    attachments: [{type: image, imageUrl: "{{message}}"}]
    generativeOutputs: [{a: [1]}]
    type: card
    nextExpectedInput: choice
    executionStatus: paused
    success: false
""",
    ).respond(agent_input())

    assert (reply.response, reply.type, reply.next_expected_input) == ("ok", "card", "choice")
    assert (reply.goal_completion, reply.flow_switch, reply.success) == (True, True, False)
    assert reply.execution_status == "paused"
    assert list(reply.attachments) == [{"type": "image", "imageUrl": "{{message}}"}]
    assert list(reply.generative_outputs) == [{"a": [1]}]


def test_every_kind_of_condition_is_accepted(tmp_path: Path) -> None:
    scripted = loaded_agent(
        tmp_path,
        r"""
replies:
  - {when: /(?P<n>\d+)/, response: "number {{n}}"}
  - {when: {equals: Yes}, response: equal}
  - {when: {contains: /x/}, response: contained}
  - {when: hello, turn: 2, response: greeting}
  - {response: "anything \\{{"}
""",
    )

    assert [
        scripted.respond(agent_input(turn=turn, message=message)).response
        for turn, message in [(1, "no 12"), (1, "Yes"), (1, "a/X/b"), (2, "Hello"), (1, "Hello")]
    ] == ["number 12", "equal", "contained", "greeting", "anything {{"]


def test_only_tokens_of_the_file_are_accepted(tmp_path: Path) -> None:
    registry = loaded(
        tmp_path, "tokens:\n  - token: one\n  - {token: two, locations: [here], scopes: []}\n"
    )

    assert registry.token("one") == Token("one", locations=None, scopes=DEFAULT_SCOPES)
    assert registry.token("two") == Token("two", locations=("here",), scopes=())
    assert registry.token(TOKEN) is None
    assert set(BUILT_IN.tokens) < set(registry.tokens)
    assert set(registry.by_id) == set(BUILT_IN.by_id)


def test_without_tokens_any_is_accepted(tmp_path: Path) -> None:
    assert loaded(tmp_path, "agents: []").token(TOKEN)


def test_the_path_may_be_text_and_the_file_may_have_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "agents.yaml"
    file.write_bytes(b"\xef\xbb\xbfagents: []\r\n")

    assert load_agents(str(file)).by_id == BUILT_IN.by_id
