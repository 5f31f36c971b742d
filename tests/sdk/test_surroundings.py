"""Whatever the environment says of proxies and certificates: only our own errors come out."""

from __future__ import annotations

import sys
from collections.abc import Callable
from os import pathsep
from pathlib import Path
from typing import Any

import pytest

from leadway import AsyncLeadway, ConnectionFailedError, Leadway, Settings, SettingsError
from leadway.commands import chat, doctor, execute
from leadway.surroundings import proxy_for, trust
from leadway.transport import _wire
from leadway_mock.agents import ECHO_ID
from tests.sdk.conftest import LOCATION, Ask
from tests.sdk.hostile import GOOD_BODY, Hostile, answer, say
from tests.sdk.outcomes import SAMPLE
from tests.sdk.test_secrets import shown

Captured = pytest.CaptureFixture[str]

PLAIN, ENCRYPTED = "http://mock.example", "https://mock.example"
PASSWORD = "hunter2"
HERE: Any = {"token": "made-up", "location_id": LOCATION}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    others = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE", "REQUEST_METHOD")
    kinds = [f"{kind}_PROXY" for kind in ("HTTP", "HTTPS", "ALL", "NO")]
    for name in (*others, *kinds, *map(str.lower, kinds)):
        monkeypatch.delenv(name, raising=False)
    # As if httpx had come without its extra for SOCKS, wherever these tests run.
    monkeypatch.setitem(sys.modules, "socksio", None)


SCHEMES = "begins with http://, https://, socks5:// or socks5h://"
PROXIES = [
    ("foo://bar", f"{SCHEMES}, and not with foo://."),
    (f"socks4://me:{PASSWORD}@proxy.example", f"{SCHEMES}, and not with socks4://."),
    (f"me:{PASSWORD}://proxy.example", f"{SCHEMES}."),
    ("socks5://127.0.0.1:9", "names a SOCKS proxy, and those take one package more: pip install"),
    ("SOCKS5H://127.0.0.1:9", "names a SOCKS proxy"),
    (f"http://me:{PASSWORD}/x@proxy.example:8", "is no address of a proxy"),
    (f"http://me:1#{PASSWORD}@proxy.example:8", "in a password is written as %2F, %3F, %23 or %40"),
    (f"http://me:{PASSWORD}@proxy.example:port", "is no address of a proxy"),
    (f"http://me:{PASSWORD}@proxy.example:99999", "is no address of a proxy"),
    (f"http://me:{PASSWORD}@proxy.example:0", "is no address of a proxy"),
    (f"http://me:{PASSWORD}@[::1", "is no address of a proxy"),
    (f"http://me:{PASSWORD}@", "is no address of a proxy"),
    (f"http://me:{PASSWORD}@a..b", "is no address of a proxy"),
    (f"http://me:{PASSWORD}@{'a' * 70}.example", "is no address of a proxy"),
    (f"http://me:{PASSWORD}@xn--", "is no address of a proxy"),
    (f"http://me:{PASSWORD}@999.1.1.1", "is no address of a proxy"),
    (f"http://me:{PASSWORD}@proxy\x01.example", "is no address of a proxy"),
    (f"http://me:{PASSWORD}@pro\nxy.example", "is no address of a proxy"),
    (f"http://me:{PASSWORD}@prox\u200by.example", "is no address of a proxy"),
    (f"http://me:{PASSWORD}\udcff@proxy.example", "is no address of a proxy"),
    ("x" * 70_000, "is no address of a proxy"),
    ("//proxy.example", "is no address of a proxy"),
]


def named(variable: str) -> str:
    """Return what a variable is to be called by, which Windows knows in capitals alone."""
    return variable.upper() if sys.platform == "win32" else variable


