"""`risk evaluate` as a person uses it: figures as JSON, or one sentence about what is wrong with the file."""

import csv
import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from koalr_server.risk.documents import default_model
from tests.integration.server.test_command_line import koalr

FIXTURE = Path(__file__).parents[2] / "fixtures" / "jit"
JDT = FIXTURE / "jdt_k_feature.csv"
OPENSTACK = FIXTURE / "openstack_k_feature.csv.gz"

Row = dict[str, str]


def rows() -> list[Row]:
    with JDT.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def write(path: Path, lines: list[Row]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, lines[0].keys())
        writer.writeheader()
        writer.writerows(lines)
    return path


def figures(path: Path) -> dict[str, object]:
    """What the command prints, without the name of the file."""
    found = koalr("risk", "evaluate", str(path))
    assert (found.returncode, found.stderr) == (0, "")
    body = json.loads(found.stdout)
    assert body.pop("file") == path.name
    return body


def refusal(path: Path) -> str:
    found = koalr("risk", "evaluate", str(path))
    assert (found.returncode, found.stdout) == (1, "")
    (line,) = found.stderr.splitlines()
    return line


def test_three_rankings_are_judged_on_the_last_30_percent() -> None:
    found = figures(JDT)
    assert (found["rows"], found["trainRows"], found["testRows"]) == (200, 140, 60)
    late = sorted(rows(), key=lambda row: float(row["date"]))[140:]
    pairs = [
        (float(one["la"]) > float(two["la"])) + (float(one["la"]) == float(two["la"])) / 2
        for one in late
        if one["bug"] == "1"
        for two in late
        if two["bug"] == "0"
    ]
    assert found["auc"]["linesAdded"] == pytest.approx(sum(pairs) / len(pairs), abs=1e-6)
    assert found["bugShare"]["test"] == pytest.approx(sum(row["bug"] == "1" for row in late) / 60, abs=1e-6)
    assert found["auc"].keys() == found["decileRho"].keys() == {"shipped", "fitted", "refitted", "linesAdded"}
    assert found["aucAboveLinesAdded"].keys() == found["reliability"].keys() == {"shipped", "fitted", "refitted"}
    assert [row["count"] for row in found["reliability"]["shipped"]] == [6] * 10


def test_the_shipped_model_says_that_it_knows_a_training_set() -> None:
    told = figures(OPENSTACK)["shippedModel"]
    assert (told["name"], told["knows"]) == (default_model().name, ["openstack"])
    assert "the project is not new to it" in told["note"]


def shuffled_columns(lines: list[Row]) -> list[Row]:
    return [dict(sorted(row.items(), reverse=True)) | {"more": "x"} for row in lines]


def entropy_spelt_right(lines: list[Row]) -> list[Row]:
    return [{"entropy" if name == "entrophy" else name: value for name, value in row.items()} for row in lines]


def without_the_index(lines: list[Row]) -> list[Row]:
    return [{name: value for name, value in row.items() if name not in ("", "__")} for row in lines]


def in_another_order(lines: list[Row]) -> list[Row]:
    return lines[::-1]


@pytest.mark.parametrize("change", [shuffled_columns, entropy_spelt_right, without_the_index, in_another_order])
def test_what_does_not_matter_changes_nothing(tmp_path: Path, change: Callable[[list[Row]], list[Row]]) -> None:
    assert figures(write(tmp_path / "changed.csv", change(rows()))) == figures(JDT)


def test_gzip_is_recognised_by_its_content_and_a_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    """The mark stands before `_id`: not skipped, the file would name no commits."""
    plain = write(tmp_path / "plain.csv", without_the_index(rows())).read_bytes()
    packed = tmp_path / "packed.csv"
    packed.write_bytes(gzip.compress(b"\xef\xbb\xbf" + plain))
    assert figures(packed) == figures(JDT)


@pytest.mark.parametrize("blanks", [b"\n", b"   \n", b" , ,\n", b"\t"])
def test_lines_of_blanks_are_no_rows(tmp_path: Path, blanks: bytes) -> None:
    path = tmp_path / "given.csv"
    path.write_bytes(JDT.read_bytes() + blanks)
    assert figures(path) == figures(JDT)


