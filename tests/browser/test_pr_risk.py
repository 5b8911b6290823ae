"""The risk of a pull request in a browser: by link, by form, by the Back button."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Dashboard, settled

SCORE_AND_REASONS = 2


def shows(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=2)).to_contain_text(words)


def test_an_example_opens_by_its_link_and_back_leads_to_the_examples(page: Page, quarter: Dashboard) -> None:
    page.goto(f"{quarter.url}/pr-risk?days=90")
    shows(page, "pull requests merged last")
    page.get_by_test_id("stPageLink").get_by_role("link").first.click()
    shows(page, "of 100")
    settled(page, SCORE_AND_REASONS)
    assert "days=90" in page.url
    assert "pr=" in page.url
    opened = page.get_by_role("heading", level=2).inner_text()
    page.go_back()
    shows(page, "pull requests merged last")
    expect(page.get_by_label("Owner")).to_have_value("")
    page.go_forward()
    shows(page, opened)


def test_a_pasted_link_is_scored_and_its_address_opens_the_same_cold(page: Page, quarter: Dashboard) -> None:
    page.goto(f"{quarter.url}/pr-risk")
    shows(page, "pull requests merged last")
    field = page.get_by_label("Link of a pull request")
    field.fill("https://github.com/alphagov/whitehall/pull/10104/files")
    field.press("Enter")
    shows(page, "alphagov/whitehall#10104 scores")
    expect(field).to_have_value("")
    expect(page.get_by_label("Number")).to_have_value("10104")
    told = page.get_by_role("heading", level=2).inner_text()
    page.goto(page.url)
    shows(page, told)


def test_nonsense_and_an_unknown_pull_request_get_a_sentence(page: Page, quarter: Dashboard) -> None:
    page.goto(f"{quarter.url}/pr-risk")
    shows(page, "pull requests merged last")
    field = page.get_by_label("Link of a pull request")
    field.fill("<img src=x>")
    page.get_by_role("button", name="Score").click()
    expect(page.get_by_test_id("stAlert")).to_contain_text("<img src=x> names no pull request")
    field.fill("acme/api#1847")
    page.get_by_role("button", name="Score").click()
    expect(page.get_by_role("heading", level=4)).to_contain_text("acme/api#1847 is not known here")
