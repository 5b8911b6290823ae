"""Which environments are production (pure; docs/METRICS.md has the rule)."""

import re
from collections.abc import Sequence

from koalr_server.sources.rules import among

PRODUCTION_WORDS = frozenset({"prod", "prd", "live"})
PRODUCTION = "production"
# Beside a word for production these say that it is something else: non-prod, prod-like, live-test.
OTHER_WORDS = frozenset(
    {"non", "not", "nonprod", "nonproduction", "pre", "preprod", "preproduction", "preview", "like", "sandbox"}
    | {"dev", "develop", "development", "test", "tests", "testing", "qa", "uat", "stage", "staging", "stg"}
)
# Also where a capital follows a small letter: EuProduction.
_BREAK = re.compile(r"[\W_]+|(?<=[a-z])(?=[A-Z])")


def is_production(env: str, said: bool | None, patterns: Sequence[str]) -> bool:
    """Whether deployments to an environment are deployments to production.

    Args:
        said: what the deployment's own record says, which holds; None if nothing.
        patterns: those of the setting; none leaves it to the name.
    """
    if said is not None:
        return said
    return among(env, patterns) if patterns else _is_production_name(env)


def _is_production_name(env: str) -> bool:
    # prod2 and production01 are numbered ones.
    words = {word.lower().rstrip("0123456789") for word in _BREAK.split(env)}
    named = any(word in PRODUCTION_WORDS or word.startswith(PRODUCTION) for word in words)
    return named and words.isdisjoint(OTHER_WORDS)
