import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadway_mock.agents.patterns import ANY, PatternError, parse_condition
from leadway_mock.agents.replies import AgentReply
from leadway_mock.agents.templates import (
    CAPTURES,
    NO_REPLY_MATCHED,
    CannedReply,
    first_match_responder,
    parse_template,
)
from tests.mock.agents.agent_inputs import agent_input

When: TypeAlias = str | Mapping[str, str]
SAYING_NOTHING = AgentReply("")


def canned(
    response: str,
    when: When | None = None,
    turn: int | None = None,
    reply: AgentReply = SAYING_NOTHING,
) -> CannedReply:
    return CannedReply(
        template=parse_template(response),
        reply=reply,
        condition=ANY if when is None else parse_condition(when),
        turn=turn,
    )


@pytest.mark.parametrize(
    ("when", "message", "matches"),
    [
        ("hello", "Well, HELLO there", True),
        ("strasse", "Hauptstraße 1", True),
        ("hello", "help", False),
        ("/help", "type /HELP now", True),
        ("//", "a // b", True),
        ({"contains": "/a/i"}, "x /A/I y", True),
        ({"contains": "/a/i"}, "a", False),
        ({"equals": "Yes"}, "Yes", True),
        ({"equals": "Yes"}, "yes", False),
        ({"equals": "Yes"}, "Yes ", False),
        ({"equals": ""}, "", True),
        ("/^h.llo$/", "hallo", True),
        ("/^h.llo$/", "HALLO", False),
        ("/^h.llo$/i", "HALLO", True),
        ("/^b$/", "a\nb", False),
        ("/^b$/m", "a\nb", True),
        ("/a.b/", "a\nb", False),
        ("/a.b/s", "a\nb", True),
        ("/A.B/is", "a\nb", True),
        ("/a/b/", "x a/b y", True),
    ],
)
def test_a_condition_matches(when: When, message: str, matches: bool) -> None:  # noqa: FBT001 - a column of the table above
    assert (parse_condition(when).find(message) is not None) is matches


def test_captures_are_named_groups_that_matched() -> None:
    named = parse_condition("/(?P<a>x)|(?P<b>y)/")

    assert named.captures == ("a", "b")
    assert named.find("y") == {"b": "y"}


@pytest.mark.parametrize(
    ("when", "what"),
    [
        ("/a/g", "`g` is not a flag"),
        ("/path/to", "`t` is not a flag"),
        ("/(/", "missing )"),
        (r"/(?<name>\w)/", "unknown extension"),
        ("/[[a]/", "nested set"),
        ("/a{99999999999999999999}/", "too large"),
        ("/" + "(" * 9_000 + "/", "nested too deep"),
        ("/(?\n/", r"\n"),
    ],
)
def test_an_invalid_condition_is_an_error_in_one_line(when: str, what: str) -> None:
    with pytest.raises(PatternError) as error:
        parse_condition(when)

    assert what in error.value.message
    assert str(error.value) == f"{error.value.message} — {error.value.hint}"
    assert "\n" not in str(error.value)


@pytest.mark.filterwarnings("ignore")
def test_a_pattern_with_a_python_warning_is_an_error() -> None:
    with pytest.raises(PatternError, match="nested set"):
        parse_condition("/[[a]/")


@given(st.text(alphabet="/()[]{}?P<>a\\*+|^$.,1-i:=!# \n"))
def test_any_text_is_a_condition_or_an_error(text: str) -> None:
    try:
        parse_condition(text)
    except PatternError:
        assert text.startswith("/")


def test_the_first_matching_reply_is_sent() -> None:
    agent = first_match_responder([canned("no", when="no"), canned("first"), canned("second")])

    assert agent(agent_input(message="hi")).response == "first"
    assert agent(agent_input(message="no")).response == "no"


def test_a_reply_can_be_for_one_turn_only() -> None:
    agent = first_match_responder([canned("second turn", turn=2), canned("any turn")])

    assert [agent(agent_input(turn=turn)).response for turn in (1, 2, 3)] == [
        "any turn",
        "second turn",
        "any turn",
    ]


