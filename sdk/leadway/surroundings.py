"""What the environment tells every program that calls over HTTP: its proxies and certificates.

No text here repeats a proxy's address, which may have a password in it.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from leadway.destinations import is_loopback
from leadway.errors import SettingsError
from leadway.secret import Secret

_SCHEMES: Final = ("http", "https", "socks5", "socks5h")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,15}")
_UNREADABLE: Final = (
    "is no address of a proxy, such as http://proxy.example:3128; a '/', '?', '#' or '@' in a"
    " password is written as %2F, %3F, %23 or %40."
)
_NO_SOCKS: Final = (
    "names a SOCKS proxy, and those take one package more: pip install 'httpx[socks]'."
)
_OTHERWISE: Final = "or unset it: then the certificates of the package certifi count."
_HASHED: Final = re.compile(r"[0-9a-f]{8}\.[0-9]+")
"""What OpenSSL calls a certificate in a folder."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, and the variable that names it."""

    variable: str
    address: Secret

    @property
    def is_encrypted(self) -> bool:
        """Whether it is spoken to over TLS."""
        return self.address.reveal().lower().startswith("https:")

    def flawed(self, what: str = _UNREADABLE) -> SettingsError:
        """Return the error that its address is."""
        cure = "To do without a proxy, unset it, or name the host that is called in NO_PROXY."
        return SettingsError(f"{self.variable} {what} {cure}")


def proxy_for(base_url: str) -> Proxy | None:
    """Return the proxy that the environment names for this address.

    A mock on this machine is never behind one. Raises `SettingsError` for what is none.
    """
    parts = urlsplit(base_url)
    if is_loopback(base_url) or proxy_bypass(parts.hostname or ""):
        return None
    proxy = _named(parts.scheme) or _named("all")
    # What is wrong is found in another function, so that no frame of the error has the password.
    flaw = _flaw_of_proxy(proxy) if proxy else ""
    if proxy and flaw:
        raise proxy.flawed(flaw)
    return proxy


def _named(kind: str) -> Proxy | None:
    given = getproxies().get(kind, "")
    address = given.strip()
    if not address:
        return None
    names = (name for name, text in os.environ.items() if text == given)
    variable = next((name for name in names if name.lower() == f"{kind}_proxy"), None)
    # As every program reads it, what names no scheme is a host that speaks HTTP.
    whole = address if "://" in address else f"http://{address}"
    return Proxy(variable or "The proxy in the settings of this system", Secret(whole))


def _flaw_of_proxy(proxy: Proxy) -> str:
    address = proxy.address.reveal()
    scheme = address.partition("://")[0]
    if scheme.lower() not in _SCHEMES:
        found = f", and not with {scheme}://" if _WORD.fullmatch(scheme) else ""
        return f"begins with http://, https://, socks5:// or socks5h://{found}."
    if not _is_place(address):
        return _UNREADABLE
    return _NO_SOCKS if scheme.lower().startswith("socks") and not find_spec("socksio") else ""


def _is_place(address: str) -> bool:
    try:
        parts = urlsplit(address)
        has_port = parts.port != 0  # Asking for the port raises where it is no number.
    except ValueError:
        return False
    # Behind the host there can be an '@' only if a password has been cut short before it.
    cut_short = "@" in f"{parts.path}{parts.query}{parts.fragment}"
    return bool(parts.hostname) and has_port and not cut_short and address.isprintable()


def trust(otherwise: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """Return what TLS trusts: the certificates that the environment names, or those of `otherwise`.

    Raises `SettingsError` when they cannot be read.
    """
    file, folders = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if folders and not file:
        _check_folders(folders)
    try:
        if file:
            return ssl.create_default_context(cafile=file)
        return ssl.create_default_context(capath=folders) if folders else otherwise()
    except OSError as error:  # An SSLError is one, too.
        told = _flaw_of_file(file, error) if file else ""
        raise SettingsError(told or _flaw_of_log() or _flaw_of_tls(error)) from None


def _check_folders(folders: str) -> None:
    if not any(_has_certificates(Path(each)) for each in folders.split(os.pathsep) if each):
        told = f"SSL_CERT_DIR names {folders!r}, where there is no certificate by the name that"
        cure = f"Name a folder that has some, {_OTHERWISE}"
        raise SettingsError(f"{told} OpenSSL looks for (`openssl rehash` gives it). {cure}")


def _has_certificates(folder: Path) -> bool:
    try:
        return any(_HASHED.fullmatch(each.name) for each in folder.iterdir())
    except OSError:
        return False


def _flaw_of_file(file: str, error: OSError) -> str:
    what = _trouble_with(file, "rb")
    if not what and isinstance(error, ssl.SSLError):
        what = "there is no certificate in PEM form in it"
    cure = f"Name a file of certificates in PEM form, {_OTHERWISE}"
    return f"SSL_CERT_FILE names {file!r}: {what}. {cure}" if what else ""


def _flaw_of_log() -> str:
    # Python opens it for every program that speaks TLS, whatever the program wants.
    log = os.environ.get("SSLKEYLOGFILE")
    what = _trouble_with(log, "ab") if log else ""
    cure = "Name a file that can be written, or unset it."
    return f"SSLKEYLOGFILE names {log!r}: {what}. {cure}" if what else ""


def _flaw_of_tls(error: OSError) -> str:
    cure = "Reinstall the package certifi, and look at OPENSSL_CONF, if it is set."
    return f"TLS cannot be set up: {error}. {cure}"


def _trouble_with(path: str, mode: str) -> str:
    try:
        with Path(path).open(mode):
            return ""
    except OSError as error:
        return str(error.strerror)
