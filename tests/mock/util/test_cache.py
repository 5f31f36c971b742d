"""LRU dictionary."""

from __future__ import annotations

from leadway_mock.util.cache import BoundedDict


def test_the_least_recently_used_entry_is_evicted() -> None:
    cache = BoundedDict[str, int](2)
    cache["a"], cache["b"] = 1, 2
    assert cache.get("a") == 1
    cache["c"] = 3
    assert dict(cache) == {"a": 1, "c": 3}
    assert cache.get("b") is None
