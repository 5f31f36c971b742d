"""Replies tolerate missing and unknown fields, and reject invalid ones."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

from leadway import InvalidResponseError
from leadway._calls import HTTPResponse
from leadway._responses import parse_reply
from tests.sdk.samples import SAMPLE, success


def test_a_reply_has_every_field_of_the_contract() -> None:
    reply = parse_reply(success())
    found = {
        "success": reply.success,
        "executionId": reply.execution_id,
        "interactionId": reply.interaction_id,
        "response": reply.text,
        "type": reply.type,
        "nextExpectedInput": reply.next_expected_input,
        "goalCompletion": reply.goal_completion,
        "executionStatus": reply.execution_status,
        "flowSwitch": reply.flow_switch,
        "attachments": reply.attachments,
        "generativeOutputs": reply.generative_outputs,
    }
    assert found == SAMPLE == reply.raw == reply.model.to_dict()


@pytest.mark.parametrize("name", sorted(set(SAMPLE) - {"response", "executionId"}))
@pytest.mark.parametrize("how", ["missing", "null"])
def test_missing_fields_have_defaults(name: str, how: str) -> None:
    fields = {**SAMPLE, name: None}
    if how == "missing":
        del fields[name]
    reply = parse_reply(HTTPResponse(200, json.dumps(fields).encode()))
    assert reply.text == SAMPLE["response"]
    assert reply.raw == fields
    assert reply.model.to_dict() == {**SAMPLE, "interactionId": reply.interaction_id}


def test_unknown_fields_and_values_are_kept() -> None:
    reply = parse_reply(success(type="card", mood="sunny", attachments=[{"kind": "map", "x": 1}]))
    assert reply.type == "card"
    assert reply.extra == {"mood": "sunny"}
    assert reply.attachments[0]["x"] == 1
    assert reply.raw["attachments"] == [{"kind": "map", "x": 1}]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'"text"',
        b"<html></html>",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"executionId": "a"}',
        b'{"response": "a"}',
        b'{"response": "a", "executionId": ""}',
        b'{"response": null, "executionId": "a"}',
        b'{"response": 3, "executionId": "a"}',
        b'{"response": "a", "executionId": "b", "attachments": "c"}',
        b'{"response": "a", "executionId": "b", "x": NaN}',
        b'{"response": "a", "executionId": "b", "x": 1e999}',
        b'{"response": "a", "executionId": "b", "goalCompletion": "yes"}',
        b'{"response": "a", "executionId": "b", "success": 1}',
    ],
)
def test_invalid_responses_are_rejected(body: bytes) -> None:
    with pytest.raises(InvalidResponseError) as caught:
        parse_reply(HTTPResponse(200, body))
    assert caught.value.status == 200
    assert not caught.value.retry_safe


@pytest.mark.parametrize("name", ["attachments", "generativeOutputs"])
@pytest.mark.parametrize("item", ["x", 1, None, ["x"]])
def test_no_reply_is_lost_for_an_undocumented_item(name: str, item: object) -> None:
    reply = parse_reply(success(**{name: [item, {"kind": "map"}]}))
    assert reply.text == SAMPLE["response"]
    assert reply.raw[name] == [item, {"kind": "map"}]
    (known,) = reply.attachments or reply.generative_outputs
    assert known.to_dict() == {"kind": "map"}


def test_a_reply_can_be_pickled() -> None:
    reply = parse_reply(success(mood="sunny"))
    twin: Any = pickle.loads(pickle.dumps(reply))  # noqa: S301 - our own
    assert twin == reply
    assert twin.extra == {"mood": "sunny"}


def test_the_repr_is_short() -> None:
    assert repr(parse_reply(success())).startswith("Reply(text='I can help you")
    assert "generativeOutputs" not in repr(parse_reply(success()))
