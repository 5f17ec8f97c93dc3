"""What a rung's message says: the sentence that asks, in Chinese, as a telephone shows it."""

from datetime import timedelta

from db.rules.alarm_kinds import BY_KIND, AlarmKind
from db.rules.ladders import Party

COLOURS = {1: "红", 2: "橙", 3: "黄", 4: "蓝"}
NAMES = {
    Party.VENUE: "场所",
    Party.MAINTAINER: "维保单位",
    Party.OWNER: "承办人",
    Party.COUNTY: "县级",
    Party.CITY: "市级",
    Party.PROVINCE: "省级",
}
ASKS = {
    "raised": "请立即查看并确认",
    "level_raised": "级别上升，请立即查看并确认",
    "escalated": "下级未按时确认，请督促处置",
    "idle": "已确认但其后无处置，请督促",
    "promise_passed": "承诺办结时间已过仍未办结，请督促",
    "confirmed": "已核实为真实火情，请按预案响应",
}
INFORMS = {
    "raised": "请知悉，场所和维保单位已接到通知",
    "level_raised": "级别上升，请知悉",
    "escalated": "尚无人确认，请知悉",
    "idle": "已确认但其后无处置，请知悉",
    "promise_passed": "承诺办结时间已过仍未办结，请知悉",
    "confirmed": "已核实为真实火情，请知悉",
}
OF_THE_OWNER = {
    "idle": "由您承办，尚无处置，请尽快处理或说明",
    "promise_passed": "由您承办，承诺的办结时间已过，请办结或说明",
}


def sentence(reason: str, who: Party, *, asks: bool, alarms: int = 1) -> str:
    """What the message asks for; `alarms` of one venue may be told together."""
    said = OF_THE_OWNER.get(reason) if who is Party.OWNER else None
    said = said or (ASKS if asks else INFORMS)[reason]
    return f"{said}（该场所同时有{alarms}条告警）" if alarms > 1 else said


def title(kind: str, level: int) -> str:
    """火警（红）"""
    return f"{BY_KIND[AlarmKind(kind)].name_zh}（{COLOURS[level]}）"


def digest(venues: int, by_party: dict[Party, int]) -> str:
    """What a county is told of its holes after a rehearsal."""
    parts = "、".join(f"{NAMES[who]}{n}家" for who, n in by_party.items())
    return f"昨夜预演：{venues}家场所若此刻告警，有层级无人可通知（{parts}），请补齐责任人和联系方式"


def span(after: timedelta) -> str:
    """3分钟, 2小时, 1天"""
    seconds = int(after.total_seconds())
    for unit, name in ((86_400, "天"), (3600, "小时"), (60, "分钟")):
        if seconds >= unit and seconds % unit == 0:
            return f"{seconds // unit}{name}"
    return f"{seconds}秒"
