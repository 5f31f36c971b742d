"""The emulator: a request value goes in, an answer value comes out.

How a request is answered is told in `story.py`. There is no socket and no framework here or below.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping

from leadway_mock.agents import Cast
from leadway_mock.config.settings import Settings
from leadway_mock.contract.model import Contract
from leadway_mock.dialogues import Repertoire
from leadway_mock.dialogues.contract_check import vet
from leadway_mock.http.headers import header_text
from leadway_mock.http.messages import Answer, Request
from leadway_mock.metrics.counters import Metrics
from leadway_mock.metrics.peers import Alone, Crew
from leadway_mock.pipeline.context import Call, Exchange
from leadway_mock.pipeline.pipeline import Story
from leadway_mock.pipeline.store_outage import unavailable
from leadway_mock.state.agent_versions import FormerAgents
from leadway_mock.state.clock import Clock
from leadway_mock.state.journal import Journal
from leadway_mock.state.namespace_registry import Spaces
from leadway_mock.state.sessions import Sessions
from leadway_mock.store import MemoryStore, Store, StoreUnavailable
from leadway_mock.util.redaction import redact_text

log = logging.getLogger(__name__)

MAX_LOGGED_PATH = 200

LOGGED = "logged"
"""The key under which is kept with a request how the log names it."""


class Emulator:
    """The platform's behaviour, over a contract, a cast of agents and a store."""

    def __init__(
        self, settings: Settings, contract: Contract, cast: Cast, store: Store, clock: Clock
    ) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.crew: Crew = Alone()
        """The processes that answer beside this one."""

        self.spaces = Spaces(store, settings, clock)
        self.dialogues = Repertoire(self.spaces, lambda each: vet(each, self.contract))
        self._store = store
        self.is_prompt = isinstance(store, MemoryStore)
        """Whether the store never lets a request wait: one in the memory of this process."""

        self.troubles: dict[str, str] = {}
        """Why files are not served as they are now, by what they hold, such as `dialogues`."""

        self._former = FormerAgents(store)
        self._story = self._told(contract, cast)

    @property
    def contract(self) -> Contract:
        """The contract that is served."""
        return self._story.contract

    @property
    def cast(self) -> Cast:
        """The agents and tokens that are there."""
        return self._story.cast

    @property
    def handlers(self) -> Mapping[str, Callable[[Call], Answer]]:
        """What answers an operation, by its id; one without has its example for an answer."""
        return self._story.handlers

    def serve(self, *, contract: Contract | None = None, cast: Cast | None = None) -> None:
        """Go on with another contract or cast.

        A request in flight ends as it began, and a session goes on with the agent that it knows.
        """
        self._story = self._told(contract or self.contract, cast or self.cast)

    @property
    def sessions(self) -> Sessions:
        """The sessions of the shared space."""
        return self.spaces.shared().sessions

    @property
    def journal(self) -> Journal:
        """The journal of the shared space."""
        return self.spaces.shared().journal

    def answer(self, request: Request) -> Answer:
        """Answer `request` and write the exchange into the journal of its space."""
        started, exchange = time.perf_counter(), None
        try:
            exchange = self._begun(request, started)
            answer = self._story.answer(exchange)
        except StoreUnavailable as error:
            answer = unavailable(error, uncertain=exchange is not None and exchange.committing)
            self.metrics.observe("", answer.status, answer.rule, time.perf_counter() - started)
            log.error("%s: %s", answer.rule, answer.hint)  # noqa: TRY400 - the hint tells it all
        else:
            self._note(exchange, answer, time.perf_counter() - started)
        return answer

    def _begun(self, request: Request, started: float) -> Exchange:
        real_at = time.time()
        space = self.spaces.of(request.header("authorization"))
        number, began, usage = space.next_number(), space.clock.now(), space.quotas.untouched
        # The clock of a space may stand still or jump, and the machine's own runs unsteadily.
        facts = {"realAt": real_at, "steadyAt": started}
        return Exchange(request, space, number, began, usage, facts)

    def _note(self, exchange: Exchange, answer: Answer, seconds: float) -> None:
        request, space = exchange.request, exchange.space
        facts = exchange.facts | {"space": space.name} if space.name else exchange.facts
        named = exchange.operation.id if exchange.operation else ""
        self.metrics.observe(named, answer.status, answer.rule, seconds)
        _log(exchange, answer, seconds)
        try:
            space.journal.write(request, answer, exchange.began, seconds, facts)
        except StoreUnavailable as error:  # The answer is true all the same.
            log.error("the journal lacks this request: %s", error)  # noqa: TRY400 - as above

    def reset(self) -> None:
        """Forget everything in every space, as if just started."""
        self._store.clear()
        self._former.forget()
        self._former.remember(self.cast)

    def close(self) -> None:
        """Release the store. The emulator answers no more."""
        self._store.close()

    def _told(self, contract: Contract, cast: Cast) -> Story:
        self._former.remember(cast)
        return Story(contract, cast, self.dialogues, self._former)


def _log(exchange: Exchange, answer: Answer, seconds: float) -> None:
    if not log.isEnabledFor(logging.INFO):
        return
    session = ""
    if "turn" in exchange.facts:
        session = f", turn {exchange.facts['turn']} of {exchange.facts['executionId']}"
    log.info(
        "%s -> %d %s%s (%.1f ms)%s",
        exchange.request.decided.get(LOGGED) or _logged(exchange.request),
        answer.status,
        answer.rule,
        session,
        seconds * 1000,
        f"\n    hint: {header_text(redact_text(answer.hint))}" if answer.hint else "",
    )


def _logged(request: Request) -> str:
    """Return the method and path of a request, as a line of the log may hold them."""
    path = header_text(redact_text(request.path))[:MAX_LOGGED_PATH]
    request.decided[LOGGED] = text = f"{header_text(request.method[:20])} {path}"
    return text
