"""What people write for kinds of device and of area."""

from db.rules.device_kinds import AreaKind, DeviceKind
from db.rules.written_values import folded

_DEVICES: dict[DeviceKind, tuple[str, ...]] = {
    DeviceKind.SMOKE_DETECTOR: ("感烟探测器", "感烟火灾探测器", "独立式感烟探测器", "烟感", "烟雾探测器", "烟感探测器"),
    DeviceKind.HEAT_DETECTOR: ("感温探测器", "感温火灾探测器", "温感", "温感探测器"),
    DeviceKind.GAS_DETECTOR: ("燃气探测器", "可燃气体探测器", "气感", "燃气报警器", "可燃气体报警器"),
    DeviceKind.ELECTRICITY_METER: ("智慧用电", "电气火灾监控探测器", "用电监测", "电表", "智能空开", "电气火灾探测器"),
    DeviceKind.CAMERA: ("摄像头", "摄像机", "监控", "视频监控"),
    DeviceKind.LOUDSPEAKER_COLUMN: ("音柱", "广播音柱", "网络音柱"),
    DeviceKind.HYDRANT: ("消火栓", "室内消火栓", "智能消火栓", "水压监测", "液压探测器"),
    DeviceKind.USER_TRANSMISSION_DEVICE: ("用户信息传输装置", "用传", "传输装置", "用户传输装置"),
    DeviceKind.MANUAL_CALL_POINT: ("手动火灾报警按钮", "手动报警按钮", "手报"),
}
_AREAS: dict[AreaKind, tuple[str, ...]] = {
    AreaKind.ESCAPE_ROUTE: ("疏散", "安全出口", "消防通道"),
    AreaKind.STAIRS: ("楼梯",),
    AreaKind.ENTRANCE: ("出入口", "大门", "入口", "门卫", "校门"),
    AreaKind.CORRIDOR: ("走廊", "过道", "连廊"),
    AreaKind.KITCHEN: ("厨房", "食堂", "后厨", "餐厅"),
    AreaKind.LABORATORY: ("实验", "实训"),
    AreaKind.CLASSROOM: ("教室", "活动室", "办公", "多功能", "机房", "图书", "教学"),
    AreaKind.DORMITORY: ("宿舍", "寝室", "午休", "睡眠"),
}
_DEVICE_BY_WORD = {folded(word): kind for kind, words in _DEVICES.items() for word in (*words, kind.value)}


def device_kind(written: str) -> DeviceKind | None:
    """The kind by any of its names, or by its word in the record."""
    return _DEVICE_BY_WORD.get(folded(written))


def area_kind(written: str) -> AreaKind | None:
    """The kind that an area's name tells: 3楼走廊 is a corridor; None where it tells none."""
    return next((kind for kind, words in _AREAS.items() if any(word in written for word in words)), None)


def first_name(kind: DeviceKind) -> str:
    """As forms and labels call it."""
    return _DEVICES[kind][0]


def first_names() -> tuple[str, ...]:
    """The name of each kind of device that a form offers."""
    return tuple(words[0] for words in _DEVICES.values())
