"""Branches, tags and the repository's name."""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from koalr_server.ingest.git.process import Git, GitError
from koalr_server.ingest.git.tables import instant

TAG_FORMAT = "%(refname)%00%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)%00%(taggerdate:unix)"
# Not a ref: changes when a shallow clone is deepened, because then old commits appear behind known tips.
SHALLOW = "(shallow)"
_REMOTE = re.compile(r"^(?:[a-z+]+://(?:[^@/]*@)?[^/]+/|(?:[^@/:]+@)?[^/:]+:)(?P<path>.+?)(?:\.git)?/?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag on a commit: its time is the tagger's, else the commit's (None: not known yet)."""

    name: str
    sha: str
    tagged_at: datetime | None


@dataclass(slots=True)
class References:
    """What can be read from: tips by full ref name, tags, and tags left out with the reason."""

    heads: dict[str, str]
    tags: list[Tag] = field(default_factory=list)
    skipped_tags: Counter[str] = field(default_factory=Counter)

    @property
    def has_history(self) -> bool:
        """Whether there is any commit to read."""
        return bool(self.tags) or any(name != SHALLOW for name in self.heads)

    def revisions(self) -> list[str]:
        """The revisions of the whole history: never refs/pull or refs/changes."""
        return [*(["HEAD"] if "HEAD" in self.heads else []), "--branches", "--tags"]


def read_references(git: Git) -> References:
    """HEAD, branches and tags."""
    heads = {}
    if git.succeeds("rev-parse", "--verify", "--quiet", "HEAD^{commit}"):
        heads["HEAD"] = git.text("rev-parse", "HEAD^{commit}").strip()
    for line in git.text("for-each-ref", "--format=%(refname)%00%(objectname)", "refs/heads").splitlines():
        name, sha = line.split("\0")
        heads[name] = sha
    found = References(heads)
    for line in git.text("for-each-ref", f"--format={TAG_FORMAT}", "refs/tags").splitlines():
        _add_tag(git, found, line)
    shallow = git.folder / git.text("rev-parse", "--git-path", "shallow").strip()
    if shallow.is_file():
        heads[SHALLOW] = hashlib.sha256(shallow.read_bytes()).hexdigest()
    return found


def _add_tag(git: Git, found: References, line: str) -> None:
    ref, kind, sha, target_kind, target, tagged = line.split("\0")
    name = ref.removeprefix("refs/tags/")
    if kind == "commit":
        found.tags.append(Tag(name, sha, None))
    elif kind != "tag":
        found.skipped_tags[f"points to a {kind}"] += 1
    elif target_kind == "commit":
        found.tags.append(Tag(name, target, instant(tagged)))
    elif target_kind == "tag" and (commit := _peeled(git, ref)):
        found.tags.append(Tag(name, commit, instant(tagged)))
    else:
        found.skipped_tags[f"points to a {target_kind or 'missing object'}"] += 1


def _peeled(git: Git, ref: str) -> str | None:
    """The commit at the end of a tag that points to a tag."""
    try:
        return git.text("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}").strip()
    except GitError:
        return None


def repository_name(git: Git) -> str:
    """owner/name of the remote called origin, else the folder's name. Credentials in a URL never survive."""
    try:
        url = git.text("config", "--get", "remote.origin.url").strip()
    except GitError:
        url = ""
    found = _REMOTE.match(url)
    if found and "/" in found["path"]:
        return found["path"].strip("/")
    return _folder_name(git.path)


def _folder_name(path: Path) -> str:
    resolved = path.resolve()
    name = resolved.parent.name if resolved.name == ".git" else resolved.name
    return name.removesuffix(".git") or "repository"


def changed_shallow(known: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether a clone was deepened or cut since it was read."""
    return known.get(SHALLOW) != now.get(SHALLOW)
