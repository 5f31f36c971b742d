"""Judges a history by what stands in the end: a pure function, as Jepsen's checkers are.

A session is a list that is only appended to. What was answered stands in it exactly once, where the
answer said, in an order that respects real time; what was not answered stands at most once for each
time that it was sent; nothing else stands there; and clients who repeat themselves can tell.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.distributed.history import Attempt, Claim, Outcome


@dataclass(frozen=True, slots=True)
class Entry:
    """A turn as it stands in a transcript in the end."""

    number: int
    message: str
    interaction: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: its kind, and where."""

    kind: str
    text: str


Transcripts = Mapping[str, Sequence[Entry]]


def faults(
    attempts: Sequence[Attempt], transcripts: Transcripts, claims: Iterable[Claim] = ()
) -> list[Fault]:
    """Return all that is wrong with `transcripts`, and with what clients were told and conclude."""
    answered = [each for each in attempts if each.outcome is Outcome.OK]
    return [
        *_numbering(transcripts),
        *_told_twice(answered),
        *_lost(answered, transcripts),
        *_too_often(attempts, transcripts),
        *_out_of_order(attempts, transcripts),
        *_mistaken(claims, transcripts),
    ]


def _numbering(transcripts: Transcripts) -> Iterator[Fault]:
    """The turns of a session are numbered from 1, without gaps, in the order of the transcript."""
    for session, entries in transcripts.items():
        numbered = enumerate((entry.number for entry in entries), start=1)
        wrong = [number for place, number in numbered if number != place]
        if wrong:
            yield Fault("numbering", f"session {session}: not in order {wrong[:5]}")


def _told_twice(answered: Iterable[Attempt]) -> Iterator[Fault]:
    """No two answers tell of the same turn, and no two first messages begin the same session."""
    turns = Counter((each.session, each.turn) for each in answered)
    for (session, turn), times in turns.items():
        if times > 1:
            yield Fault("told-twice", f"session {session}: {times} answers were turn {turn}")


def _lost(answered: Iterable[Attempt], transcripts: Transcripts) -> Iterator[Fault]:
    """What was answered stands where its answer said."""
    standing = {
        (session, entry.number): entry
        for session, entries in transcripts.items()
        for entry in entries
    }
    for each in answered:
        entry = standing.get((each.session, each.turn))
        where = f"session {each.session}, turn {each.turn}"
        if entry is None:
            yield Fault("lost", f"{where}: {each.message!r} was answered, and does not stand")
        elif (entry.message, entry.interaction) != (each.message, each.interaction):
            yield Fault("lost", f"{where}: {each.message!r} was answered, {entry.message!r} stands")


def _too_often(attempts: Iterable[Attempt], transcripts: Transcripts) -> Iterator[Fault]:
    """Nothing stands more often than it was sent, or where it was not sent to."""
    sent = Counter(
        ("" if each.begins and each.outcome is not Outcome.OK else each.session, each.message)
        for each in attempts
        if each.outcome is not Outcome.FAIL
    )
    for session, entries in transcripts.items():
        for message, times in Counter(entry.message for entry in entries).items():
            spare = times - sent[session, message]
            if spare > 0 and entries[0].message == message and sent["", message]:
                sent["", message] -= 1  # It began this session, and no answer said so.
                spare -= 1
            if spare > 0:
                text = f"session {session}: {message!r} stands {spare} too often"
                yield Fault("unsent", text)


def _out_of_order(attempts: Iterable[Attempt], transcripts: Transcripts) -> Iterator[Fault]:
    """What was answered before something else was sent stands before it."""
    by_session: dict[str, list[tuple[float, float, int, str]]] = defaultdict(list)
    for each in attempts:
        for turn in _turns(each, transcripts):
            by_session[each.session].append((each.invoked, each.ended, turn, each.message))
    for session, placed in by_session.items():
        yield from (Fault("order", f"session {session}: {text}") for text in _inversions(placed))


def _turns(attempt: Attempt, transcripts: Transcripts) -> list[int]:
    """Return where an attempt stands, if that is beyond doubt."""
    if attempt.outcome is Outcome.OK:
        return [attempt.turn]
    if attempt.outcome is Outcome.FAIL:
        return []
    entries = transcripts.get(attempt.session, ())
    found = [entry.number for entry in entries if entry.message == attempt.message]
    # Of several attempts at one message, the last is no earlier than the first.
    return [max(found)] if found else []


def _inversions(placed: list[tuple[float, float, int, str]]) -> Iterator[str]:
    ended = sorted((end, turn, message) for _, end, turn, message in placed)
    newest, passed = (0, ""), 0
    for invoked, _, turn, message in sorted(placed):
        while passed < len(ended) and ended[passed][0] < invoked:
            newest = max(newest, ended[passed][1:])
            passed += 1
        if turn <= newest[0]:
            yield f"{message!r} is turn {turn}, sent after turn {newest[0]} was answered"


def _mistaken(claims: Iterable[Claim], transcripts: Transcripts) -> Iterator[Fault]:
    """A client that repeats what was not answered can tell how often it was heard before.

    Behind the answer, nothing of it stands but what the client itself gave up while it was on its
    way: what the mock has given up is over by then.
    """
    for claim in claims:
        entries = transcripts.get(claim.session, ())
        stands = [entry.number for entry in entries if entry.message == claim.message]
        before = sum(number < claim.turn for number in stands)
        after = sum(number > claim.turn for number in stands)
        if before != claim.heard or after > claim.late:
            text = f"{claim.message!r}, answered as turn {claim.turn}, is turns {stands}"
            told = f"its sender counts {claim.heard} before it, and {claim.late} behind it at most"
            yield Fault("mistaken", f"session {claim.session}: {text}; {told}")
