"""Which roles act; the others look."""

from db.rules.access_scope import Role

ACT_ON_ALARMS = frozenset({Role.PROVINCE, Role.CITY, Role.COUNTY, Role.VENUE, Role.MAINTAINER})
"""The five levels of supervision. Analysts, administrators and walls have no part in an alarm's life."""
ASK_THE_WATCH = frozenset({Role.PROVINCE, Role.CITY, Role.COUNTY})
"""Supervision asks; nobody checks his own duty."""
BIND_DEVICES = frozenset({Role.PROVINCE, Role.CITY, Role.COUNTY, Role.VENUE, Role.MAINTAINER})
"""GB/T 45839-2025: the maintainer binds a device by its code; the venue and those above it may too."""
