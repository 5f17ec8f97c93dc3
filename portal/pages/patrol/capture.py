"""A captured picture beside the player: mark it, file the hazard on it, see what became of it."""

from datetime import UTC, datetime
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from db.commands import patrol_captures as commands
from db.commands.acting import Acting
from db.commands.hazards import How
from db.commands.patrol_captures import Reported
from db.errors import NotFound
from db.evidence.sniffing import JPEG
from db.evidence.store import EvidenceStore
from db.queries import patrol_captures as queries
from db.queries.patrol_captures import CaptureFilters, CaptureRow
from db.rules.hazard_kinds import Grade, HazardKind
from portal import asking, hazard_words, words
from portal.components.case import Field, labelled
from portal.components.layout import badge, panel
from portal.components.press import press
from portal.locale import _
from portal.pages.patrol import ids

EARLIER = 6


def shown(capture_id: int | None, camera_id: int | None, now: datetime) -> list[Component]:
    """The chosen capture with its form, and this camera's earlier ones of the same official."""
    asker = asking.current()
    with asking.reading() as session:
        row = _one(session, capture_id)
        camera = row.device_id if row is not None else camera_id
        filters = CaptureFilters(person=asker.person_id, camera=camera)
        earlier = queries.newest(session, filters, EARLIER) if camera is not None else []
    if row is None:
        inside: list[Any] = [
            html.P(_("Press C to keep the picture as evidence: frame, time, camera and your name."), className="quiet")
        ]
    else:
        inside = [_picture(row, now), _form(row)]
    return [panel(_("Captured"), *inside, _strip(earlier, row), kind="patrol-captured")]


def _one(session: Any, capture_id: int | None) -> CaptureRow | None:
    if capture_id is None:
        return None
    try:
        return queries.one(session, capture_id)
    except NotFound:
        return None


def _picture(row: CaptureRow, now: datetime) -> Component:
    address = f"/api/v1/patrol/captures/{row.id}"
    at = f"?at={row.marked_at:%H%M%S}" if row.marked_at else ""
    said = _("{code} at {at}, kept by {who}").format(
        code=row.code, at=words.moment(row.taken_at, now), who=row.person_name
    )
    can_mark = row.hazard_id is None and row.person_id == asking.current().person_id
    return html.Figure(
        [
            html.A(
                html.Img(src=f"{address}?marked=1&{at[1:]}" if row.marked_at else address, alt=said),
                href=f"{address}?marked=1" if row.marked_at else address,
                target="_blank",
            ),
            html.Figcaption([said, badge(_("blurred")) if row.form == "masked" else None]),
            html.Button([html.Kbd("M"), _("Mark the picture")], type="button", className="patrol-mark")
            if can_mark
            else None,
        ],
        className="patrol-picture",
        **{"data-capture": str(row.id)},
    )


def _form(row: CaptureRow) -> Component:
    if row.hazard_id is not None:
        return html.P(
            [
                _("Filed as a hazard: "),
                dcc.Link(f"#{row.hazard_id}", href=f"/hazards?hazard={row.hazard_id}"),
                " ",
                badge(hazard_words.state(row.hazard_state)) if row.hazard_state else None,
            ],
            className="patrol-filed",
        )
    kinds = tuple((kind.value, hazard_words.kind(kind)) for kind in HazardKind)
    grades = tuple((grade.value, hazard_words.grade(grade)) for grade in Grade)
    fields = [
        labelled(Field("kind", _("Kind"), "choice", HazardKind.ESCAPE_ROUTE, kinds), _key("kind")),
        labelled(Field("grade", _("Grade"), "choice", Grade.GENERAL, grades), _key("grade")),
        labelled(Field("what", _("What is wrong")), _key("what")),
        labelled(Field("place", _("Spot in words"), "text"), _key("place")) if row.area_name is None else None,
    ]
    return html.Details(
        [
            html.Summary([html.Kbd("H"), _("File a hazard")]),
            html.Div(
                [
                    html.P(f"{row.venue_name} · {row.area_name or row.code}", className="quiet"),
                    *fields,
                    press(_("File it with this picture"), ids.FILE, {"capture": row.id}, className="primary"),
                ],
                className="case-form",
            ),
        ],
        className="patrol-hazard",
        open=True,
    )


def _key(name: str) -> dict[str, str]:
    return {"type": ids.FIELD, "name": name}


def _strip(earlier: list[CaptureRow], chosen: CaptureRow | None) -> Component | None:
    rest = [row for row in earlier if chosen is None or row.id != chosen.id]
    if not rest:
        return None
    return html.Div(
        [
            html.Button(
                html.Img(src=f"/api/v1/patrol/captures/{row.id}?small=1", alt=words.moment(row.taken_at)),
                type="button",
                title=words.moment(row.taken_at),
                className="patrol-earlier",
                **{"data-capture": str(row.id)},
            )
            for row in rest
        ],
        className="patrol-strip",
    )


def file_hazard(capture_id: int, filled: dict[str, str], store: EvidenceStore) -> str:
    """What to tell; refusals are of `db.errors`."""
    asker = asking.current()
    told = Reported(HazardKind(filled["kind"]), Grade(filled["grade"]), filled.get("what", ""), filled.get("place", ""))
    acting = Acting(asker.person_id, asker.name, asker.role, asker.address)
    with asking.reading() as session:
        file = queries.file(session, capture_id)
    digests = [digest for digest in (file.sha256, file.marked_sha256) if digest is not None]
    pictures = [store.keep(store.read(digest, JPEG, "original")[0]) for digest in digests]
    with asking.reading() as session:
        found = commands.file_hazard(session, capture_id, told, pictures, acting, datetime.now(UTC))
    said = {
        How.NEW: _("The hazard is on record, with the picture."),
        How.AGAIN: _("This hazard is on record already: it has been noted as seen again."),
        How.REOPENED: _("This hazard was closed less than 90 days ago: it is open again, and graver."),
    }
    return said[found.how]
