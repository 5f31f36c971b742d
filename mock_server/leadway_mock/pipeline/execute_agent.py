"""The handler of both execute operations: who is spoken to, in which session, and the next turn."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from leadway_mock.agents import Agent, AgentRegistry, Version, only_version
from leadway_mock.agents.builtin import echo
from leadway_mock.agents.replies import AgentInput, AgentReply
from leadway_mock.contract.model import Contract
from leadway_mock.dialogues import (
    FALLBACK_RULE,
    REFUSED_RULE,
    Dialogue,
    DialogueRegistry,
    play,
    turn_key,
)
from leadway_mock.dialogues.reports import facts_of, near_miss_hint, near_miss_report
from leadway_mock.faults import FaultPhase
from leadway_mock.http.messages import APIError, Response
from leadway_mock.pipeline.context import OperationCall
from leadway_mock.pipeline.fault_injection import FaultInjector
from leadway_mock.state.agent_versions import AgentVersions
from leadway_mock.state.sessions import Session, Turn

AGENT = "agent"
"""The key of a session's state under which the agent's digest is kept, if it has one."""

log = logging.getLogger(__name__)


class ExecuteAgentHandler:
    """Steps 7, 8 and 9 of the story, for the operations that execute an agent."""

    def __init__(
        self,
        contract: Contract,
        cast: AgentRegistry,
        dialogues: DialogueRegistry,
        former: AgentVersions,
    ) -> None:
        self._contract = contract
        self._agents = cast
        self._dialogues = dialogues
        self._agent_versions = former
        self._breaking = FaultInjector(contract)

    def execute(self, call: OperationCall) -> Response:
        """Answer the next turn of the session that the call continues or begins.

        Raises `Refusal` where agent, version or session are not to be had.
        """
        agent = self._agent(call)  # 7
        version = _version(agent, call.body.get("versionId"))
        while True:
            session = self._session(call, agent)
            heard = _heard(call, session, version)
            script = self._script(call, agent, session)
            known = self._agent_versions.get(session.state.get(AGENT)) or agent
            reply = play(script, heard) if script else known.respond(heard)  # 8
            if script:
                self._note(call, script, heard, reply)
            turn = self._turn(call, known, heard, reply)
            lost = self._strike(call, session, reply)  # 6, where a dialogue breaks its own turn
            if lost:
                return lost
            call.context.may_have_committed = True
            if call.context.namespace.sessions.commit(session, turn):  # 9
                if script:
                    self._dialogues.record_turn(call.context.namespace, script, reply)
                answer = self._answer(call, session, turn, reply)
                return self._strike(call, session, reply, answer) or answer
            # Another turn of this session was faster: hear the message again, one turn later.

    def _agent(self, call: OperationCall) -> Agent:
        agent_id = call.path_parameters["agentId"]
        agent = self._agents.by_id.get(agent_id) or self._scripted_agent(call, agent_id)
        if agent is None or not agent.is_in_location(call.location or ""):
            known = ", ".join(self._agents.by_id)
            raise APIError("agent-unknown", hint=f"In this location the mock knows {known}.")
        if not agent.is_active:
            raise APIError("agent-inactive", hint=f"Its status is '{agent.status}'.")
        return agent

    def _scripted_agent(self, call: OperationCall, agent_id: str) -> Agent | None:
        """Return an agent that there is only because a dialogue names it."""
        space = call.context.namespace
        session = space.sessions.find(call.body.get("executionId") or "")
        if not self._dialogues.knows_agent(space, agent_id, session.state if session else {}):
            return None
        return Agent(agent_id, agent_id, echo, versions=(only_version(agent_id),))

    def _script(self, call: OperationCall, agent: Agent, session: Session) -> list[Dialogue]:
        """Return the dialogues that answer in the agent's place; none if it speaks for itself."""
        space, new = call.context.namespace, session.turns == 0
        return self._dialogues.candidates(space, agent.id, session.state, new=new)

    def _note(
        self, call: OperationCall, script: Sequence[Dialogue], heard: AgentInput, reply: AgentReply
    ) -> None:
        """Tell the journal and the log of the dialogue; raises `Refusal` if it asks for one."""
        call.context.facts |= facts_of(script, heard, reply)
        if reply.rule:
            level = logging.INFO if reply.rule == FALLBACK_RULE else logging.WARNING
            log.log(level, "%s", near_miss_report(heard, reply))
        if reply.rule == REFUSED_RULE:
            raise APIError(reply.rule, hint=near_miss_hint(reply))

    def _strike(
        self,
        call: OperationCall,
        session: Session,
        reply: AgentReply,
        answer: Response | None = None,
    ) -> Response | None:
        """Break the turn if its dialogue says so, on this side of the commit; see `Breaking`."""
        side = FaultPhase.AFTER_COMMIT if answer else FaultPhase.BEFORE_COMMIT
        if reply.fault is None or reply.fault.phase is not side:
            return None
        # A session that has not begun has no name yet: such calls are counted together.
        place = session.id if session.turns else "begin"
        return self._breaking.fire(call, reply.fault, f"{turn_key(reply)}/{place}", answer)

    def _session(self, call: OperationCall, agent: Agent) -> Session:
        """Return the session to continue, or a new one where the body names none.

        Raises `Refusal`; with the setting `unknown_session=new-session`, begins a new one instead.
        """
        space = call.context.namespace
        execution_id = call.body.get("executionId")
        if execution_id:
            try:
                return space.sessions.resume(execution_id, agent.id, call.location or "")
            except APIError as refusal:
                if space.settings.unknown_session != "new-session":
                    raise
                call.context.facts["sessionRefused"] = refusal.rule
        return Session(space.ids.mint("execution", call.context.number))

    def _turn(
        self, call: OperationCall, agent: Agent, heard: AgentInput, reply: AgentReply
    ) -> Turn:
        ids = call.context.namespace.ids
        return Turn(  # By position: so many keywords take longer than all the rest of the call.
            heard.turn,
            call.context.started_at,
            agent.id,
            call.location or "",
            heard.version_id,
            ids.mint("interaction", heard.execution_id, heard.turn),
            heard.message,
            reply.response,
            reply.goal_completion,
            heard.contact_id,
            _kept(agent, reply),
        )

    def _answer(
        self, call: OperationCall, session: Session, turn: Turn, reply: AgentReply
    ) -> Response:
        call.context.facts |= {"executionId": session.id, "turn": turn.number}
        plain = "reply-goal-completed" if reply.goal_completion else "reply"
        rule = reply.rule or plain
        level = self._contract.evidence[rule]
        content = _content(session.id, turn, reply)
        answer = Response(200, content, rule, level)
        answer.hint = near_miss_hint(reply) if reply.rule else ""
        answer.delay = reply.delay
        return answer


def _version(agent: Agent, version_id: str | None) -> Version:
    version = agent.published_version(version_id)
    if version is not None:
        return version
    published = [each.id for each in agent.versions if each.published]
    if not published:
        raise APIError("agent-unpublished", hint="It has no published version.")
    hint = f"Published versions of this agent: {', '.join(published)}."
    raise APIError("version-unpublished", hint=hint)


def _kept(agent: Agent, reply: AgentReply) -> Mapping[str, Any]:
    """Return what the session is to remember: the agent's state, and which agent that was."""
    return {**reply.state, AGENT: agent.digest} if agent.digest else reply.state


def _heard(call: OperationCall, session: Session, version: Version) -> AgentInput:
    body = call.body
    return AgentInput(  # By position, as above.
        session.turns + 1,
        body["message"],
        body.get("inputVariables", {}),
        body.get("attachments", []),
        body.get("contactId") or None,
        session.id,
        version.id,
        session.state,
    )


def _content(execution_id: str, turn: Turn, reply: AgentReply) -> dict[str, Any]:
    return {
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
