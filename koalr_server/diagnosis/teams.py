"""The finding about teams (pure)."""

from koalr_server.diagnosis.counts import Counts
from koalr_server.diagnosis.finding import Answer, Finding, Lack, judged, so_many
from koalr_server.diagnosis.lacks import importing, some


def team_findings(counts: Counts) -> list[Finding]:
    """Teams, and what belongs to none."""
    teams = counts.teams
    none = None if teams.teams else Lack("No team is known, so nothing can be shown by team.", importing("members"))
    gaps = (
        (
            "people_without_team",
            "people with merged pull requests",
            "in no team",
            "their work shows in no team",
            "members",
        ),
        (
            "repos_without_team",
            "repositories",
            "of no team",
            "their deployments and incidents show in no team",
            "repos",
        ),
        ("without_repos", "teams", "without repositories", "they have no deployments and no incidents", "repos"),
        (
            "without_members",
            "teams",
            "without members",
            "what happens in their repositories counts as theirs",
            "members",
        ),
    )
    found = [
        some(getattr(teams, part), noun, without, consequence, importing(kind))
        for part, noun, without, consequence, kind in gaps
    ]
    return [
        judged(
            Answer("teams", "Teams", "GET /api/v1/teams"),
            [so_many(teams.teams, "team"), so_many(teams.members, "person", "people")],
            None,
            [none, *(found if teams.teams else [])],
            known=teams.teams > 0,
        )
    ]
