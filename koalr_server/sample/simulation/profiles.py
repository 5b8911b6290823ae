"""The invented people of each team and how the team works: what gives the pages a story."""

from dataclasses import dataclass
from datetime import datetime

from koalr_server.sample.quarter import BEGINS_AT, ENDS_AT
from koalr_server.sample.teams import WHITEHALL

BOT = "sim-dependencies[bot]"


@dataclass(frozen=True, slots=True)
class Trend:
    """A figure at the beginning and the end of the quarter, linear between."""

    begins: float
    ends: float

    def at(self, moment: datetime) -> float:
        """The figure at a moment; before and after the quarter it stands still."""
        passed = (moment - BEGINS_AT) / (ENDS_AT - BEGINS_AT)
        return self.begins + (self.ends - self.begins) * min(1.0, max(0.0, passed))


STEADY = Trend(1, 1)


@dataclass(frozen=True, slots=True)
class Profile:
    """A team: who is in it, and how it differs from the distributions all teams share.

    Args:
        code: middle part of its work item keys, SIM-<code>-<number>.
        human_share: share of merged pull requests that people, not bots, wrote.
        coding, response, rounds: factors on the time to write code, to wait for a review, to answer reviewers.
        pull_requests_per_item: mean number of pull requests that make one work item.
        unreviewed_share: share of pull requests merged without a review.
        backlog_size: work items written down and not begun at the end.
        idea_days: factor on the days from an idea to its first commit.
        copilot_share, copilot_acceptance: share of seat days with Copilot in use; accepted of suggested completions.
    """

    team: str
    code: str
    people: tuple[str, ...]
    human_share: Trend = Trend(0.42, 0.42)
    coding: Trend = STEADY
    response: Trend = STEADY
    rounds: Trend = STEADY
    pull_requests_per_item: Trend = Trend(1.5, 1.5)
    unreviewed_share: float = 0.05
    backlog_size: int = 30
    idea_days: float = 1.0
    copilot_share: Trend = Trend(0.35, 0.55)
    copilot_acceptance: float = 0.31


def _people(names: str) -> tuple[str, ...]:
    return tuple(f"sim-{name}" for name in names.split())


PROFILES = (
    # Whitehall's pull requests are real; its people only review, plan and use Copilot.
    Profile(
        WHITEHALL, "WHI", _people("alder aspen birch cedar hazel larch"), response=Trend(2.6, 2.6), backlog_size=38
    ),
    # Its throughput falls: ever more of what it merges are dependency updates, and items grow.
    Profile(
        "Publishing",
        "PUB",
        _people("rowan willow juniper sorrel bramble clover fern heather moss"),
        human_share=Trend(0.6, 0.16),
        pull_requests_per_item=Trend(1.2, 2.1),
        backlog_size=46,
        copilot_share=Trend(0.3, 0.32),
        copilot_acceptance=0.24,
    ),
    Profile(
        "Frontend",
        "FRO",
        _people("wren robin lark martin swift finch merlin dove"),
        coding=Trend(0.5, 0.5),
        backlog_size=24,
        copilot_share=Trend(0.55, 0.75),
        copilot_acceptance=0.36,
    ),
    # Reviews are slow: few can judge this code.
    Profile(
        "Platform",
        "PLA",
        _people("basalt flint granite jasper onyx slate quinn"),
        human_share=Trend(0.36, 0.36),
        response=Trend(4.2, 4.2),
        rounds=Trend(1.5, 1.5),
        unreviewed_share=0.03,
        backlog_size=35,
        copilot_share=Trend(0.2, 0.3),
        copilot_acceptance=0.22,
    ),
    # Improves over the quarter.
    Profile(
        "Search and AI",
        "SEA",
        _people("comet lyra nova orion vega"),
        human_share=Trend(0.5, 0.55),
        coding=Trend(2.0, 0.6),
        response=Trend(3.4, 0.5),
        backlog_size=18,
        copilot_share=Trend(0.6, 0.95),
        copilot_acceptance=0.41,
    ),
    # Small, shares a person with Platform, and has a large backlog of old ideas.
    Profile(
        "Data and notifications",
        "DAT",
        _people("delta tarn brook quinn"),
        human_share=Trend(0.34, 0.34),
        unreviewed_share=0.11,
        backlog_size=164,
        idea_days=2.6,
    ),
)
