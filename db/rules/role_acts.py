"""Which roles act; the others look."""

from db.rules.access_scope import Role

ACT_ON_ALARMS = frozenset({Role.PROVINCE, Role.CITY, Role.COUNTY, Role.VENUE, Role.MAINTAINER})
"""The five levels of supervision. Analysts, administrators and walls have no part in an alarm's life."""
CHANGE_LADDERS = frozenset({Role.PROVINCE, Role.ADMINISTRATOR})
"""Who is told when nobody moves is one rule for the whole province."""
ASK_THE_WATCH = frozenset({Role.PROVINCE, Role.CITY, Role.COUNTY})
"""Supervision asks; nobody checks his own duty."""
