"""Today's round: left the venues, in the middle the picture, right what to do."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component
from sqlalchemy.orm import Session

from db.commands import patrol as commands
from db.commands.acting import Acting
from db.errors import NotFound
from db.queries import patrol as queries
from db.queries.patrol import CameraStop, Reach, RoundRow, StopRow
from db.rules.patrol import RANDOM_VENUES, USUAL_VENUES
from portal import asking, patrol_words, regions, words
from portal.components.camera_player import large_tile, masked_note, unmask
from portal.components.layout import badge, note, panel
from portal.locale import _
from portal.pages.patrol import capture, ids, shouting
from portal.pages.patrol.view import View
from portal.words import HERE

Place = tuple[StopRow, CameraStop | None]


def shown(view: View, now: datetime) -> list[Component]:
    """Planned rounds are drawn when their person first comes; others when they ask."""
    asker, day = asking.current(), now.astimezone(HERE).date()
    with asking.reading() as session:
        commands.draw_planned(session, acting(), asker.home, day, now)
    with asking.reading() as session:
        rounds = queries.rounds_of(session, asker.person_id, asker.home, day)
        chosen = _chosen(rounds, view)
        stops = queries.stops(session, chosen.id) if chosen is not None else []
        reach = queries.reach(session, asker.home)
    if chosen is None:
        return [_begin(reach)]
    view = View("today", chosen.id, view.camera, view.capture)
    place = _place(stops, view.camera)
    return [
        html.Div(
            [
                html.Div(left(rounds, chosen, stops, place, view, reach), id=ids.LEFT, className="patrol-left"),
                html.Div(_middle(chosen, stops, place, view, now), className="patrol-middle"),
                html.Div(_right(place, view, now), className="patrol-right"),
            ],
            className="patrol-room",
            **{"data-round": str(chosen.id)},
        )
    ]


def refreshed(view: View) -> list[Component] | None:
    """The left side as it is now; None where the round is not there."""
    asker = asking.current()
    with asking.reading() as session:
        day = datetime.now(HERE).date()
        rounds = queries.rounds_of(session, asker.person_id, asker.home, day)
        chosen = _chosen(rounds, view)
        if chosen is None:
            return None
        stops, reach = queries.stops(session, chosen.id), queries.reach(session, asker.home)
    return left(rounds, chosen, stops, _place(stops, view.camera), View("today", chosen.id, view.camera), reach)


def round_of(session: Session, view: View) -> int:
    """The number of the round that the address shows; `NotFound` where there is none today."""
    asker = asking.current()
    chosen = _chosen(queries.rounds_of(session, asker.person_id, asker.home, datetime.now(HERE).date()), view)
    if chosen is None:
        raise NotFound("There is no such round within your scope.")
    return chosen.id


def acting() -> Acting:
    asker = asking.current()
    return Acting(asker.person_id, asker.name, asker.role, asker.address)


def _chosen(rounds: Sequence[RoundRow], view: View) -> RoundRow | None:
    """The one that the address names, else the first that is not done."""
    named = next((each for each in rounds if each.id == view.round), None)
    return named or next((each for each in rounds if not each.is_done), rounds[-1] if rounds else None)


def _place(stops: Sequence[StopRow], camera: int | None) -> Place | None:
    """Where one is: the camera that the address names, else the first that nobody has looked through."""
    places = _places(stops)
    named = next((each for each in places if each[1] is not None and each[1].id == camera), None)
    waiting = (each for each in places if each[0].outcome is None and (each[1] is None or each[1].outcome is None))
    return named or next(waiting, places[0] if places else None)


def _places(stops: Sequence[StopRow]) -> list[Place]:
    return [(stop, camera) for stop in stops for camera in (stop.cameras or (None,))]


def _begin(reach: Reach) -> Component:
    if not reach.with_pictures:
        return note(
            _("No venue here has a camera with pictures. Sources of pictures are entered with `anwang vision connect`.")
        )
    return panel(
        _("No round yet today"),
        html.P(_("No plan sends you out today. Draw venues at random: those longest not looked at come first.")),
        _draw(),
        _reach(reach),
    )


def _draw() -> Component:
    choices = [{"value": n, "label": _("{n} venues").format(n=n)} for n in RANDOM_VENUES]
    return html.Div(
        [
            dcc.Dropdown(id=ids.DRAW_COUNT, options=choices, value=USUAL_VENUES, clearable=False, searchable=False),
            html.Button(_("Draw at random"), id=ids.DRAW, className="primary", n_clicks=0),
        ],
        className="patrol-draw",
    )


def _reach(reach: Reach) -> Component:
    said = [
        _("{n} of {all} venues here have a camera with pictures; the others cannot be patrolled.").format(
            n=words.count(reach.with_pictures), all=words.count(reach.venues)
        )
    ]
    if reach.beside:
        said.append(_("{n} of the venues are in categories that bulletins do not count.").format(n=reach.beside))
    return html.Div([html.P(sentence, className="quiet") for sentence in said])


def left(
    rounds: Sequence[RoundRow],
    chosen: RoundRow,
    stops: Sequence[StopRow],
    place: Place | None,
    view: View,
    reach: Reach,
) -> list[Component]:
    """The rounds of the day, how far this one has come, its venues and their cameras."""
    seen = [camera for stop in stops for camera in stop.cameras if camera.outcome is not None]
    every = sum(len(stop.cameras) for stop in stops)
    chips = [
        dcc.Link(
            [_name(each), html.Small(f" {each.ended}/{each.stops}")],
            href=View("today", each.id).href(),
            className="chip here" if each.id == chosen.id else "chip",
        )
        for each in rounds
    ]
    return [
        html.Div(chips, className="chips") if len(rounds) > 1 else None,
        html.Div(
            [
                html.B(_("{n} of {all} venues").format(n=chosen.ended, all=chosen.stops)),
                html.Span(_("{n} of {all} cameras").format(n=len(seen), all=every), className="quiet"),
                html.Progress(value=str(chosen.ended), max=str(max(chosen.stops, 1))),
            ],
            className="patrol-progress",
        ),
        html.P(_("This round is done."), className="patrol-done", role="status") if chosen.is_done else None,
        html.Ol([_stop(stop, place, view) for stop in stops], className="patrol-stops"),
        html.Details([html.Summary(_("Draw another round")), _draw(), _reach(reach)], className="patrol-more"),
    ]


def _name(each: RoundRow) -> str:
    return each.plan_name or _("Random {n}").format(n=each.draw.rpartition(" ")[2])


def _stop(stop: StopRow, place: Place | None, view: View) -> Component:
    is_here = place is not None and place[0].id == stop.id
    cameras: list[Any] = [
        html.Li(
            dcc.Link(
                [html.Span(camera.area_name or camera.code), _mark(camera)],
                href=view.href(camera=camera.id, capture=None),
                className="here" if is_here and place is not None and place[1] == camera else "",
            )
        )
        for camera in stop.cameras
    ]
    kind = {"looked": "good", "unplayable": "alarmed", "skipped": "quiet"}.get(stop.outcome or "", "")
    return html.Li(
        [
            html.Div(
                [
                    dcc.Link(stop.venue_name, href=f"/venues/{stop.venue_id}"),
                    badge(patrol_words.outcome(stop.outcome), kind),
                ],
                className="patrol-venue",
            ),
            html.Small(
                f"{regions.named(stop.county_name)} · {words.category_short(stop.category)}",
                className="quiet",
            ),
            html.Small(stop.reason, className="patrol-reason") if stop.reason else None,
            html.Ul(cameras) if cameras else html.Small(_("No camera stands on its books."), className="quiet"),
        ],
        className="here" if is_here else "",
    )


def _mark(camera: CameraStop) -> Component:
    if camera.outcome == "seen":
        return html.Span("✓", className="patrol-seen", title=patrol_words.outcome("seen"))
    if camera.outcome == "unplayable":
        return html.Span("✕", className="patrol-unplayable", title=patrol_words.trouble(camera.reason))
    return html.Span("○", className="quiet", title=patrol_words.outcome(None))


def _middle(
    chosen: RoundRow, stops: Sequence[StopRow], place: Place | None, view: View, now: datetime
) -> list[Component]:
    if place is None:
        return [note(_("There is no venue on this round."))]
    stop, camera = place
    title = html.Div(
        [
            html.H2([stop.venue_name, f" · {camera.area_name or camera.code}" if camera else ""]),
            html.Span(camera.code if camera else "", className="quiet"),
        ],
        className="patrol-title",
    )
    return [
        *(title, *_picture(camera), _turns(stops, place, view), html.P(className="patrol-told", role="status")),
        _faces(camera),
        shouting.box(stop.venue_id, stop.venue_name, chosen.id, now),
        _skip(stop) if stop.ended_at is None else None,
    ]


def _picture(camera: CameraStop | None) -> list[Component]:
    if camera is None:
        return [note(_("This venue has no camera on the books. Skip it with a word why, so that it is followed up."))]
    if not camera.has_source:
        return [
            note(
                _("Nobody has said where this camera's pictures come from. It counts as not playable when you go on."),
            ),
            html.Span(className="patrol-no-source", **{"data-camera": str(camera.id)}),
        ]
    return [large_tile(camera.id)]


def _turns(stops: Sequence[StopRow], place: Place, view: View) -> Component:
    places = [each for each in _places(stops) if each[1] is not None]
    at = places.index(place) if place in places else -1
    before, after = (places[at - 1] if at > 0 else None), (places[at + 1] if at + 1 < len(places) else None)
    camera = place[1]
    return html.Div(
        [
            _turn(view, before, "patrol-before", [html.Kbd("←"), _("Previous camera")]),
            html.Button(
                [html.Kbd("C"), _("Capture")],
                type="button",
                className="primary patrol-capture",
                disabled=camera is None or not camera.has_source,
            ),
            _turn(view, after, "patrol-next", [html.Kbd("N"), _("Next camera") if after else _("Finish")]),
        ],
        className="patrol-turns",
    )


def _turn(view: View, to: Place | None, name: str, inside: list[Any]) -> Component:
    """A link to another camera; at the end of the round `next` stays where it is and notes what was seen."""
    if to is not None and to[1] is not None:
        return dcc.Link(inside, href=view.href(camera=to[1].id, capture=None), className=f"button {name}")
    return html.Button(inside, type="button", className=name, disabled=name == "patrol-before")


def _faces(camera: CameraStop | None) -> Component:
    """That pictures are blurred, and the way to see faces with a reason."""
    role = asking.current().role
    said = masked_note(role)
    return html.Div(
        [
            html.P(said, className="quiet") if said else None,
            unmask(role) if camera is not None and camera.has_source else None,
        ],
        className="patrol-below",
    )


def _skip(stop: StopRow) -> Component:
    return html.Details(
        [
            html.Summary(_("Skip this venue")),
            dcc.Input(
                id={"type": ids.SKIP_REASON, "venue": stop.venue_id},
                type="text",
                maxLength=200,
                placeholder=_("Why, in a few words"),
            ),
            html.Button(_("Skip"), id={"type": ids.SKIP, "venue": stop.venue_id}, n_clicks=0),
        ],
        className="patrol-more",
    )


def _right(place: Place | None, view: View, now: datetime) -> list[Component]:
    if place is None:
        return []
    camera = place[1]
    return [
        dcc.Store(id=ids.FILE),
        html.Div(capture.shown(view.capture, camera.id if camera else None, now), id=ids.CAPTURE),
        html.P(
            [
                html.Span([html.Kbd("C"), _("capture")]),
                html.Span([html.Kbd("M"), _("mark")]),
                html.Span([html.Kbd("H"), _("hazard")]),
                html.Span([html.Kbd("S"), _("shout")]),
                html.Span([html.Kbd("N"), html.Kbd("→"), _("next")]),
                html.Span([html.Kbd("←"), _("previous")]),
            ],
            className="patrol-keys",
        ),
    ]
