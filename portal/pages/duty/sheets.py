"""A keeper's roster from a spreadsheet: the form to fill in, and a filled one taken over row by row."""

import base64
import binascii
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from db.commands.people import Operator
from db.commands.rosters import Keeper
from db.errors import InvalidInput
from db.roster_import.sheet import read
from db.roster_import.take_over import take_in
from db.roster_import.template import template
from portal import asking
from portal.locale import _
from portal.pages.duty.roster import SHEET_BYTES

SHOWN_REASONS = 12


def form() -> Any:
    """The empty form as a download."""
    return dcc.send_bytes(template(), "排班表导入模板.xlsx")


def take_over(contents: str, name: str, keeper: Keeper, operator: Operator, now: datetime) -> Component:
    """What became of an uploaded file: how many shifts were taken, and each row that was not, with its reasons."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "排班表.xlsx"
        file.write_bytes(_decoded(contents, name))
        try:
            read(file)
        except InvalidInput as error:
            raise InvalidInput("No roster can be read from this file; fill in the form and choose that.") from error
        with asking.reading() as session:
            done, _header = take_in(session, file, operator, now, keeper)
    said = _("{taken} shifts taken over, {known} on the roster already, {refused} rows refused.")
    lines = [
        html.Li([html.B(_("Row {n}: ").format(n=each.number)), "；".join(each.reasons)])
        for each in done.refused[:SHOWN_REASONS]
    ]
    if len(done.refused) > SHOWN_REASONS:
        lines.append(html.Li(_("and {n} more").format(n=len(done.refused) - SHOWN_REASONS)))
    told = said.format(taken=done.taken, known=done.on_record, refused=len(done.refused))
    return html.Div([told, html.Ul(lines) if lines else None], className="refused" if lines else "done")


def _decoded(contents: str, name: str) -> bytes:
    try:
        content = base64.b64decode(contents.partition(",")[2], validate=True)
    except binascii.Error as error:
        raise InvalidInput("The file did not come whole; choose it again.") from error
    if not name.lower().endswith(".xlsx"):
        raise InvalidInput("Choose an .xlsx file.")
    if len(content) > SHEET_BYTES:
        raise InvalidInput("The file is too large.")
    return content
