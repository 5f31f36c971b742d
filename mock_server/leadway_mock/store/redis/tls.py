"""What TLS takes on the way to a Redis server, and what helps where it fails.

redis-py does the work. It reads the files of certificates for each connection anew, tells what
went wrong in the words of OpenSSL, and asks the terminal for pass phrases: hence this.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

SCHEME = "rediss"
PREFIX = "ssl_"
"""How the options of a URL begin that are for TLS."""

AUTHORITIES, CERTIFICATE, KEY = FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
JUDGED = "ssl_cert_reqs"
JUDGEMENTS = ("required", "optional", "none")

NOT_YET_VALID, EXPIRED = 9, 10
OF_UNKNOWN_AUTHORITY = frozenset({2, 18, 19, 20, 21})
OF_OTHER_NAME = frozenset({62, 64})
"""What OpenSSL has against a certificate, by its numbers, `X509_V_ERR_…`."""

OF_PLAIN_SERVER = frozenset(
    {
        "HTTP_REQUEST",
        "PACKET_LENGTH_TOO_LONG",
        "RECORD_LAYER_FAILURE",
        "WRONG_VERSION_NUMBER",
    }
)
"""What OpenSSL says of words that are not TLS, from version to version."""

OWN = "rediss://HOST:PORT/DB?ssl_certfile=FILE&ssl_keyfile=FILE"
PLAIN = "Name the port on which it does, or write redis:// if it has none."
SHOW_ONE = f"Show it a certificate that it accepts: {OWN}."
HUNG_UP = (
    f"If it wants to see a certificate, show it one: {OWN}. If it speaks no TLS on this port, name"
    " the one on which it does, or write redis:// if it has none."
)
PERHAPS = "If it speaks TLS on this port, write rediss:// in the place of redis://."
"""What helps where a server takes a connection without TLS and hangs up."""


class Failure(NamedTuple):
    """How TLS failed: what the server does or is, why, and what helps."""

    verb: str
    why: str
    lesson: str


def failure(error: BaseException, name: str) -> Failure | None:
    """Return how TLS failed to the store of that name, if that is what is behind `error`."""
    for cause in causes(error):
        match cause:
            case ssl.SSLCertVerificationError():
                return _distrust(cause, urlsplit(name).hostname)
            case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
                return Failure("does not answer", "it hung up", HUNG_UP)
            case ssl.SSLError():
                return _refusal(cause)
            case TimeoutError() if "handshake" in str(cause):
                why = "it was greeted in TLS and said nothing, as a server that speaks none may do"
                return Failure("does not answer", why, PLAIN)
    return None


def causes(error: BaseException) -> Iterator[OSError]:
    """Yield what the system said, from which an error was made."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, OSError):
            yield found
        found = found.__cause__ or found.__context__


def _distrust(error: ssl.SSLCertVerificationError, host: str | None) -> Failure:
    """Return what is wrong with the certificate of a server."""
    code = error.verify_code
    if code in OF_UNKNOWN_AUTHORITY:
        why = "its certificate is signed by no authority that is known here"
        lesson = (
            "Name the file of the one that did: rediss://HOST:PORT/DB?ssl_ca_certs=FILE, or the"
            " variable SSL_CERT_FILE."
        )
    elif code in OF_OTHER_NAME:
        why, lesson = f"its certificate is not for {host}", "Call it by a name that is in there."
    elif code in {EXPIRED, NOT_YET_VALID}:
        why = f"its certificate {'has expired' if code == EXPIRED else 'is not valid yet'}"
        lesson = "Renew it, or set the clock of this machine."
    else:
        why, lesson = error.verify_message, "Have its certificate made anew."
    return Failure("is not to be trusted", why, lesson)


def _refusal(error: ssl.SSLError) -> Failure:
    """Return what a server has against us, or what it speaks in the place of TLS."""
    reason = error.reason or ""
    if reason in OF_PLAIN_SERVER:
        return Failure("does not answer", "it speaks no TLS on this port", PLAIN)
    why = reason.lower().replace("_", " ") or str(error)
    if "ALERT" not in reason:
        return Failure("does not answer", f"TLS fails: {why}", "")
    ours = any(word in reason for word in ("CERT", "HANDSHAKE", "UNKNOWN_CA"))
    return Failure("refuses", f"TLS fails: {why}", SHOW_ONE if ours else "")


def trouble(options: Mapping[str, Any]) -> str:
    """Return what is wrong with the options of a URL that are for TLS; empty if nothing is."""
    if options.get(JUDGED, JUDGEMENTS[0]) not in JUDGEMENTS:
        return f"{JUDGED} is one of {', '.join(JUDGEMENTS)}."
    files = {name: options[name] for name in FILES if options.get(name)}
    for name, file in files.items():
        if why := _unreadable(file):
            return f"the file of {name} cannot be read: {why}."
    if KEY in files and CERTIFICATE not in files:
        return f"{KEY} comes with {CERTIFICATE}, whose key it is."
    return _unusable(files)


def _unreadable(file: str) -> str:
    try:
        with Path(file).open("rb"):
            return ""
    except OSError as error:
        return error.strerror or "the system does not say why"
    except ValueError:  # It has a null in it.
        return "its name cannot be"


def _unusable(files: Mapping[str, str]) -> str:
    """Return what is wrong with what is in the files."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if AUTHORITIES in files:
            context.load_verify_locations(files[AUTHORITIES])
    except ssl.SSLError:
        return f"there is no certificate in the file of {AUTHORITIES}, which takes them in PEM."
    try:
        if CERTIFICATE in files:
            context.load_cert_chain(files[CERTIFICATE], files.get(KEY), password=_pass_phrase)
    except ssl.SSLError:
        return f"{CERTIFICATE} and {KEY} have to be a certificate and its own key, both in PEM."
    except _LockedError:
        return f"the file of {KEY} has a pass phrase. Unlock it with `openssl pkey`."
    return ""


class _LockedError(Exception):
    """A key is asked for its pass phrase."""


def _pass_phrase() -> str:
    raise _LockedError
