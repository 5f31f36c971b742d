"""Routes: what the vendor documents and the mock lacks, other methods, slashes, and queries."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from leadway_mock.contract.documented_paths import PAGES, documented_at
from leadway_mock.contract.loader import load_contract
from leadway_mock.pipeline.pipeline import MAX_QUERIES
from leadway_mock.state.journal_query import UNMATCHED
from leadway_mock.testing.expectations import CONTRACT_RULES
from tests.mock.client import CURRENT, LOCATION, EmulatorClient, content

BODY = {"message": "hi", "locationId": LOCATION}
IAM = "This route is not yet supported by the IAM Service. Please update your IAM config."


@pytest.mark.behaviour("route-not-mocked")
@pytest.mark.parametrize("profile", ["documented", "observed"])
@pytest.mark.parametrize(
    ("method", "path", "page"),
    [
        ("GET", "/contacts/", "contacts/get-contacts"),
        ("GET", "/contacts", "contacts/get-contacts"),
        ("POST", "/contacts/upsert", "contacts/upsert-contact"),
        ("GET", "/contacts/ocQHyuzHvysMo5N5VsXc", "contacts/get-contact"),
        ("GET", "/calendars/c1/free-slots", "calendars/get-slots"),
        ("GET", "/oauth/installedLocations", "oauth/get-installed-location"),
    ],
)
def test_what_the_vendor_documents_is_no_mistake(
    client_with: Callable[..., EmulatorClient], method: str, path: str, page: str, profile: str
) -> None:
    client = client_with(profile=profile)
    response = client.send({}, path=path, method=method, headers={"authorization": None})
    assert (response.status, response.rule) == (501, "route-not-mocked")
    assert response.evidence == "invented"
    assert content(response) == {
        "statusCode": 501,
        "message": "The mock does not serve this path.",
        "error": "Not Implemented",
    }
    assert f"{PAGES}{page};" in response.hint
    assert response.rule not in {*CONTRACT_RULES, *UNMATCHED}


def test_no_operation_of_the_contract_is_called_missing(
    client_with: Callable[..., EmulatorClient],
) -> None:
    client = client_with(profile="observed")
    for operation in load_contract().operations:
        path = re.sub(r"\{[^}]*\}", "x", operation.path)
        for each in (path, f"{path}/"):
            rule = client.send({}, path=each, method=operation.method).rule
            assert rule not in {"route-not-mocked", "route-unknown"}, each


def test_every_operation_of_the_contract_is_documented() -> None:
    for operation in load_contract().operations:
        found = documented_at(operation.path)[operation.method]
        assert found.path == operation.path
        assert re.fullmatch(rf"{PAGES}[a-z0-9-]+/[a-z0-9-]+", found.page)


def test_a_literal_segment_wins_over_a_parameter() -> None:
    assert documented_at("/contacts/upsert")["POST"].path == "/contacts/upsert"
    assert documented_at("/contacts/x")["PUT"].path == "/contacts/{contactId}"
    assert documented_at("/contacts//tasks") == {}
    assert documented_at("/" + "a/" * 5000) == {}
    assert documented_at("") == documented_at("/") == {}


@pytest.mark.parametrize("method", ["PATCH", "OPTIONS", "BREW"])
def test_a_method_that_nobody_documents_there(client: EmulatorClient, method: str) -> None:
    response = client.send({}, path="/contacts/upsert", method=method)
    assert (response.status, response.rule) == (405, "method-not-allowed")
    assert response.headers["Allow"] == "DELETE, GET, POST, PUT"


@pytest.mark.behaviour("method-not-allowed-401")
@pytest.mark.parametrize("path", [CURRENT, "/contacts/upsert"])
def test_another_method_as_observed(client_with: Callable[..., EmulatorClient], path: str) -> None:
    response = client_with(profile="observed").send({}, path=path, method="PATCH")
    assert (response.status, response.rule) == (401, "method-not-allowed-401")
    assert (response.evidence, content(response)["message"]) == ("observed", IAM)
    assert response.hint.startswith("This path allows ")


@pytest.mark.behaviour("trailing-slash")
def test_a_slash_at_the_end(client_with: Callable[..., EmulatorClient]) -> None:
    path = f"{CURRENT}/"
    assert client_with(profile="observed").send(BODY, path=path).status == 200
    assert client_with().send(BODY, path=path).rule == "route-unknown"
    twice = client_with(profile="observed").send(BODY, path=f"{path}/")
    assert twice.rule == "route-unknown"


@pytest.mark.behaviour("internal-path")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_internal_path(client_with: Callable[..., EmulatorClient], method: str) -> None:
    path = "/agent-studio/agents"
    assert client_with().send({}, path=path, method=method).rule == "route-unknown"
    response = client_with(profile="observed").send({}, path=path, method=method)
    assert response.rule == "route-not-mocked"
    assert "undocumented path" in response.hint
    other = client_with(profile="observed").send({}, path=f"{path}/x/execute", method=method)
    assert other.rule == "route-unknown"


@pytest.mark.behaviour("version-legacy")
def test_the_version_legacy(client: EmulatorClient) -> None:
    assert client.send(BODY, headers={"version": "legacy"}).status == 200


@pytest.mark.behaviour("unknown-query-rejected", "query-unknown", "query-unknown-400")
def test_an_unknown_query_parameter_is_rejected_or_ignored(
    client_with: Callable[..., EmulatorClient],
) -> None:
    query = "source=api&locationId=x&a[b]=1&locationId=y&__code=200"
    message = "property locationId should not exist"
    response = client_with().send(BODY, query=query)
    assert (response.status, response.rule) == (422, "query-unknown")
    assert content(response)["message"] == [message, "property a[b] should not exist"]
    assert "The query has 'locationId'. The operation has source." in response.hint
    response = client_with(unknown_query="400").send(BODY, query=query)
    assert content(response) == {"statusCode": 400, "message": message}
    assert client_with(unknown_query="ignore").send(BODY, query=query).status == 200


def test_what_is_remembered_of_queries_is_limited(client: EmulatorClient) -> None:
    for number in range(MAX_QUERIES + 5):
        client.send(b"", query=f"source={number}")
    assert client.send(BODY, query="source=" + "x" * 1000).status == 200
    assert client.send(BODY, query="x" * 1000).rule == "query-unknown"
    assert len(client.send(BODY, query="x" * 100_000).hint) < 1000
