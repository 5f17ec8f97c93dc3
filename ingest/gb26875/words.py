"""The standard's codes in words, Chinese and English (GB/T 26875.3-2011 tables 4 to 12)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Analogue:
    """A kind of reading: its unit, and what one count is worth in it."""

    word: Word
    unit: str
    step: float


_SYSTEMS = """
0 通用|general
1 火灾报警系统|fire alarm system
10 消防联动控制器|fire linkage controller
11 消火栓系统|hydrant system
12 自动喷水灭火系统|sprinkler system
13 气体灭火系统|gas extinguishing system
14 水喷雾灭火系统（泵启动方式）|water spray system, pump
15 水喷雾灭火系统（压力容器启动方式）|water spray system, pressure vessel
16 泡沫灭火系统|foam system
17 干粉灭火系统|dry powder system
18 防烟排烟系统|smoke control system
19 防火门及卷帘系统|fire doors and shutters
20 消防电梯|fire lift
21 消防应急广播|emergency broadcast
22 消防应急照明和疏散指示系统|emergency lighting and evacuation signs
23 消防电源|fire power supply
24 消防电话|fire telephone
"""
_COMPONENTS = """
0 通用|general
1 火灾报警控制器|fire alarm controller
10 可燃气体探测器|combustible gas detector
11 点型可燃气体探测器|point gas detector
12 独立式可燃气体探测器|stand-alone gas detector
13 线型可燃气体探测器|line gas detector
16 电气火灾监控报警器|electrical fire monitor
17 剩余电流式电气火灾监控探测器|residual current detector
18 测温式电气火灾监控探测器|electrical temperature detector
21 探测回路|detection loop
22 火灾显示盘|repeater display
23 手动火灾报警按钮|manual call point
24 消火栓按钮|hydrant button
25 火灾探测器|fire detector
30 感温火灾探测器|heat detector
31 点型感温火灾探测器|point heat detector
32 点型感温火灾探测器（S型）|point heat detector S
33 点型感温火灾探测器（R型）|point heat detector R
34 线型感温火灾探测器|line heat detector
35 线型感温火灾探测器（S型）|line heat detector S
36 线型感温火灾探测器（R型）|line heat detector R
37 光纤感温火灾探测器|fibre heat detector
40 感烟火灾探测器|smoke detector
41 点型离子感烟火灾探测器|point ionisation smoke detector
42 点型光电感烟火灾探测器|point photoelectric smoke detector
43 线型光束感烟火灾探测器|beam smoke detector
44 吸气式感烟火灾探测器|aspirating smoke detector
50 复合式火灾探测器|combined detector
51 复合式感烟感温火灾探测器|smoke and heat detector
52 复合式感光感温火灾探测器|light and heat detector
53 复合式感光感烟火灾探测器|light and smoke detector
61 紫外火焰探测器|ultraviolet flame detector
62 红外火焰探测器|infrared flame detector
69 感光火灾探测器|light detector
74 气体探测器|gas detector
78 图像摄像方式火灾探测器|image detector
79 感声火灾探测器|sound detector
81 气体灭火控制器|gas extinguishing controller
82 消防电气控制装置|fire electrical control device
83 消防控制室图形显示装置|control room display
84 模块|module
85 输入模块|input module
86 输出模块|output module
87 输入/输出模块|input and output module
88 中继模块|relay module
91 消防水泵|fire pump
92 消防水箱|fire water tank
95 喷淋泵|sprinkler pump
96 水流指示器|flow indicator
97 信号阀|signal valve
98 报警阀|alarm valve
99 压力开关|pressure switch
101 阀驱动装置|valve actuator
102 防火门|fire door
103 防火阀|fire valve
104 通风空调|ventilation and air conditioning
105 泡沫液泵|foam pump
106 管网电磁阀|pipe solenoid valve
111 防烟排烟风机|smoke fan
113 排烟防火阀|smoke exhaust fire valve
114 常闭送风口|normally closed supply outlet
115 排烟口|smoke outlet
116 电控挡烟垂壁|electric smoke curtain
117 防火卷帘控制器|shutter controller
118 防火门监控器|fire door monitor
121 警报装置|alarm device
"""


def _table(lines: str) -> dict[int, Word]:
    rows = (line.split(" ", 1) for line in lines.strip().splitlines())
    return {int(code): Word(*words.split("|")) for code, words in rows}


SYSTEMS = _table(_SYSTEMS)
COMPONENTS = _table(_COMPONENTS)
SYSTEM_STATE = (
    *(Word("正常", "normal"), Word("火警", "fire"), Word("故障", "fault"), Word("屏蔽", "shielded")),
    *(Word("监管", "supervisory"), Word("启动", "started"), Word("反馈", "feedback"), Word("延时", "delay")),
    *(Word("主电故障", "mains fault"), Word("备电故障", "backup fault"), Word("总线故障", "bus fault")),
    *(Word("手动", "manual"), Word("配置改变", "configuration changed"), Word("复位", "reset")),
)
COMPONENT_STATE = (*SYSTEM_STATE[:8], Word("电源故障", "power fault"))
DEVICE_STATE = (
    *(Word("正常", "normal"), Word("火警", "fire"), Word("故障", "fault"), Word("主电故障", "mains fault")),
    *(Word("备电故障", "backup fault"), Word("与监控中心通信信道故障", "channel to the centre fault")),
    Word("监测连接线路故障", "line to the panel fault"),
)
UNSET = {0: Word("测试", "test")}
"""What bit 0 of a state means while it is 0. A fire beside it is a fire all the same: both are shown."""
SYSTEM_OPERATION = (
    *(Word("复位", "reset"), Word("消音", "mute"), Word("手动报警", "manual alarm"), Word("警情消除", "alarm cleared")),
    *(Word("自检", "self-test"), Word("确认", "confirm"), Word("测试", "test")),
)
DEVICE_OPERATION = (*SYSTEM_OPERATION[:5], Word("查岗应答", "duty check answered"), SYSTEM_OPERATION[6])
ANALOGUES = {
    1: Analogue(Word("事件计数", "count"), "", 1),
    2: Analogue(Word("高度", "height"), "m", 0.01),
    3: Analogue(Word("温度", "temperature"), "°C", 0.1),
    4: Analogue(Word("压力", "pressure"), "MPa", 0.1),
    5: Analogue(Word("压力", "pressure"), "kPa", 0.1),
    6: Analogue(Word("气体浓度", "gas concentration"), "%LEL", 0.1),
    7: Analogue(Word("时间", "time"), "s", 1),
    8: Analogue(Word("电压", "voltage"), "V", 0.1),
    9: Analogue(Word("电流", "current"), "A", 0.1),
    10: Analogue(Word("流量", "flow"), "L/s", 0.1),
    11: Analogue(Word("风量", "air volume"), "m³/min", 0.1),
    12: Analogue(Word("风速", "wind speed"), "m/s", 1),
}
COMMANDS = {
    0: Word("预留", "reserved"),
    1: Word("控制命令", "control"),
    2: Word("发送数据", "send data"),
    3: Word("确认", "confirm"),
    4: Word("请求", "request"),
    5: Word("应答", "answer"),
    6: Word("否认", "deny"),
}
FLAGS = {
    1: Word("上传建筑消防设施系统状态", "system state"),
    2: Word("上传建筑消防设施部件运行状态", "component state"),
    3: Word("上传建筑消防设施部件模拟量值", "component analogue value"),
    4: Word("上传建筑消防设施操作信息", "system operation"),
    5: Word("上传建筑消防设施软件版本", "system software version"),
    6: Word("上传建筑消防设施系统配置情况", "system configuration"),
    7: Word("上传建筑消防设施部件配置情况", "component configuration"),
    8: Word("上传建筑消防设施系统时间", "system time"),
    21: Word("上传用户信息传输装置运行状态", "transmission device state"),
    24: Word("上传用户信息传输装置操作信息", "transmission device operation"),
    25: Word("上传用户信息传输装置软件版本", "transmission device version"),
    26: Word("上传用户信息传输装置配置情况", "transmission device configuration"),
    28: Word("上传用户信息传输装置系统时间", "transmission device time"),
    61: Word("读建筑消防设施系统状态", "read system state"),
    62: Word("读建筑消防设施部件运行状态", "read component state"),
    63: Word("读建筑消防设施部件模拟量值", "read component analogue value"),
    64: Word("读建筑消防设施操作信息", "read system operations"),
    65: Word("读建筑消防设施软件版本", "read system software version"),
    66: Word("读建筑消防设施系统配置情况", "read system configuration"),
    67: Word("读建筑消防设施部件配置情况", "read component configuration"),
    68: Word("读建筑消防设施系统时间", "read system time"),
    81: Word("读用户信息传输装置运行状态", "read transmission device state"),
    84: Word("读用户信息传输装置操作信息记录", "read transmission device operations"),
    85: Word("读用户信息传输装置软件版本", "read transmission device version"),
    86: Word("读用户信息传输装置配置情况", "read transmission device configuration"),
    88: Word("读用户信息传输装置系统时间", "read transmission device time"),
    89: Word("初始化用户信息传输装置", "initialise the transmission device"),
    90: Word("同步用户信息传输装置时钟", "set the transmission device's clock"),
    91: Word("查岗命令", "duty check"),
}


def named(table: dict[int, Word], code: int) -> Word:
    """The code's word; 128 to 255 are the vendor's own, the rest reserved."""
    kind = Word("用户自定义", "vendor's own") if code >= 128 else Word("预留", "reserved")
    return table.get(code, Word(f"{kind.zh} {code}", f"{kind.en} {code}"))


def bits(table: tuple[Word, ...], state: int, unset: dict[int, Word] | None = None) -> tuple[Word, ...]:
    """The words of the bits that are set, and of those that mean something while they are not."""
    told = []
    for place, word in enumerate(table):
        if state >> place & 1:
            told.append(word)
        elif unset and place in unset:
            told.append(unset[place])
    return tuple(told)
