"""Invalid proxies and certificates in the environment raise only SDK errors."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from leadway import AsyncLeadway, ConnectionFailedError, Leadway, Settings, SettingsError
from leadway._network_environment import read_network_environment
from leadway.commands import chat, doctor, execute
from leadway_mock.agents.builtin import ECHO_ID
from tests.sdk.conftest import LOCATION, Send
from tests.sdk.hostile_server import GOOD_BODY, HostileServer, response, send_bytes
from tests.sdk.samples import SAMPLE
from tests.sdk.test_secret import shown

Captured = pytest.CaptureFixture[str]

PLAIN, ENCRYPTED = "http://mock.example", "https://mock.example"
PASSWORD = "hunter2"
REQUIRED: Any = {"token": "made-up", "location_id": LOCATION}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    others = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE", "REQUEST_METHOD")
    kinds = [f"{kind}_PROXY" for kind in ("HTTP", "HTTPS", "ALL", "NO")]
    for name in (*others, *kinds, *map(str.lower, kinds)):
        monkeypatch.delenv(name, raising=False)
    # As if httpx was installed without its extra for SOCKS.
    monkeypatch.setitem(sys.modules, "socksio", None)


PROXIES = [
    ("foo://bar", "must be the URL of a proxy"),
    (f"socks4://me:{PASSWORD}@proxy.example", "the scheme http, https, socks5 or socks5h"),
    (f"me:{PASSWORD}://proxy.example", "must be the URL of a proxy"),
    ("socks5://127.0.0.1:9", "names a SOCKS proxy, which requires: pip install"),
    ("SOCKS5H://127.0.0.1:9", "names a SOCKS proxy"),
    (f"http://me:{PASSWORD}/x@proxy.example:8", "must be the URL of a proxy"),
    (f"http://me:1#{PASSWORD}@proxy.example:8", "in a password are written %2F, %3F, %23 and %40"),
    (f"http://me:{PASSWORD}@proxy.example:port", "must be the URL of a proxy"),
    (f"http://me:{PASSWORD}@proxy.example:99999", "must be the URL of a proxy"),
    (f"http://me:{PASSWORD}@proxy.example:0", "must be the URL of a proxy"),
    (f"http://me:{PASSWORD}@[::1", "must be the URL of a proxy"),
    (f"http://me:{PASSWORD}@", "must be the URL of a proxy"),
    (f"http://me:{PASSWORD}@a..b", "must be the URL of a proxy"),
    (f"http://me:{PASSWORD}@{'a' * 70}.example", "must be the URL of a proxy"),
    (f"http://me:{PASSWORD}@xn--", "must be the URL of a proxy"),
    (f"http://me:{PASSWORD}@999.1.1.1", "must be the URL of a proxy"),
    (f"http://me:{PASSWORD}@proxy\x01.example", "must be the URL of a proxy"),
    (f"http://me:{PASSWORD}@pro\nxy.example", "must be the URL of a proxy"),
    (f"http://me:{PASSWORD}@prox\u200by.example", "must be the URL of a proxy"),
    (f"http://me:{PASSWORD}\udcff@proxy.example", "must be the URL of a proxy"),
    ("x" * 70_000, "must be the URL of a proxy"),
    ("//proxy.example", "must be the URL of a proxy"),
]


def named(variable: str) -> str:
    """Return the name of a variable; Windows has only upper case ones."""
    return variable.upper() if sys.platform == "win32" else variable


@pytest.mark.parametrize("client", [Leadway, AsyncLeadway])
@pytest.mark.parametrize(("proxy", "text"), PROXIES)
def test_an_invalid_proxy_is_rejected_when_the_client_is_created(
    client: Callable[..., Any], proxy: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(SettingsError) as caught:
        client(**REQUIRED, base_url=ENCRYPTED)
    assert str(caught.value).startswith("HTTPS_PROXY ")
    assert text in str(caught.value)
    assert str(caught.value).endswith("unset it, or add the host of the service to NO_PROXY.")
    assert PASSWORD not in shown(caught.value)


@pytest.mark.parametrize(
    ("variable", "base_url"),
    [
        ("HTTP_PROXY", PLAIN),
        ("http_proxy", PLAIN),
        ("https_proxy", ENCRYPTED),
        ("Https_Proxy", ENCRYPTED),
        ("ALL_PROXY", PLAIN),
        ("all_proxy", ENCRYPTED),
    ],
)
def test_the_variable_of_a_proxy_is_named_as_written(
    variable: str, base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "foo://bar")
    with pytest.raises(SettingsError, match=f"^{named(variable)} must be"):
        Leadway(**REQUIRED, base_url=base_url)


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("HTTPS_PROXY", "   "),
        ("HTTPS_PROXY", ""),
        ("HTTP_PROXY", "foo://bar"),
        ("NO_PROXY", "*"),
        ("NO_PROXY", "mock.example"),
        ("NO_PROXY", "[, ,://,é,\x01,.mock.example,x:port"),
    ],
)
def test_an_unused_proxy_is_not_checked(
    variable: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if variable == "NO_PROXY":
        monkeypatch.setenv("HTTPS_PROXY", "foo://bar")
    monkeypatch.setenv(variable, text)
    base_url = "https://www.mock.example" if text[:1] == "[" else ENCRYPTED
    assert read_network_environment(base_url).proxy is None


def test_a_proxy_is_not_used_for_loopback_hosts(
    send: Send, hostile_server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "foo://bar")
    hostile_server.respond_with(send_bytes(response(200, GOOD_BODY)))
    assert send(hostile_server.url).text == SAMPLE["response"]


def test_a_proxy_without_scheme_is_http(
    send: Send, hostile_server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", hostile_server.url.removeprefix("http://"))
    hostile_server.respond_with(send_bytes(response(200, GOOD_BODY)))
    assert send(PLAIN).text == SAMPLE["response"]
    assert hostile_server.received[0].startswith(b"POST http://mock.example/")


@pytest.mark.parametrize("base_url", [PLAIN, ENCRYPTED])
def test_a_failed_connection_names_the_variable_of_the_proxy(
    send: Send, base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", f"http://me:{PASSWORD}@127.0.0.1:9")
    text = f"No connection to {base_url} through the proxy of ALL_PROXY: "
    with pytest.raises(ConnectionFailedError, match=text) as failed:
        send(base_url)
    assert PASSWORD not in shown(failed.value)


def test_no_object_shows_the_password_of_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", f"https://me:{PASSWORD}@127.0.0.1:9")
    with Leadway(**REQUIRED, base_url=PLAIN) as leadway:
        assert PASSWORD not in repr(vars(leadway._transport))  # noqa: SLF001 - what a debugger shows


def test_a_proxy_over_tls_uses_the_same_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "https://127.0.0.1:9")
    network = read_network_environment(PLAIN)
    assert network.proxy
    assert network.proxy.ssl_context is network.ssl_context
    assert network.ssl_context.cert_store_stats()["x509_ca"]


UNREADABLE = [
    ("SSL_CERT_FILE", "missing", "No such file or directory"),
    ("SSL_CERT_FILE", "no certificate", "no certificate or crl found"),
    ("SSL_CERT_FILE", "folder", ""),
    ("SSLKEYLOGFILE", "missing/log", "No such file or directory"),
    ("SSLKEYLOGFILE", "folder", "Is a directory|Permission denied"),
]


@pytest.fixture
def set_to_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Return a function that sets a variable to a path."""
    (tmp_path / "no certificate").write_text("Hello\n")
    (tmp_path / "folder").mkdir()
    return lambda variable, name: monkeypatch.setenv(variable, str(tmp_path / name))


