"""The OpenAPI description says what each parameter and field is, in which unit, with the API page's own examples."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from koalr_server.http.documentation import MEANINGS
from tests.contract.bodies import ENDPOINTS, body
from tests.integration.server.conftest import Api

Schema = dict[str, Any]
UNIT = re.compile(
    r"\b(hours|minutes|days|seconds|weeks?|percentile|per day|per week|per seat|0 to 1|share|unit)\b", re.IGNORECASE
)


@pytest.fixture(scope="module")
def document(api: Api) -> Schema:
    found: Schema = requests.get(f"{api.base_url}/api/openapi.json", timeout=10).json()
    return found


def operations(document: Schema) -> Iterator[tuple[str, Schema]]:
    """Method and path beside what is said about them."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def fields(document: Schema) -> Iterator[tuple[str, Schema]]:
    """Every field of every body, as Schema.field."""
    for name, schema in document["components"]["schemas"].items():
        for field, described in schema["properties"].items():
            yield f"{name}.{field}", described


def resolved(document: Schema, schema: Schema) -> Schema:
    """What a reference refers to; null aside."""
    choices = [choice for choice in schema.get("anyOf", [schema]) if choice.get("type") != "null"]
    found = choices[0]
    if "$ref" in found:
        found = document["components"]["schemas"][found["$ref"].rpartition("/")[2]]
    return found


def success(document: Schema, method: str, path: str) -> Schema:
    """The schema of an operation's 200."""
    operation = document["paths"][path.removeprefix("/api")][method.lower()]
    schema: Schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    return schema


def test_every_operation_says_what_it_does_and_how_it_can_fail(document: Schema) -> None:
    for label, operation in operations(document):
        assert operation["description"].endswith("."), label
        assert operation["security"] == [{"ApiKey": []}], label
        assert set(operation["responses"]) == {"200", "304", *map(str, MEANINGS)}, label
        for status in map(str, MEANINGS):
            content = operation["responses"][status]["content"]["application/json"]
            assert content["schema"] == {"$ref": "#/components/schemas/ErrorBody"}, (label, status)


def test_every_parameter_has_a_description_and_an_example_within_its_bounds(document: Schema) -> None:
    for label, operation in operations(document):
        for parameter in operation.get("parameters", []):
            (example,) = parameter["schema"]["examples"]
            assert len(parameter["description"]) > 8, (label, parameter["name"])
            if "maximum" in parameter["schema"]:
                assert parameter["schema"]["minimum"] <= example <= parameter["schema"]["maximum"]


def test_every_field_of_the_request_body_has_a_description_and_the_example_of_the_page(document: Schema) -> None:
    content = document["paths"]["/v1/pr-risk/score"]["post"]["requestBody"]["content"]["application/json"]
    described = content["schema"]["properties"]
    assert content["example"] == {name: each["example"] for name, each in described.items()}
    assert all(each["description"] for each in described.values())


def test_every_field_has_a_description_and_every_value_an_example(document: Schema) -> None:
    for name, described in fields(document):
        assert described.get("description"), name
        inner = resolved(document, described)
        if inner.get("type") not in ("object", "array"):
            assert len(described["examples"]) == 1, name


def test_every_fraction_names_its_unit(document: Schema) -> None:
    measures = [(name, each) for name, each in fields(document) if resolved(document, each).get("type") == "number"]
    assert len(measures) > 60
    for name, described in measures:
        assert UNIT.search(described["description"]), (name, described["description"])


def test_times_are_told_from_texts(document: Schema) -> None:
    times = [each for name, each in fields(document) if name.endswith("At") or name == "Organisation.now"]
    assert len(times) > 6
    assert {resolved(document, each).get("format") for each in times} == {"date-time"}


def examples(document: Schema, schema: Schema, documented: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """Place, the page's value and the described example, for every value of a body."""
    inner = resolved(document, schema)
    for name, value in documented.items():
        described = inner["properties"][name]
        if isinstance(value, dict):
            yield from examples(document, described, value, f"{path}.{name}")
        elif isinstance(value, list):
            rows = resolved(document, described)["items"]
            yield from examples(document, rows, value[0], f"{path}.{name}[0]")
        else:
            yield f"{path}.{name}", value, described["examples"][0]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint["path"])
def test_the_examples_are_those_of_the_api_page(document: Schema, endpoint: dict[str, str]) -> None:
    schema = success(document, endpoint["method"], endpoint["path"].replace(":slug", "{slug}"))
    found = list(examples(document, schema, body(endpoint["file"].removesuffix(".json")), ""))
    assert found
    assert [each for each in found if each[1] != each[2]] == []


def undescribed(document: Schema, schema: Schema, served: Any, path: str) -> Iterator[str]:
    """Fields of an answer that the description does not know."""
    inner = resolved(document, schema)
    if isinstance(served, list):
        for row in served:
            yield from undescribed(document, inner["items"], row, f"{path}[]")
    elif isinstance(served, dict):
        named = inner.get("properties", {})
        for name, value in served.items():
            each = named.get(name, inner.get("additionalProperties"))
            if isinstance(each, dict):
                yield from undescribed(document, each, value, f"{path}.{name}")
            else:
                yield f"{path}.{name}"


def test_nothing_is_served_that_is_not_described(api: Api, document: Schema) -> None:
    pull = api.get("/pull-requests").json()["data"][0]
    owner, repo = pull["repo"].split("/")
    question = {"prNumber": pull["number"], "repo": repo, "owner": owner}
    for label, _operation in operations(document):
        method, path = label.split()
        url = f"{api.base_url}/api{path.replace('{slug}', 'p95-cycle-time')}"
        sent = {"json": question} if method == "POST" else {"params": {"days": 90, "items": 5}}
        answer = requests.request(method, url, headers={"X-Koalr-Key": api.key}, timeout=20, **sent)  # type: ignore[arg-type]
        assert answer.status_code == 200, label
        assert sorted(set(undescribed(document, success(document, method, path), answer.json(), label))) == []
