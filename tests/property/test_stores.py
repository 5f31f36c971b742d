"""The stores agree: each verb returns the same from every store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from leadway_mock.store import Append, Increment, Store, open_store
from tests.redis_server import RedisProgram

Verb = Callable[[Store], Any]

KEYS = st.sampled_from(["a/x", "a/y", "a/x/1", "b/x", "plain"])
PREFIXES = st.sampled_from(["", "a", "a/", "a/x", "b/"])
POSITIONS = st.none() | st.integers(0, 4)
TIMES = st.integers(0, 20)


def _appends() -> st.SearchStrategy[Verb]:
    values, keeps = st.text(max_size=3), st.none() | st.integers(1, 3)
    return st.builds(
        lambda key, value, after, keep: (
            lambda store: store.append(key, value, after=after, keep=keep)
        ),
        *(KEYS, values, POSITIONS, keeps),
    )


def _pages() -> st.SearchStrategy[Verb]:
    return st.builds(
        lambda key, after, limit: lambda store: list(store.items(key, after=after, limit=limit)),
        *(KEYS, st.integers(0, 4), POSITIONS),
    )


def _increments() -> st.SearchStrategy[Verb]:
    return st.builds(
        lambda key, now, lasts: (
            lambda store: store.increment(
                key, now=now, expires=None if lasts is None else now + lasts
            )
        ),
        *(KEYS, TIMES, st.none() | st.integers(1, 5)),
    )


def _commits() -> st.SearchStrategy[Verb]:
    """Several writes to different keys of one namespace."""
    keys = st.sampled_from(["a/x", "a/y", "a/x/1", "a/n"])
    appends = st.builds(
        lambda key, value, after, keep, owned: Append(
            key, value, None if after == "once" else after, keep, after == "once", owned
        ),
        *(keys, st.sampled_from(["x", "1", ""]), POSITIONS | st.just("once")),
        *(st.none() | st.integers(1, 3), st.sampled_from([(), ("a/x/", "a/"), ("a/x",)])),
    )
    increments = st.builds(Increment, keys, st.none() | st.integers(1, 25).map(float))
    writes = st.lists(
        appends | increments, min_size=1, max_size=4, unique_by=lambda write: write.key
    )
    return st.builds(lambda writes, now: lambda store: store.commit(writes, now=now), writes, TIMES)


def _reads() -> st.SearchStrategy[Verb]:
    return st.builds(
        lambda keys: lambda store: list(store.read(keys)), st.lists(KEYS, min_size=1, max_size=3)
    )


def _copies() -> st.SearchStrategy[Verb]:
    return st.builds(
        lambda source, target: lambda store: store.restore(target, store.export(source)),
        *(st.sampled_from(["a/", "b/"]), st.sampled_from(["a/", "b/", "c/"])),
    )


def _others() -> st.SearchStrategy[Verb]:
    return st.one_of(
        st.builds(lambda key: lambda store: store.last(key), KEYS),
        st.builds(lambda key: lambda store: store.count(key), KEYS),
        st.builds(lambda key: lambda store: store.delete(key), KEYS),
        st.builds(lambda prefix: lambda store: store.clear(prefix), PREFIXES),
    )


VERBS = st.lists(
    st.one_of(
        _appends(), _appends(), _pages(), _increments(), _commits(), _reads(), _copies(), _others()
    )
)


def results(store: Store, verbs: Sequence[Verb]) -> list[Any]:
    """Call the verbs on a store; return their results and the final content."""
    returned = [verb(store) for verb in verbs]
    return [*returned, store.export("").entries]


@settings(max_examples=300, deadline=None)
@given(verbs=VERBS)
def test_memory_and_redis_agree(redis_server: RedisProgram, verbs: list[Verb]) -> None:
    memory, shared = open_store("memory:"), open_store(redis_server.long_timeout_url)
    try:
        shared.clear()
        assert results(memory, verbs) == results(shared, verbs)
    finally:
        shared.close()


@settings(max_examples=300, deadline=None)
@given(VERBS)
def test_memory_and_file_agree(verbs: list[Verb]) -> None:
    with TemporaryDirectory() as folder:
        memory, file = open_store("memory:"), open_store(f"sqlite:///{Path(folder) / 'mock.db'}")
        try:
            assert results(memory, verbs) == results(file, verbs)
        finally:
            file.close()
