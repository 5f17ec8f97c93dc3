"""Every word that the scene and the plan's editor show, in the reader's language: their scripts hold none."""

from db.rules.alarm_kinds import AlarmKind, AlarmState, Level
from db.rules.device_kinds import AreaKind, DeviceKind
from db.rules.online import DeviceState
from portal import words
from portal.locale import _


def of_scene() -> dict[str, str | dict[str, str]]:
    """For the view, on the portal and behind a link."""
    return {
        **_kinds(),
        "all_floors": _("All floors"),
        "floors": _("Floors"),
        "apart": _("Floors apart"),
        "routes": _("Escape routes"),
        "cameras": _("Camera views"),
        "names": _("Names"),
        "whole": _("Whole venue"),
        "north": _("North is up"),
        "device": _("Device"),
        "open_device": _("Open the device"),
        "open_alarm": _("Open the alarm"),
        "evidence": _("Evidence"),
        "close": _("Close"),
        "no_state": _("Not judged yet"),
        "alarmed": _("Alarm"),
        "in_drill": _("in a drill or maintenance"),
        "outdoors": _("Outdoors"),
        "not_placed": _("Not placed yet"),
        "assumed": _("place assumed: in the middle of its area"),
        "no_area": _("No area"),
        "no_webgl": _("This browser cannot draw in three dimensions; the list holds the same."),
        "empty": _("Nobody has drawn this venue yet."),
        "lost": _("The portal does not answer; what is shown is as of {at}."),
        "ended": _("This link has expired or was withdrawn."),
        "as_of": _("as of {at}"),
        "since": _("since {at}"),
        "heard": _("last heard {at}"),
        "never_heard": _("never heard"),
        "height": _("{n} m above the floor"),
        "calm": _("No alarm is open."),
        "open_alarms": _("{n} alarms are open"),
        "shown_floor": _("{floor}: {n} devices"),
        "canvas": _(
            "Three-dimensional view. Arrow keys turn it, plus and minus move nearer and away, Page Up and Page Down go"
            " through the floors, N and P through the devices, Home shows all."
        ),
        "share": _share(),
    }


def _share() -> dict[str, str]:
    return {
        "title": _("Share this view"),
        "explain": _(
            "Whoever holds the link sees this venue's floors, devices and open alarms, and nothing else; no account is"
            " needed. Every opening is written down."
        ),
        "purpose": _("For whom"),
        "purpose_hint": _("e.g. fire brigade, duty officer"),
        "lasting": _("For how long"),
        "hours": _("{n} hours"),
        "days": _("{n} days"),
        "make": _("Make a link"),
        "copy": _("Copy"),
        "copied": _("Copied."),
        "once": _("The link is shown this once; it stands nowhere else."),
        "withdraw": _("Withdraw"),
        "withdrawn": _("withdrawn"),
        "expired": _("expired"),
        "until": _("until {at}"),
        "visits": _("opened {n} times"),
        "never": _("never opened"),
        "none": _("No link was given out yet."),
    }


def _kinds() -> dict[str, str | dict[str, str]]:
    return {
        "device_kinds": {kind.value: words.device_kind(kind.value) for kind in DeviceKind},
        "states": {state.value: words.device_state(state.value) for state in DeviceState},
        "area_kinds": {kind.value: words.area_kind(kind.value) for kind in AreaKind},
        "alarm_kinds": {kind.value: words.alarm_kind(kind.value) for kind in AlarmKind},
        "alarm_states": {state.value: words.alarm_state(state.value) for state in AlarmState},
        "levels": {str(level.value): words.level(level.value) for level in Level},
    }


def of_editor() -> dict[str, str | dict[str, str]]:
    """For the plan's editor."""
    return {
        **_kinds(),
        "select": _("Select and move"),
        "draw_building": _("Draw a building"),
        "draw_area": _("Draw an area"),
        "draw_route": _("Draw an escape route"),
        "undo": _("Undo"),
        "redo": _("Redo"),
        "save": _("Save"),
        "saved": _("Saved as edition {n}."),
        "unsaved": _("not saved"),
        "delete": _("Delete"),
        "building": _("Building"),
        "new_building": _("Building {n}"),
        "name": _("Name"),
        "floors_above": _("Floors above ground"),
        "floors_below": _("Basements"),
        "floor_height": _("Height of a floor, m"),
        "this_height": _("Height of this floor, m"),
        "outdoors": _("Outdoors"),
        "length": _("Length, m"),
        "width": _("Width, m"),
        "area": _("Area"),
        "controlled_area": _("Controlled area"),
        "plain_room": _("a plain room"),
        "room": _("Room"),
        "route": _("Escape route"),
        "device": _("Device"),
        "height": _("Height above the floor, m"),
        "heading": _("Looks towards, degrees from north"),
        "angle": _("Sees across, degrees"),
        "reach": _("Sees so far, m"),
        "to_place": _("To be placed"),
        "all_placed": _("Every device has its place."),
        "place_hint": _("Choose one, then tap where it hangs; or drag it onto the plan."),
        "not_on_floor": _("{n} more on other floors"),
        "draw_hint": _("Tap corner after corner; the first one again, or Enter, closes it. Esc gives up."),
        "route_hint": _("Tap from the inside outwards, in the direction in which people leave; Enter ends it."),
        "keys_hint": _(
            "Tab goes from thing to thing, arrow keys move it (Shift: a metre), Delete takes it away, Ctrl+Z undoes."
        ),
        "first_building": _("Draw the first building, begin with a sketch, or take over a file."),
        "sketch": _("Begin with a sketch"),
        "sketch_hint": _("Worked out from the category, areas and devices on record; put it right by hand."),
        "take_over": _("Take over a file (GeoJSON, IFC)"),
        "taken": _("Taken over: look at it, then save."),
        "faults": _("{n} faults keep this plan from being saved"),
        "file_faults": _("{n} faults in the file; nothing was taken over"),
        "remarks": _("To look at"),
        "load_theirs": _("Load theirs"),
        "keep_mine": _("Keep mine to compare"),
        "draft_found": _("You have a draft of {at} that was not saved."),
        "draft_take": _("Go on with it"),
        "draft_drop": _("Throw it away"),
        "lost": _("The portal does not answer; what you drew is kept here. Try again in a moment."),
        "square": _("{n} m²"),
        "fit": _("Whole plan"),
        "canvas": _("Plan of the floor, seen from above"),
    }
