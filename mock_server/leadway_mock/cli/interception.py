"""Environment in which clients that always call the vendor's host reach the mock instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from leadway_mock.util.certificates import (
    BUNDLE_VARIABLES,
    NODE_VARIABLE,
    VENDOR_HOST,
    authority_file,
    bundle_file,
)
from leadway_mock.util.no_proxy import no_proxy_variables

PROXY_VARIABLES: Final = ("HTTPS_PROXY", "https_proxy")
NODE_SWITCH: Final = "NODE_USE_ENV_PROXY"
"""Makes `fetch` and `https` of Node 24 and later follow the proxy variables."""


def trust_variables() -> dict[str, str]:
    """Return the variables that make clients trust the authority; raises `CertificateError`."""
    bundle = str(bundle_file())
    return {NODE_VARIABLE: str(authority_file())} | dict.fromkeys(BUNDLE_VARIABLES, bundle)


def interception_variables(url: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that send the vendor's host to the mock at `url`, without TLS.

    Other hosts but loopback cannot be reached by HTTPS, unless `NO_PROXY` names them. Raises
    `CertificateError`.
    """
    return {
        **trust_variables(),
        **dict.fromkeys(PROXY_VARIABLES, url),
        NODE_SWITCH: "1",
        **no_proxy_variables(url, environment, proxied=VENDOR_HOST),
    }
