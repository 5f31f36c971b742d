from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from leadway_mock.state.namespaces import SHARED, Overrides, namespace_name
from tests.mock.client import LOCATION, TOKEN, EmulatorClient, content

OTHER = "pit-87654321-1234-4234-8234-123456789abc"


def bearer(token: str) -> str:
    return f"Bearer {token}"


def opened(client: EmulatorClient, token: str, **overrides: Any) -> None:
    client.emulator.namespaces.change(namespace_name(bearer(token)), lambda _: overrides)


def say(client: EmulatorClient, token: str, **fields: object) -> dict[str, Any]:
    body = {"message": "hi", "locationId": LOCATION} | fields
    return content(client.send(body, headers={"authorization": bearer(token)}))


def test_all_tokens_share_a_namespace_by_default(client: EmulatorClient) -> None:
    execution_id = say(client, TOKEN)["executionId"]
    assert say(client, OTHER, executionId=execution_id)["response"].startswith("Turn 2")
    assert client.emulator.namespaces.for_token(bearer(OTHER)).name == SHARED


def test_a_token_with_a_namespace_of_its_own_is_isolated(client: EmulatorClient) -> None:
    before = say(client, TOKEN)["executionId"]
    opened(client, TOKEN)
    assert say(client, TOKEN, executionId=before)["statusCode"] == 404
    own = say(client, TOKEN)["executionId"]
    assert say(client, OTHER, executionId=own)["statusCode"] == 404
    namespace = client.emulator.namespaces.for_token(bearer(TOKEN))
    assert (namespace.sessions.count(), client.emulator.sessions.count()) == (1, 1)
    assert (namespace.journal.count(), client.emulator.journal.count()) == (2, 2)


def test_a_namespace_has_its_own_settings_and_time(client: EmulatorClient) -> None:
    opened(client, TOKEN, settings={"unknown_session": "400"}, clock={"offset": 5000.0})
    assert say(client, TOKEN, executionId="x")["statusCode"] == 400
    assert say(client, OTHER, executionId="x")["statusCode"] == 404
    namespace = client.emulator.namespaces.for_token(bearer(TOKEN))
    assert namespace.clock.now() == client.clock.now() + 5000
    assert namespace.settings.profile == client.emulator.settings.profile


def test_a_stopped_clock_stands_still(client: EmulatorClient) -> None:
    opened(client, TOKEN, clock={"frozen": 77.0})
    client.clock.advance(10)
    assert client.emulator.namespaces.for_token(bearer(TOKEN)).clock.now() == 77.0


def test_a_reset_namespace_is_closed_and_others_stay(client: EmulatorClient) -> None:
    opened(client, TOKEN, settings={"unknown_session": "400"})
    say(client, TOKEN)
    say(client, OTHER)
    client.emulator.namespaces.for_token(bearer(TOKEN)).delete_prefixes("")
    assert client.emulator.namespaces.for_token(bearer(TOKEN)).name == SHARED
    assert client.emulator.sessions.count() == 1


def test_the_shared_namespace_is_reset_alone(client: EmulatorClient) -> None:
    opened(client, TOKEN)
    own = say(client, TOKEN)["executionId"]
    say(client, OTHER)
    client.emulator.namespaces.shared().delete_prefixes("")
    assert client.emulator.sessions.count() == 0
    assert say(client, TOKEN, executionId=own)["response"].startswith("Turn 2")


def test_the_same_seed_gives_each_namespace_the_same_ids(client: EmulatorClient) -> None:
    opened(client, TOKEN)
    opened(client, OTHER)
    assert say(client, TOKEN) == say(client, OTHER)


def test_a_snapshot_brings_a_namespace_back_whole(client: EmulatorClient) -> None:
    opened(client, TOKEN, settings={"unknown_session": "400"})
    execution_id = say(client, TOKEN)["executionId"]
    namespace = client.emulator.namespaces.for_token(bearer(TOKEN))
    snapshot = namespace.snapshot()
    say(client, TOKEN, executionId=execution_id)
    namespace.delete_prefixes("")
    namespace.restore(snapshot)
    assert say(client, TOKEN, executionId=execution_id)["response"].startswith("Turn 2")
    assert say(client, TOKEN, executionId="x")["statusCode"] == 400


def test_concurrent_changes_of_overrides_are_all_kept(client: EmulatorClient) -> None:
    def add(number: int) -> None:
        def change(overrides: Overrides) -> Overrides:
            return {**overrides, f"order {number}": number}

        client.emulator.namespaces.change(SHARED, change)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    assert len(client.emulator.namespaces.shared().overrides) == 40


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", f"Basic {TOKEN}", TOKEN])
def test_without_a_token_there_is_only_the_shared_namespace(header: str | None) -> None:
    assert namespace_name(header) == SHARED


@pytest.mark.parametrize("header", [f"bearer {TOKEN}", f" Bearer  {TOKEN} "])
def test_the_name_of_a_namespace_does_not_reveal_its_token(header: str) -> None:
    assert namespace_name(header) == namespace_name(bearer(TOKEN))
    assert TOKEN[4:12] not in namespace_name(header)


def test_namespaces_are_one_over_two_emulators_on_one_store(
    client_with: Callable[..., EmulatorClient],
) -> None:
    one, two = client_with(), client_with()
    opened(one, TOKEN)
    execution_id = say(one, TOKEN)["executionId"]
    assert say(two, TOKEN, executionId=execution_id)["response"].startswith("Turn 2")
