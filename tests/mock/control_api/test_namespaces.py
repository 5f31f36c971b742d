"""Namespaces and resets by the control API."""

from __future__ import annotations

from typing import Any

import pytest

from leadway_mock.util.redaction import fingerprint
from tests.mock.client import TOKEN, EmulatorClient, content
from tests.mock.control_api.api import Api

OTHER = "pit-87654321-1234-4234-8234-123456789abc"


def test_a_token_opens_and_closes_its_namespace(api: Api, client: EmulatorClient) -> None:
    client.begin()
    own = Api(api.client, TOKEN)
    assert own.get("/namespace") == {
        "name": None,
        "dedicated": False,
        "sessions": 1,
        "journalEntries": 1,
    }
    name = fingerprint(TOKEN)
    empty = {"name": name, "dedicated": True, "sessions": 0, "journalEntries": 0}
    assert own.call("PUT", "/namespace") == empty
    client.begin()
    assert (
        own.call("PUT", "/namespace")
        == own.get("/namespace")
        == empty | {"sessions": 1, "journalEntries": 1}
    )
    assert own.get("/journal")["entries"][0]["namespace"] == name
    assert "namespace" not in api.get("/journal")["entries"][0]
    assert api.get("/namespaces") == {"namespaces": [name]}
    assert own.call("DELETE", "/namespace")["dedicated"] is False
    assert api.get("/namespaces") == {"namespaces": []}
    assert client.begin()
    assert api.get("/sessions")["count"] == 2


def test_namespaces_are_listed_once_and_in_the_order_of_their_opening(api: Api) -> None:
    first, second = Api(api.client, TOKEN), Api(api.client, OTHER)
    for namespace in (first, second, first):
        namespace.call("PUT", "/namespace")
    assert api.get("/namespaces") == {"namespaces": [fingerprint(TOKEN), fingerprint(OTHER)]}


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_namespace_needs_a_token(api: Api, method: str) -> None:
    response = api.response(method, "/namespace")
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


def fill(api: Api, client: EmulatorClient) -> dict[str, Any]:
    """Do something in every scope, and return what is there by scope."""
    client.begin()
    api.call("PATCH", "/settings", {"quota10Seconds": 50})
    api.post("/clock/advance", {"seconds": 1})
    return there(api)


def there(api: Api) -> dict[str, Any]:
    return {
        "sessions": api.get("/sessions")["count"],
        "journal": api.get("/journal")["count"],
        "settings": api.get("/settings")["overridden"],
        "clock": api.get("/clock")["offset"],
    }


@pytest.mark.parametrize("scope", ["sessions", "journal", "settings", "clock"])
def test_one_scope_is_reset_and_the_others_stay(
    api: Api, client: EmulatorClient, scope: str
) -> None:
    before = there(api)
    filled = fill(api, client)
    assert api.post("/reset", {"scope": [scope]}) == {"reset": [scope]}
    assert there(api) == filled | {scope: before[scope]}


def test_quotas_are_reset(api: Api, client: EmulatorClient) -> None:
    assert client.say().headers["X-RateLimit-Remaining"] == "99"
    assert client.say().headers["X-RateLimit-Remaining"] == "98"
    api.post("/reset", {"scope": ["quotas", "quotas"]})
    assert client.say().headers["X-RateLimit-Remaining"] == "99"


@pytest.mark.parametrize("body", [None, {}, {"scope": ["all", "journal"]}])
def test_a_reset_goes_back_to_the_start(api: Api, client: EmulatorClient, body: object) -> None:
    before = there(api)
    first = content(client.say())
    fill(api, client)
    api.post("/reset", body)
    assert there(api) == before
    assert content(client.say()) == first  # the same seed from the start


def test_a_reset_namespace_stays_open_and_others_stay(api: Api, client: EmulatorClient) -> None:
    own = Api(api.client, TOKEN)
    other = client.begin()
    own.call("PUT", "/namespace")
    fill(own, client)
    own.post("/reset")
    assert own.get("/namespace") == {
        "name": fingerprint(TOKEN),
        "dedicated": True,
        "sessions": 0,
        "journalEntries": 0,
    }
    assert api.get(f"/sessions/{other}")["turns"] == 1


def test_a_scope_that_does_not_exist(api: Api) -> None:
    error = api.post("/reset", {"scope": ["session"]}, status=422)
    assert error["problems"][0]["pointer"] == "/scope/0"
