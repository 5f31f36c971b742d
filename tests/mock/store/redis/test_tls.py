"""The Redis store over TLS: which certificates are accepted, and the errors for others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from leadway_mock.cli.main import main
from leadway_mock.store import StoreError, StoreUnavailable, open_store
from leadway_mock.store.redis.client import TLS_HINT
from tests.network import Proxy
from tests.redis_server import LONG_TIMEOUTS, RedisProgram, redis_program
from tests.tls import Authority, TlsProxy

SECRET = "hunter2-very-secret"
LOCKED = """\
-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAixMWO0j28dEgICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEOu+4n/E37zK9ogUY3/GLAsEgZCn
NBQFntLiy4Tw0HmtTcvZmROosTTPuKmrcdICLwP9USGokJHwAZXpwGEkfkuMQmCJ
VX77pKJl2sSKFXAKcSV8phxhuAWZb07vm6OmzPIrokui23f6qAWzwfNDVfTtcNl/
kpp6GIUYh7OItHP8OHaVjF7P5Al30nPxc5nPZqDLvM2VrUKfkt1S/Hr3SBvjt2I=
-----END ENCRYPTED PRIVATE KEY-----
"""
"""A key of no use, with a pass phrase."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.made(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def server() -> Iterator[RedisProgram]:
    """A server without TLS, and with a password."""
    with redis_program("--requirepass", SECRET) as started:
        yield started


@pytest.fixture(scope="module")
def door(server: RedisProgram, authority: Authority) -> Iterator[Proxy]:
    """A door to it that speaks TLS."""
    with Proxy(server.port, tls=authority.presenting()) as opened:
        yield opened


def url(port: int, scheme: str = "rediss", timeout: str = LONG_TIMEOUTS, **options: object) -> str:
    """Return the URL of a store, with its password."""
    more = "".join(f"&{name}={value}" for name, value in options.items())
    return f"{scheme}://:{SECRET}@127.0.0.1:{port}/0{timeout}{more}"


def open_error(store: str) -> str:
    """Return why a store cannot be opened: one line, without the password."""
    with pytest.raises(StoreError) as caught:
        open_store(store)
    text = str(caught.value)
    assert SECRET not in text
    assert "\n" not in text
    return text


def tls_error(store: str) -> str:
    """Return the error of a failed handshake, which names the page that explains the options."""
    text = open_error(store)
    assert " does not respond: " in text
    assert text.endswith(TLS_HINT)
    return text


@contextmanager
def untouched(server: RedisProgram) -> Iterator[None]:
    """Check that the server gets no connection in the block."""
    with redis.Redis(port=server.port, password=SECRET) as own:
        before = own.info("stats")["total_connections_received"]
        yield
        assert own.info("stats")["total_connections_received"] == before


def test_an_authority_that_the_url_names_is_trusted(
    server: RedisProgram, door: Proxy, authority: Authority
) -> None:
    store = open_store(url(door.port, ssl_ca_certs=authority.file))
    store.append("named", "over TLS")
    assert repr(store) == f"RedisStore('rediss://127.0.0.1:{door.port}/0')"
    store.close()
    plain = open_store(url(server.port, "redis"))
    assert [item.value for item in plain.items("named")] == ["over TLS"]
    plain.close()


