"""What is asked of GraphQL about pull requests (pure data).

Points are counted by lists within lists: seven for each pull request, so a question about 25 costs 2 of the hour's 5,000. The parents
of commits would be a list within each commit, and cost seven times as much for what nobody reads.
"""

from collections.abc import Iterable, Mapping

# As events of REST timelines have them; objects and their filter are called alike in GraphQL.
TURNS = (
    *("ready_for_review", "convert_to_draft", "closed", "reopened", "merged"),
    *("review_requested", "review_request_removed", "review_dismissed", "labeled", "unlabeled"),
    *("head_ref_force_pushed", "base_ref_changed"),
    *("auto_merge_enabled", "auto_merge_disabled", "added_to_merge_queue", "removed_from_merge_queue"),
)
TURN_BY_TYPE: Mapping[str, str] = {f"{turn.title().replace('_', '')}Event": turn for turn in TURNS}
"""Names of events by type of node."""
# What only some of them say.
_SAYING = {"labeled": "label { name }", "unlabeled": "label { name }", "merged": "commit { oid }"}

_PAGE_INFO = "pageInfo { hasNextPage endCursor }"

REVIEWS = f"""
reviews(PAGE) {{
  {_PAGE_INFO}
  nodes {{
    id fullDatabaseId state submittedAt body authorAssociation url
    author {{ ...actor }}
    commit {{ oid }}
  }}
}}
"""

COMMITS = f"""
commits(PAGE) {{
  {_PAGE_INFO}
  nodes {{
    commit {{
      id oid message authoredDate committedDate
      author {{ name email }}
      committer {{ name email }}
    }}
  }}
}}
"""

FILES = f"""
files(PAGE) {{
  {_PAGE_INFO}
  nodes {{ path additions deletions }}
}}
"""

TIMELINE = f"""
timelineItems(PAGE, itemTypes: [{", ".join(f"{turn.upper()}_EVENT" for turn in TURNS)}]) {{
  {_PAGE_INFO}
  nodes {{
    __typename
    {" ".join(f"... on {kind} {{ id createdAt actor {{ ...actor }} {_SAYING.get(turn, '')} }}" for kind, turn in TURN_BY_TYPE.items())}
  }}
}}
"""

CHECKS = f"""
statusCheckRollup {{
  contexts(PAGE) {{
    {_PAGE_INFO}
    nodes {{
      __typename
      ... on CheckRun {{
        id databaseId permalink name status conclusion startedAt completedAt
        checkSuite {{ app {{ databaseId slug }} }}
      }}
    }}
  }}
}}
"""

# Beside the checks, which few tokens may see and with which these would be hidden.
STATUSES = "status { contexts { id context state createdAt } }"

_ACTOR = """
fragment actor on Actor {
  __typename
  login
  ... on User { databaseId }
  ... on Bot { databaseId }
}
"""

FIRST, FIRST_FILES = "first: 50", "first: 100"
PULL = f"""
fragment pull on PullRequest {{
  number title body state isDraft
  createdAt updatedAt closedAt mergedAt
  additions deletions changedFiles
  mergeCommit {{ oid }}
  mergedBy {{ ...actor }}
  headRefName headRefOid baseRefName baseRefOid
  labels(first: 100) {{ nodes {{ name }} }}
  {REVIEWS.replace("PAGE", FIRST)}
  {COMMITS.replace("PAGE", FIRST)}
  {FILES.replace("PAGE", FIRST_FILES)}
  {TIMELINE.replace("PAGE", FIRST)}
  head: commits(last: 1) {{ nodes {{ commit {{ oid {STATUSES} {CHECKS.replace("PAGE", FIRST)} }} }} }}
}}
{_ACTOR}
"""


def pulls(numbers: Iterable[int]) -> str:
    """Pull requests of a repository, each under "p" and its number, with the first pages of what belongs to it."""
    asked = "\n".join(f"p{number}: pullRequest(number: {number}) {{ ...pull }}" for number in numbers)
    return f"query pulls($owner: String!, $name: String!) {{\nrepository(owner: $owner, name: $name) {{\n{asked}\n}}\n}}\n{PULL}"


def _more(part: str, actors: bool) -> str:
    return (
        "query more($owner: String!, $name: String!, $number: Int!, $first: Int!, $after: String) {\n"
        "repository(owner: $owner, name: $name) { pullRequest(number: $number) {\n"
        f"{part.replace('PAGE', 'first: $first, after: $after')}\n}} }}\n}}\n{_ACTOR if actors else ''}"
    )


MORE: Mapping[str, str] = {
    "reviews": _more(REVIEWS, actors=True),
    "commits": _more(COMMITS, actors=False),
    "files": _more(FILES, actors=False),
    "timelineItems": _more(TIMELINE, actors=True),
}
"""Further pages of a pull request's lists, by their names."""

MORE_CHECKS = (
    "query checks($owner: String!, $name: String!, $oid: GitObjectID!, $first: Int!, $after: String) {\n"
    "repository(owner: $owner, name: $name) { object(oid: $oid) { ... on Commit {\n"
    f"{CHECKS.replace('PAGE', 'first: $first, after: $after')}\n}} }} }}\n}}\n"
)
"""Further pages of a commit's checks."""
