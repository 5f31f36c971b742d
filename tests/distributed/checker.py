"""Checks a history against the stored turns: a pure function, as Jepsen's checkers are.

A session is an append-only list. An acknowledged message is stored exactly once, at the turn number
of its response, in an order that respects real time. Other messages are stored at most once for
each time they were sent. Nothing else is stored, and clients that repeat a message can count how
often it was processed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.distributed.history import Attempt, Claim, Outcome


@dataclass(frozen=True, slots=True)
class Entry:
    """A turn of a transcript in the end."""

    number: int
    message: str
    interaction: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: its kind, and a description."""

    kind: str
    text: str


Transcripts = Mapping[str, Sequence[Entry]]


def faults(
    attempts: Sequence[Attempt], transcripts: Transcripts, claims: Iterable[Claim] = ()
) -> list[Fault]:
    """Return the faults of `transcripts`, of the responses, and of the clients' conclusions."""
    acknowledged = [each for each in attempts if each.outcome is Outcome.OK]
    return [
        *_numbering(transcripts),
        *_duplicate_responses(acknowledged),
        *_lost(acknowledged, transcripts),
        *_not_sent(attempts, transcripts),
        *_out_of_order(attempts, transcripts),
        *_wrong_conclusions(claims, transcripts),
    ]


def _numbering(transcripts: Transcripts) -> Iterator[Fault]:
    """Turns of a session are numbered from 1 without gaps, in the order of the transcript."""
    for session, entries in transcripts.items():
        numbered = enumerate((entry.number for entry in entries), start=1)
        wrong = [number for place, number in numbered if number != place]
        if wrong:
            yield Fault("numbering", f"session {session}: not in order {wrong[:5]}")


def _duplicate_responses(acknowledged: Iterable[Attempt]) -> Iterator[Fault]:
    """No two responses have the same turn of the same session."""
    turns = Counter((each.session, each.turn) for each in acknowledged)
    for (session, turn), times in turns.items():
        if times > 1:
            yield Fault(
                "duplicate-response", f"session {session}: {times} responses were turn {turn}"
            )


def _lost(acknowledged: Iterable[Attempt], transcripts: Transcripts) -> Iterator[Fault]:
    """An acknowledged message is stored at the turn of its response."""
    stored = {
        (session, entry.number): entry
        for session, entries in transcripts.items()
        for entry in entries
    }
    for each in acknowledged:
        entry = stored.get((each.session, each.turn))
        where = f"session {each.session}, turn {each.turn}"
        if entry is None:
            yield Fault("lost", f"{where}: {each.message!r} was acknowledged and is not stored")
        elif (entry.message, entry.interaction) != (each.message, each.interaction):
            yield Fault(
                "lost", f"{where}: {each.message!r} was acknowledged, {entry.message!r} is stored"
            )


def _not_sent(attempts: Iterable[Attempt], transcripts: Transcripts) -> Iterator[Fault]:
    """No message is stored more often than it was sent to that session."""
    sent = Counter(
        ("" if each.begins and each.outcome is not Outcome.OK else each.session, each.message)
        for each in attempts
        if each.outcome is not Outcome.FAIL
    )
    for session, entries in transcripts.items():
        for message, times in Counter(entry.message for entry in entries).items():
            surplus = times - sent[session, message]
            if surplus > 0 and entries[0].message == message and sent["", message]:
                sent["", message] -= 1  # It opened this session without a response.
                surplus -= 1
            if surplus > 0:
                text = f"session {session}: {message!r} is stored {surplus} too often"
                yield Fault("not-sent", text)


def _out_of_order(attempts: Iterable[Attempt], transcripts: Transcripts) -> Iterator[Fault]:
    """A message acknowledged before another one was sent is stored before it."""
    by_session: dict[str, list[tuple[float, float, int, str]]] = defaultdict(list)
    for each in attempts:
        for turn in _turns(each, transcripts):
            by_session[each.session].append((each.invoked, each.ended, turn, each.message))
    for session, placed in by_session.items():
        yield from (Fault("order", f"session {session}: {text}") for text in _inversions(placed))


def _turns(attempt: Attempt, transcripts: Transcripts) -> list[int]:
    """Return the turn of an attempt, if it is certain."""
    if attempt.outcome is Outcome.OK:
        return [attempt.turn]
    if attempt.outcome is Outcome.FAIL:
        return []
    entries = transcripts.get(attempt.session, ())
    found = [entry.number for entry in entries if entry.message == attempt.message]
    # The last of several attempts is not earlier than the first.
    return [max(found)] if found else []


def _inversions(placed: list[tuple[float, float, int, str]]) -> Iterator[str]:
    ended = sorted((end, turn, message) for _, end, turn, message in placed)
    newest, passed = (0, ""), 0
    for invoked, _, turn, message in sorted(placed):
        while passed < len(ended) and ended[passed][0] < invoked:
            newest = max(newest, ended[passed][1:])
            passed += 1
        if turn <= newest[0]:
            yield f"{message!r} is turn {turn}, sent after the response of turn {newest[0]}"


def _wrong_conclusions(claims: Iterable[Claim], transcripts: Transcripts) -> Iterator[Fault]:
    """A client that repeats a message counts correctly how often it was processed before.

    After the acknowledged turn, the message is stored only for attempts that timed out at the
    client: attempts that failed in the mock are over by then.
    """
    for claim in claims:
        entries = transcripts.get(claim.session, ())
        stored = [entry.number for entry in entries if entry.message == claim.message]
        before = sum(number < claim.turn for number in stored)
        after = sum(number > claim.turn for number in stored)
        if before != claim.processed or after > claim.late:
            text = (
                f"{claim.message!r}, acknowledged as turn {claim.turn}, is stored as turns {stored}"
            )
            counted = (
                f"its client counts {claim.processed} before and at most {claim.late} after it"
            )
            yield Fault("wrong-conclusion", f"session {claim.session}: {text}; {counted}")
