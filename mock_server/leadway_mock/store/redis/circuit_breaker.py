"""Circuit breaker: after a time-out one thread at a time tries the server, others fail at once.

So a server that hangs blocks one thread and not all.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import TimeoutError  # noqa: A004 - redis-py's own name for it

from leadway_mock.store.base import StoreUnavailable


class CircuitBreaker:
    """Closed while the server responds; half-open after a time-out: one probe at a time.

    There is no cool-down period: the next probe starts as soon as the last one has ended, so the
    breaker closes as soon as the server is back.
    """

    def __init__(self) -> None:
        self._last_error: StoreUnavailable | None = None
        self._probe = threading.Lock()

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Run one call to the server, which raises `StoreUnavailable` caused by redis-py's error.

        Raises `StoreUnavailable` at once where the server hangs and another thread probes it.
        """
        last_error = self._last_error
        if last_error and not self._probe.acquire(blocking=False):
            raise StoreUnavailable(str(last_error))  # Nothing was sent, so nothing is uncertain.
        try:
            yield
        except StoreUnavailable as error:
            self._last_error = error if isinstance(error.__cause__, TimeoutError) else None
            raise
        else:
            self._last_error = None
        finally:
            if last_error:
                self._probe.release()
