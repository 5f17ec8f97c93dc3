"""Which channels carry what, as everybody may read and the administrator may change; and how each gateway fares."""

from datetime import UTC, datetime, timedelta
from typing import Any

import dash
from dash import Dash, Input, Output, html
from dash.development.base_component import Component

from db.commands import notification_rules
from db.commands.people import Operator
from db.errors import AnwangError, NotAllowed
from db.queries import messages as message_queries
from db.queries import telling
from db.queries.messages import ChannelState
from db.rules.channels import CHANNELS, Channel
from db.rules.notification import Rule
from portal import asking, telling_words, words
from portal.components.layout import note, panel
from portal.components.ledger import Cell, ledger, number
from portal.components.press import press, pressed
from portal.components.toast import refused, toast
from portal.locale import _
from portal.pages.messages import ids, rule_form
from portal.pages.messages.rule_form import MAY_CHANGE

AWAY_AFTER = timedelta(seconds=60)


def tab(_query: dict[str, str], now: datetime) -> list[Component]:
    with asking.reading() as session:
        rules = telling.notification_rules(session)
        channels = message_queries.channels(session)
    return [
        panel(_("Gateways"), _gateways(channels, now), aside=_worker(channels, now)),
        panel(
            _("Which channels carry what"),
            html.P(_("The first rule that fits counts. Quiet hours never hold a fire back."), className="quiet"),
            _rules(rules, asking.current().role in MAY_CHANGE),
            rule_form.form(rules) if asking.current().role in MAY_CHANGE else None,
        ),
    ]


def _worker(channels: list[ChannelState], now: datetime) -> str:
    if not channels:
        return _("the telling worker never ran")
    told_at = max(each.told_at for each in channels)
    if now - told_at > AWAY_AFTER:
        return _("the telling worker has been away for {span}").format(span=words.lasting(now - told_at))
    return _("the telling worker runs; as of {at}").format(at=words.clock(told_at))


def _gateways(channels: list[ChannelState], now: datetime) -> Component:
    if not channels:
        return note(_("Nothing is sent: start the program that tells people (python -m ingest.notify)."), "error")
    head = (_("Channel"), _("State"), _("Goes to"), _("Receipts"), _("A second"), _("Last taken"), _("Last failure"))
    rows: list[list[Cell | str]] = [
        [
            telling_words.channel(each.channel),
            _gateway_state(each),
            each.far_end or ("–" if not each.is_configured else _("each person's own address")),
            (_("yes") if each.has_receipts else _("no")) if each.is_configured else "",
            number(f"{each.per_second:g}" if each.is_configured else ""),
            number(words.moment(each.last_ok_at, now) if each.is_configured else ""),
            Cell(
                f"{words.moment(each.last_failure_at, now)} {each.last_failure or ''}" if each.last_failure_at else "",
                kind="quiet why",
            ),
        ]
        for each in channels
    ]
    return ledger(head, rows)


def _gateway_state(each: ChannelState) -> Cell:
    if not each.is_configured:
        return Cell(_("not set up"), badge="")
    if each.is_demo:
        return Cell(_("demonstration: nothing leaves this machine"), badge="demo")
    failing = each.last_failure_at is not None and (each.last_ok_at is None or each.last_failure_at > each.last_ok_at)
    return Cell(_("fails"), badge="critical") if failing else Cell(_("set up"), badge="good")


def _rules(rules: list[Rule], may_change: bool) -> Component:
    head = [_("What is told"), *(telling_words.channel(row.channel) for row in CHANNELS), _("Quiet hours")]
    rows = [
        html.Tr(
            [
                html.Td(rule_form.name(rule)),
                *(html.Td(_switch(rule, row.channel, may_change), className="switch-cell") for row in CHANNELS),
                html.Td(_("comes anyway") if rule.pierces_quiet else _("waits"), className="quiet"),
            ]
        )
        for rule in rules
    ]
    table = html.Table([html.Thead(html.Tr([html.Th(each) for each in head])), html.Tbody(rows)], className="ledger")
    return html.Div(table, className="wide-table")


def _switch(rule: Rule, channel: Channel, may_change: bool) -> Component:
    is_in = channel in rule.channels
    if not may_change:
        return html.Span("✓" if is_in else "", className="switch-mark")
    return press(
        "✓" if is_in else "·",
        ids.SWITCH,
        {"rule": rule.id, "channel": channel.value},
        className="switch on" if is_in else "switch",
        **{"aria-pressed": "true" if is_in else "false", "aria-label": telling_words.channel(channel)},
    )


def register_callbacks(app: Dash) -> None:
    rule_form.register_callbacks(app)

    @app.callback(
        Output(ids.ACTED, "data", allow_duplicate=True),
        Output("toast", "children", allow_duplicate=True),
        Input(ids.SWITCH, "data"),
        prevent_initial_call=True,
    )
    def switch(button: Any) -> Any:
        asked = pressed(button, "rule", "channel")
        return _switched(int(asked["rule"]), str(asked["channel"]))


def _switched(rule_id: int, channel: str) -> tuple[Any, Any]:
    asker, now = asking.current(), datetime.now(UTC)
    try:
        if asker.role not in MAY_CHANGE or channel not in list(Channel):
            raise NotAllowed("Your role may look, not act.")
        with asking.reading() as session:
            operator = Operator(asker.person_id, asker.name, asker.address)
            notification_rules.switch(session, rule_id, Channel(channel), operator)
    except AnwangError as refusal:
        return dash.no_update, refused(refusal)
    return now.isoformat(), toast(_("Changed."))
