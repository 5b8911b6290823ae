"""Pull requests on the page of their risk: each a line with its link, and what became of it."""

import streamlit as st

from components import risk_form
from components.format import day_label
from components.pull_request_name import of_row
from components.risk import band_of, score_text
from components.risk_words import cut
from components.similar import SIMILAR_POINTS, Similar, span
from koalr_api import PullRequest

SCORE_WIDTH = 124


def draw(row: PullRequest, fate: str) -> None:
    """One pull request with a link to its own view."""
    band, name = band_of(row.risk_score), of_row(row.repo, row.number)
    simulated = " :gray-badge[simulated]" if row.simulated else ""
    merged = day_label(row.merged_at) if row.merged_at else ""
    short = cut(f"{row.repo}#{row.number}", 60)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.markdown(f"**{score_text(row.risk_score)}** {band.badge if band else ''}", width=SCORE_WIDTH)
        if name is None:
            st.markdown(short, width="content")
        else:
            st.page_link(
                "pr_risk.py",
                label=short,
                icon="",
                query_params=st.query_params.to_dict() | {risk_form.PARAMETER: name.path},
            )
        more = " · ".join(part for part in (cut(row.title, 100), merged, fate) if part)
        st.markdown(f":small[:gray[{more}]]{simulated}", width="content")


def about(row: PullRequest) -> str:
    """Title, merge and fate of the pull request itself."""
    merged = f"merged {day_label(row.merged_at)}" if row.merged_at else ""
    undone = f":red[taken back by {cut(row.reverted_by, 40)}]" if row.reverted_by else ""
    simulated = ":gray-badge[simulated]" if row.simulated else ""
    return " · ".join(part for part in (cut(row.title), merged, undone, simulated) if part)


def similar_words(found: Similar, latest: int) -> str:
    """Where they are from, and how many were taken back."""
    if not found.rows:
        return f"None of the {latest} merged last has a score within {SIMILAR_POINTS} points."
    whose = "of this repository" if found.repository else "of any repository"
    source = f"Within {SIMILAR_POINTS} points, {whose}, among the {latest} merged last ({span(found.rows)})."
    if not found.fate_told:
        return f"{source} This server does not say what was taken back."
    return f"{source} {found.reverted} of these {len(found.rows)} were taken back so far; some may yet be."
