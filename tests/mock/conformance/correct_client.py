"""Client that makes no mistakes, whatever responses it gets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from leadway_mock.http.messages import Response
from tests.mock.conformance.client import AGENTS, GOODBYE, LOCATIONS, EvaluatedClient, session_of

Step: TypeAlias = tuple[str, int]
"""What happens next, and a number that chooses the details."""


@dataclass(eq=False)
class Conversation:
    """State of one conversation."""

    fields: dict[str, Any]
    session: str | None = None


@dataclass
class CorrectClient:
    """Repeats a message only if that is safe, and waits for each response."""

    client: EvaluatedClient
    conversations: list[Conversation] = field(default_factory=list)
    parted: list[str | None] = field(default_factory=list)
    said: int = 0

    def does(self, step: Step) -> None:
        """Take one of the steps below."""
        name, number = step
        if not self.conversations:
            self.meets(number)
        getattr(self, name)(number)

    def finishes(self) -> None:
        """Continue every conversation, so that none is left as if it had been dropped."""
        for number in range(len(self.conversations)):
            self.talks_on(number)
            self.talks_on(number)

    # The steps.

    def meets(self, number: int) -> None:
        """Begin with somebody who has no name, or a new one, or parted before."""
        contacts = [None, f"contact {self.said}", *self.parted]
        contact = contacts[number % len(contacts)]
        agent, location = AGENTS[number % 2], LOCATIONS[number // 2 % 2]
        self.conversations.append(
            Conversation({"contact": contact, "agent": agent, "location": location})
        )
        self.talks_on(len(self.conversations) - 1)

    def talks_on(self, number: int) -> None:
        """Say something new, and start a new session if the old one has expired."""
        conversation = self._talk(number)
        response = self._says(conversation)
        if response.rule == "session-expired":
            conversation.session = None
            response = self._says(conversation)
        conversation.session = session_of(response)

    def parts(self, number: int) -> None:
        """Reach the goal; with the same contact, another conversation may begin."""
        conversation = self._alive(number)
        self._says(conversation, GOODBYE)
        self.conversations.remove(conversation)
        self.parted.append(conversation.fields["contact"])

    def waits(self, number: int) -> None:
        self.client.clock.advance((1, 59, 1000, 1801)[number % 4])

    def is_limited(self, number: int) -> None:
        """Say it again when the wait is over."""
        conversation, words = self._alive(number), self._words()
        self.client.arm(status=(429, 503)[number % 2], retry_after=3)
        assert self._says(conversation, words).status in {429, 503}
        self.client.clock.advance(3)
        assert self._says(conversation, words).status == 200

    def times_out(self, number: int) -> None:
        """Say it again: this one 401 is worth it."""
        conversation, words = self._alive(number), self._words()
        self.client.arm(rule="upstream-timeout")
        assert self._says(conversation, words).status == 401
        assert self._says(conversation, words).status == 200

    def loses_a_response(self, number: int) -> None:
        """Say something else next."""
        conversation = self._alive(number)
        self.client.arm(status=500, phase=("before-commit", "after-commit")[number % 2])
        assert self._says(conversation).status == 500

    def loses_the_connection(self, number: int) -> None:
        """Say something else next."""
        conversation = self._alive(number)
        self.client.arm(transport=("EMPTY_RESPONSE", "HANG")[number % 2])
        self._says(conversation)

    def loses_a_first_response(self, number: int) -> None:
        """Begin again, in other words."""
        conversation = Conversation({"contact": f"contact {self.said}"})
        self.client.arm(proxy_status=502, phase=("before-commit", "after-commit")[number % 2])
        self._says(conversation)
        self._says(conversation)

    def asks_for_nobody(self, number: int) -> None:
        conversation = self._talk(number)
        fields = conversation.fields | {"agent": "nobody"}
        assert self.client.say(self._words(), **fields).status == 404

    def repeats_itself(self, number: int) -> None:
        """Say the same words again after a response, as people do."""
        conversation = self._alive(number)
        for _ in range(2):
            assert self._says(conversation, "yes").status == 200

    def talks_side_by_side(self, number: int) -> None:
        """Hold two conversations at once."""
        one, other = self._alive(number), self._alive(number + 1)
        if one is not other:
            with self.client.interrupted_by(lambda: self._says(other)):
                self._says(one)

    def _talk(self, number: int) -> Conversation:
        return self.conversations[number % len(self.conversations)]

    def _alive(self, number: int) -> Conversation:
        """Return a conversation of which the session has just been used."""
        self.talks_on(number)
        return self._talk(number)

    def _says(self, conversation: Conversation, words: str | None = None) -> Response:
        return self.client.say(words or self._words(), conversation.session, **conversation.fields)

    def _words(self) -> str:
        self.said += 1
        return f"message {self.said}"


STEPS = tuple(
    name
    for name in vars(CorrectClient)
    if not name.startswith("_") and name not in {"does", "finishes", "said"}
)
