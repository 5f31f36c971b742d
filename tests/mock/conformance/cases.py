"""Errors of clients, and correct use that resembles them, by finding.

Each case sends a few requests. An error causes exactly its finding; a near miss causes none.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from typing import TypeAlias

from leadway_mock.faults import FaultPhase, fixed
from tests.mock.client import TOKEN, content
from tests.mock.conformance.client import AGENTS, GOODBYE, LOCATIONS, EvaluatedClient
from tests.mock.studio import Studio

Case: TypeAlias = Callable[[EvaluatedClient], object]

ERRORS: dict[str, list[Case]] = defaultdict(list)
NEAR_MISSES: dict[str, list[Case]] = defaultdict(list)

OLD = "/agent-studio/public-api/agents/agent1/execute"
LATE = {"latency": fixed(30.0)}
"""A fault: the response takes half a minute."""


def causes(finding: str) -> Callable[[Case], Case]:
    return lambda case: _listed(case, ERRORS[finding])


def resembles(finding: str) -> Callable[[Case], Case]:
    return lambda case: _listed(case, NEAR_MISSES[finding])


def _listed(case: Case, cases: list[Case]) -> Case:
    cases.append(case)
    return case


# The executionId is dropped.


@causes("execution-id-dropped")
def begins_twice_for_one_contact(client: EvaluatedClient) -> None:
    client.begin("first", contact="dropper")
    client.begin("second", contact="dropper")


@causes("execution-id-dropped")
def begins_three_times_for_nobody(client: EvaluatedClient) -> None:
    for message in ("first", "second", "third"):
        client.begin(message, agent="agent2", location="nowhere else")


@causes("execution-id-dropped")
def sends_it_empty(client: EvaluatedClient) -> None:
    for message in ("first", "second"):
        client.say(message, contact="dropper", body={"executionId": ""})


@resembles("execution-id-dropped")
def begins_twice_for_nobody(client: EvaluatedClient) -> None:
    for message in ("first", "second"):
        client.begin(message, agent="agent2", location="nowhere else")


@resembles("execution-id-dropped")
def begins_once_for_each_contact(client: EvaluatedClient) -> None:
    for contact in ("c1", "c2", "c3", "c4"):
        client.begin(contact=contact)


@resembles("execution-id-dropped")
def begins_once_with_each_agent_and_in_each_location(client: EvaluatedClient) -> None:
    for agent in AGENTS:
        for location in LOCATIONS:
            client.begin(contact="traveller", agent=agent, location=location)


@resembles("execution-id-dropped")
def continues_one_of_many(client: EvaluatedClient) -> None:
    sessions = [client.begin(f"message {number}") for number in range(4)]
    client.say("and then", sessions[1])


@resembles("execution-id-dropped")
def names_the_contact_later(client: EvaluatedClient) -> None:
    first = client.begin("one")
    client.say("two", first, contact="late")
    for message in ("three", "four", "five"):
        client.begin(message)


@resembles("execution-id-dropped")
def begins_again_after_the_goal(client: EvaluatedClient) -> None:
    for _ in range(4):
        client.begin(GOODBYE, contact="buyer")


@resembles("execution-id-dropped")
def begins_again_after_a_long_pause(client: EvaluatedClient) -> None:
    for message in ("monday", "tuesday", "wednesday"):
        client.begin(message, contact="daily")
        client.clock.advance(1801)


@resembles("execution-id-dropped")
def begins_many_at_once(client: EvaluatedClient) -> None:
    def other() -> None:
        with client.interrupted_by(lambda: client.begin("three")):
            client.begin("two")

    with client.interrupted_by(other):
        client.begin("one")


@resembles("execution-id-dropped")
def begins_again_after_a_lost_response(client: EvaluatedClient) -> None:
    client.arm(status=500, phase=FaultPhase.AFTER_COMMIT)
    client.say("first", contact="unlucky")
    client.begin("something else", contact="unlucky")


@resembles("execution-id-dropped")
def asks_for_an_example(client: EvaluatedClient) -> None:
    for number in range(4):
        client.say(f"message {number}", contact="tester", headers={"prefer": "code=200"})


# The executionId is invented.


@causes("execution-id-invented")
def makes_an_id_up(client: EvaluatedClient) -> None:
    client.say("hello", "a1b2c3d4e5f6g7h8i9j0k1l2", contact="inventor")


@resembles("execution-id-invented")
def sends_an_id_that_expired(client: EvaluatedClient) -> None:
    session = client.begin(contact="slow")
    client.clock.advance(1801)
    client.say("are you there?", session, contact="slow")


@resembles("execution-id-invented")
def sends_an_id_that_was_forgotten(client: EvaluatedClient) -> None:
    session = client.begin(contact="loyal")
    client.forget_sessions()
    assert client.say("still there?", session, contact="loyal").rule == "session-unknown"


@resembles("execution-id-invented")
def selects_the_error_with_prefer(client: EvaluatedClient) -> None:
    client.say(contact="tester", headers={"prefer": "example=session-unknown"})


@resembles("execution-id-invented")
def gets_the_error_from_a_fault(client: EvaluatedClient) -> None:
    session = client.begin(contact="unlucky")
    client.arm(rule="session-unknown")
    client.say("next", session, contact="unlucky")


# One executionId for several.


@causes("session-across-contacts")
def speaks_for_two_contacts(client: EvaluatedClient) -> None:
    session = client.begin(contact="ann")
    client.say("my secret is", session, contact="bob")


@causes("session-across-contacts")
def speaks_for_a_second_contact_after_none(client: EvaluatedClient) -> None:
    session = client.begin()
    client.say("I am ann", session, contact="ann")
    client.say("and I am bob", session, contact="bob")


@resembles("session-across-contacts")
def speaks_for_two_contacts_in_two_sessions(client: EvaluatedClient) -> None:
    sessions = {contact: client.begin(contact=contact) for contact in ("ann", "bob")}
    for contact, session in sessions.items():
        client.say("next", session, contact=contact)


@resembles("session-across-contacts")
def learns_the_contact_and_then_omits_it(client: EvaluatedClient) -> None:
    session = client.begin()
    client.say("I am ann", session, contact="ann")
    client.say("still me", session)
    client.say("and me again", session, contact="ann")


@causes("session-across-agents")
def takes_the_session_to_another_agent(client: EvaluatedClient) -> None:
    session = client.begin(agent="agent1")
    client.say("next", session, agent="agent2")


@resembles("session-across-agents")
def talks_to_two_agents_in_two_sessions(client: EvaluatedClient) -> None:
    for agent in AGENTS:
        client.say("next", client.begin(agent=agent), agent=agent)


@causes("session-across-locations")
def takes_the_session_to_another_location(client: EvaluatedClient) -> None:
    session = client.begin(location="location1")
    client.say("next", session, location="location2")


@resembles("session-across-locations")
def talks_in_two_locations_in_two_sessions(client: EvaluatedClient) -> None:
    for location in LOCATIONS:
        client.say("next", client.begin(location=location), location=location)


# Two at once.


@causes("parallel-turns")
def sends_before_the_response(client: EvaluatedClient) -> None:
    session = client.begin()
    with client.interrupted_by(lambda: client.say("and", session)):
        client.say("well", session)


@causes("parallel-turns")
def says_the_same_twice_at_once(client: EvaluatedClient) -> None:
    session = client.begin()
    with client.interrupted_by(lambda: client.say("hello?", session)):
        client.say("hello?", session)


@causes("parallel-turns")
def sends_while_the_response_is_delayed(client: EvaluatedClient) -> None:
    session = client.begin()
    client.arm(**LATE)
    client.say("well", session)
    client.say("and", session)


@resembles("parallel-turns")
def speaks_in_another_session_meanwhile(client: EvaluatedClient) -> None:
    one, other = client.begin(contact="ann"), client.begin(contact="bob")
    with client.interrupted_by(lambda: client.say("and", other, contact="bob")):
        client.say("well", one, contact="ann")


@resembles("parallel-turns")
def speaks_in_turn_while_the_clock_stands_still(client: EvaluatedClient) -> None:
    session = client.begin()
    for number in range(5):
        client.say(f"message {number}", session)


# Sent again.


@causes("turn-duplicated")
def repeats_a_processed_message_without_a_response(client: EvaluatedClient) -> None:
    session = client.begin()
    client.arm(status=500, phase=FaultPhase.AFTER_COMMIT)
    client.say("book it", session)
    client.say("book it", session)


@causes("turn-duplicated")
def repeats_after_a_broken_connection(client: EvaluatedClient) -> None:
    session = client.begin()
    client.arm(transport="CONNECTION_RESET_BY_PEER", phase="after-commit")
    client.say("book it", session)
    client.clock.advance(30)
    client.say("book it", session)


@causes("turn-duplicated")
def repeats_the_first_message(client: EvaluatedClient) -> None:
    client.arm(proxy_status=502, phase="after-commit")
    client.say("book it", contact="hasty")
    client.say("book it", contact="hasty")


@causes("turn-duplicated")
def gives_up_and_repeats(client: EvaluatedClient) -> None:
    session = client.begin()
    client.arm(**LATE)
    client.say("book it", session)
    time.sleep(0.06)  # Overlaps are measured by the real clock, and a time-out is no shorter.
    client.say("book it", session)


@resembles("turn-duplicated")
def repeats_a_message_after_its_response(client: EvaluatedClient) -> None:
    session = client.begin("yes")
    client.say("yes", session)
    client.say("yes", session)


@resembles("turn-duplicated")
def continues_after_a_lost_response(client: EvaluatedClient) -> None:
    session = client.begin()
    client.arm(status=500, phase=FaultPhase.AFTER_COMMIT)
    client.say("book it", session)
    client.say("did you get that?", session)


@resembles("turn-duplicated")
def says_the_same_for_another_contact(client: EvaluatedClient) -> None:
    client.arm(status=500, phase=FaultPhase.AFTER_COMMIT)
    client.say("book it", contact="ann")
    client.say("book it", contact="bob")


@resembles("turn-duplicated")
def asks_again_much_later(client: EvaluatedClient) -> None:
    session = client.begin()
    client.arm(status=500, phase=FaultPhase.AFTER_COMMIT)
    client.say("book it", session)
    client.clock.advance(61)
    client.say("book it", session)


@resembles("turn-duplicated")
def says_the_same_again_after_a_slow_body(client: EvaluatedClient) -> None:
    session = client.begin("yes")
    client.arm(transport="SLOW_BODY", body_seconds=0.5)
    client.say("yes", session)
    client.say("yes", session)


@causes("retry-unsafe")
def repeats_after_a_500(client: EvaluatedClient) -> None:
    session = client.begin()
    client.arm(status=500)
    client.say("book it", session)
    client.say("book it", session)


@causes("retry-unsafe")
def repeats_after_a_503_that_names_no_wait(client: EvaluatedClient) -> None:
    session = client.begin()
    client.arm(proxy_status=520)
    client.say("book it", session)
    client.say("book it", session)


@resembles("retry-unsafe")
def repeats_after_a_429_and_its_wait(client: EvaluatedClient) -> None:
    session = client.begin()
    client.arm(status=429, retry_after=2)
    client.say("book it", session)
    client.clock.advance(2)
    client.say("book it", session)


@resembles("retry-unsafe")
def repeats_after_a_503_and_its_wait(client: EvaluatedClient) -> None:
    session = client.begin()
    client.arm(status=503, retry_after=2)
    client.say("book it", session)
    client.clock.advance(2)
    client.say("book it", session)


@resembles("retry-unsafe")
def repeats_after_a_command_timed_out(client: EvaluatedClient) -> None:
    session = client.begin()
    client.arm(rule="upstream-timeout")
    client.say("book it", session)
    client.say("book it", session)


@causes("retry-after-ignored")
def comes_again_too_soon(client: EvaluatedClient) -> None:
    session = client.begin()
    client.arm(status=429, retry_after=5)
    client.say("book it", session)
    client.clock.advance(4.8)
    client.say("book it", session)


@causes("retry-after-ignored")
def lets_others_of_the_app_come_too_soon(client: EvaluatedClient) -> None:
    one, other = client.begin(contact="ann"), client.begin(contact="bob")
    client.arm(status=503, retry_after=5)
    client.say("book it", one, contact="ann")
    client.say("and me", other, contact="bob")


@resembles("retry-after-ignored")
def comes_again_in_time(client: EvaluatedClient) -> None:
    session = client.begin()
    client.arm(status=429, retry_after=5)
    client.say("book it", session)
    client.clock.advance(5)
    client.say("book it", session)


@resembles("retry-after-ignored")
def calls_for_another_location(client: EvaluatedClient) -> None:
    session = client.begin(location="location2")
    client.arm(status=429, retry_after=5)
    client.say("book it", location="location1")
    client.say("book it", session, location="location2")


@resembles("retry-after-ignored")
def was_under_way_already(client: EvaluatedClient) -> None:
    session = client.begin()

    def error() -> None:
        client.arm(status=429, retry_after=5)
        client.say("and me", contact="bob")

    with client.interrupted_by(error):
        client.say("book it", session)


@causes("error-retried")
def repeats_a_rejected_request(client: EvaluatedClient) -> None:
    for _ in range(2):
        client.say(agent="nobody")


@causes("error-retried")
def repeats_with_a_bad_token(client: EvaluatedClient) -> None:
    for _ in range(3):
        client.say(headers={"authorization": "Bearer pit-no-such-token"})


@causes("error-retried")
def repeats_a_request_rejected_by_a_fault(client: EvaluatedClient) -> None:
    session = client.begin()
    client.arm(status=403)
    client.say("book it", session)
    client.say("book it", session)


@causes("error-retried")
def repeats_with_an_expired_session(client: EvaluatedClient) -> None:
    session = client.begin()
    client.clock.advance(1801)
    client.say("still there?", session)
    client.say("still there?", session)


@resembles("error-retried")
def corrects_the_request(client: EvaluatedClient) -> None:
    client.say(agent="nobody")
    client.say(agent="agent1")


@resembles("error-retried")
def asks_again_tomorrow(client: EvaluatedClient) -> None:
    client.say(agent="nobody")
    client.clock.advance(61)
    client.say(agent="nobody")


@resembles("error-retried")
def repeats_a_request_after_its_error_was_fixed(client: EvaluatedClient) -> None:
    at_home = {"path": "/agent-studio/agent/agent3/execute"}
    client.say(**at_home)
    cast = client.emulator.agents.by_id
    cast["agent3"] = cast["agent1"]  # type: ignore[index]
    assert client.say(**at_home).status == 200
    del cast["agent3"]  # type: ignore[attr-defined]


@resembles("error-retried")
def repeats_after_a_proxy_said_no(client: EvaluatedClient) -> None:
    session = client.begin()
    client.arm(proxy_status=403)
    client.say("book it", session)
    client.say("book it", session)


# Agents that the client creates, and OAuth tokens.


def studio(client: EvaluatedClient) -> Studio:
    return Studio(client.sender, LOCATIONS[0])


@causes("agent-duplicated")
def creates_again_after_a_500(client: EvaluatedClient) -> None:
    client.arm(status=500, phase=FaultPhase.AFTER_COMMIT)
    studio(client).try_create()
    studio(client).create()


@causes("agent-duplicated")
def creates_again_after_a_broken_connection(client: EvaluatedClient) -> None:
    client.arm(transport="CONNECTION_RESET_BY_PEER", phase="after-commit")
    studio(client).try_create()
    studio(client).create()


@resembles("agent-duplicated")
def creates_two_agents_with_one_name(client: EvaluatedClient) -> None:
    for _ in range(2):
        studio(client).create()


@resembles("agent-duplicated")
def lists_agents_before_creating_again(client: EvaluatedClient) -> None:
    client.arm(status=500)
    studio(client).try_create()
    assert studio(client).listed() == list(AGENTS)
    studio(client).create()


@resembles("agent-duplicated")
def creates_again_after_a_429_and_its_wait(client: EvaluatedClient) -> None:
    client.arm(status=429, retry_after=2)
    studio(client).try_create()
    client.clock.advance(2)
    studio(client).create()


@causes("retry-unsafe")
def creates_again_after_a_500_that_created_nothing(client: EvaluatedClient) -> None:
    client.arm(status=500)
    studio(client).try_create()
    studio(client).create()


@causes("version-published-again")
def publishes_the_version_again(client: EvaluatedClient) -> None:
    _, version = studio(client).create()
    assert studio(client).publish(version).status == 200
    assert studio(client).publish(version).rule == "version-not-draft"


@resembles("version-published-again")
def publishes_each_draft(client: EvaluatedClient) -> None:
    _, version = studio(client).create()
    draft = content(studio(client).publish(version))["data"]["newDraftVersion"]["versionId"]
    assert studio(client).publish(draft).status == 200


@resembles("version-published-again")
def publishes_again_after_a_lost_response(client: EvaluatedClient) -> None:
    _, version = studio(client).create()
    client.arm(transport="EMPTY_RESPONSE", phase="after-commit")
    studio(client).publish(version)
    assert studio(client).publish(version).rule == "version-not-draft"


@causes("token-reused")
def keeps_the_old_refresh_token(client: EvaluatedClient) -> None:
    refresh_token = client.get_tokens(code="location1.old")["refresh_token"]
    client.refresh(refresh_token)
    assert client.refresh(refresh_token).rule == "refresh-token-invalid"


@causes("token-reused")
def exchanges_a_code_twice(client: EvaluatedClient) -> None:
    client.get_tokens(code="location1.twice")
    assert client.exchange(code="location1.twice").rule == "authorization-code-invalid"


@resembles("token-reused")
def refreshes_with_each_new_token(client: EvaluatedClient) -> None:
    refresh_token = client.get_tokens(code="location1.chain")["refresh_token"]
    for _ in range(3):
        refresh_token = content(client.refresh(refresh_token))["refresh_token"]


@resembles("token-reused")
def refreshes_again_after_a_lost_response(client: EvaluatedClient) -> None:
    refresh_token = client.get_tokens(code="location1.lost")["refresh_token"]
    client.arm(transport="EMPTY_RESPONSE", phase="after-commit")
    client.refresh(refresh_token)
    assert client.refresh(refresh_token).rule == "refresh-token-invalid"


@causes("token-class-wrong")
def sends_the_token_of_an_agency_to_an_agent(client: EvaluatedClient) -> None:
    token = client.get_tokens(code="agency", user_type="Company")["access_token"]
    client.say(headers={"authorization": f"Bearer {token}"})


@causes("token-class-wrong")
def gets_a_location_token_with_a_location_token(client: EvaluatedClient) -> None:
    token = client.get_tokens(code="location1.wrong")["access_token"]
    assert client.get_location_token(token).rule == "token-class-location"


@resembles("token-class-wrong")
def speaks_with_the_token_of_a_location(client: EvaluatedClient) -> None:
    agency = client.get_tokens(code="agency", user_type="Company")["access_token"]
    token = content(client.get_location_token(agency))["access_token"]
    assert client.say(headers={"authorization": f"Bearer {token}"}).status == 200


# What one request shows.


@causes("query-invalid")
def lists_agents_without_a_page(client: EvaluatedClient) -> None:
    assert studio(client).read(query="").rule == "query-invalid"


@causes("deprecated-path")
def lists_agents_at_the_old_path(client: EvaluatedClient) -> None:
    query = f"locationId={LOCATIONS[0]}&limit=5&offset=0"
    path = "/agent-studio/public-api/agents"
    assert client.sender.send(b"", path=path, method="GET", query=query).status == 200


@causes("token-in-url")
def lists_agents_with_the_token_in_the_query(client: EvaluatedClient) -> None:
    studio(client).read(query=f"limit=5&offset=0&access_token={TOKEN}")


@causes("version-missing")
def forgets_the_version(client: EvaluatedClient) -> None:
    client.say(headers={"version": None})


@resembles("version-missing")
def forgets_version_and_token(client: EvaluatedClient) -> None:
    client.say(headers={"version": None, "authorization": None})


@causes("version-unknown")
def sends_an_odd_version(client: EvaluatedClient) -> None:
    client.say(headers={"version": "2021-7-28"})


@resembles("version-unknown")
def sends_the_version_of_an_official_library(client: EvaluatedClient) -> None:
    for number, version in enumerate(("2021-04-15", "2021-07-28", "2023-02-21", "v3", "legacy")):
        client.say(contact=f"c{number}", headers={"version": version})


@causes("deprecated-path")
def uses_the_old_path(client: EvaluatedClient) -> None:
    client.say(path=OLD)


@resembles("deprecated-path")
def uses_the_current_path(client: EvaluatedClient) -> None:
    client.say()


@causes("token-in-url")
def puts_the_token_into_the_query(client: EvaluatedClient) -> None:
    client.say(query=f"key={TOKEN}")


@causes("token-in-url")
def puts_an_opaque_token_into_the_query(client: EvaluatedClient) -> None:
    client.say(query="source=api&access_token=abc")


@resembles("token-in-url")
def names_its_source(client: EvaluatedClient) -> None:
    client.say(query="source=monkey_token")


@causes("idempotency-key-ignored")
def sends_an_idempotency_key(client: EvaluatedClient) -> None:
    client.say(headers={"idempotency-key": "k1"})


@resembles("idempotency-key-ignored")
def sends_another_key(client: EvaluatedClient) -> None:
    client.say(headers={"x-request-id": "k1"})
    client.say(headers={"idempotency-key": "k1", "authorization": None}, path="/favicon.ico")


@causes("idempotency-key-invalid")
def sends_no_key_to_a_managed_agent(client: EvaluatedClient) -> None:
    client.say_managed()


@causes("idempotency-key-invalid")
def sends_too_long_a_key(client: EvaluatedClient) -> None:
    client.say_managed(key="k" * 129)


@resembles("idempotency-key-invalid")
def sends_a_key_with_each_turn(client: EvaluatedClient) -> None:
    session = client.begin_managed()
    client.say_managed("more", session, key="second")


@causes("idempotency-key-reused")
def uses_one_key_for_all_turns(client: EvaluatedClient) -> None:
    client.say_managed("more", client.begin_managed(), key="first")


@resembles("idempotency-key-reused")
def retries_a_turn_with_its_key(client: EvaluatedClient) -> None:
    session = client.begin_managed()
    client.arm(status=500, phase=FaultPhase.AFTER_COMMIT)
    for _ in range(3):
        client.say_managed("more", session, key="second")


@resembles("retry-unsafe")
def retries_an_unprocessed_turn_with_its_key(client: EvaluatedClient) -> None:
    session = client.begin_managed()
    client.arm(status=500, times=2)
    for _ in range(3):
        client.say_managed("more", session, key="second")


@causes("turn-duplicated")
def retries_a_lost_turn_with_a_new_key(client: EvaluatedClient) -> None:
    session = client.begin_managed()
    client.arm(status=500, phase=FaultPhase.AFTER_COMMIT)
    client.say_managed("more", session, key="second")
    client.say_managed("more", session, key="third")


@causes("idempotency-key-after-429")
def retries_after_a_429_without_a_wait(client: EvaluatedClient) -> None:
    session = client.begin_managed()
    client.change_settings(send_retry_after=False)
    client.arm(status=429)
    client.say_managed("more", session, key="second")
    client.clock.advance(10)
    client.say_managed("more", session, key="second")


@causes("idempotency-key-after-429")
def retries_after_a_429_that_is_not_retryable(client: EvaluatedClient) -> None:
    session = client.begin_managed()
    for retryable in ({}, {"retryable": False}, {"retryable": "true"}):
        client.arm(status=429, retry_after=5, body={"statusCode": 429} | retryable)
        client.say_managed("more", session, key="second")
        client.clock.advance(5)
    client.say_managed("more", session, key="second")


@resembles("idempotency-key-after-429")
def retries_after_a_429_and_its_wait(client: EvaluatedClient) -> None:
    session = client.begin_managed()
    client.arm(status=429, retry_after=5)
    client.say_managed("more", session, key="second")
    client.clock.advance(5)
    client.say_managed("more", session, key="second")


@causes("query-invalid")
def asks_for_too_many_agents(client: EvaluatedClient) -> None:
    client.list_managed("limit=101")


@causes("query-invalid")
def sends_the_location_in_the_query(client: EvaluatedClient) -> None:
    client.say(query="locationId=location1")


@resembles("query-invalid")
def asks_for_as_many_as_there_may_be(client: EvaluatedClient) -> None:
    client.list_managed("limit=100")


@resembles("query-invalid")
def selects_an_example_in_the_query(client: EvaluatedClient) -> None:
    client.say(query="source=api&__code=200")


@causes("user-agent-blocked")
def calls_with_urllib(client: EvaluatedClient) -> None:
    client.say(headers={"user-agent": "Python-urllib/3.11"})


@resembles("user-agent-blocked")
def calls_with_other_libraries(client: EvaluatedClient) -> None:
    for number, agent in enumerate(("python-httpx/0.28", "python-requests/2", "my-urllib/1")):
        client.say(contact=f"c{number}", headers={"user-agent": agent})


@causes("field-misnamed")
def says_input(client: EvaluatedClient) -> None:
    client.sender.send({"input": "hello", "locationId": "location1"})


@causes("field-misnamed")
def sends_the_url_of_an_attachment(client: EvaluatedClient) -> None:
    attachment = {"type": "image", "url": "https://example.com/image.png"}
    client.say(body={"attachments": [attachment]})


@causes("field-misnamed")
def says_session_id(client: EvaluatedClient) -> None:
    client.say(body={"sessionId": "a1b2c3d4e5f6g7h8i9j0k1l2"})


@resembles("field-misnamed")
def names_input_variables_freely(client: EvaluatedClient) -> None:
    client.say(body={"inputVariables": {"input": "x", "url": "y", "sessionId": "z"}})


@causes("location-missing")
def forgets_the_location(client: EvaluatedClient) -> None:
    client.sender.send({"message": "hello"})


@resembles("location-missing")
def has_a_token_of_elsewhere(client: EvaluatedClient) -> None:
    client.arm(rule="location-missing")
    client.say()


@causes("body-invalid")
def sends_no_text(client: EvaluatedClient) -> None:
    client.say(body={"message": ["hello"]})


@resembles("body-invalid")
def sends_empty_optionals(client: EvaluatedClient) -> None:
    empty = {"executionId": "", "versionId": "", "contactId": "", "attachments": []}
    client.say(body={**empty, "inputVariables": {}})


@causes("body-unreadable")
def sends_half_of_it(client: EvaluatedClient) -> None:
    client.sender.send(b'{"message": "he')


@causes("body-unreadable")
def sends_a_form(client: EvaluatedClient) -> None:
    client.say(headers={"content-type": "application/x-www-form-urlencoded"})


@resembles("body-unreadable")
def names_the_charset(client: EvaluatedClient) -> None:
    client.say(headers={"content-type": "application/json; charset=utf-8"})


@causes("path-unknown")
def calls_a_path_that_is_not_there(client: EvaluatedClient) -> None:
    client.say(path="/agent-studio/agent1/execute")


@causes("path-unknown")
def gets_instead_of_posts(client: EvaluatedClient) -> None:
    client.say(method="GET")


@causes("path-unknown")
def calls_an_api_that_is_not_there(client: EvaluatedClient) -> None:
    client.say(path="/v1/chat/completions")


@resembles("path-unknown")
def calls_what_only_the_vendor_has(client: EvaluatedClient) -> None:
    client.say(path="/contacts/", method="POST")
    client.say(path="/contacts/", method="GET")


@resembles("path-unknown")
def looks_for_an_icon(client: EvaluatedClient) -> None:
    client.say(path="/favicon.ico", method="GET", headers={"authorization": None})


@resembles("path-unknown")
def calls_an_agent_that_is_not_there(client: EvaluatedClient) -> None:
    client.say(agent="nobody")
