"""Which work item a pull request names."""

import pytest

from koalr_server.sources.github.work_item_links import work_item_of


@pytest.mark.parametrize(
    ("description", "key"),
    [
        ("Closes #7", "acme/api#7"),
        ("closes: #7", "acme/api#7"),
        ("This FIXED\n#7.", "acme/api#7"),
        ("resolve GH-7", "acme/api#7"),
        ("Fixes other/repo#7", "other/repo#7"),
        ("Resolves https://github.com/other/repo/issues/7", "other/repo#7"),
        ("Resolves https://ghe.example/other/repo/issues/7#issuecomment-1", "other/repo#7"),
        ("Fixes ACME/Api#7", "acme/api#7"),
        ("Fixes #٧", None),
        ("closes #7 and closes #8", "acme/api#7"),
        ("closes #12, closes #7", "acme/api#7"),  # 12 is the pull request itself
        ("See #7", None),
        ("discloses #7", None),
        ("closes #", None),
        ("closes #0", None),
        ("closes #7a", None),
        ("closes PROJ-7", None),
        ("<!-- e.g. Closes #123 --> Fixes #7", "acme/api#7"),
        ("<!-- Closes #123", None),
        ("```\nCloses #123\n```", None),
        ("Write `closes #123` here", None),
    ],
)
def test_a_closing_keyword_in_the_description_names_it(description: str, key: str | None) -> None:
    assert work_item_of("acme/api", 12, "Search", description, "search") == key


@pytest.mark.parametrize(
    ("branch", "key"),
    [
        ("7-search", "acme/api#7"),
        ("7_search", "acme/api#7"),
        ("feature/7-search", "acme/api#7"),
        ("ann/feature/7-search", "acme/api#7"),
        ("PROJ-7-search", "PROJ-7"),
        ("feature/PROJ-7-search", "PROJ-7"),
        ("feature/PROJ-7", "PROJ-7"),
        ("AB2-7_search", "AB2-7"),
        ("search-7", None),
        ("7", None),
        ("release/7.1", None),
        ("2026-03-release", None),
        ("dependabot/npm_and_yarn/lodash-4.17.21", None),
        ("UTF-8-names", None),
        ("CVE-2026-1234", None),
        ("node-18-upgrade", None),
        ("0-search", None),
    ],
)
def test_a_branch_names_it(branch: str, key: str | None) -> None:
    assert work_item_of("acme/api", 12, "Search", "", branch) == key


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("PROJ-7: search", "PROJ-7"),
        ("[PROJ-7] search", "PROJ-7"),
        ("Search, fixes #7", "acme/api#7"),
        ("Search (#7)", "acme/api#7"),
        ("Search (#12)", None),
        ("Search (other/repo#7)", "other/repo#7"),
        ("Use SHA-256", None),
        ("Search of PROJ-7.", "PROJ-7"),
        ("Update to PROJ-7.1", None),
        ("Search", None),
    ],
)
def test_a_title_names_it(title: str, key: str | None) -> None:
    assert work_item_of("acme/api", 12, title, "", "search") == key


def test_the_description_comes_before_the_branch_and_the_branch_before_the_title() -> None:
    assert work_item_of("acme/api", 12, "PROJ-3", "closes #1", "2-search") == "acme/api#1"
    assert work_item_of("acme/api", 12, "PROJ-3", "about #1", "2-search") == "acme/api#2"
    assert work_item_of("acme/api", 12, "PROJ-3", "about #1", "search") == "PROJ-3"
