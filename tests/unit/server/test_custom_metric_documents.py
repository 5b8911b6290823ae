"""Definition files: TOML and YAML, one or many, and everything that can be wrong with a file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalr_server.custom.documents import as_toml, as_yaml, read_documents
from koalr_server.custom.shipped import shipped_documents
from koalr_server.errors import InputError

NESTED = "[" * 3_000 + "]" * 3_000


def test_one_document_and_a_list_of_them() -> None:
    assert read_documents(b'slug = "a"', "m.toml") == [("", {"slug": "a"})]
    assert read_documents(b"metrics:\n- slug: a\n- 5\n", "m.yaml") == [("metrics[0]", {"slug": "a"}), ("metrics[1]", 5)]
    assert read_documents(b'[[metrics]]\nslug = "a"\n', "M.TOML") == [("metrics[0]", {"slug": "a"})]


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert read_documents("\ufeffslug: ä".encode(), "m.yml") == [("", {"slug": "ä"})]


@pytest.mark.parametrize("slug", shipped_documents())
def test_what_is_written_reads_back_the_same(slug: str) -> None:
    document = shipped_documents()[slug]
    assert read_documents(as_toml(document).encode(), "m.toml") == [("", document)]
    assert read_documents(as_yaml(document).encode(), "m.yaml") == [("", document)]


@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"])))
def test_any_readable_text_reads_back_the_same(text: str) -> None:
    document = {"label": text, "filters": [{"value": [text, text]}], "numerator": {"filters": [{"value": text}]}}
    assert read_documents(as_toml(document).encode(), "m.toml") == [("", document)]
    assert read_documents(as_yaml(document).encode(), "m.yaml") == [("", document)]


@pytest.mark.parametrize(
    ("content", "name", "part"),
    [
        (b"", "m.yaml", "a definition is a table of keys"),
        (b"- slug: a\n", "m.yaml", "a definition is a table of keys"),
        (b"metrics: []\n", "m.yaml", "metrics is not a list of definitions."),
        (b"metrics: {a: 1}\n", "m.yaml", "metrics is not a list of definitions."),
        (b"metrics: [{}]\nslug: a\n", "m.yaml", "'slug' stands beside metrics"),
        (b"slug = ", "m.toml", "m.toml is not valid TOML: Invalid value (at end of document)."),
        (b'slug = "a"\nslug = "b"', "m.toml", "is not valid TOML: Cannot overwrite a value (at end of document)."),
        (b"slug: a\nslug: b\n", "m.yaml", 'not valid YAML: the key "slug" stands twice (at line 2, column 1).'),
        (b"a: {b: 1, b: 2}\n", "m.yaml", 'the key "b" stands twice'),
        (b"slug: [a\n", "m.yaml", "is not valid YAML: "),
        (b"a: &x 1\nb: *x\n", "m.yaml", "aliases (*name) are not allowed, write the value out (at line 2, column 4)."),
        (b"a: &a [1]\nb: &b [*a,*a]\nc: [*b,*b]\n", "m.yaml", "aliases (*name) are not allowed"),
        (b"a: &a\n  <<: *a\n", "m.yaml", "aliases (*name) are not allowed"),
        (
            b"slug: !!python/object/apply:os.system ['true']\n",
            "m.yaml",
            "could not determine a constructor for the tag",
        ),
        (b"slug: a\n---\nslug: b\n", "m.yaml", "is not valid YAML: "),
        (b"? [a, b]\n: c\n", "m.yaml", "is not valid YAML: found unhashable key"),
        (b"slug: \x07\n", "m.yaml", "is not valid YAML: "),
        (b"a: 2025-13-45\n", "m.yaml", "holds a value that cannot be read: "),
        (b"a: " + b"9" * 5_000, "m.yaml", "holds a value that cannot be read: "),
        (f"a: {NESTED}".encode(), "m.yaml", "is nested too deeply"),
        (f"a = {NESTED}".encode(), "m.toml", "is nested too deeply"),
        (b"metrics: [" + b"{a: 1}," * 20_000 + b"]", "m.yaml", "it holds more than 20,000 values, split it."),
        (b"a." * 300_000 + b"b = 1", "m.toml", "has a name of more than 32 parts joined by dots"),
        (b"x = 1\n[ 'a' . " + b'"b c" . ' * 40 + b"d]", "m.toml", "has a name of more than 32 parts joined by dots"),
        (b"slug: \xff\n", "m.yaml", "m.yaml is not UTF-8 (byte 7); save it as UTF-8."),
        ("slug: a".encode("utf-16"), "m.yaml", "is not UTF-8 (byte 1)"),
        (b"#" * (1024 * 1024 + 1), "m.toml", "m.toml is larger than 1 MiB"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence(content: bytes, name: str, part: str) -> None:
    with pytest.raises(InputError) as caught:
        read_documents(content, name)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_comments_of_the_largest_size_are_read() -> None:
    content = b'slug = "a" #'
    assert read_documents(content + b"x" * (1024 * 1024 - len(content)), "m.toml") == [("", {"slug": "a"})]
