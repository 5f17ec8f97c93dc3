"""The parts of the evidence card."""

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from db.frame_source import Frame
from db.queries.alarm_evidence import AROUND, Ending, NearCamera, Series
from db.rules.play_address import Form, forms_of
from db.rules.signal_kinds import BY_SIGNAL, SignalKind
from portal import alarm_words, asking, words
from portal.components.frames import Evidence, framed
from portal.components.layout import badge, panel
from portal.components.next_steps import letters_out, rungs_ahead
from portal.figures.around import Line, around, colours
from portal.locale import _
from portal.pages.alarms.facts import Case

MOST_LINES = 6


def readings(case: Case) -> Component:
    """The alarm's own device and its neighbours, six minutes before and after."""
    lines = [_line(series) for series in case.series[:MOST_LINES]]
    picture = around(lines, case.alarm.row.raised_at, AROUND)
    title, aside = _("Readings around the moment"), _("6 minutes before and after")
    if not picture:
        return panel(title, html.P(_no_readings(case), className="quiet"))
    legend = [
        html.Li([html.I(style={"background": colour}), line.name])
        for line, colour in zip(lines, colours(lines), strict=True)
    ]
    clock = [words.clock(case.alarm.row.raised_at + shift) for shift in (-AROUND, AROUND * 0, AROUND)]
    return panel(
        title,
        html.Img(src=picture, className="around", alt=_("Readings before and after the alarm")),
        html.Div([html.Span(each) for each in clock], className="around-clock"),
        html.Ul(legend, className="around-legend"),
        aside=aside,
    )


def _no_readings(case: Case) -> str:
    value, signal = case.alarm.row.value, case.alarm.row.signal
    if value is None or signal is None:
        return _("No readings beside the alarm itself.")
    return _("No readings beside the alarm itself: {signal} {value}.").format(
        signal=words.signal(signal), value=f"{value:g} {BY_SIGNAL[SignalKind(signal)].unit}".strip()
    )


def _line(series: Series) -> Line:
    values = [point.value for point in series.points]
    unit = BY_SIGNAL[SignalKind(series.signal)].unit
    shown = f"{min(values):g}" if min(values) == max(values) else f"{min(values):g}–{max(values):g}"
    name = f"{series.device_code} · {words.signal(series.signal)} {shown} {unit}".strip()
    return Line(name, series.is_own, tuple(p.at for p in series.points), tuple(values), series.signal)


def cameras(case: Case) -> Component:
    """The nearest cameras by name; a picture where there is one, and where there is none it says so."""
    if not case.cameras:
        return panel(_("Nearest cameras"), html.P(_("This venue has no camera on the books."), className="quiet"))
    return panel(
        _("Nearest cameras"),
        html.Div([_camera(camera, case) for camera in case.cameras], className="case-cameras"),
    )


def _camera(camera: NearCamera, case: Case) -> Component:
    frame = case.frames.get(camera.id)
    near = _("same area") if camera.is_same_area else (camera.area_name or _("No area"))
    if frame is None:
        picture: Component = html.Div(_("No picture yet"), className="no-picture")
    else:
        asker = asking.current()
        forms = forms_of(asker.role)
        seen = Evidence(
            *(frame.id, frame.picture, frame.clip, camera.code, forms[0] is not Form.PLAIN, Form.PLAIN in forms),
            *(("alarm", case.alarm.row.id), asker.csrf_token),
        )
        picture = html.Div([*framed(seen), html.A(_moment(frame, case), href=frame.picture, target="_blank")])
    return html.Figure(
        [picture, html.Figcaption([dcc.Link(camera.code, href=f"/devices/{camera.code}"), html.Span(near)])]
    )


def _moment(frame: Frame, case: Case) -> str:
    """When the picture was taken: before the alarm and after it are two things."""
    return words.moment(frame.taken_at, case.now)


