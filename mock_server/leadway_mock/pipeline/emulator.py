"""Emulator of the platform: `handle` takes a request value and returns a response value.

The steps of a request are in `pipeline.py`. No socket and no web framework here or below.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager

from leadway_mock.agents.registry import AgentRegistry
from leadway_mock.config.settings import Settings
from leadway_mock.contract.model import Contract
from leadway_mock.dialogues import DialogueRegistry
from leadway_mock.dialogues.lint import check_faults
from leadway_mock.http.messages import Request, Response
from leadway_mock.metrics import Metrics, SharedMetrics
from leadway_mock.pipeline.context import RequestContext
from leadway_mock.pipeline.handlers import Handler
from leadway_mock.pipeline.pipeline import RequestPipeline
from leadway_mock.pipeline.request_log import log_line
from leadway_mock.pipeline.response_builder import outage_response
from leadway_mock.state.agent_versions import AgentVersions
from leadway_mock.state.clock import Clock
from leadway_mock.state.exchange_record import ExchangeRecord
from leadway_mock.state.journal import Journal
from leadway_mock.state.namespaces import NamespaceRegistry
from leadway_mock.state.sessions import Sessions
from leadway_mock.state.stored_agents import AGENTS, VERSION_AGENTS
from leadway_mock.store import Store, StoreUnavailable, WouldBlock

log = logging.getLogger(__name__)

_EXECUTION_ID = re.compile(rb'"(?:execution|session)Id"\s*:\s*"([0-9A-Za-z-]{1,64})"')


class Emulator:
    """The platform's behaviour, over a contract, an agent registry and a store."""

    def __init__(
        self,
        settings: Settings,
        contract: Contract,
        agents: AgentRegistry,
        store: Store,
        clock: Clock,
    ) -> None:
        self.settings = settings
        self.metrics: Metrics | SharedMetrics = Metrics()
        self.namespaces = NamespaceRegistry(store, settings, clock)
        self.dialogues = DialogueRegistry(
            self.namespaces, lambda each: check_faults(each, self.contract)
        )
        self._store = store
        self.load_errors: dict[str, str] = {}
        """Why a changed file could not be loaded, by its kind, such as `dialogues`."""

        self._agent_versions = AgentVersions(store)
        self._pipeline = self._build_pipeline(contract, agents)

    @property
    def contract(self) -> Contract:
        """The contract that is served."""
        return self._pipeline.contract

    @property
    def agents(self) -> AgentRegistry:
        """The agents and tokens."""
        return self._pipeline.agents

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """The handlers by `operationId`."""
        return self._pipeline.handlers

    def serve(
        self, *, contract: Contract | None = None, agents: AgentRegistry | None = None
    ) -> None:
        """Replace the contract or the agents.

        Requests in flight are not affected; open sessions keep the agent they began with.
        """
        self._pipeline = self._build_pipeline(contract or self.contract, agents or self.agents)

    @property
    def sessions(self) -> Sessions:
        """The sessions of the shared namespace."""
        return self.namespaces.shared().sessions

    @property
    def journal(self) -> Journal:
        """The journal of the shared namespace."""
        return self.namespaces.shared().journal

    def handle(self, request: Request) -> Response:
        """Return the response to `request`, and write both into the journal of its namespace."""
        started, context, unfinished = time.perf_counter(), None, request.unfinished
        try:
            if isinstance(unfinished, RequestContext):
                context, request.unfinished = unfinished, None
                context.restart()  # It keeps its number, and its place in quotas that are enforced.
            else:
                context = self._begin(request, started)
            response = self._pipeline.run(context)
        except WouldBlock:
            request.unfinished = context
            raise
        except StoreUnavailable as error:
            uncertain = error.uncertain and context is not None and context.record.turn > 0
            response = outage_response(error, uncertain=uncertain)
            self.metrics.observe("", response.status, response.rule, time.perf_counter() - started)
            log.error("%s: %s", response.rule, response.hint)  # noqa: TRY400 - the hint has it all
            return response
        record, seconds = context.record, time.perf_counter() - started
        self.metrics.observe(record.operation_id, response.status, response.rule, seconds)
        if log.isEnabledFor(logging.INFO):
            log.info("%s", log_line(record, response, seconds, self.contract))
        return response

    def _begin(self, request: Request, started: float) -> RequestContext:
        wall_clock_at = time.time()
        match = _EXECUTION_ID.search(request.body)
        execution_id = match[1].decode() if match else ""  # Its session is probably needed.
        segments = request.path.split("/", 6)
        at = 4 if "public-api" in segments[2:3] else 3
        agent_id = segments[at] if len(segments) > at else ""
        agent_key = ""  # Only created agents are in the store.
        if agent_id and agent_id not in self._pipeline.agents.by_id:
            is_version = agent_id == "versions" and len(segments) > at + 1
            agent_key = VERSION_AGENTS + segments[at + 1] if is_version else AGENTS + agent_id
        namespace, reads = self.namespaces.for_request(
            request.headers.get("authorization"), execution_id, agent_key
        )
        now = namespace.clock.now()
        record = ExchangeRecord(request, now, wall_clock_at, started, namespace.name)
        number = namespace.next_number() if namespace.settings.seed is not None else 0
        unused = namespace.quotas.unused
        return RequestContext(request, namespace, reads, record, unused, now, number=number)

    def without_waiting(self) -> AbstractContextManager[None]:
        """Let `handle` raise `WouldBlock`, with nothing stored, instead of waiting."""
        return self._store.without_waiting()

    def reset(self) -> None:
        """Delete everything in every namespace."""
        self._store.clear()
        self._agent_versions.clear_cache()
        self._agent_versions.save(self.agents)

    def close(self) -> None:
        """Close the store. The emulator cannot be used afterwards."""
        self._store.close()

    def _build_pipeline(self, contract: Contract, agents: AgentRegistry) -> RequestPipeline:
        self._agent_versions.save(agents)
        return RequestPipeline(contract, agents, self.dialogues, self._agent_versions)
