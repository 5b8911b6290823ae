"""Deployments: to every environment, newest first, with how they went."""

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd
import streamlit as st

from components import asking, data, figures, filters, paging, search, sheets, states, tables, view
from components.bars import bars, per_bar
from components.charts.deployments import deployments_per_week
from components.filters import Filters
from components.format import COUNT, Unit, duration_unit, percent_unit, rate_unit
from components.frames import full_weeks, weekly_deployments
from components.judgement import Better
from components.noise import dora_doubts
from components.record_words import counted_fact, deployments_sentence, failed_weeks_words
from components.records import FAILED_LATER, LEAD_TIME, deployment_rows
from components.screen import Fact, Screen, Tile, change_tile
from components.search import Choice, Fields
from components.sheets import Sheet
from components.tables import Look
from components.theme import Palette
from koalr_api import Deployment, Dora, DoraWeek, KoalrError

KEY = "deployments"
FIELDS = Fields(
    KEY,
    ("Repository", "Version", "Environment", "Result"),
    (
        Choice("result", "Result", "Any result", ("success", "failure", FAILED_LATER, "in progress", "cancelled")),
        Choice("env", "Environment", "Any environment"),
        Choice("repo", "Repository", "Any repository"),
    ),
    "Repository, version or environment",
)
FAILED = ("failure", FAILED_LATER)


class Answers(NamedTuple):
    """What the page is drawn from."""

    chosen: Filters
    dora: Dora | KoalrError
    sheet: Sheet[Deployment]


def ask() -> Answers:
    """The rows, and the figures of the window."""
    chosen = filters.current()
    search.resume(FIELDS)
    asking.announce(lambda: data.dora(chosen), lambda: data.deployments(chosen, 1))
    sheet = sheets.read(lambda page: data.deployments(chosen, page), paging.asked(), asking.announce)
    return Answers(chosen, view.attempt(lambda: data.dora(chosen)), sheet)


def draw(told: Answers) -> None:
    """Sentence, weeks, table."""
    st.markdown(f"## {sentence(told)}")
    if not told.sheet.total:
        states.empty(
            "Deployments",
            "None in this window. Choose a longer one, or load deployments:",
            "python -m koalr_server import deployments FILE",
        )
        return
    draw_weeks(told)
    rows = deployment_rows(told.sheet.rows)
    search.draw(FIELDS, rows)
    draw_failed_weeks(told)
    tables.show(FIELDS, told.sheet, search.found(FIELDS, rows), look(rows), told.chosen)


def sentence(told: Answers) -> str:
    """How many, how often, how well."""
    return deployments_sentence(told.sheet.total, told.chosen.days, of_the_rows(told))


def of_the_rows(told: Answers) -> Dora | None:
    """The figures of the window; None if they are of the whole organisation and the rows of one team."""
    if isinstance(told.dora, KoalrError) or told.chosen.team_id not in (None, told.dora.scoped_team):
        return None
    return told.dora


def draw_failed_weeks(told: Answers) -> None:
    """Failures are few in a long list: the weeks that have some, for whoever searches for them."""
    dora = of_the_rows(told)
    searched = search.wanted(FIELDS).values.get("Result", "").casefold()
    if searched not in FAILED or told.sheet.whole or dora is None or not dora.trend:
        return
    since = min((row.deployed_at for row in told.sheet.rows if row.deployed_at is not None), default=None)
    words = failed_weeks_words(weekly_deployments(dora.trend), since)
    if words:
        st.markdown(f":small[:gray[{words}]]")


def look(rows: pd.DataFrame) -> Look:
    """How the table is shown."""
    return Look(
        {
            "Deployed": tables.time_column(rows["Deployed"]),
            "Repository": st.column_config.TextColumn(width=200),
            "Version": st.column_config.TextColumn(width=150),
            LEAD_TIME: st.column_config.NumberColumn("Lead time", help="Median over the changes it shipped first."),
            "Link": tables.link_column(rows["Link"], "The commit on GitHub where it is known, else the repository."),
        },
        (LEAD_TIME,),
        "Deployments, newest first",
        {"Result": result_colour},
    )


def result_colour(result: str, palette: Palette) -> str | None:
    """Red for what failed."""
    return palette.tier_text["low"] if result in FAILED else None


def draw_weeks(told: Answers) -> None:
    """Deployments to production, week by week."""
    if isinstance(told.dora, KoalrError):
        states.failed_part(told.dora, "Production deployments per week")
        return
    filters.scope_note(told.dora.scoped_team)
    with st.container(border=True):
        if not told.dora.trend:
            st.markdown("**Production deployments per week**  \n:small[:gray[This server gives no weekly figures.]]")
            return
        drawn = bars(weekly_deployments(told.dora.trend))
        st.markdown(
            f"**Production deployments per {per_bar(drawn)}**  \n:small[:gray[of them :red[later failed]; of the whole window, "
            "whatever is searched. Strong bars: last 4 weeks. \\* not over]]"
        )
        figures.show(
            deployments_per_week(drawn, figures.viewer_palette(), height=200), key="deployments-per-week", table=drawn
        )


def screen(told: Answers) -> Screen:
    """On a wall: how often, how well, how quickly, and the weeks."""
    dora = of_the_rows(told)
    weeks = list(dora.trend or ()) if dora else []
    drawn = bars(weekly_deployments(weeks))
    return Screen(
        sentence(told),
        tiles(dora, weeks, told),
        f"Production deployments per {per_bar(drawn)}",
        (lambda palette: deployments_per_week(drawn, palette)) if weeks else None,
        facts(told.sheet),
    )


def tiles(dora: Dora | None, weeks: list[DoraWeek], told: Answers) -> list[Tile]:
    """Rate, failures, lead time, and how many in all environments."""
    doubts = dora_doubts(dora, told.chosen.days) if dora else {}
    missing = "no data" if dora else "not to be had" if isinstance(told.dora, KoalrError) else "not known per team"

    def tile(name: str, field: str, better: Better, unit: Callable[[float], Unit]) -> Tile:
        now: float | None = getattr(dora, field, None)
        before: float | None = getattr(dora.previous, field, None) if dora else None
        history = [getattr(week, field) for week in full_weeks(weeks)]
        doubt = doubts.get(field, "")
        return change_tile(
            name, now, before, unit(now or 0), better=better, doubt=doubt, missing=missing, history=history
        )

    return [
        tile("To production", "deploy_frequency", "up", rate_unit),
        tile("Failed, production", "change_failure_rate", "down", percent_unit),
        tile("Lead time", "lead_time", "down", duration_unit),
        Tile("All environments", COUNT.text(told.sheet.total), note=f"in {told.chosen.days} days"),
    ]


def facts(sheet: Sheet[Deployment]) -> list[Fact]:
    """Of the latest rows: failures, repositories, environments."""
    if not sheet.rows:
        return []
    latest = f"of the latest {COUNT.text(len(sheet.rows))}"
    failed = sum(1 for row in sheet.rows if row.failed or row.status == "failure")
    return [
        Fact(COUNT.text(failed), f"failed {latest} everywhere"),
        counted_fact(len({row.repo for row in sheet.rows}), "repository deployed", "repositories deployed"),
        counted_fact(len({row.env for row in sheet.rows}), "environment", "environments"),
    ]


view.show(ask, draw, screen)
