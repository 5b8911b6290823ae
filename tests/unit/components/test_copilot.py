"""Copilot: what is assumed, who assumes it, and what follows."""

import pytest

from components.copilot_cards import acceptance_card, adoption_card, adoption_tile, facts, hours_card, hours_tile
from components.copilot_words import (
    Assumption,
    active_words,
    assumption,
    copilot_sentence,
    estimate_words,
    hours_saved,
    parse_minutes,
)
from components.format import NO_BREAK
from koalr_api import Copilot, CopilotFigures, HoursSaved

FORMULA = "acceptedLines × minutesPerLine ÷ 60"


def figures(adoption: float | None, lines: int | None = 600, seats: int = 38) -> CopilotFigures:
    estimate = None if lines is None else lines * 0.2 / 60
    return CopilotFigures(adoption, 0.3, estimate, HoursSaved(FORMULA, 0.2, lines), seats, 35, "users")


def told(now: CopilotFigures, before: CopilotFigures | None = None) -> Copilot:
    return Copilot(
        now.adoption_rate,
        now.acceptance_rate,
        now.estimated_hours_saved,
        now.hours_saved,
        now.seats,
        now.active_people,
        now.active_from,
        before,
    )


FULL = told(figures(0.921053, 13716), figures(0.894737, 14606))
DOCUMENTED = Copilot(0.74, 0.38, 312.0)
NOTHING = Copilot(None, None, None)


class TestMinutes:
    @pytest.mark.parametrize(("text", "minutes"), [("0.5", 0.5), ("1", 1.0), ("60", 60.0), ("1e-1", 0.1)])
    def test_numbers_are_read(self, text: str, minutes: float) -> None:
        assert parse_minutes(text) == minutes

    @pytest.mark.parametrize(
        "text", [None, "", "0", "-1", "60.1", "nan", "inf", "0,5", "x", "٣", "1" * 20, "<b>", "0x1"]
    )
    def test_what_is_no_time_per_line_is_refused(self, text: str | None) -> None:
        assert parse_minutes(text) is None

    def test_nothing_wanted_is_the_servers_assumption(self) -> None:
        assert assumption(FULL, None) == Assumption(0.2, own=False)
        assert assumption(FULL, 0.2) == Assumption(0.2, own=False)

    def test_another_value_is_the_viewers(self) -> None:
        found = assumption(FULL, 0.5)
        assert found == Assumption(0.5, own=True)
        assert found is not None
        assert found.whose == "your assumption"

    @pytest.mark.parametrize("copilot", [DOCUMENTED, NOTHING, told(figures(0.5, None))])
    def test_without_accepted_lines_nothing_can_be_recomputed(self, copilot: Copilot) -> None:
        assert assumption(copilot, 0.5) is None


class TestHours:
    def test_the_servers_own_estimate_is_shown_as_it_is(self) -> None:
        odd = Copilot(0.5, 0.3, 99.0, HoursSaved("felt", 0.2, 600))
        assert hours_saved(odd, assumption(odd, None)) == 99.0

    def test_the_viewers_minutes_are_multiplied_with_the_lines(self) -> None:
        assert hours_saved(FULL, Assumption(0.5, own=True)) == pytest.approx(114.3)

    def test_the_change_compares_both_windows_under_one_assumption(self) -> None:
        card = hours_card(FULL, Assumption(0.5, own=True))
        assert (card.value, card.change, card.before) == ("114\u00a0h", "-8\u00a0h", "was 122\u00a0h")
        assert card.badge == ":gray-badge[your assumption]"

    def test_the_servers_assumption_carries_no_badge(self) -> None:
        assert hours_card(FULL, assumption(FULL, None)).badge == ""

    def test_the_formula_is_told_in_words_with_its_numbers(self) -> None:
        words = estimate_words(FULL, assumption(FULL, None)).replace(NO_BREAK, " ")
        assert words == (
            "Accepted lines of code completions × minutes per line ÷ 60. 13\u2009716 lines × 0.2 min ÷ 60 = **45.7 h**, at the "
            "server's assumption."
        )

    def test_a_formula_that_comes_to_something_else_is_quoted_as_text(self) -> None:
        odd = Copilot(0.5, 0.3, 99.0, HoursSaved("**lines** <b>", 0.2, 600))
        assert estimate_words(odd, assumption(odd, None)).startswith("The server's formula: \\*\\*lines\\*\\* \\<b\\>")

    def test_an_estimate_alone_is_said_to_be_one(self) -> None:
        assert "without its formula" in estimate_words(DOCUMENTED, None)
        assert "No estimate" in estimate_words(NOTHING, None)
        assert "not known" in estimate_words(told(figures(0.5, None)), None)

    def test_a_wall_names_the_assumption(self) -> None:
        assert hours_tile(FULL, Assumption(0.5, own=True)).note == "if a line saves 0.5 min"
        assert hours_tile(NOTHING, None).value == "–"


class TestShares:
    def test_a_change_of_one_seat_is_noise_and_not_judged(self) -> None:
        card = adoption_card(FULL)
        assert (card.change, card.before, card.judgement) == ("+2.6\u00a0pt", "within noise", "off")
        assert adoption_tile(FULL).judgement == "none"

    def test_a_change_of_half_the_seats_is_judged(self) -> None:
        doubled = told(figures(0.9), figures(0.4))
        assert adoption_card(doubled).judgement == "normal"
        assert adoption_tile(doubled).judgement == "better"

    def test_acceptance_is_never_judged(self) -> None:
        assert acceptance_card(told(figures(0.9), figures(0.4))).judgement == "off"

    def test_no_data_is_a_dash_with_a_reason(self) -> None:
        assert [(card.value, card.note) for card in (adoption_card(NOTHING), acceptance_card(NOTHING))] == [
            ("–", "not known"),
            ("–", "not known"),
        ]

    def test_unused_seats_come_from_the_adoption(self) -> None:
        assert [(fact.value, fact.words) for fact in facts(FULL)] == [
            ("35", "people active"),
            ("38", "seats"),
            ("3", "seats not used"),
        ]
        assert facts(DOCUMENTED) == []


class TestSentence:
    @pytest.mark.parametrize(
        ("copilot", "sentence"),
        [
            (FULL, "92 % of 38 seats are in use, 30 % of suggestions are accepted."),
            (DOCUMENTED, "74 % of seats are in use, 38 % of suggestions are accepted."),
            (Copilot(None, 0.38, None), "38 % of suggestions are accepted."),
            (NOTHING, "No use of Copilot is known in this window."),
        ],
    )
    def test_says_what_is_known(self, copilot: Copilot, sentence: str) -> None:
        assert copilot_sentence(copilot).replace(NO_BREAK, " ") == sentence

    @pytest.mark.parametrize(
        ("source", "words"), [("users", "users report"), ("seats", "last activity"), ("days", "at least this")]
    )
    def test_who_is_active_is_told_by_its_source(self, source: str, words: str) -> None:
        assert words in active_words(CopilotFigures(0.5, 0.3, 1.0, active_from=source))

    @pytest.mark.parametrize("source", [None, "<b>new</b>"])
    def test_an_unknown_source_is_not_repeated(self, source: str | None) -> None:
        assert active_words(CopilotFigures(0.5, 0.3, 1.0, active_from=source)) == (
            "This server does not say who counts as active."
        )
