"""`anwang rankings`: any measure as of any day, for people or for programs."""

import json
import sys
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from db.errors import InvalidInput
from db.queries import coverage, excused_venues, measures, regions
from db.queries.measures import Figure
from db.rules.access_scope import region_scope
from db.rules.measures import BY_KEY, MeasureKey
from db.rules.ranking import Place, Rate, places, wilson
from db.services.database import running
from db.session import Record
from db.settings import load

HERE = ZoneInfo("Asia/Shanghai")


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"


def rankings(
    as_of: Annotated[str, typer.Option(help="day to look at, YYYY-MM-DD; today where left out")] = "",
    format: Annotated[Format, typer.Option(help="for people or for programs")] = Format.TABLE,
    level: Annotated[list[str] | None, typer.Option(help="province, city or county; may be repeated")] = None,
    region: Annotated[int, typer.Option(help="code of the region to look within")] = 360_000,
    measure: Annotated[MeasureKey | None, typer.Option(help="one measure, ranked with its interval")] = None,
    compare: Annotated[str, typer.Option(help="an earlier day to compare the measure with, YYYY-MM-DD")] = "",
) -> None:
    """Access and declared duty of the bulletin's categories by region as of any day; or one measure, ranked."""
    levels = level or ["province", "city"]
    unknown = [name for name in levels if name not in coverage.LEVELS]
    if unknown:
        raise InvalidInput(f"There is no level {unknown[0]!r}; choose from {', '.join(coverage.LEVELS)}.")
    day, before = _day(as_of), _day(compare) if compare else None
    if before is not None and (measure is None or before > day):
        raise InvalidInput("--compare takes a day before --as-of, and a --measure.")
    with running(load()) as found:
        record = Record(found.database_app, pool_size=1, application_name="anwang rankings")
        with record.scoped(region_scope(region)) as session:
            regions.tree(session).one(region)
            if measure is None:
                told, table = _coverage(day, coverage.ranking(session, day, levels, within=region))
            else:
                rows = [_ranked(session, measure, day, before, name, region) for name in levels]
                first = measures.first_days(session).get(measure)
                if first is not None and first > day:
                    raise InvalidInput(f"{measure} can be asked for from {first} on.")
                told, table = _measured(measure, day, before, [line for lines in rows for line in lines])
        record.close()
    if format is Format.JSON:
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        Console(highlight=False).print(table)


def _day(text: str) -> date:
    today = datetime.now(HERE).date()
    if not text:
        return today
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"{text!r} is no day; write YYYY-MM-DD.") from error
    if day > today:
        raise InvalidInput(f"{day} has not come yet; the last day that can be asked for is {today}.")
    return day


Line = tuple[Figure, Place]


def _ranked(
    session: Session, measure: MeasureKey, day: date, before: date | None, level: str, region: int
) -> list[Line]:
    """The figures of one level, category by category, in order."""
    figures = measures.figures(session, measure, day, level, region)
    earlier = measures.figures(session, measure, before, level, region) if before else []
    minimum = excused_venues.minimum(session, measure)
    lines: list[Line] = []
    for category in dict.fromkeys(figure.category for figure in figures):
        now = {f.adcode: f for f in figures if f.category == category}
        then = {f.adcode: Rate(f.numerator, f.denominator) for f in earlier if f.category == category}
        rates = {adcode: Rate(f.numerator, f.denominator) for adcode, f in now.items()}
        placed = places(list(now), rates, then, minimum, is_better_high=BY_KEY[measure].is_better_high)
        lines += [(now[place.key], place) for place in placed]
    return lines


def _measured(
    measure: MeasureKey, day: date, before: date | None, lines: list[Line]
) -> tuple[dict[str, object], Table]:
    told: dict[str, object] = {
        "measure": measure.value,
        "version": BY_KEY[measure].version,
        "as_of": day.isoformat(),
        "compared_with": before.isoformat() if before else None,
        "rows": [
            {
                "level": figure.level,
                "adcode": figure.adcode,
                "category": figure.category,
                "numerator": figure.numerator,
                "denominator": figure.denominator,
                "excluded": figure.excluded,
                "rate_pct": figure.rate_pct,
                "interval_pct": wilson(figure.numerator, figure.denominator),
                "place": place.place,
                "moved_points": place.moved,
                "climbed": place.climbed,
            }
            for figure, place in lines
        ],
    }
    against = f", against {before}" if before else ""
    table = Table("place", "region", "category", title=f"{BY_KEY[measure].name} as of {day}{against}")
    for name in ("%", "95 % interval", "counts", "left out", "points", "climbed"):
        table.add_column(name, justify="right")
    for figure, place in lines:
        interval = wilson(figure.numerator, figure.denominator)
        table.add_row(
            _or_dash(place.place),
            figure.name,
            figure.category,
            "–" if figure.rate_pct is None else f"{figure.rate_pct:.1f}",
            "–" if interval is None else f"{interval[0]:.1f}–{interval[1]:.1f}",
            f"{figure.numerator:,}/{figure.denominator:,}",
            f"{figure.excluded:,}",
            "–" if place.moved is None else f"{place.moved:+.1f}",
            "–" if place.climbed is None else f"{place.climbed:+d}",
        )
    return told, table


def _or_dash(value: int | None) -> str:
    return "–" if value is None else str(value)


def _coverage(day: date, rows: list[coverage.CoverageRow]) -> tuple[dict[str, object], Table]:
    table = Table("region", "category", title=f"As of {day}")
    for name in ("venues", "accessed", "on duty", "access %", "duty %"):
        table.add_column(name, justify="right")
    for row in rows:
        rates = ("–" if pct is None else f"{pct:.1f}" for pct in (row.access_pct, row.duty_pct))
        table.add_row(row.name, row.category, f"{row.venues:,}", f"{row.accessed:,}", f"{row.on_duty:,}", *rates)
    return {"as_of": day.isoformat(), "rows": [_plain(row) for row in rows]}, table


def _plain(row: coverage.CoverageRow) -> dict[str, object]:
    return {
        "level": row.level,
        "adcode": row.adcode,
        "category": row.category,
        "venues": row.venues,
        "accessed": row.accessed,
        "on_duty": row.on_duty,
        "access_pct": row.access_pct,
        "duty_pct": row.duty_pct,
    }
