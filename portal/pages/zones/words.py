"""Every word of the editor of zones, in the reader's language: its scripts hold none."""

from typing import Any

from db.rules.camera_rules import RULES
from db.rules.zone_checks import LONGEST_NAME, MOST_ZONES
from portal import camera_words
from portal.locale import _


def of_editor() -> dict[str, Any]:
    return {
        "rules": camera_words.rules(),
        "rules_told": camera_words.rules_told(),
        "params": camera_words.params(),
        "modes": camera_words.modes(),
        "periods": camera_words.periods(),
        "weekdays": _("Mon Tue Wed Thu Fri Sat Sun").split(),
        **_drawing(),
        **_forms(),
        **_saving(),
        "hours": _hours(),
    }


def _drawing() -> dict[str, str]:
    return {
        "select": _("Select"),
        "draw": _("Draw a zone"),
        "undo": _("Undo"),
        "redo": _("Redo"),
        "save": _("Save"),
        "picture": _("New picture"),
        "loading": _("Fetching a picture of the camera…"),
        "as_of": _("picture of {at}"),
        "old": _("The camera gives no picture now; this is its newest on record, of {at}."),
        "draw_hint": _("Click corner after corner; the first corner, Enter or a double click closes the zone."),
        "keys_hint": _("Drag to move; the small dots add corners. Arrow keys move, Delete removes, Ctrl+Z undoes."),
        "canvas": _("Zones in the camera's picture"),
        "zone": _("Zone {n}"),
        "corner": _("Corner {n} of {name}"),
        "unsaved": _("Not saved yet"),
        "masked": _("Heads are blurred here; until they are found the whole picture is."),
        "unmask": _("Show unmasked"),
        "why": _("Why must faces be seen? (logged)"),
        "show": _("Show"),
        "opened": _("Unmasked until {at}; the reason is logged."),
    }


def _forms() -> dict[str, str]:
    return {
        "zones": _("Zones"),
        "none": _("No zone yet. Draw one: corridors, exits, the place of an extinguisher, the duty desk."),
        "name": _("Name of the zone"),
        "remove_zone": _("Remove the zone"),
        "whole": _("Whole picture"),
        "add_rule": _("Add a rule…"),
        "remove_rule": _("Remove the rule"),
        "mode": _("What it does"),
        "threshold": _("Threshold"),
        "between": _("{least} to {most}"),
        "out_of": _("{name} must lie between {least} and {most}."),
        "whole_number": _("{name} is a whole number between {least} and {most}."),
        "when": _("Judged during"),
        "always": _("No period chosen: at any time."),
        "muted": _("Wrong too often since {at}: what it finds waits for review instead of ringing."),
        "judged": _("People have judged {n} of its findings."),
        "look": _("How it must look: taken from this picture when you save."),
        "look_kept": _("How it must look is registered; it is taken anew where the zone moves."),
        "registers": _("Take it from this picture anew"),
        "no_name": _("Give the zone a name."),
        "crosses": _("The zone's outline crosses itself."),
        "most_zones": _("One camera has {n} zones at most."),
    }


def _saving() -> dict[str, str]:
    return {
        "saved": _("Saved as edition {n}; the camera is judged by it within 30 seconds."),
        "lost": _("The portal does not answer; nothing is lost. Try again."),
        "load_theirs": _("Load theirs"),
        "keep_mine": _("Keep mine"),
        "draft_found": _("What you drew here at {at} was not saved."),
        "draft_take": _("Go on with it"),
        "draft_drop": _("Drop it"),
    }


def _hours() -> dict[str, str]:
    return {
        "title": _("The venue's hours"),
        "hint": _("Rules go by these hours at every camera of the venue. An end before the beginning is the next day."),
        "period": _("Period"),
        "days": _("Days of the week"),
        "since": _("From"),
        "until": _("Until"),
        "first_on": _("First day"),
        "last_on": _("Last day"),
        "add": _("Add hours"),
        "remove": _("Remove these hours"),
        "save": _("Save the hours"),
        "saved": _("The hours are saved."),
        "none": _("No hours are entered: everything counts as outside teaching."),
        "incomplete": _("Give each row a beginning, an end and at least one day."),
    }


def limits() -> dict[str, Any]:
    """What each rule may be set to."""
    return {
        "zones": MOST_ZONES,
        "name": LONGEST_NAME,
        "rules": [
            {
                "rule": row.rule.value,
                "mode": row.mode.value,
                "threshold": row.threshold,
                "lowest": row.lowest,
                "highest": row.highest,
                "needs_zone": row.needs_zone,
                "rings": row.alarm_kind is not None,
                "params": [
                    {"name": name, "is_whole": p.is_whole, "default": p.default, "least": p.least, "most": p.most}
                    for name, p in row.params.items()
                ],
            }
            for row in RULES
        ],
    }
