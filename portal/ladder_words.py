"""Ladders as people read them, in the reader's language."""

from datetime import timedelta

from db.rules.ladders import Clock, Party
from portal.locale import _


def party(value: str) -> str:
    """Whom a rung tells."""
    return {
        Party.VENUE: _("The venue's people"),
        Party.MAINTAINER: _("The maintainer"),
        Party.OWNER: _("The alarm's owner"),
        Party.COUNTY: _("The county bureau"),
        Party.CITY: _("The city bureau"),
        Party.PROVINCE: _("The province office"),
    }[Party(value)]


def clock(value: str) -> str:
    """Since what a rung is counted."""
    return {
        Clock.RAISED: _("raised and not acknowledged"),
        Clock.ACKNOWLEDGED: _("acknowledged, and nothing moved"),
        Clock.PROMISED: _("the promised time has passed"),
        Clock.CONFIRMED: _("confirmed as a real fire"),
    }[Clock(value)]


def span(after: timedelta) -> str:
    """3 min, 2 h, 1 d; at once for nothing."""
    seconds = int(after.total_seconds())
    if not seconds:
        return _("at once")
    for unit, word in ((86_400, _("{n} d")), (3600, _("{n} h")), (60, _("{n} min"))):
        if seconds >= unit and seconds % unit == 0:
            return word.format(n=seconds // unit)
    return _("{n} s").format(n=seconds)


def asked(asks: bool) -> str:
    return _("asked to act") if asks else _("informed")


def steps() -> dict[str, str]:
    """What ladders add to an alarm's life, by the name of the step."""
    return {
        "told": _("Told"),
        "escalated": _("Escalated"),
        "reminded": _("Owner reminded"),
        "nobody_to_tell": _("Nobody to tell"),
    }


def reasons() -> dict[str, str]:
    """Why a ladder tells somebody, beside what an alarm's life tells."""
    return {
        "idle": _("Acknowledged and left"),
        "promise_passed": _("Promise not kept"),
        "confirmed": _("Real fire"),
    }


def channel(value: str) -> str:
    return {
        "portal": _("in the portal"),
        "web_push": _("web push"),
        "sms": _("text message"),
        "voice": _("voice call"),
        "wecom": _("WeCom"),
        "dingtalk": _("DingTalk"),
        "email": _("e-mail"),
        "webhook": _("webhook"),
    }.get(value, value)
