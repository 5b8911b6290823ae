"""Which names, addresses and trailers are those of AI coding agents."""

import pytest

from koalr_server.history.agents import is_agent, merges_agent_branch, names_agent


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("Copilot", None),
        ("copilot-swe-agent[bot]", None),
        ("Claude", "noreply@anthropic.com"),
        ("Claude Opus 4.5", None),
        ("claude[bot]", None),
        ("Cursor Agent", "cursoragent@cursor.com"),
        ("OpenAI Codex", None),
        ("devin-ai-integration[bot]", None),
        ("Devin", "158243242+devin-ai-integration[bot]@users.noreply.github.com"),
        ("aider (gpt-4o)", None),
    ],
)
def test_an_agent_is_recognised(name: str, email: str | None) -> None:
    assert is_agent(name, email)


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("Claude Dupont", "claude@example.com"),
        ("Devin Smith", "devin@example.com"),
        ("Devin", None),
        ("dependabot[bot]", None),
        ("Precursor", "a@precursor.com"),
        ("", ""),
        (None, None),
    ],
)
def test_a_person_or_another_bot_is_none(name: str | None, email: str | None) -> None:
    assert not is_agent(name, email)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Fix\n\nCo-authored-by: Copilot <1+Copilot@users.noreply.github.com>", True),
        ("Fix\n\nCO-AUTHORED-BY: Claude <noreply@anthropic.com>", True),
        ("Fix\n\nCo-authored-by: ann <ann@example.com>\nCo-authored-by: Cursor <cursoragent@cursor.com>", True),
        ("Fix\n\nCo-authored-by: Claude Dupont <claude@example.com>", False),
        ("Say co-authored-by: Copilot in a sentence", False),
        ("Add Copilot to the docs", False),
        ("", False),
    ],
)
def test_only_a_trailer_names_a_co_author(message: str, expected: bool) -> None:
    assert names_agent(message) is expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Merge pull request #7 from acme/copilot/fix-7\n\nMend", True),
        ("Merge pull request #7 from acme/Codex/add-retries", True),
        ("Merge pull request #7 from acme/claude/session-1", True),
        ("Merge pull request #7 from copilot/main", False),
        ("Merge pull request #7 from acme/fix-copilot/x", False),
        ("Merge branch 'copilot/fix-7'", False),
        ("Talk of: Merge pull request #7 from acme/copilot/fix-7", False),
        ("", False),
    ],
)
def test_a_branch_an_agent_made_is_known_by_its_first_part(message: str, expected: bool) -> None:
    assert merges_agent_branch(message) is expected
