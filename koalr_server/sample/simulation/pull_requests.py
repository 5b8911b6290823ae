"""The simulated pull requests of a team: who wrote what in each real release, and what is still open at the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from koalr_server.sample.quarter import ENDS_AT
from koalr_server.sample.simulation.dice import Dice
from koalr_server.sample.simulation.phases import Hours, Phases, back_from, draw_hours, draw_quick_hours
from koalr_server.sample.simulation.profiles import BOT, Profile
from koalr_server.sample.simulation.releases import Release
from koalr_server.sample.simulation.subjects import KINDS, FileChange, WorkKind, bump, changed_files, favourite, title

# Dependency updates merge themselves in the first hour of the day.
BOTS_MERGE_UNTIL_HOUR = 9
REVERTED_AFTER_ROLLBACK = 0.6
REVERTED_ANYWAY = 0.02
HOTFIX_SHARE = 0.04
OPEN_PER_PERSON = 4


@dataclass(frozen=True, slots=True)
class Merge:
    """Where and when a pull request lands, and the release it goes out with; none means it is open after ENDS_AT.

    `sha` is the merge commit, and so the pull request's identity.
    """

    repo: str
    at: datetime
    release: Release | None
    sha: str

    @classmethod
    def into(cls, repo: str, at: datetime, release: Release | None = None) -> "Merge":
        """A merge; no other lands in this repository in that second."""
        return cls(repo, at, release, sha_of("merge", repo, at))


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request before it has a number; its merge identifies it. `takes_back` is the merge commit it reverts."""

    merge: Merge
    kind: WorkKind
    title: str
    author: str
    phases: Phases
    files: tuple[FileChange, ...]
    takes_back: str | None = None

    @property
    def is_open(self) -> bool:
        """Not merged by the end."""
        return self.merge.release is None


def sha_of(*parts: object) -> str:
    """A commit id that follows from what it names."""
    return sha256("\x1f".join(map(str, ("simulated", *parts))).encode()).hexdigest()[:40]


def merged(profile: Profile, releases: Sequence[Release], dice: Dice) -> list[PullRequest]:
    """One pull request per merge of the team's releases, in the order given."""
    found: list[PullRequest] = []
    last_planned: dict[str, PullRequest | None] = {}
    for release in releases:
        first, *rest = (Merge.into(release.repo, at, release) for at in release.merged_at)
        first_written = _revert(profile, first, last_planned.get(release.repo), dice)
        if first_written is None and release.after_rollback:
            first_written = _by_person(profile, first, draw_quick_hours(dice), dice, "hotfix")
        written = [first_written or _written(profile, first, dice), *(_written(profile, merge, dice) for merge in rest)]
        found += written
        last_planned[release.repo] = next((pull for pull in reversed(written) if pull.kind in KINDS), None)
    return found


def still_open(profile: Profile, repos: Sequence[str], dice: Dice) -> list[PullRequest]:
    """Pull requests opened in March that would be merged in April."""
    merges = (
        Merge.into(dice.pick(repos), ENDS_AT + timedelta(minutes=dice.whole(60 * 9, 60 * 24 * 5)))
        for _ in range(int(len(profile.people) * OPEN_PER_PERSON))
    )
    drawn = (_by_person(profile, merge, draw_hours(profile, merge.at, dice), dice) for merge in merges)
    return [pull for pull in drawn if pull.phases.opened_at < ENDS_AT]


def _written(profile: Profile, merge: Merge, dice: Dice) -> PullRequest:
    """A dependency update, a repair, or ordinary work."""
    early = merge.at.hour < BOTS_MERGE_UNTIL_HOUR
    if not dice.chance(profile.human_share.at(merge.at) * (0.45 if early else 1.65)):
        return _by_bot(merge, dice)
    if dice.chance(HOTFIX_SHARE):
        return _by_person(profile, merge, draw_quick_hours(dice), dice, "hotfix")
    return _by_person(profile, merge, draw_hours(profile, merge.at, dice), dice)


def _by_person(profile: Profile, merge: Merge, hours: Hours, dice: Dice, stated: WorkKind | None = None) -> PullRequest:
    kind: WorkKind = dice.weighted(KINDS) if stated is None else stated
    author = _author(profile, dice)
    # People mostly stay with what they know.
    rank = profile.people.index(author) if dice.chance(0.6) else dice.whole(0, 9)
    topic = favourite(profile.team, rank)
    files = changed_files(profile.team, topic, kind, dice)
    return PullRequest(merge, kind, title(kind, topic, dice), author, back_from(merge.at, hours, dice), tuple(files))


def _by_bot(merge: Merge, dice: Dice) -> PullRequest:
    text, files = bump(dice)
    hours = Hours(coding=0.0, response=dice.fraction() * 6 if dice.chance(0.5) else None, rounds=0.0, waiting=0.1)
    return PullRequest(merge, "dependencies", text, BOT, back_from(merge.at, hours, dice), tuple(files))


def _revert(profile: Profile, merge: Merge, target: PullRequest | None, dice: Dice) -> PullRequest | None:
    """Takes back the last planned work that the release before shipped; None if nobody wants to, or it began before that was out."""
    if merge.release is None or target is None or target.merge.release is None:
        return None
    if not dice.chance(REVERTED_AFTER_ROLLBACK if merge.release.after_rollback else REVERTED_ANYWAY):
        return None
    phases = back_from(merge.at, draw_quick_hours(dice), dice)
    if phases.started_at <= target.merge.release.deployed_at:
        return None
    files = tuple(FileChange(file.path, file.deletions, file.additions) for file in target.files)
    author = _author(profile, dice)
    return PullRequest(merge, "revert", f'Revert "{target.title}"', author, phases, files, target.merge.sha)


def _author(profile: Profile, dice: Dice) -> str:
    """Somebody of the team; the first names write more than the last."""
    return dice.weighted({login: 1 / (1 + 0.25 * rank) for rank, login in enumerate(profile.people)})
