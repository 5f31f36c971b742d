"""Unexpected interactions: what fails a strict test, whatever the application did with it."""

from __future__ import annotations

import shutil
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import indent

from leadway_mock.agents.registry import TEST_TOKENS
from leadway_mock.agents.replies import Comparison, NearMiss
from leadway_mock.dialogues import REJECTED_RULE, UNSCRIPTED_RULE, Dialogue
from leadway_mock.dialogues.reports import DIALOGUE_ENDED, near_miss_table, turn_title
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.armed_faults import ArmedFaults
from leadway_mock.state.journal_entry import JournalEntry
from leadway_mock.state.namespaces import ALL_SCOPES, SHARED, Namespace
from leadway_mock.testing.arguments import ArgumentError, check_type
from leadway_mock.testing.journal import MAX_LISTED, format_request
from leadway_mock.util.names import suggest
from leadway_mock.util.printable_text import cut_text
from leadway_mock.util.redaction import fingerprint

KINDS: Mapping[str, str] = {
    "unscripted": "a message that no turn expects",
    "contract": "a request that violates the contract",
    "wrong-token": "a request with a token other than this test's",
    "unused": "a turn that was never reached, or a fault that never fired",
}
"""Kinds of unexpected interactions, by the word that allows them."""

CONTRACT_RULES = frozenset(
    {
        "body-invalid",
        "body-malformed",
        "body-too-large",
        "location-missing",
        "media-type-unsupported",
        "method-not-allowed",
        "method-not-allowed-401",
        "mock-failure",
        "pattern-timeout",
        "prefer-unsatisfiable",
        "query-unknown",
        "query-unknown-400",
        "route-unknown",
        "token-invalid",
        "version-missing",
        "version-unknown",
    }
)
"""Rules of requests that violate the contract. A test may provoke any other error on purpose."""

MAX_FOUND = 1_000
"""Unexpected interactions that are kept of a namespace that was reset or closed; the newest."""

MAX_WIDTH = 100
MAX_REASON_CHARS = 300

ALLOW_HINT = "To allow this: allow={{{kinds}}} in the marker or in Mock()."

_TEST_FINGERPRINTS = frozenset(fingerprint(f"Bearer {token}") for token in TEST_TOKENS)


class UnexpectedInteractionError(AssertionError):
    """The mock received something unexpected, or something expected did not happen."""


@dataclass(frozen=True, slots=True)
class Unexpected:
    """One unexpected interaction: its kind, a word of `KINDS`, its reason, and its description."""

    kind: str
    text: str
    reason: str
    """What was unexpected, in one line."""


def check_kinds(allow: Iterable[str] | str) -> frozenset[str]:
    """Return `allow` as a set; raises `ValueError` for a word that is not in `KINDS`."""
    check_type("allow", allow, str | Iterable, f"one of {', '.join(KINDS)}, or several")
    kinds = [allow] if isinstance(allow, str) else list(allow)
    for each in kinds:
        check_type("allow", each, str, f"one of {', '.join(KINDS)}, or several")
        if each not in KINDS:
            hint = suggest(each, KINDS)
            raise ArgumentError(f"allow must be one of {', '.join(KINDS)}, not {each[:80]}; {hint}")
    return frozenset(kinds)


def find_unexpected(entries: Iterable[JournalEntry], place: str = "") -> Iterator[Unexpected]:
    """Yield unscripted messages and contract violations, without those that the test requested.

    `place` names the namespace after the number of the request.
    """
    for entry in entries:
        rule = entry["response"]["rule"]
        if rule in {UNSCRIPTED_RULE, REJECTED_RULE}:
            text = "\n".join(_unscripted_lines(entry, place))
            yield Unexpected("unscripted", text, _unscripted_reason(entry) + place)
        elif rule in CONTRACT_RULES and not {"fault", "requestedExample"} & entry.keys():
            text = "\n".join(_violation_lines(entry, place))
            yield Unexpected("contract", text, _violation_reason(entry) + place)


