"""Every way to ask wrongly: the documented status, the one body, the request id in the header too, the limit's headers."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import requests

from tests.integration.server.conftest import Api
from tests.integration.server.refusals import exchange, refused, refused_raw
from tests.unit.test_docs import ENDPOINTS

RANGES = {"days": (1, 1095), "page": (1, 1_000_000_000), "pageSize": (1, 100), "items": (1, 10_000)}
TAKES = {
    "/metrics/dora": ("days", "teamId"),
    "/flow": ("days", "teamId"),
    "/review-metrics": ("days", "teamId"),
    "/copilot": ("days", "teamId"),
    "/value-stream": ("days", "teamId"),
    "/deployments": ("days", "teamId", "page", "pageSize"),
    "/pull-requests": ("days", "teamId", "page", "pageSize"),
    "/incidents": ("days", "teamId"),
    "/teams": (),
    "/status": ("teamId",),
    "/forecast/delivery": ("items", "teamId"),
    "/forecast/backlog": ("teamId",),
    "/custom-metrics": (),
    "/custom-metrics/{slug}/query": ("days",),
}
OTHER_METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD")
RISK = "/pr-risk/score"
GOOD = {"prNumber": 1847, "repo": "api", "owner": "acme"}


def wrong_numbers() -> Iterator[tuple[str, str, Any]]:
    """Endpoint, parameter, and a value that it must not have."""
    for path, names in TAKES.items():
        for name in names:
            if name in RANGES:
                low, high = RANGES[name]
                wrong = (
                    low - 1,
                    high + 1,
                    -5,
                    "",
                    "ten",
                    "1.5",
                    "1e2",
                    "0x10",
                    "NaN",
                    "inf",
                    "٣ ",
                    "1_0",
                    "true",
                    "null",
                )
                for value in (*wrong, "9" * 5_000, "\0", [7, 7]):
                    yield path, name, value


def ask(api: Api, path: str, **params: Any) -> requests.Response:
    """GET with everything right but what is given."""
    needed = {"items": 5} if path == "/forecast/delivery" else {}
    return api.get(path.replace("{slug}", "p95-cycle-time"), **(needed | params))


def test_the_table_above_names_every_endpoint() -> None:
    assert {f"GET /api/v1{path}" for path in TAKES} | {f"POST /api/v1{RISK}"} == set(ENDPOINTS)


def test_a_wrong_number_is_400_and_named_everywhere(api: Api) -> None:
    for path, name, value in wrong_numbers():
        message = refused(ask(api, path, **{name: value}), 400, name)
        assert message.startswith(name), (path, value)


@pytest.mark.parametrize("path", [path for path, names in TAKES.items() if "teamId" in names])
def test_a_wrong_team_is_400_if_it_can_be_none_and_else_404(api: Api, path: str) -> None:
    for value in ("", "x" * 201, ["a", "b"]):
        refused(ask(api, path, teamId=value), 400, "teamId")
    for value in ("team_nobody", "\0", "%", "' OR 1=1 --", "team_\n", "😀" * 50):
        assert "GET /api/v1/teams" in refused(ask(api, path, teamId=value), 404, "teamId")


def test_items_may_not_be_left_out(api: Api) -> None:
    assert refused(api.get("/forecast/delivery"), 400, "items") == "items is required."


@pytest.mark.parametrize("path", TAKES)
def test_lone_surrogates_and_broken_utf_8_in_a_query_harm_nothing(api: Api, path: str) -> None:
    url = f"{api.base_url}/api/v1{path.replace('{slug}', 'p95-cycle-time')}?items=5&x=%ED%A0%80%FF%00&%C3=1&&=&"
    assert requests.get(url, headers={"X-Koalr-Key": api.key}, timeout=10).status_code == 200


@pytest.mark.parametrize("path", [*TAKES, RISK])
def test_another_method_is_405_and_told_which_one_is_allowed(api: Api, path: str) -> None:
    allowed = "POST" if path == RISK else "GET"
    for method in (*OTHER_METHODS, "GET" if path == RISK else "POST"):
        url = f"{api.base_url}/api/v1{path.replace('{slug}', 'p95-cycle-time')}"
        answer = requests.request(method, url, headers={"X-Koalr-Key": api.key}, timeout=10)
        assert answer.headers["Allow"] == allowed
        if method == "HEAD":
            assert (answer.status_code, answer.content) == (405, b"")
        else:
            assert method in refused(answer, 405)


PATHS = ["/v1", "/v1/", "/v1/nothing", "/v1/teams/", "/v1//teams", "/v1/TEAMS", "/v2/teams", "", "/", "/v1/teams/x"]
PATHS += [
    "/v1/%00",
    "/v1/%ED%A0%80",
    "/v1/%FF",
    "/v1/%0D%0AX: y",
    "/%0A",
    "/v1/..%2F..%2Fetc",
    "/v1/" + "x" * 3_000,
    "/docs2",
]


@pytest.mark.parametrize("path", PATHS)
def test_an_unknown_path_is_404(api: Api, path: str) -> None:
    refused(requests.get(f"{api.base_url}/api{path}", headers={"X-Koalr-Key": api.key}, timeout=10), 404)


@pytest.mark.parametrize("path", ["/", "/v1/teams", "/apis", "/favicon.ico", "/%00", "/%0A"])
def test_outside_of_the_api_is_404_with_an_id_and_the_way_in(api: Api, path: str) -> None:
    answer = requests.get(api.base_url + path, timeout=10)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["requestId"]) == (404, "not_found", answer.headers["X-Request-Id"])
    assert "/api/v1/" in error["message"]


@pytest.mark.parametrize(
    "slug", ["nope", "%00", "x" * 3_000, "%F0%9F%98%80", "%ED%A0%80", quote("'; DROP TABLE x"), "..%2e"]
)
def test_an_unknown_slug_is_404_and_named(api: Api, slug: str) -> None:
    refused(api.get(f"/custom-metrics/{slug}/query"), 404, "slug")


class TestBody:
    """The body of the one POST."""

    @staticmethod
    def post(api: Api, body: Any, content_type: str | None = "application/json") -> requests.Response:
        headers = {"X-Koalr-Key": api.key} | ({"Content-Type": content_type} if content_type else {})
        return requests.post(f"{api.base_url}/api/v1{RISK}", data=body, headers=headers, timeout=10)

    @pytest.mark.parametrize(
        "content_type",
        [None, "", "text/plain", "application/xml", "multipart/form-data", "application/jsonp", "json", "\u00e9"],
    )
    def test_another_content_type_is_400(self, api: Api, content_type: str | None) -> None:
        assert "application/json" in refused(self.post(api, json.dumps(GOOD), content_type), 400)

    def test_a_charset_beside_the_content_type_is_fine(self, api: Api) -> None:
        refused(self.post(api, json.dumps(GOOD), "Application/JSON; charset=utf-8"), 404)

    @pytest.mark.parametrize(
        "body",
        [
            b"", b"{", b"{'a': 1}", b"nul", b"\xff\xfe\x00", b'{"prNumber": 1e}', b"[" * 60_000, b'{"a":' * 10_000,
            b'{"prNumber": ' + b"9" * 5_001 + b"}", b"NaN", b'{"prNumber": NaN}', b'{"prNumber": -Infinity}', b"\0" * 100,
            b"[]", b"null", b'"text"', b"1", b"true", b"[" * 500 + b"]" * 500,
        ],
        ids=lambda body: repr(body[:16]),
    )  # fmt: skip
    def test_what_is_no_json_object_is_400_and_names_no_field(self, api: Api, body: bytes) -> None:
        refused(self.post(api, body), 400)

    @pytest.mark.parametrize("field", GOOD)
    def test_a_field_left_out_null_or_given_twice_is_400_and_named(self, api: Api, field: str) -> None:
        others = {name: value for name, value in GOOD.items() if name != field}
        assert refused(self.post(api, json.dumps(others)), 400, field) == f"{field} is required."
        refused(self.post(api, json.dumps(others | {field: None})), 400, field)
        twice = json.dumps(GOOD)[:-1] + f', "{field}": {json.dumps(GOOD[field])}}}'
        assert "more than once" in refused(self.post(api, twice), 400, field)

    @pytest.mark.parametrize("value", [0, -1, 1.5, 10**18 + 1, 10**400, "1", True, [], {}, [1]])
    def test_a_wrong_number_is_400_and_named(self, api: Api, value: Any) -> None:
        refused(self.post(api, json.dumps(GOOD | {"prNumber": value})), 400, "prNumber")

    def test_a_number_beyond_floats_is_400(self, api: Api) -> None:
        refused(self.post(api, '{"prNumber": 1e400, "repo": "api", "owner": "acme"}'), 400, "prNumber")

    def test_a_whole_number_may_be_written_with_a_point(self, api: Api) -> None:
        assert "#1847" in refused(self.post(api, '{"prNumber": 1847.0, "repo": "api", "owner": "acme"}'), 404)

    @pytest.mark.parametrize("field", ["repo", "owner"])
    def test_a_wrong_text_is_400_and_named(self, api: Api, field: str) -> None:
        for value in ("", "x" * 201, "a\0b", "\ud800", "\udfff!", 1, True, [], {"a": 1}, 1.5):
            refused(self.post(api, json.dumps(GOOD | {field: value})), 400, field)

    def test_fields_nobody_asked_for_are_ignored(self, api: Api) -> None:
        refused(self.post(api, json.dumps(GOOD | {"x": {"\ud800": ["\0", 1.5]}})), 404)

    @pytest.mark.parametrize("kib", [65, 200, 5_000])
    def test_a_body_over_64_kib_is_400_with_and_without_its_length(self, api: Api, kib: int) -> None:
        body = b'{"x": "' + b"x" * (kib * 1024)
        assert "64 KiB" in refused(self.post(api, body), 400)
        assert "64 KiB" in refused(self.post(api, iter([body[:1000], body[1000:]])), 400)

    def test_a_body_of_exactly_64_kib_is_read(self, api: Api) -> None:
        body = json.dumps(GOOD)
        refused(self.post(api, body + " " * (64 * 1024 - len(body))), 404)
        refused(self.post(api, body + " " * (64 * 1024 - len(body) + 1)), 400)


class TestBeyondHttp:
    """Requests so long or broken that they are refused before a route or a key is looked at."""

    def test_a_query_of_50_kib_is_ignored_where_nobody_asked_for_it(self, api: Api) -> None:
        assert api.get("/teams", x="y" * 50_000).status_code == 200
        refused(api.get("/flow", teamId="y" * 50_000), 400, "teamId")

    @pytest.mark.parametrize(
        "sent",
        [
            b"GET /api/v1/teams?x=" + b"y" * 66 * 1024,  # and no end: whatever came after it would meet a closed door
            b"GET /api/v1/teams HTTP/1.1\r\nHost: x\r\nX-Koalr-Key: " + b"y" * 66 * 1024,
            b"GET /api/v1/teams HTTP/1.1\r\nHost: x\r\nX-Koalr-Key: a\0b\r\n\r\n",
            b"GET /api/v1/\xff HTTP/1.1\r\nHost: x\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
            b"POST /api/v1/pr-risk/score HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        ],
        ids=[
            "long query",
            "long header",
            "NUL in a header",
            "raw bytes in a path",
            "TLS",
            "negative length",
        ],
    )
    def test_it_is_400_in_the_one_shape(self, api: Api, sent: bytes) -> None:
        assert "64 KiB" in refused_raw(exchange(api.base_url, sent), 400)["message"]

    @pytest.mark.parametrize("place", [b"?x=%s HTTP/1.1", b" HTTP/1.1\r\nX-Koalr-Key: %s"])
    def test_a_little_less_is_a_request_like_any_other(self, api: Api, place: bytes) -> None:
        start = b"GET /api/v1/teams" + place % (b"y" * 60 * 1024)
        found = exchange(api.base_url, start + b"\r\nHost: x\r\n\r\n")
        assert "X-Koalr-Key" in refused_raw(found, 401)["message"]

    def test_the_server_goes_on(self, api: Api) -> None:
        assert api.get("/teams").status_code == 200


@pytest.mark.parametrize(
    "presented",
    ["", "x", "klr_live_", "klr_live_" + "k" * 40, "klr_live_" + "k" * 40 + " ", "é", "klr_live_" + "x" * 5_000],
)
def test_a_wrong_key_is_401_and_not_repeated(api: Api, presented: str) -> None:
    answer = api.get("/teams", presented)
    if answer.status_code != 429:  # other tests of this run ask from the same address
        refused(answer, 401)
    assert len(presented) < 3 or presented.strip() not in answer.text.replace("X-Koalr-Key", "")


@pytest.mark.parametrize("path", ["/api/v1/teams%0A", "/api/v1/metrics/dora%0a", "/api/v1/%07teams"])
def test_a_path_with_a_line_end_is_no_path(api: Api, path: str) -> None:
    answer = requests.get(api.base_url + path, headers={"X-Koalr-Key": api.key}, timeout=10)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
