"""What quantities are called in an explanation, and a doubt: a finding before its sentences are looked up."""

import re
from dataclasses import dataclass

from db.rules.bulletin_audit.claim import Claim, Quantity
from db.rules.bulletin_audit.finding import Rule

_Q = Quantity
_CALLED = {
    _Q.VENUES: "应接入数",
    _Q.ACCESSED: "已接入数",
    _Q.NOT_ACCESSED: "未接入数",
    _Q.LATE: "逾期未接入数",
    _Q.ACCESS_RATE: "接入率",
    _Q.ONLINE: "证实在线数",
    _Q.ONLINE_RATE: "在线率",
    _Q.ON_DUTY: "落实24小时值班值守数",
    _Q.DUTY_RATE: "值班值守落实率",
    _Q.NOT_ON_DUTY: "未落实值班值守数",
    _Q.WITHOUT_DUTY: "已接入未落实值班值守数",
    _Q.DOUBTFUL: "未接入而申报值班值守数",
    _Q.VERIFIED: "经核实值班值守数",
    _Q.VERIFIED_RATE: "值班值守核实率",
    _Q.MILESTONE: "按期接入数",
    _Q.MILESTONE_RATE: "按期接入率",
    _Q.ALARMS: "告警数",
    _Q.ALARMS_ON_TIME: "按时处置告警数",
    _Q.ON_TIME_RATE: "告警按时处置率",
    _Q.ALARMS_OVERDUE: "超时处置告警数",
    _Q.OVERDUE_RATE: "告警超时处置率",
    _Q.ALARMS_UNHANDLED: "未处置告警数",
    _Q.UNHANDLED_RATE: "告警未处置率",
    _Q.FIRES: "真实火警数",
    _Q.HAZARDS: "隐患数",
    _Q.HAZARDS_CLOSED: "已整改隐患数",
    _Q.HAZARDS_OPEN: "未整改隐患数",
    _Q.CLOSING_RATE: "隐患整改率",
    _Q.OPEN_RATE: "隐患未整改率",
    _Q.EXCUSED: "经批准剔除数",
    _Q.RANK: "名次",
}
_ALARMS = (_Q.ALARMS, _Q.ALARMS_ON_TIME, _Q.ALARMS_OVERDUE, _Q.ALARMS_UNHANDLED, _Q.FIRES)
_HAZARDS = (_Q.HAZARDS, _Q.HAZARDS_CLOSED, _Q.HAZARDS_OPEN)


def called(quantity: Quantity) -> str:
    return _CALLED.get(quantity, str(quantity))


def unit_of(quantity: Quantity) -> str:
    return "起" if quantity in _ALARMS else "处" if quantity in _HAZARDS else "家"


@dataclass(frozen=True, slots=True)
class Doubt:
    """What does not add up about one claim, and the other claims that say so."""

    rule: Rule
    claim: Claim
    explanation: str
    others: tuple[Claim, ...]


def doubt(rule: Rule, claim: Claim, explanation: str, *others: Claim) -> Doubt:
    return Doubt(rule, claim, explanation, others)


_SIGNS = str.maketrans(";:()", "；：（）")
_COMMA = re.compile(r"(?<!\d),|,(?!\d{3}(?!\d))")


def in_full_width(explanation: str) -> str:
    """With the signs of Chinese sentences; the commas of numbers stay."""
    return _COMMA.sub("，", explanation.translate(_SIGNS))