def find_wrong_tokens(
    entries: Iterable[JournalEntry], token: str, *, ignored: Collection[str]
) -> Iterator[Unexpected]:
    """Yield requests that have another token than `token`, or no valid one.

    `ignored` has the fingerprints of finished tests' tokens. The built-in `TEST_TOKENS`, which
    provoke errors, are expected.
    """
    expected = {None, *_TEST_FINGERPRINTS, fingerprint(f"Bearer {token}")}
    for entry in entries:
        sent = entry["request"]["tokenFingerprint"]
        if sent in ignored:
            continue
        violations = list(find_unexpected([entry]))
        yield from violations
        if not violations and sent not in expected:
            hint = f"Send LEADWAY_TOKEN, which is {token} in this test."
            reason = f"request {entry['number']} has another token than LEADWAY_TOKEN"
            yield Unexpected("wrong-token", f"{_request_line(entry)}\n  {hint}", reason)


def find_unused_turns(
    dialogues: Iterable[Dialogue], used: Mapping[str, Collection[int]], place: str = ""
) -> Iterator[Unexpected]:
    """Yield turns that no session reached; `used` has the numbers of the others, by dialogue."""
    for each in dialogues:
        for number in _missed_turns(each, used.get(each.name, ())):
            turn = each.turn(number)
            title = turn_title(number, turn.label, each.name, each.file, turn.line)
            text = f"{title}{place}: user: {turn.user}"
            yield Unexpected("unused", text, f"{title}{place} was never reached")


def find_unused_faults(faults: ArmedFaults, place: str = "") -> Iterator[Unexpected]:
    """Yield armed faults that never fired."""
    for armed in faults:
        if not faults.count(armed.key).hits:
            title = f"fault '{armed.fault.id}' ({armed.fault.label}){place}"
            yield Unexpected("unused", title, f"{title} never fired")


def report(unexpected: Sequence[Unexpected], *, requests: str, hint: str = ALLOW_HINT) -> str:
    """Return unexpected interactions as text: the first one, all by kind, `requests`, `hint`.

    Summaries of test runs show only the first line, so that is what was unexpected first.
    `hint` says how to allow them: a format with `{kinds}` as in Python, or `{flags}` as in a shell.
    """
    kinds = [kind for kind in KINDS if any(each.kind == kind for each in unexpected)]
    first, more = unexpected[0], len(unexpected) - 1
    reason = cut_text(" ".join(first.reason.split()), MAX_REASON_CHARS)
    title = f"{first.kind}: {reason}" + (f" (and {more} more)" if more else "")
    parts = [title, f"Unexpected interactions with the mock: {', '.join(kinds)}."]
    for kind in kinds:
        texts = [each.text for each in unexpected if each.kind == kind]
        gap = "\n\n" if any("\n" in text for text in texts) else "\n"
        parts += [f"{kind}: {KINDS[kind]}", indent(gap.join(texts), "  ")]
    parts.append(requests)
    if hint:
        quoted = ", ".join(f'"{kind}"' for kind in kinds)
        flags = " ".join(f"--allow {kind}" for kind in kinds)
        parts.append(hint.format(kinds=quoted, flags=flags))
    return "\n\n".join(parts)


def _unscripted_reason(entry: JournalEntry) -> str:
    position = entry.get("dialogue") or {}
    near_misses = entry.get("nearMisses", ())
    if not near_misses:
        ended = f"'{position['name']}' has ended" if position.get("name") else "no turn is left"
        return f"message {position.get('sessionTurn', '?')} of a session, and {ended}"
    closest = near_misses[0]
    parts = closest["comparisons"]
    different = next((each for each in parts if not each["matches"]), parts[0])
    title = turn_title(*(closest[name] for name in ("turn", "label", "dialogue", "file", "line")))
    found = (
        f"{'message' if different['part'] == 'user' else different['part']}: {different['found']}"
    )
    return f"{found}; {title} expects {different['expected']}"


def _violation_reason(entry: JournalEntry) -> str:
    response = entry["response"]
    reason = f"{response['status']} {response['rule']}"
    violations = response["violations"]
    first = violations[0] if violations else {"message": response["hint"], "hint": ""}
    details = (first["hint"] or first["message"]).removesuffix(".")
    return f"{reason}: {details} (request {entry['number']})"


