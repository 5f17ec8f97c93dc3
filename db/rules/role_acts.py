"""Which roles act; the others look."""

from db.rules.access_scope import Role

ACT_ON_ALARMS = frozenset({Role.PROVINCE, Role.CITY, Role.COUNTY, Role.VENUE, Role.MAINTAINER})
"""The five levels of supervision. Analysts, administrators and walls have no part in an alarm's life."""
ASK_THE_WATCH = frozenset({Role.PROVINCE, Role.CITY, Role.COUNTY})
"""Supervision asks; nobody checks his own duty."""
ANNOUNCE_WINDOWS = ACT_ON_ALARMS
"""Whoever holds a drill or has devices worked on, and supervision."""
KEEP_ROSTERS = frozenset({Role.VENUE, Role.MAINTAINER})
"""Whoever keeps the watch says who watches; supervision sees it."""
FORWARD_FIRES = frozenset({Role.PROVINCE, Role.CITY, Role.COUNTY, Role.ADMINISTRATOR})
"""Who may have a message to the fire service tried again now."""
