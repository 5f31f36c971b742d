"""How a response is delivered: at once and whole, delayed, or with a transport fault.

The names are WireMock's, where WireMock has one. Only the mock's own server can cause a transport
fault; it handles requests to the platform without WSGI.
"""

from __future__ import annotations

from enum import StrEnum

IS_CANCELLED = "leadway_mock.is_cancelled"
"""Key in a WSGI environment of a function: whether the client has gone or the server is to stop.

A handler that blocks for long calls it now and then. Another WSGI server does not set it.
"""

REFUSE_CONNECTIONS = "leadway_mock.refuse_connections"
"""Key in a WSGI environment of a function: refuse new connections for so many seconds from now on.

Set by the mock's own server, unless other processes accept on its socket, too.
"""


class Transport(StrEnum):
    """A transport fault."""

    CONNECTION_RESET_BY_PEER = "CONNECTION_RESET_BY_PEER"
    """No byte, and a TCP reset."""

    EMPTY_RESPONSE = "EMPTY_RESPONSE"
    """No byte, and the connection closed in order."""

    MALFORMED_RESPONSE_CHUNK = "MALFORMED_RESPONSE_CHUNK"
    """Valid headers, then bytes that are no chunk, then the connection closed."""

    RANDOM_DATA_THEN_CLOSE = "RANDOM_DATA_THEN_CLOSE"
    """Bytes that are no HTTP, then the connection closed."""

    TRUNCATED_BODY = "TRUNCATED_BODY"
    """Valid headers and half of the body they announce, then the connection closed."""

    SLOW_BODY = "SLOW_BODY"
    """The whole response, its body a few bytes at a time."""

    HANG = "HANG"
    """No byte; the connection stays open until the client gives up."""
