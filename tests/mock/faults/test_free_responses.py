"""Responses of free choice: any status, body and headers; merge patches; until disarmed."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from leadway_mock.faults import FaultError
from leadway_mock.testing import Host, Mock

FINAL_STATUSES = [*range(200, 210), 226, 299, *range(300, 309), 400, 418, 451, 499, 500, 507, 599]


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    host = Host()
    yield host
    host.close()


@pytest.fixture
def mock(host: Host) -> Iterator[Mock]:
    with Mock(shared_host=host) as mock:
        yield mock


def send(mock: Mock, **fields: Any) -> httpx.Response:
    body = {"message": "Hi", "locationId": mock.location_id} | fields
    return httpx.post(mock.execute_url, headers=mock.headers, json=body, timeout=10)


@pytest.mark.behaviour("fault-response")
def test_json_text_and_headers_are_as_chosen(mock: Mock) -> None:
    mock.fault(status=200, body={"success": False})
    response = send(mock)
    assert (response.status_code, response.json()) == (200, {"success": False})
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.headers["X-Mock-Rule"] == "fault-response"
    assert response.headers["X-Mock-Evidence"] == "invented"
    assert response.headers["X-RateLimit-Remaining"]

    page = "<html>Wartung: bitte später</html>"
    mock.fault(status=200, body=page, headers={"content-type": "text/html; charset=utf-8"})
    response = send(mock)
    assert (response.text, response.headers["Content-Type"]) == (page, "text/html; charset=utf-8")

    mock.fault(status=502, body='{"statusCode": 502,', headers={"Content-Type": "application/json"})
    assert send(mock).text == '{"statusCode": 502,'

    mock.fault(status=201, body=[1, True], headers={"Content-Type": "application/x-own"})
    assert (send(mock).content, mock.journal.count(status=201)) == (b"[1,true]", 1)


@pytest.mark.parametrize("body", [0, 1.5, False, True, [], {}, "", "text", {"a": None}])
def test_every_body_arrives(mock: Mock, body: object) -> None:
    mock.fault(status=200, body=body)
    assert send(mock).text == (body if isinstance(body, str) else json.dumps(body).replace(" ", ""))


@pytest.mark.parametrize("status", FINAL_STATUSES)
def test_every_status_arrives_and_the_connection_stays_usable(mock: Mock, status: int) -> None:
    has_body = status not in {204, 304}
    mock.fault(status=status, body="x" if has_body else "", headers={"X-Reason": "test"})
    connection = http.client.HTTPConnection(urlsplit(mock.url).netloc, timeout=10)
    body = json.dumps({"message": "Hi", "locationId": mock.location_id})
    headers = {**mock.headers, "Content-Type": "application/json"}
    path = urlsplit(mock.execute_url).path
    for expected in (status, 200):
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        content = response.read()
        assert response.status == expected
        if expected == status and status != 200:
            assert (content, response.headers["X-Reason"]) == (b"x" if has_body else b"", "test")
            assert (response.headers["Content-Length"] is None) == (not has_body)
    connection.close()


@pytest.mark.parametrize("status", [100, 102, 103, 199])
def test_nothing_follows_an_interim_status(mock: Mock, status: int) -> None:
    mock.fault(status=status)
    with pytest.raises(httpx.RemoteProtocolError):
        send(mock)
    assert send(mock).status_code == 200


@pytest.mark.parametrize(("status", "rule"), [(418, "fault-response"), (200, "fault-status")])
def test_status_alone_is_the_example_or_empty(mock: Mock, status: int, rule: str) -> None:
    mock.fault(status=status)
    response = send(mock)
    assert (response.status_code, response.headers["X-Mock-Rule"]) == (status, rule)
    assert (response.content == b"") == (status == 418)


def test_headers_that_the_response_has_anyway_are_replaced(mock: Mock) -> None:
    headers = {"x-ratelimit-remaining": "0", "RETRY-AFTER": "7", "Server": "nginx"}
    mock.fault(status=429, body={}, headers=headers)
    response = send(mock)
    assert response.headers.get_list("X-RateLimit-Remaining") == ["0"]
    assert response.headers.get_list("Retry-After") == ["7"]
    assert response.headers["Server"] == "nginx"


def test_retry_after_is_enforced_if_it_is_given(mock: Mock) -> None:
    mock.fault(status=429, body={"slow": "down"}, retry_after=2)
    assert [send(mock).headers["Retry-After"] for _ in range(2)] == ["2", "2"]
    mock.clock.advance(3)
    assert send(mock).status_code == 200


@pytest.mark.parametrize("phase", ["before-commit", "after-commit"])
def test_phase_decides_about_the_turn(mock: Mock, phase: Any) -> None:
    mock.fault(status=200, body={}, phase=phase)
    send(mock)
    mock.assert_turns(*([1] if phase == "after-commit" else []))


def test_merge_patch_changes_the_response_of_the_agent(mock: Mock) -> None:
    mock.fault(merge_patch={"success": False, "flowSwitch": None, "new": {"a": 1}})
    content = send(mock).json()
    assert (content["success"], content["new"], "flowSwitch" in content) == (False, {"a": 1}, False)
    following = send(mock, executionId=content["executionId"])
    assert following.json()["response"].startswith("Turn 2.")
    mock.assert_turns(2)


def test_fault_can_last_until_it_is_disarmed(mock: Mock) -> None:
    fault = mock.fault(status=500, times="until-disarmed")
    assert [send(mock).status_code for _ in range(5)] == [500] * 5
    headers = {"Authorization": f"Bearer {mock.token}", "Content-Type": "application/json"}
    (armed,) = httpx.get(f"{mock.url}/__mock/faults", headers=headers).json()["faults"]
    assert (armed["times"], armed["hits"], armed["remaining"]) == ("until-disarmed", 5, None)
    httpx.delete(f"{mock.url}/__mock/faults/{fault.id}", headers=headers).raise_for_status()
    assert send(mock).status_code == 200


def test_dialogue_can_have_such_a_fault(mock: Mock) -> None:
    mock.dialogue("""
        turns:
          - user: hi
            agent: ho
            fault: {status: 200, body: "<p>Sorry</p>", headers: {Content-Type: text/html}}
    """)
    assert send(mock).text == "<p>Sorry</p>"
    assert send(mock).json()["response"] == "ho"


def test_control_api_arms_it(mock: Mock) -> None:
    headers = {"Authorization": f"Bearer {mock.token}"}
    fault = {"status": 200, "body": {"success": False}, "headers": {"X-A": "b"}}
    armed = httpx.post(f"{mock.url}/__mock/faults", headers=headers, json=fault)
    assert armed.status_code == 201
    assert armed.json().items() >= fault.items()
    assert send(mock).headers["X-A"] == "b"


UNSAFE: dict[str, tuple[dict[str, Any], str]] = {
    "line break in a value": (
        {"headers": {"X-A": "b\r\nX-B: c"}},
        "/headers/X-A: this is no value",
    ),
    "line break at the end": ({"headers": {"X-A": "b\n"}}, "/headers/X-A: this is no value"),
    "line break in a name": ({"headers": {"X-A\r\nX-B": "c"}}, "/headers: this is no name"),
    "line break after a name": ({"headers": {"X-A\n": "c"}}, "/headers: this is no name"),
    "colon in a name": ({"headers": {"X-A: b": "c"}}, "/headers/X-A: b: this is no name"),
    "empty name": ({"headers": {"": "c"}}, "this is no name"),
    "NUL": ({"headers": {"X-A": "\0"}}, "/headers/X-A: this is no value"),
    "not Latin-1": ({"headers": {"X-A": "日本"}}, "/headers/X-A: this is no value"),
    "length": ({"headers": {"content-length": "1"}}, "the mock itself sends content-length"),
    "coding": ({"headers": {"Transfer-Encoding": "chunked"}}, "sends Transfer-Encoding"),
    "connection": ({"headers": {"Connection": "close"}}, "the mock itself sends Connection"),
    "upgrade": ({"headers": {"Upgrade": "h2c"}}, "the mock itself sends Upgrade"),
    "evidence": ({"headers": {"X-Mock-Evidence": "observed"}}, "sends X-Mock-Evidence"),
    "sniffing": ({"headers": {"X-Content-Type-Options": ""}}, "sends X-Content-Type-Options"),
    "many headers": ({"headers": {f"X-{n}": "" for n in range(51)}}, "/headers: `headers`"),
    "long headers": ({"headers": {f"X-{n}": "a" * 3_000 for n in range(20)}}, "too much"),
    "long body": ({"body": "a" * 40_000}, "/body: body has 40000 bytes, which is too much"),
    "no JSON": ({"body": {"a": float("nan")}}, "/body: body is not JSON"),
    "token": ({"body": {"token": "pit-12345678-1234-4234-8234-123456789abc"}}, "a credential"),
    "token in a header": ({"headers": {"X-A": "Bearer abcdefgh12345"}}, "a credential"),
    "body of 204": ({"status": 204, "body": "x"}, "/body: a 204 response has no body"),
    "body of 304": ({"status": 304, "body": {}}, "/body: a 304 response has no body"),
    "body of 103": ({"status": 103, "body": "x"}, "/body: a 103 response has no body"),
    "101": ({"status": 101}, "/status: 101 changes the protocol"),
    "99": ({"status": 99}, "/status: `status` is out of range — write a number from 100 to 599"),
    "600": ({"status": 600}, "/status: `status` is out of range"),
    "no status": ({"status": None, "body": "x"}, "/body: body needs status"),
    "times": ({"times": "forever"}, "/times: `times` has an invalid value"),
    "times with a line break": ({"times": "until-disarmed\n"}, "/times: this is no number"),
    "id with a line break": ({"id": "a\n"}, "/id: this has a control character"),
    "patch before the commit": (
        {"status": None, "merge_patch": {"a": 1}, "phase": "before-commit"},
        "/phase: a fault that delivers the whole response",
    ),
    "patch and status": ({"merge_patch": {"a": 1}}, "status and merge_patch exclude each other"),
}


@pytest.mark.parametrize("name", UNSAFE)
def test_unsafe_responses_are_rejected(mock: Mock, name: str) -> None:
    fields, problem = UNSAFE[name]
    arguments: dict[str, Any] = {"status": 200, **fields}
    with pytest.raises(FaultError) as caught:
        mock.fault(**arguments)
    assert problem in str(caught.value)
    assert len(str(caught.value)) < 1_000
    assert send(mock).status_code == 200
