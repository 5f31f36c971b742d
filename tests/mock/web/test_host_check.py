"""Host check: accepted host names and origins."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

import flask
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from leadway_mock.web import host_check
from leadway_mock.web.host_check import allowed_host, foreign_origin

LOOPBACK = ["127.0.0.1", "localhost", "::1", "127.0.0.2", "LOCALHOST"]
BEYOND = ["0.0.0.0", "::", "192.168.1.5", "fd00::5", "box.lan"]  # noqa: S104 - names, not binds

OWN = [
    "localhost",
    "localhost:4010",
    "LocalHost:4010",
    "localhost.",
    "localhost.:4010",
    "localhost:",
    "leadway.localhost:4010",
    "a.b.LOCALHOST",
    "127.0.0.1",
    "127.0.0.1:",
    "127.0.0.1:4010",
    "127.0.0.1.:4010",
    "127.1.2.3:65535",
    "127.255.255.254",
    "[::1]",
    "[::1]:4010",
    "[0:0:0:0:0:0:0:1]:4010",
    "[0000::0001]",
]

ADDRESSES = [
    "192.168.1.5",
    "192.168.1.5:4010",
    "10.0.0.1:4010",
    "8.8.8.8",
    "0.0.0.0:4010",
    "[2001:db8::1]",
    "[2001:DB8::1]:4010",
    "[fe80::1]:4010",
    "[::]",
]

OTHER_HOSTS = [
    "evil.example",
    "evil.example:4010",
    "127.0.0.1.evil.example",
    "127.0.0.1.nip.io:4010",
    "localhost.evil.example",
    "evillocalhost",
    "evil-localhost:80",
    "localhost.localdomain",
    "rebind.it:4010",
    "host.docker.internal:4010",
    "xn--lcalhost-57a",
]

TRICKS = [
    None,
    "",
    " ",
    ".",
    ":",
    ":4010",
    "localhost ",
    " localhost",
    "localhost\t",
    "localhost\n",
    "localhost\0",
    "localhost..",
    ".localhost",
    "a..localhost",
    "localhost,evil.example",
    "localhost, localhost",
    "localhost;evil.example",
    "localhost/evil.example",
    "localhost?evil.example",
    "localhost#evil.example",
    "localhost\\evil.example",
    "localhost@evil.example",
    "user@localhost",
    "user:password@127.0.0.1:4010",
    "http://localhost",
    "localhost:http",
    "localhost:-1",
    "localhost:+80",
    "localhost:65536",
    "localhost:999999",
    "localhost:80:80",
    "localhost:8\uff10",
    "\uff4cocalhost",
    "loc\u0430lhost",
    "127.1",
    "127.0.1",
    "127",
    "2130706433",
    "2130706433:4010",
    "0x7f000001",
    "0x7f.0.0.1",
    "0X7F.0.0.1",
    "127.0.0.0x1",
    "0177.0.0.1",
    "0177.0.0.01",
    "017700000001",
    "127.000.000.001",
    "127.0.0.256",
    "127.0.0.-1",
    "127.0.0.1e0",
    "127.0.0.1.1",
    "127.0.0.1..",
    "\uff11\uff12\uff17.0.0.1",
    "evil.example.1",
    "evil.0x1",
    "::1",
    "::1:4010",
    "[::1",
    "::1]",
    "[::1]]",
    "[[::1]]",
    "[::1]4010",
    "[::1].",
    "[::1]:4010:1",
    "[::1%25lo]",
    "[fe80::1%eth0]",
    "[v1.a]",
    "[]",
    "[:]",
    "[localhost]",
    "[127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]:4010",
    "[::ffff:8.8.8.8]",
    "[1::2::3]",
]


@pytest.mark.parametrize("bound", LOOPBACK + BEYOND)
@pytest.mark.parametrize("host", OWN)
def test_own_names_are_allowed_whatever_the_bound_host(host: str, bound: str) -> None:
    assert allowed_host(host, bound, ())


@pytest.mark.parametrize("host", ADDRESSES)
def test_other_addresses_are_allowed_only_beyond_loopback(host: str) -> None:
    assert not any(allowed_host(host, bound, ()) for bound in LOOPBACK)
    assert all(allowed_host(host, bound, ()) for bound in BEYOND)


@pytest.mark.parametrize("bound", LOOPBACK + BEYOND)
@pytest.mark.parametrize("host", OTHER_HOSTS)
def test_other_hosts_are_rejected_whatever_the_bound_host(host: str, bound: str) -> None:
    assert not allowed_host(host, bound, ())
    assert not allowed_host(host, bound, ("mock.test", "other.test"))


@pytest.mark.parametrize("bound", [*LOOPBACK, *BEYOND])
@pytest.mark.parametrize("host", TRICKS)
def test_disguised_hosts_are_rejected_whatever_the_bound_host(host: str | None, bound: str) -> None:
    assert not allowed_host(host, bound, ("mock.test", "", "*", "."))


@pytest.mark.parametrize(
    "host", ["mock.test", "MOCK.test:4010", "mock.test.:4010", "192.0.2.7:80", "[fd00::7]:1"]
)
def test_further_names_are_allowed_as_whole_names(host: str) -> None:
    names = ("Mock.Test.", "192.0.2.7:4010", "fd00::7")
    assert allowed_host(host, "127.0.0.1", names)
    assert not allowed_host("a.mock.test", "127.0.0.1", names)
    assert not allowed_host("mock.test.evil.example", "127.0.0.1", names)
    assert not allowed_host("192.0.2.8", "127.0.0.1", names)


def test_the_name_it_was_bound_by_is_allowed() -> None:
    assert allowed_host("box.lan:4010", "box.lan", ())
    assert not allowed_host("box.lan:4010", "0.0.0.0", ())  # noqa: S104 - a name, not a bind


@given(st.text() | st.from_regex(r"[\[\]:.0-9a-fx%@,\-]{0,30}"), st.sampled_from(LOOPBACK + BEYOND))
def test_whatever_is_allowed_is_local_or_an_address(host: str, bound: str) -> None:
    if not allowed_host(host, bound, ()):
        return
    name = host.rpartition(":")[0] if host[-1].isdigit() and ":" in host else host
    name = name.rstrip(":").lower().removesuffix(".").strip("[]")
    if name != "box.lan" and not name.endswith("localhost"):
        ipaddress.ip_address(name)


# Who calls


@pytest.mark.parametrize("site", [None, "same-origin", "none"])
@pytest.mark.parametrize(
    ("origin", "host", "scheme"),
    [
        (None, "localhost:4010", "http"),
        (None, None, "http"),
        ("http://localhost:4010", "localhost:4010", "http"),
        ("http://LOCALHOST:4010", "localhost:4010", "http"),
        ("http://127.0.0.1:4010", "127.0.0.1:4010", "http"),
        ("http://[::1]:4010", "[::1]:4010", "http"),
        ("http://[::1]:4010", "[0:0::1]:4010", "http"),
        ("http://localhost", "localhost:80", "http"),
        ("http://localhost:80", "localhost", "http"),
        ("https://mock.test", "mock.test:443", "https"),
    ],
)
def test_own_pages_and_command_lines_are_not_foreign(
    origin: str | None, host: str | None, scheme: str, site: str | None
) -> None:
    assert not foreign_origin(origin, site, host, scheme)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "http://evil.example",
        "http://evil.example:4010",
        "https://localhost:4010",
        "http://localhost",
        "http://localhost:4011",
        "http://127.0.0.1:4010",
        "http://localhost:4010.evil.example",
        "http://localhost.evil.example:4010",
        "http://user@localhost:4010",
        "http://localhost:4010/",
        "http://localhost:4010, http://evil.example",
        "http://localhost:4010 http://localhost:4010",
        "localhost:4010",
        "//localhost:4010",
        "file://",
        "file://localhost:4010",
        "chrome-extension://abcdefghijklmnop",
        "moz-extension://localhost:4010",
        "http://",
        "http://localhost:4010\n",
    ],
)
def test_other_origins_are_foreign(origin: str) -> None:
    assert foreign_origin(origin, None, "localhost:4010", "http")
    assert foreign_origin(origin, "same-origin", "localhost:4010", "http")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", "SAME-ORIGIN", "junk"])
def test_other_sites_are_foreign_whatever_the_origin_says(site: str) -> None:
    assert foreign_origin(None, site, "localhost:4010", "http")
    assert foreign_origin("http://localhost:4010", site, "localhost:4010", "http")


def test_an_origin_without_a_host_to_compare_is_foreign() -> None:
    assert foreign_origin("http://localhost:4010", None, None, "http")
    assert foreign_origin("null", None, "evil:x", "http")
    assert foreign_origin("http://evil:x", None, "evil:x", "http")


# On every route


@pytest.fixture
def client() -> Iterator[FlaskClient]:
    app = flask.Flask("shielded", static_folder=None)
    host_check.install_host_check(app, host_check.HostCheck("127.0.0.1", ("mock.test",)))
    app.add_url_rule("/agent", view_func=lambda: "agent", methods=["GET", "POST"])
    app.add_url_rule("/__mock", endpoint="index", view_func=lambda: "index")
    app.add_url_rule(
        "/__mock/reset", endpoint="reset", view_func=lambda: "reset", methods=["GET", "POST", "PUT"]
    )
    with app.test_client() as client:
        yield client


def check_error(response: TestResponse, status: int, rule: str, expected: str) -> None:
    assert response.status_code == status
    assert response.mimetype == "application/json"
    assert response.headers["X-Mock-Rule"] == rule
    assert response.headers["X-Mock-Evidence"] == "invented"
    assert list(response.json or {}) == ["statusCode", "message"]
    assert response.json
    assert response.json["statusCode"] == status
    assert expected in response.json["message"]
    assert not [name for name, _ in response.headers if name.startswith("Access-Control-")]


@pytest.mark.behaviour("host-rejected")
@pytest.mark.parametrize("path", ["/agent", "/__mock", "/__mock/reset", "/no/such/route"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "HEAD"])
def test_other_hosts_are_rejected_on_every_route(
    client: FlaskClient, method: str, path: str
) -> None:
    response = client.open(path, method=method, headers={"Host": "evil.example:4010"})
    if method == "HEAD":
        assert response.status_code == 403
        return
    check_error(response, 403, "host-rejected", "Host 'evil.example:4010' is not allowed")
    assert "--allow-host" in response.text


@pytest.mark.parametrize("host", ["localhost:4010", "127.0.0.1:1", "[::1]:4010", "mock.test"])
def test_own_hosts_pass(client: FlaskClient, host: str) -> None:
    assert client.get("/agent", headers={"Host": host}).text == "agent"
    assert client.get("/__mock/reset", headers={"Host": host}).text == "reset"


def test_a_missing_host_is_rejected(client: FlaskClient) -> None:
    response = client.get("/agent", environ_overrides={"HTTP_HOST": ""})
    check_error(response, 403, "host-rejected", "The Host header is missing")


def test_a_rejected_host_is_escaped_and_truncated(client: FlaskClient) -> None:
    host = "<script>\x1b[31m\xe9" + "x" * 500
    response = client.get("/agent", environ_overrides={"HTTP_HOST": host})
    check_error(response, 403, "host-rejected", "Host '<script>?[31m?xxx")
    assert "x" * 100 not in response.text


FOREIGN = [
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:3000"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
]


@pytest.mark.behaviour("origin-rejected")
@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", ["/__mock", "/__mock/reset", "/__mock/no/such"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS"])
def test_other_origins_are_rejected_by_the_control_api(
    client: FlaskClient, method: str, path: str, headers: dict[str, str]
) -> None:
    response = client.open(path, method=method, headers=headers, json={})
    check_error(response, 403, "origin-rejected", "web pages of other origins")


def test_an_escaped_control_path_is_a_control_path(client: FlaskClient) -> None:
    response = client.post("/%5f%5fmock/reset", json={}, headers={"Origin": "null"})
    check_error(response, 403, "origin-rejected", "web pages of other origins")


def test_a_link_may_be_followed_but_not_posted(client: FlaskClient) -> None:
    link = {
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
    }
    assert client.get("/__mock", headers=link).text == "index"
    assert client.post("/__mock/reset", headers=link, json={}).status_code == 403
    assert client.get("/__mock", headers=link | {"Origin": "null"}).status_code == 403


@pytest.mark.behaviour("control-media-type")
@pytest.mark.parametrize(
    "media_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json"],
)
def test_a_form_cannot_write_to_the_control_api(client: FlaskClient, media_type: str) -> None:
    response = client.post("/__mock/reset", data="{}", content_type=media_type)
    check_error(response, 415, "control-media-type", "Content-Type: application/json")


@pytest.mark.parametrize("media_type", ["application/json", "Application/JSON; charset=utf-8"])
def test_json_can_write_to_the_control_api(client: FlaskClient, media_type: str) -> None:
    assert client.post("/__mock/reset", data="{}", content_type=media_type).text == "reset"
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    response = client.post("/__mock/reset", data="{}", content_type=media_type, headers=own)
    assert response.text == "reset"


def test_a_preflight_gets_no_cors_header(client: FlaskClient) -> None:
    asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x"}
    for path in "/agent", "/__mock/reset":
        for origin in "http://evil.example", "http://localhost":
            response = client.options(path, headers={"Origin": origin, **asking})
            assert "Access-Control-Allow-Origin" not in response.headers


def test_the_platforms_own_routes_are_open_to_any_origin(client: FlaskClient) -> None:
    assert client.post("/agent", headers={"Origin": "http://evil.example"}).text == "agent"
