"""The stores agree: each verb returns the same from every store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from leadway_mock.store import Store, open_store
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


def _joint_increments() -> st.SearchStrategy[Verb]:
    return st.builds(
        lambda keys, now, lasts: (
            lambda store: list(
                store.increment_all([(f"a/{key}", now + lasts) for key in keys], now=now)
            )
        ),
        *(st.lists(KEYS, min_size=1, max_size=3), TIMES, st.integers(1, 5)),
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
        _appends(), _appends(), _pages(), _increments(), _joint_increments(), _copies(), _others()
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
