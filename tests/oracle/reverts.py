"""Which change takes back which."""

import re

from tests.oracle.changes import Change

BY_SHA = re.compile(r"This reverts commit ([0-9a-f]{7,40})", re.IGNORECASE)

Reverts = list[tuple[Change, list[Change]]]
"""Every change with what it takes back, mostly nothing."""


def read_reverts(changes: list[Change]) -> Reverts:
    return [(change, reverted_by(change, changes)) for change in changes]


def reverted_by(change: Change, changes: list[Change]) -> list[Change]:
    """The changes that this one takes back: by the shas its messages name, else by its title."""
    others = [other for other in changes if other.repo == change.repo and other != change]
    by_sha = [other for other in others if _names_commit_of(change, other)]
    if by_sha:
        return by_sha
    by_title = [other for other in others if _quotes_title_of(change, other)]
    return sorted(by_title, key=lambda other: (other.merged_at, other.number))[-1:]


def is_revert(change: Change, reverts: Reverts) -> bool:
    """Whether a change takes something back, known to us or not."""
    if (change.title or "").startswith('Revert "'):
        return True
    return any(revert == change and targets for revert, targets in reverts)


def _names_commit_of(change: Change, other: Change) -> bool:
    named = [sha.lower() for message in change.messages for sha in BY_SHA.findall(message)]
    return any(sha.startswith(prefix) for sha in other.shas for prefix in named)


def _quotes_title_of(change: Change, other: Change) -> bool:
    if change.number is None or other.number is None or other.title is None:
        return False
    return change.title == f'Revert "{other.title}"' and other.merged_at < change.merged_at
