"""Addresses on GitHub, built from parts that are checked; anything else has none (pure)."""

import re

GITHUB = "https://github.com"
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,100}")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")


def repository(repo: str | None) -> str | None:
    """Of owner/name."""
    return f"{GITHUB}/{repo}" if repo is not None and _REPOSITORY.fullmatch(repo) else None


def commit(repo: str | None, sha: str | None) -> str | None:
    """Of a commit; of its repository if the commit is not known."""
    found = repository(repo)
    return f"{found}/commit/{sha}" if found and sha is not None and _COMMIT.fullmatch(sha) else found


def pull_request(repo: str, number: int) -> str | None:
    """Of a pull request."""
    found = repository(repo)
    return f"{found}/pull/{number}" if found and number > 0 else None
