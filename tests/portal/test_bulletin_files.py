"""A bulletin's files: every figure in them is in the snapshot, copies hold their own rows and add up, all is logged."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import product

import pytest
from docx import Document
from openpyxl import load_workbook
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from db.commands import bulletins as commands
from db.commands.acting import Acting
from db.queries import bulletins
from db.queries.bulletins import BulletinRow
from db.rules.access_scope import Role, region_scope
from db.rules.bulletin_figures import above, rate
from portal.exports.bulletins import bundle
from portal.exports.bulletins.bundle import Format
from portal.exports.bulletins.paper import Source
from tests.plugins.services import Installation, TestRecord, copy_of
from tests.portal.pdf_text import pages

ANALYST = Acting(None, "分析员", Role.ANALYST)
AT = datetime(2024, 9, 3, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def record(installation: Installation, demo_template: str) -> Iterator[TestRecord]:
    yield from copy_of(installation, demo_template)


@pytest.fixture(scope="module")
def issued(record: TestRecord) -> BulletinRow:
    now = datetime.now(UTC)
    with record.record.scoped(region_scope(360000)) as session:
        row = commands.draft(session, date(2024, 9, 2), ANALYST, now)
        ready = commands.check(session, row.id, row.version, ANALYST, now)
        return commands.issue(session, row.id, ready.version, ANALYST, now, date(2024, 9, 3))


@pytest.fixture(scope="module")
def source(record: TestRecord, issued: BulletinRow) -> Source:
    with record.record.scoped(region_scope(360000)) as session:
        return bundle.source(session, issued, 360000)


NOT_FIGURES = re.compile(
    r"\d{4}年\d{1,2}月\d{1,2}日|〔\d{4}〕\d+号|24小时|近\d+天|附件\d+|附件：|第\d+号|校验码[0-9a-f]+|—\d+—|^\d{1,2}．",
    re.M,
)
NUMBER = re.compile(r"\d+(?:\.\d+)?%?")


def in_the_snapshot(source: Source) -> set[str]:
    """Every number that its figures can be written as: counts, what is missing of them, rates of both lengths."""
    told: set[str] = set()
    for count in source.figures.counts.values():
        told |= {str(count.numerator), str(count.denominator), str(count.rest), str(count.excluded)}
        told |= {rate(count), rate(count, 2), rate(count).rstrip("%")}
    return told


def unknown(said: str, source: Source) -> set[str]:
    names = sorted({venue.name for venue in source.venues}, key=len, reverse=True)
    for name in names:
        if any(letter.isdigit() for letter in name):
            said = said.replace(name, "")
    return set(NUMBER.findall(NOT_FIGURES.sub(" ", said))) - in_the_snapshot(source)


def paragraphs_and_cells(content: bytes) -> tuple[list[str], list[list[list[str]]]]:
    made = Document(io.BytesIO(content))
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in made.tables]
    return [paragraph.text for paragraph in made.paragraphs], tables


@pytest.mark.parametrize("region", [360000, 360700, 360702])
def test_every_figure_in_word_is_in_the_snapshot(source: Source, region: int) -> None:
    said, tables = paragraphs_and_cells(bundle.file(source, region, Format.DOCX, AT))
    assert unknown("\n".join(said), source) == set()
    assert tables
    known = in_the_snapshot(source)
    for head, *rows in tables:
        for row in rows:
            figures = [
                text
                for column, text in zip(head, row, strict=True)
                if column not in ("位次", "序号", "场所名称", "类别", "县（市、区）", "地区", "场所类别")
            ]
            assert set(figures) - known <= {""}, row


@pytest.mark.parametrize("region", [360000, 360702])
def test_every_figure_in_the_pdf_is_in_the_snapshot(source: Source, region: int) -> None:
    content = bundle.file(source, region, Format.PDF, AT)
    drawn = pages(content)
    whole = "".join(drawn)
    assert "�" not in whole
    assert b"LibertinusSerif" not in content
    for number, page in enumerate(drawn, 1):
        assert f"—{number}—" in page.replace(" ", "").replace("\n", "")
    # Ranks and numbers of lines are counted by the document itself; they are small and stand alone.
    left = {n for n in unknown(flowing(drawn), source) if not (n.isdigit() and int(n) <= 400)}
    assert left == set()
    assert source.document.number in whole.replace("\n", "")


FULL_LINE = 20
"""Characters: a drawn line as long goes on in the next, a table's cell never is."""


def flowing(drawn: list[str]) -> str:
    """The pages' lines put together to paragraphs, page numbers left out."""
    lines = [line for page in drawn for line in page.replace(" ", "").split("\n") if not re.fullmatch("—\\d+—", line)]
    return "".join(line if len(line) >= FULL_LINE else f"{line}\n" for line in lines)


