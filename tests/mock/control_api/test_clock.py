"""The clock by the control API, for expiry, quotas and journal."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from leadway_mock.web import create_app
from tests.mock.client import TOKEN, EmulatorClient
from tests.mock.control_api.api import Api

NOON = {"time": "2026-11-22T12:00:00Z"}


def test_the_clock_shows_the_time_of_the_machine(api: Api, client: EmulatorClient) -> None:
    assert api.get("/clock") == {
        "time": "2023-11-14T22:13:20.000Z",
        "seconds": client.clock.now(),
        "frozen": False,
        "offset": 0.0,
    }


def test_a_session_expires_without_waiting(api: Api, client: EmulatorClient) -> None:
    execution_id = client.begin()
    api.post("/clock/advance", {"seconds": 1800})
    assert client.say(executionId=execution_id).status == 200
    api.post("/clock/advance", {"seconds": 1800.5})
    assert client.say(executionId=execution_id).rule == "session-expired"
    api.post("/clock/reset")
    assert client.say(executionId=execution_id).status == 200


def test_quotas_and_the_journal_go_by_the_clock(client_with: Callable[..., EmulatorClient]) -> None:
    client = client_with(enforce_quotas=True, quota_10_seconds=1)
    api = Api(create_app(emulator=client.emulator).test_client())
    api.post("/clock/freeze", NOON)
    assert [client.say().status for _ in range(2)] == [200, 429]
    api.post("/clock/advance", {"seconds": 10})
    assert client.say().status == 200
    times = [entry["at"][11:19] for entry in api.get("/journal")["entries"]]
    assert times == ["12:00:00", "12:00:00", "12:00:10"]


def test_a_stopped_clock_stays_until_it_is_resumed(api: Api, client: EmulatorClient) -> None:
    assert api.post("/clock/freeze")["frozen"] is True
    client.clock.advance(100)
    assert api.get("/clock")["offset"] == -100
    assert api.post("/clock/set", NOON)["frozen"] is True
    assert api.post("/clock/advance", {"seconds": 1})["time"] == "2026-11-22T12:00:01.000Z"
    resumed = api.post("/clock/resume")
    assert (resumed["time"], resumed["frozen"]) == ("2026-11-22T12:00:01.000Z", False)
    client.clock.advance(5)
    assert api.get("/clock")["time"] == "2026-11-22T12:00:06.000Z"


def test_a_running_clock_that_is_set_runs_on(api: Api, client: EmulatorClient) -> None:
    assert api.post("/clock/set", NOON)["frozen"] is False
    client.clock.advance(5)
    assert api.get("/clock")["time"] == "2026-11-22T12:00:05.000Z"
    assert api.post("/clock/reset")["seconds"] == client.clock.now()


def test_the_clock_of_a_namespace_is_its_own(api: Api) -> None:
    own = Api(api.client, TOKEN)
    own.call("PUT", "/namespace")
    own.post("/clock/freeze", NOON)
    assert own.get("/clock")["frozen"]
    assert not api.get("/clock")["frozen"]


def test_a_namespace_far_ahead_does_not_use_up_or_free_anothers_quota(
    client_with: Callable[..., EmulatorClient],
) -> None:
    client = client_with(enforce_quotas=True, quota_10_seconds=1)
    own = Api(create_app(emulator=client.emulator).test_client(), TOKEN)
    assert client.say().status == 200
    own.call("PUT", "/namespace")
    own.post("/clock/advance", {"seconds": 1_000_000})
    assert client.say().status == 200
    own.call("DELETE", "/namespace")
    assert client.say().status == 429


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2026-02-30T00:00:00Z", "range"),  # The rest of the text depends on the Python version.
        ("2026-11-22T12:00:00", "must have a time zone"),
        ("noon", "Invalid isoformat"),
        ("1969-12-31T23:59:59Z", "from 1970"),
        ("9001-01-01T00:00:00Z", "to 9000"),
        ("0001-01-01T00:00:00+14:00", "from 1970"),
        (12, "time must be a string"),
        (None, "time must be a string"),
    ],
)
def test_a_time_that_is_invalid(api: Api, time: object, expected: str) -> None:
    for path in ("/clock/set", "/clock/freeze"):
        error = api.post(path, {"time": time}, status=422)
        assert expected in error["message"]
        assert error["problems"][0]["pointer"] == "/time"


def test_the_clock_does_not_leave_the_calendar(api: Api) -> None:
    api.post("/clock/set", {"time": "8999-01-01T00:00:00Z"})
    error = api.post("/clock/advance", {"seconds": 315576000}, status=409)
    assert "to 9000-01-01" in error["message"]


@pytest.mark.parametrize("seconds", [-1, "1", 315576001, None])
def test_the_clock_does_not_advance_by(api: Api, seconds: object) -> None:
    assert api.post("/clock/advance", {"seconds": seconds}, status=422)["problems"]
