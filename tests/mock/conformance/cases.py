"""What callers do wrong, and what looks like it: one table, by the finding that it is about.

Each habit is a few requests of one person. A wrong one earns exactly its finding, and a near miss
earns none.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from typing import TypeAlias

from leadway_mock.faults import fixed
from tests.mock.client import TOKEN
from tests.mock.conformance.client import AGENTS, GOODBYE, LOCATIONS, Person

Habit: TypeAlias = Callable[[Person], object]

WRONG: dict[str, list[Habit]] = defaultdict(list)
NEAR: dict[str, list[Habit]] = defaultdict(list)

OLD = "/agent-studio/public-api/agents/agent1/execute"
LATE = {"latency": fixed(30.0)}
"""A fault: the response takes half a minute."""


def earns(finding: str) -> Callable[[Habit], Habit]:
    return lambda habit: _listed(habit, WRONG[finding])


def looks_like(finding: str) -> Callable[[Habit], Habit]:
    return lambda habit: _listed(habit, NEAR[finding])


def _listed(habit: Habit, habits: list[Habit]) -> Habit:
    habits.append(habit)
    return habit


# The executionId is dropped.


@earns("execution-id-dropped")
def begins_twice_for_one_contact(person: Person) -> None:
    person.begin("first", contact="dropper")
    person.begin("second", contact="dropper")


@earns("execution-id-dropped")
def begins_three_times_for_nobody(person: Person) -> None:
    for message in ("first", "second", "third"):
        person.begin(message, agent="agent2", location="nowhere else")


@earns("execution-id-dropped")
def sends_it_empty(person: Person) -> None:
    for message in ("first", "second"):
        person.say(message, contact="dropper", body={"executionId": ""})


@looks_like("execution-id-dropped")
def begins_twice_for_nobody(person: Person) -> None:
    for message in ("first", "second"):
        person.begin(message, agent="agent2", location="nowhere else")


@looks_like("execution-id-dropped")
def begins_once_for_each_contact(person: Person) -> None:
    for contact in ("c1", "c2", "c3", "c4"):
        person.begin(contact=contact)


@looks_like("execution-id-dropped")
def begins_once_with_each_agent_and_in_each_location(person: Person) -> None:
    for agent in AGENTS:
        for location in LOCATIONS:
            person.begin(contact="traveller", agent=agent, location=location)


@looks_like("execution-id-dropped")
def continues_one_of_many(person: Person) -> None:
    sessions = [person.begin(f"message {number}") for number in range(4)]
    person.say("and then", sessions[1])


@looks_like("execution-id-dropped")
def names_the_contact_later(person: Person) -> None:
    first = person.begin("one")
    person.say("two", first, contact="late")
    for message in ("three", "four", "five"):
        person.begin(message)


@looks_like("execution-id-dropped")
def begins_anew_after_the_goal(person: Person) -> None:
    for _ in range(4):
        person.begin(GOODBYE, contact="buyer")


@looks_like("execution-id-dropped")
def begins_anew_after_a_long_pause(person: Person) -> None:
    for message in ("monday", "tuesday", "wednesday"):
        person.begin(message, contact="daily")
        person.clock.advance(1801)


@looks_like("execution-id-dropped")
def begins_many_at_once(person: Person) -> None:
    def other() -> None:
        with person.interrupted_by(lambda: person.begin("three")):
            person.begin("two")

    with person.interrupted_by(other):
        person.begin("one")


@looks_like("execution-id-dropped")
def begins_again_when_the_answer_was_lost(person: Person) -> None:
    person.arm(status=500, phase="after-commit")
    person.say("first", contact="unlucky")
    person.begin("something else", contact="unlucky")


@looks_like("execution-id-dropped")
def asks_for_an_example(person: Person) -> None:
    for number in range(4):
        person.say(f"message {number}", contact="tester", headers={"prefer": "code=200"})


# The executionId is invented.


@earns("execution-id-invented")
def makes_an_id_up(person: Person) -> None:
    person.say("hello", "a1b2c3d4e5f6g7h8i9j0k1l2", contact="inventor")


@looks_like("execution-id-invented")
def sends_an_id_that_expired(person: Person) -> None:
    session = person.begin(contact="slow")
    person.clock.advance(1801)
    person.say("are you there?", session, contact="slow")


@looks_like("execution-id-invented")
def sends_an_id_that_was_forgotten(person: Person) -> None:
    session = person.begin(contact="loyal")
    person.forget_sessions()
    assert person.say("still there?", session, contact="loyal").rule == "session-unknown"


@looks_like("execution-id-invented")
def asks_for_the_refusal(person: Person) -> None:
    person.say(contact="tester", headers={"prefer": "example=session-unknown"})


@looks_like("execution-id-invented")
def is_told_so_by_a_fault(person: Person) -> None:
    session = person.begin(contact="unlucky")
    person.arm(rule="session-unknown")
    person.say("next", session, contact="unlucky")


# One executionId for several.


@earns("session-across-contacts")
def speaks_for_two_contacts(person: Person) -> None:
    session = person.begin(contact="ann")
    person.say("my secret is", session, contact="bob")


@earns("session-across-contacts")
def speaks_for_a_second_contact_after_none(person: Person) -> None:
    session = person.begin()
    person.say("I am ann", session, contact="ann")
    person.say("and I am bob", session, contact="bob")


@looks_like("session-across-contacts")
def speaks_for_two_contacts_in_two_sessions(person: Person) -> None:
    sessions = {contact: person.begin(contact=contact) for contact in ("ann", "bob")}
    for contact, session in sessions.items():
        person.say("next", session, contact=contact)


@looks_like("session-across-contacts")
def learns_the_contact_and_then_omits_it(person: Person) -> None:
    session = person.begin()
    person.say("I am ann", session, contact="ann")
    person.say("still me", session)
    person.say("and me again", session, contact="ann")


@earns("session-across-agents")
def takes_the_session_to_another_agent(person: Person) -> None:
    session = person.begin(agent="agent1")
    person.say("next", session, agent="agent2")


@looks_like("session-across-agents")
def talks_to_two_agents_in_two_sessions(person: Person) -> None:
    for agent in AGENTS:
        person.say("next", person.begin(agent=agent), agent=agent)


@earns("session-across-locations")
def takes_the_session_to_another_location(person: Person) -> None:
    session = person.begin(location="location1")
    person.say("next", session, location="location2")


@looks_like("session-across-locations")
def talks_in_two_locations_in_two_sessions(person: Person) -> None:
    for location in LOCATIONS:
        person.say("next", person.begin(location=location), location=location)


# Two at once.


@earns("parallel-turns")
def speaks_before_the_answer(person: Person) -> None:
    session = person.begin()
    with person.interrupted_by(lambda: person.say("and", session)):
        person.say("well", session)


@earns("parallel-turns")
def says_the_same_twice_at_once(person: Person) -> None:
    session = person.begin()
    with person.interrupted_by(lambda: person.say("hello?", session)):
        person.say("hello?", session)


@earns("parallel-turns")
def speaks_while_the_answer_is_held_back(person: Person) -> None:
    session = person.begin()
    person.arm(**LATE)
    person.say("well", session)
    person.say("and", session)


@looks_like("parallel-turns")
def speaks_in_another_session_meanwhile(person: Person) -> None:
    one, other = person.begin(contact="ann"), person.begin(contact="bob")
    with person.interrupted_by(lambda: person.say("and", other, contact="bob")):
        person.say("well", one, contact="ann")


@looks_like("parallel-turns")
def speaks_in_turn_while_the_clock_stands_still(person: Person) -> None:
    session = person.begin()
    for number in range(5):
        person.say(f"message {number}", session)


# Sent again.


@earns("turn-duplicated")
def repeats_what_was_heard_and_not_answered(person: Person) -> None:
    session = person.begin()
    person.arm(status=500, phase="after-commit")
    person.say("book it", session)
    person.say("book it", session)


@earns("turn-duplicated")
def repeats_after_a_broken_connection(person: Person) -> None:
    session = person.begin()
    person.arm(transport="CONNECTION_RESET_BY_PEER", phase="after-commit")
    person.say("book it", session)
    person.clock.advance(30)
    person.say("book it", session)


@earns("turn-duplicated")
def repeats_the_first_message(person: Person) -> None:
    person.arm(proxy_status=502, phase="after-commit")
    person.say("book it", contact="hasty")
    person.say("book it", contact="hasty")


@earns("turn-duplicated")
def gives_up_and_repeats(person: Person) -> None:
    session = person.begin()
    person.arm(**LATE)
    person.say("book it", session)
    time.sleep(0.06)  # Overlaps are measured by the real clock, and a time-out is no shorter.
    person.say("book it", session)


@looks_like("turn-duplicated")
def says_the_same_again_after_an_answer(person: Person) -> None:
    session = person.begin("yes")
    person.say("yes", session)
    person.say("yes", session)


@looks_like("turn-duplicated")
def goes_on_after_a_lost_answer(person: Person) -> None:
    session = person.begin()
    person.arm(status=500, phase="after-commit")
    person.say("book it", session)
    person.say("did you get that?", session)


@looks_like("turn-duplicated")
def says_the_same_for_another_contact(person: Person) -> None:
    person.arm(status=500, phase="after-commit")
    person.say("book it", contact="ann")
    person.say("book it", contact="bob")


@looks_like("turn-duplicated")
def asks_again_much_later(person: Person) -> None:
    session = person.begin()
    person.arm(status=500, phase="after-commit")
    person.say("book it", session)
    person.clock.advance(61)
    person.say("book it", session)


@looks_like("turn-duplicated")
def says_the_same_again_after_a_slow_body(person: Person) -> None:
    session = person.begin("yes")
    person.arm(transport="SLOW_BODY", body_seconds=0.5)
    person.say("yes", session)
    person.say("yes", session)


@earns("retry-unsafe")
def repeats_after_a_500(person: Person) -> None:
    session = person.begin()
    person.arm(status=500)
    person.say("book it", session)
    person.say("book it", session)


@earns("retry-unsafe")
def repeats_after_a_503_that_names_no_wait(person: Person) -> None:
    session = person.begin()
    person.arm(proxy_status=520)
    person.say("book it", session)
    person.say("book it", session)


@looks_like("retry-unsafe")
def repeats_after_a_429_and_its_wait(person: Person) -> None:
    session = person.begin()
    person.arm(status=429, retry_after=2)
    person.say("book it", session)
    person.clock.advance(2)
    person.say("book it", session)


@looks_like("retry-unsafe")
def repeats_after_a_503_and_its_wait(person: Person) -> None:
    session = person.begin()
    person.arm(status=503, retry_after=2)
    person.say("book it", session)
    person.clock.advance(2)
    person.say("book it", session)


@looks_like("retry-unsafe")
def repeats_after_a_command_timed_out(person: Person) -> None:
    session = person.begin()
    person.arm(rule="upstream-timeout")
    person.say("book it", session)
    person.say("book it", session)


@earns("retry-after-ignored")
def comes_again_too_soon(person: Person) -> None:
    session = person.begin()
    person.arm(status=429, retry_after=5)
    person.say("book it", session)
    person.clock.advance(4.8)
    person.say("book it", session)


@earns("retry-after-ignored")
def lets_others_of_the_app_come_too_soon(person: Person) -> None:
    one, other = person.begin(contact="ann"), person.begin(contact="bob")
    person.arm(status=503, retry_after=5)
    person.say("book it", one, contact="ann")
    person.say("and me", other, contact="bob")


@looks_like("retry-after-ignored")
def comes_again_in_time(person: Person) -> None:
    session = person.begin()
    person.arm(status=429, retry_after=5)
    person.say("book it", session)
    person.clock.advance(5)
    person.say("book it", session)


@looks_like("retry-after-ignored")
def calls_for_another_location(person: Person) -> None:
    session = person.begin(location="location2")
    person.arm(status=429, retry_after=5)
    person.say("book it", location="location1")
    person.say("book it", session, location="location2")


@looks_like("retry-after-ignored")
def was_under_way_already(person: Person) -> None:
    session = person.begin()

    def error() -> None:
        person.arm(status=429, retry_after=5)
        person.say("and me", contact="bob")

    with person.interrupted_by(error):
        person.say("book it", session)


@earns("error-retried")
def repeats_a_refused_request(person: Person) -> None:
    for _ in range(2):
        person.say(agent="nobody")


@earns("error-retried")
def repeats_with_a_bad_token(person: Person) -> None:
    for _ in range(3):
        person.say(headers={"authorization": "Bearer pit-no-such-token"})


@earns("error-retried")
def repeats_what_a_fault_refused(person: Person) -> None:
    session = person.begin()
    person.arm(status=403)
    person.say("book it", session)
    person.say("book it", session)


@earns("error-retried")
def repeats_with_an_expired_session(person: Person) -> None:
    session = person.begin()
    person.clock.advance(1801)
    person.say("still there?", session)
    person.say("still there?", session)


@looks_like("error-retried")
def corrects_the_request(person: Person) -> None:
    person.say(agent="nobody")
    person.say(agent="agent1")


@looks_like("error-retried")
def asks_again_tomorrow(person: Person) -> None:
    person.say(agent="nobody")
    person.clock.advance(61)
    person.say(agent="nobody")


@looks_like("error-retried")
def asks_again_when_it_was_mended(person: Person) -> None:
    at_home = {"path": "/agent-studio/agent/agent3/execute"}
    person.say(**at_home)
    cast = person.emulator.agents.by_id
    cast["agent3"] = cast["agent1"]  # type: ignore[index]
    assert person.say(**at_home).status == 200
    del cast["agent3"]  # type: ignore[attr-defined]


@looks_like("error-retried")
def repeats_after_a_proxy_said_no(person: Person) -> None:
    session = person.begin()
    person.arm(proxy_status=403)
    person.say("book it", session)
    person.say("book it", session)


# What one request shows.


@earns("version-missing")
def forgets_the_version(person: Person) -> None:
    person.say(headers={"version": None})


@looks_like("version-missing")
def forgets_version_and_token(person: Person) -> None:
    person.say(headers={"version": None, "authorization": None})


@earns("version-unknown")
def sends_an_odd_version(person: Person) -> None:
    person.say(headers={"version": "2021-7-28"})


@looks_like("version-unknown")
def sends_the_version_of_an_official_library(person: Person) -> None:
    for number, version in enumerate(("2021-04-15", "2021-07-28", "2023-02-21", "v3")):
        person.say(contact=f"c{number}", headers={"version": version})


@earns("deprecated-path")
def uses_the_old_path(person: Person) -> None:
    person.say(path=OLD)


@looks_like("deprecated-path")
def uses_the_current_path(person: Person) -> None:
    person.say()


@earns("token-in-url")
def puts_the_token_into_the_query(person: Person) -> None:
    person.say(query=f"key={TOKEN}")


@earns("token-in-url")
def puts_an_opaque_token_into_the_query(person: Person) -> None:
    person.say(query="source=api&access_token=abc")


@looks_like("token-in-url")
def names_its_source(person: Person) -> None:
    person.say(query="source=public_api&monkey=token")


@earns("field-misnamed")
def says_input(person: Person) -> None:
    person.caller.send({"input": "hello", "locationId": "location1"})


@earns("field-misnamed")
def sends_the_url_of_an_attachment(person: Person) -> None:
    attachment = {"type": "image", "url": "https://example.com/image.png"}
    person.say(body={"attachments": [attachment]})


@earns("field-misnamed")
def says_session_id(person: Person) -> None:
    person.say(body={"sessionId": "a1b2c3d4e5f6g7h8i9j0k1l2"})


@looks_like("field-misnamed")
def names_input_variables_freely(person: Person) -> None:
    person.say(body={"inputVariables": {"input": "x", "url": "y", "sessionId": "z"}})


@earns("location-missing")
def forgets_the_location(person: Person) -> None:
    person.caller.send({"message": "hello"})


@looks_like("location-missing")
def has_a_token_of_elsewhere(person: Person) -> None:
    person.arm(rule="location-missing")
    person.say()


@earns("body-invalid")
def sends_no_text(person: Person) -> None:
    person.say(body={"message": ["hello"]})


@looks_like("body-invalid")
def sends_empty_optionals(person: Person) -> None:
    empty = {"executionId": "", "versionId": "", "contactId": "", "attachments": []}
    person.say(body={**empty, "inputVariables": {}})


@earns("body-unreadable")
def sends_half_of_it(person: Person) -> None:
    person.caller.send(b'{"message": "he')


@earns("body-unreadable")
def sends_a_form(person: Person) -> None:
    person.say(headers={"content-type": "application/x-www-form-urlencoded"})


@looks_like("body-unreadable")
def names_the_charset(person: Person) -> None:
    person.say(headers={"content-type": "application/json; charset=utf-8"})


@earns("path-unknown")
def calls_a_path_that_is_not_there(person: Person) -> None:
    person.say(path="/agent-studio/agent1/execute")


@earns("path-unknown")
def gets_instead_of_posts(person: Person) -> None:
    person.say(method="GET")


@earns("path-unknown")
def calls_an_api_that_is_not_there(person: Person) -> None:
    person.say(path="/v1/chat/completions")


@looks_like("path-unknown")
def looks_for_an_icon(person: Person) -> None:
    person.say(path="/favicon.ico", method="GET", headers={"authorization": None})


@looks_like("path-unknown")
def calls_an_agent_that_is_not_there(person: Person) -> None:
    person.say(agent="nobody")
