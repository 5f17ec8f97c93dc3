"""What stands between a venue and the numerator, the shortest way first."""

from enum import StrEnum

from db.rules.measures import MeasureKey


class Step(StrEnum):
    LAPSED = "lapsed"
    DEVICES_BOUND = "devices_bound"
    WATCHED_UNSEEN = "watched_unseen"
    NOTHING_YET = "nothing_yet"
    SOME_PROVEN = "some_proven"
    HEARD_UNPROVEN = "heard_unproven"
    DEVICES_SILENT = "devices_silent"
    NO_DEVICES = "no_devices"
    NOT_ACCESSED = "not_accessed"
    CONTRACT_ENDED = "contract_ended"
    ACCESSED_UNWATCHED = "accessed_unwatched"
    CHECK_UNANSWERED = "check_unanswered"
    NOT_ASKED = "not_asked"
    NO_DUTY = "no_duty"
    ALARMS_OPEN = "alarms_open"
    ALARMS_LATE = "alarms_late"
    HAZARDS_OVERDUE = "hazards_overdue"
    HAZARDS_RUNNING = "hazards_running"


_ALARMS = (Step.ALARMS_OPEN, Step.ALARMS_LATE)
STEPS: dict[MeasureKey, tuple[Step, ...]] = {
    MeasureKey.ACCESS: (Step.LAPSED, Step.DEVICES_BOUND, Step.WATCHED_UNSEEN, Step.NOTHING_YET),
    MeasureKey.PROVEN_ONLINE: (
        Step.SOME_PROVEN,
        Step.HEARD_UNPROVEN,
        Step.DEVICES_SILENT,
        Step.NO_DEVICES,
        Step.NOT_ACCESSED,
    ),
    MeasureKey.DECLARED_DUTY: (Step.CONTRACT_ENDED, Step.ACCESSED_UNWATCHED, Step.NOTHING_YET),
    MeasureKey.VERIFIED_DUTY: (Step.CHECK_UNANSWERED, Step.NOT_ASKED, Step.NO_DUTY),
    MeasureKey.ALARMS_ON_TIME: _ALARMS,
    MeasureKey.ALARMS_OVERDUE: (Step.ALARMS_LATE,),
    MeasureKey.ALARMS_UNHANDLED: (Step.ALARMS_OPEN,),
    MeasureKey.HAZARDS_CLOSED: (Step.HAZARDS_OVERDUE, Step.HAZARDS_RUNNING),
    # Its day has passed.
    MeasureKey.MILESTONE: (),
}
