"""The Redis store: server, URL, and data of other programs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from leadway_mock.store import StoreError, open_store
from tests.redis_server import RedisProgram, redis_program


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url, decode_responses=True) as opened:
        yield opened


def test_clear_keeps_the_data_of_other_programs(redis_url: str, client: redis.Redis) -> None:
    others = {"leadway", "leadways:1", "{.}", "session:1"}
    for name in others:
        client.set(name, "theirs")
    store = open_store(redis_url)
    for key in ("/orders", "a/x", "spaces"):
        store.append(key, "ours")
        store.increment(key, expires=1)
    assert len(client.keys("*")) > 10
    store.clear()
    assert set(client.keys("*")) == others | {"leadway:format"}
    store.close()


def test_an_emptied_namespace_leaves_nothing_behind(redis_url: str, client: redis.Redis) -> None:
    store = open_store(redis_url)
    store.append("a/x", "ours")
    store.increment("a/x", expires=1)
    store.delete("a/x")
    assert client.keys("*") == ["leadway:format"]
    store.close()


def test_counters_past_their_time_are_forgotten_in_their_own_namespace(
    redis_url: str, client: redis.Redis
) -> None:
    store = open_store(redis_url)
    store.increment("b/slow clock", now=0, expires=1)
    for second in range(50):
        store.increment(f"a/window {second}", now=second, expires=second + 1)
    assert sorted(client.keys("*:counter:*")) == [
        "leadway:{a/}:counter:window 49",
        "leadway:{b/}:counter:slow clock",
    ]
    assert client.zcard("leadway:{a/}:names") == 1
    store.close()


def test_all_keys_of_a_namespace_have_its_hash_tag(redis_url: str, client: redis.Redis) -> None:
    store = open_store(redis_url)
    store.append("a/x", "1")
    store.increment("a/n", expires=1)
    ours = set(client.keys("*")) - {"leadway:format", "leadway:homes"}
    assert len(ours) == 4
    assert all(str(key).startswith("leadway:{a/}:") for key in ours)
    store.close()


def test_scripts_are_loaded_again_after_a_flush(redis_url: str, client: redis.Redis) -> None:
    store = open_store(redis_url)
    store.append("a", "x")
    client.script_flush()
    store.append("a", "y")
    client.script_flush()
    assert [item.value for item in store.items("a")] == ["x", "y"]
    store.close()


def test_a_server_on_a_unix_socket(tmp_path: Path) -> None:
    socket = tmp_path / "socket"
    with redis_program("--unixsocket", str(socket)):
        store = open_store(f"unix://{socket}?db=2")
        store.append("a", "x")
        assert store.count("a") == 1
        assert repr(store) == f"RedisStore('unix://{socket}')"
        store.close()


def test_a_node_of_a_cluster_is_an_error() -> None:
    with (
        redis_program("--cluster-enabled", "yes") as server,
        pytest.raises(StoreError, match=r"node of a Redis Cluster.* Name a standalone"),
    ):
        open_store(server.url)


def test_a_server_that_may_evict_is_warned_of(
    redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    open_store(redis_url).close()
    assert caplog.text == ""
    with redis_program("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru") as server:
        open_store(server.url).close()
    assert "may lose conversations: its maxmemory-policy is allkeys-lru" in caplog.text


def allow(client: redis.Redis, rights: list[str]) -> None:
    """Let there be a user `mock`, with the password `few`."""
    client.acl_setuser(
        "mock", enabled=True, passwords="+few", keys=["leadway:*"], categories=rights, reset=True
    )


def test_a_user_with_few_rights_is_enough(redis_server: RedisProgram, client: redis.Redis) -> None:
    rights = ["+@connection", "+@read", "+@scripting", "+@write"]
    allow(client, rights)
    store = open_store(f"redis://mock:few@127.0.0.1:{redis_server.port}/0")
    store.append("a/x", "1", keep=1)
    store.increment("a/n", now=1, expires=2)
    store.restore("b/", store.export("a/"))
    store.clear()
    assert client.keys("*") == ["leadway:format"]
    allow(client, [*rights, "-@scripting"])
    with pytest.raises(StoreError, match=r"The user needs the keys ~leadway:\*"):
        open_store(f"redis://mock:few@127.0.0.1:{redis_server.port}/0")
    store.close()
    client.acl_deluser("mock")


def test_data_of_another_format_is_an_error_and_stays_unchanged(
    redis_url: str, client: redis.Redis
) -> None:
    client.set("leadway:format", "99")
    with pytest.raises(
        StoreError, match=r"in format 99, .* reads format 1\. Name another database"
    ):
        open_store(redis_url)
    assert client.get("leadway:format") == "99"


def test_data_is_marked_again_when_a_server_has_forgotten_all(
    redis_url: str, client: redis.Redis
) -> None:
    store = open_store(redis_url)
    client.flushall()
    store.append("a", "x")
    assert client.get("leadway:format") == "1"
    store.close()


def test_a_missing_server_is_an_error_that_says_how_to_start_one() -> None:
    with redis_program() as server:
        url = server.url
    with pytest.raises(StoreError, match=r"does not respond: .*refused\. Start one with") as caught:
        open_store(url)
    assert url in str(caught.value)


def test_without_the_client_the_error_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [name for name in sys.modules if name.startswith("leadway_mock.store.redis")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "redis", None)
    monkeypatch.setitem(sys.modules, "redis.connection", None)
    with pytest.raises(StoreError, match=r"-m pip install '\.\[mock,redis\]'"):
        open_store("redis://localhost")
