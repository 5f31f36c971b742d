"""Handler of the execute operations: the next turn of a conversation with an agent."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from leadway_mock.agents.builtin import echo
from leadway_mock.agents.registry import (
    Agent,
    AgentRegistry,
    ManagedDetails,
    Version,
    only_version,
)
from leadway_mock.agents.replies import AgentInput, AgentReply
from leadway_mock.contract.model import Contract
from leadway_mock.dialogues import (
    FALLBACK_RULE,
    REJECTED_RULE,
    Dialogue,
    DialogueRegistry,
    play,
    turn_key,
)
from leadway_mock.dialogues.reports import (
    dialogue_to_json,
    near_miss_hint,
    near_miss_report,
    near_misses_to_json,
)
from leadway_mock.http.messages import APIError, Response
from leadway_mock.pipeline.context import OperationCall, Prepared
from leadway_mock.state.agent_versions import AgentVersions
from leadway_mock.state.armed_faults import CountedFault
from leadway_mock.state.sessions import Session, Turn

AGENT_DIGEST = "agent"
"""Key of a session's state: the digest of the agent definition that the session began with."""

log = logging.getLogger(__name__)


class ExecuteAgentHandler:
    """Finds the agent and the session, and gets the agent's reply to the message."""

    session_field = "executionId"
    variables_field = "inputVariables"
    is_managed = False
    """Whether it executes managed agents, and those only."""

    def __init__(
        self,
        contract: Contract,
        agents: AgentRegistry,
        dialogues: DialogueRegistry,
        agent_versions: AgentVersions,
    ) -> None:
        self.contract = contract
        self.dialogues = dialogues
        self._agents = agents
        self._agent_versions = agent_versions

    def prepare_turn(self, call: OperationCall) -> Prepared:
        """Return the next turn of the session that the call continues or begins.

        Raises `APIError`: `agent-unknown`, `agent-inactive`, `agent-unpublished`,
        `version-unpublished`, `session-unknown`, `session-expired`, `session-foreign-agent`,
        `session-foreign-location`, or `unscripted-rejected`.
        """
        agent = self._find_agent(call)
        version = _find_version(agent, call.body.get("versionId"))
        session = self._find_session(call, agent)
        is_kept = call.context.namespace.settings.session_version == "keep"
        if session.newest is not None and is_kept and not call.body.get("versionId"):
            version = Version(session.newest.version_id)
        script = self.dialogues.candidates(
            call.context.namespace, agent.id, session.state, new=session.turns == 0
        )
        if digest := session.state.get(AGENT_DIGEST):
            agent = self._agent_versions.get(digest) or agent
        agent_input = self._agent_input(call, session, version)
        agent_input.match_time.may_block = call.context.request.may_block
        reply = play(script, agent_input) if script else agent.respond(agent_input)
        if script:
            _record_dialogue(call, script, agent_input, reply)
        turn = _build_turn(call, agent, agent_input, reply)
        writes = call.context.namespace.sessions.turn_writes(session, turn)
        if script:
            writes += self.dialogues.turn_writes(call.context.namespace, script, reply)
        rule, content = self.render(session.id, turn, reply)
        response = Response(200, content, rule, self.contract.evidence[rule], delay=reply.delay)
        response.hint = near_miss_hint(reply) if reply.rule else ""
        return Prepared(response, writes, _scripted_fault(session, reply), session.id, turn.number)

    def _find_agent(self, call: OperationCall) -> Agent:
        agent_id = call.agent_id
        agent = self._agents.by_id.get(agent_id) or self._other_agent(call, agent_id)
        location = call.location
        if agent is None or not agent.is_reachable(location, managed=self.is_managed):
            raise APIError("agent-unknown", hint=self._unknown_hint(call, agent))
        if not agent.is_active:
            rule = "agent-unpublished" if self.is_managed else "agent-inactive"
            raise APIError(rule, hint=f"Its status is '{agent.status}'.")
        return agent

    def _unknown_hint(self, call: OperationCall, agent: Agent | None) -> str:
        if agent is not None and (agent.managed is not None) != self.is_managed:
            kind, path = ("an", "agent") if self.is_managed else ("a managed", "managed-agents")
            path = f"POST /agent-studio/{path}/{agent.id}/execute"
            return f"It is {kind} agent: {path}."
        location, managed = call.location, self.is_managed
        known = (
            each.id
            for each in self._agents.by_id.values()
            if each.is_reachable(location, managed=managed) and each.can_run
        )
        return f"Agents in this location: {', '.join(known)}."

    def _other_agent(self, call: OperationCall, agent_id: str) -> Agent | None:
        """Return an agent that a client created, or that exists because a dialogue names it."""
        namespace = call.context.namespace
        stored = namespace.agents.find(agent_id, call.context.reads)
        if stored is not None:
            return None if stored.is_deleted else stored.runnable
        session = namespace.sessions.find(
            call.body.get(self.session_field) or "", call.context.reads
        )
        state = session.state if session else {}
        if not self.dialogues.knows_agent(namespace, agent_id, state):
            return None
        managed = ManagedDetails() if self.is_managed else None
        versions = (only_version(agent_id),)
        return Agent(agent_id, agent_id, echo, versions=versions, managed=managed)

    def _find_session(self, call: OperationCall, agent: Agent) -> Session:
        """Return the session to continue, or a new one.

        With the setting `unknown_session=new-session`, an unknown session becomes a new one.
        """
        context = call.context
        namespace = context.namespace
        execution_id = call.body.get(self.session_field)
        if execution_id:
            try:
                return namespace.sessions.resume(
                    execution_id, agent.id, call.location, context.reads
                )
            except APIError as error:
                if (
                    namespace.settings.unknown_session != "new-session"
                    and error.rule not in self.contract.session_starts
                ):
                    raise
                context.record.session_error = error.rule
        return Session(namespace.ids.mint("execution", context.number))

    def _agent_input(self, call: OperationCall, session: Session, version: Version) -> AgentInput:
        body = call.body
        return AgentInput(
            turn=session.turns + 1,
            message=body["message"],
            input_variables=body.get(self.variables_field, {}),
            attachments=body.get("attachments", []),
            contact_id=body.get("contactId") or None,
            execution_id=session.id,
            version_id=version.id,
            state=session.state,
        )

    def render(
        self, execution_id: str, turn: Turn, reply: AgentReply
    ) -> tuple[str, dict[str, Any]]:
        """Return the rule and the body of the response."""
        rule = reply.rule or ("reply-goal-completed" if reply.goal_completion else "reply")
        return rule, {
            "success": reply.success,
            "executionId": execution_id,
            "interactionId": turn.interaction_id,
            "response": reply.response,
            "type": reply.type,
            "nextExpectedInput": reply.next_expected_input,
            "goalCompletion": reply.goal_completion,
            "executionStatus": reply.execution_status,
            "flowSwitch": reply.flow_switch,
            "attachments": list(reply.attachments),
            "generativeOutputs": list(reply.generative_outputs),
        }


