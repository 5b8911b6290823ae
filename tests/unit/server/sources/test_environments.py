"""What counts as production: by name, by what is said, and by the setting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalr_server.settings import Settings
from koalr_server.sources.environments import is_production
from tests.oracle.deployments import is_production as is_production_by_name

PRODUCTION = [
    *("production", "Production", "PROD", "prd", "live", "LIVE", "production2", "prod01", "productionEU"),
    *("eu-production", "us-prod", "prod.eu", "production-blue", "aws/live/eu-west-1", "prod_eu", "live-us"),
    *("euProduction", "Production – acme-web", "prod (canary)", "k8s:prd:blue", "production-canary", "Prod Ünï"),
]
OTHERS = [
    *("", "staging", "dev", "github-pages", "prodigy", "livestream", "delivery", "product", "reproduction", "alive"),
    *("preprod", "pre-production", "pre-prod", "preproduction", "non-prod", "nonprod", "NonProd", "not production"),
    *("prod-test", "production/staging", "prod.dev", "prod-like", "live-qa", "uat-prod", "sandbox-live", "stg_prod"),
    *("prod-dev2", "Preview – live", "PreProduction", "pröd"),
]


@pytest.mark.parametrize("name", PRODUCTION)
def test_a_part_of_the_name_says_production(name: str) -> None:
    assert is_production(name, None, ())


@pytest.mark.parametrize("name", OTHERS)
def test_no_part_says_so_or_another_one_takes_it_back(name: str) -> None:
    assert not is_production(name, None, ())


WORDS = st.sampled_from(["prod", "Production", "live", "PRD", "eu", "test", "non", "Dev", "pre", "2", "", "ü"])
MARKS = st.sampled_from(["-", "_", ".", "/", " ", "", "–"])


@given(st.lists(st.tuples(WORDS, MARKS), max_size=5).map(lambda parts: "".join(map("".join, parts))))
def test_names_are_read_as_the_oracle_reads_them(name: str) -> None:
    assert is_production(name, None, ()) == is_production_by_name(name)


@given(st.text())
def test_any_name_can_be_decided(name: str) -> None:
    assert is_production(name, None, ()) in (True, False)


@pytest.mark.parametrize(
    ("name", "decided"), [("eu-live", True), ("EU-Live ", True), ("green-blue", True), ("production", False)]
)
def test_the_setting_replaces_the_rule(name: str, decided: bool) -> None:
    rules = Settings.read({"KOALR_PRODUCTION_ENVIRONMENTS": "eu-live, *-BLUE,"}).rules
    assert is_production(name, None, rules.production_environments) == decided


def test_an_empty_setting_is_none() -> None:
    rules = Settings.read({"KOALR_PRODUCTION_ENVIRONMENTS": " , "}).rules
    assert is_production("production", None, rules.production_environments)


@pytest.mark.parametrize("patterns", [(), ("eu-live",), ("lab", "production")])
@pytest.mark.parametrize("name", ["production", "lab"])
@pytest.mark.parametrize("said", [True, False])
def test_what_the_record_says_holds(said: bool, name: str, patterns: tuple[str, ...]) -> None:
    assert is_production(name, said, patterns) is said
