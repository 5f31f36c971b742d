"""Settings of a client."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from sys import getfilesystemencoding
from types import NoneType
from typing import Any, Final

from leadway._arguments import check_names, check_type, checks_arguments
from leadway._retries import RetryPolicy
from leadway._token_providers import TokenProvider, as_token
from leadway._tokens import (
    Secret,
    check_base_url,
    check_token_host,
    is_header_value,
    token_problem,
)
from leadway.errors import SettingsError

PRODUCTION: Final = "https://services.leadconnectorhq.com"
"""URL of the real service (documented)."""

_REQUIRED: Final = {
    "token": "`token` or LEADWAY_TOKEN, a Private Integration Token of the sub-account",
    "location_id": "`location_id` or LEADWAY_LOCATION_ID, the id of the sub-account",
}
_MAX_SECONDS: Final = 1_000_000
"""Operating systems do not support much longer timeouts."""

_TYPES: Final[Mapping[str, tuple[type | tuple[type, ...], str]]] = {
    "location_id": (str, "a string"),
    "base_url": (str, f"a URL such as {PRODUCTION}"),
    "api_version": (str, "a string such as '2021-07-28'"),
    "timeout": ((int, float), "a number above 0"),
    "connect_timeout": ((int, float), "a number above 0"),
    "retries": (RetryPolicy, "a RetryPolicy"),
    "source": ((str, NoneType), "a string"),
    "max_response_bytes": (int, "a whole number above 0"),
    "send_token_anywhere": (bool, "True or False"),
}
"""Types of the settings, and their names in errors."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_SWITCHES: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}


@checks_arguments
@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of a client. Immutable.

    Args:
        token: a Private Integration Token or an OAuth token; masked in all output. Or an
            `OAuthToken`, a `LocationToken`, or a function that returns a token and is called again
            after a 401.
        location_id: the sub-account that owns the agents and the token.
        base_url: scheme and host of the service.
        api_version: the `Version` header.
        timeout: seconds for one attempt, from the first byte sent to the last byte received; at
            most 1000000.
        connect_timeout: seconds to connect; at most 1000000.
        retries: when to retry.
        source: free label for the origin of the calls, such as "api".
        max_response_bytes: maximum size of a decoded response body, in bytes.
        send_token_anywhere: send a real-looking token to hosts other than the vendor's, and a
            made-up token to the vendor.

    Raises:
        SettingsError: a setting is invalid.
        TokenHostMismatchError: the token does not belong to the host of `base_url`.
    """

    token: Secret
    location_id: str
    base_url: str = PRODUCTION
    api_version: str = "2021-07-28"
    timeout: float = 110.0
    connect_timeout: float = 5.0
    retries: RetryPolicy = field(default_factory=RetryPolicy)
    source: str | None = None
    max_response_bytes: int = 8_388_608
    send_token_anywhere: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "token", as_token(self.token))
        tokens = self.token.secrets() if isinstance(self.token, TokenProvider) else (self.token,)
        problem = "".join(map(token_problem, tokens))
        if problem:
            raise SettingsError(problem)
        for name, (kind, expected) in _TYPES.items():
            check_type(name, getattr(self, name), kind, expected, SettingsError)
        if not is_header_value(self.api_version):
            raise SettingsError(
                f"`api_version` must be a word such as 2021-07-28, not {self.api_version!r}."
            )
        for name in ("timeout", "connect_timeout", "max_response_bytes"):
            value = getattr(self, name)
            if not 0 < value < math.inf:
                raise SettingsError(f"`{name}` must be {_TYPES[name][1]}, not {value!r}.")
        for name in ("timeout", "connect_timeout"):
            if getattr(self, name) > _MAX_SECONDS:
                raise SettingsError(f"`{name}` must be at most {_MAX_SECONDS} seconds.")
        check_base_url(self.base_url)
        for token in () if self.send_token_anywhere else tokens:
            check_token_host(token, self.base_url)

    @classmethod
    def create(cls, **values: Any) -> Settings:  # noqa: ANN401 - the fields of this class
        """Return settings with these values; `None` means the default.

        Raises:
            SettingsError: a required setting is missing (all of them are named), or one is unknown
                or invalid.
        """
        check_names(values, [each.name for each in fields(cls)], SettingsError)
        present = _without_none(values)
        missing = [text for name, text in _REQUIRED.items() if not present.get(name)]
        if missing:
            raise SettingsError(f"Missing: {'; '.join(missing)}.")
        return cls(**present)

    @classmethod
    def from_env(
        cls,
        environment: Mapping[str, str] | None = None,
        **values: Any,  # noqa: ANN401 - the fields of this class
    ) -> Settings:
        """Return settings with these values, and from `LEADWAY_…` variables for the rest.

        Args:
            environment: the variables, by default those of the process.
            **values: fields of this class; `None` means not given.

        Raises:
            SettingsError: a required setting is missing, or one is invalid.
        """
        variables = _read_variables(os.environ if environment is None else environment)
        return cls.create(**variables | _without_none(values))

    def replace(self, **values: Any) -> Settings:  # noqa: ANN401 - the fields of this class
        """Return a copy with some values replaced; `None` keeps the value.

        Raises:
            SettingsError: a value is invalid.
        """
        current = {each.name: getattr(self, each.name) for each in fields(self)}
        return Settings.create(**current | _without_none(values))


def _without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _read_variables(environment: Mapping[str, str]) -> dict[str, Any]:
    names = [each.name for each in fields(Settings) if each.name != "retries"]
    texts = {name: environment.get(f"LEADWAY_{name.upper()}", "").strip() for name in names}
    return {name: _parse(name, text) for name, text in texts.items() if text}


def _parse(name: str, text: str) -> object:
    if name == "token":
        return Secret(text)
    variable = f"LEADWAY_{name.upper()}"
    if _SURROGATE.search(text):  # Python's representation of bytes that it cannot decode.
        raise SettingsError(f"{variable} must be {getfilesystemencoding()} text.")
    parser, expected = _PARSERS.get(name, (str, ""))
    try:
        return parser(text)
    except (KeyError, ValueError):
        raise SettingsError(f"{variable} must be {expected}, not {text!r}.") from None


_PARSERS: Final[Mapping[str, tuple[Callable[[str], object], str]]] = {
    "timeout": (float, "a number"),
    "connect_timeout": (float, "a number"),
    "max_response_bytes": (int, "a whole number"),
    "send_token_anywhere": (lambda text: _SWITCHES[text.lower()], "1 or 0"),
}