def _find_version(agent: Agent, version_id: str | None) -> Version:
    version = agent.published_version(version_id)
    if version is not None:
        return version
    published = [each.id for each in agent.versions if each.published]
    if not published:
        raise APIError("agent-unpublished", hint="It has no published version.")
    hint = f"Published versions of this agent: {', '.join(published)}."
    raise APIError("version-unpublished", hint=hint)


def _record_dialogue(
    call: OperationCall, script: Sequence[Dialogue], agent_input: AgentInput, reply: AgentReply
) -> None:
    """Record and log what the dialogues made of the message.

    Raises `APIError` where the dialogue rejects messages that it does not expect.
    """
    record = call.context.record
    record.dialogue = dialogue_to_json(script, agent_input, reply)
    record.near_misses = near_misses_to_json(reply)
    if reply.rule:
        level = logging.INFO if reply.rule == FALLBACK_RULE else logging.WARNING
        log.log(level, "%s", near_miss_report(agent_input, reply))
    if reply.rule == REJECTED_RULE:
        raise APIError(reply.rule, hint=near_miss_hint(reply))


def _scripted_fault(session: Session, reply: AgentReply) -> CountedFault | None:
    """Return the fault of the dialogue's turn. All first turns share one count of its hits."""
    if reply.fault is None:
        return None
    place = session.id if session.turns else "begin"
    return CountedFault(reply.fault, f"{turn_key(reply)}/{place}")


def _build_turn(
    call: OperationCall, agent: Agent, agent_input: AgentInput, reply: AgentReply
) -> Turn:
    context = call.context
    state: Mapping[str, Any] = reply.state
    if agent.digest:
        state = {**state, AGENT_DIGEST: agent.digest}
    return Turn(
        number=agent_input.turn,
        at=context.started_at,
        agent_id=agent.id,
        location_id=call.location,
        version_id=agent_input.version_id,
        interaction_id=context.namespace.ids.mint(
            "interaction", agent_input.execution_id, agent_input.turn
        ),
        message=agent_input.message,
        response=reply.response,
        goal_completion=reply.goal_completion,
        contact_id=agent_input.contact_id,
        state=state,
    )
