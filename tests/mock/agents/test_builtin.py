import pytest

from leadway_mock.agents import builtin
from leadway_mock.agents.builtin import count_down_to_goal, echo, echo_with_remarks, greet_with
from leadway_mock.agents.registry import InputVariable
from tests.docs.markdown import Page
from tests.mock.agents.agent_inputs import agent_input

SAMPLE = {"customerName": "John Doe", "orderNumber": "ORD-12345"}
DECLARED = (InputVariable("customerName", required=True), InputVariable("orderNumber"))


def test_the_echo_repeats_turn_and_message_without_absent_fields() -> None:
    assert echo(agent_input(turn=7, message='Say "hi"')).response == 'Turn 7. You said: Say "hi"'


def test_the_echo_repeats_every_field() -> None:
    image = {"type": "image", "imageUrl": "https://example.com/a.png"}
    message = agent_input(
        input_variables=SAMPLE, contact_id="cid_abc123def456", attachments=(image,)
    )

    assert echo(message).response.splitlines() == [
        "Turn 1. You said: Hello",
        'Input variables: {"customerName": "John Doe", "orderNumber": "ORD-12345"}',
        "Contact: cid_abc123def456",
        'Attachments: [{"type": "image", "imageUrl": "https://example.com/a.png"}]',
    ]


def test_an_echo_with_declared_variables_remarks_on_the_others() -> None:
    reply = echo_with_remarks(DECLARED)(agent_input(input_variables={"customerName": "Ada"}))

    assert reply.response.splitlines() == [
        "Turn 1. You said: Hello",
        'Input variables: {"customerName": "Ada"}',
        "Not sent: orderNumber (optional string).",
    ]


@pytest.mark.parametrize(
    ("turn", "completed", "said"),
    [
        (1, False, "2 more turns"),
        (2, False, "one more turn until"),
        (3, True, "turn 3: my goal is complete."),
        (4, True, "since turn 3"),
        (40, True, "start a new session"),
    ],
)
def test_the_goal_is_completed_on_turn_3(turn: int, completed: bool, said: str) -> None:  # noqa: FBT001 - a column of the table above
    reply = count_down_to_goal(agent_input(turn=turn))

    assert reply.goal_completion is completed
    assert said in reply.response
    assert f"turn {turn}" in reply.response


@pytest.mark.parametrize(
    ("sent", "greeting"),
    [
        (SAMPLE, "Hello John Doe! Your order is ORD-12345."),
        ({"customerName": "Ada"}, "Hello Ada!"),
        ({"orderNumber": 7}, "Hello! Your order is 7."),
        ({}, "Hello!"),
    ],
)
def test_the_greeting_uses_what_was_sent(sent: dict[str, object], greeting: str) -> None:
    said = greet_with(DECLARED)(agent_input(input_variables=sent)).response

    assert said.splitlines()[0] == greeting


def test_the_greeting_is_followed_by_remarks() -> None:
    said = greet_with(DECLARED)(agent_input(input_variables={"custName": "Ada"})).response

    assert said.splitlines()[1:] == [
        "Not sent: customerName (required string).",
        "Not sent: orderNumber (optional string).",
        "Sent but not declared, so this agent ignores it: custName. Did you mean customerName?",
    ]


def test_a_perfect_request_gets_no_remark() -> None:
    assert len(greet_with(DECLARED)(agent_input(input_variables=SAMPLE)).response.splitlines()) == 1


def test_the_ids_are_those_of_the_readme() -> None:
    ids = [value for name, value in vars(builtin).items() if name.endswith("_ID")]
    readme = Page.read("README.md").text
    assert len(ids) > 5
    assert [each for each in ids if each not in readme] == []
