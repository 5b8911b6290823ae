"""The worked examples of docs/METRICS.md, as data: what to import, what to ask, what must come out.

An example is one or more ```csv KIND blocks followed by lines
`Result (QUESTION, days = N, now = TIME[, team = NAME]): path = value; path = value`, values written as JSON.
A forecast has `items = N` or nothing in place of the days, a risk score `pull request = OWNER/NAME#N`.
"""

import csv
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.oracle import metrics
from tests.oracle.rows import KINDS, Organisation, Row

DOCUMENT = Path(__file__).parents[2] / "docs" / "METRICS.md"
PATHS = {
    "dora": "/api/v1/metrics/dora",
    "flow": "/api/v1/flow",
    "review-metrics": "/api/v1/review-metrics",
    "value-stream": "/api/v1/value-stream",
    "copilot": "/api/v1/copilot",
    "deployments": "/api/v1/deployments",
    "pull-requests": "/api/v1/pull-requests",
    "incidents": "/api/v1/incidents",
    "forecast-delivery": "/api/v1/forecast/delivery",
    "forecast-backlog": "/api/v1/forecast/backlog",
    "pr-risk": "/api/v1/pr-risk/score",
}
BLOCK = re.compile(
    r"^## (?P<heading>[^\n]+)$|^```csv (?P<kind>\w+)\n(?P<table>.*?)^```$|^(?P<result>Result [^\n]*)$",
    re.MULTILINE | re.DOTALL,
)
RESULT = re.compile(
    r"Result \((?P<question>[\w-]+)(?:, days = (?P<days>\d+)|, items = (?P<items>\d+)|, pull request = (?P<pull>[^#,)]+#\d+))?"
    r", now = (?P<now>[^,)]+)(?:, team = (?P<team>[^)]+))?\): "
    r"(?P<expected>.+)"
)
WHOLE_NUMBERS = (
    *("number", "additions", "deletions", "changedFiles", "failedChecks", "activeSecs"),
    *("activeUsers", "suggested", "accepted", "linesAccepted"),
)
BLANKS = ("title", "organisation")
LISTS = ("parents", "commits", "labels", "teams")


@dataclass(frozen=True)
class Example:
    """One question of the document. `expected` maps paths such as `previous.leadTime` or `data[0].status` to values.

    `files` are the tables as they stand, by kind, ready for the import command; `organisation` the same as rows.
    """

    heading: str
    files: dict[str, str]
    organisation: Organisation
    question: str
    days: int
    now: str
    team: str | None
    expected: dict[str, Any]
    items: int = 0
    pull_request: tuple[str, int] | None = None

    @property
    def path(self) -> str:
        """The API path that answers the question."""
        return PATHS[self.question]


def read_examples(document: str) -> list[Example]:
    """Every example of a document, in order.

    Raises:
        ValueError: a table or a result line is not in the form this module describes.
    """
    examples: list[Example] = []
    heading, files, asked = "", dict[str, str](), False
    for block in re.finditer(BLOCK, document.replace("\r\n", "\n")):
        if block["heading"]:
            heading, files, asked = block["heading"], {}, False
        elif block["kind"]:
            files = _with_table({} if asked else files, block["kind"], block["table"])
            asked = False
        else:
            examples.append(_example(heading, files, block["result"]))
            asked = True
    return examples


def oracle_answer(example: Example) -> Row:
    """What the oracle answers, in the shape of the API's body."""
    ask = getattr(metrics, example.question.replace("-", "_"))
    if example.question == "forecast-delivery":
        return dict(ask(example.organisation, example.now, example.items, example.team))
    if example.question == "forecast-backlog":
        return dict(ask(example.organisation, example.now, example.team))
    if example.pull_request:
        return dict(ask(example.organisation, example.now, *example.pull_request))
    answer = ask(example.organisation, example.now, example.days, example.team)
    return {"data": answer, "total": len(answer)} if isinstance(answer, list) else answer


def value_at(answer: Any, path: str) -> Any:
    """Looks up a path such as `data[0].leadTimeSecs` in an answer."""
    for step in re.findall(r"\w+", path):
        answer = answer[int(step)] if isinstance(answer, list) else answer[step]
    return answer


def _with_table(files: dict[str, str], kind: str, table: str) -> dict[str, str]:
    if kind not in KINDS:
        raise ValueError(f"a table is of kind {kind!r}; the kinds are {', '.join(KINDS)}")
    if kind in files:
        raise ValueError(f"two tables of {kind} before one result: {table.splitlines()[0]!r}")
    return {**files, kind: table}


def _example(heading: str, files: dict[str, str], line: str) -> Example:
    found = RESULT.fullmatch(line)
    if found is None or not files or found["question"] not in PATHS:
        raise ValueError(f"under {heading!r} this is no result of tables before it: {line!r}")
    repo, _, number = (found["pull"] or "").partition("#")
    pairs = [part.split(" = ", 1) for part in found["expected"].split("; ")]
    return Example(
        heading=heading,
        files=files,
        organisation={kind: _rows(table) for kind, table in files.items()},
        question=found["question"],
        days=int(found["days"] or 30),
        now=found["now"],
        team=found["team"],
        expected={path: json.loads(value) for path, value in pairs},
        items=int(found["items"] or 0),
        pull_request=(repo, int(number)) if number else None,
    )


def _rows(table: str) -> list[Row]:
    return [{name: _cell(name, cell) for name, cell in row.items()} for row in csv.DictReader(io.StringIO(table))]


def _cell(name: str, cell: str) -> Any:
    if name in LISTS:
        return cell.split(";") if cell else None
    if name in WHOLE_NUMBERS and cell:
        return int(cell)
    return cell if cell or name in BLANKS else None
