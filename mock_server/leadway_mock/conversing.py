"""The handler of both execute operations: who is spoken to, in which session, and the next turn."""

from __future__ import annotations

from typing import Any

from leadway_mock.agents import Agent, Cast, Version
from leadway_mock.contract import Contract
from leadway_mock.exchange import Call
from leadway_mock.messages import Answer, Refusal
from leadway_mock.redaction import redact_json, redact_text
from leadway_mock.replies import Heard, Reply
from leadway_mock.sessions import Session, Turn


class Conversing:
    """Steps 5, 7 and 8 of the story, for the operations that execute an agent."""

    def __init__(self, contract: Contract, cast: Cast) -> None:
        self._contract = contract
        self._cast = cast

    def execute(self, call: Call) -> Answer:
        """Answer the next turn of the session that the call continues or begins.

        Raises `Refusal` where agent, version or session are not to be had.
        """
        agent = self._agent(call)  # 5
        version = _version(agent, call.body.get("versionId"))
        while True:
            session = self._session(call, agent)
            heard = _heard(call, session, version)
            reply = agent.respond(heard)  # 7
            turn = self._turn(call, agent, heard, reply)
            if call.exchange.space.sessions.commit(session, turn):  # 8
                return self._answer(call, session, turn, reply)
            # Another turn of this session was faster: hear the message again, one turn later.

    def _agent(self, call: Call) -> Agent:
        agent_id = call.path_parameters["agentId"]
        agent = self._cast.agents.get(agent_id)
        if agent is None or not agent.lives_at(call.location or ""):
            known = ", ".join(self._cast.agents)
            raise Refusal("agent-unknown", hint=f"In this location the mock knows {known}.")
        if not agent.is_active:
            raise Refusal("agent-inactive", hint=f"Its status is '{agent.status}'.")
        return agent

    def _session(self, call: Call, agent: Agent) -> Session:
        """Return the session to continue, or a new one where the body names none.

        Raises `Refusal`; with the setting `unknown_session=new-session`, begins a new one instead.
        """
        space = call.exchange.space
        execution_id = call.body.get("executionId")
        if execution_id:
            try:
                return space.sessions.resume(execution_id, agent.id, call.location or "")
            except Refusal as refusal:
                if space.settings.unknown_session != "new-session":
                    raise
                call.exchange.facts["sessionRefused"] = refusal.rule
        return Session(space.ids.mint("execution", call.exchange.number))

    def _turn(self, call: Call, agent: Agent, heard: Heard, reply: Reply) -> Turn:
        ids = call.exchange.space.ids
        return Turn(
            number=heard.turn,
            at=call.exchange.began,
            agent_id=agent.id,
            location_id=call.location or "",
            version_id=heard.version_id,
            contact_id=redact_text(heard.contact_id) if heard.contact_id else None,
            interaction_id=ids.mint("interaction", heard.execution_id, heard.turn),
            message=redact_text(heard.message),
            response=redact_text(reply.response),
            goal_completion=reply.goal_completion,
            state={name: redact_json(value) for name, value in reply.state.items()},
        )

    def _answer(self, call: Call, session: Session, turn: Turn, reply: Reply) -> Answer:
        call.exchange.facts |= {"executionId": session.id, "turn": turn.number}
        rule = self._contract.examples["reply-goal-completed" if reply.goal_completion else "reply"]
        return Answer(200, _content(session.id, turn, reply), rule.name, rule.level)


def _version(agent: Agent, version_id: str | None) -> Version:
    version = agent.published_version(version_id)
    if version is not None:
        return version
    published = [each.id for each in agent.versions if each.published]
    if not published:
        raise Refusal("agent-unpublished", hint="It has no published version.")
    hint = f"Published versions of this agent: {', '.join(published)}."
    raise Refusal("version-unpublished", hint=hint)


def _heard(call: Call, session: Session, version: Version) -> Heard:
    body = call.body
    return Heard(
        turn=session.turns + 1,
        message=body["message"],
        input_variables=body.get("inputVariables", {}),
        attachments=body.get("attachments", []),
        contact_id=body.get("contactId") or None,
        execution_id=session.id,
        version_id=version.id,
        state=session.state,
    )


def _content(execution_id: str, turn: Turn, reply: Reply) -> dict[str, Any]:
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
