"""Whether the owners of changed files approved: who counts, what is not needed, and what nobody can tell."""

import pytest

from koalr_server.risk.codeowners import parse
from koalr_server.risk.compliance import compliance, members_by_slug, slug

RULES = parse("*.py @Ann @acme/payments\n/docs/ @writer\n/docs/free\n*.sql dba@Example.com @bo\n/lost @acme/ghosts\n")
MEMBERS = members_by_slug([("Payments", "Cleo"), ("Payments", "dan"), ("Web & App", "eve")])


@pytest.mark.parametrize(
    ("paths", "approvers", "author", "expected"),
    [
        (["a.py"], ["ann"], "zoe", True),
        (["a.py"], ["CLEO"], "zoe", True),
        (["a.py"], [], "Dan", True),
        (["a.py"], ["zoe"], "yan", False),
        (["a.py"], [], None, False),
        (["a.py", "docs/a"], ["ann"], "zoe", False),
        (["a.py", "docs/a"], ["ann", "writer"], "zoe", True),
        (["README", "docs/free"], [], "zoe", True),
        ([], [], "zoe", True),
        (["lost"], ["ann"], "zoe", None),
        (["a.sql"], ["ann"], "zoe", None),
        (["a.sql"], ["bo"], "zoe", True),
        (["lost", "docs/a"], [], "zoe", False),
        (["lost", "a.py"], ["ann"], "zoe", None),
    ],
)
def test_every_owned_file_needs_one_of_its_owners(
    paths: list[str], approvers: list[str], author: str | None, expected: bool | None
) -> None:
    assert compliance(RULES, paths, approvers, author, MEMBERS) is expected


def test_without_rules_files_or_reviews_nobody_can_tell() -> None:
    assert compliance(None, ["a"], ["ann"], "zoe", MEMBERS) is None
    assert compliance(RULES, None, ["ann"], "zoe", MEMBERS) is None
    assert compliance(RULES, ["README"], None, "zoe", MEMBERS) is None


@pytest.mark.parametrize(
    ("name", "expected"), [("Payments", "payments"), ("Web & App", "web-app"), ("  Data_Team ", "data_team")]
)
def test_a_team_goes_by_its_slug(name: str, expected: str) -> None:
    assert slug(name) == expected
