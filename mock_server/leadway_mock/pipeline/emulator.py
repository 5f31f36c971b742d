"""The emulator: a request value goes in, an answer value comes out.

How a request is answered is told in `story.py`. There is no socket and no framework here or below.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping

from leadway_mock.agents import AgentRegistry
from leadway_mock.config.settings import Settings
from leadway_mock.contract.model import Contract
from leadway_mock.dialogues import DialogueRegistry
from leadway_mock.dialogues.contract_check import check_faults
from leadway_mock.http.headers import header_text
from leadway_mock.http.messages import Request, Response
from leadway_mock.metrics.counters import Metrics
from leadway_mock.metrics.peers import Alone, Crew
from leadway_mock.pipeline.context import OperationCall, RequestContext
from leadway_mock.pipeline.pipeline import RequestPipeline
from leadway_mock.pipeline.store_outage import outage_response
from leadway_mock.state.agent_versions import AgentVersions
from leadway_mock.state.clock import Clock
from leadway_mock.state.journal import Journal
from leadway_mock.state.namespace_registry import NamespaceRegistry
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
        self,
        settings: Settings,
        contract: Contract,
        cast: AgentRegistry,
        store: Store,
        clock: Clock,
    ) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.crew: Crew = Alone()
        """The processes that answer beside this one."""

        self.namespaces = NamespaceRegistry(store, settings, clock)
        self.dialogues = DialogueRegistry(
            self.namespaces, lambda each: check_faults(each, self.contract)
        )
        self._store = store
        self.is_prompt = isinstance(store, MemoryStore)
        """Whether the store never lets a request wait: one in the memory of this process."""

        self.load_errors: dict[str, str] = {}
        """Why files are not served as they are now, by what they hold, such as `dialogues`."""

        self._agent_versions = AgentVersions(store)
        self._pipeline = self._build_pipeline(contract, cast)

    @property
    def contract(self) -> Contract:
        """The contract that is served."""
        return self._pipeline.contract

    @property
    def agents(self) -> AgentRegistry:
        """The agents and tokens that are there."""
        return self._pipeline.agents

    @property
    def handlers(self) -> Mapping[str, Callable[[OperationCall], Response]]:
        """What answers an operation, by its id; one without has its example for an answer."""
        return self._pipeline.handlers

    def serve(
        self, *, contract: Contract | None = None, agents: AgentRegistry | None = None
    ) -> None:
        """Go on with another contract or cast.

        A request in flight ends as it began, and a session goes on with the agent that it knows.
        """
        self._pipeline = self._build_pipeline(contract or self.contract, agents or self.agents)

    @property
    def sessions(self) -> Sessions:
        """The sessions of the shared space."""
        return self.namespaces.shared().sessions

    @property
    def journal(self) -> Journal:
        """The journal of the shared space."""
        return self.namespaces.shared().journal

    def handle(self, request: Request) -> Response:
        """Answer `request` and write the exchange into the journal of its space."""
        started, exchange = time.perf_counter(), None
        try:
            exchange = self._begin(request, started)
            answer = self._pipeline.run(exchange)
        except StoreUnavailable as error:
            answer = outage_response(
                error, uncertain=exchange is not None and exchange.may_have_committed
            )
            self.metrics.observe("", answer.status, answer.rule, time.perf_counter() - started)
            log.error("%s: %s", answer.rule, answer.hint)  # noqa: TRY400 - the hint tells it all
        else:
            self._note(exchange, answer, time.perf_counter() - started)
        return answer

    def _begin(self, request: Request, started: float) -> RequestContext:
        real_at = time.time()
        space = self.namespaces.for_token(request.header("authorization"))
        number, began, usage = space.next_number(), space.clock.now(), space.quotas.untouched
        # The clock of a space may stand still or jump, and the machine's own runs unsteadily.
        facts = {"realAt": real_at, "steadyAt": started}
        return RequestContext(request, space, number, began, usage, facts)

    def _note(self, exchange: RequestContext, answer: Response, seconds: float) -> None:
        request, space = exchange.request, exchange.namespace
        facts = exchange.facts | {"space": space.name} if space.name else exchange.facts
        named = exchange.operation.id if exchange.operation else ""
        self.metrics.observe(named, answer.status, answer.rule, seconds)
        _log(exchange, answer, seconds)
        try:
            space.journal.write(request, answer, exchange.started_at, seconds, facts)
        except StoreUnavailable as error:  # The answer is true all the same.
            log.error("the journal lacks this request: %s", error)  # noqa: TRY400 - as above

    def reset(self) -> None:
        """Forget everything in every space, as if just started."""
        self._store.clear()
        self._agent_versions.forget()
        self._agent_versions.remember(self.agents)

    def close(self) -> None:
        """Release the store. The emulator answers no more."""
        self._store.close()

    def _build_pipeline(self, contract: Contract, cast: AgentRegistry) -> RequestPipeline:
        self._agent_versions.remember(cast)
        return RequestPipeline(contract, cast, self.dialogues, self._agent_versions)


def _log(exchange: RequestContext, answer: Response, seconds: float) -> None:
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
