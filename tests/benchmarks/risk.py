"""Pull request risk on a simulated organisation of 10,000: deriving every signal, model and score, and one answer."""

import statistics
import time
from collections.abc import Sequence

import numpy as np
import requests

from koalr_server.http.app import create_server
from koalr_server.http.service import Service
from koalr_server.keys import ApiKey, key_hash, new_key
from koalr_server.risk.evaluation import decile_rho
from koalr_server.store.database import Database
from koalr_server.store.deriving import derive
from tests.integration.server.loaded import import_rows
from tests.oracle.risky_organisation import RiskyOrganisation, risky_organisation
from tests.running import running

PULL_REQUESTS = 10_000
ANSWERS = 50
SCORES = "SELECT repo, number, risk_score FROM pull_request_facts WHERE risk_score IS NOT NULL ORDER BY merged_at, repo, number"


def measure() -> Sequence[tuple[str, str, str]]:
    """Seconds for all, milliseconds for one, and how well the scores rank what happened."""
    organisation = risky_organisation(1, PULL_REQUESTS)
    database = Database.in_memory()
    import_rows(database, organisation.rows)
    count = len(organisation.rows["pull_requests"])
    rows = [
        (f"signals, models and scores of {count:,} pull requests", f"{scoring_secs(database):.1f} s", "under 20 s"),
        (f"POST pr-risk/score at {count:,} pull requests, median", f"{answer_ms(database):.1f} ms", "under 50 ms"),
        ("Spearman's rho of score decile and failures", f"{rho(database, organisation):.3f}", "at least 0.9"),
    ]
    database.close()
    return rows


def scoring_secs(database: Database) -> float:
    """Deriving everything anew, models too."""
    database.write(lambda cursor: cursor.execute("DELETE FROM risk_models"))
    started = time.monotonic()
    database.write(derive)
    return time.monotonic() - started


def answer_ms(database: Database) -> float:
    """Median over pull requests of one repository, on one connection."""
    key = new_key()
    service = Service(database, extra_keys={key_hash(key): ApiKey("key_bench", frozenset({"read"}), None, 1_000_000)})
    times = []
    with running(create_server(service)) as url, requests.Session() as session:
        session.headers["X-Koalr-Key"] = key
        for number in range(1, 2 * ANSWERS):
            question = {"prNumber": number, "repo": "risky0", "owner": "acme"}
            started = time.monotonic()
            answer = session.post(f"{url}/api/v1/pr-risk/score", json=question, timeout=10)
            times.append(time.monotonic() - started)
            assert answer.status_code == 200, answer.text
    return 1000 * statistics.median(times)


def rho(database: Database, organisation: RiskyOrganisation) -> float:
    """Between the tenth a pull request's score is in and the share that brought a failure."""
    rows = database.rows(SCORES)
    scores = np.array([row["risk_score"] for row in rows], float)
    failed = np.array([(row["repo"], row["number"]) in organisation.failed for row in rows], float)
    return decile_rho(scores, failed)
