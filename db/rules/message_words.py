"""A message as it reads on a telephone: in Chinese, short, with what, where, since when and what to do. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from db.rules.alarm_kinds import BY_KIND, AlarmKind

COLOURS = {1: "红", 2: "橙", 3: "黄", 4: "蓝"}
SHOWN_IN_A_DIGEST = 5
SIGNATURE = "安网"
REASONS = {
    "raised": "请立即查看并确认",
    "level_raised": "级别上升，请立即查看",
    "escalated": "下级未按时处置，已上报至您，请督促",
    "promise_due": "承诺办结时间已到，请处置或说明",
    "reminder": "尚未处置，请尽快处理",
    "handed_over": "已转交给您处理",
    "duty_check": "请立即应答",
    "work_order": "有新的工单待您处理",
    "window": "请知悉",
    "idle": "已确认但长时间未处置，请督促",
    "promise_passed": "承诺时间已过仍未办结，请督促",
    "confirmed": "已核实为真实火警，请立即处置",
    "letter": "督办单已签发，请按期反馈",
    "bulletin": "通报已印发，请查收本地区分册",
    "holes": "夜间预演发现通知链缺口，请补齐",
    "live_again": "演练或维护已结束仍在告警，请立即查看",
    "window_announced": "已安排演练或维护，请知悉",
    "window_ended": "演练或维护已结束，请知悉",
    "window_called_off": "演练或维护已取消，请知悉",
    "hazard_to_assign": "有新隐患待交办",
    "hazard_assigned": "隐患已交办给您，请按期整改",
    "hazard_to_accept": "隐患已整改，请验收",
    "hazard_sent_back": "整改未通过，请重新整改",
    "hazard_to_close": "隐患已验收，请销号",
    "hazard_overdue": "隐患整改已逾期，请尽快整改",
    "look_back_due": "隐患回头看到期，请复查",
    "appeal_filed": "有申诉待受理，请按期办理",
    "appeal_heard": "申诉已受理",
    "appeal_questioned": "申诉需补充材料，请按期答复",
    "appeal_answered": "申诉已补充材料，请继续办理",
    "appeal_upheld": "申诉成立，已更正记录",
    "appeal_refused": "申诉不成立，请查看理由",
    "appeal_withdrawn": "申诉已撤回",
    "appeal_overdue": "申诉办理已逾期，请尽快办理",
    "work_order_refused": "工单被拒，请另行安排",
    "work_order_handed_back": "工单被退回，请另行安排",
    "work_order_finished": "工单已完成，请确认",
    "work_order_returned": "工单未通过确认，请重新处理",
    "work_order_confirmed": "工单已确认办结",
    "work_order_cancelled": "工单已取消",
    "work_order_overdue": "工单已逾期，请尽快处理",
}
TITLES = {
    "hazard": "隐患",
    "work_order": "工单",
    "duty_check": "查岗",
    "window": "演练与维护",
    "letter": "督办单",
    "appeal": "申诉",
    "bulletin": "通报",
    "outbox": "消防报送",
}
PATHS = {
    "alarm": "/alarms?alarm={id}",
    "hazard": "/hazards?hazard={id}",
    "work_order": "/orders?order={id}",
    "duty_check": "/duty?answer={id}",
    "window": "/windows?window={id}",
    "letter": "/ladders?letter={id}",
    "appeal": "/appeals?appeal={id}",
    "bulletin": "/bulletins/{id}",
    "outbox": "/outbox?entry={id}",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What one notice is about; `kind` is the alarm's, None where it is about none."""

    subject_kind: str
    subject_id: int
    reason: str
    level: int
    kind: str | None
    venue: str
    """Empty where it is about a region."""
    area: str | None
    county: str
    at: datetime
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wording:
    title: str
    text: str
    path: str
    """Where in the portal it leads."""


def wording(told: Sequence[Told], zone: tzinfo) -> Wording:
    """One notice in full, or several as a digest."""
    return _one(told[0], zone) if len(told) == 1 else _digest(told, zone)


def _one(told: Told, zone: tzinfo) -> Wording:
    title = title_of(told)
    county = "" if told.venue and told.venue.startswith(told.county) else told.county
    where = county + told.venue + (f" {told.area}" if told.area else "")
    since = " 首次信号" if told.subject_kind == "alarm" else ""
    said = str(told.facts.get("text") or REASONS.get(told.reason, "请登录查看"))
    text = f"{title}：{where}，{told.at.astimezone(zone):%m-%d %H:%M:%S}{since}。{said}。"
    return Wording(title, text, path_of(told))


def _digest(told: Sequence[Told], zone: tzinfo) -> Wording:
    worst = min(each.level for each in told)
    venues = list(dict.fromkeys(each.venue for each in told if each.venue))
    listed = "；".join(
        f"{title_of(each)} {each.venue or each.county}{f' {each.area}' if each.area else ''}"
        f" {each.at.astimezone(zone):%H:%M}"
        for each in told[:SHOWN_IN_A_DIGEST]
    )
    more = f"；另有 {len(told) - SHOWN_IN_A_DIGEST} 条" if len(told) > SHOWN_IN_A_DIGEST else ""
    title = f"{len(told)} 条消息（最高{COLOURS[worst]}）"
    where = f"，{len(venues)} 家场所" if venues else ""
    return Wording(title, f"{title}{where}：{listed}{more}。", "/messages")


def title_of(told: Told) -> str:
    """火警（红）, or what else the notice is about."""
    if "title" in told.facts:
        return str(told.facts["title"])
    if told.kind is not None:
        return f"{BY_KIND[AlarmKind(told.kind)].name_zh}（{COLOURS[told.level]}）"
    return TITLES.get(told.subject_kind, "消息")


def path_of(told: Told) -> str:
    """Facts may name a place of their own; it must lie within the portal."""
    link = str(told.facts.get("link") or "")
    if link.startswith("/") and not link.startswith("//"):
        return link
    return PATHS.get(told.subject_kind, "/messages").format(id=told.subject_id)
