"""CODEOWNERS: which rule decides for which path, on cases from GitHub's page, real files, and against a slow oracle."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalr_server.risk.codeowners import BadLine, parse
from tests.oracle.codeowners import means

FIXTURES = Path(__file__).parents[2] / "fixtures" / "codeowners"

NAMES = st.sampled_from(["a", "b", "ab", "a.js", "docs", "src"])
PATHS = st.lists(NAMES, min_size=1, max_size=5).map("/".join)
GLOBS = st.one_of(NAMES, st.just("**"), st.text("ab*?.", min_size=1, max_size=4).filter(lambda name: name.strip("*")))
PATTERNS = st.builds(
    lambda start, names, end: start + "/".join(names) + end,
    st.sampled_from(["", "/"]),
    st.lists(st.one_of(GLOBS, st.just("*")), min_size=1, max_size=4),
    st.sampled_from(["", "/"]),
)


def matches(pattern: str, path: str) -> bool:
    rules = parse(f"{pattern} @owner")
    assert not rules.bad_lines
    return rules.owners(path) == ("@owner",)


@pytest.mark.parametrize(
    ("pattern", "inside", "outside"),
    [
        ("*", ["a", "a/b/c"], []),
        ("*.js", ["a.js", "deep/down/a.js", "folder.js/a"], ["a.jsx", "js"]),
        ("docs/*", ["docs/a.md"], ["docs/build/a.md", "x/docs/a.md", "docs"]),
        ("docs/*.md", ["docs/a.md"], ["docs/build/a.md", "docs/a.txt"]),
        ("/*", ["a"], ["a/b"]),
        ("apps/", ["apps/a", "x/apps/a/b"], ["apps", "x/apps"]),
        ("/apps/", ["apps/a", "apps/a/b"], ["apps", "x/apps/a"]),
        ("apps", ["apps", "apps/a", "x/apps", "x/apps/a"], ["app", "apps2", "myapps"]),
        ("/apps", ["apps", "apps/a"], ["x/apps", "apps2"]),
        ("build/logs", ["build/logs", "build/logs/a"], ["x/build/logs", "build/logs2"]),
        ("/build/logs/", ["build/logs/a", "build/logs/b/c"], ["build/logs", "x/build/logs/a"]),
        ("**/logs", ["logs", "build/logs", "deeply/nested/logs/a"], ["logs2"]),
        ("a/**/z", ["a/z", "a/b/z", "a/b/c/z/y"], ["x/a/z", "a/bz"]),
        ("a/**", ["a/b", "a/b/c"], ["a", "x/a/b"]),
        ("**", ["a", "a/b"], []),
        ("a/*/z", ["a/b/z", "a/b/z/y"], ["a/z", "a/b/c/z"]),
        ("f?o", ["foo", "x/fao"], ["fo", "fooo", "f/o"]),
        ("*a*b", ["ab", "xaxb", "aabb"], ["ba", "a/b"]),
        ("a***b", ["ab", "axb"], ["a/b"]),
        (r"my\ file", ["my file", "x/my file"], ["my", "my\\ file"]),
        (r"a\*b", ["a*b"], ["axb"]),
        ("a.b", ["a.b"], ["axb"]),
        ("(a|b)+$", ["(a|b)+$"], ["a", "b"]),
        ("Makefile", ["Makefile"], ["makefile"]),
        ("a#b", ["a#b"], ["a"]),
    ],
)
def test_a_pattern_means_these_paths_and_not_those(pattern: str, inside: list[str], outside: list[str]) -> None:
    assert [path for path in inside if not matches(pattern, path)] == []
    assert [path for path in outside if matches(pattern, path)] == []


@given(PATTERNS, PATHS)
def test_translation_agrees_with_trying_everything(pattern: str, path: str) -> None:
    assert matches(pattern, path) == means(pattern, path)


@given(st.lists(NAMES, max_size=4), NAMES, st.lists(NAMES, max_size=2))
def test_a_name_alone_means_files_and_folders_of_that_name_at_every_depth(
    before: list[str], name: str, after: list[str]
) -> None:
    assert matches(name, "/".join([*before, name, *after]))


@given(st.text(), st.text())
def test_no_text_makes_reading_or_asking_fail(text: str, path: str) -> None:
    rules = parse(text)
    rules.owners(path)
    assert all(1 <= bad.number <= text.count("\n") + 1 for bad in rules.bad_lines)


def test_the_last_rule_that_matches_decides_and_one_without_owners_takes_them_away() -> None:
    rules = parse("* @all\n/apps/ @octocat @org/team\n/apps/github\n*.go docs@example.com\n")
    assert rules.owners("a") == ("@all",)
    assert rules.owners("apps/a") == ("@octocat", "@org/team")
    assert rules.owners("apps/github/a") == ()
    assert rules.owners("apps/github/a.go") == ("docs@example.com",)


def test_without_a_rule_nobody_owns_anything() -> None:
    assert parse("# nothing\n\n  \n").owners("a") == ()
    assert parse("/b @b").owners("a") == ()


def test_comments_byte_order_mark_and_line_ends_do_not_matter() -> None:
    rules = parse("\ufeff* @all # @nobody\r\n#* @nobody\r\n\t# x\r\n*.js\t@js #comment\r\n")
    assert rules.bad_lines == ()
    assert (rules.owners("a"), rules.owners("a.js")) == (("@all",), ("@js",))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("!*.js @a", "a pattern cannot be negated with !"),
        ("[ab].js @a", "a pattern cannot hold a range in [ ]"),
        ("a] @a", "a pattern cannot hold a range in [ ]"),
        (r"\#a @a", "a pattern cannot begin with an escaped #"),
        ("/ @a", "the pattern names no file"),
        ("a\\", "a backslash escapes nothing"),
        (r"a\/b @a", "a backslash escapes nothing"),
        ("*.js @a TODO", "'TODO' is no owner: @user, @organisation/team or an e-mail address is expected"),
        ("*.js @", "'@' is no owner: @user, @organisation/team or an e-mail address is expected"),
    ],
)
def test_a_bad_line_is_named_and_skipped_whole(line: str, reason: str) -> None:
    rules = parse(f"* @all\n{line}\n")
    assert rules.bad_lines == (BadLine(2, reason),)
    assert rules.owners("a.js") == ("@all",)


def test_an_escaped_bracket_is_a_letter() -> None:
    assert matches(r"\[slug\].tsx", "pages/[slug].tsx")


@pytest.mark.parametrize(
    ("file", "owners"),
    [
        (
            "prometheus",
            {
                "README.md": "@prometheus/default-maintainers",
                "cmd/promtool/main.go": "@prometheus/default-maintainers @dgl",
                "web/ui/module/x/index.ts": "@prometheus/default-maintainers @juliusv @nexucis",
                "web/ui/react.go": "@prometheus/default-maintainers @juliusv",
                "discovery/aws/ec2.go": "@prometheus/default-maintainers @matt-gp @sysadmind",
                "discovery/nomad/nomad.go": "@prometheus/default-maintainers",
            },
        ),
        (
            "govuk-helm-charts",
            {
                "README.md": "",
                "charts/argo/values.yaml": "@alphagov/gov-uk-platform-engineering",
                "charts/app-config/values-staging.yaml": "",
                "charts/app-config/values-production.yaml": "@alphagov/gov-uk-platform-engineering",
                "charts/monitoring-config/rules/a.yaml": "",
                "charts/search-index-env-sync/a": "@alphagov/gov-uk-search @alphagov/gov-uk-platform-engineering",
            },
        ),
        (
            "requests",
            {
                ".github/workflows/test.yml": "@nateprewitt @sigmavirus24",
                "docs/.github/workflows/test.yml": "",
                "HISTORY.md": "@nateprewitt @sigmavirus24",
                "src/requests/api.py": "",
            },
        ),
        ("rails", {".rubocop.yml": "@rafaelfranca", "activerecord/.rubocop.yml": "@rafaelfranca", "Gemfile": ""}),
    ],
)
def test_real_files_name_the_owners_that_github_shows(file: str, owners: dict[str, str]) -> None:
    rules = parse((FIXTURES / f"{file}.CODEOWNERS").read_text(encoding="utf-8"))
    assert rules.bad_lines == ()
    assert {path: " ".join(rules.owners(path)) for path in owners} == owners


def test_ten_thousand_paths_against_three_hundred_rules_take_less_than_a_second() -> None:
    text = "".join(f"/part{n}/**/x*y/ @a\n*.e{n} @b\nname{n} @c\n" for n in range(100))
    rules = parse(text)
    paths = [f"part{n % 150}/deep/er/xy/file{n}.e{n % 300}" for n in range(10_000)]
    started = time.process_time()
    owned = sum(bool(rules.owners(path)) for path in paths)
    assert time.process_time() - started < 1
    assert 5_000 < owned < 10_000


def test_a_hostile_owner_is_not_slow() -> None:
    started = time.process_time()
    assert parse("* a@" + "." * 200_000 + "@\n").bad_lines[0].number == 1
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize("pattern", ["*a" * 30 + "b", "**/a/" * 30 + "b", "**/*a*a*a/" * 20 + "b"])
def test_a_hostile_pattern_is_not_slow(pattern: str) -> None:
    rules = parse(f"{pattern} @a")
    started = time.process_time()
    assert rules.owners("a" * 4000) == rules.owners("a/" * 2000 + "c") == ()
    assert time.process_time() - started < 0.5
