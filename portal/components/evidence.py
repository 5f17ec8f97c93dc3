"""Photographs and documents beside a case, what is doubtful about them, and the box that takes new ones."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from dash import html
from dash.development.base_component import Component

from db.evidence.sniffing import ACCEPTED
from db.rules.evidence_checks import Doubt, Stage
from portal import hazard_words, words
from portal.components.layout import icon
from portal.locale import _


class FileShown(Protocol):
    """A file of evidence as it is shown, whoever has read it."""

    @property
    def id(self) -> int: ...
    @property
    def stage(self) -> Stage: ...
    @property
    def name(self) -> str: ...
    @property
    def taken_at(self) -> datetime | None: ...
    @property
    def uploaded_at(self) -> datetime: ...
    @property
    def uploaded_by_name(self) -> str: ...
    @property
    def doubts(self) -> tuple[Doubt, ...]: ...
    @property
    def is_picture(self) -> bool: ...


def gallery(seen: Sequence[FileShown], now: datetime, empty: str) -> Component:
    """Thumbnails that open the whole picture; doubts stand below in words."""
    if not seen:
        return html.Div(empty, className="gallery-empty quiet")
    return html.Div([_file(each, now) for each in seen], className="gallery")


def _file(each: FileShown, now: datetime) -> Component:
    address = f"/api/v1/evidence/{each.id}"
    when = words.moment(each.taken_at or each.uploaded_at, now)
    said = _("taken {at}").format(at=when) if each.taken_at else _("sent {at}").format(at=when)
    shown = (
        html.Img(src=f"{address}?form=thumbnail", alt=f"{hazard_words.stage(each.stage)} {said}", loading="lazy")
        if each.is_picture
        else html.Span([icon("download"), each.name], className="document")
    )
    return html.Figure(
        [
            html.A(shown, href=address, target="_blank", rel="noopener"),
            html.Figcaption(
                [
                    html.Span(f"{said} · {each.uploaded_by_name}", className="quiet"),
                    *(html.Span(f"⚠ {hazard_words.doubt(doubt)}", className="doubt") for doubt in each.doubts),
                ]
            ),
        ],
        className="doubtful" if each.doubts else "",
    )


def upload_box(subject: str, subject_id: int, stage: str, csrf_token: str, store: str, hint: str) -> Component:
    """Camera and file fields, made by `pages/evidence.js`; each file goes off at once, and `store` hears of it."""
    return html.Div(
        className="upload-box",
        **{
            "data-subject": subject,
            "data-subject-id": str(subject_id),
            "data-stage": stage,
            "data-csrf": csrf_token,
            "data-store": store,
            "data-accept": ACCEPTED,
            "data-camera": _("Take a photograph"),
            "data-choose": _("Choose a file"),
            "data-sending": _("Sending…"),
            "data-sent": _("On record."),
            "data-again": _("Send again"),
            "data-lost": _("Not sent: the portal does not answer. Nothing is lost; send it again."),
            "data-large": _("The file is too large."),
            "data-hint": hint,
        },
    )
