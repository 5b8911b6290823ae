"""Which pull request is meant: a link to it, `acme/api#1847`, or what the address of the page says (pure)."""

import re
from dataclasses import dataclass

LONGEST_TEXT = 2000
EXAMPLE = "acme/api#1847"
_NAME = r"[^\s/#?:@\\<>\"'\x00-\x1f]{1,200}"
# As many digits as the API takes.
_NUMBER = r"(?P<number>[0-9]{1,18})"
_REPOSITORY = rf"(?P<owner>{_NAME})/(?P<repo>{_NAME})"
# Links of GitHub and GitHub Enterprise, of a page inside the pull request, and of their API.
_LINK = re.compile(
    rf"(?:https?://)?[^\s/?#@]+/(?:api/v3/)?(?:repos/)?{_REPOSITORY}/pulls?/{_NUMBER}(?:[/?#].*)?", re.IGNORECASE
)
_SHORT = re.compile(rf"{_REPOSITORY}(?:/pulls?/|/|\s*#|\s+){_NUMBER}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PullRequestName:
    """A pull request by owner, repository and number."""

    owner: str
    repo: str
    number: int

    @property
    def path(self) -> str:
        """As it stands in the address of the page: acme/api/1847."""
        return f"{self.owner}/{self.repo}/{self.number}"

    @property
    def short(self) -> str:
        """As people write it: acme/api#1847. Untrusted text."""
        return f"{self.owner}/{self.repo}#{self.number}"


def parse(text: str) -> PullRequestName | None:
    """The pull request that a text names; None if it names none."""
    cleaned = text[:LONGEST_TEXT].strip().strip("<>()[]\"'.,;")
    found = _SHORT.fullmatch(cleaned) or _LINK.fullmatch(cleaned)
    if found is None or not int(found["number"]):
        return None
    return PullRequestName(found["owner"], found["repo"], int(found["number"]))


def of_row(repo: str, number: int) -> PullRequestName | None:
    """The pull request of a row in a list; None if its repository is not named owner/name."""
    return parse(f"{repo}#{number}")
