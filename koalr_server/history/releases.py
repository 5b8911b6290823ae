"""Which tags are releases, and which of those go to production."""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Literal

ReleaseKind = Literal["production", "pre-release"]

# v1.2.3, 1.2.3, v123; after a name: name-v1.2, name/v1.2, name@1.2.3; or anything after "release-", "release/" and the like.
_DEFAULT = re.compile(
    r"release(?:[-_/]|(?=v?\d))(?P<release>.+)|(?P<plain>v\d.*|\d+[._]\d+.*)|.+?[-_/@](?P<named>v\d.*|\d+[._]\d.*)",
    re.IGNORECASE,
)
_PRE_RELEASE = re.compile(
    r"(?<![a-z])(?:(?:rc|alpha|beta|dev|pre|preview|snapshot|nightly|canary|milestone)[-._]?\d*|[abcm]\d+)(?![a-z0-9])",
    re.IGNORECASE,
)


def classify_tag(tag: str, patterns: Sequence[str] | None = None) -> ReleaseKind | None:
    """What a tag stands for; None if it is no release.

    Args:
        patterns: globs that say which tags are deployments, instead of the default shapes.
    """
    version = _version_part(tag)
    if patterns is not None:
        if not any(fnmatchcase(tag, pattern) for pattern in patterns):
            return None
    elif version is None:
        return None
    return "pre-release" if _PRE_RELEASE.search(version if version is not None else tag) else "production"


def _version_part(tag: str) -> str | None:
    """The part of a release tag that is the version, so that a name such as rc-tool is not judged."""
    found = _DEFAULT.fullmatch(tag)
    if found is None:
        return None
    return found["release"] or found["plain"] or found["named"]
