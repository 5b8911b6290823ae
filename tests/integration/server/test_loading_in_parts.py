"""Loading little by little derives what loading at once does: only what a load touches is worked out anew."""

import random

import pytest

from koalr_server.store.database import Database
from tests.integration.server.dealt import derived, own, owned_code, parts
from tests.integration.server.loaded import import_rows
from tests.oracle.organisations import random_organisation
from tests.oracle.random_content import with_content
from tests.oracle.risky_organisation import risky_organisation


@pytest.mark.parametrize("seed", range(5))
def test_any_order_of_loads_gives_the_same_facts(seed: int) -> None:
    organisation = with_content(random_organisation(seed + 100), seed)
    # Rows without an id of their own for a team take the first name they see, so teams come first in both.
    teams = {kind: organisation.pop(kind) for kind in ("teams",)}
    at_once, in_parts = Database.in_memory(), Database.in_memory()
    import_rows(at_once, teams)
    import_rows(in_parts, teams)
    import_rows(at_once, organisation)
    for load in parts(organisation, random.Random(seed)):
        import_rows(in_parts, load)
    assert derived(in_parts) == derived(at_once)
    at_once.close()
    in_parts.close()


def test_models_and_scores_come_out_the_same_from_parts() -> None:
    organisation = risky_organisation(7, 900).rows
    at_once, in_parts = Database.in_memory(), Database.in_memory()
    import_rows(at_once, organisation)
    for load in parts(organisation, random.Random(7)):
        import_rows(in_parts, load)
    assert derived(in_parts) == derived(at_once)
    documents = [row["document"] for row in at_once.rows("SELECT document FROM risk_models")]
    assert any('"calibrated": true' in document for document in documents)
    at_once.close()
    in_parts.close()


def test_who_is_in_a_team_may_come_before_or_after_what_it_owns() -> None:
    organisation = owned_code()
    people = {"members": organisation.pop("members")}
    stores = []
    for loads in ([people, organisation], [organisation, people]):
        database = Database.in_memory()
        own(database)
        for load in loads:
            import_rows(database, load)
        stores.append(derived(database))
        assert database.rows("SELECT codeowners_compliance AS approved FROM pull_request_signals")[0]["approved"]
        database.close()
    assert stores[0] == stores[1]
