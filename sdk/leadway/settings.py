"""The settings of a client: one frozen value."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from sys import getfilesystemencoding
from typing import Any, Final

from leadway.destinations import check_base_url, check_destination
from leadway.errors import SettingsError
from leadway.retries import Retries
from leadway.secret import Secret
from leadway.wording import setting, typed, worded

PRODUCTION: Final = "https://services.leadconnectorhq.com"
"""Where the real service is (documented)."""

_CURES: Final = {
    "token": "LEADWAY_TOKEN, a Private Integration Token of the sub-account's settings",
    "location_id": worded(
        "LEADWAY_LOCATION_ID, the id of the sub-account",
        "LEADWAY_LOCATION_ID (or --location-id), the id of the sub-account",
    ),
}
_SECONDS: Final = frozenset({"timeout", "connect_timeout"})
_LONGEST: Final = 1_000_000
"""More seconds than a call will ever take; an operating system cannot wait for much longer."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
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
        timeout: seconds for one attempt, from the first byte out to the last byte in; no more than
            1000000, and neither is `connect_timeout`.
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
        _check_version(self.api_version)
        for name in ("timeout", "connect_timeout", "max_answer_bytes"):
            _check_positive(name, getattr(self, name))
        _check_retries(self.retries)
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
            raise SettingsError(_needed(missing))
        if not isinstance(known["token"], Secret):
            known["token"] = Secret(str(known["token"]))
        return cls(**known)

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


def _needed(missing: Sequence[str]) -> str:
    return worded(
        f"Missing: {'; '.join(missing)}. Pass it, or set the variable.",
        f"Missing: {'; '.join(map(typed, missing))}. Set it, or talk to a mock with --mock.",
    )


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _read(environment: Mapping[str, str]) -> dict[str, Any]:
    names = [each.name for each in fields(Settings) if each.name != "retries"]
    found = {name: environment.get(f"LEADWAY_{name.upper()}", "").strip() for name in names}
    return {name: _parsed(name, text) for name, text in found.items() if text}


def _parsed(name: str, text: str) -> str | float | bool | Secret:
    if name == "token":
        return Secret(text)
    if _SURROGATE.search(text):  # So Python reads the bytes that it cannot decode.
        raise SettingsError(f"LEADWAY_{name.upper()} is no text in {getfilesystemencoding()}.")
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
    # What is wrong is found in another function, so that no frame of the error has the value.
    flaw = _flaw_of_token(token)
    if flaw:
        raise SettingsError(flaw)


def _flaw_of_token(token: Secret) -> str:
    if not token:
        return "There is no token. It is left behind when settings are pickled."
    if token.reveal().lower().startswith("bearer "):
        return "The token begins with 'Bearer'; give what comes after it."
    return "" if _is_header(token.reveal()) else "The token has a blank or a letter beyond ASCII."


def _check_version(version: str) -> None:
    if not _is_header(version):
        told = f"is a word such as 2021-07-28, and not {version!r}."
        raise SettingsError(setting("api_version", told))


def _is_header(value: str) -> bool:
    return bool(value) and value.isascii() and value.isprintable() and " " not in value


def _check_retries(retries: Retries) -> None:
    if not isinstance(retries, Retries):
        raise SettingsError(f"retries is such as Retries(attempts=3), and not {retries!r}.")


def _check_positive(name: str, value: object) -> None:
    if not isinstance(value, int | float) or not 0 < value < math.inf:
        raise SettingsError(setting(name, f"is a number above 0, and not {value!r}."))
    if name in _SECONDS and value > _LONGEST:
        raise SettingsError(setting(name, f"is no more than {_LONGEST} seconds."))
