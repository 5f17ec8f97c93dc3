"""Which roles act; the others look."""

from db.rules.access_scope import Role
from db.rules.alarm_lifecycle import Act, Refusal

ACT_ON_ALARMS = frozenset({Role.PROVINCE, Role.CITY, Role.COUNTY, Role.VENUE, Role.MAINTAINER})
"""The five levels of supervision. Analysts, administrators and walls have no part in an alarm's life."""
CHANGE_LADDERS = frozenset({Role.PROVINCE, Role.ADMINISTRATOR})
"""Who is told when nobody moves is one rule for the whole province."""
ASK_THE_WATCH = frozenset({Role.PROVINCE, Role.CITY, Role.COUNTY})
"""Supervision asks; nobody checks his own duty."""
BIND_DEVICES = frozenset({Role.PROVINCE, Role.CITY, Role.COUNTY, Role.VENUE, Role.MAINTAINER})
"""GB/T 45839-2025: the maintainer binds a device by its code; the venue and those above it may too."""
ANNOUNCE_WINDOWS = ACT_ON_ALARMS
"""Whoever holds a drill or has devices worked on, and supervision."""
KEEP_ROSTERS = frozenset({Role.VENUE, Role.MAINTAINER})
"""Whoever keeps the watch says who watches; supervision sees it."""
FORWARD_FIRES = frozenset({Role.PROVINCE, Role.CITY, Role.COUNTY, Role.ADMINISTRATOR})
"""Who may have a message to the fire service tried again now."""
DRAW_PLANS = frozenset({Role.PROVINCE, Role.CITY, Role.COUNTY, Role.VENUE, Role.MAINTAINER})
"""Whoever knows the building: the venue, the maintainer who hangs devices in it, and supervision."""
DRAW_ZONES = frozenset({Role.PROVINCE, Role.CITY, Role.COUNTY, Role.VENUE})
"""What a camera watches is the venue's and supervision's choice."""
SHARE_SCENES = frozenset({Role.PROVINCE, Role.CITY, Role.COUNTY, Role.VENUE})
"""Who may show a venue's scene to somebody without an account: a maintainer may not give away what is not his."""
TOLD_AT_ONCE = frozenset({Role.COUNTY, Role.VENUE, Role.MAINTAINER})
"""Whose business an alarm is from its first second; cities and the province are told when nobody moves."""

REVIEW_VISION = ACT_ON_ALARMS
"""Whoever may say what an alarm was may say what a camera saw."""
EXPORT_REFUSALS = frozenset({Role.PROVINCE})
"""Pictures to learn from show faces: one office takes them away, and it is logged."""

SUPERVISION = frozenset({Role.PROVINCE, Role.CITY, Role.COUNTY})
EDIT_PLAYLISTS = SUPERVISION | {Role.ADMINISTRATOR}
"""What a region's walls show is its supervision's choice."""

ALARM_ACTS: dict[Act, frozenset[Role]] = {
    Act.ACKNOWLEDGE: ACT_ON_ALARMS,
    Act.PROMISE: ACT_ON_ALARMS,
    Act.VERIFY: ACT_ON_ALARMS,
    Act.HANDLE: ACT_ON_ALARMS,
    Act.CLOSE: SUPERVISION | {Role.MAINTAINER},
    Act.REOPEN: SUPERVISION,
    Act.HAND_OVER: ACT_ON_ALARMS,
    Act.COMMENT: ACT_ON_ALARMS,
    Act.ATTACH: ACT_ON_ALARMS,
    Act.SILENCE: frozenset({Role.VENUE, Role.MAINTAINER}),
}
"""A venue does not close its own alarm; the owner's own people silence, no one else (GB/T 45839-2025)."""

NOT_FOR_ROLE: dict[Act, Refusal] = {
    Act.CLOSE: Refusal("A venue does not close its own alarm: its maintainer or its bureau does."),
    Act.REOPEN: Refusal("Only a bureau opens a closed alarm again."),
    Act.SILENCE: Refusal("Only the venue's own people and its maintainer may silence."),
}
LOOKS_ONLY = Refusal("Your role may look, not act.")


def why_not(act: Act, role: Role) -> Refusal | None:
    """Why a role may not take this act, in one sentence; None where it may."""
    if role in ALARM_ACTS[act]:
        return None
    return NOT_FOR_ROLE.get(act, LOOKS_ONLY) if role in ACT_ON_ALARMS else LOOKS_ONLY
