"""Coverage reports: what each format says, how it is recognised, and which files are refused with one sentence."""

import gzip
import io
import time
from pathlib import Path

import pytest

from koalr_server.errors import InputError
from koalr_server.ingest.coverage import read_report
from koalr_server.ingest.coverage.tally import Coverage

FIXTURES = Path(__file__).parents[2] / "fixtures" / "coverage"
JACOCO = b"""<?xml version="1.0"?><!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd"><report name="x">
<group name="a"><package name="p"><sourcefile name="F.java"><line nr="1" mi="0" ci="2"/></sourcefile></package></group>
<group name="b"><package name="p"><sourcefile name="F.java"><line nr="1" mi="3" ci="0"/></sourcefile></package></group>
</report>"""
PHPUNIT = b"""<coverage generated="1"><project timestamp="1"><file name="/a.php"><line num="1" type="method" count="1"/>
<line num="2" type="stmt" count="3"/><line num="3" type="stmt" count="0"/></file></project></coverage>"""
OPENCLOVER = b"""<coverage clover="4" generated="1"><project><file name="A"><line num="1" type="cond" truecount="0" falsecount="2"/>
</file></project><testproject><file name="T"><line num="1" type="stmt" count="0"/></file></testproject></coverage>"""
COVERAGE_PY = b"""<?xml version="1.0" ?><!-- made by coverage.py --><coverage version="7.6" lines-valid="3" lines-covered="2">
<packages><package name="."><classes><class name="a.py" filename="a.py"><methods/><lines><line number="1" hits="1"/>
<line number="2" hits="0"/><line number="3" hits="9"/></lines></class></classes></package></packages></coverage>"""

# The first line of a function, which Istanbul does not count among the lines of the class, stands in its method alone.
ISTANBUL = b"""<coverage lines-valid="2" lines-covered="1"><packages><package name="main"><classes>
<class name="a.js" filename="a.js"><methods><method name="f" hits="4"><lines><line number="1" hits="4"/></lines></method>
<method name="g" hits="0"><lines><line number="5" hits="0"/></lines></method></methods>
<lines><line number="2" hits="4"/><line number="6" hits="0"/></lines></class></classes></package></packages></coverage>"""
# The last method has no list of its own, so that the next one is the list of the class.
METHOD_WITHOUT_LINES = b"""<coverage><packages><package name="main"><classes><class name="A" filename="a.cs"><methods>
<method name="f"><lines><line number="1" hits="1"/></lines></method><method name="m"/></methods>
<lines><line number="1" hits="1"/><line number="2" hits="0"/></lines></class>
<class name="B" filename="a.cs"><methods/><lines><line number="9" hits="0"/></lines></class></classes></package></packages></coverage>"""
METHODS_ALONE = ISTANBUL.replace(b'<lines><line number="2" hits="4"/><line number="6" hits="0"/></lines>', b"<lines/>")


def read(content: bytes) -> tuple[str, int, int]:
    form, coverage = read_report(io.BytesIO(content), "report")
    return form, coverage.covered_lines, coverage.coverable_lines


