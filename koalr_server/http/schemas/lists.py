"""What the answers that list records look like."""

from datetime import datetime

from koalr_server.http.schemas.fields import Described, figure, whole


class Deployment(Described):
    """A deployment to any environment."""

    id: str = figure("Stable id", "dep_01j8x")
    repo: str = figure("owner/name", "acme/api")
    env: str = figure("Environment as its sender named it", "production")
    status: str = figure("success, failure, in_progress or cancelled", "success")
    deployedAt: datetime | None = figure("When it finished, null while it has not", "2026-03-14T18:22:00Z")
    leadTimeSecs: int | None = figure("Seconds, median over the changes it shipped first", 67200)
    sha: str | None = figure("Commit", "8f3c2b1a", default=None)
    ref: str | None = figure("Tag or version", "v1.4.0", default=None)
    failed: bool | None = figure("Whether a production deployment is known to have failed", False, default=None)
    failure: str | None = figure("Why: incident, rollback or revert", "rollback", default=None)


class PullRequest(Described):
    """A merged pull request."""

    id: str = figure("Stable id", "pr_a1b2c3")
    number: int = figure("Number in its repository", 1847)
    title: str = figure("Title, as its author wrote it", "feat: add retries to webhook processor")
    repo: str = figure("owner/name", "acme/api")
    author: str | None = figure("Login", "jsmith")
    mergedAt: datetime = figure("When it was merged", "2026-03-14T14:11:00Z")
    cycleTimeSecs: int | None = figure("Seconds from first commit to merge", 86400)
    riskScore: int | None = figure("0 to 100, as pr-risk/score answers", 42)
    simulated: bool | None = figure("True for an invented one of the sample", False, default=None)
    revertedBy: str | None = figure("What took it back: #number or sha", "#1850", default=None)


class Incident(Described):
    """An incident, or a rollback in a repository without an incident source."""

    id: str = figure("Stable id", "inc_9z2k")
    title: str = figure("Title", "API p99 latency spike")
    severity: str | None = figure("As its source names it", "sev2")
    status: str = figure("open, resolved, or as its source names it", "resolved")
    startedAt: datetime = figure("When it began", "2026-03-10T03:14:00Z")
    resolvedAt: datetime | None = figure("When it ended, null while open", "2026-03-10T04:02:00Z")
    mttrSecs: int | None = figure("Seconds from start to resolution, null while open", 2880)
    repo: str | None = figure("owner/name, where known", "acme/api", default=None)


class Team(Described):
    """A team."""

    id: str = figure("Stable id, for teamId", "team_abc123")
    name: str = figure("Name", "Platform")
    memberCount: int = figure("People in it", 8)
    createdAt: datetime | None = figure("When it was created, where known", "2025-11-01T00:00:00Z")


class Deployments(Described):
    """A page of deployments, newest first."""

    data: list[Deployment] = whole("The rows")
    total: int = figure("Rows on all pages", 42)
    page: int = figure("This page, from 1", 1)


class PullRequests(Described):
    """A page of pull requests, newest first."""

    data: list[PullRequest] = whole("The rows")
    total: int = figure("Rows on all pages", 184)
    page: int = figure("This page, from 1", 1)
    pageSize: int = figure("Rows per page", 25)


class Incidents(Described):
    """Every incident of the window, newest first."""

    data: list[Incident] = whole("The rows")
    total: int = figure("Rows", 7)


class Organisation(Described):
    """What a server holds, for a caption."""

    name: str = figure("Name", "acme")
    sample: bool = figure("Whether it is the invented sample", False)
    newestFactAt: datetime | None = figure("The newest deployment or merge, null without any", "2026-03-14T18:22:00Z")
    loadedAt: datetime | None = figure("When data last came in, null if never", "2026-03-14T18:30:00Z")
    notice: str | None = figure("Where the sample comes from", "Real deployments, simulated people.")
    now: datetime = figure("The moment the figures are of", "2026-03-14T19:00:00Z")


class Teams(Described):
    """Every team the key may see, by name."""

    data: list[Team] = whole("The rows")
    total: int = figure("Rows", 2)
    limited: bool = figure("Whether the key is for these teams alone", False)
    organisation: Organisation = whole("What this server holds")
