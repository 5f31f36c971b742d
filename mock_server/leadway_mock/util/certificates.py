"""Local certificate authority of `leadway mock --tls`, created on first use.

It is valid for three months, and by its name constraints only for loopback and the vendor's host.
The certificate of the server is created at each start and not stored.
"""

from __future__ import annotations

import contextlib
import os
import ssl
import stat
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Final

VENDOR_HOST: Final = "services.leadconnectorhq.com"
"""Host of the real service, for clients that call no other."""

NAMES: Final = ("localhost", VENDOR_HOST)
AUTHORITY_DAYS: Final = 90
RENEWAL_DAYS: Final = 7
"""An authority that expires sooner than this is replaced."""

SERVER_DAYS: Final = 30
CERTIFICATE_FILE: Final = "authority.pem"
KEY_FILE: Final = "authority.key"
BUNDLE_FILE: Final = "all-authorities.pem"
LOCK_FILE: Final = "authority.lock"
KEY_MODE: Final = 0o600
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO

BUNDLE_VARIABLES: Final = ("CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
"""Variables that name a file in place of the system's authorities: of curl, requests, OpenSSL."""

NODE_VARIABLE: Final = "NODE_EXTRA_CA_CERTS"
"""Variable that names a file beside the authorities of Node."""


class CertificateError(Exception):
    """There is no usable authority; the text says why and what to do."""


def authority_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of the authority, in the user's data folder."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - does not fail without a home
    if sys.platform == "win32":
        base = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
    return base / "leadway" / "authority"


def authority_file() -> Path:
    """Return the file of the authority's certificate, created if there is none.

    Raises `CertificateError`.
    """
    folder = authority_folder()
    if not _is_usable(folder):
        _create_authority(folder)
    return folder / CERTIFICATE_FILE


def server_context() -> ssl.SSLContext:
    """Return the TLS context of a server, with a new certificate; raises `CertificateError`."""
    file = authority_file()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["http/1.1"])
    try:
        key = (file.parent / KEY_FILE).read_bytes()
        chain = _builder().build_server_chain(file.read_bytes(), key, NAMES, SERVER_DAYS)
    except (OSError, ValueError) as error:
        raise _unreadable(file.parent, error) from error
    with tempfile.TemporaryDirectory(prefix="leadway-mock-") as name:  # Only its owner may enter.
        chain_file = Path(name) / "chain.pem"
        chain_file.write_bytes(chain)
        context.load_cert_chain(chain_file)
    return context


def client_context() -> ssl.SSLContext:
    """Return the TLS context of a client that also trusts the authority, if there is one."""
    context = ssl.create_default_context()
    with contextlib.suppress(OSError):
        context.load_verify_locations(authority_folder() / CERTIFICATE_FILE)
    return context


def bundle_file() -> Path:
    """Return a file with the system's authorities and the local one, rewritten.

    Raises `CertificateError`.
    """
    local = authority_file()
    system = ssl.get_default_verify_paths().cafile
    try:
        known = Path(system).read_bytes() if system and Path(system).is_file() else b""
        number, name = tempfile.mkstemp(dir=local.parent)
        with os.fdopen(number, "wb") as file:
            file.write(known.rstrip() + b"\n" + local.read_bytes())
        return Path(name).replace(local.with_name(BUNDLE_FILE))
    except OSError as error:
        raise _unreadable(local.parent, error) from error


def _is_usable(folder: Path) -> bool:
    """Return whether there is an authority; raises `CertificateError` if others can use it."""
    try:
        _check_private(folder)
        _check_private(folder / KEY_FILE)
        expires_at = _builder().expiry((folder / CERTIFICATE_FILE).read_bytes())
    except FileNotFoundError:
        return False
    except (OSError, ValueError) as error:
        raise _unreadable(folder, error) from error
    return bool(expires_at > datetime.now(UTC) + timedelta(days=RENEWAL_DAYS))


def _check_private(path: Path) -> None:
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        raise CertificateError(f"{path} is a symbolic link. Delete it.")
    if not hasattr(os, "getuid"):  # Windows has access lists, and the folder is the user's.
        return
    if status.st_uid != os.getuid():
        raise CertificateError(f"{path} belongs to another user. Delete it.")
    if status.st_mode & OTHERS:
        raise CertificateError(
            f"{path} is open to other users ({stat.filemode(status.st_mode)}), who could imitate"
            f" the service to your programs. Delete {path.parent}; a new authority is created."
        )


def _create_authority(folder: Path) -> None:
    """Put a new authority into `folder`, unless another process has just done it."""
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(folder.parent / LOCK_FILE, "wb", opener=_open_private) as lock:
            with contextlib.suppress(ModuleNotFoundError):  # Windows has none.
                locks = import_module("fcntl")
                locks.flock(lock, locks.LOCK_EX)  # until the file is closed
            if not _is_usable(folder):
                _store_authority(folder)
    except OSError as error:
        reason = error.strerror or error
        raise CertificateError(f"No authority can be stored in {folder}: {reason}.") from error


def _store_authority(folder: Path) -> None:
    """Put a new authority into `folder` in one step, since other processes may read it."""
    certificate, key = _builder().build_authority(NAMES, AUTHORITY_DAYS)
    new = Path(tempfile.mkdtemp(prefix="new-", dir=folder.parent))
    (new / CERTIFICATE_FILE).write_bytes(certificate)
    with open(new / KEY_FILE, "wb", opener=_open_private) as file:
        file.write(key)
    if folder.exists():
        old = Path(tempfile.mkdtemp(prefix="old-", dir=folder.parent))
        folder.replace(old)
        _delete(old)
    new.rename(folder)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, KEY_MODE)


def _delete(folder: Path) -> None:
    for name in (CERTIFICATE_FILE, KEY_FILE, BUNDLE_FILE):
        (folder / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # Something else is in it.
        folder.rmdir()


def _unreadable(folder: Path, error: Exception) -> CertificateError:
    hint = f"Delete {folder}; a new authority is created."
    return CertificateError(f"The local authority cannot be used: {error}. {hint}")


def _builder() -> Any:  # noqa: ANN401 - a module of an extra
    try:
        return import_module("leadway_mock.util.certificate_builder")
    except ModuleNotFoundError as error:
        if error.name != "cryptography":
            raise
        command = f"{sys.executable} -m pip install '.[tls]'"
        message = "TLS needs cryptography, which is not installed."
        raise CertificateError(
            f"{message} In your clone of the repository, run: {command}"
        ) from error