def upcoming(case: Case) -> list[Component]:
    """What happens by itself if nobody moves."""
    row = case.alarm.row
    if row.closed_at is not None:
        return [html.P(_("Nothing: the alarm is closed."), className="quiet"), letters_out(case.letters, case.now)]
    says = {"promise_due": _("{who} is reminded of the promise")}
    lines = [
        html.Li(
            [html.Time(words.moment(step.at, case.now)), html.Span(says.get(step.what, step.what).format(who=step.who))]
        )
        for step in case.next
    ]
    if lines:
        lines = [html.Ul(lines, className="timeline")]
    elif row.promised_for is not None and row.promised_for <= case.now:
        lines = [html.P(_("The promise has passed; its owner was reminded."), className="late")]
    return [*lines, rungs_ahead(case.ladder, case.now), letters_out(case.letters, case.now)]


def told(case: Case) -> Component:
    """Everybody whom the record wants told, and whether it went out."""
    if not case.told:
        return html.P(_("Nobody has been told by the portal."), className="quiet")
    names = {person.person_id: person.name for person in case.people}
    lines = [
        html.Li(
            [
                html.Time(words.moment(each.made_at, case.now)),
                html.Span(
                    [
                        f"{each.name or names.get(each.person_id, '–')} · {alarm_words.notice_reason(each.reason)}",
                        html.Small(_("handed to the channels") if each.taken_at else _("waits to be sent")),
                    ]
                ),
            ]
        )
        for each in case.told
    ]
    return html.Ul(lines, className="timeline")


def contacts(case: Case) -> Component:
    """Who to ring: the venue's responsible people, its maintainer, and whoever can act there."""
    rows: list[tuple[str, str, str | None]] = [
        (words.person_duty(person.duty), person.name, person.phone) for person in case.venue.people
    ]
    rows += [(_("Maintainer"), unit.name, unit.phone) for unit in case.units]
    rows += [(words.role(person.role), person.name, person.phone) for person in case.people if person.role != "venue"]
    if not rows:
        return html.P(_("Nobody is on record."), className="quiet")
    return html.Table(
        html.Tbody(
            [
                html.Tr(
                    [
                        html.Td(part, className="quiet"),
                        html.Td(name),
                        html.Td(html.A(phone, href=f"tel:{phone}") if phone else "–", className="number"),
                    ]
                )
                for part, name, phone in rows
            ]
        ),
        className="compact",
    )


def before(case: Case) -> list[Component]:
    """What rang at this spot in the half year before."""
    if not case.earlier:
        return [html.P(_("Nothing in the half year before."), className="quiet")]
    false = sum(1 for each in case.earlier if each.verdict == "false")
    lines = [
        html.Li(
            [
                html.Time(words.moment(each.raised_at, case.now)),
                dcc.Link(
                    f"{words.alarm_kind(each.kind)} · {alarm_words.ending(each.verdict, each.cause)}",
                    href=f"/alarms?show=all&alarm={each.id}",
                ),
            ]
        )
        for each in case.earlier[:5]
    ]
    said = _("{n} alarms here in the half year before, {false} of them false.").format(
        n=words.count(len(case.earlier)), false=false
    )
    return [html.P(said), html.Ul(lines, className="timeline wide-time")]


def endings(case: Case) -> list[Component]:
    """How alarms of this kind in areas of this kind ended, as shares."""
    total = sum(ending.n for ending in case.similar)
    if not total:
        return [html.P(_("No such alarm has ended yet."), className="quiet")]
    said = _("The latest {n} of this kind in areas of this kind:").format(n=words.count(total))
    return [html.P(said, className="quiet"), html.Ul(_shares(case.similar, total), className="endings")]


def _shares(similar: Sequence[Ending], total: int) -> list[Component]:
    return [
        html.Li(
            [
                badge(f"{ending.n / total:.0%}", "critical" if ending.verdict == "real_fire" else ""),
                html.Span(alarm_words.ending(ending.verdict, ending.cause)),
                html.Span(words.count(ending.n), className="number quiet"),
            ]
        )
        for ending in similar[:6]
    ]
