"""The words that the wall's browser code says, in the reader's language."""

from typing import Any

from db.rules.alarm_kinds import AlarmKind, AlarmState, Level
from db.rules.signal_kinds import SIGNALS
from portal import regions, words
from portal.locale import _


def words_for_wall() -> dict[str, Any]:
    """For `wall.js` and `wall-takeover.js`."""
    return {
        "kinds": {kind.value: words.alarm_kind(kind) for kind in AlarmKind},
        "levels": ["", *[words.level_colour(level) for level in Level]],
        "states": {state.value: words.alarm_state(state) for state in AlarmState},
        "signals": {row.kind.value: words.signal(row.kind) for row in SIGNALS},
        "units": {row.kind.value: row.unit for row in SIGNALS},
        "regions": regions.english(),
        "window": _("Drill or maintenance"),
        "calm": _("No alarm is open."),
        "stale": _("as of {at}"),
        "lost": _("No contact with the portal for {span}. What is shown is as of {at}."),
        "silent": _("No data is coming in: {names}"),
        "waiting": _("{n} critical alarms are not verified yet"),
        "fact": {
            "reading": _("Reading"),
            "device": _("Device"),
            "state": _("State"),
            "first": _("First signal"),
            "others": _("Other critical alarms"),
            "cameras": _("Nearest cameras"),
            "told": _("Who was told"),
            "nobody": _("Nobody has been told yet."),
            "taken": _("taken {at}"),
            "dark": _("No picture yet"),
            "asked": _("No evidence could be fetched; trying again."),
        },
    }
