"""What a token or an App needs to read from GitHub, and a question that shows whether it may (pure data).

docs/SOURCES.md has the same table; a test compares the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Permission:
    """What opens a resource; all of it is read only.

    Args:
        feeds: what the resource is for.
        fine_grained: of a fine-grained token or an App.
        classic: scope of a classic token.
        question: path that is answered where the permission is given, with {repository}, {organisation} and {head}, the
            commit of a pull request.
    """

    resource: str
    feeds: str
    fine_grained: str
    classic: str
    question: str

    @property
    def of_organisation(self) -> bool:
        """Whether it is of an organisation and not of a repository."""
        return "{organisation}" in self.question


PERMISSIONS: Sequence[Permission] = (
    Permission("repositories", "everything else", "repository: Metadata", "repo", "/repos/{repository}"),
    Permission(
        "pull requests, reviews, their commits and files, drafts",
        "DORA, flow, reviews, PR risk",
        "repository: Pull requests",
        "repo",
        "/repos/{repository}/pulls",
    ),
    Permission(
        "checks of the head",
        "PR risk",
        "repository: Checks; an App only, fine-grained tokens cannot have it",
        "repo",
        "/repos/{repository}/commits/{head}/check-runs",
    ),
    Permission(
        "statuses of the head",
        "PR risk",
        "repository: Commit statuses",
        "repo",
        "/repos/{repository}/commits/{head}/status",
    ),
    Permission(
        "commits of the default branch, with files; CODEOWNERS",
        "lead time, PR risk, code owners",
        "repository: Contents",
        "repo",
        "/repos/{repository}/commits",
    ),
    Permission(
        "deployments and statuses", "DORA", "repository: Deployments", "repo", "/repos/{repository}/deployments"
    ),
    Permission(
        "releases, with the commit of those in KOALR_DEPLOY_RELEASES",
        "DORA",
        "repository: Contents",
        "repo",
        "/repos/{repository}/releases",
    ),
    Permission(
        "runs of the workflows in KOALR_DEPLOY_WORKFLOWS",
        "DORA",
        "repository: Actions",
        "repo",
        "/repos/{repository}/actions/runs",
    ),
    Permission(
        "issues with their turns",
        "flow, forecast, incidents",
        "repository: Issues",
        "repo",
        "/repos/{repository}/issues",
    ),
    Permission(
        "boards of Projects with the moves of issues",
        "flow, forecast",
        "organisation: Projects",
        "read:project",
        "/orgs/{organisation}/projectsV2",
    ),
    Permission(
        "teams, members, their repositories",
        "teams everywhere",
        "organisation: Members",
        "read:org",
        "/orgs/{organisation}/teams",
    ),
    Permission(
        "Copilot seats",
        "adoption",
        "organisation: GitHub Copilot Business",
        "manage_billing:copilot or read:org, of an owner",
        "/orgs/{organisation}/copilot/billing/seats",
    ),
    Permission(
        "Copilot usage by day",
        "acceptance, active people",
        'organisation: Organization Copilot metrics, and the policy "Copilot usage metrics" enabled',
        "manage_billing:copilot or read:org",
        "/orgs/{organisation}/copilot/metrics/reports/organization-28-day/latest",
    ),
)
