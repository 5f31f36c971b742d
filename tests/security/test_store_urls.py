"""The password in the URL of a store is used and never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadway_mock.cli.main import main
from leadway_mock.config.settings import Settings
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.store import StoreError, open_store, redact_url
from leadway_mock.web import create_app
from leadway_mock.workers import one_store
from tests.redis_server import RedisProgram, redis_program

SECRET = "hunter2-very-secret"


def pages(settings: Settings, server: RedisProgram) -> str:
    """Return what a mock says of itself, while its store is there and when it is gone."""
    emulator = build_emulator(settings)
    client = create_app(emulator=emulator).test_client()
    reported = [client.get(f"/__mock/{page}").text for page in ("settings", "health", "metrics")]
    server.kill()
    gone = client.get("/__mock/settings")
    emulator.close()
    return "".join([*reported, gone.text, str(gone.headers)])


def test_a_password_is_used_and_never_shown(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with redis_program("--requirepass", SECRET) as server:
        place = f"127.0.0.1:{server.port}/0"
        right = f"redis://:{SECRET}@{place}"
        store = open_store(right)
        assert repr(store) == f"RedisStore('redis://{place}')"
        store.close()
        assert SECRET not in repr(Settings(store=right))
        for wrong in (f"redis://:{SECRET}x@{place}", f"redis://{place}"):
            with pytest.raises(
                StoreError, match=r"returned an error: .* The user or password"
            ) as caught:
                open_store(wrong)
            assert SECRET not in str(caught.value)
            assert main(["--store", wrong, "--port", "0"]) == 2
        reported = pages(Settings(store=right), server)
        assert f"redis://{place}" in reported
    assert SECRET not in reported + caplog.text + "".join(capfd.readouterr())


def test_the_shared_store_is_reported_without_its_password() -> None:
    settings = Settings(store=f"redis://:{SECRET}@localhost/0", workers=2)
    shared, reported = one_store(settings, Path())
    assert shared.store == settings.store
    assert reported == "from the store redis://localhost/0"


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        (f"redis://:{SECRET}/x@localhost/0", "Percent-encode"),
        (f"redis://:{SECRET}?x@localhost/0", "Percent-encode"),
        (f"redis://:{SECRET}@localhost:port/0", "host and port"),
        (f"redis://:{SECRET}@[::1/0", "host and port"),
        (f"redis://:{SECRET}@localhost/name", "the number of a database"),
        (f"redis://localhost/0?password={SECRET}", "unknown option"),
        (f"redis://localhost/0?password=a@{SECRET}", "unknown option"),
        (f"redis://localhost/0?socket_timeout={SECRET}", "a wrong value"),
        (f"redis://{SECRET}@localhost/0?decode_responses=no", "unknown option"),
        (f"postgres://u:{SECRET}@localhost/0", "names no store"),
    ],
)
def test_an_invalid_url_is_reported_without_its_password(url: str, problem: str) -> None:
    with pytest.raises(StoreError, match=problem) as caught:
        open_store(url)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://u:p@h:1/2?db=3", "redis://h:1/2"),
        ("rediss://:p%40q@h", "rediss://h"),
        ("redis://h:1/2", "redis://h:1/2"),
        ("redis://:a?b@h", "redis://..."),
        ("unix://u:p@/tmp/s", "unix:///tmp/s"),
        ("sqlite:///a@b.db", "sqlite:///a@b.db"),
        ("memory:", "memory:"),
    ],
)
def test_a_url_is_shown_without_possible_secrets(url: str, shown: str) -> None:
    assert redact_url(url) == shown


@pytest.mark.parametrize(
    "url",
    [
        f"redis:u:{SECRET}@h:1/0",
        f"rediss:/u:{SECRET}@h/0",
        f"//u:{SECRET}@h/0",
        f"u:{SECRET}@h:1/0",
        f"redis//u:{SECRET}@h",
        f"redis:{SECRET}",
        f"redis://u%3A{SECRET}%40h/0",
        f"redis:u%3A{SECRET}%40h",
        f"redis://u:{SECRET}%2540h",
        f"redis:h?password={SECRET}",
        f"http://u:{SECRET}@h",
        f"sqlite://u:{SECRET}@h/x",
        f"sqlite:////x/redis://u:{SECRET}@h/0",
        f"memory:{SECRET}",
        f" redis://u:{SECRET}@h/0",
        f"\x1b[2Jredis://u:{SECRET}@h",
        f"redis+tls://u:{SECRET}@h",
        f"unix:/{SECRET}@/tmp/s",
    ],
    ids=ascii,
)
def test_a_mistyped_url_is_reported_without_its_password(
    url: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["--store", url, "--port", "0"]) == 2
    monkeypatch.setenv("LEADWAY_MOCK_STORE", url)
    assert main(["--port", "0"]) == 2
    shown = "".join(capfd.readouterr())
    assert SECRET not in shown
    assert len(shown.splitlines()) == 2
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///a%00b.db",
        "sqlite:///a\0b.db",
        "sqlite:///a\ud800",
        "sqlite:///" + "a" * 5_000,
        "sqlite:///a\nb/c",
        "sqlite:////tmp",
        "sqlite:////dev/null",
        "sqlite:///mock.db?mode=ro",
        "redis://h\0/0",
        "redis://\ud800/0",
        "redis://" + "h" * 300 + "/0",
        "redis://[::1",
        "rediss://h/0?ssl_ca_certs=/dev/zero",
        "",
        "\x1b]0;x\x07",
    ],
    ids=range(15),
)
def test_a_url_that_names_nothing_is_explained_in_one_short_line(url: str) -> None:
    with pytest.raises(StoreError) as error:
        open_store(url)
    assert len(str(error.value)) < 600
    assert str(error.value).isprintable()
