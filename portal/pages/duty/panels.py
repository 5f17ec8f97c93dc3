"""The duty page's panels: figures, bands, gaps ahead, doubtful duty by name, units, the log of checks."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.duty import CheckRow, Doubtful, Gap
from db.queries.duty_coverage import UnitDuty
from db.rules.duty_check import DutyCheckState
from db.rules.duty_evidence import Doubt, GapKind
from portal import regions, words
from portal.components.layout import badge, figure, note, panel
from portal.components.tables import bar
from portal.figures import palette
from portal.figures.day_bands import Mark, Piece, day_bands
from portal.locale import _
from portal.pages.duty.view import DAYS, Shown
from portal.words import HERE

HOUR = timedelta(hours=1)


def figures(shown: Shown) -> Component:
    """Declared and verified side by side, and what says that the two differ."""
    duty, checks = shown.figures, shown.checks
    doubtful = sum(shown.doubtful_counts.values())
    return html.Div(
        [
            figure(
                _("Declared, by the minute"),
                words.pct(duty.declared_pct),
                detail=_("{n} of {all} venues, last 7 days").format(
                    n=words.count(duty.declared_venues), all=words.count(duty.venues)
                ),
            ),
            figure(
                _("Verified, of what is declared"),
                words.pct(duty.verified_pct),
                detail=_("proven by answered checks and alarms taken on"),
            ),
            figure(
                _("Checks answered in time"),
                words.pct(checks.answered_pct),
                detail=_("{n} asked, {late} late, {missed} not answered; median {time}").format(
                    n=words.count(checks.asked),
                    late=words.count(checks.late),
                    missed=words.count(checks.unanswered),
                    time=words.lasting(checks.median) if checks.median is not None else "–",
                ),
                kind="alarmed" if checks.unanswered else "",
            ),
            figure(
                _("Doubtful by name"),
                words.count(doubtful),
                detail=_("{access} without access, {answer} without an answer for a week").format(
                    access=words.count(shown.doubtful_counts[Doubt.NO_ACCESS]),
                    answer=words.count(shown.doubtful_counts[Doubt.NO_ANSWER]),
                ),
                kind="alarmed" if doubtful else "",
            ),
        ],
        className="figures four",
    )


def timeline(shown: Shown) -> Component:
    """The last seven days and the next, of one venue or one unit."""
    today = shown.now.astimezone(HERE).date()
    days = [today + timedelta(days=n) for n in range(1 - DAYS, DAYS)]
    weekday = weekdays()
    names = [_("today") if day == today else f"{day:%m-%d} {weekday[day.isoweekday()]}" for day in days]
    kinds = {"declared": _("declared"), "verified": _("verified"), "gap": _("nobody on the roster")}
    order = {"declared": 0, "verified": 1, "gap": 2}
    pieces = [
        Piece(band.kind, band.since, band.until, f"{kinds[band.kind]} {_span(band.since, band.until)}")
        for band in sorted(shown.bands, key=lambda band: order[band.kind])
        if not (band.kind == "verified" and shown.shares)
    ]
    pieces += [
        Piece(
            "verified",
            hour.since,
            hour.since + HOUR,
            f"{words.clock(hour.since)} {words.pct(100 * hour.share)}",
            hour.share**0.5,
        )
        for hour in shown.shares
        if hour.share
    ]
    marks = [
        Mark(check.state.value, check.asked_at, f"{words.moment(check.asked_at)} {words.duty_check_state(check.state)}")
        for check in shown.log
    ]
    legend = html.Div(
        [
            *[html.Span([html.I(className=f"piece {kind}"), name]) for kind, name in kinds.items()],
            html.Span(_("the darker, the more of its venues are proven"))
            if any(hour.share for hour in shown.shares)
            else None,
            html.Span([html.I(className="band-mark unanswered"), _("check not answered")]),
        ],
        className="band-legend",
    )
    return panel(_("Day by day"), day_bands(days, names, pieces, [*marks, Mark("now", shown.now, _("now"))]), legend)


def weekdays() -> dict[int, str]:
    return {1: _("Mon"), 2: _("Tue"), 3: _("Wed"), 4: _("Thu"), 5: _("Fri"), 6: _("Sat"), 7: _("Sun")}


def _span(since: datetime, until: datetime) -> str:
    return f"{words.moment(since)} – {words.moment(until)}"


def gaps(listed: Sequence[Gap], now: datetime) -> Component:
    """Named, the next first."""
    if not listed:
        return panel(_("Coming gaps, 7 days"), note(_("None: rosters are filled and no contract ends.")), aside="0")
    rows = [html.Li(_gap(gap, now)) for gap in listed[:20]]
    if len(listed) > 20:
        rows.append(html.Li(_("and {n} more").format(n=words.count(len(listed) - 20)), className="quiet"))
    return panel(_("Coming gaps, 7 days"), html.Ul(rows, className="duty-list"), aside=words.count(len(listed)))


def _gap(gap: Gap, now: datetime) -> list[Component]:
    href = f"/duty?venue={gap.venue_id}" if gap.venue_id else f"/duty?unit={gap.maintainer_id}"
    if gap.kind is GapKind.CONTRACT_ENDS:
        what, when = badge(_("contract ends"), "minor"), f"{gap.since.astimezone(HERE):%Y-%m-%d}"
    else:
        what = badge(_("nobody on the roster"), "major")
        end = gap.until or gap.since
        when = f"{gap.since.astimezone(HERE):%m-%d %H:%M} – {end.astimezone(HERE):%m-%d %H:%M}"
    more = html.Span(_("{n} venues").format(n=words.count(gap.venues)), className="quiet") if gap.venues > 1 else None
    is_now = gap.since <= now
    return [
        html.Div([dcc.Link(gap.name, href=href), more]),
        html.Div([what, html.Span(when, className="number late" if is_now else "number")]),
    ]


def doubtful(shown: Shown) -> Component:
    total = sum(shown.doubtful_counts.values())
    if not shown.doubtful:
        return panel(_("Doubtful duty, by name"), note(_("None: whoever declares duty has access and answers.")))
    rows = [html.Li(_doubt(each, shown.now)) for each in shown.doubtful]
    if total > len(shown.doubtful):
        rows.append(html.Li(_("and {n} more").format(n=words.count(total - len(shown.doubtful))), className="quiet"))
    return panel(_("Doubtful duty, by name"), html.Ul(rows, className="duty-list"), aside=words.count(total))


def _doubt(each: Doubtful, now: datetime) -> list[Component]:
    why = (
        badge(_("declared, no access"), "major")
        if each.doubt is Doubt.NO_ACCESS
        else badge(_("no answer for a week"), "minor")
    )
    last = words.moment(each.answered_at, now) if each.answered_at else _("never")
    return [
        html.Div(
            [
                dcc.Link(each.venue_name, href=f"/duty?venue={each.venue_id}"),
                html.Span(
                    f"{regions.named(each.county_name)} · {each.maintainer_name or _('no unit named')}",
                    className="quiet",
                ),
            ]
        ),
        html.Div([why, html.Span(_("last answer {at}").format(at=last), className="quiet")]),
    ]


def units(listed: Sequence[UnitDuty]) -> Component:
    """The least verified first."""
    if not listed:
        return panel(_("Units"), note(_("No unit has a contract here.")))
    head = (_("Unit"), _("Venues"), _("Roster"), _("Declared"), _("Verified"))
    rows = [
        html.Tr(
            [
                html.Td(dcc.Link(unit.name, href=f"/duty?unit={unit.id}")),
                html.Td(words.count(unit.venues), className="number"),
                html.Td(badge(_("on the roster"), "good") if unit.keeps_roster else badge(_("none"))),
                html.Td(words.pct(_share(unit.declared_minutes, unit.contracted_minutes)), className="number"),
                html.Td(_verified(unit)),
            ]
        )
        for unit in listed
    ]
    return panel(
        _("Units, the least verified first"),
        html.Div(
            html.Table(
                [html.Thead(html.Tr([html.Th(name) for name in head])), html.Tbody(rows)],
                className="compact listing units",
            ),
            className="wide-table",
        ),
        aside=_("last 7 days"),
    )


def _share(part: float, whole: float) -> float | None:
    return 100 * part / whole if whole else None


def _verified(unit: UnitDuty) -> Component:
    share = _share(unit.verified_minutes, unit.declared_minutes)
    return bar(share, palette.colour(share))


def log(checks: Sequence[CheckRow], now: datetime, *, names_venue: bool) -> Component:
    if not checks:
        return panel(_("Duty checks"), note(_("Nobody has asked yet.")))
    head = (
        _("Asked"),
        *((_("Venue"),) if names_venue else ()),
        _("By"),
        _("Way"),
        _("Outcome"),
        _("Answered after"),
        _("Answered by"),
    )
    rows = [
        html.Tr(
            [
                html.Td(words.moment(check.asked_at, now), className="number"),
                *([html.Td(dcc.Link(check.venue_name, href=f"/duty?venue={check.venue_id}"))] if names_venue else []),
                html.Td(asked_by(check.is_planned, check.asked_by_name)),
                html.Td([way(check.way), _fell_back(check, now)]),
                html.Td(badge(words.duty_check_state(check.state), outcome_kind(check.state))),
                html.Td(words.lasting(check.took) if check.took is not None else "–", className="number"),
                html.Td(answered_by(check.answered_through, check.answered_by_name)),
            ]
        )
        for check in checks
    ]
    return panel(
        _("Duty checks"),
        html.Div(
            html.Table(
                [html.Thead(html.Tr([html.Th(name) for name in head])), html.Tbody(rows)], className="compact listing"
            ),
            className="wide-table",
        ),
        aside=_("the newest {n}").format(n=len(checks)),
    )


def _fell_back(check: CheckRow, now: datetime) -> Component | None:
    if check.fell_back_at is None:
        return None
    at = words.moment(check.fell_back_at, now)
    return html.Small(_("panel not reachable, people asked at {at}").format(at=at), className="quiet")


def asked_by(is_planned: bool, name: str) -> str:
    return _("the clock, at random") if is_planned else name


def way(value: str) -> str:
    return {"panel": _("key at the panel"), "people": _("portal or telephone")}[value]


def answered_by(through: str | None, name: str | None) -> str:
    said = {"panel": _("key at the panel"), "portal": _("portal"), "phone": _("telephone"), None: "–"}[through]
    return f"{name} · {said}" if name else said


def outcome_kind(state: DutyCheckState) -> str:
    return {
        DutyCheckState.ANSWERED: "good",
        DutyCheckState.ANSWERED_LATE: "minor",
        DutyCheckState.UNANSWERED: "major",
    }.get(state, "")
