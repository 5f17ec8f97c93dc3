"""The columns of a hazard ledger, by the headers that people write; both of our own lists can be read back."""

from collections.abc import Sequence

from db.rules.written_values import folded

COLUMNS: dict[str, tuple[str, ...]] = {
    "venue_code": ("场所编码", "场所代码", "学校代码", "学校标识码"),
    "venue": ("场所名称", "场所", "学校名称", "学校", "单位名称", "单位", "受检单位", "被检查单位"),
    "spot": ("部位", "隐患部位", "位置", "地点", "具体位置", "隐患地点"),
    "what": ("存在问题", "问题", "隐患", "隐患内容", "隐患描述", "问题描述", "存在的问题", "问题隐患", "主要问题"),
    "kind": ("问题类别", "隐患类别", "隐患类型", "类别", "类型"),
    "grade": ("隐患等级", "等级", "隐患级别", "级别"),
    "source": ("来源", "隐患来源", "发现方式", "问题来源"),
    "found_on": ("发现日期", "发现时间", "检查日期", "检查时间", "排查日期", "排查时间"),
    "found_by": ("发现人", "检查人", "检查人员", "排查人", "检查单位"),
    "responsible": ("责任人", "整改责任人", "整改负责人", "负责人"),
    "measure": ("整改措施", "措施"),
    "requirement": ("整改要求", "要求", "整改目标"),
    "due_on": ("整改时限", "整改期限", "完成时限", "期限", "限期"),
    "standing": ("整改情况", "整改状态", "状态", "整改进展", "完成情况"),
    "done_on": ("完成日期", "完成时间", "整改完成时间", "整改日期"),
    "accepted_by": ("验收人", "复查人", "验收人员", "复核人"),
    "closed_on": ("销号日期", "销号时间", "验收日期", "复查日期"),
    "looked_back_on": ("回头看日期", "回头看时间", "回头看"),
}
"""The first is the header of the template."""
REQUIRED = ("what", "spot", "found_on")
_BY_HEADER = {folded(header): key for key, headers in COLUMNS.items() for header in headers}


def places(header: Sequence[str]) -> dict[str, int]:
    """Which column stands where in a row that may be the header."""
    found: dict[str, int] = {}
    for place, text in enumerate(header):
        key = _BY_HEADER.get(folded(text.partition("（")[0].partition("(")[0]))
        if key is not None:
            found.setdefault(key, place)
    return found


def missing(found: dict[str, int]) -> list[str]:
    """Headers that must be there and are not; a venue by its code or its name."""
    lacking = [COLUMNS[key][0] for key in REQUIRED if key not in found]
    return lacking if {"venue", "venue_code"} & found.keys() else ["场所名称", *lacking]
