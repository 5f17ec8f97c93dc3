"""A rule of notification filled in: what it is about, which channels carry it, and before which other it counts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import dash
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.commands import notification_rules
from db.commands.notification_rules import NEW, WrittenRule
from db.commands.people import Operator
from db.errors import AnwangError, InvalidInput, NotAllowed
from db.queries import telling
from db.rules.access_scope import Role
from db.rules.alarm_kinds import AlarmKind, Level
from db.rules.channels import CHANNELS, Channel
from db.rules.notification import Rule
from portal import asking, telling_words, words
from portal.components.moments import field
from portal.components.toast import refused, toast
from portal.locale import _
from portal.pages.messages import ids

MAY_CHANGE = frozenset({Role.ADMINISTRATOR, Role.PROVINCE})
REASONS = (
    *("raised", "level_raised", "escalated", "idle", "promise_due", "promise_passed", "confirmed", "handed_over"),
    *("duty_check", "letter", "holes", "live_again", "window_announced", "hazard_assigned", "hazard_to_accept"),
    *("hazard_sent_back", "hazard_overdue", "look_back_due", "work_order", "work_order_overdue"),
)
ROLES = (Role.VENUE, Role.MAINTAINER, Role.COUNTY, Role.CITY, Role.PROVINCE)
FIELDS = (
    *((ids.RULE_REASON, "value"), (ids.RULE_KIND, "value"), (ids.RULE_LEVEL, "value"), (ids.RULE_ROLE, "value")),
    *((ids.RULE_CHANNELS, "value"), (ids.RULE_QUIET, "value"), (ids.RULE_BEFORE, "value")),
)


def name(rule: Rule) -> str:
    """What a rule is about, in words."""
    parts = []
    if rule.reason is not None:
        parts.append(reason(rule.reason))
    if rule.kind is not None:
        parts.append(words.alarm_kind(rule.kind))
    if rule.worst_level is not None:
        parts.append(_("{colour} or worse").format(colour=words.level_colour(rule.worst_level)))
    if rule.role is not None:
        parts.append(words.role(rule.role))
    return " · ".join(parts) or _("Anything else")


def reason(value: str) -> str:
    return {
        "duty_check": _("Duty check"),
        "escalated": _("Escalated"),
        "letter": _("Supervision letter"),
        "work_order": _("Work order"),
    }.get(value, telling_words.reason(value))


def form(rules: Sequence[Rule]) -> Component:
    """One form for a new rule and for each that stands."""
    open_side = _("Any")
    kinds = [(kind.value, words.alarm_kind(kind)) for kind in AlarmKind]
    levels = [(int(level), _("{colour} or worse").format(colour=words.level_colour(level))) for level in Level]
    roles = [(role.value, words.role(role)) for role in ROLES]
    which = [{"value": NEW, "label": _("A new rule")}, *({"value": rule.id, "label": name(rule)} for rule in rules)]
    return html.Details(
        [
            html.Summary(_("Add or change a rule"), className="button"),
            html.Div(
                [
                    field(_("Which rule"), dcc.Dropdown(which, NEW, id=ids.RULE, clearable=False)),
                    html.Div(
                        [
                            _choice(
                                _("Told because"),
                                ids.RULE_REASON,
                                [(each, reason(each)) for each in REASONS],
                                open_side,
                            ),
                            _choice(_("Kind of alarm"), ids.RULE_KIND, kinds, open_side),
                            _choice(_("Level"), ids.RULE_LEVEL, levels, open_side),
                            _choice(_("Told to"), ids.RULE_ROLE, roles, open_side),
                        ],
                        className="form-row",
                    ),
                    field(
                        _("Channels"),
                        dcc.Checklist(
                            [
                                {"value": row.channel.value, "label": telling_words.channel(row.channel)}
                                for row in CHANNELS
                            ],
                            [Channel.PORTAL.value],
                            id=ids.RULE_CHANNELS,
                            inline=True,
                            className="weekdays",
                        ),
                    ),
                    dcc.Checklist(
                        [{"value": "pierces", "label": _("comes in quiet hours too")}], [], id=ids.RULE_QUIET
                    ),
                    field(
                        _("Counts before"),
                        dcc.Dropdown(
                            [{"value": rule.id, "label": name(rule)} for rule in rules],
                            rules[0].id if rules else None,
                            id=ids.RULE_BEFORE,
                            placeholder=_("none: it comes last"),
                        ),
                    ),
                    html.Div(
                        [
                            html.Button(_("Save the rule"), id=ids.RULE_SAVE, className="primary"),
                            html.Button(_("Remove the rule"), id=ids.RULE_REMOVE),
                        ],
                        className="form-row",
                    ),
                ],
                className="form rule-form",
            ),
        ],
        className="fold",
    )


def _choice(label: str, key: str, choices: Sequence[tuple[Any, str]], open_side: str) -> Component:
    options = [{"value": value, "label": said} for value, said in choices]
    return field(label, dcc.Dropdown(options, None, id=key, placeholder=open_side))


def register_callbacks(app: Dash) -> None:
    @app.callback(*[Output(key, part) for key, part in FIELDS], Input(ids.RULE, "value"), prevent_initial_call=True)
    def fill(chosen: int | None) -> Any:
        """A rule that stands, as it is; a new one keeps what was typed."""
        with asking.reading() as session:
            rules = telling.notification_rules(session)
        place = next((n for n, rule in enumerate(rules) if rule.id == chosen), None)
        if place is None:
            return (dash.no_update,) * len(FIELDS)
        rule, after = rules[place], rules[place + 1].id if place + 1 < len(rules) else None
        pierces = ["pierces"] if rule.pierces_quiet else []
        return rule.reason, rule.kind, rule.worst_level, rule.role, list(rule.channels), pierces, after

    @app.callback(
        Output(ids.ACTED, "data", allow_duplicate=True),
        Output("toast", "children", allow_duplicate=True),
        Input(ids.RULE_SAVE, "n_clicks"),
        Input(ids.RULE_REMOVE, "n_clicks"),
        State(ids.RULE, "value"),
        *[State(key, part) for key, part in FIELDS],
        prevent_initial_call=True,
    )
    def act(save: int | None, remove: int | None, chosen: int | None, *typed: Any) -> Any:
        if not save and not remove:
            return dash.no_update, dash.no_update
        try:
            said = _act(dash.ctx.triggered_id == ids.RULE_REMOVE, chosen or NEW, *typed)
        except AnwangError as refusal:
            return dash.no_update, refused(refusal)
        return datetime.now(UTC).isoformat(), toast(said)


def _act(is_removed: bool, rule_id: int, *typed: Any) -> str:
    """What was typed stays where it is refused."""
    asker = asking.current()
    if asker.role not in MAY_CHANGE:
        raise NotAllowed("Your role may look, not act.")
    operator = Operator(asker.person_id, asker.name, asker.address)
    with asking.reading() as session:
        if is_removed:
            if rule_id == NEW:
                raise InvalidInput("Choose the rule that is to go.")
            notification_rules.remove(session, rule_id, operator)
            return _("The rule is gone.")
        notification_rules.put(session, rule_id, _written(*typed), operator)
    return _("The rule counts from now on.")


def _written(
    because: str | None,
    kind: str | None,
    level: int | None,
    role: str | None,
    channels: list[str] | None,
    quiet: list[str] | None,
    before: int | None,
) -> WrittenRule:
    known = (
        (because in (None, *REASONS))
        and (kind in (None, *AlarmKind))
        and (level in (None, *Level))
        and (role in (None, *ROLES))
    )
    if not known:
        raise InvalidInput("This button is not known; load the page again.")
    return WrittenRule(tuple(channels or ()), because, kind, level, role, bool(quiet), before)
