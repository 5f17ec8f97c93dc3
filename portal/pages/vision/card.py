"""One verdict at a time: the picture with what was seen in it, the clip, the rule, the model, and the three keys."""

from datetime import datetime
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.vision_review import Counted, Waiting
from db.rules.play_address import Form, forms_of
from db.rules.role_acts import REVIEW_VISION
from db.rules.vision_review import LONGEST_WORDS, Why
from portal import asking, camera_words, regions, words
from portal.components.frames import Evidence, framed
from portal.components.layout import badge, note
from portal.components.press import press
from portal.locale import _
from portal.pages.vision import ids


def card(waiting: list[Waiting], counted: Counted, skipped: int, now: datetime) -> list[Component]:
    """The first of `waiting`; the second one's picture is fetched ahead."""
    if not waiting:
        return [_nothing(counted, skipped)]
    first = waiting[0]
    return [
        html.Div([_picture(first), _facts(first, now)], className="verdict"),
        _acts() if asking.current().role in REVIEW_VISION else note(_("Your role may look, not act.")),
        html.Link(rel="prefetch", href=f"/api/v1/frames/{waiting[1].frame_id}")
        if len(waiting) > 1 and waiting[1].frame_id is not None
        else None,
    ]


def _nothing(counted: Counted, skipped: int) -> Component:
    if not counted.waiting:
        return note(_("Nothing waits for review."))
    again = press(_("Show what was skipped"), ids.PRESSED, {"act": "again"}, className="button")
    said = _("{n} were skipped.").format(n=skipped)
    return html.Div([html.P(said), again], className="note")


def _picture(row: Waiting) -> Component:
    if row.frame_id is None:
        return html.Div(_("No picture was kept."), className="verdict-picture no-picture")
    address, asker = f"/api/v1/frames/{row.frame_id}", asking.current()
    forms, clip = forms_of(asker.role), f"{address}/clip" if row.has_clip else None
    seen = Evidence(
        *(row.frame_id, address, clip, row.code, forms[0] is not Form.PLAIN, Form.PLAIN in forms),
        *(("verdict", row.id), asker.csrf_token),
    )
    over = [*_zone(row), *(_box(each) for each in row.boxes)]
    return html.Div(framed(seen, over), className="verdict-picture")


def _zone(row: Waiting) -> list[Component]:
    if not row.polygon:
        return []
    corners = ", ".join(f"{100 * x:.2f}% {100 * y:.2f}%" for x, y in row.polygon)
    return [html.Div(className="verdict-zone", style={"clipPath": f"polygon({corners})"})]


def _box(seen: dict[str, Any]) -> Component:
    left, top, right, bottom = (100 * part for part in seen["box"])
    style = {"left": f"{left:.2f}%", "top": f"{top:.2f}%", "width": f"{right - left:.2f}%"}
    return html.Div(className="verdict-box", style=style | {"height": f"{bottom - top:.2f}%"})


def _facts(row: Waiting, now: datetime) -> Component:
    where = " · ".join(part for part in (regions.named(row.county_name), row.area_name, row.code) if part)
    limits = " · ".join(f"{camera_words.params()[name]} {value:g}" for name, value in (row.params or {}).items())
    lines = [
        (_("Zone in the picture"), row.zone_name or _("Whole picture")),
        (
            _("Score"),
            _("{score}, from {threshold} on").format(score=f"{row.score:.2f}", threshold=f"{row.threshold:.2f}"),
        ),
        (_("Set to"), limits),
        (_("Seen"), words.moment(row.observed_at, now)),
    ]
    return html.Div(
        [
            html.Div([html.H2(camera_words.rules()[row.rule]), _standing(row)], className="verdict-head"),
            html.P([dcc.Link(row.venue_name, href=f"/venues/{row.venue_id}"), html.Br(), where]),
            html.Dl([part for name, said in lines if said for part in (html.Dt(name), html.Dd(said))]),
            html.P(
                camera_words.trained(row.card, row.model),
                className="verdict-model synthetic" if row.card and row.card.get("is_synthetic") else "verdict-model",
            ),
        ],
        className="verdict-facts",
    )


def _standing(row: Waiting) -> Component:
    if row.alarm_id is not None:
        return dcc.Link(badge(_("Rang"), "alarmed"), href=f"/alarms?show=all&alarm={row.alarm_id}")
    return badge(_("Muted: waits for review") if row.muted_at else _("Waits for review"))


def _acts() -> Component:
    def button(act: str, said: str, key: str, kind: str = "") -> Component:
        return press([said, html.Kbd(key)], ids.PRESSED, {"act": act}, className=f"button {kind}".strip())

    reasons = [
        press([html.Kbd(str(n)), camera_words.refusal(why)], ids.PRESSED, {"act": why.value}, className="chip")
        for n, why in enumerate(Why, 1)
    ]
    return html.Div(
        [
            html.Div(
                [
                    button("confirm", _("It is right"), "Y", "primary"),
                    html.Button([_("Wrong"), html.Kbd("N")], type="button", className="button verdict-refuse"),
                    button("skip", _("Skip"), _("Space")),
                ],
                className="verdict-keys",
            ),
            html.Div(
                [
                    html.Span(_("Why is it wrong?"), className="quiet"),
                    *reasons,
                    dcc.Input(
                        id=ids.WORDS,
                        type="text",
                        maxLength=LONGEST_WORDS,
                        value="",
                        placeholder=_("In a few words (needed for another reason)"),
                    ),
                ],
                className="verdict-reasons",
            ),
        ],
        className="verdict-acts",
    )
