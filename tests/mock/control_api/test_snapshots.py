"""Snapshots: a namespace is saved and restored, here or in another mock."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from leadway_mock.state import snapshots
from leadway_mock.state.namespaces import OVERRIDES_KEY
from leadway_mock.store import Snapshot
from leadway_mock.web import create_app
from tests.mock.client import TOKEN, EmulatorClient, content
from tests.mock.control_api.api import Api


def take(api: Api, **query: object) -> dict[str, Any]:
    """Take a snapshot, as a program in another language would hand it on."""
    document: dict[str, Any] = json.loads(json.dumps(api.get("/snapshot", **query), sort_keys=True))
    return document


def test_a_snapshot_restores_a_namespace(api: Api, client: EmulatorClient) -> None:
    execution_id = client.begin(message="one")
    api.call("PATCH", "/settings", {"quota10Seconds": 50})
    api.post("/clock/freeze")
    api.post("/faults", {"id": "late", "latency": 0, "times": 3}, status=201)
    api.call("PUT", "/dialogues/booking", {"text": "user: haircut\nagent: Which day?\n"})
    before, paths = (
        take(api),
        ("/sessions", "/journal", "/settings", "/clock", "/faults", "/dialogues"),
    )
    seen = [api.get(path) for path in paths]
    client.say("two", executionId=execution_id)
    api.post("/reset")
    restored = api.call("PUT", "/snapshot", before)
    assert (restored["sessions"], restored["journalEntries"]) == (1, 1)
    assert [api.get(path) for path in paths] == seen
    assert content(client.say(executionId=execution_id))["response"].startswith("Turn 2")
    assert take(api) != before


def test_a_snapshot_goes_to_another_namespace_of_another_mock(
    api: Api, client: EmulatorClient, client_with: Callable[..., EmulatorClient]
) -> None:
    execution_id = client.begin()
    document = take(api, journal="false")
    other = client_with()
    own = Api(create_app(emulator=other.emulator).test_client(), TOKEN)
    own.call("PUT", "/namespace")
    shown = own.call("PUT", "/snapshot", document)
    assert (shown["dedicated"], shown["sessions"], shown["journalEntries"]) == (True, 1, 0)
    assert content(other.say(executionId=execution_id))["response"].startswith("Turn 2")


def changed(document: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return json.loads(json.dumps(document)) | changes  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("change", "status", "expected"),
    [
        ({"format": "other"}, 409, "The format must be leadway-mock-snapshot 1, not other 1."),
        ({"version": 2}, 409, ", not leadway-mock-snapshot 2."),
        ({"digest": "0" * 32}, 409, "was truncated or changed"),
        ({"entries": [{"key": "a", "position": 1, "value": "b"}]}, 409, "was truncated or changed"),
        ({"entries": [{"key": "a", "position": 0, "value": "b"}]}, 422, "less than the minimum"),
        ({"entries": [{"key": "a", "position": 1}]}, 422, "'value' is missing"),
        ({"counters": {}}, 422, "counters must be an array"),
        ({"extra": 1}, 422, "unknown property 'extra'"),
    ],
)
def test_a_foreign_or_corrupt_snapshot_is_rejected_and_changes_nothing(
    api: Api, client: EmulatorClient, change: dict[str, Any], status: int, expected: str
) -> None:
    document = changed(take(api), **change)
    client.begin()
    assert expected in api.call("PUT", "/snapshot", document, status=status)["message"]
    assert api.get("/sessions")["count"] == 1


@pytest.mark.parametrize(
    "overrides", ["[]", "x", '{"clock": {"hands": 2}}', '{"settings": {"profile": 1}}']
)
def test_invalid_overrides_are_rejected(api: Api, overrides: str) -> None:
    document = snapshots.write_snapshot(Snapshot(entries=((OVERRIDES_KEY, 1, overrides),)))
    error = api.call("PUT", "/snapshot", document, status=409)
    assert error["message"] == "The snapshot is of another version of the mock."


def test_two_entries_in_one_place_are_rejected(api: Api) -> None:
    twice = Snapshot(entries=(("a", 1, "x"), ("a", 1, "y")))
    error = api.call("PUT", "/snapshot", snapshots.write_snapshot(twice), status=409)
    assert error["message"] == "The snapshot has two entries with the same key and position."


def test_a_snapshot_is_bounded(
    api: Api, client: EmulatorClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "MAX_BYTES", 10_000)
    for _ in range(10):
        client.say("x" * 1000)
    api.post("/reset", {"scope": ["sessions"]})
    assert "journal=false" in api.call("GET", "/snapshot", status=409)["message"]
    assert api.get("/snapshot", journal="false")


def test_a_snapshot_holds_no_token(api: Api, client: EmulatorClient) -> None:
    client.say(f"my token is {TOKEN}")
    assert TOKEN[4:] not in json.dumps(take(api))
