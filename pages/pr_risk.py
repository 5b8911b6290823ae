"""PR risk: how risky a pull request is beside others, why, and what is not known of it."""

from functools import partial
from typing import NamedTuple

import pandas as pd
import streamlit as st

from components import asking, data, figures, panels, pull_request_lines, risk_form, signal_cards, states, view, wall
from components.charts.risk import reliability, risk_strip
from components.filters import Filters
from components.pull_request_name import PullRequestName
from components.risk import band_of, score_text
from components.risk_words import (
    band_told,
    cut,
    floor_words,
    latest_sentence,
    meaning,
    meaning_heading,
    model_words,
    risk_sentence,
)
from components.similar import itself, nearest, riskiest, span
from koalr_api import KoalrError, NotFoundError, Page, PendingError, PermissionDeniedError, PullRequest, RiskScore

# The newest merged ones, for examples and for comparison; one request, the same for every viewer.
LATEST = Filters(days=90)
MOST_EXAMPLES = 8


class Answers(NamedTuple):
    """What the page is drawn from. `told` is None while nothing is asked."""

    told: RiskScore | KoalrError | None
    latest: Page[PullRequest] | KoalrError


def ask(asked: PullRequestName | None) -> Answers:
    """The score of the pull request, and the latest ones."""
    if asked is None:
        return Answers(None, view.attempt(latest_pull_requests))
    score = partial(data.risk, asked.owner, asked.repo, asked.number)
    asking.announce(score, latest_pull_requests)
    return Answers(view.attempt(score), view.attempt(latest_pull_requests))


def latest_pull_requests() -> Page[PullRequest]:
    """The newest merged pull requests of the whole organisation."""
    return data.pull_requests(LATEST, 1)


def draw(asked: PullRequestName | None, answers: Answers) -> None:
    """The scored view, or examples."""
    if asked is None:
        st.markdown(f"## {latest_sentence([] if isinstance(answers.latest, KoalrError) else answers.latest.data)}")
        draw_examples(answers.latest)
    elif isinstance(answers.told, NotFoundError | PermissionDeniedError):
        draw_refused(asked, answers.told)
        draw_examples(answers.latest)
    elif isinstance(answers.told, RiskScore):
        draw_score(asked, answers.told, answers.latest)
    elif answers.told is not None:
        states.failed(answers.told)


def draw_refused(asked: PullRequestName, error: KoalrError) -> None:
    """The API knows no such pull request, or does not show it to this key."""
    with st.container(border=True):
        if isinstance(error, PermissionDeniedError):
            st.markdown(f"#### :material/lock: The key may not see {cut(asked.short)}")
            st.markdown("It belongs to a team that this key is not for. Ask for a key with more rights.")
            return
        st.markdown(f"#### :material/search_off: {cut(asked.short)} is not known here")
        st.markdown(
            "Check owner, repository and number. A pull request is known once its repository, or it itself, is loaded:"
        )
        st.code("python -m koalr_server ingest git path/to/clone", language="bash")


def draw_examples(latest: Page[PullRequest] | KoalrError) -> None:
    """The latest pull requests with the highest risk, to open with a click."""
    if isinstance(latest, KoalrError):
        states.failed(latest)
        return
    rows = riskiest(latest.data, MOST_EXAMPLES)
    if not rows:
        states.empty(
            "Latest pull requests with the highest risk",
            "None with a score was merged in the last 90 days. Load pull requests:",
            "python -m koalr_server ingest git path/to/clone",
        )
        return
    with st.container(border=True):
        st.markdown(
            f"**Highest risk among the {len(latest.data)} merged last**  \n"
            f":small[:gray[{span(latest.data)}, whole organisation. Open one to see why]]"
        )
        for row in rows:
            pull_request_lines.draw(row, "")


def draw_score(asked: PullRequestName, told: RiskScore, latest: Page[PullRequest] | KoalrError) -> None:
    """Score and reasons, then what they are worth, then every signal."""
    own = None if isinstance(latest, KoalrError) else itself(latest.data, asked)
    st.markdown(f"## {risk_sentence(told)}")
    if own is not None:
        st.markdown(pull_request_lines.about(own))
    left, right = panels.narrow_and_wide()
    with left:
        draw_judgement(told)
    with right:
        signal_cards.draw_movers(told)
    left, right = panels.halves()
    with left, st.container(border=True, height="stretch"):
        draw_meaning(told)
    with right:
        draw_similar(asked, told, latest)
    signal_cards.draw_all(told)


def draw_judgement(told: RiskScore) -> None:
    """Score, tier, strip, recommendation, floors."""
    band = band_told(told)
    st.metric(f"Risk score {band.badge if band else ''}".strip(), score_text(told.risk_score))
    figures.show(risk_strip(told.risk_score, figures.viewer_palette()), key="risk-score")
    by_score = band_of(told.risk_score)
    if band and by_score and band is not by_score:
        st.markdown(f":small[:gray[The server calls it {band.tier}; by the bands shown it is {by_score.tier}.]]")
    if told.recommendation:
        st.markdown(f"**{cut(told.recommendation, 500)}**")
    for floor in told.floors or ():
        st.markdown(f":small[:material/vertical_align_bottom: {floor_words(floor)}]")


def draw_meaning(told: RiskScore) -> None:
    """What kind of number it is, and how it was checked."""
    st.markdown(f"**{meaning_heading(told)}**")
    st.markdown(meaning(told))
    if told.reliability:
        st.markdown(":small[:gray[Across: predicted; up: what came, with 95 % interval; dotted: both the same]]")
        groups = pd.DataFrame(
            [
                {"count": g.count, "predicted": g.predicted, "observed": g.observed, "low": g.low, "high": g.high}
                for g in told.reliability
            ]
        )
        figures.show(reliability(groups, figures.viewer_palette()), key="risk-reliability", table=groups)
    st.markdown(f":small[:gray[{' · '.join(part for part in (model_words(told), 'Not a measure of people') if part)}]]")


def draw_similar(asked: PullRequestName, told: RiskScore, latest: Page[PullRequest] | KoalrError) -> None:
    """Pull requests with nearly the same score, and what became of them."""
    title = "Merged with a similar score"
    if isinstance(latest, PendingError):
        states.queued(latest)
        return
    if isinstance(latest, KoalrError):
        states.failed_part(latest, title)
        return
    with st.container(border=True, height="stretch"):
        if told.risk_score is None:
            st.markdown(f"**{title}**  \n:small[:gray[Without a score there is nothing to compare]]")
            return
        found = nearest(latest.data, asked, told.risk_score)
        st.markdown(f"**{title}**  \n:small[:gray[{pull_request_lines.similar_words(found, len(latest.data))}]]")
        for row in found.rows:
            fate = f":red[taken back by {cut(row.reverted_by, 40)}]" if row.reverted_by else ""
            pull_request_lines.draw(row, fate or ("not taken back so far" if found.fate_told else ""))
        others = {name: value for name, value in st.query_params.to_dict().items() if name != risk_form.PARAMETER}
        st.page_link("pr_risk.py", label="Latest with the highest risk", icon=":material/list:", query_params=others)


asked_for = None if wall.wanted() else risk_form.ask_for_one()
view.show(partial(ask, asked_for), partial(draw, asked_for))
