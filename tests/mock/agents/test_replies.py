import json

from leadway_mock.agents.replies import AgentReply


def test_a_plain_reply_has_the_values_that_the_vendor_documents() -> None:
    reply = AgentReply("Hi")

    assert (reply.type, reply.next_expected_input) == ("text", "text")
    assert (reply.execution_status, reply.success) == ("completed", True)
    assert (reply.goal_completion, reply.flow_switch) == (False, False)
    assert (reply.attachments, reply.generative_outputs) == ((), ())


def test_a_reply_has_no_state_by_default() -> None:
    assert json.dumps(AgentReply("Hi").state) == "{}"


def test_two_replies_share_no_state() -> None:
    assert AgentReply("Hi").state is not AgentReply("Hi").state
