"""The form that asks for a pull request, kept the same as the address of the page."""

import streamlit as st

from components import address
from components.format import plain
from components.pull_request_name import EXAMPLE, PullRequestName, parse

PARAMETER = "pr"
LINK, OWNER, REPO, NUMBER = "risk.link", "risk.owner", "risk.repo", "risk.number"
FIELDS = (OWNER, REPO, NUMBER)
ASKED, FAULT = "risk.asked", "risk.fault"
LONGEST_TOLD = 80
# Pixels: all in one line beside the sidebar on 1440.
LINK_WIDTH, NAME_WIDTH, NUMBER_WIDTH = 330, 180, 96


def ask_for_one() -> PullRequestName | None:
    """Draw the form; the pull request that is asked for, by the form or by the address."""
    # Streamlit forgets what a field held when another page is drawn.
    came_back = LINK not in st.session_state
    wanted = address.settled(PARAMETER, st.session_state.get(ASKED), came_back)
    asked = parse(wanted) if wanted else None
    fault = st.session_state.pop(FAULT, None)
    if wanted and asked is None:
        fault = (
            f"The address asks for {_told(wanted)}, which names no pull request. It takes pr=owner/repository/number."
        )
    path = asked.path if asked else None
    if came_back or path != st.session_state.get(ASKED):
        _fill(asked)
    st.session_state[ASKED] = path
    if not came_back and path != st.session_state.get(f"url.{PARAMETER}"):
        address.write_again()
    address.write(PARAMETER, path)
    _draw()
    if fault:
        st.info(fault, icon=":material/info:")
    return asked


def _draw() -> None:
    with st.form("risk", border=True), st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Link of a pull request, or", key=LINK, placeholder=EXAMPLE, width=LINK_WIDTH)
        st.text_input("Owner", key=OWNER, placeholder="acme", width=NAME_WIDTH)
        st.text_input("Repository", key=REPO, placeholder="api", width=NAME_WIDTH)
        st.text_input("Number", key=NUMBER, placeholder="1847", width=NUMBER_WIDTH)
        st.form_submit_button("Score", on_click=_submitted)


def _submitted() -> None:
    """Take what the form holds: the link if it names one, else the three fields; nothing at all asks for nothing."""
    link = str(st.session_state[LINK])
    owner, repo, number = fields = [str(st.session_state[field]).strip() for field in FIELDS]
    by_fields = parse(f"{owner}/{repo}#{number.lstrip('#')}")
    if not link.strip() and not any(fields):
        st.session_state[ASKED] = None
        return
    # A link that names none is a slip, unless somebody went on to change the fields.
    changed = by_fields is not None and by_fields.path != st.session_state.get(ASKED)
    found = parse(link) or (by_fields if changed or not link.strip() else None)
    if found is None:
        # What was scored before would stand under a note about something else.
        st.session_state[ASKED] = None
        st.session_state[FAULT] = _wrong_link(link) if link.strip() else _wrong_field(owner, repo, number)
        return
    st.session_state[ASKED] = found.path
    _fill(found)


def _wrong_link(link: str) -> str:
    return f"{_told(link)} names no pull request. Paste its link, or write {plain(EXAMPLE)}."


def _wrong_field(owner: str, repo: str, number: str) -> str:
    names = {"an owner": owner, "a repository": repo, "a number": number}
    absent = [name for name, value in names.items() if not value]
    if absent:
        return f"It takes {' and '.join(absent)} as well, or the link of a pull request in the first field."
    return f"{_told(f'{owner}/{repo}#{number}')} names no pull request. One is written like {plain(EXAMPLE)}."


def _told(text: str) -> str:
    shown = text.strip()
    return plain(shown if len(shown) <= LONGEST_TOLD else shown[: LONGEST_TOLD - 1] + "…")


def _fill(found: PullRequestName | None) -> None:
    """Show in the fields which one it is, and leave the link free for the next."""
    st.session_state[LINK] = ""
    st.session_state[OWNER] = found.owner if found else ""
    st.session_state[REPO] = found.repo if found else ""
    st.session_state[NUMBER] = str(found.number) if found else ""
