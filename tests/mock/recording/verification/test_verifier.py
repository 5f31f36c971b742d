"""Comparison of normalized responses, and the marks in place of ids, dates and free values."""

from __future__ import annotations

import json
from typing import Any

import pytest

from leadway_mock.http.messages import Request
from leadway_mock.recording.verification.observed import (
    NoJsonError,
    ResponseNormalizer,
    TargetResponse,
)
from leadway_mock.recording.verification.probe import Probe
from leadway_mock.recording.verification.verifier import MAX_DIFFERENCES, compare

JSON = {"content-type": "application/json; charset=utf-8"}


def normalize(
    body: Any,
    *,
    normalizer: ResponseNormalizer | None = None,
    name: str = "first",
    sent: str = "",
    is_list: bool = False,
) -> Any:
    response = TargetResponse(200, JSON, json.dumps(body).encode())
    probe = Probe(name, (), is_list=is_list)
    normalizer = normalizer or ResponseNormalizer({"agent": "agent-0001"})
    request = Request("POST", "/", body=sent.encode())
    return normalizer.normalize(probe, request, response, response.json())["body"]


@pytest.mark.parametrize(
    ("expected", "actual", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, []),
        ({"a": 1}, {"a": 1.5}, ["/a: expected 1, actual 1.5"]),
        ({"a": 1}, {"a": "1"}, ['/a: expected 1, actual "1"']),
        ({"a": 1}, {"a": True}, ["/a: expected 1, actual true"]),
        ({"a": None}, {}, ["/a: expected null, actual nothing"]),
        ({}, {"a/b": {}}, ["/a~1b: expected nothing, actual {}"]),
        ({"a": ["x", "y"]}, {"a": ["x"]}, ['/a/1: expected "y", actual nothing']),
        ({"a": ["x"]}, {"a": "x"}, ['/a: expected ["x"], actual "x"']),
        ({"a": "<array>"}, {"a": ["x"]}, []),
        ({"a": ["<string>"]}, {"a": "<array>"}, []),
        ({"a": "<array>"}, {"a": "<object>"}, ['/a: expected "<array>", actual "<object>"']),
        ({"a": {"b": "x"}}, {"a": {"b": "é"}}, ['/a/b: expected "x", actual "é"']),
    ],
)
def test_differences(expected: Any, actual: Any, found: list[str]) -> None:
    assert [str(each) for each in compare("p", expected, actual)] == found


def test_the_bodies_of_a_success_and_an_error_are_one_difference() -> None:
    found = compare("p", {"status": 422, "body": {"a": 1}}, {"status": 200, "body": {"b": 2}})
    assert [str(each) for each in found] == [
        "/status: expected 422, actual 200",
        '/body: expected {"a": 1}, actual {"b": 2}',
    ]


def test_differences_and_values_are_limited() -> None:
    assert len(compare("p", {"a": [1] * 500}, {"a": [2] * 500})) == MAX_DIFFERENCES
    (difference,) = compare("p", {"a": "x" * 5_000}, {"a": ""})
    assert len(difference.expected) < 250


def test_an_id_is_marked_by_where_it_appeared_first() -> None:
    normalizer = ResponseNormalizer({"agent": "agent-0001"})
    first = normalize({"executionId": "e-00001", "traceId": "t-00001"}, normalizer=normalizer)
    assert first == {"executionId": "<first/executionId>", "traceId": "<first/traceId>"}
    second = normalize(
        {"executionId": "e-00001", "traceId": "t-00002", "message": "e-00001 of agent-0001"},
        normalizer=normalizer,
        name="second",
    )
    assert second == {
        "executionId": "<first/executionId>",
        "traceId": "<second/traceId>",
        "message": "<first/executionId> of <agent>",
    }


def test_what_the_client_sent_is_no_new_id() -> None:
    assert normalize({"executionId": "made-up-1"}, sent='{"executionId": "made-up-1"}') == {
        "executionId": "made-up-1"
    }


def test_free_values_are_types_and_dates_are_marks() -> None:
    body = {
        "response": "Hello",
        "goalCompletion": False,
        "attachments": [{}],
        "generativeOutputs": None,
        "generatedMedia": [],
        "createdAt": "2026-11-30T10:00:00.123Z",
        "text": "until 2026-11-30T10:00:00+00:00, 027ee957-ae94-40ad-89a3-b25c985f729b",
        "count": 3,
    }
    assert normalize(body) == {
        "response": "<string>",
        "goalCompletion": "<boolean>",
        "attachments": "<array>",
        "generativeOutputs": "<null>",
        "createdAt": "<date>",
        "text": "until <date>, <uuid>",
        "count": 3,
    }


def test_a_list_of_the_account_is_compared_by_types() -> None:
    body = {"agents": [{"name": "A", "nodes": [{"x": 1}]}, {"name": None}], "total": 2, "none": []}
    assert normalize(body, is_list=True) == {
        "agents": [{"name": "<string>", "nodes": "<array>"}],
        "total": "<number>",
        "none": "<array>",
    }


@pytest.mark.parametrize(
    ("headers", "body", "error"),
    [
        ({}, b"{}", "the type unknown"),
        ({"content-type": "text/html"}, b"{}", "the type text/html"),
        (JSON, b"\xff", "no valid JSON"),
        (JSON, b"[" * 100_000, "no valid JSON"),
    ],
)
def test_what_is_no_json_cannot_be_compared(
    headers: dict[str, str], body: bytes, error: str
) -> None:
    with pytest.raises(NoJsonError, match=error):
        TargetResponse(200, headers, body).json()
