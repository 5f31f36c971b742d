"""What a proxy in front of the platform says when it says no: HTML, and nothing of the platform's.

That such answers come, with status 403, 502 and 520 to 529, was observed. Their pages and headers
here are invented, after what the content delivery networks that use these statuses send.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

HTML = "text/html; charset=UTF-8"

PROXY_REASONS: Final[Mapping[int, str]] = {
    403: "Forbidden",
    502: "Bad Gateway",
    520: "Web Server Returned an Unknown Error",
    521: "Web Server Is Down",
    522: "Connection Timed Out",
    523: "Origin Is Unreachable",
    524: "A Timeout Occurred",
    525: "SSL Handshake Failed",
    526: "Invalid SSL Certificate",
    527: "Listener Error",
    528: "Unknown Proxy Error",
    529: "Site Is Overloaded",
}
"""The reason of each status; 520 to 529 are in no standard, and 528 not even in use."""

PROXY_STATUSES = tuple(PROXY_REASONS)

_PAGE = """\
<!DOCTYPE html>
<html lang="en-US">
<head>
<title>{host} | {status}: {reason}</title>
<meta charset="UTF-8">
<meta name="robots" content="noindex, nofollow">
</head>
<body>
<h1>Error {status}</h1>
<h2>{reason}</h2>
<p>{advice}</p>
<p>Ray ID: <strong>{ray}</strong></p>
</body>
</html>
"""
_BLOCKED = "Sorry, you have been blocked. You are unable to access this site."
_DOWN = "The proxy works; the server behind it does not. Please try again in a few minutes."
_HOST = "services.leadconnectorhq.com"


def proxy_page(status: int, ray: str) -> str:
    """Return the page of a proxy that answers `status`; `ray` is its number for the request."""
    advice = _BLOCKED if status == 403 else _DOWN  # noqa: PLR2004 - the one that blames the caller
    reason = PROXY_REASONS[status]
    return _PAGE.format(host=_HOST, status=status, reason=reason, advice=advice, ray=ray)


def proxy_headers(ray: str) -> dict[str, str]:
    """Return the headers that come with such a page."""
    return {
        "Server": "cloudflare",
        "CF-RAY": f"{ray}-MAD",
        "Cache-Control": "private, max-age=0, no-store, no-cache, must-revalidate",
        "Expires": "Thu, 01 Jan 1970 00:00:01 GMT",
        "Referrer-Policy": "same-origin",
        "X-Frame-Options": "SAMEORIGIN",
    }
