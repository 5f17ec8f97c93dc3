"""Measures, and what stands between a venue and counting, in the reader's words."""

from db.rules.measures import BY_KEY, Counted, MeasureKey
from db.rules.movers import Step
from portal import words
from portal.locale import _


def name(measure: MeasureKey) -> str:
    return _(BY_KEY[measure].name)


def category(value: str) -> str:
    """A category, a sub-type or all of them."""
    return words.sub_type(value) if value in words.SUB_TYPES else words.category(value)


def category_short(value: str) -> str:
    """The same in a narrow head."""
    return words.sub_type(value) if value in words.SUB_TYPES else words.category_short(value)


def counted(measure: MeasureKey) -> str:
    """What one unit of the measure is."""
    return {Counted.VENUES: _("Venues"), Counted.ALARMS: _("Alarms"), Counted.HAZARDS: _("Hazards")}[
        BY_KEY[measure].counted
    ]


def show(value: str, measure: MeasureKey) -> str:
    """How venues stand to the figure."""
    if not BY_KEY[measure].is_better_high and value != "excluded":
        return {"missing": _("Not in the numerator"), "counts": _("In the numerator")}[value]
    return {"missing": _("Not counting yet"), "counts": _("Counting"), "excluded": _("Excluded")}[value]


def step(value: Step) -> str:
    """What they are, who stand before this step."""
    return {
        Step.LAPSED: _("Were connected before; the connection ended"),
        Step.DEVICES_BOUND: _("Devices are bound, the venue is not connected"),
        Step.WATCHED_UNSEEN: _("Duty is declared, nothing is connected"),
        Step.NOTHING_YET: _("Nothing yet"),
        Step.SOME_PROVEN: _("Some devices are proven, fewer than half"),
        Step.HEARD_UNPROVEN: _("Devices are heard, none is proven"),
        Step.DEVICES_SILENT: _("Devices are bound and silent"),
        Step.NO_DEVICES: _("Connected on the books, without a device"),
        Step.NOT_ACCESSED: _("Not connected"),
        Step.CONTRACT_ENDED: _("The contract ended within half a year"),
        Step.ACCESSED_UNWATCHED: _("Connected, without a duty contract"),
        Step.CHECK_UNANSWERED: _("Duty declared, a check left unanswered"),
        Step.NOT_ASKED: _("Duty declared, no evidence for a week"),
        Step.NO_DUTY: _("No duty declared"),
        Step.ALARMS_OPEN: _("Alarms are open still"),
        Step.ALARMS_LATE: _("Alarms were handled late"),
        Step.HAZARDS_OVERDUE: _("Hazards are overdue"),
        Step.HAZARDS_RUNNING: _("Hazards are being rectified"),
    }[value]
