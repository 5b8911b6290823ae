"""The gate before every page: a log-in where one is set up, and no log-in for TVs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from components.format import plain
from components.login import Login
from hosting.access import Arrival, is_tv, listed, refusal
from hosting.sharing import Sharing

ICON = Path(__file__).parent / "icon.png"
LOOPBACK = "127.0.0.1"
NOT_KEPT = "A log-in is set up, and this start does not keep it. Start the dashboard with `streamlit run app.py`."


@dataclass(frozen=True, slots=True)
class Protection:
    """How this dashboard is protected."""

    sharing: Sharing
    login: Login


_in_force: list[Protection] = []


def protect(sharing: Sharing, login: Login | None) -> None:
    """Keep the gate from now on; the launcher calls it once. Without a log-in everything is open."""
    _in_force[:] = [Protection(sharing, login)] if login else []


def admit(pages: Mapping[str, Sequence[Any]]) -> None:
    """Let the viewer pass, or draw what they see instead and end the run.

    Args:
        pages: every page there is, so that the address stays as it is until after the log-in.
    """
    person = claims()
    if not _in_force:
        # Streamlit knows of a log-in and the gate does not: started in a way that would leave everything open.
        if "is_logged_in" in person:
            st.error(NOT_KEPT, icon=":material/lock:")
            st.stop()
        return
    protection = _in_force[0]
    kiosk = st.query_params.get("kiosk") == "1"
    if kiosk and is_tv(arrival(protection.sharing), protection.sharing):
        return
    logged_in = person.get("is_logged_in") is True
    reason = refusal(person, protection.sharing.login_domains) if logged_in else None
    if logged_in and reason is None:
        if not kiosk:
            _draw_person(person)
        return
    st.navigation(pages, position="hidden")
    _, middle, _ = st.columns([1, 1.4, 1])
    with middle:
        st.space("large")
        _draw_log_in(protection) if reason is None else _draw_refusal(person, reason)
    st.stop()


def claims() -> Mapping[str, Any]:
    """What the provider said of the viewer; without a log-in not much."""
    return st.user.to_dict()


def arrival(sharing: Sharing) -> Arrival:
    """How the viewer's connection came in."""
    headers = st.context.headers
    return Arrival(
        # Streamlit tells no address for this machine's own.
        st.context.ip_address or LOOPBACK,
        headers.get_all("X-Forwarded-For"),
        headers.get_all(sharing.tv_header) if sharing.tv_header else (),
    )


def _draw_log_in(protection: Protection) -> None:
    domains = protection.sharing.login_domains
    with st.container(border=True, gap="medium"):
        st.image(ICON, width=48)
        st.title("Engineering metrics")
        st.markdown("How fast and how safely your teams deliver: DORA tiers, flow, and what is behind them.")
        for provider in protection.login.providers:
            st.button(
                f"Log in with {plain(provider.title())}" if provider else "Log in",
                key=f"log_in.{provider}",
                icon=":material/login:",
                type="primary",
                width="stretch",
                on_click=st.login,
                args=(provider,),
            )
        whom = f"For people with an e-mail address at {plain(listed(domains))}. " if domains else ""
        st.markdown(f":small[:gray[{whom}The page you came for opens after the log-in.]]")


def _draw_refusal(person: Mapping[str, Any], reason: str) -> None:
    with st.container(border=True, gap="medium"):
        st.image(ICON, width=48)
        st.title("This account cannot look here")
        # Markdown makes a link of every e-mail address, escaped or not.
        st.text(f"You are logged in as {_name(person)}.")
        st.markdown(plain(reason))
        st.button("Log out", icon=":material/logout:", width="stretch", on_click=st.logout)
        st.markdown(":small[:gray[Then log in with another account, or ask whoever runs this dashboard.]]")


def _draw_person(person: Mapping[str, Any]) -> None:
    label = f"Log out {plain(_name(person))}"
    st.sidebar.button(label, key="log_out", icon=":material/logout:", type="tertiary", on_click=st.logout)


def _name(person: Mapping[str, Any]) -> str:
    named = (person.get(claim) for claim in ("email", "name", "sub"))
    return next((name for name in named if isinstance(name, str) and name), "someone without a name")[:100]
