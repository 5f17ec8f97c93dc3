"""Words of channels, messages and hops, in the reader's language."""

from datetime import timedelta

from db.rules.channels import NOBODY, Channel, DeliveryState
from db.rules.deadlines import Hop, Stamp
from portal import words
from portal.locale import _


def channel(value: str) -> str:
    return {
        Channel.PORTAL: _("Portal"),
        Channel.WEB_PUSH: _("Push to a device"),
        Channel.SMS: _("Text message"),
        Channel.VOICE: _("Telephone call"),
        Channel.WECOM: _("WeCom robot"),
        Channel.DINGTALK: _("DingTalk robot"),
        Channel.EMAIL: _("E-mail"),
        Channel.WEBHOOK: _("Webhook"),
        NOBODY: _("No channel"),
    }.get(value, value)


def delivery_state(value: str) -> str:
    return {
        DeliveryState.WAITING: _("Waiting"),
        DeliveryState.SENT: _("Sent"),
        DeliveryState.DELIVERED: _("Arrived"),
        DeliveryState.FAILED: _("Failed"),
        DeliveryState.WITHHELD: _("Held back"),
        DeliveryState.NO_CHANNEL: _("No address"),
    }[DeliveryState(value)]


def delivery_class(value: str) -> str:
    """The badge's colour."""
    return {"delivered": "good", "failed": "critical", "no_channel": "critical", "withheld": "minor"}.get(value, "")


def delivery_error(value: str | None) -> str:
    """What the worker wrote down, in words where they are ours; a gateway's own words stand as they came."""
    return {
        "an invented person is not called over a real gateway": _(
            "Invented people are not called over a real gateway."
        ),
        "no address to be used": _("The person has no address that could be used."),
        "the address was taken away": _("The person took the address away."),
    }.get(value or "", value or "")


def reason(value: str) -> str:
    """Why this person is told."""
    return {
        "raised": _("raised; look and acknowledge"),
        "level_raised": _("its level rose"),
        "escalated": _("escalated to you: nobody acted in time"),
        "promise_due": _("the promised time has come"),
        "reminder": _("still not done"),
        "handed_over": _("handed over to you"),
        "duty_check": _("answer now"),
        "work_order": _("a work order for you"),
        "window": _("for your information"),
        "idle": _("taken on and left: press for it"),
        "promise_passed": _("the promised time has passed: press for it"),
        "confirmed": _("confirmed as a real fire: act at once"),
        "letter": _("a supervision letter was issued"),
        "bulletin": _("a bulletin was issued: your region's copy is ready"),
        "holes": _("the night's rehearsal found holes in the chain"),
        "live_again": _("still ringing after the drill or maintenance"),
        "window_announced": _("a drill or maintenance is announced"),
        "window_ended": _("the drill or maintenance has ended"),
        "window_called_off": _("the drill or maintenance is called off"),
        "hazard_to_assign": _("a hazard waits to be assigned"),
        "hazard_assigned": _("a hazard is yours to put right"),
        "hazard_to_accept": _("a hazard was put right: accept it or send it back"),
        "hazard_sent_back": _("sent back: put it right again"),
        "hazard_to_close": _("accepted: it can be closed"),
        "hazard_overdue": _("putting it right is overdue"),
        "look_back_due": _("its look-back is due"),
        "appeal_filed": _("an appeal waits to be taken up"),
        "appeal_heard": _("the appeal was taken up"),
        "appeal_questioned": _("the province asks about your appeal"),
        "appeal_answered": _("the bureau answered: hear it on"),
        "appeal_upheld": _("the appeal was upheld: the record is put right"),
        "appeal_refused": _("the appeal was refused: read why"),
        "appeal_withdrawn": _("the appeal was withdrawn"),
        "appeal_overdue": _("an appeal is overdue"),
        "work_order_refused": _("the work order was refused"),
        "work_order_handed_back": _("the work order was handed back"),
        "work_order_finished": _("the work is done: confirm it"),
        "work_order_returned": _("not confirmed: do it again"),
        "work_order_confirmed": _("the work order is confirmed"),
        "work_order_cancelled": _("the work order is cancelled"),
        "work_order_overdue": _("the work order is overdue"),
    }.get(value, "")


def subject(kind: str, alarm_kind: str | None, facts: dict[str, object]) -> str:
    """What a message is about."""
    if "title" in facts:
        return str(facts["title"])
    if alarm_kind is not None:
        return words.alarm_kind(alarm_kind)
    return {
        "hazard": _("Hazard"),
        "work_order": _("Work order"),
        "duty_check": _("Duty check"),
        "window": _("Drill or maintenance"),
        "letter": _("Supervision letter"),
        "appeal": _("Appeal"),
        "bulletin": _("Bulletin"),
    }.get(kind, _("Message"))


def hop(value: Hop) -> str:
    return {
        Hop.TO_DOOR: _("Device to door"),
        Hop.TO_CENTRE: _("Device to centre"),
        Hop.TO_STREAM: _("Record to open pages"),
        Hop.TO_SCREEN: _("Record to first screen"),
        Hop.PUSHED: _("Pushed over two kinds of channel"),
        Hop.TO_PHONE: _("Message to telephone"),
        Hop.FAULT_SHOWN: _("Fault shown"),
        Hop.LOSS_SHOWN: _("Loss of contact shown"),
        Hop.ACKNOWLEDGED: _("Acknowledged by a person"),
    }[value]


def about_hop(value: Hop) -> str:
    """From where to where a hop is measured."""
    return {
        Hop.TO_DOOR: _("From the device's own time of the signal to its receipt at a door."),
        Hop.TO_CENTRE: _("From the device's own time of the signal to the record."),
        Hop.TO_STREAM: _("From the record to the moment at which the portal sent it to every open page."),
        Hop.TO_SCREEN: _("From the record to the first page that had drawn it, where anybody was looking."),
        Hop.PUSHED: _("From the record to the moment at which two kinds of channel had each carried a message."),
        Hop.TO_PHONE: _("From handing a message over to the proof that a telephone had it; the quickest counts."),
        Hop.FAULT_SHOWN: _("From the device's own time of the fault to its showing on open pages."),
        Hop.LOSS_SHOWN: _("From the missing sign of life to its showing on open pages."),
        Hop.ACKNOWLEDGED: _("From the record to the first person who took the alarm on."),
    }[value]


def stamp(value: Stamp) -> str:
    return {
        Stamp.BEGUN: _("Device's own time"),
        Stamp.RECEIVED: _("Received at a door"),
        Stamp.RECORDED: _("On record"),
        Stamp.STREAMED: _("Sent to open pages"),
        Stamp.SHOWN: _("Drawn by the first screen"),
        Stamp.PUSHED: _("Pushed over two kinds of channel"),
        Stamp.PHONE_SENT: _("Quickest message left"),
        Stamp.PHONE: _("Quickest message on a telephone"),
        Stamp.ACKNOWLEDGED: _("Acknowledged by a person"),
    }[value]


def took(span: timedelta | None) -> str:
    """A hop's length: tenths of a second below a minute; "–" where there is none."""
    if span is None:
        return "–"
    seconds = span.total_seconds()
    if seconds < 60:
        return _("{s} s").format(s=f"{seconds:.1f}")
    return words.lasting(span)


def limit(span: timedelta) -> str:
    """A limit as the standard writes it: 15 s, 100 s, 24 hours."""
    seconds = span.total_seconds()
    return words.hours(span) if seconds >= 3600 else _("{s} s").format(s=f"{seconds:g}")