def test_an_authority_that_the_environment_names_is_trusted(
    door: Proxy, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    open_store(url(door.port)).close()


def test_a_connection_is_used_again(
    server: RedisProgram, door: Proxy, authority: Authority
) -> None:
    """A handshake for each command would cost more than the command."""
    store = open_store(url(door.port, ssl_ca_certs=authority.file))
    with untouched(server):
        for _ in range(20):
            store.append("again", "x", keep=1)
    store.close()


def test_an_unknown_authority_is_rejected(
    server: RedisProgram, door: Proxy, tmp_path: Path
) -> None:
    another = Authority.made(tmp_path)
    with untouched(server):
        assert "certificate verify failed" in tls_error(url(door.port))
        assert "certificate verify failed" in tls_error(url(door.port, ssl_ca_certs=another.file))


def test_a_certificate_for_another_name_is_rejected(
    server: RedisProgram, authority: Authority
) -> None:
    with Proxy(server.port, tls=authority.presenting("redis.example", "127.0.0.2")) as wrong:
        address = url(wrong.port, ssl_ca_certs=authority.file)
        with untouched(server):
            assert "not valid for '127.0.0.1'" in tls_error(address)
            by_name = tls_error(address.replace("127.0.0.1", "localhost"))
            assert "not valid for 'localhost'" in by_name
        open_store(f"{address}&ssl_check_hostname=false").close()


def test_an_expired_certificate_is_rejected(server: RedisProgram, authority: Authority) -> None:
    with Proxy(server.port, tls=authority.presenting(expired=True)) as old, untouched(server):
        assert "certificate has expired" in tls_error(url(old.port, ssl_ca_certs=authority.file))


def test_verification_can_be_switched_off(door: Proxy) -> None:
    open_store(url(door.port, ssl_cert_reqs="none")).close()


def test_a_server_that_requires_a_client_certificate(
    server: RedisProgram, authority: Authority
) -> None:
    certificate, key = authority.for_client()
    with Proxy(server.port, tls=authority.asking()) as asking:
        address = url(asking.port, ssl_ca_certs=authority.file)
        tls_error(address)
        open_store(f"{address}&ssl_certfile={certificate}&ssl_keyfile={key}").close()


def test_a_plain_server_behind_rediss_is_an_error(
    server: RedisProgram, authority: Authority
) -> None:
    tls_error(url(server.port, timeout="?socket_timeout=0.5", ssl_ca_certs=authority.file))


def test_redis_for_a_server_that_expects_tls_is_an_error(door: Proxy) -> None:
    text = open_error(url(door.port, "redis"))
    assert "If the server expects TLS on this port, write rediss://" in text


def test_a_server_that_is_not_there_is_an_error() -> None:
    with redis_program() as gone:
        port = gone.port
    assert "refused" in tls_error(url(port))


@pytest.fixture
def files(authority: Authority, tmp_path: Path) -> dict[str, Path]:
    """Files that a URL may name, right and wrong."""
    certificate, key = authority.for_client()
    other, locked, text = (tmp_path / name for name in ("other.key", "locked.key", "text"))
    authority.own.issue_cert("other.example").private_key_pem.write_to_path(other)
    locked.write_text(LOCKED)
    text.write_text("no certificate")
    return {
        "good": certificate,
        "key": key,
        "other": other,
        "locked": locked,
        "text": text,
        "folder": tmp_path,
        "gone": tmp_path / "gone",
        "null": Path("a%00b"),
    }


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ("ssl_ca_certs={gone}", "cannot read ssl_ca_certs: No such file"),
        ("ssl_ca_certs={folder}", "cannot read ssl_ca_certs: "),
        ("ssl_ca_certs={null}", "cannot read ssl_ca_certs: "),
        ("ssl_ca_certs={text}", "cannot read ssl_ca_certs: "),
        ("ssl_certfile={gone}", "cannot read ssl_certfile: No such file"),
        ("ssl_certfile={good}&ssl_keyfile={gone}", "cannot read ssl_certfile with ssl_keyfile: "),
        ("ssl_keyfile={key}", "ssl_keyfile needs ssl_certfile"),
        ("ssl_certfile={text}", "cannot read ssl_certfile: "),
        ("ssl_certfile={good}", "cannot read ssl_certfile: "),
        ("ssl_certfile={good}&ssl_keyfile={other}", "cannot read ssl_certfile with ssl_keyfile: "),
        ("ssl_certfile={good}&ssl_keyfile={locked}", "cannot read ssl_certfile with ssl_keyfile: "),
        ("ssl_cert_reqs=CERT_NONE", "must be one of required, optional, none, not 'CERT_NONE'"),
    ],
)
def test_options_that_cannot_work_are_explained(
    files: dict[str, Path], options: str, problem: str
) -> None:
    """Before anything is sent: no server listens on that port."""
    text = open_error(f"{url(1)}&{options.format_map(files)}")
    assert text.startswith("cannot open the store rediss://127.0.0.1:1/0: ")
    assert problem in text
    assert text.endswith(TLS_HINT)


def test_options_for_tls_on_a_url_without_it_are_explained(authority: Authority) -> None:
    text = open_error(url(1, "redis", ssl_ca_certs=authority.file))
    assert "options that begin with ssl_ need TLS. Write rediss://." in text


@pytest.mark.parametrize("flags", [[], ["--workers", "2"]])
def test_the_command_prints_the_error_in_one_line(
    door: Proxy, capfd: pytest.CaptureFixture[str], flags: list[str]
) -> None:
    assert main(["--store", url(door.port), "--port", "0", *flags]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert err.rstrip().endswith(TLS_HINT)
    assert SECRET not in err


def test_a_stalled_connection_recovers(server: RedisProgram, authority: Authority) -> None:
    """An established connection stalls, then the handshake of a new one."""
    with TlsProxy(server.port, authority.presenting()) as line:
        short = "?socket_timeout=0.5"
        store = open_store(url(line.port, timeout=short, ssl_ca_certs=authority.file))
        line.silence()
        with pytest.raises(StoreUnavailable, match="Timeout reading") as caught:
            store.append("silence", "in doubt")
        assert caught.value.uncertain
        with pytest.raises(StoreUnavailable, match="does not respond") as caught:
            store.append("silence", "never sent")
        assert not caught.value.uncertain
        line.heal()
        store.close()
        store = open_store(url(line.port, ssl_ca_certs=authority.file))
        store.append("silence", "sent")
        kept = [item.value for item in store.items("silence")]
        assert kept.count("sent") == 1
        assert "never sent" not in kept
        store.close()
