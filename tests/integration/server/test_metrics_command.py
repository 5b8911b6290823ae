"""`metrics` as a person uses it: files in, one line per slug out, one sentence per fault."""

from pathlib import Path

import pytest
import requests

from koalr_server.custom.shipped import shipped_documents
from tests.integration.server.test_command_line import koalr, serving

TOML = """slug = "merged"
label = "Merged"
source = "pull_requests"
aggregation = "count"
unit = "pull requests"
filters = [{ field = "is_bot", operator = "equals", value = false }]
"""
YAML = """metrics:
  - slug: long-lead
    label: Größe & more
    source: changes
    aggregation: percentile
    field: lead_time
    p: 99
    unit: days
    filters:
      - {field: merged_at, operator: at_least, value: 2025-01-01}
  - slug: big
    label: Big
    source: pull_requests
    aggregation: ratio
    unit: percent
    numerator: {filters: [{field: changed_lines, operator: above, value: 500}]}
    denominator: {}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "definitions"
    found.mkdir()
    (found / "one.toml").write_text(TOML)
    (found / "two.yaml").write_text(YAML)
    return found


def test_a_folder_is_saved_shown_and_saved_again_unchanged(tmp_path: Path, folder: Path) -> None:
    data = ["--data", str(tmp_path / "d")]
    assert koalr("metrics", "save", str(folder), *data).stdout == "merged: created\nlong-lead: created\nbig: created\n"
    for slug in ("merged", "long-lead", "big"):
        for options, name in (([], "shown.toml"), (["--yaml"], "shown.yaml")):
            (tmp_path / name).write_text(koalr("metrics", "show", slug, *options, *data).stdout)
            again = koalr("metrics", "save", str(tmp_path / name), *data)
            assert (again.returncode, again.stdout) == (0, f"{slug}: unchanged\n")
    (folder / "one.toml").write_text(TOML.replace('"Merged"', '"Merged by people"'))
    edited = koalr("metrics", "save", str(folder / "one.toml"), str(folder / "two.yaml"), *data)
    assert edited.stdout == "merged: updated\nlong-lead: unchanged\nbig: unchanged\n"
    listed = koalr("metrics", "list", *data).stdout.splitlines()
    assert "merged  Merged by people  (pull requests)  yours" in listed
    assert len(listed) == 3 + len(shipped_documents())
    assert koalr("metrics", "remove", "merged", "big", *data).stdout == "merged: removed\nbig: removed\n"
    gone = koalr("metrics", "show", "merged", *data)
    sentence = "error: No custom metric 'merged'; `python -m koalr_server metrics list` shows the slugs.\n"
    assert (gone.returncode, gone.stderr) == (1, sentence)


def test_a_shipped_metric_can_be_replaced_removed_and_restored(tmp_path: Path) -> None:
    data = ["--data", str(tmp_path / "d")]
    mine = tmp_path / "mine.toml"
    mine.write_text(TOML.replace('"merged"', '"bug-share"'))
    assert koalr("metrics", "save", str(mine), *data).stdout == "bug-share: updated\n"
    assert "bug-share  Merged  (pull requests)  yours" in koalr("metrics", "list", *data).stdout
    assert "brings the shipped one back" in koalr("metrics", "restore", "bug-share", *data).stderr
    removed = koalr("metrics", "remove", "bug-share", *data).stdout
    assert removed == "bug-share: removed; the shipped one is there again\n"
    assert koalr("metrics", "remove", "bug-share", *data).stdout == "bug-share: removed\n"
    assert koalr("metrics", "remove", "bug-share", *data).returncode == 1
    assert (
        "bug-share  removed; `python -m koalr_server metrics restore bug-share`"
        in koalr("metrics", "list", *data).stdout
    )
    assert koalr("metrics", "restore", "bug-share", *data).stdout == "bug-share: restored\n"
    assert koalr("metrics", "restore", "bug-share", *data).stdout == "bug-share: unchanged\n"
    assert "No shipped metric 'mine'" in koalr("metrics", "restore", "mine", *data).stderr
    koalr("metrics", "remove", "bug-share", *data)
    assert koalr("metrics", "save", str(mine), *data).stdout == "bug-share: created\n"


def test_nothing_is_saved_if_anything_has_a_fault_and_every_fault_is_a_sentence(tmp_path: Path, folder: Path) -> None:
    bad, broken, data = folder / "bad.yml", folder / "broken.toml", ["--data", str(tmp_path / "d")]
    bad.write_text(YAML.replace("above", "like").replace("days", "years").replace("slug: big", "slug: merged"))
    broken.write_text("slug = ")
    (folder / "README.md").write_text("about these")
    for action, consequence in (("save", "nothing was saved"), ("check", "nothing was changed")):
        answer = koalr("metrics", action, str(folder), *data)
        assert (answer.returncode, answer.stdout) == (1, "")
        assert answer.stderr.splitlines() == [
            f"note: {folder}/README.md is left out; definitions end in .toml, .yaml, .yml",
            f'error: {bad}: metrics[0].unit: "years" is not one of seconds, minutes, hours, days, weeks.',
            f'error: {bad}: metrics[1].numerator.filters[0].operator: "like" is not one of equals, not, in, not_in,'
            " at_least, at_most, above, below, is_null.",
            f"error: {broken} is not valid TOML: Invalid value (at end of document).",
            f"error: 3 faults found, {consequence}.",
        ]
    assert "merged" not in koalr("metrics", "list", *data).stdout


def test_one_slug_twice_is_a_fault(tmp_path: Path, folder: Path) -> None:
    (folder / "three.toml").write_text(TOML)
    answer = koalr("metrics", "check", str(folder))
    taken = f'{folder}/three.toml: slug: "merged" is taken by {folder}/one.toml; give it another.'
    assert answer.stderr.splitlines()[0] == f"error: {taken}"


def test_check_says_what_is_right(folder: Path) -> None:
    answer = koalr("metrics", "check", str(folder))
    assert (answer.returncode, answer.stdout) == (0, "merged: ok\nlong-lead: ok\nbig: ok\n")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nothing.toml", "Cannot read {}: No such file or directory."),
        ("notes.txt", "{}: the name should end in .toml, .yaml, .yml, which says how to read it."),
        ("empty", "{} holds no file that ends in .toml, .yaml, .yml."),
    ],
)
def test_a_file_that_is_none_is_one_sentence(tmp_path: Path, name: str, sentence: str) -> None:
    (tmp_path / "empty").mkdir()
    answer = koalr("metrics", "save", str(tmp_path / name), "--data", str(tmp_path / "d"))
    assert answer.returncode == 1
    assert answer.stderr.splitlines()[0] == "error: " + sentence.format(tmp_path / name)
    assert not (tmp_path / "d").exists()


def test_a_team_nobody_knows_is_one_sentence(tmp_path: Path, folder: Path) -> None:
    (folder / "one.toml").write_text('team = "Nobody"\n' + TOML)
    answer = koalr("metrics", "save", str(folder), "--data", str(tmp_path / "d"))
    sentence = "error: merged: team: No team 'Nobody' in this store; `GET /api/v1/teams` lists them.\n"
    assert (answer.returncode, answer.stderr) == (1, sentence)


def test_a_running_server_takes_definitions_at_once(tmp_path: Path, folder: Path) -> None:
    data = ["--data", str(tmp_path / "d")]
    with serving(tmp_path / "d") as url:
        key = koalr("keys", "create", "--name", "test", *data).stdout.strip()
        address, headers = f"{url}/api/v1/custom-metrics/merged/query", {"X-Koalr-Key": key}
        assert requests.get(address, headers=headers, timeout=10).status_code == 404
        assert koalr("metrics", "save", str(folder), *data).returncode == 0
        body = requests.get(address, headers=headers, timeout=10).json()
        assert (body["value"], body["unit"], body["period"]) == (0, "pull requests", "last_30_days")
        assert koalr("metrics", "remove", "nope", *data).returncode == 1
        assert koalr("metrics", "remove", "merged", *data).returncode == 0
        assert requests.get(address, headers=headers, timeout=10).status_code == 404
