"""Contains all the data models used in inputs/outputs"""

from .attachment import Attachment
from .error import Error
from .execute_agent_request import ExecuteAgentRequest
from .execute_agent_response import ExecuteAgentResponse
from .generative_output import GenerativeOutput
from .input_variables import InputVariables
from .response_attachment import ResponseAttachment

__all__ = (
    "Attachment",
    "Error",
    "ExecuteAgentRequest",
    "ExecuteAgentResponse",
    "GenerativeOutput",
    "InputVariables",
    "ResponseAttachment",
)