@pytest.mark.parametrize("client", [Leadway, AsyncLeadway])
@pytest.mark.parametrize(("proxy", "told"), PROXIES)
def test_a_proxy_that_is_none_is_told_when_a_client_is_made(
    client: Callable[..., Any], proxy: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(SettingsError) as refused:
        client(**HERE, base_url=ENCRYPTED)
    assert str(refused.value).startswith("HTTPS_PROXY ")
    assert told in str(refused.value)
    assert str(refused.value).endswith("unset it, or name the host that is called in NO_PROXY.")
    assert PASSWORD not in shown(refused.value)


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
def test_the_variable_is_named_as_it_is_written(
    variable: str, base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "foo://bar")
    with pytest.raises(SettingsError, match=f"^{named(variable)} begins with"):
        Leadway(**HERE, base_url=base_url)


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
def test_a_proxy_that_is_not_asked_is_not_looked_at(
    variable: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if variable == "NO_PROXY":
        monkeypatch.setenv("HTTPS_PROXY", "foo://bar")
    monkeypatch.setenv(variable, text)
    assert proxy_for("https://www.mock.example" if text[:1] == "[" else ENCRYPTED) is None


def test_nor_is_one_for_this_machine(
    ask: Ask, hostile_server: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "foo://bar")
    hostile_server.will(say(answer(200, GOOD_BODY)))
    assert ask(hostile_server.url).text == SAMPLE["response"]


def test_a_proxy_without_a_scheme_speaks_http(
    ask: Ask, hostile_server: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", hostile_server.url.removeprefix("http://"))
    hostile_server.will(say(answer(200, GOOD_BODY)))
    assert ask(PLAIN).text == SAMPLE["response"]
    assert hostile_server.heard[0].startswith(b"POST http://mock.example/")


@pytest.mark.parametrize("base_url", [PLAIN, ENCRYPTED])
def test_a_proxy_that_is_not_there_is_told_by_its_variable(
    ask: Ask, base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", f"http://me:{PASSWORD}@127.0.0.1:9")
    told = f"No connection to {base_url} through the proxy of ALL_PROXY: "
    with pytest.raises(ConnectionFailedError, match=told) as failed:
        ask(base_url)
    assert PASSWORD not in shown(failed.value)


def test_no_object_shows_a_proxys_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", f"https://me:{PASSWORD}@127.0.0.1:9")
    with Leadway(**HERE, base_url=PLAIN) as leadway:
        assert PASSWORD not in repr(vars(leadway._transport))  # noqa: SLF001 - what a debugger shows


def test_a_proxy_over_tls_is_trusted_by_the_same_certificates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALL_PROXY", "https://127.0.0.1:9")
    settings = Settings.made(**HERE, base_url=PLAIN)
    wire = _wire(settings, proxy_for(PLAIN))
    assert wire["proxy"].ssl_context is wire["verify"]
    assert wire["verify"].cert_store_stats()["x509_ca"]


@pytest.fixture
def set_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Set a variable to a text, or to the path of what these tests have a word for."""
    (tmp_path / "no certificate").write_text("Hello\n")
    (tmp_path / "folder").mkdir()
    words = {"missing", "no certificate", "folder", "missing/log"}

    def set_it(variable: str, text: str) -> None:
        monkeypatch.setenv(variable, str(tmp_path / text) if text in words else text)

    return set_it


FILES = [
    ("SSL_CERT_FILE", "missing", "': No such file or directory. Name a file of certificates in"),
    (
        "SSL_CERT_FILE",
        "no certificate",
        "': there is no certificate in PEM form in it. Name a file",
    ),
    ("SSL_CERT_FILE", "folder", r"': (Is a directory|Permission denied). Name a file"),
    ("SSL_CERT_DIR", "missing", "where there is no certificate by the name that OpenSSL looks for"),
    ("SSL_CERT_DIR", "no certificate", "where there is no certificate by the name"),
    ("SSL_CERT_DIR", "folder", "Name a folder that has some, or unset it: then the certificates"),
    ("SSLKEYLOGFILE", "missing/log", "': No such file or directory. Name a file that can be writ"),
    ("SSLKEYLOGFILE", "folder", r"': (Is a directory|Permission denied). Name a file that can"),
]


@pytest.mark.parametrize("client", [Leadway, AsyncLeadway])
@pytest.mark.parametrize(("variable", "path", "told"), FILES)
def test_certificates_that_are_none_are_told_when_a_client_is_made(
    client: Callable[..., Any],
    variable: str,
    path: str,
    told: str,
    set_to: Callable[[str, str], None],
) -> None:
    set_to(variable, path)
    with pytest.raises(SettingsError, match=f"^{variable} names '.*{told}"):
        client(**HERE, base_url=ENCRYPTED)
    client(**HERE, base_url=PLAIN)  # It shows no certificate, so nobody has to read any.


def test_what_is_wrong_with_tls_itself_is_told() -> None:
    def broken() -> Any:
        raise FileNotFoundError("cacert.pem")

    with pytest.raises(SettingsError, match=r"TLS cannot be set up: cacert.pem. Reinstall"):
        trust(broken)


def test_certificates_that_are_some_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certifi = pytest.importorskip("certifi")
    (tmp_path / "0a1b2c3d.0").write_bytes(Path(certifi.where()).read_bytes())

    def never() -> Any:
        raise AssertionError

    monkeypatch.setenv("SSL_CERT_DIR", f"{tmp_path / 'missing'}:{tmp_path}".replace(":", pathsep))
    trust(never)
    monkeypatch.setenv("SSL_CERT_FILE", certifi.where())
    assert trust(never).cert_store_stats()["x509_ca"]


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
def test_an_address_that_nobody_can_look_for_is_told(
    client: Callable[..., Any], base_url: str
) -> None:
    with pytest.raises(SettingsError, match=r"^base_url is an address such as https://"):
        client(**HERE, base_url=base_url)


@pytest.mark.parametrize("name", ["timeout", "connect_timeout"])
@pytest.mark.parametrize("value", [1_000_001, 1e300, 10**400])
def test_a_wait_that_no_system_knows_is_told(name: str, value: float) -> None:
    with pytest.raises(SettingsError, match=f"^{name} is no more than 1000000 seconds"):
        Settings.made(**HERE, base_url=PLAIN, **{name: value})


def test_the_longest_wait_works(ask: Ask, hostile_server: Hostile) -> None:
    hostile_server.will(say(answer(200, GOOD_BODY)))
    ask(hostile_server.url, timeout=1_000_000, connect_timeout=1_000_000)


@pytest.mark.parametrize("name", ["LOCATION_ID", "SOURCE", "BASE_URL", "API_VERSION"])
def test_bytes_that_are_no_text_are_told(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^LEADWAY_{name} is no text in "):
        Settings.from_env({f"LEADWAY_{name}": "caf\udce9"}, token="made-up")


COMMANDS: dict[str, tuple[Callable[[list[str]], int], list[str]]] = {
    "leadway execute: ": (execute.main, [ECHO_ID, "Hello"]),
    "leadway chat: ": (chat.main, [ECHO_ID]),
    "BAD settings  ": (doctor.main, []),
}
LINES = [
    ("HTTPS_PROXY", f"foo://me:{PASSWORD}@bar", "HTTPS_PROXY begins with http://"),
    ("HTTPS_PROXY", "socks5://127.0.0.1", "HTTPS_PROXY names a SOCKS proxy"),
    ("SSL_CERT_FILE", "missing", "SSL_CERT_FILE names "),
    ("SSL_CERT_DIR", "missing", "SSL_CERT_DIR names "),
    ("SSLKEYLOGFILE", "missing/log", "SSLKEYLOGFILE names "),
]


@pytest.mark.parametrize("before", COMMANDS)
@pytest.mark.parametrize("line", LINES)
def test_every_command_tells_it_in_a_line(
    before: str, line: tuple[str, str, str], set_to: Callable[[str, str], None], capsys: Captured
) -> None:
    variable, text, told = line
    set_to(variable, text)
    main, words = COMMANDS[before]
    assert main([*words, "--mock", ENCRYPTED]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"{before}{told}")
    assert said.count("\n") == 1
    assert PASSWORD not in said
