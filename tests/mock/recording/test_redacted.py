"""What is not redacted cannot be written; redaction is deterministic and idempotent."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, unquote

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from leadway_mock.recording.exchanges import redact_exchange
from leadway_mock.recording.private_data import KnownValues, mark_of, redact_private
from leadway_mock.recording.redacted import (
    RecordingError,
    Redacted,
    RedactedJson,
    read_recording,
    write_json,
    write_yaml,
)
from tests.mock.recording.canaries import CANARIES, CONTACT, NAME, PLACES, TRACES, traces_in
from tests.property.strategies import texts
from tests.property.test_redaction import ENCODINGS, json_unescaped

UNTYPED = """
from pathlib import Path
from leadway_mock.recording.redacted import Redacted, RedactedJson, write_json, write_yaml

write_json(Path("x"), {"a": 1})
write_yaml(Path("x"), RedactedJson({}), ["a"])
write_yaml(Path("x"), RedactedJson({}), [Redacted("a") + "b"])
write_json(Path("x"), RedactedJson({}))
write_yaml(Path("x"), RedactedJson({}), [Redacted("a")])
"""


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("canary", CANARIES)
def test_canaries_are_redacted_at_every_place(place: str, canary: str) -> None:
    shown = redact_exchange(PLACES[place](f"x {canary} y"))
    assert traces_in([shown.text, json.dumps(shown.value)]) == []
    assert RedactedJson(shown.value) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mail ada@example.com.", "mail [email]."),
        ("ada%40example.com", "[email]"),
        ("call (415) 555-0100 or 020 7946 0958", "call [phone] or [phone]"),
        ("Tel.-600111222", "Tel.-[phone]"),
        ("+49 (0)30 123456", "[phone]"),
        ("+1-415-5550", "[phone]"),
        ("a?firstName=Ada&b=c", "a?firstName=[name]&b=c"),
        ("/contacts/ocQHyuzHvysMo5N5VsXc/notes", "/contacts/[contact-id]/notes"),
        ('{"contact_name": "Ada L", "a": 1', '{"contact_name": "[name]", "a": 1'),
        ("Bearer +1 415 555 0100", "Bearer [redacted]"),
        ("q=a+%2B34+600+123+987+b", "q=a++[phone]+b"),
        ("grant_type=x&code=abc", "grant_type=x&code=[redacted]"),
    ],
)
def test_forms_of_private_data(text: str, shown: str) -> None:
    assert redact_private(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "at 10:30 on 2026-11-28, or 28.11.2026",
        "2026-11-28T10:30:00.123Z",
        "0f8fad5b-d9cb-469f-a165-708677289500",
        "12345678-1234-4234-8234-123456789012",
        "p1q2r3s4t5u6v7w8x9y0z1a2",
        "600111222abcdefgh600111222",
        "192.168.100.200",
        "1764374000",
        "1764374000123",
        "123456789.5",
        "200000 requests",
        "a @ b",
        "12345678901234567890",
    ],
)
def test_what_is_not_private_stays(text: str) -> None:
    assert redact_private(text) == text
    assert RedactedJson([text]).value == [text]


def test_names_of_properties_show_what_is_private() -> None:
    value = {
        "contact": {"id": "abcdef", "name": "Ada", "emails": ["x"], "age": 36},
        "agent": {"id": "abcdef", "name": "Front desk"},
        "inputVariables": {"name": "Ada", "tier": "gold", "phone": 600, "email": ""},
        "contactId": None,
        "refresh_token": "opaque",
        "number": 34600111222,
    }
    assert RedactedJson(value).value == {
        "contact": {"id": "[contact-id]", "name": "[name]", "emails": ["[email]"], "age": 36},
        "agent": {"id": "abcdef", "name": "Front desk"},
        "inputVariables": {"name": "[name]", "tier": "gold", "phone": "[phone]", "email": ""},
        "contactId": None,
        "refresh_token": "[redacted]",
        "number": "[phone]",
    }
    assert mark_of("X-Contact-Name") == "[name]"
    assert mark_of("name") == ""


def test_known_values_are_found_as_words() -> None:
    known = KnownValues.of([("Will  Smith", "[name]"), ("abc123", "[contact-id]"), ("x", "[name]")])
    text = "Will will meet will\nsmith at Smithers' x abc123, SMITH, abc1234"
    shown = "[name] will meet [name] at Smithers' x [contact-id], [name], abc1234"
    assert redact_private(text, known) == shown
    assert known.plus([("Will Smith", "[name]")]) is known
    odd = KnownValues.of([("+1 55-01", "[phone]"), ("---", "[private]"), ("a.b c", "[private]")])
    assert odd.replace("x+1 55-01, +1  55-01 +1 55-012 --- A.B C") == (
        "x+1 55-01, [phone] +1 55-012 --- [private]"
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts | st.sampled_from(CANARIES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)


@given(texts | st.lists(st.sampled_from(CANARIES) | texts, max_size=3).map("".join))
@example("Bearer +1 415 555 0100")
@example("firstName=token=+1 415 555 0100")
def test_redaction_of_text_is_idempotent(text: str) -> None:
    shown = Redacted(text)
    assert Redacted(shown) == shown


@given(json_values)
def test_redaction_of_json_is_idempotent(value: Any) -> None:
    shown = RedactedJson(value)
    assert RedactedJson(shown.value) == shown


@given(texts, st.sampled_from(CANARIES[:3]), texts)
def test_canaries_are_found_in_any_text(before: str, canary: str, after: str) -> None:
    shown = Redacted(f"{before} {canary} {after}")
    assert not any(trace in shown for trace in TRACES)


@pytest.mark.parametrize("canary", [*CANARIES, CONTACT])
@pytest.mark.parametrize("times", [1, 2])
def test_canaries_are_found_however_they_are_encoded(canary: str, times: int) -> None:
    known = KnownValues.of([(NAME, "[name]"), (CONTACT, "[contact-id]")])
    every: list[Callable[[str], str]] = [*ENCODINGS, quote_plus]
    for encodings in product(every, repeat=times):
        text = f"x {canary} y"
        for encode in encodings:
            text = encode(text)
        shown = str(Redacted(text, known))
        for _ in range(4):
            assert traces_in([shown.replace("\x00", "")]) == []
            shown = unquote(json_unescaped(shown))


@pytest.mark.parametrize(
    "text",
    [
        "1 " * 100_000,
        "a.b@" * 50_000,
        "a=b" * 50_000,
        '"a":"b' * 50_000,
        "(1-" * 50_000,
        "/contacts/1" * 20_000,
        "2026-11-28 " * 20_000,
        "%41" * 50_000,
    ],
    ids=["digits", "mails", "parameters", "members", "parentheses", "paths", "dates", "escapes"],
)
def test_no_text_takes_quadratic_time(text: str) -> None:
    """Each takes about a second; in quadratic time, much more than the limit of the suite."""
    redact_private(text, KnownValues.of([("Ada Lovelace", "[name]")]))


def test_plain_values_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with pytest.raises(TypeError, match="only a RedactedJson can be written, not a dict"):
        write_json(path, {"a": 1})  # type: ignore[arg-type]  # what the test is about
    with pytest.raises(TypeError, match="only a Redacted can be written, not a str"):
        write_yaml(path, RedactedJson({}), ["a"])  # type: ignore[list-item]  # the same
    assert list(tmp_path.iterdir()) == []


def test_type_checker_finds_plain_values(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text(UNTYPED)
    words = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "plain.py"]
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [*words, "--config-file=", f"--cache-dir={tmp_path}", "--follow-imports=silent"],
        cwd=tmp_path,
        env={"MYPYPATH": str(root / "mock_server")},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line.split(":")[1] for line in done.stdout.splitlines()]
    assert lines == ["5", "6", "7"], done.stdout + done.stderr


def test_files_are_replaced_at_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "talk.json"
    path.write_text("old")
    write_json(path, RedactedJson({"a": ["ada@example.com"]}))
    assert path.read_text() == '{\n  "a": [\n    "[email]"\n  ]\n}\n'
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["talk.json"]


def test_yaml_is_readable(tmp_path: Path) -> None:
    path = tmp_path / "talk.yaml"
    turns = [{"user": '="Hello: you"', "agent": "Two\nlines"}, {"user": "=", "agent": "ñ 😀"}]
    write_yaml(path, RedactedJson({"turns": turns}), [Redacted("A note\nof ada@example.com")])
    assert path.read_text("utf-8").splitlines() == [
        "# A note",
        "# of [email]",
        "turns:",
        "  - user: '=\"Hello: you\"'",
        "    agent: |-",
        "      Two",
        "      lines",
        "  - user: '='",
        "    agent: ñ 😀",
    ]
    assert yaml.safe_load(path.read_text("utf-8"))["turns"] == turns


def test_a_file_that_was_edited_is_redacted_when_it_is_read(tmp_path: Path) -> None:
    for name in ("talk.json", "talk.yaml"):
        path = tmp_path / name
        path.write_text('{"a": "ada@example.com", "contactName": "Ada"}')
        shown = read_recording(path)
        assert shown.value == {"a": "[email]", "contactName": "[name]"}
        write_json(path, shown)
        assert "ada@" not in path.read_text()


@pytest.mark.parametrize("content", ["{", "[NaN]", "\udcff"])
def test_a_file_that_is_none_is_named_and_not_quoted(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(content, "utf-8", errors="surrogateescape")
    with pytest.raises(RecordingError, match=r"x\.json: is no valid JSON in UTF-8\."):
        read_recording(path)


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be written: No such file or directory"):
        write_json(tmp_path / "none" / "x", RedactedJson({}))
    with pytest.raises(RecordingError, match="cannot be read"):
        read_recording(tmp_path / "none")
