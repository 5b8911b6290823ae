"""The risk model: terms, what is unknown, adapting, the score map, its document."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from koalr_server.errors import InputError
from koalr_server.risk.documents import SHIPPED, default_model, model_text, read_model
from koalr_server.risk.model import FEATURES, LEAST_ADAPTED, Columns, RiskModel, Term, chances
from koalr_server.risk.score_map import score_points, scores_of

TWO = RiskModel(
    name="two",
    intercept=-1.0,
    terms=(Term("la", "log1p", 2.0, 0.5, weight=0.8, bend=0.4), Term("fix", "none", 0.25, 0.5, weight=-0.6)),
    score_points=(0.1, 0.2, 0.9),
)
PROBABILITIES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def changes(count: int, seed: int = 1) -> Columns:
    """All 14 features, skewed as they are in projects."""
    draws = np.random.default_rng(seed)
    return {feature: np.exp(draws.normal(2, 1, count)) for feature in FEATURES}


def test_a_probability_is_the_logistic_of_intercept_and_terms() -> None:
    values = {"la": np.expm1(np.array([3.0, 1.0])), "fix": np.array([1.0, 0.0])}
    log_odds = [-1 + 2 * (0.8 + 0.4) + 1.5 * -0.6, -1 - 2 * 0.8 - 0.5 * -0.6]
    assert TWO.probabilities(values) == pytest.approx([1 / (1 + np.exp(-each)) for each in log_odds])


def test_what_is_unknown_counts_as_the_average_change() -> None:
    """Unknown by NaN, by absence, and by a value that has no logarithm."""
    average = {"la": np.expm1(np.array([2.0])), "fix": np.array([1.0])}
    for unknown in ({"la": np.array([np.nan])}, {"la": np.array([-3.0])}, {"la": np.array([-1.0])}, {}):
        assert TWO.probabilities({"fix": np.array([1.0]), **unknown}) == pytest.approx(TWO.probabilities(average))


def test_contributions_add_up_to_the_probability() -> None:
    values = {"la": 40.0, "fix": 1.0}
    columns = {feature: np.array([value]) for feature, value in values.items()}
    added = TWO.contributions(values)
    assert set(added) == {"la", "fix"}
    assert chances(np.array([-1 + sum(added.values())])) == pytest.approx(TWO.probabilities(columns))


@pytest.mark.parametrize("unknown", [{}, {"la": None, "fix": None}, {"la": float("nan"), "elsewhere": 7.0}])
def test_what_is_unknown_contributes_exactly_nothing(unknown: dict[str, float | None]) -> None:
    assert TWO.contributions(unknown) == {"la": 0.0, "fix": 0.0}


@pytest.mark.parametrize("columns", [{}, {"la": np.zeros(2), "fix": np.zeros(3)}])
def test_columns_of_no_or_of_several_lengths_are_refused(columns: Columns) -> None:
    with pytest.raises(ValueError, match="equally long"):
        TWO.probabilities(columns)


def test_far_log_odds_stay_within_0_and_1() -> None:
    assert chances(np.array([-1e4, 0.0, 1e4])).tolist() == [0.0, 0.5, 1.0]


def test_scores_of_the_changes_adapted_to_are_spread_evenly() -> None:
    columns = changes(5000)
    model = default_model().adapted_to(columns)
    scores = model.scores(model.probabilities(columns))
    assert np.histogram(scores, bins=[0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 101])[0] == pytest.approx(500, abs=50)


def test_adapting_makes_units_irrelevant() -> None:
    """Twice the files, lines and authors in every change is another project's way of counting, no other risk."""
    columns = {feature: values + 1 for feature, values in changes(300).items()}
    squared = {feature: values**2 + 2 * values for feature, values in columns.items()}
    one, other = default_model().adapted_to(columns), default_model().adapted_to(squared)
    # log1p(v² + 2v) is 2 log1p(v).
    logs = [term.feature for term in one.terms if term.transform == "log1p"]
    ours, theirs = ({name: each[name] for name in logs} for each in (columns, squared))
    assert one.probabilities(ours) == pytest.approx(other.probabilities(theirs))


def test_adapting_needs_enough_known_values() -> None:
    columns = changes(LEAST_ADAPTED)
    columns["la"][0] = np.nan
    adapted = {term.feature: term for term in default_model().adapted_to(columns).terms}
    shipped = {term.feature: term for term in default_model().terms}
    assert adapted["la"] == shipped["la"]
    assert adapted["lt"].centre == pytest.approx(np.log1p(columns["lt"]).mean())
    few = {feature: values[:-1] for feature, values in columns.items()}
    assert default_model().adapted_to(few) == default_model()


def test_a_constant_column_adds_nothing_and_keeps_its_scale() -> None:
    columns = changes(200) | {"fix": np.ones(200)}
    adapted = default_model().adapted_to(columns)
    assert set(adapted.added(columns)[:, FEATURES.index("fix")]) == {0.0}
    assert adapted.terms[FEATURES.index("fix")].scale == default_model().terms[FEATURES.index("fix")].scale


