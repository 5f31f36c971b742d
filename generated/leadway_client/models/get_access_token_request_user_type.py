from enum import StrEnum


class GetAccessTokenRequestUserType(StrEnum):
    COMPANY = "Company"
    LOCATION = "Location"

    def __str__(self) -> str:
        return str(self.value)