def _request_line(entry: JournalEntry, place: str = "") -> str:
    request, response = entry["request"], entry["response"]
    line = f"request {entry['number']}{place}: {request['method']} {request['path']}"
    return f"{line} -> {response['status']} {response['rule']}"


def _violation_lines(entry: JournalEntry, place: str) -> Iterator[str]:
    response = entry["response"]
    yield _request_line(entry, place)
    for each in response["violations"]:
        yield f"  {each['pointer'] or '/'}: {each['message']}"
        if each["hint"]:
            yield f"      {each['hint']}"
    if response["hint"] and not response["violations"]:
        yield f"  {response['hint']}"


def _unscripted_lines(entry: JournalEntry, place: str) -> Iterator[str]:
    position = entry.get("dialogue") or {}
    turn, session = position.get("sessionTurn", "?"), entry.get("executionId", "(not started)")
    yield f"request {entry['number']}{place}: message {turn} of session {session}"
    name, after = position.get("name"), position.get("after")
    if name:
        yield f"  The session is in '{name}', {f'after turn {after}' if after else 'at its start'}."
    else:
        yield "  The session has not started any dialogue."
    width = min(shutil.get_terminal_size((MAX_WIDTH, 24)).columns, MAX_WIDTH) - 2
    near_misses = entry.get("nearMisses", ())
    for each in near_misses:
        comparisons = tuple(Comparison(**part) for part in each["comparisons"])
        near_miss = NearMiss(**{**each, "comparisons": comparisons})
        yield from near_miss_table(near_miss, width=width)
    if not near_misses:
        yield f"  {DIALOGUE_ENDED}"


def _missed_turns(dialogue: Dialogue, used: Collection[int]) -> list[int]:
    """Return the numbers of turns that a conversation should have reached and did not, in order.

    `used` has the numbers of the turns that were reached. Where one alternative of a branch was
    reached, the others, and what follows from them alone, are not missed.
    """
    missed: set[int] = set()
    visited: set[int] = set()
    pending = [dialogue.starts]
    while pending:
        choices = pending.pop()
        taken = [number for number in choices if number in used]
        missed.update(() if taken else choices)
        for number in taken or choices:
            if number not in visited:
                visited.add(number)
                pending.append(dialogue.turn(number).then)
    return sorted(missed - set(used))


@dataclass(slots=True)
class _Watched:
    """One namespace: where its journal began, and what was found before it was last cleared."""

    position: int
    opened: bool
    """Whether it was opened since the watch began."""

    found: deque[Unexpected] = field(default_factory=lambda: deque(maxlen=MAX_FOUND))
    requests: deque[str] = field(default_factory=lambda: deque(maxlen=MAX_LISTED))
    count: int = 0
    """Number of requests before it was last cleared."""


