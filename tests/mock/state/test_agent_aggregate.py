"""Transitions of an agent and its versions; no HTTP and no store."""

from __future__ import annotations

import pytest

from leadway_mock.state.agent_aggregate import (
    DRAFT,
    MAX_VERSIONS,
    PRODUCTION,
    STAGING,
    NotPublishable,
    StoredAgent,
    StoredVersion,
)
from leadway_mock.state.agent_entries import entry_to_stored, stored_to_entry

FIRST = StoredVersion(
    "v1", 1, "First", STAGING, is_published=False, created_at="t0", updated_at="t0"
)
NEW = StoredAgent("a1", "here", "Name", "Text", "active", "t0", "t0", versions=(FIRST,))


def states(agent: StoredAgent) -> list[tuple[str, str, bool]]:
    return [(each.id, each.state, each.is_published) for each in agent.versions]


def test_publish_makes_a_draft_and_demotes_the_version_before() -> None:
    once = NEW.publish("v1", "v2", "t1", publisher={"publishedBy": "u"})
    assert states(once) == [("v1", PRODUCTION, True), ("v2", DRAFT, False)]
    published = once.published_version
    assert published is not None
    assert (published.published_at, published.publisher) == ("t1", {"publishedBy": "u"})
    twice = once.publish("v2", "v3", "t2")
    assert states(twice) == [
        ("v1", PRODUCTION, False),
        ("v2", PRODUCTION, True),
        ("v3", DRAFT, False),
    ]
    assert [each.number for each in twice.versions] == [1, 2, 3]
    assert NEW.published_version is None  # A transition leaves the agent as it is.


@pytest.mark.parametrize(
    ("version", "allowed"), [("v1", (DRAFT,)), ("v2", (STAGING,)), ("none", (STAGING, DRAFT))]
)
def test_a_version_in_another_state_is_not_published(
    version: str, allowed: tuple[str, ...]
) -> None:
    agent = StoredAgent(
        "a1",
        "here",
        "Name",
        "",
        "active",
        "t0",
        "t0",
        versions=(
            FIRST,
            StoredVersion("v2", 2, "", DRAFT, is_published=False, created_at="t", updated_at="t"),
        ),
    )
    with pytest.raises(NotPublishable):
        agent.publish(version, "v9", "t1", states=allowed)


def test_a_published_version_is_not_published_again() -> None:
    with pytest.raises(NotPublishable, match="prod"):
        NEW.publish("v1", "v2", "t1").publish("v1", "v3", "t2")


def test_change_keeps_what_is_not_sent() -> None:
    assert NEW.change("t1", name="Other").description == "Text"
    assert NEW.change("t1", description="").description == ""
    assert not NEW.change("t1", status="inactive").is_active
    changed = NEW.change_version("v1", "t1", name="Second")
    assert (changed.versions[0].name, changed.versions[0].updated_at) == ("Second", "t1")
    assert NEW.change_version("v1", "t1").versions[0].name == "First"


def test_delete_leaves_id_and_location() -> None:
    deleted = NEW.delete()
    assert (deleted.id, deleted.location, deleted.is_deleted) == ("a1", "here", True)
    assert deleted.versions == ()


def test_the_number_of_versions_is_limited() -> None:
    agent = NEW
    for number in range(1, MAX_VERSIONS + 5):
        agent = agent.publish(f"v{number}", f"v{number + 1}", "t")
    assert len(agent.versions) == MAX_VERSIONS
    assert agent.published_version == agent.versions[-2]


def test_an_entry_of_a_file_is_the_same_agent() -> None:
    agent = NEW.publish("v1", "v2", "t1", publisher={"publishedBy": "u"})
    contents = [{"nodes": [{"z": 1, "a": None}]}, {}]
    entry = stored_to_entry(agent, contents)
    assert entry_to_stored(entry, "elsewhere") == (agent, contents)
    unpublished = stored_to_entry(NEW, [{}])
    assert entry_to_stored(unpublished, "elsewhere") == (NEW, [{}])
