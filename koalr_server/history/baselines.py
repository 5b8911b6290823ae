"""What a change is measured against (pure)."""

from collections import deque
from collections.abc import Collection, Container, Mapping, Sequence

MOST_COMMITS_BACK = 50


def nearest_measured(
    parents: Mapping[str, Sequence[str]], start: str, own: Collection[str], measured: Container[str]
) -> str | None:
    """The nearest ancestor of a commit that was measured and is not one of `own`.

    Of ancestors equally far the one by way of first parents comes first. At most MOST_COMMITS_BACK commits that are not
    own are looked at; None if none of them was measured.
    """
    waiting = deque(parents.get(start, ()))
    seen = {start}
    looked_at = 0
    while waiting and looked_at < MOST_COMMITS_BACK:
        commit = waiting.popleft()
        if commit in seen:
            continue
        seen.add(commit)
        waiting.extend(parents.get(commit, ()))
        if commit in own:
            continue
        looked_at += 1
        if commit in measured:
            return commit
    return None
