from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from leadway_mock.state.namespaces import SHARED, Overrides, namespace_name
from tests.mock.client import LOCATION, TOKEN, Caller, content

OTHER = "pit-87654321-1234-4234-8234-123456789abc"


def bearer(token: str) -> str:
    return f"Bearer {token}"


def opened(caller: Caller, token: str, **overrides: Any) -> None:
    caller.emulator.namespaces.change(namespace_name(bearer(token)), lambda _: overrides)


def say(caller: Caller, token: str, **fields: object) -> dict[str, Any]:
    body = {"message": "hi", "locationId": LOCATION} | fields
    return content(caller.send(body, headers={"authorization": bearer(token)}))


def test_all_tokens_share_a_namespace_by_default(caller: Caller) -> None:
    execution_id = say(caller, TOKEN)["executionId"]
    assert say(caller, OTHER, executionId=execution_id)["response"].startswith("Turn 2")
    assert caller.emulator.namespaces.for_token(bearer(OTHER)).name == SHARED


def test_a_token_with_a_namespace_of_its_own_is_isolated(caller: Caller) -> None:
    before = say(caller, TOKEN)["executionId"]
    opened(caller, TOKEN)
    assert say(caller, TOKEN, executionId=before)["statusCode"] == 404
    own = say(caller, TOKEN)["executionId"]
    assert say(caller, OTHER, executionId=own)["statusCode"] == 404
    namespace = caller.emulator.namespaces.for_token(bearer(TOKEN))
    assert (namespace.sessions.count(), caller.emulator.sessions.count()) == (1, 1)
    assert (namespace.journal.count(), caller.emulator.journal.count()) == (2, 2)


def test_a_namespace_has_its_own_settings_and_time(caller: Caller) -> None:
    opened(caller, TOKEN, settings={"unknown_session": "400"}, clock={"offset": 5000.0})
    assert say(caller, TOKEN, executionId="x")["statusCode"] == 400
    assert say(caller, OTHER, executionId="x")["statusCode"] == 404
    namespace = caller.emulator.namespaces.for_token(bearer(TOKEN))
    assert namespace.clock.now() == caller.clock.now() + 5000
    assert namespace.settings.profile == caller.emulator.settings.profile


def test_a_stopped_clock_stands_still(caller: Caller) -> None:
    opened(caller, TOKEN, clock={"frozen": 77.0})
    caller.clock.advance(10)
    assert caller.emulator.namespaces.for_token(bearer(TOKEN)).clock.now() == 77.0


def test_a_reset_namespace_is_closed_and_others_stay(caller: Caller) -> None:
    opened(caller, TOKEN, settings={"unknown_session": "400"})
    say(caller, TOKEN)
    say(caller, OTHER)
    caller.emulator.namespaces.for_token(bearer(TOKEN)).reset()
    assert caller.emulator.namespaces.for_token(bearer(TOKEN)).name == SHARED
    assert caller.emulator.sessions.count() == 1


def test_the_shared_namespace_is_reset_alone(caller: Caller) -> None:
    opened(caller, TOKEN)
    own = say(caller, TOKEN)["executionId"]
    say(caller, OTHER)
    caller.emulator.namespaces.shared().reset()
    assert caller.emulator.sessions.count() == 0
    assert say(caller, TOKEN, executionId=own)["response"].startswith("Turn 2")


def test_the_same_seed_gives_each_namespace_the_same_ids(caller: Caller) -> None:
    opened(caller, TOKEN)
    opened(caller, OTHER)
    assert say(caller, TOKEN) == say(caller, OTHER)


def test_a_snapshot_brings_a_namespace_back_whole(caller: Caller) -> None:
    opened(caller, TOKEN, settings={"unknown_session": "400"})
    execution_id = say(caller, TOKEN)["executionId"]
    namespace = caller.emulator.namespaces.for_token(bearer(TOKEN))
    snapshot = namespace.snapshot()
    say(caller, TOKEN, executionId=execution_id)
    namespace.reset()
    namespace.restore(snapshot)
    assert say(caller, TOKEN, executionId=execution_id)["response"].startswith("Turn 2")
    assert say(caller, TOKEN, executionId="x")["statusCode"] == 400


def test_overrides_that_are_changed_side_by_side_are_all_kept(caller: Caller) -> None:
    def add(number: int) -> None:
        def change(overrides: Overrides) -> Overrides:
            return {**overrides, f"order {number}": number}

        caller.emulator.namespaces.change(SHARED, change)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    assert len(caller.emulator.namespaces.shared().overrides) == 40


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", f"Basic {TOKEN}", TOKEN])
def test_without_a_token_there_is_only_the_shared_space(header: str | None) -> None:
    assert namespace_name(header) == SHARED


@pytest.mark.parametrize("header", [f"bearer {TOKEN}", f" Bearer  {TOKEN} "])
def test_a_namespace_is_named_by_its_token_and_does_not_tell_it(header: str) -> None:
    assert namespace_name(header) == namespace_name(bearer(TOKEN))
    assert TOKEN[4:12] not in namespace_name(header)


def test_namespaces_are_one_over_two_emulators_on_one_store(
    caller_with: Callable[..., Caller],
) -> None:
    one, two = caller_with(), caller_with()
    opened(one, TOKEN)
    execution_id = say(one, TOKEN)["executionId"]
    assert say(two, TOKEN, executionId=execution_id)["response"].startswith("Turn 2")
