"""What kind of file a path names: tests, schema migrations, infrastructure, dependencies (pure; docs/RISK.md has the rules)."""

import re
from functools import lru_cache
from typing import NamedTuple

_TEST_FOLDER = re.compile(r"(^|/)(tests?|specs?|__tests__|e2e|testdata|fixtures)/", re.IGNORECASE)
_TEST_NAME = re.compile(
    r"(^|/)(test_[^/]*|conftest)\.[^/]+$|[._-](test|spec)s?\.[^/.]+$|[a-z0-9](Tests?|Spec|IT)\.(java|kt|kts|scala|groovy|cs|swift|php)$"
)

_MIGRATION_FOLDER = re.compile(
    r"(^|/)(db/migrate|migrations?|alembic|flyway|liquibase|db/changelog|ddl)/"
    r".*\.(sql|py|rb|php|js|ts|go|java|kt|cs|exs|xml|ya?ml|json)$",
    re.IGNORECASE,
)
_MIGRATION_NAME = re.compile(
    r"(^|/)([VUB]\d[\w.]*__[^/]+\.(sql|java)|R__[^/]+\.(sql|java)|schema\.(rb|sql|prisma)|structure\.sql"
    r"|db\.changelog[^/]*|[^/]*\.ddl|[^/]*\bddl\b[^/]*\.sql)$"
)

_INFRASTRUCTURE = re.compile(
    r"(^|/)(\.github/workflows|\.circleci|\.buildkite|terraform|k8s|kubernetes|helm|charts|ansible|playbooks|pulumi|cloudformation)/"
    r"|(^|/)([^/]*dockerfile[^/]*|docker-compose[^/]*\.ya?ml|compose\.ya?ml|jenkinsfile|vagrantfile|procfile|chart\.yaml"
    r"|\.gitlab-ci\.ya?ml|\.travis\.ya?ml|azure-pipelines\.ya?ml|serverless\.ya?ml)$"
    r"|\.(tf|tfvars|bicep)$",
    re.IGNORECASE,
)

_DEPENDENCIES = re.compile(
    r"(^|/)(package(-lock)?\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?"
    r"|gemfile(\.lock)?|[^/]+\.gemspec"
    r"|(requirements|constraints)[^/]*\.(txt|in)|requirements/[^/]+\.(txt|in)"
    r"|pyproject\.toml|setup\.(py|cfg)|pipfile(\.lock)?|(poetry|uv|pdm)\.lock"
    r"|go\.(mod|sum)|cargo\.(toml|lock)|composer\.(json|lock)|mix\.(exs|lock)|pubspec\.(yaml|lock)"
    r"|pom\.xml|(build|settings)\.gradle(\.kts)?|gradle\.lockfile|libs\.versions\.toml|build\.sbt"
    r"|[^/]+\.(cs|fs|vb)proj|packages\.(config|lock\.json)|directory\.packages\.props"
    r"|podfile(\.lock)?|package\.(swift|resolved))$",
    re.IGNORECASE,
)


class PathKinds(NamedTuple):
    """What a file is; a path may be several things at once."""

    test: bool
    schema_migration: bool
    infrastructure: bool
    dependency: bool


@lru_cache(maxsize=100_000)
def kinds_of(path: str) -> PathKinds:
    """What a path of a repository, with / between its parts, names."""
    return PathKinds(
        test=bool(_TEST_FOLDER.search(path) or _TEST_NAME.search(path)),
        schema_migration=bool(_MIGRATION_FOLDER.search(path) or _MIGRATION_NAME.search(path)),
        infrastructure=bool(_INFRASTRUCTURE.search(path)),
        dependency=bool(_DEPENDENCIES.search(path)),
    )