def test_turn_and_message_must_both_fit() -> None:
    agent = first_match_responder([canned("both", when="hi", turn=2), canned("else")])

    assert agent(agent_input(message="hi", turn=1)).response == "else"
    assert agent(agent_input(message="ho", turn=2)).response == "else"
    assert agent(agent_input(message="hi", turn=2)).response == "both"


def test_without_a_matching_reply_the_mock_says_so_and_keeps_captures() -> None:
    reply = first_match_responder([canned("x", when="x")])(
        agent_input(state={CAPTURES: {"name": "Ada"}})
    )

    assert reply.response == NO_REPLY_MATCHED.response
    assert "This is the mock" in reply.response
    assert reply.state == {CAPTURES: {"name": "Ada"}}


def test_every_field_of_the_reply_is_sent() -> None:
    prepared = AgentReply("", goal_completion=True, type="card", attachments=[{"a": 1}])

    reply = first_match_responder([canned("x", reply=prepared)])(agent_input())

    assert reply == replace(prepared, response="x", state={CAPTURES: {}})


def test_every_placeholder_of_a_template() -> None:
    response = (
        "{{message}}|{{turn}}|{{contactId}}|{{executionId}}|{{versionId}}"
        "|{{variables.a}}|{{variables.b}}|{{variables.c}}"
    )
    message = agent_input(contact_id="cid", input_variables={"a": "text", "b": {"é": [True]}})

    assert first_match_responder([canned(response)])(message).response == (
        'Hello|1|cid|a1b2c3d4e5f6g7h8i9j0k1l2|v1|text|{"é": [true]}|'
    )


def test_a_missing_contact_is_an_empty_text() -> None:
    assert first_match_responder([canned("[{{contactId}}]")])(agent_input()).response == "[]"


def test_captures_are_kept_for_later_turns_and_the_newest_counts() -> None:
    agent = first_match_responder(
        [canned("{{name}} {{city}}", when=r"/I am (?P<name>\w+)|(?P<city>\w+)!/")]
    )

    first = agent(agent_input(message="I am Ada"))
    second = agent(agent_input(message="London!", state=first.state))
    third = agent(agent_input(message="I am Bob", state=second.state))

    assert [first.response, second.response, third.response] == ["Ada ", "Ada London", "Bob London"]
    assert json.loads(json.dumps(third.state)) == third.state


def test_a_turn_does_not_change_the_state_passed_to_it() -> None:
    state = {CAPTURES: {"name": "Ada"}}
    first_match_responder([canned("x", when="/(?P<name>.+)/")])(agent_input(state=state))

    assert state == {CAPTURES: {"name": "Ada"}}


@pytest.mark.parametrize("state", [{}, {CAPTURES: None}, {CAPTURES: [1]}, {"other": 1}])
def test_a_state_without_captures_is_accepted(state: dict[str, object]) -> None:
    assert first_match_responder([canned("ok")])(agent_input(state=state)).response == "ok"


@given(st.text(alphabet="{}message turn.variablesname"), st.text(alphabet="{}messagename"))
def test_text_of_a_request_is_not_expanded(message: str, name: str) -> None:
    agent = first_match_responder(
        [canned("<{{captured}}|{{variables.name}}>", when="/(?P<captured>.*)/s")]
    )

    reply = agent(agent_input(message=message, input_variables={"name": name}))

    assert reply.response == f"<{message}|{name}>"


@given(st.dictionaries(st.text(), st.text()))
def test_input_variables_do_not_replace_other_placeholders(sent: dict[str, str]) -> None:
    agent = first_match_responder([canned("{{message}}|{{turn}}|{{name}}", when="/(?P<name>H)/")])

    tricky = {**sent, "message": "leak", "turn": "leak", "name": "leak"}

    assert agent(agent_input(input_variables=tricky)).response == "Hello|1|H"


def test_the_same_message_gets_the_same_reply() -> None:
    agent = first_match_responder([canned("{{name}}", when="/(?P<name>.+)/")])

    assert agent(agent_input()) == agent(agent_input())
