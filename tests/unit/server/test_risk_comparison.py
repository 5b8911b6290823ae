"""Models fitted on the past and judged on what came after."""

from dataclasses import replace

import numpy as np
import pytest

from koalr_server.risk.changes import SKETCH_SIZE, LabelledChanges, in_time_order
from koalr_server.risk.comparison import compare
from koalr_server.risk.documents import default_model
from koalr_server.risk.model import FEATURES


def history(rows: int = 400, seed: int = 2) -> LabelledChanges:
    """Bugs come with lines added and with many authors."""
    draws = np.random.default_rng(seed)
    columns = {feature: np.exp(draws.normal(2, 1, rows)) for feature in FEATURES}
    log_odds = np.log(columns["la"]) + np.log(columns["ndev"]) - 4
    outcomes = (draws.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(float)
    return LabelledChanges(columns, outcomes, tuple(f"{place:08x}{0:032}" for place in draws.permutation(rows)))


def known(changes: LabelledChanges) -> dict[str, object]:
    """What is said of a shipped model that was trained on these changes."""
    return {"on": "2025-01-01", "sets": [{"name": "ours", "sketch": changes.sketch()}]}


def test_the_past_is_the_first_70_percent_by_date() -> None:
    dates = np.array([3.0, 1.0, 2.0, 1.0])
    rows = in_time_order(dates, {"la": np.arange(4.0)}, np.array([1.0, 0.0, 1.0, 0.0]), "dabc")
    assert (rows.shas, rows.columns["la"].tolist(), rows.outcomes.tolist()) == (
        ("a", "c", "b", "d"),
        [1, 3, 2, 0],
        [0, 0, 1, 1],
    )
    early, late = history(101).split()
    assert (len(early), len(late)) == (70, 31)
    assert early.shas + late.shas == history(101).shas


def test_changes_of_one_second_keep_their_order() -> None:
    dates = np.repeat([5.0, 4.0], 500)
    rows = in_time_order(dates, {"la": np.arange(1000.0)}, np.zeros(1000), ())
    assert rows.columns["la"].tolist() == [*range(500, 1000), *range(500)]
    assert rows.shas == ()


def test_the_shipped_model_is_adapted_to_the_first_70_percent_alone() -> None:
    """One late change grown beyond all others leaves the predictions for the rest as they were."""
    changes = history()
    size = changes.columns["la"].copy()
    size[280 + int(np.argmax(size[280:]))] *= 1e6
    grown = replace(changes, columns=changes.columns | {"la": size})
    one, other = (compare(each, default_model())["reliability"]["shipped"] for each in (changes, grown))
    assert one[:9] == other[:9]


def test_models_see_nothing_of_the_last_30_percent() -> None:
    """Later outcomes turned round turn round every figure of ranking, so no model followed them."""
    changes = history()
    turned = replace(changes, outcomes=np.where(np.arange(400) < 280, changes.outcomes, 1 - changes.outcomes))
    one, other = compare(changes, default_model())["auc"], compare(turned, default_model())["auc"]
    assert {name: pytest.approx(1 - value, abs=2e-6) for name, value in one.items()} == other


def test_the_shipped_model_sees_no_outcome_at_all() -> None:
    changes = history()
    other = replace(changes, outcomes=np.where(np.arange(400) < 280, changes.outcomes[::-1], changes.outcomes))
    one, two = compare(changes, default_model()), compare(other, default_model())
    assert one["auc"]["shipped"] == two["auc"]["shipped"]
    assert one["auc"]["fitted"] != two["auc"]["fitted"]


def test_the_fitted_model_owes_nothing_to_the_shipped_weights() -> None:
    changes, shipped = history(), default_model()
    strange = replace(shipped, intercept=3.0, terms=tuple(replace(term, weight=-1.0) for term in shipped.terms))
    one, other = compare(changes, shipped), compare(changes, strange)
    assert one["auc"]["fitted"] == other["auc"]["fitted"]
    assert one["auc"]["refitted"] != other["auc"]["refitted"]


def test_a_feature_the_shipped_model_lacks_weight_for_is_found_by_fitting() -> None:
    found = compare(history(2000), default_model())
    assert found["auc"]["fitted"] > found["auc"]["shipped"] + 0.03
    assert found["aucAboveLinesAdded"]["fitted"]["verdict"] == "gains"
    for name, gain in found["aucAboveLinesAdded"].items():
        assert gain["value"] == pytest.approx(found["auc"][name] - found["auc"]["linesAdded"], abs=2e-6)


def test_verdicts_tell_gains_from_losses_and_from_noise() -> None:
    changes, shipped = history(2000), default_model()
    backwards = replace(shipped, terms=tuple(replace(term, weight=-term.weight) for term in shipped.terms))
    assert compare(changes, backwards)["aucAboveLinesAdded"]["shipped"]["verdict"] == "loses"
    alone = replace(shipped, terms=tuple(term for term in shipped.terms if term.feature == "la"))
    assert compare(changes, alone)["aucAboveLinesAdded"]["shipped"]["verdict"] == "no certain difference"


@pytest.mark.parametrize(
    ("training_rows", "names", "words"),
    [
        (slice(0, 280), ["ours"], "the project is not new to it"),
        (slice(0, 400), ["ours"], "this is no test of it"),
        (slice(0, 0), [], "None of the commits sampled"),
    ],
)
def test_it_says_what_the_shipped_model_was_trained_on(training_rows: slice, names: list[str], words: str) -> None:
    changes = history()
    told = compare(changes, replace(default_model(), training=known(changes.rows(training_rows))))["shippedModel"]
    assert (told["trainedOn"], told["knows"]) == ("2025-01-01", names)
    assert words in told["note"]


def test_without_commits_it_cannot_tell_what_the_shipped_model_knows() -> None:
    told = compare(replace(history(), shas=()), default_model())["shippedModel"]
    assert told["knows"] is None
    assert "names no commits" in told["note"]


def test_a_sketch_is_small_and_recognises_a_fifth_of_the_changes() -> None:
    changes = history(1000)
    assert len(changes.sketch()) == SKETCH_SIZE
    assert changes.rows(slice(300, 500)).shares_any(changes.sketch())
    assert not replace(changes, shas=("f" * 40,)).shares_any(changes.sketch())


@pytest.mark.parametrize(
    ("outcomes", "message"),
    [
        (np.tile([0.0, 1.0], 49), "there are 98 rows; at least 100 are needed"),
        (np.repeat([0.0, 1.0], [140, 60]), "in the first 70 % every bug is 0"),
        (np.concatenate([np.tile([0.0, 1.0], 70), np.ones(60)]), "in the last 30 % every bug is 1"),
    ],
)
def test_histories_that_judge_nothing_are_refused(outcomes: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        compare(replace(history(len(outcomes)), outcomes=outcomes), default_model())
