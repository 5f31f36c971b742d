"""Contains all the data models used in inputs/outputs"""

from .access_token import AccessToken
from .agent_config import AgentConfig
from .agent_details import AgentDetails
from .agent_edge import AgentEdge
from .agent_list import AgentList
from .agent_node import AgentNode
from .agent_pagination import AgentPagination
from .agent_status import AgentStatus
from .agent_summary import AgentSummary
from .agent_variable import AgentVariable
from .agent_version import AgentVersion
from .agent_version_summary import AgentVersionSummary
from .agent_version_viewport import AgentVersionViewport
from .attachment import Attachment
from .create_agent_request import CreateAgentRequest
from .create_agent_response import CreateAgentResponse
from .delete_agent_response import DeleteAgentResponse
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
from .get_agent_response import GetAgentResponse
from .get_location_access_token_request import GetLocationAccessTokenRequest
from .input_variables import InputVariables
from .managed_agent import ManagedAgent
from .managed_agent_list import ManagedAgentList
from .managed_agent_plugin import ManagedAgentPlugin
from .managed_agent_summary import ManagedAgentSummary
from .new_agent_version import NewAgentVersion
from .o_auth_error import OAuthError
from .production_version import ProductionVersion
from .publish_agent_version_request import PublishAgentVersionRequest
from .publish_agent_version_response import PublishAgentVersionResponse
from .published_versions import PublishedVersions
from .quota_error import QuotaError
from .response_attachment import ResponseAttachment
from .update_agent_metadata_request import UpdateAgentMetadataRequest
from .update_agent_response import UpdateAgentResponse
from .update_agent_version_request import UpdateAgentVersionRequest
from .updated_agent import UpdatedAgent

__all__ = (
    "AccessToken",
    "AgentConfig",
    "AgentDetails",
    "AgentEdge",
    "AgentList",
    "AgentNode",
    "AgentPagination",
    "AgentStatus",
    "AgentSummary",
    "AgentVariable",
    "AgentVersion",
    "AgentVersionSummary",
    "AgentVersionViewport",
    "Attachment",
    "CreateAgentRequest",
    "CreateAgentResponse",
    "DeleteAgentResponse",
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
    "GetAgentResponse",
    "GetLocationAccessTokenRequest",
    "InputVariables",
    "ManagedAgent",
    "ManagedAgentList",
    "ManagedAgentPlugin",
    "ManagedAgentSummary",
    "NewAgentVersion",
    "OAuthError",
    "ProductionVersion",
    "PublishAgentVersionRequest",
    "PublishAgentVersionResponse",
    "PublishedVersions",
    "QuotaError",
    "ResponseAttachment",
    "UpdateAgentMetadataRequest",
    "UpdateAgentResponse",
    "UpdateAgentVersionRequest",
    "UpdatedAgent",
)
