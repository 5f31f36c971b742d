"""Snapshots: a namespace is saved and restored, here or in another mock."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from leadway_mock.config.settings import Settings
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.state import snapshots
from leadway_mock.state.clock import ManualClock
from leadway_mock.state.namespaces import OVERRIDES_KEY
from leadway_mock.store import Snapshot
from leadway_mock.util.json_text import to_json_text
from leadway_mock.web import create_app
from tests.mock.client import TOKEN, EmulatorClient, content
from tests.mock.control_api.api import Api

Rows: TypeAlias = dict[str, list[dict[str, Any]]]


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


def test_a_restored_counter_ends_when_it_would_have(api: Api, client: EmulatorClient) -> None:
    client.begin()
    namespace = client.emulator.namespaces.shared()
    before = namespace.store.export("").counters
    assert any(expires for _, _, expires in before)
    api.call("PUT", "/snapshot", take(api))
    assert namespace.store.export("").counters == before


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
    assert error["message"] in {
        "The snapshot is of another version of the mock.",
        "The entry `overrides` 1 is not one of this mock.",
    }


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


def _without(key: str, position: int) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        rows["entries"] = [
            each for each in rows["entries"] if (each["key"], each["position"]) != (key, position)
        ]

    return change


def _with_value(key: str, value: str) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        chosen = [each for each in rows["entries"] if each["key"].startswith(key)]
        assert chosen
        chosen[-1]["value"] = value

    return change


def _with(part: str, **row: object) -> Callable[[Rows], None]:
    return lambda rows: rows[part].append(row)


FORGERIES: dict[str, Callable[[Rows], None]] = {
    "a gap in the journal": _without("journal", 2),
    "a gap in the sessions": _with("entries", key="sessions", position=9, value="a"),
    "a session that is not listed": _with_value("sessions", "another"),
    "a turn of another number": lambda rows: next(
        each for each in rows["entries"] if each["key"].startswith("turns/")
    ).update(value='{"number": 7}'),
    "a turn that is none": _with_value("turns/", "{}"),
    "a turn of other types": _with_value("turns/", '{"number": "x", "at": []}'),
    "an entry that is no JSON": _with_value("journal", "{"),
    "an entry without a request": _with_value("journal", '{"at": 1}'),
    "a deep entry": _with_value("journal", "[" * 100_000),
    "a count that is none": _with("entries", key="faults/x", position=1, value='{"hits": []}'),
    "a dialogue that is none": _with("entries", key="dialogues/x", position=1, value="[]"),
    "an unknown key": _with("entries", key="other", position=1, value=""),
    "an empty key": _with("entries", key="", position=1, value=""),
    "a key with a line break": _with("entries", key="used/a\nb", position=1, value=""),
    "a long key": _with("entries", key="used/" + "a" * 2_000, position=1, value=""),
    "a huge position": _with("entries", key="used/a", position=2**80, value=""),
    "a huge counter": _with("counters", key="requests", value=2**80, expires=None),
    "an unknown counter": _with("counters", key="other", value=1, expires=None),
    "a deleted session that is no number": _with(
        "entries", key="sessions/deleted", position=1, value="x"
    ),
    "a fault that is none": _with("entries", key="overrides", position=99, value='{"faults": [1]}'),
    "dialogues that are none": _with(
        "entries", key="overrides", position=99, value='{"dialogues": [1]}'
    ),
    "a dialogue that is missing": _with(
        "entries", key="overrides", position=99, value='{"dialogues": {"a": "b"}}'
    ),
}


@pytest.mark.parametrize("store_url", ["memory:", "sqlite:///{}/mock.db"])
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_snapshot_with_a_right_digest_changes_nothing(
    forgery: str, store_url: str, tmp_path: Path
) -> None:
    emulator = build_emulator(Settings(store=store_url.format(tmp_path)))
    with closing(emulator):
        http = create_app(emulator=emulator).test_client()
        api, client = Api(http), EmulatorClient(emulator, ManualClock())
        for _ in range(3):
            client.say("x")
        before = take(api)
        document = json.loads(json.dumps(before))
        rows = {part: document[part] for part in ("entries", "counters")}
        FORGERIES[forgery](rows)
        ordered = {
            part: [{name: row[name] for name in snapshots.KEYS[part]} for row in rows[part]]
            for part in rows
        }
        digest = snapshots._digest(to_json_text(ordered))  # noqa: SLF001 - as a forger would

        error = http.put("/__mock/snapshot", json={**document, **ordered, "digest": digest})
        assert error.status_code in {409, 422}, error.text
        assert len(error.data) < 1_000
        assert take(api) == before
        assert api.get("/journal")["entries"]
        api.post("/reset")
