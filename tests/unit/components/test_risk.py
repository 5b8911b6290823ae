"""Risk scores in bands, signals and sentences."""

from typing import Any

import pytest

from components.pull_request_name import PullRequestName
from components.risk import BANDS, band_of, score_text
from components.risk_words import floor_words, latest_sentence, meaning, meaning_heading, model_words, risk_sentence
from components.signals import by_category, missing, movers, name_in_words, signal_rows, signals_of
from components.similar import itself, nearest, riskiest, span
from koalr_api import PullRequest, RiskScore
from tests.contract.bodies import body
from tests.unit.components.read import read

HOSTILE = "**b** <img src=x> $x^2$ :red[y]"
SIGNALS = ("changeEntropy", "coverageDelta", "authorFileExpertise", "codeownersCompliance", "aiAuthoredRatio")


def told(**fields: Any) -> RiskScore:
    return read(RiskScore, body("pr-risk-score") | fields)


def detail(name: str, contribution: float, **fields: Any) -> dict[str, Any]:
    return {
        "name": name,
        "category": "code complexity",
        "value": 1,
        "unit": "lines",
        "contribution": contribution,
        "words": f"1 {name}",
        "missing": None,
    } | fields


DETAILS = [
    detail("linesAdded", 0.4),
    detail("filesChanged", -1.2),
    detail("isFix", 0.01, category="history", value=False, words="no fix"),
    detail("reviewers", 0.0, category="review", value=None, words="reviewers unknown", missing="It needs reviews."),
    detail("approvals", 0.0, category="review", value=None, words="approvals unknown", missing="It needs reviews."),
]


class TestBands:
    @pytest.mark.parametrize(
        ("score", "tier"),
        [
            (0, "low"),
            (39.9, "low"),
            (40, "medium"),
            (69, "medium"),
            (70, "high"),
            (89, "high"),
            (90, "critical"),
            (100, "critical"),
        ],
    )
    def test_a_band_begins_at_its_edge(self, score: float, tier: str) -> None:
        band = band_of(score)
        assert band is not None
        assert band.tier == tier

    def test_bands_meet_and_fill_the_scale(self) -> None:
        assert [band.low for band in BANDS[1:]] == [band.high for band in BANDS[:-1]]
        assert (BANDS[0].low, BANDS[-1].high) == (0, 100)

    def test_without_a_score_there_is_no_band(self) -> None:
        assert band_of(None) is None
        assert band_of(float("nan")) is None
        assert (score_text(None), score_text(0), score_text(71), score_text(39.96)) == ("–", "0", "71", "40")

    def test_no_two_tiers_look_alike(self) -> None:
        assert len({band.badge for band in BANDS}) == len({band.icon for band in BANDS}) == 4


