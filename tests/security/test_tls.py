"""The local authority: who can use it, and for which names it is trusted."""

from __future__ import annotations

import os
import ssl
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_connection, socketpair
from threading import Thread

import pytest
from cryptography import x509

from leadway_mock.config.settings import Settings
from leadway_mock.util import certificates
from leadway_mock.util.certificate_builder import build_server_chain
from leadway_mock.util.certificates import (
    AUTHORITY_DAYS,
    KEY_FILE,
    LOCK_FILE,
    NAMES,
    VENDOR_HOST,
    CertificateError,
    authority_file,
    server_context,
)
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an authority that does not exist yet."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    return certificates.authority_folder()


def handshake(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> None:
    """Connect both sides; raises `ssl.SSLError` where the client does not trust the server."""
    ours, theirs = socketpair()

    def serve() -> None:
        try:
            with server.wrap_socket(theirs, server_side=True) as secure:
                secure.recv(1)
        except OSError:
            theirs.close()

    thread = Thread(target=serve)
    thread.start()
    try:
        with ours, client.wrap_socket(ours, server_hostname=name):
            pass
    finally:
        thread.join()


def trusting(file: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(file))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def test_the_key_is_private(folder: Path) -> None:
    authority_file()
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert sorted(each.name for each in folder.parent.iterdir()) == [folder.name, LOCK_FILE]


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows has other permissions")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
@pytest.mark.parametrize("name", ["", KEY_FILE])
def test_an_unsafe_key_is_refused(folder: Path, name: str, mode: int) -> None:
    authority_file()
    (folder / name).chmod(mode | 0o100)
    with pytest.raises(CertificateError, match=r"is open to other users .* Delete "):
        server_context()
    (folder / name).chmod(0o700 if not name else 0o600)
    server_context()


def test_a_symbolic_link_is_refused(folder: Path, tmp_path: Path) -> None:
    authority_file()
    (folder / KEY_FILE).rename(tmp_path / "elsewhere")
    (folder / KEY_FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CertificateError, match="is a symbolic link"):
        authority_file()


def test_the_authority_is_constrained() -> None:
    certificate = x509.load_pem_x509_certificate(authority_file().read_bytes())
    constraints = certificate.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    names = [str(each.value) for each in constraints.value.permitted_subtrees or ()]
    assert names == ["localhost", VENDOR_HOST, "127.0.0.0/8", "::1/128"]
    basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (basic.critical, basic.value.ca, basic.value.path_length) == (True, True, 0)
    life = certificate.not_valid_after_utc - datetime.now(UTC)
    assert life <= timedelta(days=AUTHORITY_DAYS)


@pytest.mark.parametrize("name", NAMES)
def test_a_strict_client_trusts_the_names(name: str) -> None:
    handshake(server_context(), trusting(authority_file()), name)


def test_a_certificate_for_another_host_is_not_trusted(folder: Path, tmp_path: Path) -> None:
    file = authority_file()
    chain = tmp_path / "chain.pem"
    key = (folder / KEY_FILE).read_bytes()
    chain.write_bytes(build_server_chain(file.read_bytes(), key, ("bank.example",), 1))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        handshake(context, trusting(file), "bank.example")


def test_the_key_of_the_server_is_not_stored(folder: Path, tmp_path: Path) -> None:
    file = authority_file()
    before = sorted(each.name for each in tmp_path.rglob("*"))
    server_context()
    assert sorted(each.name for each in tmp_path.rglob("*")) == before
    assert file.read_bytes().count(b"PRIVATE KEY") == 0
    assert (folder / KEY_FILE).read_bytes().count(b"BEGIN PRIVATE KEY") == 1


def test_an_authority_is_renewed_before_it_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    first = authority_file().read_bytes()
    assert authority_file().read_bytes() == first
    monkeypatch.setattr(certificates, "RENEWAL_DAYS", AUTHORITY_DAYS + 1)
    assert authority_file().read_bytes() != first


def test_a_damaged_authority_is_named(folder: Path) -> None:
    authority_file().write_text("x")
    with pytest.raises(CertificateError, match=r"cannot be used: .* Delete "):
        authority_file()
    assert folder.exists()


def test_processes_that_start_together_share_one_authority() -> None:
    found: list[bytes] = []
    threads = [Thread(target=lambda: found.append(authority_file().read_bytes())) for _ in "12345"]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert {*found} == {authority_file().read_bytes()}


@pytest.fixture
def port() -> Iterator[int]:
    settings = Settings(port=0, tls=True)
    with open_server(create_app(settings), settings, grace=1.0) as server:
        yield int(server.url.rpartition(":")[2])


def test_no_tunnel_leaves_the_mock(port: int) -> None:
    for target in ("169.254.169.254:80", "localhost:22", "services.leadconnectorhq.com:22"):
        with closing(create_connection(("127.0.0.1", port), timeout=10)) as connection:
            connection.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
            assert connection.recv(1024).startswith(b"HTTP/1.1 403 ")
