"""`backtest` prints how often forecasts held, of a file or of a store, and draws it."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from koalr_server.commands.line import main
from koalr_server.ingest.files.reading import read_file
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess

WEEKS = 60


@pytest.fixture
def throughput(tmp_path: Path) -> Path:
    path = tmp_path / "weekly.csv"
    rows = [
        f"{name},{week},{5 + (week * step) % 7}" for name, step in (("a & <b>", 3), ("c", 5)) for week in range(WEEKS)
    ]
    path.write_text("\ufeffseries,week,count\n" + "\n".join(rows), encoding="utf-8")
    return path


def test_a_file_is_looked_back_at(throughput: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backtest", "--throughput", str(throughput)]) == 0
    told = capsys.readouterr()
    found = json.loads(told.out)
    assert [each["series"] for each in found["series"]] == ["a & <b>", "c"]
    assert found["pooled"]["forecasts"] == sum(each["forecasts"] for each in found["series"]) > 0
    for kind in ("served", "plain"):
        assert set(found["pooled"][kind]["coverage"]) == set(found["nominal"]) == {"p50", "p85", "p95"}
    assert "All together" in told.err
    assert "P85" in told.err


def test_the_plot_is_a_drawing_with_every_series(
    throughput: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plot = tmp_path / "coverage.svg"
    assert main(["backtest", "--throughput", str(throughput), "--plot", str(plot)]) == 0
    titles = [title.text for title in ElementTree.parse(plot).iter("{http://www.w3.org/2000/svg}title")]
    assert any(title and title.startswith("a & <b>, P85: ") for title in titles)
    points = {each["series"] for each in json.loads(capsys.readouterr().out)["series"]}
    assert len(titles) == 1 + len(points) * 2 * 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--throughput", "nowhere.csv"], "nowhere.csv cannot be read: No such file"),
        (["--throughput", "bad.csv"], "bad.csv, line 2: count is 'x'"),
        (["--throughput", "latin.csv"], "latin.csv is not UTF-8"),
        (["--throughput", "good.csv", "--plot", "no/such/folder.svg"], "folder.svg cannot be written"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad.csv").write_text("series,week,count\na,1,x\n")
    Path("good.csv").write_text("series,week,count\na,1,2\n")
    Path("latin.csv").write_bytes("series,week,count\nä,1,2\n".encode("latin-1"))
    assert main(["backtest", *arguments]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert says in told.err
    assert told.err.startswith("error: ")
    assert told.err.count("\n") == 1


def test_a_store_is_looked_back_at_as_a_whole_and_by_team(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "data"
    database = Database.open(folder)
    items = ["key,team,createdAt,doneAt"]
    for week in range(WEEKS):
        for team in ("Web", "Core"):
            day = f"20{24 + week // 48}-{1 + week % 48 // 4:02}-{1 + 7 * (week % 4):02}"
            items.append(f"{team}-{week},{team},{day}T08:00:00Z,{day}T15:00:00Z")
    teams = read_file("teams", ["name", "Web", "Core"], "teams.csv").table
    work = read_file("work_items", items, "items.csv").table
    LocalAccess(database).call("load", {}, {"teams": teams, "work_items": work})
    database.close()
    assert main(["backtest", "--data", str(folder)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [each["series"] for each in found["series"]][1:] == ["team Core", "team Web"]
    whole, core, web = found["series"]
    assert whole["items"] == core["items"] + web["items"]
    assert core["forecasts"] > 0


def test_an_empty_store_says_that_nothing_can_be_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Database.open(tmp_path).close()
    assert main(["backtest", "--data", str(tmp_path)]) == 0
    (whole,) = json.loads(capsys.readouterr().out)["series"]
    assert whole["forecasts"] == 0
    assert "no forecast can be judged" in whole["reason"]
