"""docs/CLIENT.md is true: its examples run, its retry table is what the client does, its commands and statuses are all there are."""

import doctest
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import responses

import koalr_api
from koalr_api import APIStatusError, Koalr, KoalrError
from koalr_api.command import exits
from koalr_api.command.questions import QUESTIONS
from koalr_api.headers import retry_at
from tests.contract.bodies import ENDPOINTS, body
from tests.unit.client.conftest import BASE, KEY, NOW, Clock

DOCUMENT = (Path(__file__).parents[3] / "docs" / "CLIENT.md").read_text(encoding="utf-8")
README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
FLOW = f"{BASE}/api/v1/flow"
# The first one, of 0.125 to 0.25 s, with the chance in the middle.
OWN_PAUSE_SECS = 0.1875


def section(name: str) -> str:
    """The text below a heading, up to the next."""
    return DOCUMENT.split(f"\n## {name}\n")[1].split("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The cells of a table's rows, without its heads."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.fixture
def page_of_the_api(web: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch) -> responses.RequestsMock:
    monkeypatch.setenv("KOALR_API_KEY", KEY)
    monkeypatch.setenv("KOALR_API_URL", BASE)
    for endpoint in ENDPOINTS:
        content = body(endpoint["file"].removesuffix(".json"))
        web.add(endpoint["method"], BASE + endpoint["path"].replace(":slug", "p95-cycle-time"), json=content)
    web.get(f"{BASE}/api/v1/status", status=404)
    return web


def test_the_examples_run(page_of_the_api: responses.RequestsMock) -> None:
    examples = doctest.DocTestParser().get_doctest(
        "\n".join(re.findall(r"```pycon\n(.*?)```", DOCUMENT, re.DOTALL)), {}, "CLIENT.md", "CLIENT.md", 0
    )
    told: list[str] = []
    outcome = doctest.DocTestRunner().run(examples, out=told.append)
    assert outcome.attempted > 35
    assert outcome.failed == 0, "".join(told)
    asked = {call.request.path_url.split("?")[0].replace("p95-cycle-time", ":slug") for call in page_of_the_api.calls}
    assert {endpoint["path"] for endpoint in ENDPOINTS} <= asked, "every call of the API page has an example"


def test_the_readmes_example_runs(page_of_the_api: responses.RequestsMock) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(example, "README.md", "exec"), {})
    assert len(page_of_the_api.calls) >= 2


RETRIES = rows(section("Retries"))


def read(cells: list[str]) -> tuple[int | None, dict[str, str], Any]:
    """A row as status, headers and the fault in the place of an answer."""
    answer, headers, _does = cells
    faults = {"no answer": requests.ConnectionError("x"), "no answer in time": requests.Timeout("x")}
    pairs = [text.partition(":") for text in re.findall(r"`([^`]+)`", headers)]
    status = None if answer in faults else int(answer)
    return status, {name: value.strip() for name, _colon, value in pairs}, faults.get(answer)


def test_the_table_of_retries_is_long_enough_and_without_repeats() -> None:
    assert len(RETRIES) >= 40
    assert len({tuple(row[:2]) for row in RETRIES}) == len(RETRIES)


@pytest.mark.parametrize("cells", RETRIES, ids=lambda cells: " ".join(cells[:2]))
def test_the_client_does_what_the_table_says(
    koalr: Koalr, web: responses.RequestsMock, clock: Clock, cells: list[str]
) -> None:
    status, headers, fault = read(cells)
    if fault is not None:
        web.get(FLOW, body=fault)
    else:
        web.get(FLOW, status=status, headers=headers, json=body("flow") if status == 200 else {})
    if status != 200:
        web.get(FLOW, json=body("flow"))
    assert done_by(koalr, web, clock) == cells[2]


def done_by(koalr: Koalr, web: responses.RequestsMock, clock: Clock) -> str:
    """What a call did, in the words of the table."""
    try:
        koalr.metrics.flow()
    except KoalrError as error:
        assert (len(web.calls), clock.seconds) == (1, 0)
        told = error.retry_at if isinstance(error, APIStatusError) else None
        return f"raises `{type(error).__name__}`{f', retry at {told:%H:%M:%S}' if told else ''}"
    if len(web.calls) == 1:
        return "answers"
    assert len(web.calls) == 2
    return f"tries again after {'its own pause' if clock.seconds == OWN_PAUSE_SECS else f'{clock.seconds:.3g} s'}"


def test_moments_of_the_table_are_those_of_its_clock() -> None:
    assert f"{NOW:%Y-%m-%d %H:%M:%S} UTC, epoch second {int(NOW.timestamp())}" in section("Retries")
    assert retry_at({"Retry-After": "86400"}, NOW) == NOW + timedelta(days=1)


def test_every_error_is_in_the_table_and_in_the_drawn_tree() -> None:
    names = {
        name
        for name in koalr_api.__all__
        if isinstance(kind := getattr(koalr_api, name), type) and issubclass(kind, KoalrError)
    }
    documented = {re.sub("`", "", row[0]) for row in rows(section("Errors"))}
    assert documented == names - {"KoalrError"}
    assert koalr_api.errors.__doc__
    assert set(re.findall(r"\w+Error\b", koalr_api.errors.__doc__)) - {"ValueError"} == names


def test_every_command_and_exit_status_is_documented() -> None:
    commands, statuses = section("Command line").split("| exit status |")
    documented = {word.split()[0] for row in rows(commands) for word in re.findall(r"`([a-z][^`]*)`", row[0])}
    assert documented == set(QUESTIONS)
    values = {value for name, value in vars(exits).items() if name.isupper() and isinstance(value, int)}
    assert {int(row[0]) for row in rows("| exit status |" + statuses)} == values


def test_every_option_of_the_command_line_is_documented() -> None:
    from koalr_api.command.line import build_parser

    parser = build_parser()
    (commands,) = [action for action in parser._actions if isinstance(action.choices, dict)]
    assert isinstance(commands.choices, dict)
    options = {
        option for child in commands.choices.values() for action in child._actions for option in action.option_strings
    }
    assert options - set(re.findall(r"--[a-z-]+", section("Command line"))) == {"-h", "--help"}


@pytest.mark.parametrize(
    "command", re.findall(r"-m koalr_api ([a-z].*?)(?: +#.*| > .*)?$", README + DOCUMENT, re.MULTILINE)
)
def test_commands_in_the_documents_parse(command: str) -> None:
    from koalr_api.command.line import build_parser

    assert build_parser().parse_args(command.split()).command in QUESTIONS
