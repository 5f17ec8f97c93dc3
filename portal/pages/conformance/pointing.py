"""Where a device is to be pointed while its trial is open."""

from dash import html
from dash.development.base_component import Component

from db.queries.bench import Trial
from db.rules.conformance import Protocol
from db.settings import Settings
from portal.components.layout import panel
from portal.locale import _
from portal.pages.conformance import ids


def pointing(trial: Trial, settings: Settings, base: str) -> Component:
    """Address, login and topic; the password alone is shown once, when the trial is begun."""
    assert trial.ends_at is not None
    return panel(
        _("Point the device here"),
        html.Table(
            html.Tbody(
                [
                    html.Tr([html.Td(name, className="quiet"), html.Td(html.Code(told))])
                    for name, told in _told(trial, settings, base)
                ]
            ),
            className="compact",
        ),
        html.P(
            _("What comes here is examined and shown. It becomes no signal and no alarm of any venue."),
            className="quiet",
        ),
        aside=html.Span(
            [
                html.Span("", className="bench-left", **{"data-until": trial.ends_at.isoformat()}),
                html.Button(_("End it"), id=ids.CLOSE, n_clicks=0),
            ],
            className="bench-live",
        ),
        kind="bench-pointing",
    )


def _told(trial: Trial, settings: Settings, base: str) -> list[tuple[str, str]]:
    host = base.partition("://")[2].partition("/")[0].rpartition(":")[0] or base.partition("://")[2].partition("/")[0]
    if trial.protocol == Protocol.GB26875:
        port = str(settings.gb26875_port) if settings.gb26875_port else _("closed: ANWANG_GB26875_PORT is not set")
        return [
            (_("Server"), host),
            (_("Port, TCP or UDP"), port),
            (_("Source address of the device"), str(trial.source)),
            (_("The same in bytes 13 to 18"), (trial.source or 0).to_bytes(6, "little").hex(" ").upper()),
            (_("Address of the centre"), str(settings.gb26875_address)),
        ]
    if trial.protocol == Protocol.MQTT:
        is_own = bool(settings.mqtt_url)
        return [
            (_("Broker"), _("the installation's own") if is_own else f"{host}:{settings.mqtt_port}"),
            (_("Login"), _("one that may publish there") if is_own else trial.key),
            (_("Topic, QoS 1"), f"anwang/v1/{trial.key}/<signal>"),
        ]
    return [(_("Address, POST"), f"{base}/api/v1/bench/{trial.key}/{trial.protocol}")]
