"""What kind of file a path names."""

import pytest

from koalr_server.risk.paths import kinds_of

TESTS = (
    *("tests/test_app.py", "src/app_test.go", "spec/models/user_spec.rb", "web/button.test.tsx", "web/__tests__/a.js"),
    *("conftest.py", "src/main/OrderTest.java", "src/ParserTests.cs", "e2e/login.cy.js", "Tests/unit.swift"),
)
MIGRATIONS = (
    *("db/migrate/20250101120000_add_users.rb", "app/migrations/0002_auto.py", "alembic/versions/ab12_x.py"),
    *("sql/V1__create.sql", "sql/V2_1__alter.sql", "sql/R__view.sql", "db/schema.rb", "db/structure.sql"),
    *(
        "prisma/schema.prisma",
        "src/main/resources/db/changelog/1.xml",
        "ddl/orders.sql",
        "orders.ddl",
        "liquibase/a.yaml",
    ),
)
INFRASTRUCTURE = (
    *(
        "Dockerfile",
        "docker/api.Dockerfile",
        "docker-compose.prod.yml",
        "compose.yaml",
        "infra/main.tf",
        "k8s/app.yaml",
    ),
    *("charts/api/values.yaml", ".github/workflows/ci.yml", ".gitlab-ci.yml", "Jenkinsfile", "ansible/site.yml"),
)
DEPENDENCIES = (
    *(
        "package.json",
        "web/yarn.lock",
        "Gemfile.lock",
        "requirements-dev.txt",
        "requirements/base.in",
        "pyproject.toml",
    ),
    *("go.sum", "Cargo.toml", "pom.xml", "app/build.gradle.kts", "src/App.csproj", "poetry.lock", "koalr.gemspec"),
)
PLAIN = (
    *("src/latest.py", "contest.py", "src/attestation/a.py", "docs/testing.md", "src/inspector.rb", "src/Protest.java"),
    *("docs/migrations/guide.md", "CHANGELOG.md", "src/schema.py", "queries/report.sql", "src/V1.sql", "src/addle.sql"),
    *("src/docker.py", "src/helmet/a.ts", "docs/terraform.md", "src/package.py", "lock.py", "src/requirements.md"),
)


@pytest.mark.parametrize("path", TESTS)
def test_tests_are_known_by_folder_and_name(path: str) -> None:
    assert kinds_of(path).test


@pytest.mark.parametrize("path", MIGRATIONS)
def test_schema_migrations_are_known_by_folder_and_name(path: str) -> None:
    assert kinds_of(path).schema_migration


@pytest.mark.parametrize("path", INFRASTRUCTURE)
def test_infrastructure_is_known_by_folder_and_name(path: str) -> None:
    assert kinds_of(path).infrastructure


@pytest.mark.parametrize("path", DEPENDENCIES)
def test_manifests_and_lock_files_are_dependencies(path: str) -> None:
    assert kinds_of(path).dependency


@pytest.mark.parametrize("path", PLAIN)
def test_names_that_only_look_like_it_are_nothing(path: str) -> None:
    assert not any(kinds_of(path))
