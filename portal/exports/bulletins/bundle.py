"""The files of one bulletin, and the zip with a copy for every city and every county."""

import io
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from db.queries import regions, snapshots
from db.queries.bulletins import BulletinRow
from db.rules.access_scope import region_range
from db.rules.bulletin_figures import Count, Figures, above
from db.rules.bulletin_problems import VenueLine
from db.rules.snapshot_form import FigureLine
from portal.exports.bulletins.paper import Source, paper
from portal.exports.bulletins.pdf_file import pdf
from portal.exports.bulletins.word_file import document
from portal.exports.bulletins.workbook_file import FIGURE_HEAD, figure_rows, workbook
from portal.exports.csv_file import csv_bytes


class Format(StrEnum):
    DOCX = "docx"
    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"


def source(session: Session, row: BulletinRow, region: int) -> Source:
    """What the copies of a region and of those inside it are made from, within the session's scope."""
    snapshot = snapshots.one(session, row.snapshot_id)
    names = {each.adcode: each.name for each in regions.tree(session).by_adcode.values()}
    return Source(
        row.bulletin(),
        Figures.of(snapshots.figures(session, snapshot.id, region=region)),
        snapshots.venues(session, snapshot.id, region),
        names,
        snapshot.number,
        snapshot.sha256,
    )


def file(made_from: Source, region: int, format: Format, at: datetime | None, *, has_red_head: bool = True) -> bytes:
    """One copy in one format."""
    if format is Format.CSV:
        return csv_bytes(
            [FIGURE_HEAD, *(["" if v is None else v for v in row] for row in figure_rows(made_from, region))]
        )
    made = paper(made_from, region)
    if format is Format.DOCX:
        return document(made, has_red_head=has_red_head)
    if format is Format.PDF:
        return pdf(made, at, has_red_head=has_red_head)
    return workbook(made, made_from, region)


def name(made_from: Source, region: int, format: Format) -> str:
    """通报-安通〔2024〕1号-赣州市.docx"""
    return f"{stem(made_from)}-{made_from.regions.get(region, region)}.{format.value}"


def figure_line(measure: str, adcode: int, category: str, count: Count) -> FigureLine:
    """A figure as the audit of bulletins takes it."""
    level = "county" if adcode % 100 else "city" if adcode % 10_000 else "province"
    return FigureLine(measure, level, adcode, count.name, category, count.numerator, count.denominator, count.excluded)


def stem(made_from: Source) -> str:
    return f"通报-{made_from.document.number or f'草稿-{made_from.document.as_of.isoformat()}'}"


def copies(made_from: Source, region: int, at: datetime | None) -> Iterator[tuple[str, bytes]]:
    """Every file of the zip with its path: a folder for each city, with its own copy and its counties'."""
    lo, hi = region_range(region)
    by_county: dict[int, list[VenueLine]] = {}
    for venue in made_from.venues:
        by_county.setdefault(venue.county, []).append(venue)
    with ThreadPoolExecutor(1, "typesetting") as aside:
        for adcode in sorted(each for each in made_from.figures.names if lo <= each <= hi and each != region):
            first, last = region_range(adcode)
            theirs = [v for county in sorted(by_county) if first <= county <= last for v in by_county[county]]
            part = replace(made_from, venues=theirs)
            made = paper(part, adcode)
            drawn = aside.submit(pdf, made, at, is_tagged=False)
            path = f"{_folder(made_from, adcode, region)}{stem(made_from)}-{made_from.regions.get(adcode, adcode)}"
            yield f"{path}.docx", document(made)
            yield f"{path}.xlsx", workbook(made, part, adcode)
            yield f"{path}.pdf", drawn.result()


def _folder(made_from: Source, adcode: int, region: int) -> str:
    """A city's own copy and its counties' lie together."""
    city = adcode if above(adcode) == region else above(adcode)
    return "" if city == region else f"{made_from.regions.get(city, city)}/"


def bundle(
    made_from: Source, region: int, at: datetime | None, report: Callable[[str], None] = lambda _name: None
) -> bytes:
    """The zip; every copy holds only its region's rows."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for path, content in copies(made_from, region, at):
            report(path)
            archive.writestr(path, content)
    return made.getvalue()
