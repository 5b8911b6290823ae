"""What the server says of its data, as cards: what to do first, then every answer by status."""

import re
from collections.abc import Sequence

import streamlit as st

from components.format import day_label, plain
from koalr_api import Finding, Status, Step

BADGES = {
    "missing": ":red-badge[:material/cancel: missing]",
    "partial": ":orange-badge[:material/contrast: partial]",
    "ok": ":green-badge[:material/check_circle: complete]",
}
MEANINGS = {
    "missing": "No value can be shown.",
    "partial": "There is a value, but it does not tell everything.",
    "ok": "Nothing is lacking.",
}
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
FIRST_STEPS = 3
MOST_NAMES = 6


def sentence(status: Status) -> str:
    """How much of what the dashboard can show has data."""
    counted = {name: sum(1 for finding in status.findings if finding.status == name) for name in BADGES}
    total = len(status.findings)
    if total and counted["ok"] == total:
        return f"All {total} figures and lists have the data they need."
    told = (
        f"{counted['ok']} of {total} figures and lists have"
        if counted["ok"]
        else f"None of {total} figures and lists has"
    )
    parts = [f"{told} the data {'they need' if counted['ok'] else 'it needs'}"]
    for name in ("partial", "missing"):
        parts += [f"{counted[name]} {'is' if counted[name] == 1 else 'are'} {name}"] if counted[name] else []
    return ", ".join(parts) + "."


def draw_steps(steps: Sequence[Step]) -> None:
    """What to do, most useful first; beyond the first few folded away."""
    for step in steps[:FIRST_STEPS]:
        with st.container(border=True):
            _draw_step(step)
    if len(steps) > FIRST_STEPS:
        with st.expander(f"{len(steps) - FIRST_STEPS} more"):
            for step in steps[FIRST_STEPS:]:
                _draw_step(step)


def _draw_step(step: Step) -> None:
    helped = f"  \n:small[:gray[Helps: {plain(_first(step.answers))}]]" if step.answers else ""
    st.markdown(words(step.text) + helped)
    if step.command:
        st.code(step.command, language=None, wrap_lines=True)


def draw_findings(findings: Sequence[Finding], days: int) -> None:
    """Every answer under its status, the worst first; what is complete is folded away."""
    st.markdown(f":small[:gray[Counts are of the last {days} days of the data.]]")
    for status in BADGES:
        found = [finding for finding in findings if finding.status == status]
        if not found:
            continue
        if status == "ok":
            with st.expander(f"{len(found)} complete"):
                _draw_group(found)
        else:
            with st.container(border=True):
                st.markdown(f"{BADGES[status]} :small[:gray[{MEANINGS[status]}]]")
                _draw_group(found)


def _draw_group(findings: Sequence[Finding]) -> None:
    for finding in findings:
        name, told = st.columns([1, 3])
        name.markdown(f"**{plain(finding.name)}**")
        told.markdown(
            "  \n".join([*_basis(finding), *(f":small[:gray[{words(lack.text)}]]" for lack in finding.lacks)])
        )


def _basis(finding: Finding) -> list[str]:
    """ "412 production deployments, 5 repositories; newest 31 Mar 2025" as a line of Markdown; none where nothing counts."""
    if not finding.basis:
        return []
    counted = ", ".join(f"{each.count:,} {each.what}" for each in finding.basis)
    newest = finding.newest_at
    return [words(counted + (f"; newest {day_label(newest)} {newest.year}" if newest else ""))]


def words(text: str) -> str:
    """Text of the server as Markdown that says just that, thousands apart as everywhere here."""
    return plain(THOUSANDS.sub("\u2009", text))


def _first(names: Sequence[str]) -> str:
    shown = names if len(names) <= MOST_NAMES else names[: MOST_NAMES - 1]
    return ", ".join(shown) + (f" and {len(names) - len(shown)} more" if len(shown) < len(names) else "")