class TestSignals:
    def test_without_details_the_documented_five_are_told_in_our_words(self) -> None:
        found = {one.name: one.words for one in signals_of(told())}
        assert set(found) == set(SIGNALS)
        words = " ".join(filter(None, found.values())).replace("\u00a0", " ")
        for part in (
            "82 % of an even spread",
            "falls by 6.0 points",
            "44 % of the earlier work",
            "31 % of its commits",
        ):
            assert part in words
        assert movers(told()) == []

    @pytest.mark.parametrize(("value", "words"), [(0.06, "rises by 6.0"), (0, "stays as it was")])
    def test_coverage_says_its_direction(self, value: float, words: str) -> None:
        found = signals_of(told(signals=body("pr-risk-score")["signals"] | {"coverageDelta": value}))
        assert any(words in (one.words or "") for one in found)

    def test_an_owner_who_did_not_approve_is_said(self) -> None:
        found = signals_of(told(signals=body("pr-risk-score")["signals"] | {"codeownersCompliance": False}))
        assert any("lacks its owner's approval" in (one.words or "") for one in found)

    def test_nulls_are_unknown_and_not_zero(self) -> None:
        found = signals_of(told(signals=dict.fromkeys(SIGNALS)))
        assert all(one.words is None for one in found)
        assert missing(found) == {
            None: [
                "change entropy",
                "author file expertise",
                "codeowners compliance",
                "coverage delta",
                "AI authored ratio",
            ]
        }

    def test_the_largest_moves_first_and_what_hardly_moves_is_left_out(self) -> None:
        assert [one.name for one in movers(told(signalDetails=DETAILS))] == ["filesChanged", "linesAdded"]

    def test_an_unknown_signal_moves_nothing(self) -> None:
        assert movers(told(signalDetails=[detail("x", 3.0, value=None)])) == []

    def test_without_details_the_top_contributions_move_it(self) -> None:
        top = [{"name": "a", "contribution": 0.2, "words": "w"}, {"name": "b", "contribution": -0.9, "words": "v"}]
        assert [one.words for one in movers(told(topContributions=top))] == ["v", "w"]

    def test_known_ones_stand_by_category_and_missing_ones_by_the_data_they_need(self) -> None:
        found = signals_of(told(signalDetails=DETAILS))
        assert {category: len(group) for category, group in by_category(found).items()} == {
            "code complexity": 2,
            "history": 1,
        }
        assert missing(found) == {"It needs reviews.": ["reviewers", "approvals"]}

    def test_the_table_has_every_signal(self) -> None:
        rows = signal_rows(signals_of(told(signalDetails=DETAILS)))
        assert list(rows["signal"]) == [one["name"] for one in DETAILS]
        assert list(rows["contribution"]) == [one["contribution"] for one in DETAILS]

    def test_names_become_words(self) -> None:
        assert name_in_words("authorFileExpertise") == "author file expertise"
        assert name_in_words("aiAuthoredRatio") == "AI authored ratio"
        assert name_in_words("airTime") == "air time"
        assert name_in_words("") == ""


class TestSentence:
    def test_says_tier_score_and_what_raises_it_most(self) -> None:
        sentence = risk_sentence(told(signalDetails=DETAILS))
        assert sentence == r":red[High] risk: acme\/api\#1847 scores 71 of 100, raised most by 1 linesAdded."

    def test_without_details_it_claims_no_reason(self) -> None:
        assert risk_sentence(told()) == r":red[High] risk: acme\/api\#1847 scores 71 of 100."

    def test_a_floor_that_raised_it_is_the_reason(self) -> None:
        floors = [{"name": "openIncident", "score": 71, "raised": True}]
        assert "held there because an incident is open" in risk_sentence(told(floors=floors, signalDetails=DETAILS))

    def test_a_floor_that_did_not_raise_it_is_none(self) -> None:
        floors = [{"name": "openIncident", "score": 70, "raised": False}]
        assert "raised most by" in risk_sentence(told(floors=floors, signalDetails=DETAILS))
        (floor,) = told(floors=floors).floors or ()
        assert floor_words(floor) == (
            "At least 70, because an incident is open on its repository. The score is higher anyway."
        )

    def test_a_floor_of_another_name_is_told_by_its_name(self) -> None:
        (floor,) = told(floors=[{"name": "nightRelease", "score": 60, "raised": True}]).floors or ()
        assert floor_words(floor) == "At least 60, because of a rule named night release. That raised the score."

    def test_no_score_is_said(self) -> None:
        assert "has no score" in risk_sentence(told(riskScore=None, tier=None))

    def test_a_tier_of_another_name_falls_back_to_the_bands(self) -> None:
        assert risk_sentence(told(tier="severe")).startswith(":red[High]")

    def test_what_others_wrote_stays_text(self) -> None:
        sentence = risk_sentence(told(repo=HOSTILE, signalDetails=[detail("x", 1.0, words=HOSTILE)]))
        assert "<img" not in sentence.replace("\\<", "")
        assert ":red[y]" not in sentence


