"""A bulletin to be audited comes as text, Word or PDF; what is none of them is refused in a sentence."""

import io
import json
import shutil
import zipfile
from pathlib import Path

import docx
import pytest
from typer.testing import CliRunner

from db.errors import InvalidInput
from db.rules.bulletin_audit import audit
from db.typesetting import typeset
from portal.audit_text import text_of
from portal.cli import assembled

FILE = Path(__file__).parents[1] / "db" / "bulletin_audit" / "files" / "2024-09.txt"
TEXT = FILE.read_text(encoding="utf-8")


def word(text: str) -> bytes:
    document = docx.Document()
    for line in text.split("\n"):
        document.add_paragraph(line)
    table = document.add_table(rows=2, cols=4)
    for cells, words in zip(
        table.rows, (("设区市", "应接入", "已接入", "接入率"), ("南昌市", "1,000", "660", "65%")), strict=True
    ):
        for cell, said in zip(cells.cells, words, strict=True):
            cell.text = said
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


@pytest.mark.parametrize(
    "content", [TEXT.encode(), b"\xef\xbb\xbf" + TEXT.encode(), TEXT.encode("gb18030"), TEXT.encode("utf-16")]
)
def test_text_in_any_usual_encoding(content: bytes) -> None:
    assert text_of(content) == TEXT


def test_word_with_its_tables() -> None:
    found = audit(text_of(word(TEXT)))
    rules = [finding.rule.value for finding in found.findings]
    assert len(found.findings) == 7
    assert rules.count("rate_against_counts") == 2
    assert any("660" in finding.explanation and "1,000" in finding.explanation for finding in found.findings)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not on this machine")
def test_pdf_whose_lines_are_joined() -> None:
    lines = "\n\n".join(line.replace("#", "\\#") for line in TEXT.split("\n"))
    found = audit(text_of(typeset('#set page(height: 29.7cm, width: 21cm, numbering: "— 1 —")\n' + lines, {})))
    assert sorted(f.rule for f in found.findings) == sorted(f.rule for f in audit(TEXT).findings)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no text"),
        (b"  \n ", "no text"),
        (b"PK\x03\x04broken", "cannot be read"),
        (b"\xd0\xcf\x11\xe0old", "old Word"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no text, Word"),
        (b"%PDF-1.7 broken", "PDF"),
        (b"x" * 20_000_001, "larger"),
        ("字".encode() * 300_001, "longer"),
    ],
)
def test_refused(content: bytes, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        text_of(content)


def test_a_zip_that_is_no_word_document() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr("a.txt", "x")
    with pytest.raises(InvalidInput):
        text_of(held.getvalue())


def test_the_command_says_it_to_programs() -> None:
    done = CliRunner().invoke(assembled(), ["audit", str(FILE), "--format", "json"])
    assert done.exit_code == 0
    said = json.loads(done.stdout)
    assert said["claims"] > 100
    assert len(said["findings"]) == 6
    assert {"rule", "sentence", "explanation"} <= set(said["findings"][0])


def test_the_command_says_it_to_people(tmp_path: Path) -> None:
    good = tmp_path / "good.txt"
    good.write_text("全省应接入100家，已接入65家，接入率65%。", encoding="utf-8")
    done = CliRunner().invoke(assembled(), ["audit", str(good)])
    assert "3 figures read; nothing contradicts another." in done.stdout
