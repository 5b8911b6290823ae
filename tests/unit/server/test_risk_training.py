"""The shipped model comes from its training script, whatever machine runs it."""

import os
from pathlib import Path

import numpy as np
import pytest

from koalr_server.risk.changes import LabelledChanges
from koalr_server.risk.documents import SHIPPED, default_model, model_text, read_model
from koalr_server.risk.fitting import STRENGTHS
from koalr_server.risk.model import FEATURES
from scripts.train_risk_model import Sets, chosen_strength, learn, read_sets, train

FIXTURE = Path(__file__).parents[2] / "fixtures" / "jit"
TRAINING_SETS = os.environ.get("RISK_TRAINING_SETS")


@pytest.fixture(scope="module")
def sets() -> Sets:
    return read_sets(FIXTURE)


def project(slopes: dict[str, float], seed: int) -> LabelledChanges:
    """Changes whose log-odds hang on the logarithms of some features."""
    draws = np.random.default_rng(seed)
    columns = {feature: np.exp(draws.normal(2, 1, 1500)) for feature in FEATURES}
    log_odds = sum(slope * (np.log(columns[feature]) - 2) for feature, slope in slopes.items())
    return LabelledChanges(columns, (draws.random(1500) < 1 / (1 + np.exp(-log_odds))).astype(float))


def test_packed_and_plain_files_are_read_by_name(sets: Sets) -> None:
    assert {name: len(changes) for name, changes in sets.items()} == {"jdt": 200, "openstack": 201, "platform": 200}


def test_the_same_files_give_the_same_model(sets: Sets) -> None:
    once, again = (model_text(train(each, "2025-01-02")) for each in (sets, read_sets(FIXTURE)))
    assert once == again
    made = read_model(once)
    assert made.training["on"] == "2025-01-02"
    assert {each["name"]: each["rows"] for each in made.training["sets"]} == {
        "jdt": 140,
        "openstack": 140,
        "platform": 140,
    }
    assert made.evaluation["leftOut"].keys() == made.evaluation["last30Percent"].keys() == sets.keys()


def test_the_last_30_percent_do_not_touch_the_model(sets: Sets) -> None:
    """Their outcomes turned round change what is said about the model, and nothing of the model."""
    turned = {}
    for name, changes in sets.items():
        late = np.arange(len(changes)) >= len(changes.split()[0])
        outcomes = np.where(late, 1 - changes.outcomes, changes.outcomes)
        turned[name] = LabelledChanges(changes.columns, outcomes, changes.shas)
    one, other = train(sets, "2025-01-02"), train(turned, "2025-01-02")
    assert (one.terms, one.intercept, one.score_points) == (other.terms, other.intercept, other.score_points)
    assert one.evaluation != other.evaluation


def test_a_feature_projects_disagree_on_gets_no_weight() -> None:
    """Authors make changes riskier in one, safer in the other; fixes are riskier in both."""
    parts = [project({"la": 1, "ndev": 0.5, "fix": 0.3}, 1), project({"la": 1, "ndev": -0.5, "fix": 0.3}, 2)]
    weights = {term.feature: term.weight for term in learn(parts, 0.01).terms}
    assert weights["ndev"] == 0
    assert weights["la"] > 0.5
    assert weights["fix"] > 0.1


def test_a_metric_the_sets_define_otherwise_gets_no_weight() -> None:
    parts = [project({"la": 1, "rexp": 0.8}, seed) for seed in (1, 2)]
    weights = {term.feature: term.weight for term in learn(parts, 0.01).terms}
    assert weights["rexp"] == 0


def test_a_strong_penalty_leaves_lines_added_alone() -> None:
    parts = [project({"la": 1, "nf": 0.5}, seed) for seed in (1, 2)]
    strongest, weakest = (
        {term.feature: term.weight for term in learn(parts, strength).terms} for strength in (100.0, STRENGTHS[-1])
    )
    assert strongest["la"] == pytest.approx(weakest["la"], rel=0.2)
    assert abs(strongest["nf"]) < 0.01 < 0.3 < weakest["nf"]


def test_a_project_with_more_changes_is_not_more_important() -> None:
    one, other = project({"la": 1}, 1), project({"la": 0.3, "nf": 1}, 2)
    columns = {feature: np.tile(values, 3) for feature, values in one.columns.items()}
    larger = LabelledChanges(columns, np.tile(one.outcomes, 3))
    expected = {term.feature: pytest.approx(term.weight, abs=2e-4) for term in learn([one, other], 0.1).terms}
    # The signs are read off fits whose penalty is per row, so they agree as well.
    assert {term.feature: term.weight for term in learn([larger, other], 0.1).terms} == expected


def test_the_penalty_is_the_weakest_that_costs_no_unseen_project_anything() -> None:
    alike = [project({"la": 1, "nf": 1}, seed) for seed in (1, 2)]
    assert chosen_strength(alike) == STRENGTHS[-1]
    at_odds = [project({"la": 1, "nf": 1}, 1), project({"la": 1, "nf": -1}, 2)]
    assert chosen_strength(at_odds) == STRENGTHS[0]


@pytest.mark.skipif(TRAINING_SETS is None, reason="RISK_TRAINING_SETS names no folder with the public sets")
def test_the_public_sets_give_the_shipped_file() -> None:
    assert TRAINING_SETS is not None
    made = train(read_sets(Path(TRAINING_SETS)), default_model().training["on"])
    assert model_text(made) == SHIPPED.read_text(encoding="utf-8")
