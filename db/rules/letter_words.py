"""What a supervision letter says, in the words of official letters: always Chinese, whoever reads the screen."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from db.rules.alarm_kinds import BY_KIND, AlarmKind, Level
from db.rules.ladders import Clock, Party

HERE = ZoneInfo("Asia/Shanghai")
COLOURS = {Level.CRITICAL: "红色", Level.MAJOR: "橙色", Level.MINOR: "黄色", Level.NOTICE: "蓝色"}
STEPS = {
    "raised": "告警产生",
    "joined": "另有设备报警",
    "level_raised": "级别升高",
    "told": "通知",
    "reminded": "提醒承办人",
    "escalated": "升级通知",
    "nobody_to_tell": "无人可通知",
    "acknowledged": "确认",
    "verified": "核实",
    "handled": "处置",
    "reopened": "重新打开",
    "handed_over": "移交",
}
"""Steps that stand in a letter; others are left out."""
NOT_DONE = {
    Clock.RAISED: "已收到通知，截至本单签发无人确认",
    Clock.ACKNOWLEDGED: "已确认，其后无任何处置动作",
    Clock.PROMISED: "承诺办结时间已过，尚未核实",
    Clock.CONFIRMED: "已核实为真实火情",
}
DUTIES = {"legal_person": "法定代表人", "operator": "负责人", "safety_officer": "安全员"}


def number(year: int, serial: int) -> str:
    """安督〔2026〕0012号"""
    return f"安督〔{year}〕{serial:04d}号"


def issuer(who: Party, place: str) -> str:
    """赣州市教育局, 江西省教育厅"""
    return f"{place}教育{'厅' if who is Party.PROVINCE else '局'}"


def moment(at: datetime) -> str:
    return at.astimezone(HERE).strftime("%Y年%m月%d日 %H:%M:%S")


def kind(value: str) -> str:
    return BY_KIND[AlarmKind(value)].name_zh


def level(value: int) -> str:
    return COLOURS[Level(value)]


def within(span: timedelta) -> str:
    """30分钟, 4小时, 2日"""
    minutes = round(span.total_seconds() / 60)
    if minutes % 1440 == 0:
        return f"{minutes // 1440}日"
    return f"{minutes // 60}小时" if minutes % 60 == 0 else f"{minutes}分钟"


def demand(alarm_kind: str, span: timedelta) -> list[str]:
    """What is demanded, point by point."""
    first = {
        AlarmKind.FIRE: "立即派人到现场核实；确有火情的，立即拨打119并组织疏散",
        AlarmKind.GAS: "立即派人到现场关阀、通风、核实泄漏；严禁现场使用电器开关和明火",
        AlarmKind.ELECTRICAL: "立即派人到现场核实，必要时断电排查线路和用电设备",
        AlarmKind.DUTY_UNANSWERED: "立即核实24小时值班值守情况，恢复在岗值守",
    }.get(AlarmKind(alarm_kind), "立即派人到现场核实并处置")
    return [
        f"{first}；",
        f"在本单签发后{within(span)}内，在安网平台确认、核实并填报处置结果；",
        "查明未按时响应的原因，明确责任人，防止再次发生。",
    ]
