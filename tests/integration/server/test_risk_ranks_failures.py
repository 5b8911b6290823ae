"""On a simulated organisation whose failures follow from its changes, scores rank them, refitted or not."""

from collections.abc import Iterator

import numpy as np
import pytest

from koalr_server.risk.evaluation import decile_rho
from koalr_server.store.database import Database
from tests.integration.server.loaded import import_rows
from tests.oracle.risky_organisation import RiskyOrganisation, risky_organisation

Store = tuple[Database, RiskyOrganisation]
SCORES = """
SELECT f.repo, f.number, f.risk_score, m.document LIKE '%"calibrated": true%' AS calibrated
FROM pull_request_facts f JOIN risk_models m ON m.quarter = date_trunc('quarter', f.merged_at)
ORDER BY f.merged_at, f.repo, f.number
"""


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    organisation = risky_organisation(1, 2_400)
    database = Database.in_memory()
    import_rows(database, organisation.rows)
    yield database, organisation
    database.close()


def test_score_deciles_rank_observed_failures(store: Store) -> None:
    database, organisation = store
    rows = database.rows(SCORES)
    assert len({row["calibrated"] for row in rows}) == 2, "some quarters have a refit, others have none"
    scores = np.array([row["risk_score"] for row in rows], float)
    failed = np.array([(row["repo"], row["number"]) in organisation.failed for row in rows], float)
    assert decile_rho(scores, failed) >= 0.9


def test_scores_of_a_later_quarter_spread_over_the_whole_range(store: Store) -> None:
    database, _ = store
    scores = [row["risk_score"] for row in database.rows(SCORES)][-800:]
    tiers = np.histogram(scores, (0, 40, 70, 90, 101))[0]
    assert tiers.min() > 40
