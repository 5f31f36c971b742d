"""Section "Conversations": sessions, turns and replies."""

from __future__ import annotations

import re
from collections.abc import Callable

import attrs
import pytest

from leadway_client.models import Attachment, ExecuteAgentResponse, InputVariables
from tests.contract.service import Service, turn

GOAL_AGENT = "goalonturn3agent00000000"
SAMPLE_VERSION = "b2b1c1d2-3e4f-5a6b-7c8d-9e0f1a2b3c4d"


@pytest.mark.clause("first-message-starts-a-session")
def test_first_message_starts_a_session(service: Service) -> None:
    assert service.say("Hello").execution_id


@pytest.mark.clause("each-first-message-starts-a-session")
def test_each_first_message_starts_a_session(service: Service) -> None:
    assert service.say("Hello").execution_id != service.say("Hello").execution_id


@pytest.mark.clause("session-continues")
def test_session_continues(service: Service) -> None:
    first = service.say("Hello")
    second = service.say("And then?", execution_id=first.execution_id)
    assert second.execution_id == first.execution_id


@pytest.mark.clause("turns-count-per-session")
def test_turns_count_per_session(service: Service) -> None:
    one, other = service.say("One").execution_id, service.say("Other").execution_id
    assert turn(service.say("One again", execution_id=one)) == 2
    assert turn(service.say("One once more", execution_id=one)) == 3
    assert turn(service.say("Other again", execution_id=other)) == 2


@pytest.mark.clause("session-continues-on-the-other-path")
def test_session_continues_on_the_other_path(service: Service) -> None:
    first = service.say("Hello", way="deprecated").execution_id
    second = service.say("And then?", way="current", execution_id=first).execution_id
    third = service.say("And now?", way="deprecated", execution_id=first).execution_id
    assert first == second == third


@pytest.mark.clause("turns-count-on-both-paths")
def test_turns_count_on_both_paths(service: Service) -> None:
    began = service.say("One", way="current").execution_id
    assert turn(service.say("Two", way="deprecated", execution_id=began)) == 2
    assert turn(service.say("Three", way="current", execution_id=began)) == 3


@pytest.mark.clause("interaction-id-is-new")
def test_interaction_id_is_new(service: Service) -> None:
    first = service.say("Hello")
    second = service.say("Hello", execution_id=first.execution_id)
    assert first.interaction_id
    assert second.interaction_id
    assert first.interaction_id != second.interaction_id


@pytest.mark.clause("eleven-fields")
def test_eleven_fields(service: Service) -> None:
    response = service.say("Hello")
    values = attrs.asdict(response)
    assert values.pop("additional_properties") == {}
    assert {name: type(value) for name, value in values.items()} == {
        "success": bool,
        "execution_id": str,
        "interaction_id": str,
        "response": str,
        "type_": str,
        "next_expected_input": str,
        "goal_completion": bool,
        "execution_status": str,
        "flow_switch": bool,
        "attachments": list,
        "generative_outputs": list,
    }
    assert response.success


@pytest.mark.clause("one-json-object")
def test_one_json_object(service: Service) -> None:
    response = service.send()
    assert response.headers["Content-Type"].partition(";")[0] == "application/json"
    assert isinstance(response.json(), dict)


@pytest.mark.clause("duplicate-message-is-processed-twice")
def test_duplicate_message_is_processed_twice(service: Service) -> None:
    session = service.say("Hello").execution_id
    turns = [turn(service.say("The very same", execution_id=session)) for _ in range(2)]
    assert turns == [2, 3]


def say_everything(service: Service) -> ExecuteAgentResponse:
    return service.say(
        "Where is my order?",
        input_variables=InputVariables.from_dict({"customerName": "Ana", "order": {"number": 7}}),
        version_id=SAMPLE_VERSION,
        attachments=[Attachment(type_="image", image_url="https://example.com/image.png")],
        contact_id="cid_abc123def456",
    )


@pytest.mark.clause("every-field-is-accepted")
def test_every_field_is_accepted(service: Service) -> None:
    assert say_everything(service).success


@pytest.mark.clause("every-field-reaches-the-agent")
def test_every_field_reaches_the_agent(service: Service) -> None:
    assert say_everything(service).response.splitlines() == [
        "Turn 1. You said: Where is my order?",
        'Input variables: {"customerName": "Ana", "order": {"number": 7}}',
        "Contact: cid_abc123def456",
        'Attachments: [{"type": "image", "imageUrl": "https://example.com/image.png"}]',
    ]


@pytest.mark.clause("any-text-reaches-the-agent")
@pytest.mark.parametrize(
    "text", ["¿Qué tal, señor Núñez?", "你好", "שלום", "👩🏽‍🚀", 'a\nb\t"c" \\d']
)
def test_any_text_reaches_the_agent(service: Service, text: str) -> None:
    assert service.say(text).response == f"Turn 1. You said: {text}"


@pytest.mark.clause("empty-optionals-are-absent")
def test_empty_optionals_are_absent(service: Service) -> None:
    empty = {"executionId": "", "versionId": "", "contactId": ""}
    response = service.send(service.body(**empty, inputVariables={}, attachments=[]))
    assert response.status_code == 200
    assert response.json()["executionId"]


@pytest.mark.clause("source-changes-nothing")
@pytest.mark.parametrize("source", ["api", "public_api", "", "whatever else"])
def test_source_changes_nothing(service: Service, source: str) -> None:
    assert service.send(params={"source": source}).status_code == 200


@pytest.mark.clause("ids-look-like-the-samples")
def test_ids_look_like_the_samples(service: Service) -> None:
    response = service.say("Hello")
    for minted in (response.execution_id, response.interaction_id):
        assert re.fullmatch(r"[a-z0-9]{24}", minted)


@pytest.mark.clause("goal-is-completed")
def test_goal_is_completed(service: Service) -> None:
    first = service.say("One", agent_id=GOAL_AGENT)
    later = [
        service.say(text, agent_id=GOAL_AGENT, execution_id=first.execution_id)
        for text in ("Two", "Three")
    ]
    assert [response.goal_completion for response in (first, *later)] == [False, False, True]


@pytest.mark.clause("rejected-message-is-not-a-turn")
def test_rejected_message_is_not_a_turn(service: Service) -> None:
    session = service.say("One").execution_id
    assert service.send(service.body(executionId=session, message=3)).status_code == 422
    assert service.send(headers={"Version": "1999-12-31"}).status_code == 401
    assert turn(service.say("Two", execution_id=session)) == 2


@pytest.mark.clause("same-seed-same-responses")
def test_same_seed_same_responses(adjusted: Callable[..., Service]) -> None:
    def conversation(service: Service) -> list[ExecuteAgentResponse]:
        first = service.say("One")
        return [
            first,
            service.say("Two", execution_id=first.execution_id),
            service.say("One", way="deprecated"),
        ]

    one, same, other = (conversation(adjusted(seed=seed)) for seed in (7, 7, 8))
    assert one == same
    assert one[0].execution_id != other[0].execution_id
