from dataclasses import replace
from uuid import UUID

import pytest

from leadway_mock.agents.builtin import (
    BUILT_IN,
    ECHO_ID,
    GOAL_ID,
    INACTIVE_ID,
    MANAGED_ID,
    UNPUBLISHED_ID,
    VARIABLES_ID,
    echo,
)
from leadway_mock.agents.registry import (
    DEFAULT_SCOPES,
    OTHER_LOCATION,
    OTHER_LOCATION_TOKEN,
    STATUSES,
    TEST_TOKENS,
    UNKNOWN_TOKEN,
    UNSCOPED_TOKEN,
    WRITE_SCOPE,
    Agent,
    AgentRegistry,
    Token,
    Version,
)
from tests.mock.agents.agent_inputs import agent_input

ANY_TOKEN = "pit-12345678-1234-4234-8234-123456789abc"
SAMPLE_VERSION = "b2b1c1d2-3e4f-5a6b-7c8d-9e0f1a2b3c4d"
AGENT = Agent(
    id="a",
    name="A",
    respond=echo,
    versions=(Version("v1"), Version("v2"), Version("v3", published=False)),
)


@pytest.mark.parametrize("absent", [None, ""])
def test_the_latest_published_version_is_the_default(absent: str | None) -> None:
    assert AGENT.published_version(absent) == Version("v2")


def test_a_published_version_is_found_by_its_id() -> None:
    assert AGENT.published_version("v1") == Version("v1")


@pytest.mark.parametrize("version_id", ["v3", "v4", "V1"])
def test_an_unpublished_or_unknown_version_is_not_found(version_id: str) -> None:
    assert AGENT.published_version(version_id) is None


@pytest.mark.parametrize("version_id", [None, "v3"])
def test_an_agent_without_a_published_version_has_none(version_id: str | None) -> None:
    unpublished = replace(AGENT, versions=(Version("v3", published=False),))

    assert unpublished.published_version(version_id) is None


@pytest.mark.parametrize("status", STATUSES)
def test_only_an_active_agent_is_active(status: str) -> None:
    assert replace(AGENT, status=status).is_active is (status == "active")


def test_an_agent_belongs_to_its_location_or_to_all() -> None:
    assert AGENT.is_reachable("here", managed=False)
    assert replace(AGENT, location="here").is_reachable("here", managed=False)
    assert not replace(AGENT, location="here").is_reachable("there", managed=False)


def test_a_token_is_valid_for_its_locations_or_all() -> None:
    assert Token(ANY_TOKEN).allows_location("here")
    assert Token(ANY_TOKEN, locations=("here",)).allows_location("here")
    assert not Token(ANY_TOKEN, locations=("here",)).allows_location("there")


def test_no_repr_shows_a_token() -> None:
    token = Token(ANY_TOKEN)
    registry = AgentRegistry(by_id={}, tokens={ANY_TOKEN: token})

    assert ANY_TOKEN not in repr(token)
    assert ANY_TOKEN not in repr(registry)


def test_without_a_file_every_token_but_the_unknown_one_is_accepted() -> None:
    token = BUILT_IN.token(ANY_TOKEN)

    assert token == Token(ANY_TOKEN, locations=None, scopes=DEFAULT_SCOPES)
    assert BUILT_IN.token(UNKNOWN_TOKEN) is None


def test_other_tokens_are_rejected_if_tokens_are_declared() -> None:
    declared = Token("declared", scopes=())
    registry = AgentRegistry(by_id={}, tokens={"declared": declared}, any_token=False)

    assert registry.token("declared") is declared
    assert registry.token(ANY_TOKEN) is None


def test_each_magic_token_has_its_error() -> None:
    unscoped, elsewhere = BUILT_IN.token(UNSCOPED_TOKEN), BUILT_IN.token(OTHER_LOCATION_TOKEN)

    assert unscoped is not None
    assert WRITE_SCOPE not in unscoped.scopes
    assert unscoped.allows_location("anywhere")
    assert elsewhere is not None
    assert elsewhere.allows_location(OTHER_LOCATION)
    assert not elsewhere.allows_location("C2QujeCh8ZnC7al2InWR")
    assert WRITE_SCOPE in elsewhere.scopes
    assert {value[-3:] for value in TEST_TOKENS} == {"401", "403", "404"}


def test_the_built_in_agents_have_all_locations_and_ids_like_the_vendors() -> None:
    for agent_id, built_in in BUILT_IN.by_id.items():
        assert built_in.id == agent_id
        if built_in.managed:
            assert str(UUID(agent_id)) == agent_id
        else:
            assert len(agent_id) == 24
            assert agent_id.isalnum()
        assert agent_id == agent_id.lower()
        assert built_in.is_reachable("anywhere", managed=built_in.managed is not None)


def test_each_built_in_agent_can_be_reached_as_its_id_says() -> None:
    reachable = {
        agent_id
        for agent_id, built_in in BUILT_IN.by_id.items()
        if built_in.is_active and built_in.published_version()
    }

    assert reachable == {ECHO_ID, GOAL_ID, VARIABLES_ID, MANAGED_ID}
    assert not BUILT_IN.by_id[INACTIVE_ID].is_active
    assert BUILT_IN.by_id[INACTIVE_ID].published_version()
    assert BUILT_IN.by_id[UNPUBLISHED_ID].is_active
    assert BUILT_IN.by_id[UNPUBLISHED_ID].published_version() is None


def test_agent_and_version_of_the_vendors_sample_exist() -> None:
    sample = BUILT_IN.by_id["p1q2r3s4t5u6v7w8x9y0z1a2"]

    assert sample.published_version(SAMPLE_VERSION) == Version(SAMPLE_VERSION)


def test_the_variables_agent_declares_what_the_vendors_sample_sends() -> None:
    declared = BUILT_IN.by_id[VARIABLES_ID].input_variables

    assert [(variable.name, variable.required) for variable in declared] == [
        ("customerName", True),
        ("orderNumber", False),
    ]
    assert "Hello John Doe!" in (
        BUILT_IN.by_id[VARIABLES_ID]
        .respond(agent_input(input_variables={"customerName": "John Doe"}))
        .response
    )


def test_the_registry_is_immutable() -> None:
    with pytest.raises(TypeError):
        BUILT_IN.by_id["new"] = AGENT  # type: ignore[index]
