"""REST objects as deliveries."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from koalr_server.sync.github.envelopes import delivery, essence, synced

USER = {"login": "ann", "id": 1, "type": "User", "gravatar_id": "", "avatar_url": "https://a.example/1?v=4"}
REPOSITORY = {"id": 2, "name": "api", "full_name": "acme/api", "owner": USER, "stargazers_count": 7, "size": 1}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["login", "full_name"]), inner),
    max_leaves=20,
)


def test_what_changes_on_its_own_does_not_make_the_same_thing_look_new() -> None:
    pull = {"number": 1, "user": USER, "head": {"repo": REPOSITORY}, "html_url": "https://github.com/acme/api/pull/1"}
    later = {**pull, "head": {"repo": {**REPOSITORY, "stargazers_count": 8}}, "user": {**USER, "avatar_url": "x"}}
    told = synced("pull_request", REPOSITORY, pull_request=pull)
    assert told == synced("pull_request", {**REPOSITORY, "size": 2}, pull_request=later)
    assert json.loads(told.body) == {
        "action": "synced",
        "repository": {"id": 2, "name": "api", "full_name": "acme/api"},
        "pull_request": {
            "number": 1,
            "user": {"login": "ann", "id": 1, "type": "User"},
            "head": {"repo": {"id": 2, "name": "api", "full_name": "acme/api"}},
            "html_url": "https://github.com/acme/api/pull/1",
        },
    }


def test_a_change_and_another_event_are_other_deliveries() -> None:
    keys = {
        delivery(event, body).key
        for event, body in [("issues", {"a": 1}), ("issues", {"a": 2}), ("release", {"a": 1}), ("issues", {"a": 1})]
    }
    assert len(keys) == 3


def test_an_absent_author_and_texts_named_like_addresses_stay() -> None:
    assert essence({"user": None, "url_count": 3, "_links": {"self": 1}, "target_url": ["a"]}) == {
        "user": None,
        "url_count": 3,
        "target_url": ["a"],
    }


@given(JSON)
def test_any_json_becomes_a_delivery_that_can_be_read(value: Any) -> None:
    told = synced("issues", {"full_name": "acme/api"}, issue=value)
    assert json.loads(told.body)["issue"] == essence(value)
    assert told == synced("issues", {"full_name": "acme/api"}, issue=json.loads(json.dumps(value)))


def test_nesting_without_end_is_cut() -> None:
    value: Any = None
    for _ in range(500):
        value = [value]
    json.dumps(essence(value))
