"""`eval "$(leadway mock env)"`: print the environment that points programs to a running mock."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence

from leadway_command import CommandParser, print_line
from leadway_mock.cli.control_client import (
    API_VERSION,
    LOCATION,
    TOKEN,
    CommandError,
    ControlClient,
)
from leadway_mock.cli.options import (
    FAILED,
    OK,
    USAGE_ERROR,
    add_options,
    print_error,
    selected_settings,
)
from leadway_mock.config.settings import Settings, SettingsError
from leadway_mock.util.certificates import (
    BUNDLE_VARIABLES,
    NODE_VARIABLE,
    VENDOR_HOST,
    CertificateError,
    authority_file,
    bundle_file,
)
from leadway_mock.util.no_proxy import no_proxy_variables

COMMAND = "leadway mock env"
RESPONSE_TIMEOUT_SECONDS = 5.0

LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read, not bound
"""The address to connect to, for a mock that listens on all addresses."""


def main(arguments: Sequence[str]) -> int:
    """Print lines for a shell to evaluate; return 1 and print none if no mock responds."""
    parser = CommandParser(
        prog=COMMAND,
        usage="leadway mock env [FLAG ...]",
        description='Print the environment of a running mock, for: eval "$(leadway mock env)"',
        epilog="--port and --host locate the mock; the other flags of `leadway mock` are accepted,"
        " so that the same flags work for both.",
    )
    parser.add_argument(
        "--intercept",
        action="store_true",
        help="also for clients that always call https://services.leadconnectorhq.com; the mock"
        " needs --tls",
    )
    add_options(parser)
    options = parser.parse_args(arguments)
    try:
        settings = Settings(**selected_settings(options, os.environ))
    except SettingsError as error:
        print_error(COMMAND, error)
        return USAGE_ERROR
    host = LOOPBACK.get(settings.host, settings.host)
    url = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    if not _is_mock(url):
        hint = f"Start one with `leadway mock --port {settings.port}`, or name another --port."
        print_error(COMMAND, f"no mock responds at {url}. {hint}")
        return FAILED
    variables = {
        "LEADWAY_BASE_URL": url,
        "LEADWAY_TOKEN": TOKEN,
        "LEADWAY_LOCATION_ID": LOCATION,
        "LEADWAY_API_VERSION": API_VERSION,
        **no_proxy_variables(url, os.environ),
    }
    if options.intercept:
        try:
            variables |= interception_variables(url, os.environ)
        except CertificateError as error:
            print_error(COMMAND, error)
            return FAILED
    for name, value in variables.items():
        print_line(f"export {name}={shlex.quote(value)}")
    return OK


def _is_mock(url: str) -> bool:
    """Return whether a mock, and not another program, responds there."""
    client = ControlClient(url)
    try:
        health = client.call("GET", "/health", timeout=RESPONSE_TIMEOUT_SECONDS)
    except CommandError:
        return False
    return isinstance(health, dict) and health.get("status") == "ok" and "contractVersion" in health


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
        "HTTPS_PROXY": url,
        "https_proxy": url,
        "NODE_USE_ENV_PROXY": "1",  # For `fetch` and `https` of Node 24 and later.
        **no_proxy_variables(url, environment, proxied=VENDOR_HOST),
    }
