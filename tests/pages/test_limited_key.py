"""A key limited to teams: the dashboard chooses among them by itself, and offers no others."""

from collections.abc import Callable, Sequence

import pytest
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

from components import connection
from components.connection import Connection
from components.site import SITE
from tests.integration.server.conftest import Api
from tests.pages.conftest import Open, documented_only
from tests.pages.test_pages import words

LOCKED = "The key may not see this"


@pytest.fixture
def limited_to(api: Api) -> Callable[[Sequence[str]], None]:
    def connect(teams: Sequence[str]) -> None:
        connection.connect(Connection(api.base_url, api.new_key(teams=list(teams))))

    return connect


def team_options(app: AppTest) -> list[str]:
    return list(app.selectbox(key="team").options)


@pytest.mark.parametrize("page", [entry.file for entry in SITE])
def test_the_only_team_is_chosen_on_every_page(
    limited_to: Callable[[Sequence[str]], None], open_page: Open, page: str
) -> None:
    limited_to(["Whitehall"])
    app = open_page(page)
    assert not app.exception
    assert LOCKED not in words(app)
    assert not app.info or "teams" not in " ".join(each.value for each in app.info)


def test_the_filter_offers_what_the_key_may_see(
    limited_to: Callable[[Sequence[str]], None], api: Api, open_page: Open
) -> None:
    limited_to(["Whitehall"])
    app = open_page("dora.py")
    assert team_options(app) == ["Whitehall"]
    assert api.team("Whitehall") in app.query_params["team"]


def test_of_several_teams_the_first_is_shown_and_said(
    limited_to: Callable[[Sequence[str]], None], api: Api, open_page: Open
) -> None:
    names = sorted(each["name"] for each in api.get("/teams").json()["data"])[:2]
    limited_to(names)
    app = open_page("dora.py")
    assert team_options(app) == names
    assert [each.value.replace("\\", "") for each in app.info] == [
        f"The API key is for 2 teams, not for all: the first of its teams, {names[0]}, is shown."
    ]
    assert not app.run().info, "it is said once"


def test_another_team_in_the_address_gives_way(
    limited_to: Callable[[Sequence[str]], None], api: Api, open_page: Open
) -> None:
    other = next(each for each in api.get("/teams").json()["data"] if each["name"] != "Whitehall")
    limited_to(["Whitehall"])
    app = open_page("dora.py", team=other["id"])
    assert "Whitehall, is shown" in app.info[0].value
    assert LOCKED not in words(app)


def test_custom_metrics_say_why_there_is_none(limited_to: Callable[[Sequence[str]], None], open_page: Open) -> None:
    limited_to(["Whitehall"])
    said = words(open_page("custom_metrics.py"))
    assert "The API key may see no custom metric" in said
    assert "No custom metric is saved yet" not in said


def test_where_the_server_does_not_tell_the_card_says_what_to_do(
    connected: Callable[[Starlette], str], open_page: Open
) -> None:
    connected(documented_only(403))
    assert LOCKED in words(open_page("dora.py"))
    assert "choose one of them at the top" in words(open_page("dora.py"))
