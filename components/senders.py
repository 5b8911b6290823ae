"""What tools have sent to the server, as cards: when last, what told nothing, what to do. Names come from senders and are shown as data."""

from collections.abc import Sequence

import streamlit as st

from components.diagnosis import words
from components.format import day_label, plain
from koalr_api import Source

MOST_EVENTS = 5
NO_SENDERS = "No tool has sent anything yet. The command below walks through connecting some."
CONNECT = "python -m koalr_server connect"


def draw_senders(sources: Sequence[Source]) -> None:
    """A card for each tool; without any, how to connect one."""
    st.markdown("#### What tools have sent")
    if not sources:
        st.markdown(NO_SENDERS)
        st.code(CONNECT, language=None)
    for source in sources:
        with st.container(border=True):
            st.markdown("  \n".join([f"**{plain(source.source)}**", words(_sentence(source)), *_idle(source)]))
            for lack in source.lacks:
                st.markdown(f":small[:gray[{words(lack.text)}]]")
                if lack.command:
                    st.code(lack.command, language=None, wrap_lines=True)


def _sentence(source: Source) -> str:
    newest = source.newest_at
    last = f", the last one {day_label(newest)} {newest:%Y %H:%M} UTC" if newest else ""
    unread = f"; {source.unread:,} not read yet" if source.unread else ""
    return f"{source.deliveries:,} {'delivery' if source.deliveries == 1 else 'deliveries'} kept{last}{unread}"


def _idle(source: Source) -> list[str]:
    """Events that told nothing, a line of Markdown each."""
    told = [
        f"{each.event or 'event named in the body'}: {each.deliveries:,} told nothing{f', {each.fault}' if each.fault else ''}"
        for each in source.idle[:MOST_EVENTS]
    ]
    if len(source.idle) > MOST_EVENTS:
        told.append(f"and {len(source.idle) - MOST_EVENTS} more events that told nothing")
    return [f":small[:gray[{words(each)}]]" for each in told]