def test_rows_that_stand_twice_are_told(tmp_path: Path) -> None:
    notes = figures(write(tmp_path / "given.csv", rows() + rows()[:2]))["notes"]
    assert len(notes) == 2
    assert notes[1] == "2 rows repeat another row; what stands in both parts is no test."
    nameless = [{name: value for name, value in row.items() if name not in ("", "_id")} for row in rows()]
    assert figures(write(tmp_path / "given.csv", [*nameless, nameless[7]]))["notes"][1].startswith("1 row repeats")
    assert len(figures(JDT)["notes"]) == 1


def dropped(name: str) -> Callable[[list[Row]], list[Row]]:
    return lambda lines: [{key: value for key, value in row.items() if key != name} for row in lines]


def put(place: int, name: str, value: str) -> Callable[[list[Row]], list[Row]]:
    return lambda lines: [row | {name: value} if number == place else row for number, row in enumerate(lines)]


def every_bug(value: str, early: bool) -> Callable[[list[Row]], list[Row]]:
    """All alike among the earlier or the later ones, as the file is sorted by date."""
    return lambda lines: [row | ({"bug": value} if (number < 140) == early else {}) for number, row in enumerate(lines)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (dropped("rexp"), "column 'rexp' is missing; needed are date, bug, ns,"),
        (dropped("bug"), "column 'bug' is missing"),
        (dropped("date"), "column 'date' is missing"),
        (lambda lines: [row | {"entropy": "1"} for row in lines], "column 'entropy' stands twice"),
        (put(3, "la", "many"), "line 5: la is 'many'; expected a number, 0 or more"),
        (put(0, "lt", ""), "line 2: lt is ''; expected a number"),
        (put(0, "lt", "nan"), "line 2: lt is 'nan'; expected a number"),
        (put(0, "lt", "1_000"), "line 2: lt is '1_000'; expected a number"),
        (put(0, "lt", "inf"), "line 2: lt is 'inf'; expected a number"),
        (put(0, "ld", "-1"), "line 2: ld is '-1'; expected a number, 0 or more"),
        (put(9, "bug", "2"), "line 11: bug is '2'; expected 0 or 1"),
        (put(9, "nd", "9" * 99 + "x"), f"nd is '{'9' * 40}…'; expected a number"),
        (lambda lines: lines[:99], "there are 99 rows; at least 100 are needed"),
        (every_bug("0", early=True), "in the first 70 % every bug is 0; both 0 and 1 are needed"),
        (every_bug("1", early=False), "in the last 30 % every bug is 1; both 0 and 1 are needed"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(
    tmp_path: Path, change: Callable[[list[Row]], list[Row]], words: str
) -> None:
    path = write(tmp_path / "given.csv", change(rows()))
    told = refusal(path)
    assert told.startswith(f"error: {path}")
    assert words in told


def damaged(packed: bytes) -> bytes:
    """With one byte of the content changed, so that only the sum at the end can tell."""
    place = len(packed) // 2
    return packed[:place] + bytes([packed[place] ^ 0xFF]) + packed[place + 1 :]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty; a CSV file with a header is needed"),
        (b"\xef\xbb\xbf \n", "is empty; a CSV file with a header is needed"),
        (b"\x00\x01\x02", "column 'date' is missing"),
        (b"\xff\xfe\x00", "is no text in UTF-8"),
        (b"\x1f\x8bpacked", "is a damaged or incomplete gzip file"),
        (gzip.compress(b"date\n" * 1000, mtime=0)[:-20], "is a damaged or incomplete gzip file"),
        (damaged(gzip.compress(b"date\n" + b"1,2\n" * 1000, mtime=0)), "is a damaged or incomplete gzip file"),
        (damaged(gzip.compress(JDT.read_bytes(), mtime=0)), "is a damaged or incomplete gzip file"),
        (JDT.read_bytes() + b"1,2\n", "line 202: 2 cells where the header has 19"),
        (JDT.read_bytes() + b'"1\n', "line 202: not valid CSV"),
        (b"x" * 200_000, "line 1: not valid CSV"),
    ],
)
def test_what_is_no_such_file_is_refused_in_one_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "given.csv"
    path.write_bytes(content)
    assert words in refusal(path)


def test_a_path_that_is_no_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "missing.csv")
    assert "Is a directory" in refusal(tmp_path)
