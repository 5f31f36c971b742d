"""A recording becomes a dialogue that a mock plays: replies, errors, pages, latency, new ids."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from leadway_mock.contract.loader import load_contract
from leadway_mock.dialogues import Dialogue, parse_dialogue
from leadway_mock.dialogues.lint import warnings_of
from leadway_mock.recording.dialogue_writer import (
    DialogueWriter,
    RecordedDialogue,
    latency_of,
    user_pattern,
)
from leadway_mock.recording.exchanges import (
    Exchange,
    ReceivedResponse,
    SentRequest,
    UpstreamFailure,
    redact_exchange,
)
from leadway_mock.recording.placeholders import Placeholders
from leadway_mock.recording.redacted import RedactedJson, yaml_text
from tests.mock.client import EmulatorClient, content
from tests.mock.recording.canaries import CONTACT, EMAIL, NAME, PHONE
from tests.property.strategies import texts

AGENT = "recordedagent00000000000"
PATH = f"/agent-studio/agent/{AGENT}/execute"
FULL = {
    "success": True,
    "type": "text",
    "nextExpectedInput": "text",
    "goalCompletion": False,
    "executionStatus": "completed",
    "flowSwitch": False,
    "attachments": [],
    "generativeOutputs": [],
}
HTML = {"Content-Type": "text/html; charset=UTF-8"}


def reply(text: str, session: str, interaction: int = 1, **fields: Any) -> dict[str, Any]:
    ids = {"executionId": session, "interactionId": f"interaction{interaction:04}"}
    return FULL | ids | {"response": text} | fields


def exchange(  # noqa: PLR0913 - the parts of an exchange, most with a default
    message: str,
    body: Any,
    status: int = 200,
    *,
    seconds: float = 0.1,
    headers: Mapping[str, str] | None = None,
    path: str = PATH,
    **fields: Any,
) -> Exchange:
    sent = json.dumps({"message": message, "locationId": "here"} | fields).encode()
    received = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = ReceivedResponse(status, tuple((headers or {}).items()), received)
    return Exchange(SentRequest("POST", path, "", (), sent), response, seconds)


def failed(message: str, failure: UpstreamFailure) -> Exchange:
    return Exchange(exchange(message, {}).request, None, 1.0, failure)


def written(*exchanges: Exchange) -> list[RecordedDialogue]:
    placeholders = Placeholders()
    redacted = [placeholders.replace(redact_exchange(each)) for each in exchanges]
    return writer().dialogues(redacted)


@cache
def writer() -> DialogueWriter:
    return DialogueWriter(load_contract())


def loaded(dialogue: RecordedDialogue) -> Dialogue:
    """Return the dialogue of the file, after it went through its text."""
    text = yaml_text(dialogue.content, dialogue.comments)
    parsed = parse_dialogue(text, name="talk", file="talk.yaml")
    assert [each for each in warnings_of(parsed) if "never taken" not in each.message] == []
    return parsed


@pytest.fixture
def playing(client: EmulatorClient) -> Callable[..., EmulatorClient]:
    def play(*exchanges: Exchange) -> EmulatorClient:
        client.emulator.dialogues.serve([loaded(each) for each in written(*exchanges)])
        return client

    return play


def test_a_conversation_is_readable() -> None:
    [dialogue] = written(
        exchange("I need a haircut", reply("Which day?", "session0001")),
        exchange(
            "Friday",
            reply("Done.\nSee you!", "session0001", 2, goalCompletion=True),
            executionId="session0001",
        ),
    )
    assert yaml_text(dialogue.content).splitlines() == [
        f"agent: {AGENT}",
        "latency:",
        "  lognormal:",
        "    median: 100ms",
        "    sigma: 0.0",
        "turns:",
        '  - user: ="I need a haircut"',
        "    agent: Which day?",
        '  - user: ="Friday"',
        "    agent:",
        "      response: |-",
        "        Done.",
        "        See you!",
        "      goalCompletion: true",
    ]
    assert dialogue.comments == []


def test_ids_are_minted_anew(playing: Callable[..., EmulatorClient]) -> None:
    text = "You are in session0001, and {{this}} is no placeholder."
    client = playing(exchange("Hi", reply(text, "session0001")))
    one, other = (content(client.say("Hi", agent=AGENT)) for _ in range(2))
    for each in (one, other):
        assert "session0001" not in str(each)
        expected = f"You are in {each['executionId']}, and {{{{this}}}} is no placeholder."
        assert each["response"] == expected
    assert one["executionId"] != other["executionId"]


def test_sessions_share_their_beginning(playing: Callable[..., EmulatorClient]) -> None:
    exchanges = [
        exchange("Hi", reply("Hello!", "session0001")),
        exchange("Hi", reply("Hello!", "session0002")),
        exchange("haircut", reply("Which day?", "session0001", 2), executionId="session0001"),
        exchange("bye", reply("Goodbye!", "session0002", 2), executionId="session0002"),
        exchange("Monday", reply("Closed.", "session0001", 3), executionId="session0001"),
        exchange("Other", reply("Another.", "session0003")),
    ]
    [dialogue] = written(*exchanges)
    turns = dialogue.content.value["turns"]
    assert [each["user"] for each in turns[0]["branch"][0][:1]] == ['="Hi"']
    assert turns[0]["branch"][1] == {"user": '="Other"', "agent": "Another."}
    client = playing(*exchanges)
    first, second = (content(client.say("Hi", agent=AGENT))["executionId"] for _ in range(2))
    said = [
        content(client.say(message, agent=AGENT, executionId=session))["response"]
        for message, session in [("haircut", first), ("bye", second), ("Monday", first)]
    ]
    assert said == ["Which day?", "Goodbye!", "Closed."]


def test_private_data_in_a_message_does_not_break_replay(
    playing: Callable[..., EmulatorClient],
) -> None:
    message = f"I am {NAME} (new?), {EMAIL}, {PHONE}.\nCall me!"
    sent = exchange(message, reply("Thanks", "session0001"), contactId=CONTACT, contactName=NAME)
    [dialogue] = written(sent)
    assert "Kanarienvogel" not in dialogue.content.text
    assert dialogue.content.value["turns"][0] == {
        "user": r"/^I am (?P<name>.+?) \(new\?\), (?P<email>\S+?), (?P<phone>.+?)\.\nCall me!$/s",
        "when": {"contact": "*"},
        "agent": "Thanks",
    }
    client = playing(sent)
    for each in (message, "I am [name] (new?), [email], [phone].\nCall me!"):
        assert content(client.say(each, agent=AGENT, contactId="c"))["response"] == "Thanks"
    assert content(client.say("I am", agent=AGENT, contactId="c"))["response"] != "Thanks"


def test_an_error_before_the_reply_is_a_fault_of_the_turn(
    playing: Callable[..., EmulatorClient],
) -> None:
    too_many = {"statusCode": 429, "message": "Slow down", "traceId": "trace00001"}
    exchanges = [
        exchange("Hi", too_many, 429, headers={"Retry-After": "0"}),
        exchange("Hi", too_many, 429, headers={"Retry-After": "0"}),
        exchange("Hi", reply("Hello!", "session0001")),
    ]
    [dialogue] = written(*exchanges)
    assert dialogue.content.value["turns"][0]["fault"]["times"] == 2
    client = playing(*exchanges)
    responses = [client.say("Hi", agent=AGENT) for _ in range(3)]
    assert [each.status for each in responses] == [429, 429, 200]
    assert content(responses[0])["message"] == "Slow down"
    assert "trace00001" not in str(responses[0].content)


def test_an_error_of_the_contract_is_named(playing: Callable[..., EmulatorClient]) -> None:
    body = {"statusCode": 404, "message": "Agent not found", "traceId": "trace00001"}
    exchanges = [exchange("Hi", body, 404)]
    [dialogue] = written(*exchanges)
    turn = dialogue.content.value["turns"][0]
    assert turn["fault"] == {"rule": "agent-unknown", "times": "until-disarmed"}
    client = playing(*exchanges)
    assert [client.say("Hi", agent=AGENT).status for _ in range(3)] == [404] * 3


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        (b"<h1>Bad gateway</h1>", {"status": 502, "body": "<h1>Bad gateway</h1>"}),
        (b"<h1>" + b"x" * 2_000, {"proxyStatus": 502}),
    ],
    ids=["short", "long"],
)
def test_a_page_of_a_proxy_is_kept(
    playing: Callable[..., EmulatorClient], page: bytes, fault: Mapping[str, Any]
) -> None:
    exchanges = [
        exchange("Hi", page, 502, headers=HTML),
        exchange("Hi", reply("Hello!", "session0001")),
    ]
    [dialogue] = written(*exchanges)
    found = dialogue.content.value["turns"][0]["fault"]
    assert found.pop("headers", HTML) == HTML
    assert found == fault
    response = playing(*exchanges).say("Hi", agent=AGENT)
    assert response.status == 502
    assert response.media_type == "text/html; charset=UTF-8"
    if "body" in fault:
        assert response.content == page.decode()


@pytest.mark.parametrize(
    ("failure", "transport"),
    [
        (UpstreamFailure.TIMEOUT, "HANG"),
        (UpstreamFailure.DISCONNECT, "EMPTY_RESPONSE"),
        (UpstreamFailure.INVALID, "RANDOM_DATA_THEN_CLOSE"),
        (UpstreamFailure.CONNECT, "CONNECTION_RESET_BY_PEER"),
    ],
)
def test_no_response_is_a_transport_fault(failure: UpstreamFailure, transport: str) -> None:
    [dialogue] = written(failed("Hi", failure), exchange("Hi", reply("Hello!", "session0001")))
    assert loaded(dialogue).turns[0].fault is not None
    assert dialogue.content.value["turns"][0]["fault"] == {"transport": transport}


def test_fields_that_the_mock_does_not_send(playing: Callable[..., EmulatorClient]) -> None:
    body = reply("Hello!", "session0001", newField={"a": 1}, type=7, odd=None)
    del body["flowSwitch"]
    exchanges = [exchange("Hi", body)]
    [dialogue] = written(*exchanges)
    patch = {"flowSwitch": None, "newField": {"a": 1}, "type": 7}
    assert dialogue.content.value["turns"][0]["fault"] == {"mergePatch": patch}
    assert [str(each) for each in dialogue.comments] == [
        "A reply has odd: null, which a merge patch cannot express."
    ]
    shown = content(playing(*exchanges).say("Hi", agent=AGENT))
    assert shown["newField"] == {"a": 1}
    assert shown["type"] == 7
    assert "flowSwitch" not in shown


def test_an_expired_session_is_followed_by_another(
    playing: Callable[..., EmulatorClient],
) -> None:
    gone = {"statusCode": 404, "message": "gone"}
    exchanges = [
        exchange("Hi", reply("Hello!", "session0001")),
        exchange("So?", gone, 404, executionId="session0001"),
        exchange("So?", reply("Hello again!", "session0002")),
        exchange("Made up", gone, 404, executionId="of somebody else"),
    ]
    client = playing(*exchanges)
    session = content(client.say("Hi", agent=AGENT))["executionId"]
    assert client.say("So?", agent=AGENT, executionId=session).status == 404
    assert content(client.say("So?", agent=AGENT))["response"] == "Hello again!"
    assert "Made up" not in written(*exchanges)[0].content.text


def test_after_an_error_another_message_may_follow(
    playing: Callable[..., EmulatorClient],
) -> None:
    exchanges = [
        exchange("Hi", reply("Hello!", "session0001")),
        exchange("Book", {"odd": 1}, 500, executionId="session0001"),
        exchange("Bye", reply("Goodbye!", "session0001", 2), executionId="session0001"),
    ]
    client = playing(*exchanges)
    session = content(client.say("Hi", agent=AGENT))["executionId"]
    assert client.say("Book", agent=AGENT, executionId=session).status == 500
    last = client.say("Bye", agent=AGENT, executionId=session)
    assert content(last)["response"] == "Goodbye!"


def test_each_agent_has_a_dialogue_of_its_own() -> None:
    path = PATH.replace("recordedagent", "anotheragent0")
    other = Exchange(SentRequest("GET", "/agent-studio/agent"), ReceivedResponse(200), 0.1)
    dialogues = written(
        exchange("Hi", reply("One", "session0001")),
        exchange("Hi", reply("Two", "session0002"), path=path),
        other,
        exchange("Hi", reply("Other", "session0003")),
    )
    assert [each.agent for each in dialogues] == [AGENT, path.split("/")[3]]
    notes = [str(each) for each in dialogues[0].comments]
    assert notes == [
        "Requests that are no messages, and only in the raw file: GET /agent-studio/agent (1)",
        "Another session got another response to: Hi",
    ]


def test_a_managed_agent(playing: Callable[..., EmulatorClient]) -> None:
    body = {
        "success": True,
        "agentId": AGENT,
        "sessionId": "session0001",
        "finalText": "Hello in session0001",
        "toolsFired": ["calendar"],
    }
    path = f"/agent-studio/managed-agents/{AGENT}/execute"
    [dialogue] = written(exchange("Hi", body, path=path))
    assert dialogue.content.value["turns"] == [
        {
            "user": '="Hi"',
            "agent": {"response": "Hello in {{executionId}}", "toolsFired": ["calendar"]},
        }
    ]
    client = playing(exchange("Hi", body, path=path))
    response = client.send(
        {"message": "Hi", "locationId": "C2QujeCh8ZnC7al2InWR"},
        path=path,
        headers={"version": "v3", "idempotency-key": "one"},
    )
    assert response.status == 200, response.content
    assert content(response)["finalText"] == f"Hello in {content(response)['sessionId']}"


def test_latency_is_a_distribution() -> None:
    assert latency_of([]) is None
    assert latency_of([0.0]) is None
    assert latency_of([0.25]) == "250ms"
    assert latency_of([0.1, 0.2, 0.4]) == {"lognormal": {"median": "200ms", "sigma": 0.69}}
    [dialogue] = written(
        exchange("Hi", reply("Hello!", "session0001"), seconds=0.1),
        exchange("Ho", reply("Hello!", "session0002"), seconds=0.4),
    )
    assert {each.latency is not None for each in loaded(dialogue).turns} == {True}


def test_a_long_message_with_private_data_is_expected_by_its_longest_part() -> None:
    assert user_pattern("x" * 9_000 + " [email] " + "y") == {"contains": "x" * 9_000}


messages = st.one_of(texts, st.sampled_from(["[email]", "<a-id:1>", "/x/", "*", '="', "{{x}}"]))


@given(st.lists(messages, min_size=1, max_size=4).map("".join))
def test_any_message_is_expected_by_its_pattern(message: str) -> None:
    if not message:
        return
    turn = RedactedJson({"turns": [{"user": user_pattern(message), "agent": "x"}]})
    [parsed] = parse_dialogue(yaml_text(turn), file="x.yaml").turns
    assert parsed.user.find(message) is not None


values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=5,
)
statuses = st.sampled_from([200, 201, 204, 301, 404, 422, 429, 500, 503, 520])
bodies = values | st.fixed_dictionaries(
    {"executionId": st.sampled_from(["session0001", "session0002"]), "response": values},
    optional={"type": values, "attachments": values, "x": values},
)


@settings(phases=[Phase.explicit, Phase.generate], max_examples=50)
@given(st.lists(st.tuples(messages.filter(bool), bodies, statuses), max_size=4))
def test_any_recording_becomes_a_valid_dialogue(found: Sequence[tuple[str, Any, int]]) -> None:
    exchanges = [exchange(message, body, status) for message, body, status in found]
    for dialogue in written(*exchanges):
        parse_dialogue(yaml_text(dialogue.content, dialogue.comments), file="talk.yaml")


@pytest.mark.parametrize("text", ["1e5", "0.0E-7"])
def test_a_reply_that_looks_like_a_number_stays_a_text(
    playing: Callable[..., EmulatorClient], text: str
) -> None:
    client = playing(exchange("Hi", reply(text, "session0001")))
    assert content(client.say(agent=AGENT, message="Hi"))["response"] == text
