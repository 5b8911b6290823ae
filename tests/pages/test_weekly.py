"""The weekly summary: whose week it is, and which."""

from collections.abc import Callable

from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

from tests.contract.bodies import body
from tests.integration.server.conftest import Api
from tests.pages.conftest import Open, documented_only
from tests.pages.test_pages import words


def said(app: AppTest) -> str:
    assert not app.exception
    return words(app).replace("\\", "")


def test_the_sheet_names_the_organisation_and_the_week_of_its_numbers(sample: Api, open_page: Open) -> None:
    name = sample.get("/teams").json()["organisation"]["name"]
    assert f"{name}, all teams, the seven days 25 Mar to 31 Mar 2025, beside" in said(open_page("weekly.py"))
    app = open_page("weekly.py", team=sample.team("Whitehall"))
    assert f"{name}, Whitehall, the seven days" in said(app)


def test_a_week_that_ends_at_midnight_ends_the_day_before(
    connected: Callable[[Starlette], str], open_page: Open
) -> None:
    told = {"name": "acme", "now": "2026-01-05T00:00:00Z"}
    connected(documented_only(change=lambda _path, found: found | {"organisation": told}))
    assert "acme, all teams, the seven days 29 Dec to 4 Jan 2026, beside" in said(open_page("weekly.py"))


def test_an_open_incident_is_as_old_as_the_week_is(connected: Callable[[Starlette], str], open_page: Open) -> None:
    began = {**body("incidents")["data"][0], "startedAt": "2026-01-04T22:00:00Z", "resolvedAt": None}
    answers = {"/api/v1/incidents": {"data": [began], "total": 1}}
    told = {"name": "acme", "now": "2026-01-05T00:00:00Z"}
    connected(documented_only(change=lambda path, found: answers.get(path, found) | {"organisation": told}))
    assert "**open** for 2.0\u00a0h" in words(open_page("weekly.py")).replace("\\", "")
