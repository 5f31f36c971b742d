"""Contains all the data models used in inputs/outputs"""

from .access_token import AccessToken
from .attachment import Attachment
from .error import Error
from .execute_agent_request import ExecuteAgentRequest
from .execute_agent_response import ExecuteAgentResponse
from .execute_managed_agent_request import ExecuteManagedAgentRequest
from .execute_managed_agent_response import ExecuteManagedAgentResponse
from .extra_variables import ExtraVariables
from .generated_media import GeneratedMedia
from .generative_output import GenerativeOutput
from .get_access_token_request import GetAccessTokenRequest
from .get_access_token_request_grant_type import GetAccessTokenRequestGrantType
from .get_access_token_request_user_type import GetAccessTokenRequestUserType
from .get_location_access_token_request import GetLocationAccessTokenRequest
from .input_variables import InputVariables
from .managed_agent import ManagedAgent
from .managed_agent_list import ManagedAgentList
from .managed_agent_plugin import ManagedAgentPlugin
from .managed_agent_summary import ManagedAgentSummary
from .o_auth_error import OAuthError
from .quota_error import QuotaError
from .response_attachment import ResponseAttachment

__all__ = (
    "AccessToken",
    "Attachment",
    "Error",
    "ExecuteAgentRequest",
    "ExecuteAgentResponse",
    "ExecuteManagedAgentRequest",
    "ExecuteManagedAgentResponse",
    "ExtraVariables",
    "GeneratedMedia",
    "GenerativeOutput",
    "GetAccessTokenRequest",
    "GetAccessTokenRequestGrantType",
    "GetAccessTokenRequestUserType",
    "GetLocationAccessTokenRequest",
    "InputVariables",
    "ManagedAgent",
    "ManagedAgentList",
    "ManagedAgentPlugin",
    "ManagedAgentSummary",
    "OAuthError",
    "QuotaError",
    "ResponseAttachment",
)
