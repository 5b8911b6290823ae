"""What the page of custom metrics says where there is none to show."""

import streamlit as st

from components.custom_words import short_label
from components.format import plain

GUIDE = "docs/CUSTOM_METRICS.md"
FIRST_METRIC = """slug = "night-deployments"
label = "Night deployments"
source = "deployments"
aggregation = "count"
unit = "deployments per week"
filters = [{ field = "hour", operator = "in", value = [22, 23, 0, 1, 2, 3, 4, 5] }]
"""


def draw_unknown(slug: str) -> None:
    """No metric of that name."""
    with st.container(border=True):
        st.markdown(f"#### :material/search_off: No custom metric {plain(short_label(slug))} here")
        st.markdown("Check the slug. On your own server this lists every one:")
        st.code("python -m koalr_server metrics list", language="bash")


def draw_none_of_these_teams() -> None:
    """A limited key is shown none of the metrics that count every team."""
    st.markdown("## The API key may see no custom metric.")
    with st.container(border=True):
        st.markdown(
            "It is limited to teams, and sees only metrics that name one of them. Give a metric a team in its document, "
            'such as `team = "Platform"`, and save it again, or use a key for the whole organisation:'
        )
        st.code(
            "python -m koalr_server metrics save FILE\npython -m koalr_server keys create --name NAME", language="bash"
        )


def draw_first_steps() -> None:
    """How to make the first one."""
    st.markdown("## No custom metric is saved yet.")
    with st.container(border=True):
        st.markdown(
            "**A metric of your own is a short document**  \n:small[:gray[Save it as a file, for example night.toml:]]"
        )
        st.code(FIRST_METRIC, language="toml")
        st.markdown(":small[:gray[Then load it, or bring the shipped ones back:]]")
        st.code(
            "python -m koalr_server metrics save night.toml\npython -m koalr_server metrics restore", language="bash"
        )
        st.markdown(f":small[:gray[Every source, field and unit: {plain(GUIDE)}]]")
