"""The store in a Redis that speaks TLS: who is trusted, who is not, and what helps then."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import redis

from leadway_mock.cli.main import main
from leadway_mock.store import StoreError, StoreUnavailable, open_store
from leadway_mock.store.redis.tls import failure
from tests.network import Proxy
from tests.redis_server import LONG_TIMEOUTS, RedisProgram, redis_program
from tests.tls import Authority, SealedLine

SECRET = "hunter2-very-secret"
PATIENCE = 30.0

UNKNOWN_AUTHORITY = (
    "is not to be trusted: its certificate is signed by no authority that is known here. Name the"
    " file of the one that did: rediss://HOST:PORT/DB?ssl_ca_certs=FILE, or the variable"
    " SSL_CERT_FILE."
)
PORT_OR_PLAIN = "Name the port on which it does, or write redis:// if it has none."
CERTIFICATE = "rediss://HOST:PORT/DB?ssl_certfile=FILE&ssl_keyfile=FILE"

LOCKED = """\
-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAixMWO0j28dEgICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEOu+4n/E37zK9ogUY3/GLAsEgZCn
NBQFntLiy4Tw0HmtTcvZmROosTTPuKmrcdICLwP9USGokJHwAZXpwGEkfkuMQmCJ
VX77pKJl2sSKFXAKcSV8phxhuAWZb07vm6OmzPIrokui23f6qAWzwfNDVfTtcNl/
kpp6GIUYh7OItHP8OHaVjF7P5Al30nPxc5nPZqDLvM2VrUKfkt1S/Hr3SBvjt2I=
-----END ENCRYPTED PRIVATE KEY-----
"""
"""A key that opens nothing, with a pass phrase that nobody needs."""


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


def refused(store: str) -> str:
    """Return why a store is refused: in one line, and without the password."""
    with pytest.raises(StoreError) as caught:
        open_store(store)
    told = str(caught.value)
    assert SECRET not in told
    assert "\n" not in told
    return told


@contextmanager
def untouched(server: RedisProgram) -> Iterator[None]:
    """See to it that nobody comes to the server meanwhile, with a password or without."""
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


def test_an_unknown_authority_is_refused(server: RedisProgram, door: Proxy, tmp_path: Path) -> None:
    another = Authority.made(tmp_path)
    with untouched(server):
        assert refused(url(door.port)).endswith(UNKNOWN_AUTHORITY)
        assert refused(url(door.port, ssl_ca_certs=another.file)).endswith(UNKNOWN_AUTHORITY)


def test_a_certificate_for_another_name_is_refused(
    server: RedisProgram, authority: Authority
) -> None:
    with Proxy(server.port, tls=authority.presenting("redis.example", "127.0.0.2")) as wrong:
        address = url(wrong.port, ssl_ca_certs=authority.file)
        with untouched(server):
            for host in ("127.0.0.1", "localhost"):
                assert refused(address.replace("127.0.0.1", host)).endswith(
                    f"its certificate is not for {host}. Call it by a name that is in there."
                )
        open_store(f"{address}&ssl_check_hostname=false").close()


def test_a_certificate_that_has_expired_is_refused(
    server: RedisProgram, authority: Authority
) -> None:
    with Proxy(server.port, tls=authority.presenting(expired=True)) as old, untouched(server):
        assert refused(url(old.port, ssl_ca_certs=authority.file)).endswith(
            "its certificate has expired. Renew it, or set the clock of this machine."
        )


def test_nothing_is_asked_of_a_certificate_where_that_is_wanted(door: Proxy) -> None:
    open_store(url(door.port, ssl_cert_reqs="none")).close()


def test_a_server_that_wants_to_see_a_certificate(
    server: RedisProgram, authority: Authority
) -> None:
    certificate, key = authority.for_client()
    with Proxy(server.port, tls=authority.asking()) as asking:
        address = url(asking.port, ssl_ca_certs=authority.file)
        assert CERTIFICATE in refused(address)
        open_store(f"{address}&ssl_certfile={certificate}&ssl_keyfile={key}").close()


def test_a_plain_server_behind_rediss_is_refused(
    server: RedisProgram, authority: Authority
) -> None:
    """This one waits for more than a greeting in TLS; others take it for a wrong command."""
    impatient = "?socket_timeout=0.5"
    assert refused(url(server.port, timeout=impatient, ssl_ca_certs=authority.file)).endswith(
        f"it was greeted in TLS and said nothing, as a server that speaks none may do."
        f" {PORT_OR_PLAIN}"
    )


def test_redis_for_a_server_that_speaks_tls_is_refused(door: Proxy) -> None:
    assert "If it speaks TLS on this port, write rediss://" in refused(url(door.port, "redis"))


@contextmanager
def answering(say: Callable[[socket.socket], object]) -> Iterator[int]:
    """Be a server on a port, for one connection."""

    def answer() -> None:
        with suppress(OSError):
            caller, _ = listening.accept()
            with caller:
                say(caller)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE)
        thread = threading.Thread(target=answer)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


def after_greeting(answer: bytes) -> Callable[[socket.socket], object]:
    """Say something that is not TLS to whoever has said something."""

    def say(caller: socket.socket) -> None:
        caller.recv(65_536)
        caller.sendall(answer)

    return say


@pytest.mark.parametrize(
    "answer",
    [
        b"-ERR unknown command '\x16\x03\x01', with args beginning with: \r\n",
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_what_is_not_tls_is_refused(answer: bytes) -> None:
    with answering(after_greeting(answer)) as port:
        assert refused(url(port)).endswith(f"it speaks no TLS on this port. {PORT_OR_PLAIN}")


def test_a_server_that_hangs_up_when_greeted_is_refused() -> None:
    with answering(after_greeting(b"")) as port:
        told = refused(url(port))
    assert f"If it wants to see a certificate, show it one: {CERTIFICATE}." in told
    assert "write redis://" in told


def test_a_server_that_says_why_it_refuses_is_quoted(authority: Authority) -> None:
    """With TLS 1.2 the refusal comes before anything else can be under way."""
    side = authority.asking()
    side.maximum_version = ssl.TLSVersion.TLSv1_2
    with answering(lambda caller: side.wrap_socket(caller, server_side=True)) as port:
        told = refused(url(port, ssl_ca_certs=authority.file))
    assert " refuses: TLS fails: " in told
    assert " alert " in told
    assert told.endswith(f"Show it a certificate that it accepts: {CERTIFICATE}.")


@pytest.mark.parametrize(
    ("reason", "verb", "why"),
    [
        ("RECORD_LAYER_FAILURE", "does not answer", "it speaks no TLS on this port"),
        ("UNSUPPORTED_PROTOCOL", "does not answer", "TLS fails: unsupported protocol"),
        ("TLSV1_ALERT_PROTOCOL_VERSION", "refuses", "TLS fails: tlsv1 alert protocol version"),
        (None, "does not answer", "TLS fails: [SSL] PEM lib"),
    ],
)
def test_other_ways_in_which_tls_fails(reason: str | None, verb: str, why: str) -> None:
    error = ssl.SSLError(1, "[SSL] PEM lib")
    error.reason = reason  # type: ignore[assignment]  # OpenSSL does not always give one
    told = failure(error, "rediss://localhost")
    assert told is not None
    assert (told.verb, told.why) == (verb, why)


def test_a_certificate_that_is_wrong_in_a_way_of_its_own() -> None:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = 92, "Missing Authority Key Identifier"
    told = failure(error, "rediss://localhost")
    assert told is not None
    assert told.why == "Missing Authority Key Identifier"


def test_a_server_that_is_not_there_is_missed_as_one_without_tls() -> None:
    with redis_program() as gone:
        port = gone.port
    assert "Start one with" in refused(url(port))


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
    ("options", "lesson"),
    [
        ("ssl_ca_certs={gone}", "the file of ssl_ca_certs cannot be read: No such file"),
        ("ssl_ca_certs={folder}", "the file of ssl_ca_certs cannot be read: Is a directory"),
        ("ssl_ca_certs={null}", "the file of ssl_ca_certs cannot be read: its name cannot be"),
        ("ssl_ca_certs={text}", "there is no certificate in the file of ssl_ca_certs"),
        ("ssl_certfile={gone}", "the file of ssl_certfile cannot be read: No such file"),
        ("ssl_certfile={good}&ssl_keyfile={gone}", "the file of ssl_keyfile cannot be read"),
        ("ssl_keyfile={key}", "ssl_keyfile comes with ssl_certfile"),
        ("ssl_certfile={text}", "have to be a certificate and its own key"),
        ("ssl_certfile={good}", "have to be a certificate and its own key"),
        ("ssl_certfile={good}&ssl_keyfile={other}", "have to be a certificate and its own key"),
        ("ssl_certfile={good}&ssl_keyfile={locked}", "ssl_keyfile has a pass phrase. Unlock it"),
        ("ssl_cert_reqs=CERT_NONE", "ssl_cert_reqs is one of required, optional, none"),
    ],
)
def test_options_that_cannot_work_are_explained(
    files: dict[str, Path], options: str, lesson: str
) -> None:
    """Before anything is sent: nobody listens on that port."""
    told = refused(f"{url(1)}&{options.format_map(files)}")
    assert told.startswith("cannot open the store rediss://127.0.0.1:1/0: ")
    assert lesson in told


def test_options_for_tls_on_a_url_without_it_are_explained(authority: Authority) -> None:
    told = refused(url(1, "redis", ssl_ca_certs=authority.file))
    assert "options that begin with ssl_ are for TLS. Write rediss:// to speak it." in told


@pytest.mark.parametrize("flags", [[], ["--workers", "2"]])
def test_the_command_tells_it_in_a_line(
    door: Proxy, capfd: pytest.CaptureFixture[str], flags: list[str]
) -> None:
    assert main(["--store", url(door.port), "--port", "0", *flags]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert err.rstrip().endswith(UNKNOWN_AUTHORITY)
    assert SECRET not in err


def test_a_silence_is_got_over(server: RedisProgram, authority: Authority) -> None:
    """Both on a connection that stands and amid the greeting of a new one."""
    with SealedLine(server.port, authority.presenting()) as line:
        short = "?socket_timeout=0.5"
        store = open_store(url(line.port, timeout=short, ssl_ca_certs=authority.file))
        line.silence()
        with pytest.raises(StoreUnavailable, match="Timeout reading") as caught:
            store.append("silence", "in doubt")
        assert caught.value.uncertain
        with pytest.raises(StoreUnavailable, match="greeted in TLS and said nothing") as caught:
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
