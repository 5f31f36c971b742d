"""What a test may not pass over: told from the journal, whatever the application made of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leadway_mock.agents.replies import Comparison, NearMiss
from leadway_mock.dialogues import DIALOGUE_ENDED, REFUSED_RULE, UNSCRIPTED_RULE, near_miss_table
from leadway_mock.state.journal_entry import JournalEntry

KINDS: Mapping[str, str] = {
    "unscripted": "a message that no turn expects",
    "contract": "a request that breaks the contract",
    "stray": "a request with another token than this test's",
    "unused": "a turn that was never taken, or a fault that never fired",
}
"""What is complained of, by the word that allows it."""

CONTRACT_RULES = frozenset(
    {
        "body-invalid",
        "body-malformed",
        "body-too-large",
        "location-missing",
        "media-type-unsupported",
        "method-not-allowed",
        "mock-failure",
        "prefer-unsatisfiable",
        "route-unknown",
        "token-invalid",
        "version-missing",
        "version-unknown",
    }
)
"""The refusals of requests that the contract does not have; others a test may want to see."""

WIDEST = 100

ALLOW = "If it is meant to be so: allow={{{kinds}}} in the marker or in Mock()."


class UnexpectedInteractionError(AssertionError):
    """Something went otherwise than scripted; the text tells each thing, and how to allow it."""


@dataclass(frozen=True, slots=True)
class Unexpected:
    """One thing that went otherwise: its kind, one of `KINDS`, and what to say of it."""

    kind: str
    text: str


def check_kinds(allow: Iterable[str] | str) -> frozenset[str]:
    """Return what is allowed as a set; raises `ValueError` for a word that is none of `KINDS`."""
    found = frozenset([allow] if isinstance(allow, str) else allow)
    unknown = sorted(found - set(KINDS))
    if unknown:
        raise ValueError(f"Nothing is called {', '.join(unknown)}. There are {', '.join(KINDS)}.")
    return found


def find_unexpected(entries: Iterable[JournalEntry]) -> Iterator[Unexpected]:
    """Yield what is wrong with the requests themselves; those a test answered for do not count."""
    for entry in entries:
        if entry["response"]["rule"] in {UNSCRIPTED_RULE, REFUSED_RULE}:
            yield Unexpected("unscripted", "\n".join(_unscripted(entry)))
        elif entry["response"]["rule"] in CONTRACT_RULES and not _arranged(entry):
            yield Unexpected("contract", "\n".join(_broken(entry)))


def wrong_token(entry: JournalEntry, token: str) -> Unexpected:
    """Return the complaint of a request that came with another token than `token`."""
    text = f"{_line(entry)}\n  Send LEADWAY_TOKEN, which is {token} in this test."
    return Unexpected("stray", text)


def report(complaints: Sequence[Unexpected], *, seen: str, allow: str = ALLOW) -> str:
    """Return all complaints as one text, by kind.

    At its end are `seen`, which tells what there was, and how to `allow` it, if that is any help:
    a format with `{kinds}` as Python has them, or `{words}`.
    """
    kinds = [kind for kind in KINDS if any(each.kind == kind for each in complaints)]
    parts = ["The conversation did not go as scripted."]
    for kind in kinds:
        texts = [each.text for each in complaints if each.kind == kind]
        # What is told in a line each is a list, and has no blank lines in it.
        gap = "\n\n" if any("\n" in text for text in texts) else "\n"
        parts += [f"{kind}: {KINDS[kind]}", _indented(gap.join(texts))]
    parts.append(seen)
    if allow:
        words = " ".join(kinds)
        parts.append(allow.format(kinds=", ".join(f'"{kind}"' for kind in kinds), words=words))
    return "\n\n".join(parts)


def _arranged(entry: JournalEntry) -> bool:
    return "fault" in entry or "requestedExample" in entry


def _line(entry: JournalEntry) -> str:
    request, answer = entry["request"], entry["response"]
    asked = f"{request['method']} {request['path']}"
    return f"request {entry['number']}: {asked} -> {answer['status']} {answer['rule']}"


def _broken(entry: JournalEntry) -> Iterator[str]:
    answer = entry["response"]
    yield _line(entry)
    for each in answer["violations"]:
        yield f"  {each['pointer'] or '/'}: {each['message']}"
        if each["hint"]:
            yield f"      {each['hint']}"
    if answer["hint"] and not answer["violations"]:
        yield f"  {answer['hint']}"


def _unscripted(entry: JournalEntry) -> Iterator[str]:
    place = entry.get("dialogue") or {}
    turn, session = place.get("sessionTurn", "?"), entry.get("executionId", "that never began")
    yield f"request {entry['number']}: message {turn} of session {session}"
    name, after = place.get("name"), place.get("after")
    if name:
        yield f"  The session is in '{name}', {f'after turn {after}' if after else 'at its begin'}."
    else:
        yield "  The session has not begun any dialogue."
    width = min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST) - 2
    misses = [_near_miss(each) for each in entry.get("nearMisses", ())]
    for miss in misses:
        yield from near_miss_table(miss, width=width)
    if not misses:
        yield f"  {DIALOGUE_ENDED}"


def _near_miss(content: Mapping[str, Any]) -> NearMiss:
    """Return a near miss as it was before the journal wrote it down."""
    comparisons = tuple(Comparison(**each) for each in content["comparisons"])
    return NearMiss(**{**content, "comparisons": comparisons})


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.splitlines())
