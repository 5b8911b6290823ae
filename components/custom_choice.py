"""Which custom metric is shown: chosen by a control, by the address, or from the list."""

from collections.abc import Sequence

import streamlit as st

from components import address
from components.custom_words import short_label
from components.format import distinct_labels, plain
from koalr_api import SavedMetric

PARAMETER, CONTROL = "metric", "custom.metric"
CONTROL_WIDTH = 420


def wanted_slug() -> str | None:
    """What control or address ask for."""
    written = st.session_state.get(f"url.{PARAMETER}")
    # Streamlit forgets what a control held when another page is drawn.
    came_back = CONTROL not in st.session_state
    return address.settled(PARAMETER, st.session_state.get(CONTROL, written) or None, came_back)


def following(slugs: Sequence[str], slug: str, most: int) -> list[str]:
    """The next ones in the list, from its beginning again after its end."""
    if slug not in slugs:
        return []
    place = slugs.index(slug)
    return list(dict.fromkeys([*slugs[place + 1 :], *slugs[:place]]))[:most]


def offer(saved: Sequence[SavedMetric], slug: str | None) -> None:
    """A selection of the saved metrics."""
    st.session_state[CONTROL] = slug or ""
    labels = distinct_labels({one.slug: one.label for one in saved})
    st.selectbox(
        "Metric", list(labels), format_func=lambda each: labels.get(each, each), key=CONTROL, width=CONTROL_WIDTH
    )


def ask_for_slug(slug: str | None) -> None:
    """A field for a slug, where the server does not list them."""
    st.session_state[CONTROL] = slug or ""
    st.text_input("Slug of a custom metric", key=CONTROL, placeholder="p95-cycle-time", width=CONTROL_WIDTH)


def keep(slug: str | None) -> None:
    """The choice in the address."""
    if slug is not None and st.session_state.get(f"url.{PARAMETER}") not in (None, slug):
        address.write_again()
    address.write(PARAMETER, slug)


def draw_link(saved: SavedMetric) -> None:
    """One of the list, as a link to its view."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.page_link(
            "custom_metrics.py",
            label=plain(short_label(saved.label, 60)),
            icon="",
            query_params=st.query_params.to_dict() | {PARAMETER: saved.slug},
        )
        st.markdown(f":small[:gray[{plain(short_label(saved.description or saved.unit, 160))}]]", width="content")