def test_a_flag_that_is_nearly_never_set_does_not_outweigh_the_rest() -> None:
    columns = changes(10_000) | {"fix": np.eye(1, 10_000)[0]}
    fix = next(term for term in default_model().terms if term.feature == "fix")
    added = default_model().adapted_to(columns).contributions({"fix": 1.0})["fix"]
    assert added == pytest.approx(fix.weight * (1 - 1e-4) / (fix.scale / 4))


def test_further_features_start_without_weight_on_their_own_scale() -> None:
    columns = changes(300) | {"coverage": np.linspace(-0.1, 0.1, 300), "unseen": np.full(300, np.nan)}
    model = default_model().adapted_to(columns)
    extended = model.extended({"coverage": "none", "unseen": "none", "la": "none"}, columns)
    assert extended.probabilities(columns) == pytest.approx(model.probabilities(columns))
    assert [term.feature for term in extended.terms] == [*FEATURES, "coverage", "unseen"]
    assert extended.standardised(columns)[:, -2].std() == pytest.approx(1)


@given(points=PROBABILITIES, probabilities=PROBABILITIES)
@example(points=[0.0] * 200 + [2.3e-313], probabilities=[2.2e-313])
def test_scores_never_fall_as_probabilities_rise(points: list[float], probabilities: list[float]) -> None:
    scores = scores_of(np.sort(probabilities), score_points(np.array(points)))
    assert (np.diff(scores) >= 0).all()
    assert scores.min() >= 0
    assert scores.max() <= 100


def test_a_score_is_the_share_of_changes_with_a_lower_probability() -> None:
    points = score_points(np.array([0.1] * 30 + [0.2] * 50 + [0.6] * 20 + [0.9]))
    assert scores_of(np.array([0.05, 0.1, 0.2, 0.6, 0.9, 0.95]), points).tolist() == [0, 0, 30, 80, 100, 100]


def test_changes_that_are_all_alike_still_have_a_below_and_an_above() -> None:
    assert scores_of(np.array([0.2, 0.3, 0.4]), score_points(np.full(50, 0.3))).tolist() == [0, 0, 100]


def test_a_document_reads_as_it_was_written() -> None:
    told = replace(TWO, training={"sets": [{"name": "a [b]\n{c}  d", "sketch": ["1", "2"]}]}, evaluation={"auc": 0.7})
    assert read_model(model_text(told)) == told
    assert model_text(default_model()) == SHIPPED.read_text(encoding="utf-8")


def test_the_shipped_model_can_be_read_aloud() -> None:
    """More lines, more files, a fix: riskier. Files long left alone: less. No bends, and nothing for who wrote it."""
    weights = {term.feature: term.weight for term in default_model().terms if term.weight}
    assert max(weights, key=lambda feature: abs(weights[feature])) == "la"
    assert all(weights[feature] > 0 for feature in ("la", "nf", "fix"))
    assert weights["age"] < 0
    assert not {"exp", "rexp", "sexp", "ndev"} & set(weights)
    assert not any(term.bend for term in default_model().terms)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("intercept",), "high", "intercept is 'high'; expected a number"),
        (("intercept",), float("nan"), "intercept is nan; expected a number"),
        (("name",), 5, "name is 5; expected a text"),
        (("terms",), [], "terms is []; expected a list that is not empty"),
        (("terms", 0), 1, "terms[0] is 1; expected an object"),
        (("terms", 0, "scale"), 0, "terms[0].scale is 0.0; expected a number above 0"),
        (("terms", 1, "transform"), "exec", "terms[1].transform is 'exec'; expected log1p, none"),
        (("terms", 1, "transform"), [], "terms[1].transform is []; expected log1p, none"),
        (("terms", 1, "feature"), 3, "terms[1].feature is 3; expected a text"),
        (("terms", 1, "feature"), "la", "terms hold 'la' twice; expected one term per feature"),
        (("terms", 1, "note"), "x", "terms[1] has bend, centre, feature, note"),
        (("scorePoints",), [0.5, 0.1], "scorePoints are 2 numbers; expected at least two, ascending"),
        (("scorePoints", 0), True, "scorePoints[0] is True; expected a number"),
        (("training",), [], "training is []; expected an object"),
    ],
)
def test_a_bad_document_is_refused_by_its_field(path: tuple[str | int, ...], value: object, message: str) -> None:
    document = json.loads(model_text(TWO))
    *parents, last = path
    inner = document
    for step in parents:
        inner = inner[step]
    inner[last] = value
    with pytest.raises(InputError) as refused:
        read_model(json.dumps(document))
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("text", "message"), [("{", "it is no JSON"), ("[]", "name is missing"), ("{}", "name is missing")]
)
def test_what_is_no_document_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_model(text)
