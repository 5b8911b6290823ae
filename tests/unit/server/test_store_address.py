"""The URL of a shared store: what it names, and that it never gives a password away."""

from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalr_server.errors import InputError
from koalr_server.settings import Settings, both_places
from koalr_server.store.lake.address import LakeAddress, PostgresCatalogue, S3Access, read_address


def test_a_catalogue_in_postgresql_and_a_folder() -> None:
    found = read_address("ducklake:postgres://ann:p%40ss@db.acme.com:5433/metrics?data=/srv/lake")
    assert found == LakeAddress(PostgresCatalogue("db.acme.com", 5433, "metrics", "ann", "p@ss"), "/srv/lake/")
    assert found.folder is None


def test_a_socket_and_the_usual_port() -> None:
    found = read_address("ducklake:postgresql://ann@/metrics?host=/run/postgresql&data=s3://bucket/koalr/")
    assert found.catalogue == PostgresCatalogue("/run/postgresql", 5432, "metrics", "ann")
    assert (found.data, found.bucket) == ("s3://bucket/koalr/", True)


def test_a_catalogue_in_a_file_belongs_to_one_process() -> None:
    found = read_address("ducklake:/srv/koalr/catalogue.ducklake?data=/srv/koalr/data")
    assert found.catalogue == Path("/srv/koalr/catalogue.ducklake")
    assert found.folder == Path("/srv/koalr")


@pytest.mark.parametrize(
    "url",
    [
        "postgres://ann:sesame@db/metrics?data=/srv",
        "ducklake:mysql://ann:sesame@db/metrics?data=/srv",
        "ducklake:postgres://ann:sesame@db/metrics",
        "ducklake:postgres://ann:sesame@db/metrics?data=lake",
        "ducklake:postgres://ann:sesame@db/metrics?data=/",
        "ducklake:postgres://ann:sesame@db/?data=/srv",
        "ducklake:postgres://:sesame@db/metrics?data=/srv",
        "ducklake:postgres://ann:sesame@db:port/metrics?data=/srv",
        "ducklake:postgres://ann:sesame@db/metrics?data=/srv&sesam=1",
        "ducklake:postgres://ann:sesame@[db/metrics?data=/srv",
        "ducklake:catalogue?data=/srv",
        "ducklake:",
    ],
)
def test_a_url_that_cannot_be_used_says_what_is_allowed_and_not_the_password(url: str) -> None:
    with pytest.raises(InputError) as refused:
        read_address(url)
    assert "ducklake:postgres://USER:PASSWORD@HOST" in str(refused.value)
    assert "sesame" not in str(refused.value)


@given(st.text(min_size=6, alphabet=st.characters(exclude_categories=["Cs"])).filter(lambda text: text.strip() == text))
def test_no_text_shows_a_password(password: str) -> None:
    found = read_address(f"ducklake:postgres://ann:{quote(password, safe='')}@db/metrics?data=/srv/")
    assert isinstance(found.catalogue, PostgresCatalogue)
    assert found.catalogue.password == password
    told = found.without_secrets(f"login with {password} and {quote(password, safe='')} failed")
    assert told.replace("***", "") == "login with  and  failed"
    assert "password" not in repr(found)


def test_the_secret_of_a_bucket_is_hidden() -> None:
    address = LakeAddress(Path("/a/b"), "s3://c/", S3Access("id", "the-secret"))
    assert address.without_secrets("no entry with the-secret") == "no entry with ***"
    assert "the-secret" not in repr(address)


def test_a_data_folder_on_the_command_line_wins_over_the_environment() -> None:
    environment = {"KOALR_STORE_URL": "ducklake:/a/b?data=/a/c", "KOALR_DATA_DIR": "/d"}
    assert Settings.read(environment).store == read_address("ducklake:/a/b?data=/a/c")
    assert Settings.read(environment, data_dir="/e").store == Path("/e")
    assert both_places(None, None, environment) == (Path("/d"), read_address("ducklake:/a/b?data=/a/c"))
    with pytest.raises(InputError, match="KOALR_STORE_URL"):
        both_places(None, None, {})
