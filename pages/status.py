"""Status: is the API there, how old are the data, and why something is empty."""

import platform
from datetime import UTC, datetime, timedelta

import streamlit as st

from components import asking, cards, data, diagnosis, filters, senders, states, view
from components.cards import Card
from components.footer import Organisation, organisation
from components.format import COUNT, NO_BREAK, NO_DATA, age, day_label, plain, shown
from koalr_api import KoalrError, Page, Statistics, Status, Team

NO_DIAGNOSIS = (
    "This server does not say what its data lack. An empty figure means that it has no data for the window or the team; "
    "a longer window, or all teams, may show more."
)


def render() -> None:
    """Connection on top, then what to do, then every answer."""
    address = asking.address()
    try:
        teams = data.teams()
    except KoalrError as error:
        st.markdown("## The figures cannot be had at the moment.")
        draw_versions(address, None)
        draw_asking(asking.statistics())
        states.failed(error)
        return
    status = data.status(filters.current())
    st.markdown(f"## {diagnosis.sentence(status)}" if status else "## The API answers.")
    cards.draw(connection_cards(teams, organisation(teams)))
    draw_versions(address, status)
    draw_asking(asking.statistics())
    if status is None:
        st.info(NO_DIAGNOSIS, icon=":material/info:")
        return
    draw_diagnosis(status)


def connection_cards(teams: Page[Team], told: Organisation) -> list[Card]:
    """Reachable and how fast, what is left of the request budget, how old the data are."""
    answer, limit = teams.answer, teams.answer.rate_limit
    left = limit.remaining if limit else None
    ago = age(max(timedelta(0), datetime.now(UTC) - answer.fetched_at), answer.fetched_at)
    return [
        Card(
            "Connection",
            "not answering" if teams.stale else "working",
            "Whether the API answers, and how long its last answer took on the way there and back.",
            note=f"{milliseconds(answer.round_trip_secs)}, {ago}",
        ),
        Card(
            "Requests left",
            shown(left, COUNT),
            "How many requests the key has left in this minute. All viewers of this dashboard share them.",
            note=f"of {limit.limit:,} a minute".replace(",", "\u2009") if limit and limit.limit else "not told",
        ),
        Card(
            "Newest data",
            day(told.newest_fact_at),
            "The newest deployment or merged pull request.",
            note=days_before(told, datetime.now(UTC)),
        ),
        Card(
            "Last loaded",
            day(told.loaded_at),
            "When data last came into the server.",
            note="sample organisation" if told.sample else None if told.loaded_at else "not told",
        ),
    ]


def milliseconds(seconds: float | None) -> str:
    """A round trip in words."""
    return NO_DATA if seconds is None else f"{max(1, round(seconds * 1000))}{NO_BREAK}ms"


def day(moment: datetime | None) -> str:
    """ "31 Mar 2025", an en dash if unknown."""
    return f"{day_label(moment)} {moment.year}" if moment else NO_DATA


def days_before(told: Organisation, now: datetime) -> str:
    """How many dates lie between the newest data and today, by the clock of "last loaded" and not by the server's."""
    if told.newest_fact_at is None:
        return "none known"
    days = max(0, (now.date() - told.newest_fact_at.astimezone(UTC).date()).days)
    return "today" if days == 0 else f"{days} day{'s' if days > 1 else ''} ago"


def draw_versions(address: str, status: Status | None) -> None:
    """Where the API is and what runs here; never the key."""
    parts = [
        f"API `{address.replace('`', '')}`",
        f"server version {plain(status.version)}" if status else "",
        f"store: {plain(status.store)}" if status and status.store else "",
        f"Streamlit {plain(st.__version__)}",
        f"Python {plain(platform.python_version())}",
    ]
    st.markdown(f":small[:gray[{' · '.join(part for part in parts if part)}]]")


def draw_asking(told: Statistics) -> None:
    """What this dashboard asked the API for, and what it keeps."""
    parts = [
        f"{told.requests_last_minute} of {told.limit} requests in the last minute",
        f"{told.queued + told.in_flight} queued or on their way",
        f"{told.entries} answers kept, {told.size_bytes / 1e6:.1f} MB",
        f"shown from memory {told.hits + told.stale} times, with {told.requests} requests in all",
    ]
    if told.ages:
        parts.append(f"oldest answer {max(each.age_secs for each in told.ages):.0f} s old")
    st.markdown(f":small[:gray[{' · '.join(parts)}]]")
    if told.last_error and told.last_error_at:
        st.markdown(f":small[:gray[Last failure at {told.last_error_at:%H:%M:%S} UTC: {plain(told.last_error)}]]")


def draw_diagnosis(status: Status) -> None:
    """What to do, and the findings."""
    if status.steps:
        st.markdown("#### What to do, most useful first")
        if status.organisation.sample:
            st.markdown(
                ":small[:gray[This is the sample. The commands bring in your own data; run them with a folder of their own: "
                "add `--data DIR`.]]"
            )
        diagnosis.draw_steps(status.steps)
    st.markdown("#### What each figure rests on")
    diagnosis.draw_findings(status.findings, status.days)
    if status.sources is not None and not status.organisation.sample:
        senders.draw_senders(status.sources)


view.show(lambda: None, lambda _nothing: render())