class TestMeaning:
    def test_it_is_a_probability_only_if_calibrated(self) -> None:
        calibrated = told(calibrated=True, probability=0.18)
        assert meaning_heading(calibrated) == "A probability"
        assert "About 18\u00a0% of pull requests like this one" in meaning(calibrated)

    @pytest.mark.parametrize("fields", [{"calibrated": False, "probability": 0.18}, {}, {"calibrated": True}])
    def test_else_it_is_a_rank_and_shows_no_probability(self, fields: dict[str, Any]) -> None:
        assert meaning_heading(told(**fields)) == "A rank, not a probability"
        assert "18\u00a0%" not in meaning(told(**fields))

    def test_without_a_score_nothing_is_ranked(self) -> None:
        assert "cannot be ranked" in meaning(told(riskScore=None, calibrated=False))

    def test_the_servers_reason_is_told(self) -> None:
        text = meaning(told(calibrated=False, label="not calibrated", calibrationReason="Too few."))
        assert text.endswith(r"Its probabilities are not calibrated. Too few\.")

    def test_a_server_that_says_nothing_is_said(self) -> None:
        assert "does not say how its scores were checked" in meaning(told())
        assert model_words(told()) == ""

    def test_the_model_is_named_with_its_first_day(self) -> None:
        model = {"name": "m-2", "quarter": "2026-Q1", "since": "2026-01-01"}
        assert model_words(told(model=model)) == r"Model m\-2, in force since 1 Jan 2026"


def row(number: int, score: float | None, repo: str = "acme/api", **fields: Any) -> PullRequest:
    example = body("pull-requests")["data"][0]
    return read(PullRequest, example | {"number": number, "riskScore": score, "repo": repo} | fields)


class TestSimilar:
    asked = PullRequestName("acme", "API", 1)

    def test_its_own_repository_comes_first_nearest_before_others(self) -> None:
        rows = [row(1, 70), row(2, 75), row(3, 71), row(4, 66), row(5, 20), row(6, 70, "acme/web")]
        found = nearest(rows, self.asked, 70)
        assert [each.number for each in found.rows] == [3, 4, 2]
        assert found.repository

    def test_with_too_few_of_its_own_every_repository_counts(self) -> None:
        rows = [row(2, 75), row(3, 71), row(6, 70, "acme/web"), row(7, None)]
        found = nearest(rows, self.asked, 70)
        assert [each.number for each in found.rows] == [6, 3, 2]
        assert not found.repository

    def test_what_is_far_away_is_not_similar(self) -> None:
        assert nearest([row(2, 59), row(3, 81)], self.asked, 70).rows == []

    def test_fates_count_only_where_the_server_tells_them(self) -> None:
        silent = nearest([row(2, 70)], self.asked, 70)
        assert (silent.fate_told, silent.reverted) == (False, 0)
        telling = nearest([row(2, 70, revertedBy="#9"), row(3, 70, revertedBy=None)], self.asked, 70)
        assert (telling.fate_told, telling.reverted) == (True, 1)

    def test_it_is_found_itself_in_any_case(self) -> None:
        assert itself([row(2, 1), row(1, 1)], self.asked) is not None
        assert itself([row(1, 1, "acme/web")], self.asked) is None

    def test_the_riskiest_come_first_and_none_without_a_score(self) -> None:
        assert [each.number for each in riskiest([row(1, 5), row(2, None), row(3, 90), row(4, 0)])] == [3, 1, 4]

    def test_when_they_were_merged(self) -> None:
        rows = [row(1, 1, mergedAt="2026-03-02T10:00:00Z"), row(2, 1, mergedAt="2026-02-27T10:00:00Z")]
        assert span(rows) == "27 Feb to 2 Mar"
        assert span(rows[:1]) == "2 Mar"
        assert span([row(1, 1, mergedAt=None)]) == ""


def test_the_latest_are_summed_up() -> None:
    assert latest_sentence([row(1, 95), row(2, 70), row(3, 71), row(4, None)]) == (
        "Of 3 pull requests merged last, 1 has a :red[critical] risk and 2 have a :red[high] risk."
    )
    assert latest_sentence([row(1, 95)]) == "Of 1 pull request merged last, 1 has a :red[critical] risk."
    assert latest_sentence([row(1, 5), row(2, 6)]) == "Of 2 pull requests merged last, none has a high risk."
    assert latest_sentence([]) == "Score a pull request to see what makes it risky."
