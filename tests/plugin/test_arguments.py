"""Misuse of the testing API: every error names the argument, and says what is expected."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from leadway_mock.testing import Conversation, Host, Mock
from leadway_mock.testing.mock import OPTIONS
from tests.plugin.conftest import Run


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    host = Host()
    yield host
    host.close()


@pytest.fixture
def mock(host: Host) -> Iterator[Any]:
    with Mock(shared_host=host, strict=False) as mock:
        yield mock


NAMES = {
    "Mock": Mock,
    "Host": Host,
    "Conversation": Conversation,
    "TEXT": "user: hi\nagent: ho",
    "math": math,
    "date": date,
    "datetime": datetime,
}


def test_misspelt_options_of_the_mock_are_compared_with_all() -> None:
    parameters = inspect.signature(Mock.__init__).parameters
    assert {*OPTIONS} == {*parameters} - {"self", "settings"}


CALLS: dict[str, str] = {
    "mock.dialogue({'turns': []})": "dialogue() must be a text (YAML, too), a path, or a dialogue",
    "mock.dialogue([TEXT])": "dialogue() must be a text",
    "mock.dialogue(None)": "dialogue() must be a text",
    "mock.dialogue(b'x')": "dialogue() must be a text",
    "mock.dialogue(TEXT, agents='x')": "dialogue() has no argument 'agents'; did you mean 'agent'?",
    "mock.dialogue(TEXT, agent=5)": "agent must be the id of an agent, or a list of ids, not 5.",
    "mock.dialogue(TEXT, agent=[5])": "agent must be the id of an agent, or a list of ids",
    "mock.clock.advance(None)": "advance() must be a number of seconds, a timedelta, or a text",
    "mock.clock.advance(True)": "advance() must be a number of seconds",
    "mock.clock.advance('5 lightyears')": "not '5 lightyears'; units are ms, s, m, h and d.",
    "mock.clock.advance('1.2.3s')": "advance() must be a number of seconds",
    "mock.clock.advance('9' * 10_000)": "advance(): the new time must be",
    "mock.clock.advance(math.nan)": "advance(): the new time must be a time from 1970-01-01 to",
    "mock.clock.advance(1e300)": "advance(): the new time must be",
    "mock.clock.advance()": "advance() needs the argument by: write advance(by=…).",
    "mock.clock.advance(1, 2)": "advance() has an argument without a name too many; write by=…",
    "mock.clock.advance(secs=5)": "advance() has no argument 'secs'; known are by",
    "mock.clock.set('tomorrow')": "set() must be a time such as '2026-11-22T09:00:00Z', not 't",
    "mock.clock.set(5)": "set() must be a datetime, or a text such as '2026-11-22T09:00:00Z'",
    "mock.clock.set(date(2026, 1, 1))": "set() must be a datetime",
    "mock.clock.freeze(5)": "freeze() must be a datetime",
    "mock.clock.freeze(datetime(2026, 1, 1))": "freeze(): 2026-01-01 00:00:00 has no time zone",
    "mock.fault('500')": "the fault must be a mapping, not text",
    "mock.fault()": "this fault has no effect — add status, merge_patch, rule, proxy_status",
    "mock.fault({'status': 500}, times=2)": "fault() has a fault and times; write them into the",
    "mock.fault(statu=500)": "fault() has no argument 'statu'; did you mean 'status'?",
    "mock.fault(status=429, retryAfter=3)": "no argument 'retryAfter'; did you mean 'retry_after'?",
    "mock.fault(status=500, retry_after=3)": "/retry_after: only 429 and 503 have Retry-After",
    "mock.fault(status=500, operation_id='x')": "/operation_id: there is no operation 'x'",
    "mock.fault(proxy_status=1)": "/proxy_status: `proxy_status` cannot be `1`",
    "mock.fault(latency='soon')": "/latency: `latency` has an invalid value",
    "mock.fault(latency=object())": "/latency: `latency` must be a number or text or a mapping",
    "mock.fault(status=200, body={1: 2})": "/body: body is not JSON",
    "mock.fault(status=200, headers={1: 'a'})": "/headers: headers is not JSON",
    "mock.settings('x')": "settings() has an argument without a name too many; write name=value.",
    "mock.settings(profil=1)": "profil is not a setting; did you mean 'profile'?",
    "mock.settings(seed='x')": "seed must be a whole number, not 'x'.",
    "mock.allow('unusd')": "wrong-token, unused, not unusd; did you mean 'unused'?",
    "mock.allow(5)": "allow must be one of unscripted",
    "mock.allow(['unused'])": "allow must be one of unscripted",
    "mock.assert_said(5)": "assert_said() must be texts, or compiled patterns, not 5.",
    "mock.assert_turns('2')": "assert_turns() must be numbers of turns",
    "mock.assert_turns([1])": "assert_turns() must be numbers of turns",
    "mock.assert_turns(0)": "assert_turns() must be numbers of turns from 1, such as assert_turns(",
    "mock.assert_requests(-1)": "assert_requests() must be a number of requests from 0, not -1.",
    "mock.assert_requests(1, status='4x')": "status must be a status such as 404",
    "mock.wait_for(-1)": "count must be a whole number from 0, not -1.",
    "mock.wait_for(1, timeout=-1)": "timeout must be a number of seconds from 0, not -1.",
    "mock.wait_for(1, timeout=math.nan)": "timeout must be a number of seconds from 0, not nan.",
    "mock.wait_for(1, timeout=math.inf)": "timeout must be a number of seconds from 0, not inf.",
    "mock.wait_for(1, turn=-1)": "turn must be a number from 1",
    "mock.conformance(where=5)": "where must be the name of a test, not 5.",
    "mock.assert_conformant(allow=['unknown'])": "unknown",
    "mock.begin_test(reset='no')": "reset must be True or False, not 'no'.",
    "mock.begin_test(reset=True, folder=5)": "folder must be the path of a folder, not 5.",
    "mock.begin_test(reset=True, any_token=1)": "any_token must be True or False, not 1.",
    "mock.dialogue()": "dialogue() needs a text (YAML, too), a path, or a dialogue built in Pyth",
    "mock.clock.resume(5)": "resume() has an argument without a name too many; leave it out.",
    "mock.clock.reset(5)": "reset() has an argument without a name too many; leave it out.",
    "mock.verify(5)": "verify() has an argument without a name too many; leave it out.",
    "mock.unexpected(5)": "unexpected() has an argument without a name too many",
    "mock.coverage(5)": "coverage() has an argument without a name too many",
    "mock.expect_files(5)": "expect_files() has an argument without a name too many",
    "mock.refuse_connections(5)": "refuse_connections() has an argument without a name too many",
    "Conversation('x', ()).has_messages('hi')": "expected must be a list of texts and compiled",
    "mock.assert_requests()": "assert_requests() needs the argument count",
    "mock.assert_requests('2')": "must be a number of requests from 0, not '2'.",
    "mock.wait_for('x')": "count must be a whole number from 0, not 'x'.",
    "mock.wait_for(1, timeout='5')": "timeout must be a number of seconds from 0, not '5'.",
    "mock.wait_for(1, timout=5)": "no field 'timout'; did you mean 'timeout'?",
    "mock.journal.find(5)": "find() has an argument without a name too many",
    "mock.journal.find(stat=1)": "Journal entries have no field 'stat'; did you mean 'status'?",
    "mock.journal.count(status=object())": "status must be a status such as 404, or a class",
    "mock.journal.find(status='abc')": "or a class such as '4xx', or a list of these, not 'abc'.",
    "mock.journal.find(status=5000)": "status must be a status such as 404",
    "mock.journal.find(status=True)": "status must be a status such as 404",
    "mock.journal.find(status=[200, 'x'])": "or a list of these, not [200, 'x'].",
    "mock.journal.find(status=[])": "status must be a status such as 404",
    "mock.journal.find(turn=0)": "turn must be a number from 1, or a list of these, not 0.",
    "mock.journal.find(turn='1')": "turn must be a number from 1",
    "mock.journal.find(turn=True)": "turn must be a number from 1",
    "mock.journal.find(fault=5)": "fault must be True, False, or the id of a fault",
    "mock.journal.find(truncated='yes')": "truncated must be True or False, not 'yes'.",
    "mock.journal.find(has_unused_input=1)": "has_unused_input must be True or False, not 1.",
    "mock.journal.find(body=5)": "1,000 characters, or a list of these, not 5.",
    "mock.journal.find(body=None)": "body must be a text",
    "mock.journal.find(agent_id=None)": "agent_id must be a text of up to 1,000 characters",
    "mock.journal.find(path=b'/x')": "path must be a text",
    "mock.journal.find(method='post')": "method is never 'post'; write 'POST'",
    "mock.journal.find(rule='agent-unknwn')": "'agent-unknwn'; did you mean 'agent-unknown'?",
    "mock.journal.find(rule=['reply', 'nothing-like-it'])": "rule is never 'nothing-like-it'; ",
    "mock.journal.find(operation_id='x')": "operation_id is never 'x'; known are executeAgent",
    "mock.journal.find(evidence='seen')": "evidence is never 'seen'; known are documented, obs",
    "mock.journal.find(1, status=1)": "find() has an argument without a name too many",
    "mock.assert_conformant(allow=5)": "allow must be ids of findings, not 5.",
    "mock.assert_conformant(allows='x')": "has no argument 'allows'; did you mean 'allow'?",
    "mock.reset(1)": "reset() has an argument without a name too many; leave it out.",
    "Mock(foo=1)": "foo is not a setting; known are dialogue, faults, strict, ",
    "Mock(sed=1)": "sed is not a setting; did you mean 'seed'?",
    "Mock(stric=True)": "stric is not a setting; did you mean 'strict'?",
    "Mock('x')": "Mock() has an argument without a name too many; write dialogue=…",
    "Mock(strict='no')": "strict must be True or False, not 'no'.",
    "Mock(any_token=1)": "any_token must be True or False, not 1.",
    "Mock(serve='x')": "serve must be True or False",
    "Mock(allow=5)": "allow must be one of",
    "Mock(folder=5)": "folder must be the path of a folder, not 5.",
    "Mock(shared_host='x')": "shared_host must be a Host, not 'x'.",
    "Mock(shared_host=host, dialogue=5).open()": "dialogue() must be a text",
    "Mock(shared_host=host, dialogue={'turns': []}).open()": "dialogue() must be a text",
    "Mock(shared_host=host, faults=5).open()": "the fault must be a mapping",
    "Mock(port='x').open()": "port must be a whole number, not 'x'.",
    "Host(foo=1)": "foo is not a setting; known are host, port",
    "Host('x')": "Host() has an argument without a name too many",
}


@pytest.mark.parametrize("call", CALLS)
def test_error_names_the_argument(mock: Any, host: Host, call: str) -> None:
    names = NAMES | {"mock": mock, "host": host}
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is compared below
        eval(call, names)  # noqa: S307 - our own calls
    text = str(caught.value)
    assert CALLS[call] in text
    assert len(text) < 900
    assert "__init__" not in text


@pytest.mark.parametrize(
    ("by", "seconds"),
    [("5m", 300), ("2 h", 7200), ("1.5s", 1.5), ("200ms", 0.2), ("1d", 86400), ("30", 30)],
)
def test_clock_accepts_durations(mock: Any, by: str, seconds: float) -> None:
    mock.clock.freeze("2026-11-22T09:00:00Z")
    mock.clock.advance(by)
    start = datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert (mock.clock.now() - start).total_seconds() == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        ("dialog='x'", "*has no argument dialog; did you mean 'dialogue'?*"),
        ("seed=1", "*has no argument seed; write settings={'seed': …}*"),
        ("settings='x'", "settings must be such as {\"seed\": 1}, not 'x'."),
        ("strict='no'", "strict must be True or False, not 'no'."),
        ("allow=5", "allow must be one of *, not 5."),
        ("dialogue={'turns': 1}", "dialogue() must be a text *"),
    ],
)
def test_marker_names_the_argument(
    pytester: pytest.Pytester, run: Run, mark: str, text: str
) -> None:
    pytester.makepyfile(
        f"import pytest\n\n@pytest.mark.leadway_mock({mark})\n"
        "def test_it(leadway_mock):\n    pass\n"
    )
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([text])
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")


@pytest.mark.parametrize("fixture", ["leadway_mock", "leadway_mock_session", "leadway_mock_wsgi"])
@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ("[1]", 'leadway_mock_settings must be settings, such as {"seed": 1}, not [[]1].*'),
        ("{'sed': 1}", "sed is not a setting; did you mean 'seed'?*"),
    ],
)
def test_fixture_of_settings_names_the_setting(
    pytester: pytest.Pytester, run: Run, fixture: str, settings: str, text: str
) -> None:
    pytester.makeconftest(
        "import pytest\n\n@pytest.fixture(scope='session')\n"
        f"def leadway_mock_settings():\n    return {settings}\n"
    )
    pytester.makepyfile(f"def test_it({fixture}):\n    pass\n")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([text])
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")
