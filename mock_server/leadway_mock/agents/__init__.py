"""Agents: registry, built-in agents, canned replies and the agents file."""

from leadway_mock.agents.builtin import (
    BUILT_IN,
    ECHO_ID,
    GOAL_ID,
    INACTIVE_ID,
    UNPUBLISHED_ID,
    VARIABLES_ID,
)
from leadway_mock.agents.file.loader import restore_agent
from leadway_mock.agents.registry import (
    OTHER_LOCATION,
    OTHER_LOCATION_TOKEN,
    STATUSES,
    TEST_TOKENS,
    UNKNOWN_TOKEN,
    UNSCOPED_TOKEN,
    WRITE_SCOPE,
    Agent,
    AgentRegistry,
    Token,
    Version,
    only_version,
)

__all__ = [
    "BUILT_IN",
    "ECHO_ID",
    "GOAL_ID",
    "INACTIVE_ID",
    "OTHER_LOCATION",
    "OTHER_LOCATION_TOKEN",
    "STATUSES",
    "TEST_TOKENS",
    "UNKNOWN_TOKEN",
    "UNPUBLISHED_ID",
    "UNSCOPED_TOKEN",
    "VARIABLES_ID",
    "WRITE_SCOPE",
    "Agent",
    "AgentRegistry",
    "Token",
    "Version",
    "only_version",
    "restore_agent",
]