@pytest.mark.parametrize("client", [Leadway, AsyncLeadway])
@pytest.mark.parametrize(("variable", "path", "text"), UNREADABLE)
def test_unreadable_certificates_are_rejected_when_the_client_is_created(
    client: Callable[..., Any],
    variable: str,
    path: str,
    text: str,
    set_to_path: Callable[[str, str], None],
) -> None:
    set_to_path(variable, path)
    with pytest.raises(SettingsError, match=rf"^TLS cannot be set up \(.*({text}).*{variable}=.*"):
        client(**REQUIRED, base_url=ENCRYPTED)
    client(**REQUIRED, base_url=PLAIN)  # It uses no certificates, so they are not read.


def test_without_variables_the_text_names_certifi(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Any:
        raise FileNotFoundError("cacert.pem")

    monkeypatch.setattr(httpx, "create_ssl_context", fail)
    with pytest.raises(SettingsError, match=r"\(cacert.pem\)\. Check .* package certifi\."):
        read_network_environment(ENCRYPTED)


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_certificates_are_read_from_a_file_or_folder(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certifi = pytest.importorskip("certifi")
    (tmp_path / "0a1b2c3d.0").write_bytes(Path(certifi.where()).read_bytes())
    monkeypatch.setattr(certifi, "where", lambda: str(tmp_path / "missing"))
    paths = {"SSL_CERT_FILE": tmp_path / "0a1b2c3d.0", "SSL_CERT_DIR": tmp_path}
    monkeypatch.setenv(variable, str(paths[variable]))
    assert read_network_environment(ENCRYPTED).proxy is None


ADDRESSES = [
    "http://h\u200b",
    "http://\x01",
    "http://a\nb",
    "http://a..b",
    f"http://{'a' * 70}",
    "http://xn--",
    "http://999.1.1.1",
    "https://\udcff",
]


@pytest.mark.parametrize("client", [Leadway, AsyncLeadway])
@pytest.mark.parametrize("base_url", ADDRESSES)
def test_an_unusable_base_url_is_rejected(client: Callable[..., Any], base_url: str) -> None:
    with pytest.raises(SettingsError, match=r"^`base_url` must be a URL such as https://"):
        client(**REQUIRED, base_url=base_url)


@pytest.mark.parametrize("name", ["timeout", "connect_timeout"])
@pytest.mark.parametrize("value", [1_000_001, 1e300, 10**400])
def test_a_timeout_beyond_the_limit_is_rejected(name: str, value: float) -> None:
    with pytest.raises(SettingsError, match=f"^`{name}` must be at most 1000000 seconds"):
        Settings.create(**REQUIRED, base_url=PLAIN, **{name: value})


def test_the_longest_timeout_works(send: Send, hostile_server: HostileServer) -> None:
    hostile_server.respond_with(send_bytes(response(200, GOOD_BODY)))
    send(hostile_server.url, timeout=1_000_000, connect_timeout=1_000_000)


@pytest.mark.parametrize("name", ["LOCATION_ID", "SOURCE", "BASE_URL", "API_VERSION"])
def test_undecodable_variables_are_rejected(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^LEADWAY_{name} must be .* text"):
        Settings.from_env({f"LEADWAY_{name}": "caf\udce9"}, token="made-up")


COMMANDS: dict[str, tuple[Callable[[list[str]], int], list[str]]] = {
    "leadway execute: ": (execute.main, [ECHO_ID, "Hello"]),
    "leadway chat: ": (chat.main, [ECHO_ID]),
    "BAD settings  ": (doctor.main, []),
}
LINES = [
    ("HTTPS_PROXY", f"foo://me:{PASSWORD}@bar", "HTTPS_PROXY must be the URL of a proxy"),
    ("HTTPS_PROXY", "socks5://127.0.0.1", "HTTPS_PROXY names a SOCKS proxy"),
    ("SSL_CERT_FILE", "/missing", "TLS cannot be set up "),
    ("SSLKEYLOGFILE", "/missing/log", "TLS cannot be set up "),
]


@pytest.mark.parametrize("before", COMMANDS)
@pytest.mark.parametrize("line", LINES)
def test_every_command_reports_it_in_one_line(
    before: str, line: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    variable, value, text = line
    monkeypatch.setenv(variable, value)
    main, words = COMMANDS[before]
    assert main([*words, "--mock-url", ENCRYPTED]) == 2
    printed = capsys.readouterr().err
    assert printed.startswith(f"{before}{text}")
    assert printed.count("\n") == 1
    assert PASSWORD not in printed
