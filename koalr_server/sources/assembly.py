"""From what holds of a thing to its records: one function per kind of thing (pure)."""

from collections.abc import Callable, Iterable, Mapping

from koalr_server.sources import timeline
from koalr_server.sources.deployments import DEPLOYMENTS
from koalr_server.sources.github.codeowners import codeowners_records
from koalr_server.sources.github.commits import commit_records, push_records
from koalr_server.sources.github.deployment_records import deployment_records
from koalr_server.sources.github.head_checks import head_records
from koalr_server.sources.github.issue_records import issue_records
from koalr_server.sources.github.organisation import repository_records, team_records
from koalr_server.sources.github.pull_request_records import pull_request_records
from koalr_server.sources.incidents import INCIDENTS
from koalr_server.sources.observation import Fields, Observation, Rows, standing
from koalr_server.sources.rules import Rules

Assembler = Callable[[str, Mapping[str, Fields], Rules], Rows]
"""Key of the thing, what holds of each of its facets, and the rules; answers the thing's records, by kind.

A record belongs to one thing, so its natural key follows from the thing's key. A thing that nobody has told enough of yet (a
review of a pull request whose title and author are not known) has no records, or only those that can stand.
"""

ASSEMBLERS: Mapping[str, Assembler] = {
    "codeowners": codeowners_records,
    "commit": commit_records,
    "deployment": deployment_records,
    "head": head_records,
    "issue": issue_records,
    "push": push_records,
    "pull_request": pull_request_records,
    "repository": repository_records,
    "team": team_records,
    timeline.KIND: timeline.incident,
    DEPLOYMENTS.thing: DEPLOYMENTS.assemble,
    INCIDENTS.thing: INCIDENTS.assemble,
}


def assemble(observations: Iterable[Observation], rules: Rules) -> Rows:
    """The records of one thing, from all that was told of it in any order; none for a kind nobody knows any more."""
    told = list(observations)
    if not told or told[0].kind not in ASSEMBLERS:
        return {}
    return ASSEMBLERS[told[0].kind](told[0].key, standing(told), rules)
