from enum import StrEnum


class AgentStatus(StrEnum):
    ACTIVE = "active"
    ARCHIVED = "archived"
    INACTIVE = "inactive"

    def __str__(self) -> str:
        return str(self.value)
