"""Deployments: which are production, which succeeded, and what each contains."""

from dataclasses import dataclass
from datetime import datetime

from tests.oracle.rows import Organisation, instant, texts

PRODUCTION_PARTS = ("prod", "prd", "live")
OTHER_PARTS = (
    *("non", "not", "nonprod", "nonproduction", "pre", "preprod", "preproduction", "preview", "like", "sandbox"),
    *("dev", "develop", "development", "test", "tests", "testing", "qa", "uat", "stage", "staging", "stg"),
)


@dataclass(frozen=True)
class Deployment:
    """One deployment. `tie` orders deployments of the same second.

    A row may carry `apiId`, the id under which a server lists it: then that decides ties, else the imported id does,
    else the natural key.
    """

    id: str | None
    tie: str
    repo: str
    env: str
    status: str
    sha: str | None
    listed_shas: tuple[str, ...]
    started_at: datetime | None
    deployed_at: datetime | None
    rollback_of: str | None
    ref: str | None

    @property
    def listed_at(self) -> datetime | None:
        return self.deployed_at or self.started_at

    @property
    def is_production_success(self) -> bool:
        return self.status == "success" and is_production(self.env) and self.listed_at is not None

    @property
    def finished_at(self) -> datetime:
        """When it finished; asked of successful deployments only."""
        assert self.status == "success"
        assert self.listed_at is not None
        return self.listed_at

    @property
    def order(self) -> tuple[datetime, str]:
        return (self.finished_at, self.tie)


def is_production(env: str) -> bool:
    """By the parts of the name; a number at the end of a part says which one of several it is."""
    parts = [""]
    for before, letter in zip(" " + env, env, strict=False):
        if not letter.isalnum() or ("a" <= before <= "z" and "A" <= letter <= "Z"):
            parts.append("")
        if letter.isalnum():
            parts[-1] += letter.lower()
    kinds = [part.rstrip("0123456789") for part in parts]
    if any(kind in OTHER_PARTS for kind in kinds):
        return False
    return any(kind in PRODUCTION_PARTS or kind.startswith("production") for kind in kinds)


def read_deployments(org: Organisation) -> list[Deployment]:
    found = []
    for row in org.get("deployments", []):
        deployed_at = instant(row.get("deployedAt"))
        started_at = instant(row.get("startedAt"))
        natural = "|".join(str(part) for part in (row["repo"], row["env"], row.get("sha"), deployed_at or started_at))
        found.append(
            Deployment(
                id=row.get("id"),
                tie=row.get("apiId") or row.get("id") or natural,
                repo=row["repo"],
                env=row["env"],
                status=row["status"],
                sha=row.get("sha") or None,
                listed_shas=tuple(texts(row.get("commits"))),
                started_at=started_at,
                deployed_at=deployed_at,
                rollback_of=row.get("rollbackOf") or None,
                ref=row.get("ref") or None,
            )
        )
    return found


def contained_shas(deployment: Deployment, parents: dict[str, list[str]], known: set[str]) -> set[str]:
    """Every commit a deployment contains: its sha, its listed commits and all their ancestors.

    Args:
        deployment: the deployment.
        parents: commit to parents, for the commits of its repository that were imported.
        known: shas that an imported commit or a pull request names. A `sha` outside is no known content; a listed
            commit always is, if only as a commit without parents.
    """
    waiting = [*([deployment.sha] if deployment.sha in known else []), *deployment.listed_shas]
    contained: set[str] = set()
    while waiting:
        sha = waiting.pop()
        assert sha is not None
        if sha not in contained:
            contained.add(sha)
            waiting += parents.get(sha, [])
    return contained
