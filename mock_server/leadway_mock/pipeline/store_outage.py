"""What a caller is told while the store does not answer.

Little is known of such a request: its space, its number and its journal are in the store.
"""

from __future__ import annotations

from leadway_mock.http.headers import header_text
from leadway_mock.http.messages import Response
from leadway_mock.state.ids import Ids
from leadway_mock.store import StoreUnavailable

STORE_RULE = "store-unavailable"
EVIDENCE = "invented"

RETRY_SECONDS = 1

CERTAIN = "Nothing of this request was kept: send it again in a moment."
UNCERTAIN = "Whether it was done is not known: look before you send it again."


def outage_response(
    error: StoreUnavailable, *, uncertain: bool, message: str = "Service Unavailable"
) -> Response:
    """Return the answer to a request that met `error`.

    `Retry-After` tells clients that nothing was done, and that they may send it again; it is left
    out where it is `uncertain` whether something was.
    """
    hint = f"{error} {UNCERTAIN if uncertain else CERTAIN}"
    headers = {
        "X-Trace-Id": Ids().trace(0),
        "X-Mock-Rule": STORE_RULE,
        "X-Mock-Evidence": EVIDENCE,
        "X-Mock-Hint": header_text(hint),
        **({} if uncertain else {"Retry-After": str(RETRY_SECONDS)}),
    }
    content = {"statusCode": 503, "message": message}
    return Response(503, content, STORE_RULE, EVIDENCE, headers, hint)
