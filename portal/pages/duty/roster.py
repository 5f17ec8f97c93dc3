"""The roster of whoever keeps the watch: its lines, one more, or many at once."""

from collections.abc import Sequence
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.duty import RosterRow
from db.rules.rosters import EVERY_DAY
from portal.components.layout import badge, note, panel
from portal.components.moments import field, moment_field
from portal.components.press import press
from portal.locale import _
from portal.pages.duty import ids
from portal.pages.duty.panels import weekdays
from portal.words import HERE

SHEET_BYTES = 2_000_000


def lines(rows: Sequence[RosterRow], *, may_keep: bool) -> Component:
    if not rows:
        return note(_("No roster is kept: duty is declared by contract alone, round the clock."))
    head = (_("Person"), _("Hours"), _("Days"), _("From"), _("Until"), "")
    return html.Div(
        html.Table(
            [
                html.Thead(html.Tr([html.Th(name) for name in head])),
                html.Tbody([_line(row, may_keep=may_keep) for row in rows]),
            ],
            className="compact listing",
        ),
        className="wide-table",
    )


def _line(row: RosterRow, *, may_keep: bool) -> Component:
    return html.Tr(
        [
            html.Td(
                [
                    html.B(row.person_name),
                    html.Small(f" {row.phone or ''}"),
                    badge(_("on watch now"), "good") if row.is_now else None,
                ]
            ),
            html.Td(f"{row.from_time:%H:%M}–{row.until_time:%H:%M}", className="number"),
            html.Td(_days(row)),
            html.Td(row.starts_on.isoformat(), className="number"),
            html.Td(row.ends_on.isoformat() if row.ends_on else "–", className="number"),
            html.Td(
                html.Details(
                    [
                        html.Summary(_("Remove …")),
                        press(_("Remove"), ids.REMOVE, {"id": row.id}),
                    ],
                    className="window-end",
                )
                if may_keep
                else None
            ),
        ]
    )


def _days(row: RosterRow) -> str:
    if row.cycle_days is not None and row.cycle_days > 1:
        return _("every {n} days").format(n=row.cycle_days)
    if row.weekdays == EVERY_DAY:
        return _("every day")
    names = weekdays()
    return " ".join(names[day] for day in row.weekdays)


def editor(now: datetime) -> Component:
    """One line, or many that were pasted."""
    today = now.astimezone(HERE).date().isoformat()
    names = weekdays()
    return html.Div(
        [
            html.Details(
                [
                    html.Summary(_("Add a shift"), className="button"),
                    html.Div(
                        [
                            html.Div(
                                [
                                    field(_("Who watches"), dcc.Input(id=ids.NAME, maxLength=40, className="wide")),
                                    field(_("Telephone"), dcc.Input(id=ids.PHONE, maxLength=20, className="wide")),
                                ],
                                className="form-row",
                            ),
                            html.Div(
                                [
                                    moment_field(ids.FROM, "time", "08:00", _("From")),
                                    moment_field(ids.UNTIL, "time", "20:00", _("Until; earlier is the next day")),
                                ],
                                className="form-row",
                            ),
                            field(
                                _("Days"),
                                dcc.Checklist(
                                    id=ids.WEEKDAYS,
                                    options=[{"value": day, "label": names[day]} for day in EVERY_DAY],
                                    value=list(EVERY_DAY),
                                    inline=True,
                                    className="weekdays",
                                ),
                            ),
                            field(
                                _("Or every so many days (4: one on, three off)"),
                                dcc.Input(id=ids.CYCLE, type="number", min=1, max=60, className="wide"),
                            ),
                            html.Div(
                                [
                                    moment_field(ids.STARTS, "date", today, _("First day")),
                                    moment_field(ids.ENDS, "date", "", _("Last day, if any")),
                                ],
                                className="form-row",
                            ),
                            html.Button(_("Put on the roster"), id=ids.ADD, className="primary"),
                        ],
                        className="form",
                    ),
                ],
                className="fold",
            ),
            html.Details(
                [
                    html.Summary(_("Paste a roster"), className="button"),
                    html.Div(
                        [
                            field(
                                _("One shift a line: name, hours, and as wanted telephone and days"),
                                dcc.Textarea(
                                    id=ids.PASTED,
                                    placeholder="张三, 08:00-20:00, 13800000000, 周一至周五\n李四, 20:00-08:00, 每4天",
                                    rows=6,
                                    className="wide",
                                ),
                            ),
                            html.Button(_("Take over"), id=ids.IMPORT, className="primary"),
                        ],
                        className="form",
                    ),
                ],
                className="fold",
            ),
            html.Details(
                [
                    html.Summary(_("Take over a spreadsheet"), className="button"),
                    html.Div(
                        [
                            html.Button(_("Download the form"), id=ids.FORM),
                            dcc.Download(id=ids.FORM_FILE),
                            dcc.Upload(
                                html.Span(_("Choose a filled form (.xlsx), or drop it here")),
                                id=ids.SHEET,
                                accept=".xlsx",
                                max_size=SHEET_BYTES,
                                className="upload-sheet",
                            ),
                        ],
                        className="form",
                    ),
                ],
                className="fold",
            ),
            html.Div(id=ids.SAID, role="status", className="form"),
        ],
        className="roster-editor",
    )


def roster_panel(rows: Sequence[RosterRow], now: datetime, *, may_keep: bool) -> Component:
    return panel(
        _("Roster"),
        dcc.Store(id=ids.REMOVE),
        html.Div(lines(rows, may_keep=may_keep), id=ids.ROSTER),
        editor(now) if may_keep else None,
    )
