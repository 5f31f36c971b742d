"""One suite over every store."""

from __future__ import annotations

import multiprocessing
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from leadway_mock.store import (
    Append,
    Increment,
    Item,
    LazyText,
    MemoryStore,
    Store,
    StoreError,
    Write,
    open_store,
)


@pytest.fixture(params=["sqlite", "redis"])
def shared_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a store that several processes can open."""
    if request.param == "redis":
        return str(request.getfixturevalue("redis_url"))
    return f"sqlite:///{tmp_path}/mock.db"


@pytest.fixture(params=["memory", "sqlite", "redis"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    urls = {"memory": "memory:", "sqlite": f"sqlite:///{tmp_path}/mock.db"}
    opened = open_store(urls.get(request.param) or request.getfixturevalue("redis_url"))
    yield opened
    opened.close()


def values(store: Store, key: str) -> list[str]:
    return [item.value for item in store.items(key)]


def test_an_empty_list_has_no_last_entry_and_counts_none(store: Store) -> None:
    assert store.last("a") is None
    assert store.items("a") == []
    assert store.count("a") == 0


def test_entries_are_numbered_from_1_in_the_order_of_appending(store: Store) -> None:
    positions = [store.append("a", value) for value in "xyz"]
    assert positions == [1, 2, 3]
    assert [(item.position, item.value) for item in store.items("a")] == [
        (1, "x"),
        (2, "y"),
        (3, "z"),
    ]
    last = store.last("a")
    assert last is not None
    assert (last.position, last.value) == (3, "z")


def test_lists_with_different_keys_do_not_meet(store: Store) -> None:
    store.append("a", "x")
    store.append("ab", "y")
    store.append("A", "z")
    assert values(store, "a") == ["x"]


def test_append_after_a_position_happens_only_there(store: Store) -> None:
    assert store.append("a", "x", after=1) is None
    assert store.append("a", "x", after=0) is not None
    assert store.append("a", "y", after=0) is None
    assert store.append("a", "y", after=1) is not None
    assert values(store, "a") == ["x", "y"]


def test_keep_drops_the_oldest_and_never_reuses_a_position(store: Store) -> None:
    for value in "vwx":
        store.append("a", value)
    assert store.append("a", "y", keep=2) == 4
    assert [(item.position, item.value) for item in store.items("a")] == [(3, "x"), (4, "y")]
    assert store.count("a") == 2


def test_items_can_be_read_page_by_page(store: Store) -> None:
    for value in "vwxyz":
        store.append("a", value)
    assert [item.value for item in store.items("a", after=1, limit=2)] == ["w", "x"]
    assert [item.value for item in store.items("a", after=4)] == ["z"]
    assert store.items("a", after=5) == []


def test_counters_count_from_1_each_for_itself(store: Store) -> None:
    assert [store.increment("a"), store.increment("a"), store.increment("b")] == [1, 2, 1]


def test_an_expired_counter_restarts(store: Store) -> None:
    assert store.increment("a", now=0, expires=10) == 1
    assert store.increment("a", now=9.9, expires=10) == 2
    assert store.increment("a", now=10, expires=20) == 1


def test_counters_are_counted_together_each_with_its_own_time(store: Store) -> None:
    both = [Increment("a/short", 10.0), Increment("a/long", 60.0)]
    assert store.commit(both, now=0) == [1, 1]
    assert store.increment("a/long", now=1, expires=60.0) == 2
    assert store.commit(both, now=9.9) == [2, 3]
    later = [Increment("a/short", 20.0), Increment("a/long", 60.0)]
    assert store.commit(later, now=10) == [1, 4]


def test_several_lists_are_read_at_once(store: Store) -> None:
    store.append("a/x", "old")
    store.append("a/x", "new")
    store.append("b/y", "other")
    found = store.read(["a/x", "a/none", "b/y", "plain"])
    assert [each and (each.position, each.value) for each in found] == [
        (2, "new"),
        None,
        (1, "other"),
        None,
    ]


def test_a_commit_makes_all_writes_and_returns_their_numbers(store: Store) -> None:
    store.append("a/x", "first")
    writes: list[Write] = [
        Append("a/x", "second", after=1),
        Increment("a/n", 9.0),
        Append("a/y", "z"),
    ]
    assert store.commit(writes, now=0) == [2, 1, 1]
    assert values(store, "a/x") == ["first", "second"]
    assert values(store, "a/y") == ["z"]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_commit_whose_condition_fails_writes_nothing(store: Store, place: int) -> None:
    store.append("a/x", "first")
    before = store.export("")
    writes: list[Write] = [Append("a/y", "z", keep=1), Increment("a/n", 9.0)]
    writes.insert(place, Append("a/x", "second", after=0))
    assert store.commit(writes, now=0) is None
    assert store.export("") == before


def test_an_append_that_is_made_once_leaves_an_existing_list(store: Store) -> None:
    once = [Append("a/x", "text", keep=1, once=True), Append("a/y", "turn")]
    assert store.commit(once) == [1, 1]
    assert store.commit(once) == [1, 2]
    assert values(store, "a/x") == ["text"]


def test_dropped_entries_take_the_lists_that_they_own_with_them(store: Store) -> None:
    for name in ("one", "two:\n", "three"):
        store.append(f"a/turns/{name}", "turn")
        store.append(f"a/marks/{name}", "")
        owned = ("a/turns/", "a/marks/")
        store.commit([Append("a/index", name, keep=1, owned=owned)])
    assert [key for key, *_ in store.export("a/").entries] == [
        "index",
        "marks/three",
        "turns/three",
    ]


def test_a_lazy_text_is_made_once_and_stored_as_text(store: Store) -> None:
    made: list[int] = []

    def make(value: int) -> str:
        made.append(value)
        return "text"

    lazy = LazyText(make, 7)
    store.commit([Append("a/x", lazy)])
    assert store.read(["a/x"])[0] == Item(1, "text")
    assert store.items("a/x") == [Item(1, "text")]
    assert store.export("a/").entries == (("x", 1, "text"),)
    assert made == [7]


def test_in_memory_the_counters_that_end_soonest_make_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("leadway_mock.store.memory.MAX_EXPIRING", 3)
    store = MemoryStore()
    store.increment("a/lasting")
    for name, expires in (("day", 90.0), ("minute", 60.0), ("burst", 10.0), ("other", 80.0)):
        store.increment(f"a/{name}", now=0, expires=expires)
    kept = [key for key, *_ in store.export("a/").counters]
    assert kept == ["day", "lasting", "minute", "other"]
    assert store.increment("b/burst", now=0, expires=10.0) == 1
    assert len(store.export("a/").counters) == 4


def test_a_counter_that_is_given_more_time_is_forgotten_when_that_is_over(store: Store) -> None:
    store.increment("a/long", now=0, expires=10.0)
    store.increment("a/long", now=5, expires=30.0)
    store.increment("a/other", now=20, expires=40.0)
    assert [key for key, *_ in store.export("a/").counters] == ["long", "other"]
    store.increment("a/another", now=30, expires=90.0)
    assert [key for key, *_ in store.export("a/").counters] == ["another", "other"]


def test_a_counter_that_no_longer_ends_is_not_forgotten(store: Store) -> None:
    store.increment("a/kept", now=0, expires=10.0)
    store.increment("a/kept", now=5)
    store.increment("a/other", now=20, expires=40.0)
    assert store.increment("a/kept", now=21) == 3


def test_counters_past_their_time_are_forgotten(tmp_path: Path) -> None:
    file = tmp_path / "mock.db"
    with closing(open_store(f"sqlite:///{file}")) as store:
        for second in range(50):
            store.increment(f"window {second}", now=second, expires=second + 1)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM counters").fetchone()[0] == 1


def test_delete_forgets_one_key_and_clear_forgets_all(store: Store) -> None:
    store.append("a", "x")
    store.append("b", "x")
    store.increment("a")
    store.delete("a")
    assert (store.count("a"), store.count("b"), store.increment("a")) == (0, 1, 1)
    store.clear()
    assert (store.count("b"), store.increment("a")) == (0, 1)


def test_clear_forgets_what_begins_with_a_prefix_and_nothing_else(store: Store) -> None:
    for key in ("a/x", "a/y", "a", "b/a/x", "a0"):
        store.append(key, "v")
        store.increment(key)
    store.clear("a/")
    assert [key for key in ("a/x", "a/y", "a", "b/a/x", "a0") if store.count(key)] == [
        "a",
        "b/a/x",
        "a0",
    ]
    assert [store.increment("a/x"), store.increment("a0")] == [1, 2]


def test_a_snapshot_can_be_put_back_elsewhere(store: Store) -> None:
    for value in "xyz":
        store.append("a/list", value, keep=2)
    store.increment("a/n", expires=5)
    store.increment("a/n", expires=5)
    snapshot = store.export("a/")
    store.append("b/list", "old")
    store.append("b/gone", "old")
    store.restore("b/", snapshot)
    assert [(item.position, item.value) for item in store.items("b/list")] == [(2, "y"), (3, "z")]
    assert store.count("b/gone") == 0
    assert store.increment("b/n", now=4, expires=5) == 3
    assert store.export("a/") == snapshot
    assert store.increment("b/n", now=6, expires=9) == 1


@pytest.mark.parametrize(
    "text",
    ["", "ñ 你好 🎈", "a\x00b", "'; DROP TABLE entries; --", "%_\\", "}/{", "./x", "%7D/", "7:"],
)
def test_any_text_is_a_key_and_a_value(store: Store, text: str) -> None:
    store.append(text, text)
    store.increment(text)
    assert values(store, text) == [text]
    snapshot = store.export("")
    assert snapshot.entries == ((text, 1, text),)
    assert snapshot.counters == ((text, 1, None),)
    store.restore("", snapshot)
    assert store.export("") == snapshot


def test_one_of_many_threads_gets_each_position(store: Store) -> None:
    """Threads that race for the same place in a list: each place goes to exactly one."""
    barrier = threading.Barrier(8)

    def race(_: int) -> int:
        won = 0
        barrier.wait()
        for _ in range(25):
            last = store.last("a")
            won += store.append("a", "x", after=last.position if last else 0) is not None
        return won

    with ThreadPoolExecutor(8) as pool:
        won = sum(pool.map(race, range(8)))
    assert [item.position for item in store.items("a")] == list(range(1, won + 1))


BOTH = (Increment("both/x", 9.0), Increment("both/y", 9.0))


def _append_and_count(url: str, times: int) -> None:
    with closing(open_store(url)) as store:
        for _ in range(times):
            store.append("a", "x", keep=1_000)
            store.increment("n")
            store.commit(BOTH)


def test_processes_share_a_store_and_lose_nothing(shared_url: str) -> None:
    url = shared_url
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_append_and_count, args=(url, 50)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        worker.close()
    with closing(open_store(url)) as store:
        assert [item.position for item in store.items("a")] == list(range(1, 151))
        assert store.increment("n") == 151
        assert store.commit(BOTH) == [151, 151]


def test_many_can_open_a_new_file_at_the_same_time(tmp_path: Path) -> None:
    """As workers do at their start. A file that is half made is no file of another program."""
    barrier = threading.Barrier(6)

    def open_one(file: Path) -> None:
        barrier.wait()
        open_store(f"sqlite:///{file}").close()

    with ThreadPoolExecutor(6) as pool:
        for number in range(10):
            list(pool.map(open_one, [tmp_path / f"{number}.db"] * 6))


def test_a_store_that_is_opened_again_has_what_was_appended(shared_url: str) -> None:
    with closing(open_store(shared_url)) as first:
        first.append("a", "x")
    with closing(open_store(shared_url)) as second:
        assert values(second, "a") == ["x"]


def test_a_relative_file_is_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    open_store("sqlite:///with%20space.db").close()
    assert (tmp_path / "with space.db").is_file()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "postgres://localhost",
        "redis:",
        "sqlite:",
        "sqlite:/file",
        "sqlite://",
        "sqlite:///",
        "sqlite://host/file",
    ],
)
def test_a_url_that_names_no_store_is_an_error_that_lists_the_known_ones(url: str) -> None:
    with pytest.raises(
        StoreError, match=r"names no store; known are memory: .* sqlite:///FILE .* redis://"
    ):
        open_store(url)


def _not_a_database(path: Path) -> None:
    path.write_text("this is not a database, and long enough to be taken for one " * 20)


def _another_format(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


def _another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE accounts (name TEXT)")


def _a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("spoil", [_not_a_database, _another_format, _another_program, _a_folder])
def test_an_unusable_file_is_an_error_and_stays_unchanged(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    path = tmp_path / "mock.db"
    spoil(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StoreError, match=r"cannot open the store .*mock\.db: .* Name a file"):
        open_store(f"sqlite:///{path}")
    assert (path.read_bytes() if path.is_file() else None) == before