@pytest.mark.parametrize(
    ("file", "form", "covered", "coverable"),
    [
        # As lines-covered and lines-valid of their own say.
        ("CSharp_Cobertura_coverlet.xml", "Cobertura", 156, 255),
        ("Java_Cobertura2.1.1.xml", "Cobertura", 24, 36),
        # As the last counter of lines says.
        ("Java_JaCoCo0.8.3.xml", "JaCoCo", 26, 38),
        # As the statements of the project say; every one stands on a line of its own.
        ("Java_Clover_OpenClover4.3.1.xml", "Clover", 15, 22),
        ("cpp_lcov.info", "lcov", 17, 19),
        # LF says 199: 15 lines are named twice.
        ("CSharp_lcov.info", "lcov", 118, 184),
    ],
)
def test_real_reports_are_counted_as_they_count_themselves(file: str, form: str, covered: int, coverable: int) -> None:
    with (FIXTURES / file).open("rb") as stream:
        assert read_report(stream, file) == (form, Coverage(covered, coverable))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (JACOCO, ("JaCoCo", 1, 2)),
        (PHPUNIT, ("Clover", 1, 2)),
        (OPENCLOVER, ("Clover", 1, 1)),
        (COVERAGE_PY, ("Cobertura", 2, 3)),
        (ISTANBUL, ("Cobertura", 1, 2)),
        (METHODS_ALONE, ("Cobertura", 1, 2)),
        (METHOD_WITHOUT_LINES, ("Cobertura", 1, 3)),
        (b"SF:a.c\nDA:1,1.84467440737096e+19\nDA:2,0.0\nend_of_record", ("lcov", 1, 2)),
        (COVERAGE_PY.decode().replace('<?xml version="1.0" ?>', "").encode("utf-16"), ("Cobertura", 2, 3)),
        (b"\xef\xbb\xbf" + COVERAGE_PY, ("Cobertura", 2, 3)),
        (b"\n " + COVERAGE_PY, ("Cobertura", 2, 3)),
        (b"\xef\xbb\xbf\r\n" + COVERAGE_PY, ("Cobertura", 2, 3)),
        (b"TN:a\nSF:a.c\nDA:1,0\nDA:2,-1\nend_of_record\nTN:b\nSF:a.c\nDA:1,4,c5um\nend_of_record", ("lcov", 1, 2)),
        (b"SF:a.c\r\nDA:1,1\r\nend_of_record\r\n", ("lcov", 1, 1)),
    ],
)
def test_dialects_and_encodings_are_read(content: bytes, expected: tuple[str, int, int]) -> None:
    assert read(content) == expected


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "report: Cobertura, JaCoCo or Clover XML, or an lcov trace file, is expected."),
        (
            (FIXTURES / "cpp_gcov_branch_counts_main.cpp.gcov").read_bytes(),
            "report: Cobertura, JaCoCo or Clover XML, or an lcov trace file, is expected.",
        ),
        *(
            (packed, "report: the file is packed; unpack it first.")
            for packed in (gzip.compress(COVERAGE_PY), b"PK\x03\x04", b"BZh9", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
        ),
        (b"hello", "report: Cobertura, JaCoCo or Clover XML, or an lcov trace file, is expected."),
        (
            b"<html></html>",
            "report: line 1: Cobertura, JaCoCo or Clover XML, or an lcov trace file, is expected, not <html>.",
        ),
        (b"<", "report: line 1: the XML is broken or breaks off (unclosed token)."),
        *(
            (
                f'<?xml version="1.0" encoding="{name}"?><coverage/>'.encode(),
                "report: the encoding that the document names cannot be read; UTF-8 can.",
            )
            for name in ("shift_jis", "foo", "idna")
        ),
        (
            b'<report><package name="p"><sourcefile name="a"><line ci="1" mi="0"/></sourcefile></package></report>',
            "report: line 1: nr should be a whole number, got ''.",
        ),
        (COVERAGE_PY[:-30], "report: line 3: the XML is broken or breaks off (unclosed token)."),
        (COVERAGE_PY[:-11], "report: line 3: the XML is broken or breaks off (no element found)."),
        (COVERAGE_PY.replace(b"</class>", b""), "report: line 3: the XML is broken or breaks off (mismatched tag)."),
        (
            COVERAGE_PY.replace(b'"9"', b'"many"'),
            "report: line 3: hits should be a whole number, got 'many'.",
        ),
        (
            b"<coverage><packages/></coverage>",
            "report: the Cobertura report has no line that tests could run; check what was measured.",
        ),
        (
            b"SF:a\nend_of_record\n",
            "report: the lcov report has no line that tests could run; check what was measured.",
        ),
        (b"SF:a\nDA:1,1\n", "report: line 2: the file ends within a record."),
        (b"TN:\nDA:1,1\n", "report: line 2: DA stands outside a record."),
        (b"SF:a\nDA:1\nend_of_record\n", "report: line 2: the count of DA should be a whole number, got ''."),
        (b"SF:a\nDA:" + b"9" * 5000 + b",1\n", f"report: line 2: DA should be a whole number, got '{'9' * 40}'."),
    ],
)
def test_what_cannot_be_read_is_one_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(InputError) as raised:
        read(content)
    assert str(raised.value) == sentence


@pytest.mark.parametrize(
    "declaration",
    [
        b'<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">',
        b'<!ENTITY x SYSTEM "file:///etc/passwd">',
        b'<!ENTITY % x SYSTEM "http://example.org/x"> %x;',
    ],
)
def test_a_document_that_declares_an_entity_is_refused(declaration: bytes) -> None:
    with pytest.raises(InputError, match=r"line 1: the document declares an entity, which no coverage report needs"):
        read(b"<!DOCTYPE coverage [" + declaration + b"]>" + COVERAGE_PY.partition(b"?>")[2])


def test_a_dtd_is_named_and_not_loaded(tmp_path: Path) -> None:
    (tmp_path / "evil.dtd").write_bytes(b"<!ELEMENT report EMPTY> not a dtd at all")
    named = JACOCO.replace(b"report.dtd", (tmp_path / "evil.dtd").as_uri().encode())
    assert read(named) == ("JaCoCo", 1, 2)


def test_a_report_over_the_limit_is_refused_while_it_is_read() -> None:
    with pytest.raises(InputError, match=r"report is larger than 1 MiB; import the reports of its parts instead"):
        read_report(io.BytesIO(b"SF:a\n" + b"DA:1,1\n" * 400_000), "report", largest_bytes=1 << 20)


@pytest.mark.parametrize(
    ("beginning", "reason"),
    [(b"<coverage><!-- ", "a tag or comment is longer than 1 MiB"), (b"SF:a\nDA:", "a line is longer than 1 MiB")],
)
def test_endless_parts_are_refused_early(beginning: bytes, reason: str) -> None:
    started = time.process_time()
    with pytest.raises(InputError, match=reason):
        read(beginning + b"x" * (50 << 20))
    assert time.process_time() - started < 2
