"""CODEOWNERS files as GitHub tells them."""

import base64
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from koalr_server.sources.assembly import assemble
from koalr_server.sources.github.source import GITHUB
from koalr_server.sources.rules import Rules

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["content", "encoding", "path", "sha", "commit", "base", "ref"]), inner)
    ),
    max_leaves=12,
)
REPOSITORY = {"full_name": "acme/api", "id": 7, "default_branch": "main"}


def committed(sha: str = "a" * 40, at: str = "2026-03-02T09:00:00Z") -> dict[str, Any]:
    return {"sha": sha, "commit": {"committer": {"date": at}}}


def merged(sha: str, at: str | None, base: str = "main") -> dict[str, Any]:
    return {"number": 1, "merged_at": at, "merge_commit_sha": sha, "base": {"ref": base}}


def body(content: str | None, **told: Any) -> dict[str, Any]:
    file = content and {
        "path": ".github/CODEOWNERS",
        "encoding": "base64",
        "content": base64.encodebytes(content.encode()).decode(),
    }
    return {"repository": REPOSITORY, "commit": committed(), "pull_requests": [], "codeowners": file, **told}


def records(*bodies: Any) -> Any:
    told = [each for told in bodies for each in GITHUB.observe("codeowners", told) if each.kind == "codeowners"]
    return assemble(told, Rules()).get("codeowners", [])


def test_a_version_counts_from_its_commit() -> None:
    assert records(body("* @ann\n")) == [
        {
            "repo": "~7",
            "knownFrom": "2026-03-02T09:00:00Z",
            "path": ".github/CODEOWNERS",
            "content": "* @ann\n",
            "sha": "a" * 40,
        }
    ]


def test_what_a_pull_request_brought_counts_from_its_merge() -> None:
    pulls = [
        merged("c" * 40, None),
        merged("d" * 40, "2026-03-02T10:00:00Z", base="develop"),
        merged("b" * 40, "2026-03-06T09:00:00Z"),
    ]
    (row,) = records(body("* @ann\n", pull_requests=pulls))
    assert (row["knownFrom"], row["sha"]) == ("2026-03-06T09:00:00Z", "b" * 40)


def test_a_file_that_is_gone_has_no_path_and_one_that_was_left_out_no_content() -> None:
    (gone,) = records(body(None))
    assert (gone["path"], gone["content"]) == (None, None)
    (large,) = records(body("x", codeowners={"path": "CODEOWNERS", "encoding": "none", "content": ""}))
    assert (large["path"], large["content"]) == ("CODEOWNERS", None)


def test_each_commit_is_a_version_in_whatever_order_they_are_told() -> None:
    bodies = [body("* @ann\n"), body("* @bob\n", commit=committed("b" * 40, "2026-03-03T09:00:00Z"))]
    assert records(*bodies) == records(*reversed(bodies), *bodies)
    assert [row["content"] for row in records(*bodies)] == ["* @ann\n", "* @bob\n"]


@given(JSON, JSON, JSON)
def test_nothing_is_raised_for_a_body_of_any_shape(file: Any, commit: Any, pulls: Any) -> None:
    for told in (file, {"codeowners": file}, body("x", codeowners=file, pull_requests=pulls), body("x", commit=commit)):
        for row in records(told):
            assert row["content"] is None or isinstance(row["content"], str)
