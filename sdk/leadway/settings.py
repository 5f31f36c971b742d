"""The settings of a client: one frozen value."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from leadway.destinations import check_base_url, check_destination
from leadway.errors import SettingsError
from leadway.retries import Retries
from leadway.secret import Secret

PRODUCTION: Final = "https://services.leadconnectorhq.com"
"""Where the real service is (documented)."""

_CURES: Final = {
    "token": "LEADWAY_TOKEN, a Private Integration Token of the sub-account's settings",
    "location_id": "LEADWAY_LOCATION_ID, the id of the sub-account",
}
_YES: Final = frozenset({"1", "true", "yes", "on"})
_NO: Final = frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a client reaches the service, and as whom.

    Args:
        token: a Private Integration Token or an OAuth token; masked wherever it is shown.
        location_id: the sub-account that owns the agents and the token.
        base_url: scheme and host of the service.
        api_version: the `Version` header.
        timeout: seconds for one attempt, from the first byte out to the last byte in.
        connect_timeout: seconds to make a connection.
        retries: when to send again.
        source: a free label of where the calls come from, such as "api".
        max_answer_bytes: a longer answer is given up as malformed.
        send_token_anywhere: send a real-looking token to another host than the vendor's, and a
            made-up one to the vendor.

    Raises:
        SettingsError: something is missing (all of it is named) or cannot be.
        MisdirectedTokenError: the token would go where it does not belong.
    """

    token: Secret
    location_id: str
    base_url: str = PRODUCTION
    api_version: str = "2021-07-28"
    timeout: float = 110.0
    connect_timeout: float = 5.0
    retries: Retries = field(default_factory=Retries)
    source: str | None = None
    max_answer_bytes: int = 8_388_608
    send_token_anywhere: bool = False

    def __post_init__(self) -> None:
        _check_token(self.token)
        _check_header("api_version", self.api_version)
        for name in ("timeout", "connect_timeout", "max_answer_bytes"):
            _check_positive(name, getattr(self, name))
        check_base_url(self.base_url)
        if not self.send_token_anywhere:
            check_destination(self.token, self.base_url)

    @classmethod
    def made(cls, **given: Any) -> Settings:  # noqa: ANN401 - the fields of this class
        """Make settings of what is given; `None` means not given.

        Raises:
            SettingsError: a required one is missing, each named with where it comes from.
        """
        known = _given(given)
        missing = [cure for name, cure in _CURES.items() if not known.get(name)]
        if missing:
            raise SettingsError(f"Missing: {'; '.join(missing)}. Pass it, or set the variable.")
        token = known.pop("token")
        secret = token if isinstance(token, Secret) else Secret(str(token).strip())
        return cls(token=secret, **known)

    @classmethod
    def from_env(
        cls,
        environment: Mapping[str, str] | None = None,
        **given: Any,  # noqa: ANN401 - the fields of this class
    ) -> Settings:
        """Make settings of what is given, and of `LEADWAY_…` variables for what is not.

        Raises:
            SettingsError: a required one is missing, or a variable cannot be understood.
        """
        found = _read(os.environ if environment is None else environment)
        return cls.made(**found | _given(given))

    def with_(self, **given: Any) -> Settings:  # noqa: ANN401 - the fields of this class
        """Return settings like these, but for what is given."""
        mine = {each.name: getattr(self, each.name) for each in fields(self)}
        return Settings.made(**mine | _given(given))


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _read(environment: Mapping[str, str]) -> dict[str, Any]:
    names = {each.name: f"LEADWAY_{each.name.upper()}" for each in fields(Settings)}
    del names["retries"]
    set_ = {name: environment.get(variable, "").strip() for name, variable in names.items()}
    return {name: _parsed(name, text) for name, text in set_.items() if text}


def _parsed(name: str, text: str) -> str | float | bool:
    if name in {"timeout", "connect_timeout", "max_answer_bytes"}:
        return _number(name, text)
    return _switch(name, text) if name == "send_token_anywhere" else text


def _number(name: str, text: str) -> float:
    try:
        return int(text) if name == "max_answer_bytes" else float(text)
    except ValueError:
        raise SettingsError(f"LEADWAY_{name.upper()} is a number, and not {text!r}.") from None


def _switch(name: str, text: str) -> bool:
    if text.lower() not in _YES | _NO:
        raise SettingsError(f"LEADWAY_{name.upper()} is 1 or 0, and not {text!r}.")
    return text.lower() in _YES


def _check_token(token: Secret) -> None:
    value = token.reveal() if token else ""
    if not value:
        raise SettingsError("There is no token. Tokens are left behind when settings are pickled.")
    if value.lower().startswith("bearer "):
        raise SettingsError("The token begins with 'Bearer'; give what comes after it.")
    _check_header("token", value, show=False)


def _check_header(name: str, value: str, *, show: bool = True) -> None:
    if not value.isascii() or not value.isprintable() or not value or " " in value:
        shown = f": {value!r}" if show else ""
        raise SettingsError(f"{name} has a blank or a character that no header may have{shown}.")


def _check_positive(name: str, value: float) -> None:
    if not 0 < value < math.inf:
        raise SettingsError(f"{name} is a number above 0, and not {value!r}.")