class NamespaceWatch:
    """Finds unexpected interactions in all namespaces, reset and closed ones included."""

    def __init__(
        self, emulator: Emulator, main: str, *, mocks: Collection[str], token: Callable[[], str]
    ) -> None:
        """Watch from now on.

        `main` is the namespace of the test itself, with the token that `token` returns; `mocks` has
        those of all mocks on the host, which are left out.
        """
        self._emulator = emulator
        self._main = main
        self._others = mocks
        self._token = token
        self._watched: dict[str, _Watched] = {}
        self._used: defaultdict[str, set[int]] = defaultdict(set)
        """Turns of the dialogues of files that any namespace has used, by dialogue."""

        for name in (main, SHARED, *emulator.namespaces.list_open()):
            namespace = None if self._is_other(name) else emulator.namespaces.get(name)
            if namespace is not None:
                self._watched[name] = _Watched(namespace.journal.count_written(), opened=False)
        emulator.namespaces.observers.append(self)

    def stop(self) -> None:
        """Stop watching; the last watch closes the namespaces that were left open meanwhile."""
        namespaces = self._emulator.namespaces
        namespaces.observers.remove(self)
        opened = [name for name, watched in self._watched.items() if watched.opened]
        for namespace in map(namespaces.get, () if namespaces.observers else opened):
            if namespace is not None:
                namespaces.close(namespace)

    def namespace_opened(self, namespace: Namespace) -> None:
        """Begin at the present end of the journal of a namespace."""
        if not self._is_other(namespace.name):
            watched = self._watched.setdefault(namespace.name, _Watched(0, opened=True))
            watched.position = namespace.journal.count_written()

    def before_clear(self, namespace: Namespace, scopes: Collection[str]) -> None:
        """Keep what was unexpected in a namespace that is about to be reset or closed."""
        watched = self._watched.get(namespace.name)
        if watched is None:
            return
        entries = list(_entries(namespace, watched))
        watched.requests += map(format_request, entries)
        watched.count += namespace.journal.count_written() - watched.position
        watched.found += self._judge_requests(namespace, entries)
        cleared = {"faults", "dialogues"} if ALL_SCOPES & set(scopes) else set(scopes)
        if "faults" in cleared:
            watched.found += find_unused_faults(namespace.faults, self._place(namespace.name))
        if "dialogues" in cleared:
            watched.found += self._find_unused_turns(namespace)

    def find(self, *, ignored: Collection[str], files: bool) -> list[Unexpected]:
        """Return the unexpected interactions so far; those of the test's own namespace first.

        `ignored` has the fingerprints of finished tests' tokens. With `files`, every turn of the
        setting `dialogues` must be used, in any namespace.
        """
        found: list[Unexpected] = []
        for name, watched in self._in_order():
            found += watched.found
            if namespace := self._emulator.namespaces.get(name):
                entries = _entries(namespace, watched)
                found += self._judge_requests(namespace, entries, ignored)
                if name == self._main or name != SHARED:
                    found += self._find_unused_turns(namespace)
                    found += find_unused_faults(namespace.faults, self._place(name))
        dialogues = self._emulator.dialogues.files.values() if files else ()
        return [*found, *find_unused_turns(dialogues, self._used)]

    def request_lines(self) -> Iterator[str]:
        """Yield the newest requests of each namespace as lines of text."""
        is_empty = True
        for name, watched in self._in_order():
            namespace = self._emulator.namespaces.get(name)
            lines, count = list(watched.requests), watched.count
            if namespace and (name == self._main or name != SHARED):
                lines += map(format_request, _entries(namespace, watched))
                count += namespace.journal.count_written() - watched.position
            if lines:
                is_empty = False
                yield f"Requests{self._place(name)}:"
                if omitted := count - len(lines[-MAX_LISTED:]):
                    yield f"({omitted} earlier requests are not listed)"
                yield from lines[-MAX_LISTED:]
        if is_empty:
            yield (
                "The mock received no request" + " with this test's token" * bool(self._main) + "."
            )

    def _judge_requests(
        self, namespace: Namespace, entries: Iterable[JournalEntry], ignored: Collection[str] = ()
    ) -> Iterator[Unexpected]:
        if namespace.name == SHARED != self._main:  # These requests had no token of a test.
            return find_wrong_tokens(entries, self._token(), ignored=ignored)
        return find_unexpected(entries, self._place(namespace.name))

    def _find_unused_turns(self, namespace: Namespace) -> Iterator[Unexpected]:
        """Yield unused turns of the namespace's own dialogues; note the used ones of files."""
        used = defaultdict[str, set[int]](set)
        registry = self._emulator.dialogues
        for usage in registry.uses(namespace):
            if usage.times:
                used[usage.dialogue.name].add(usage.turn.number)
        own = []
        for name, dialogue in registry.of(namespace).items():
            if registry.files.get(name) is dialogue:
                self._used[name] |= used[name]
            else:
                own.append(dialogue)
        return find_unused_turns(own, used, self._place(namespace.name))

    def _is_other(self, name: str) -> bool:
        return name != self._main and name in self._others

    def _in_order(self) -> list[tuple[str, _Watched]]:
        """Return the test's own namespace, then the others."""
        return sorted(self._watched.items(), key=lambda each: each[0] != self._main)

    def _place(self, name: str) -> str:
        """Return a namespace for messages, unless it is the test's own."""
        return "" if name in {self._main, SHARED} else f" in namespace {name}"


def _entries(namespace: Namespace, watched: _Watched) -> Iterator[JournalEntry]:
    """Return the journal entries of a namespace since the watch began, or it was cleared."""
    return namespace.journal.find(lambda _: True, after=watched.position)
