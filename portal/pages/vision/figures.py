"""How often each rule was right on each camera, what was muted, thresholds with their limits; and the models."""

from datetime import datetime
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.vision_verdicts import ModelRow, RulePrecision
from db.rules.camera_rules import BY_RULE, CAMERA_UNFIT, VisionRule
from db.rules.role_acts import DRAW_ZONES
from db.rules.vision_learning import JUDGED_AT_LEAST
from db.rules.vision_review import interval
from portal import asking, camera_words, words
from portal.components.layout import badge, note, panel
from portal.locale import _

MOST_ROWS = 200


def precisions(rows: list[RulePrecision], days: int, now: datetime) -> Component:
    """Muted rules first, then those that were wrong most often."""
    spans = [
        dcc.Link(
            _("Last {n} days").format(n=n), href=f"/vision?days={n}", className="chip here" if n == days else "chip"
        )
        for n in (30, 90, 365)
    ]
    if not rows:
        body: Component = note(_("No rule has found anything in this time."))
    else:
        shown = sorted(rows, key=_order)[:MOST_ROWS]
        body = html.Div(
            html.Table([_head(), html.Tbody([_row(row, now) for row in shown])], className="compact"),
            className="scrolled",
        )
    return panel(
        _("How often rules are right"),
        html.Div(spans, className="chips"),
        html.P(
            _(
                "By people's verdicts, an alarm counted once. In brackets the range in which the true share lies with"
                " 95 % certainty. Fewer than {n} verdicts teach a rule nothing."
            ).format(n=JUDGED_AT_LEAST),
            className="quiet",
        ),
        body,
    )


def _order(row: RulePrecision) -> tuple[bool, float, int]:
    return row.muted_at is None, 2.0 if row.precision is None else row.precision, -row.found


def _head() -> Component:
    words_first, words_last = (_("Rule of vision"), _("Camera")), (_("State"), _("Threshold"))
    numbers = (_("Findings of the rule"), _("It is right"), _("Wrong"), _("Precision"))
    heads = [
        *(html.Th(name) for name in words_first),
        *(html.Th(name, className="number") for name in numbers),
        *(html.Th(name) for name in words_last),
    ]
    return html.Thead(html.Tr(heads))


def _row(row: RulePrecision, now: datetime) -> Component:
    return html.Tr(
        [
            html.Td(camera_words.rules()[row.rule]),
            html.Td(dcc.Link(row.camera, href=f"/cameras?camera={row.device_id}")),
            *(html.Td(words.count(n), className="number") for n in (row.found, row.confirmed, row.refused)),
            html.Td(_share(row), className="number"),
            html.Td(_state(row, now)),
            html.Td(_threshold(row)),
        ],
        className="muted-rule" if row.muted_at else "",
    )


def _share(row: RulePrecision) -> str:
    found = interval(row.confirmed, row.confirmed + row.refused)
    if found is None or row.precision is None:
        return "–"
    return f"{row.precision:.0%} ({found[0]:.0%}–{found[1]:.0%})"


def _state(row: RulePrecision, now: datetime) -> Component:
    if row.muted_at is not None and row.least_precision is not None:
        since = words.moment(row.muted_at, now)
        said = _("Muted since {at}: below {least}").format(at=since, least=f"{row.least_precision:.0%}")
        return badge(said, "alarmed")
    return html.Span(camera_words.modes().get(row.mode or "ring", "–"))


def _threshold(row: RulePrecision) -> Any:
    if row.rule == CAMERA_UNFIT or row.threshold is None or row.rule_id is None:
        return "–"
    limits = BY_RULE[VisionRule(row.rule)]
    said = html.Small(f"{limits.lowest:g}–{limits.highest:g}", className="quiet")
    if asking.current().role not in DRAW_ZONES:
        return [f"{row.threshold:.2f} ", said]
    field = dcc.Input(
        type="number",
        id=f"threshold-{row.rule_id}-{row.threshold:.4f}",
        value=round(row.threshold, 3),
        step="any",
        className="threshold",
    )
    return html.Label([field, said], className="threshold-of", **{"data-rule": str(row.rule_id)})


def models(rows: list[ModelRow], now: datetime) -> Component:
    """The card of every model that a worker has used."""
    if not rows:
        return panel(_("Models"), note(_("No worker has used a model yet.")))
    return panel(_("Models"), html.Div([_model(row, now) for row in rows], className="model-cards"))


def _model(row: ModelRow, now: datetime) -> Component:
    told = row.card
    trained_on, remark = told.get("trained_on"), told.get("note")
    facts = [
        (_("Architecture"), told.get("architecture", "–")),
        (_("Licence"), told.get("licence", "–")),
        (_("Trained on"), _(trained_on) if trained_on else "–"),
        (_("Source"), told.get("source", "–")),
        ("SHA-256", html.Code(row.sha256.hex())),
        (_("Last used"), words.moment(row.seen_at, now)),
    ]
    return html.Article(
        [
            html.H3(
                [row.name, " ", badge(_("Synthetic scenes only"), "alarmed") if told.get("is_synthetic") else None]
            ),
            html.Dl([part for name, said in facts for part in (html.Dt(name), html.Dd(said))]),
            html.Ul([html.Li(_measured(each)) for each in told["measured"]])
            if told.get("measured")
            else html.P(_("Its accuracy has not been measured here."), className="late"),
            html.P(_(remark), className="quiet") if remark else None,
        ],
        className="model-card",
    )


def _measured(told: dict[str, Any]) -> str:
    metric, test_set, size = (_(told[name]) for name in ("metric", "test_set", "size"))
    parts = [f"{metric} {told['value']:g}", test_set, size]
    return " · ".join([*parts, _("rendered pictures")] if told["origin"] == "synthetic" else parts)
