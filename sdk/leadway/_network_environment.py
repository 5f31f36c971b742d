"""Proxy and certificates from the environment variables that other HTTP programs read.

The connection pools of httpcore do not read them. No text here repeats the URL of a proxy, which
may contain a password.
"""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from leadway._tokens import invalid_base_url, is_loopback
from leadway.errors import SettingsError

_INVALID_PROXY: Final = (
    "must be the URL of a proxy, such as http://proxy.example:3128, with the scheme http, https,"
    " socks5 or socks5h; '/', '?', '#' and '@' in a password are written %2F, %3F, %23 and %40."
)
_NO_SOCKS: Final = "names a SOCKS proxy, which requires: pip install 'httpx[socks]'."
_NO_PROXY: Final = "To use no proxy, unset it, or add the host of the service to NO_PROXY."
_TLS_VARIABLES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")
_MAX_PORT: Final = 65_535


@dataclass(frozen=True, slots=True)
class NetworkEnvironment:
    """Certificates and proxy for the connections to one URL."""

    ssl_context: ssl.SSLContext
    proxy: httpcore.Proxy | None = None
    proxy_variable: str = ""
    """Name of the variable that names the proxy."""


def read_network_environment(base_url: str) -> NetworkEnvironment:
    """Return certificates and proxy for `base_url`. Loopback hosts are reached without a proxy.

    Raises `SettingsError` for an unusable URL or proxy, and for unreadable certificates.
    """
    if not _is_connectable(base_url):
        raise invalid_base_url()
    proxy, variable, problem = _find_proxy(base_url)
    if problem:
        raise SettingsError(f"{variable} {problem} {_NO_PROXY}")
    if not base_url.lower().startswith("https:") and (proxy is None or proxy.url.scheme != "https"):
        # No connection uses TLS, so no certificates are read, which takes 30 ms.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    else:
        context = _ssl_context()
    if proxy is None:
        return NetworkEnvironment(context)
    # The string has no password: httpx.Proxy moves it to `raw_auth`.
    proxy_context = context if proxy.url.scheme == "https" else None
    pool_proxy = httpcore.Proxy(str(proxy.url), auth=proxy.raw_auth, ssl_context=proxy_context)
    return NetworkEnvironment(context, pool_proxy, variable)


def _find_proxy(base_url: str) -> tuple[httpx.Proxy | None, str, str]:
    """Return the proxy, the name of its variable, and what is wrong with it.

    It does not raise, so that no frame of a traceback holds the password.
    """
    parts = urlsplit(base_url)
    proxies = getproxies()
    kind = next((each for each in (parts.scheme, "all") if proxies.get(each, "").strip()), "")
    if not kind or is_loopback(base_url) or proxy_bypass(parts.hostname or ""):
        return None, "", ""
    names = (name for name, value in os.environ.items() if value == proxies[kind])
    variable = next((name for name in names if name.lower() == f"{kind}_proxy"), "")
    variable = variable or "The proxy in the system settings"
    address = proxies[kind].strip()
    try:
        proxy = httpx.Proxy(address if "://" in address else f"http://{address}")
    except (httpx.InvalidURL, ValueError):
        return None, variable, _INVALID_PROXY
    url = proxy.url
    if not _is_connectable(str(url)) or url.path.strip("/") or url.query or url.fragment:
        return None, variable, _INVALID_PROXY
    if url.scheme.startswith("socks") and not find_spec("socksio"):
        return None, variable, _NO_SOCKS
    return proxy, variable, ""


def _is_connectable(address: str) -> bool:
    """Return whether the system can look up the host of a URL, and the port exists."""
    try:
        url = httpx.URL(address)
        url.raw_host.decode().encode("idna")
        return bool(url.host) and (url.port is None or 0 < url.port <= _MAX_PORT)
    except (httpx.InvalidURL, ValueError):
        return False


def _ssl_context() -> ssl.SSLContext:
    try:
        return httpx.create_ssl_context()
    except OSError as error:  # ssl.SSLError is one.
        variables = [f"{name}={os.environ[name]}" for name in _TLS_VARIABLES if name in os.environ]
        source = ", ".join(variables) or "the installation of the package certifi"
        raise SettingsError(f"TLS cannot be set up ({error}). Check {source}.") from None
