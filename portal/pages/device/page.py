"""One device: what its "online" is worth and why, its evidence, its battery, its readings, its alarms."""

from datetime import UTC, datetime, timedelta

from dash import Dash, dcc, html
from dash.development.base_component import Component

from db.queries import alarms as alarm_queries
from db.queries import devices as device_queries
from db.queries.devices import DeviceFacts, Neighbour
from db.rules.battery import EMPTY_PCT, BatteryEnd, battery_end
from db.rules.device_kinds import DeviceKind
from db.rules.online import BY_KIND, DeviceState
from db.rules.role_acts import BIND_DEVICES
from db.rules.signal_kinds import BY_SIGNAL, SignalKind
from portal import asking, regions, words
from portal.components.identity import identity_line
from portal.components.layout import badge, figure, note, panel
from portal.locale import _
from portal.pages.alarms.lines import alarm_list
from portal.pages.device import readings
from portal.words import HERE

BATTERY_SINCE = timedelta(days=400)
CLOCK_WRONG = timedelta(minutes=5)


def layout(code: str, **_query: str) -> Component:
    """The page of one device; `NotFound` outside the reader's scope."""
    now = datetime.now(UTC)
    with asking.reading() as session:
        facts = device_queries.facts(session, code)
        alarms = alarm_queries.of_device(session, facts.id, limit=50)
        days = device_queries.battery_days(session, facts.id, now.date() - BATTERY_SINCE)
    end = battery_end(days, now.astimezone(HERE).date())
    return html.Div(
        [
            _head(facts, now),
            html.Div(_figures(facts, end, len(days), now), className="figures four"),
            readings.readings_chart(facts.id),
            html.Div([_about(facts, now), _history(facts, now)], className="two"),
            _children(facts, now) if facts.children else None,
            panel(_("Alarms of this device"), alarm_list(alarms, now)),
        ],
        className="venue",
    )


def register_callbacks(app: Dash) -> None:
    """The page is drawn whole from its address; its chart follows by itself."""
    readings.register_callbacks(app)


def _head(facts: DeviceFacts, now: datetime) -> Component:
    return html.Header(
        [
            html.Div(
                [
                    html.Span(regions.named(facts.city_name)),
                    html.Span("›"),
                    html.Span(regions.named(facts.county_name)),
                    html.Span("›"),
                    dcc.Link(facts.venue_name, href=f"/venues/{facts.venue_id}?tab=devices"),
                ],
                className="breadcrumb",
            ),
            html.H1(f"{words.device_kind(facts.kind)} {facts.code}"),
            html.Div(
                [
                    badge(facts.model),
                    html.Span(facts.area_name or _("No area"), className="quiet"),
                    dcc.Link(_("In 3D"), href=f"/venues/{facts.venue_id}?tab=space&device={facts.code}"),
                    badge(_("off line, says its platform"), "minor") if facts.is_online is False else None,
                    identity_line(facts.identity),
                    _moving(facts),
                ],
                className="venue-badges",
            ),
            html.P(sentence(facts, now), className=f"state-sentence {_colour(facts)}"),
        ],
        className="venue-head",
    )


def _moving(facts: DeviceFacts) -> Component | None:
    """Whole load: the binding page's own headers say what the camera may do."""
    if facts.retired_on is not None or asking.current().role not in BIND_DEVICES:
        return None
    return html.A(_("Bind it elsewhere"), href=f"/bind/{facts.code}")


def sentence(facts: DeviceFacts, now: datetime) -> str:
    """The device's state with its reason."""
    if facts.retired_on is not None:
        return _("Out of use since {day}.").format(day=facts.retired_on.isoformat())
    if not facts.steps:
        return _("Not judged yet: every device is looked at each minute.")
    step, kind = facts.steps[0], BY_KIND[DeviceKind(facts.kind)]
    heard = words.lasting(now - facts.heard_at) if facts.heard_at else "–"
    proven = words.lasting(now - facts.proven_at) if facts.proven_at else "–"
    period = words.hours(kind.period)
    match DeviceState(step.state):
        case DeviceState.REGISTERED:
            return _("Registered: on the books, never heard.")
        case DeviceState.SILENT if step.by_gateway:
            return _("Silent, because the device that it speaks through is silent; last heard {heard} ago.").format(
                heard=heard
            )
        case DeviceState.SILENT:
            return _("Silent: last heard {heard} ago, expected every {period}.").format(heard=heard, period=period)
        case DeviceState.FAULTY:
            return _("Faulty: heard {heard} ago, with a fault that is not closed.").format(heard=heard)
        case DeviceState.FLAPPING:
            return _("Flapping: it fell silent several times within a day; heard {heard} ago.").format(heard=heard)
        case DeviceState.PROVEN:
            return _("Proven online: {evidence} {proven} ago.").format(
                evidence=words.evidence(kind.evidence), proven=proven
            )
        case DeviceState.HEARD:
            return _("Heard {heard} ago, but not proven: {evidence} is awaited.").format(
                heard=heard, evidence=words.evidence(kind.evidence)
            )


