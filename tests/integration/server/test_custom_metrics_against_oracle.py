"""Every source, field, operator and aggregation of custom metrics equals the slow plain-Python reading."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from koalr_server.custom.answer import answer
from koalr_server.custom.catalogue import SOURCES
from koalr_server.custom.operators import operators_for
from koalr_server.custom.shipped import shipped_documents
from koalr_server.custom.validation import read_definition
from koalr_server.http.wire import shown
from koalr_server.store.database import Database
from tests.integration.server.definitions import definitions, fields
from tests.integration.server.loaded import Loaded, import_rows, with_api_ids
from tests.integration.server.test_against_oracle import approximately
from tests.oracle.chance import Chance
from tests.oracle.custom_metrics import CustomMetrics
from tests.oracle.custom_rows import Fact, facts
from tests.oracle.organisations import NOWS, random_organisation
from tests.oracle.sight import Sight

SEEDS = range(12)
LABELS = ("bug", "Hotfix", "needs review", "größer", "a%b_c")


@dataclass
class Case:
    """One organisation, loaded and read by the oracle."""

    loaded: Loaded
    oracle: CustomMetrics
    rows: dict[str, list[Fact]]
    teams: list[str]

    def served(self, document: dict[str, Any], days: int) -> dict[str, Any]:
        definition, faults = read_definition(document)
        assert definition is not None, faults
        scope = self.loaded.scope(document.get("team"))
        found = answer(definition, self.loaded.service.query, self.loaded.now, days, scope, timedelta(0))
        wire: dict[str, Any] = shown(found, timedelta(0))
        return wire


def with_sizes_and_labels(organisation: dict[str, Any], seed: int) -> dict[str, Any]:
    """The organisation with line counts on most pull requests and commits, and labels on some."""
    chance = Chance(seed)
    for row in organisation["pull_requests"]:
        row["labels"] = chance.some(LABELS, 3) if chance.maybe(0.6) else None
        row["changedFiles"] = chance.between(0, 30) if chance.maybe(0.8) else None
    for row in organisation["pull_requests"] + organisation["commits"]:
        row["additions"] = chance.between(0, 900) if chance.maybe(0.8) else None
        row["deletions"] = chance.between(0, 300) if chance.maybe(0.9) else None
    return organisation


@pytest.fixture(scope="module", params=SEEDS)
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    seed = request.param
    organisation = with_sizes_and_labels(random_organisation(seed), seed)
    database = Database.in_memory()
    import_rows(database, organisation)
    now = NOWS[seed % len(NOWS)]
    sight = Sight(with_api_ids(database, organisation), now)
    rows = {source: facts(sight, source) for source in SOURCES}
    teams = [row["name"] for row in organisation["teams"]]
    yield Case(Loaded(database, now), CustomMetrics(sight), rows, teams)
    database.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_any_definition_equals_the_oracle(case: Case, data: st.DataObject) -> None:
    document = data.draw(definitions(case.rows, case.teams))
    days = data.draw(st.sampled_from([1, 7, 30, 90]))
    assert case.served(document, days) == approximately(case.oracle.answer(document, days))


@pytest.mark.parametrize("source", SOURCES)
def test_every_field_equals_the_oracle(case: Case, source: str) -> None:
    """How many rows know the field and, if it is a number, what they add up to."""
    for field in fields(source):
        known = {"field": field.name, "operator": "is_null", "value": False}
        document = {"slug": "field", "label": field.name, "source": source, "filters": [known]}
        document |= {"aggregation": "count", "unit": SOURCES[source].many}
        if field.type == "number":
            document |= {"aggregation": "sum", "field": field.name, "unit": field.unit}
        assert case.served(document, 90) == approximately(case.oracle.answer(document, 90)), field.name


@pytest.mark.parametrize("slug", shipped_documents())
def test_every_shipped_metric_equals_the_oracle(case: Case, slug: str) -> None:
    document = dict(shipped_documents()[slug])
    for team in [None, *case.teams]:
        asked = document if team is None else document | {"team": team}
        assert case.served(asked, 30) == approximately(case.oracle.answer(asked, 30)), team


def test_every_type_of_field_and_every_operator_occurs() -> None:
    types = {field.type for source in SOURCES for field in fields(source)}
    assert types == {"number", "text", "texts", "boolean", "instant"}
    assert len({name for type_ in types for name in operators_for(type_)}) == 11
