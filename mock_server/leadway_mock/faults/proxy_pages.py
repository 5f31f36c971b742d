"""HTML error pages of a proxy in front of the platform.

Responses of a proxy with status 403, 502 and 520 to 529 were observed. These pages and headers are
invented, modelled on the content delivery networks that use these statuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from importlib import resources
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
"""The reason phrase of each status; 520 to 529 are not standard, and 528 is not in use."""

_PAGE = resources.files(__package__).joinpath("proxy_page.html").read_text("utf-8")
_BLOCKED = "Sorry, you have been blocked. You are unable to access this site."
_DOWN = "The proxy works; the server behind it does not. Please try again in a few minutes."
_HOST = "services.leadconnectorhq.com"


def proxy_page(status: int, ray: str) -> str:
    """Return the page of a proxy for `status`; `ray` is its id of the request."""
    text = _BLOCKED if status == HTTPStatus.FORBIDDEN else _DOWN
    reason = PROXY_REASONS[status]
    return _PAGE.format(host=_HOST, status=status, reason=reason, text=text, ray=ray)


def proxy_headers(ray: str) -> dict[str, str]:
    """Return the headers of such a page."""
    return {
        "Server": "cloudflare",
        "CF-RAY": f"{ray}-MAD",
        "Cache-Control": "private, max-age=0, no-store, no-cache, must-revalidate",
        "Expires": "Thu, 01 Jan 1970 00:00:01 GMT",
        "Referrer-Policy": "same-origin",
        "X-Frame-Options": "SAMEORIGIN",
    }
