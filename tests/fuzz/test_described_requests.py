"""Requests out of the OpenAPI description, right and wrong ones: answered as described, and never with a 5xx."""

from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.config import GenerationConfig

from tests.fuzz.conftest import EXAMPLES, SEED, Fuzzed
from tests.unit.test_docs import ENDPOINTS

LEAST_CASES = 1_500
LABELS = [endpoint.replace(" /api/", " /") for endpoint in ENDPOINTS]
MODES = list(GenerationMode)


def check(fuzzed: Fuzzed, case: Case) -> None:
    """Send one case; the generator's own checks judge the answer, all of them."""
    fuzzed.cases[case.operation.label] += 1
    answer = case.call_and_validate(headers={"X-Koalr-Key": fuzzed.key})
    assert answer.headers["x-request-id"][0].startswith("req_")
    assert "x-ratelimit-reset" in answer.headers


def make_real(case: Case, fuzzed: Fuzzed, choice: int) -> None:
    """Put something that exists in the place of what was made up."""

    def one(name: str) -> Any:
        return fuzzed.known[name][choice % len(fuzzed.known[name])]

    if "slug" in case.path_parameters:
        case.path_parameters["slug"] = one("slug")
    if "teamId" in case.query:
        case.query["teamId"] = one("teamId")
    if case.method == "POST":
        case.body = {**case.body, **one("body")}


def test_every_endpoint_is_described(fuzzed: Fuzzed) -> None:
    assert sorted(result.ok().label for result in fuzzed.schema.get_all_operations()) == LABELS


@pytest.mark.parametrize("label", LABELS)
def test_the_edges_of_the_description_are_answered_as_described(fuzzed: Fuzzed, label: str) -> None:
    operation = fuzzed.schema.find_operation_by_label(label)
    generated = fuzzed.schema.iter_coverage_cases(
        operation, generation_modes=MODES, generation_config=GenerationConfig(with_security_parameters=False)
    )
    for case in generated:
        check(fuzzed, case)


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", LABELS)
def test_any_request_is_answered_as_described(fuzzed: Fuzzed, label: str, mode: GenerationMode) -> None:
    operation = fuzzed.schema.find_operation_by_label(label)
    if mode is GenerationMode.NEGATIVE and not any((operation.query, operation.path_parameters, operation.body)):
        return  # without parameters nothing can be wrong

    @hypothesis.seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        # How long the generator takes to make data is nothing that this API decides.
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(operation.as_strategy(generation_mode=mode), st.none() | st.integers(0, 199))
    def answered(case: Case, real: int | None) -> None:
        if real is not None and mode is GenerationMode.POSITIVE:
            make_real(case, fuzzed, real)
        check(fuzzed, case)

    answered()


def test_enough_was_tried(fuzzed: Fuzzed, request: pytest.FixtureRequest) -> None:
    chosen = [item.name for item in request.session.items if item.path == request.path]
    if len(chosen) < len(LABELS) * (1 + len(MODES)):
        pytest.skip("only some operations were chosen")
    assert set(fuzzed.cases) == set(LABELS)
    assert fuzzed.cases.total() >= LEAST_CASES