def _colour(facts: DeviceFacts) -> str:
    state = facts.steps[0].state if facts.steps else DeviceState.REGISTERED
    return {"proven": "good", "silent": "bad", "faulty": "bad"}.get(state, "doubt")


def _figures(facts: DeviceFacts, end: BatteryEnd | None, days: int, now: datetime) -> list[Component]:
    kind = BY_KIND[DeviceKind(facts.kind)]
    skew = timedelta(seconds=facts.skew_seconds or 0)
    return [
        figure(
            _("Last evidence"),
            words.lasting(now - facts.proven_at) if facts.proven_at else _("none yet"),
            detail=words.evidence(kind.evidence),
        ),
        figure(
            _("Expected every"),
            words.hours(kind.period),
            detail=_("silence rings after {span}").format(span=words.hours(kind.alarm_after)),
        ),
        _battery(facts, end, days),
        figure(
            _("Clock"),
            "–" if facts.skew_seconds is None else words.lasting(abs(skew)),
            detail=_("not told")
            if facts.skew_seconds is None
            else _("ahead of ours")
            if skew < timedelta()
            else _("behind ours, at least"),
            kind="warn" if abs(skew) > CLOCK_WRONG else "",
        ),
    ]


def _battery(facts: DeviceFacts, end: BatteryEnd | None, days: int) -> Component:
    if facts.battery_pct is None and not days:
        return figure(_("Battery"), "–", detail=_("says nothing of a battery"))
    level = "–" if facts.battery_pct is None else str(facts.battery_pct)
    if end is None:
        detail = _("no end in sight from {n} days").format(n=days)
    else:
        detail = _("{pct} % around {day}, losing {rate:.1f} % a month").format(
            pct=f"{EMPTY_PCT:g}", day=end.on.isoformat(), rate=end.pct_a_month
        )
    return figure(_("Battery"), level, "%", detail, "warn" if (facts.battery_pct or 100) < 20 else "")


def _about(facts: DeviceFacts, now: datetime) -> Component:
    value = "–" if facts.signal is None else words.signal(facts.signal)
    if facts.signal is not None and facts.value is not None:
        value += f" {facts.value:g} {BY_SIGNAL[SignalKind(facts.signal)].unit}"
    gateway = facts.gateway
    rows = [
        (_("Last word"), value),
        (_("Its own time"), words.moment(facts.observed_at, now)),
        (_("Received"), words.moment(facts.heard_at, now)),
        (_("Radio signal"), "–" if facts.rssi_dbm is None else f"{facts.rssi_dbm} dBm"),
        (_("Speaks through"), dcc.Link(gateway.code, href=f"/devices/{gateway.code}") if gateway else _("itself")),
        (_("Installed"), facts.installed_on.isoformat()),
    ]
    return panel(
        _("What is known"),
        html.Table(
            html.Tbody([html.Tr([html.Td(name, className="quiet"), html.Td(told)]) for name, told in rows]),
            className="compact",
        ),
    )


def _history(facts: DeviceFacts, now: datetime) -> Component:
    if not facts.steps:
        return panel(_("How it has been"), note(_("Nothing yet.")))
    rows = [
        html.Tr(
            [
                html.Td(words.moment(step.since, now), className="number"),
                html.Td(words.lasting((step.until or now) - step.since), className="number quiet"),
                html.Td(
                    badge(words.device_state(step.state), words.device_state_class(step.state)),
                ),
                html.Td(_("with its gateway") if step.by_gateway else "", className="quiet"),
            ]
        )
        for step in facts.steps[:12]
    ]
    return panel(_("How it has been"), html.Table(html.Tbody(rows), className="compact"))


def _children(facts: DeviceFacts, now: datetime) -> Component:
    return panel(
        _("Speaks for {n} devices").format(n=len(facts.children)),
        html.Div([_child(child, now) for child in facts.children], className="device-list"),
    )


def _child(child: Neighbour, now: datetime) -> Component:
    heard = _("never heard")
    if child.heard_at is not None:
        heard = _("heard {span} ago").format(span=words.lasting(now - child.heard_at))
    state = child.state or DeviceState.REGISTERED
    return html.Div(
        html.Div(
            [
                dcc.Link([html.B(words.device_kind(child.kind)), " ", child.code], href=f"/devices/{child.code}"),
                html.Span(heard, className="quiet"),
                badge(words.device_state(state), words.device_state_class(state)),
            ]
        ),
        className="device",
    )
