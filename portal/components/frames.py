"""A camera's picture of evidence: masked as the reader's role has it, opened with a reason that is logged."""

from collections.abc import Sequence
from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component

from portal.locale import _

LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Evidence:
    """A picture as it is to be shown: `is_masked` without leave, `may_open` with a reason, for `subject`."""

    frame_id: int
    picture: str
    clip: str | None
    name: str
    is_masked: bool
    may_open: bool
    subject: tuple[str, int]
    """`alarm` or `verdict`, and its number."""
    csrf_token: str


def framed(seen: Evidence, over: Sequence[Component] = ()) -> list[Component]:
    """The picture or its clip, and the way to see it unmasked where it is masked."""
    shown: Component = html.Img(src=seen.picture, alt=seen.name)
    if seen.clip is not None and not seen.is_masked:
        shown = html.Video(src=seen.clip, poster=seen.picture, controls=True, muted=True, loop=True, preload="none")
    frame = html.Div([shown, *over], className="framed", key=f"frame-{seen.frame_id}")
    return [frame, _opening(seen)] if seen.is_masked and seen.may_open else [frame]


def _opening(seen: Evidence) -> Component:
    """One line: why; `pages/frames.js` asks, and puts the picture in place."""
    kind, number = seen.subject
    return html.Details(
        [
            html.Summary(_("Show unmasked")),
            html.Div(
                [
                    dcc.Input(
                        type="text",
                        maxLength=LONGEST_REASON,
                        className="unmask-reason",
                        placeholder=_("Why must faces be seen? (logged)"),
                    ),
                    html.Button(_("Show"), type="button", className="button unmask-go"),
                ],
                className="unmask-line",
            ),
            html.P("", className="unmask-said", role="status"),
        ],
        className="unmask",
        key=f"unmask-{seen.frame_id}-{kind}-{number}",
        **{
            "data-frame": str(seen.frame_id),
            f"data-{kind}": str(number),
            "data-csrf": seen.csrf_token,
            "data-lost": _("The portal does not answer; nothing is lost. Try again."),
            "data-opened": _("Unmasked until {at}; the reason is logged."),
        },
    )
