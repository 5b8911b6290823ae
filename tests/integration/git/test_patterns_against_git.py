"""CODEOWNERS patterns mean what git takes the same patterns in .gitignore to mean, but for the last `*` of a path."""

import itertools
import random
import subprocess

import pytest

from koalr_server.risk.codeowners import parse
from tests.integration.git.builder import Repository

NAMES = ("a", "b", "ab", "a.b")
GLOBS = (*NAMES, "**", "*b", "a*", "?", "a?", "*.*", "a**b", r"\a", r"a\.b")
PATHS = ["/".join(names) for length in (1, 2, 3, 4) for names in itertools.product(NAMES[:3], repeat=length)]
PATHS += ["a.b", "a.b/a", "a/a.b", "a/b/a.b/b"]


def random_pattern(seed: int) -> str:
    chance = random.Random(seed)
    names = [chance.choice(GLOBS) for _ in range(chance.randint(1, 4))]
    # git takes `**/` at the end for folders alone, and nobody says what GitHub does.
    end = chance.choice(("", "/")) if names[-1] != "**" else ""
    return chance.choice(("", "/")) + "/".join(names) + end


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return Repository(tmp_path_factory.mktemp("patterns") / "repository")


@pytest.mark.parametrize("seeds", [range(start, start + 30) for start in range(0, 150, 30)])
def test_random_patterns_match_the_paths_that_git_ignores(repository: Repository, seeds: range) -> None:
    for pattern in map(random_pattern, seeds):
        rules = parse(f"{pattern} @owner")
        assert not rules.bad_lines
        assert [path for path in PATHS if rules.owners(path)] == ignored(repository, pattern), pattern


def ignored(repository: Repository, pattern: str) -> list[str]:
    repository.write(".git/info/exclude", f"{pattern}\n")
    try:
        listed = set(repository.git("check-ignore", "--no-index", *PATHS).split("\n"))
    except subprocess.CalledProcessError as error:
        if error.returncode != 1:  # which says that no path is ignored
            raise
        listed = set()
    return [path for path in PATHS if path in listed]
