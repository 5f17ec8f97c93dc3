"""What an alarm is taken for and why, as people read it."""

from db.rules.alarm_folding import Happening
from db.rules.alarm_kinds import AlarmKind
from db.rules.alarm_natures import AGAINST, HINTS, Because, Nature
from portal.locale import _

SEPARATOR = " · "


def nature(value: str, kind: str) -> str:
    """In a badge."""
    is_fire = kind == AlarmKind.FIRE
    return {
        Nature.SUSPECTED_TEST: _("Suspected test"),
        Nature.SUSPECTED_FAULT: _("Suspected device fault"),
        Nature.REPORTED: _("Suspected fire, one witness") if is_fire else _("One witness"),
        Nature.CORROBORATED: _("Suspected fire, corroborated") if is_fire else _("Corroborated"),
    }[Nature(value)]


def because(value: str) -> str:
    """One reason."""
    return {
        Because.SECOND_DEVICE: _("a second device nearby"),
        Because.HEAT: _("heat beside it"),
        Because.RISING_HEAT: _("temperature rising beside it"),
        Because.POWER: _("an electrical alarm at the venue"),
        Because.GAS: _("a gas alarm at the venue"),
        Because.FIRE: _("a fire alarm at the venue"),
        Because.CAMERA: _("a camera's verdict"),
        Because.CALL_POINT: _("a call point was pressed"),
        Because.PANEL: _("a fire panel says so"),
        Because.PERSISTS: _("it does not let go"),
        Because.RISES: _("its values rise"),
        Because.FLAPPING: _("on and off within seconds, several times"),
        Because.TESTED: _("its device was being tested just before"),
        Because.FAULT_BESIDE: _("its device reported a fault just before"),
        Because.LOW_BATTERY: _("low battery"),
        Because.OPEN_FAULT: _("a fault of the device is open"),
        Because.NEAR_LIMIT: _("its quiet readings lie near the limit"),
        Because.OFTEN_FALSE: _("often false within a month"),
        Because.SAME_HOUR: _("false at this hour on several days"),
        Because.KITCHEN: _("in a kitchen"),
    }[Because(value)]


def step_note(step: str, note: str | None) -> str:
    """What stands beside a step of an alarm's life: reasons in words where it keeps them as codes."""
    if step not in (Happening.LEVEL_RAISED, Happening.TOLD_APART):
        return note or ""
    known = {each.value for each in Because}
    return SEPARATOR.join(because(code) if code in known else code for code in (note or "").split(",") if code)


def told(found: tuple[Because, ...]) -> list[str]:
    """What speaks for it, what against, what else is known: one sentence each, empty ones left out."""
    sides = (
        (_("For it: {reasons}"), [each for each in found if each not in AGAINST | HINTS]),
        (_("Against it: {reasons}"), [each for each in found if each in AGAINST]),
        (_("Also known: {reasons}"), [each for each in found if each in HINTS]),
    )
    return [words.format(reasons=SEPARATOR.join(map(because, each))) for words, each in sides if each]