def test_the_sheets_tell_every_figure_and_venue(source: Source) -> None:
    book = load_workbook(io.BytesIO(bundle.file(source, 360700, Format.XLSX, AT)), read_only=True)
    _head, *rows = list(book["全部指标"].iter_rows(values_only=True))
    inside = [(key, c) for key, c in source.figures.counts.items() if key[1] // 100 == 3607]
    assert len(rows) == len(inside)
    assert sorted((r[0], r[4], r[5]) for r in rows) == sorted((k[1], c.numerator, c.denominator) for k, c in inside)
    venues = list(book["场所明细"].iter_rows(values_only=True))[1:]
    assert {row[0] for row in venues} == {v.venue_id for v in source.venues if v.county // 100 == 3607}


def test_copies_hold_their_own_rows_and_add_up_to_the_province(source: Source) -> None:
    """Each city's copy, and each county's of one city, read back from its file and summed, figure by figure."""
    figures = source.figures
    for region in (360000, 360700):
        sums: dict[tuple[str, str], list[int]] = {}
        venues = 0
        for part in figures.parts[region]:
            listed = list(csv.reader(io.StringIO(bundle.file(source, part, Format.CSV, AT).decode("utf-8-sig"))))[1:]
            for code, _name, category, measure, numerator, denominator, excluded, _rate in listed:
                assert int(code) == part or above(int(code)) == part
                if int(code) == part:
                    total = sums.setdefault((measure, category), [0, 0, 0])
                    for i, n in enumerate((numerator, denominator, excluded)):
                        total[i] += int(n)
            venues += len([v for v in source.venues if v.county == part or above(v.county) == part])
        whole = list(csv.reader(io.StringIO(bundle.file(source, region, Format.CSV, AT).decode("utf-8-sig"))))[1:]
        expected = {(r[3], r[2]): [int(n) for n in r[4:7]] for r in whole if int(r[0]) == region}
        assert len(expected) > 50
        assert sums == expected
        assert venues == len([v for v in source.venues if region == 360000 or above(v.county) == region])


def test_the_zip_holds_a_copy_for_every_city_and_county(source: Source) -> None:
    """Made of a small city, since a whole province's takes long; names say whose each is."""
    archive = zipfile.ZipFile(io.BytesIO(bundle.bundle(source, 360500, AT)))
    names = archive.namelist()
    counties = [source.regions[part] for part in source.figures.parts[360500]]
    assert len(names) == 3 * len(counties)
    for county, ending in product(counties, ("docx", "pdf", "xlsx")):
        (name,) = [name for name in names if county in name and name.endswith(ending)]
        assert source.document.number in name
    outside = [source.regions[part] for part in source.figures.parts[360700]]
    for name in names:
        if name.endswith("docx"):
            said, tables = paragraphs_and_cells(archive.read(name))
            whole = "".join(said) + str(tables)
            assert not [county for county in outside if county in whole]


def test_the_same_bulletin_gives_the_same_bytes(source: Source) -> None:
    for format in Format:
        assert bundle.file(source, 360702, format, AT) == bundle.file(source, 360702, format, AT)


def test_word_is_laid_out_as_officials_do(source: Source) -> None:
    made = Document(io.BytesIO(bundle.file(source, 360000, Format.DOCX, AT)))
    section = made.sections[0]
    assert [round(side.mm) for side in (section.page_width, section.page_height)] == [210, 297]  # type: ignore[union-attr]
    assert [round(side.mm) for side in (section.top_margin, section.left_margin)] == [37, 28]  # type: ignore[union-attr]
    fonts = {run.font.name: run.font.size.pt for p in made.paragraphs for run in p.runs if run.font.size is not None}
    assert fonts["仿宋_GB2312"] == 16
    assert {"方正小标宋简体", "黑体", "楷体_GB2312"} <= set(fonts)
    xml = made.element.xml
    assert xml.count("<w:tblHeader") == len(made.tables)
    assert "PAGE" in section.footer.paragraphs[0]._p.xml
    assert 'w:val="right"' in section.footer.paragraphs[0]._p.xml
    assert 'w:val="left"' in section.even_page_footer.paragraphs[0]._p.xml
    plain = Document(io.BytesIO(bundle.file(source, 360000, Format.DOCX, AT, has_red_head=False)))
    assert plain.paragraphs[0].text == source.document.number


def test_a_draft_says_so(record: TestRecord, source: Source) -> None:
    with record.record.scoped(region_scope(360000)) as session:
        fresh = commands.correct(session, bulletins.latest(session, 1)[0].id, "重核", ANALYST, datetime.now(UTC))
        made_from = bundle.source(session, fresh, 360702)
        commands.discard(session, fresh.id, fresh.version, ANALYST)
    said, _tables = paragraphs_and_cells(bundle.file(made_from, 360702, Format.DOCX, AT))
    assert said[0] == "（草稿，未印发）"
    assert f"本通报替代{source.document.number}，原通报同时作废。" in said
    assert "草稿" in "".join(pages(bundle.file(made_from, 360702, Format.PDF, AT)))


def test_who_takes_a_copy_is_logged(record: TestRecord, issued: BulletinRow) -> None:
    with record.record.scoped(region_scope(360700)) as session:
        commands.took_away(session, bulletins.one(session, issued.id), 360700, "pdf", Acting(None, "赣州", Role.CITY))
    owner = create_engine(record.owner_url, poolclass=NullPool)
    with owner.connect() as connection:
        entry = connection.execute(
            text("select actor_name, subject, detail from audit_log where act = 'export_bulletin' order by id desc")
        ).first()
    owner.dispose()
    assert entry is not None
    assert (entry.actor_name, entry.subject) == ("赣州", f"bulletins/{issued.id}")
    assert entry.detail == {"number": issued.number, "region": 360700, "format": "pdf"}
