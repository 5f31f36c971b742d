"""What keeps a server that hangs from holding every thread: one at a time finds out for all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from redis.exceptions import TimeoutError  # noqa: A004 - redis-py's own name for it

from leadway_mock.store.base import StoreUnavailable


class CircuitBreaker:
    """Stands open while the server answers; after a time-out it lets one at a time try the server.

    It keeps no time: whoever tried tells whether the server is still silent, and nobody is kept
    from a server that is back for longer than the one that tries it takes.
    """

    def __init__(self) -> None:
        self._silence: StoreUnavailable | None = None
        self._trying = threading.Lock()

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Speak to the server; raises `StoreUnavailable` at once where it hangs and another tries.

        Whoever was let through learns of a time-out by a `StoreUnavailable` that it caused.
        """
        silence = self._silence
        with self._alone(silence) if silence else nullcontext():
            try:
                yield
            except StoreUnavailable as error:
                self._silence = error if isinstance(error.__cause__, TimeoutError) else None
                raise
            self._silence = None

    @contextmanager
    def _alone(self, silence: StoreUnavailable) -> Iterator[None]:
        if not self._trying.acquire(blocking=False):
            raise StoreUnavailable(str(silence))  # Nothing was sent, so that is certain.
        try:
            yield
        finally:
            self._trying.release()
