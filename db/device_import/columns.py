"""The columns of a device list, by the headers that people write."""

from collections.abc import Sequence

from db.rules.written_values import folded

COLUMNS: dict[str, tuple[str, ...]] = {
    "code": ("设备编号", "设备编码", "设备号", "设备id", "编号"),
    "kind": ("设备类型", "设备种类", "类型"),
    "model": ("型号", "设备型号", "规格型号"),
    "venue_code": ("场所编码", "场所代码", "学校代码", "学校标识码"),
    "venue": ("场所名称", "场所", "学校名称", "学校", "单位名称"),
    "floor": ("楼层", "所在楼层"),
    "area": ("部位", "安装部位", "安装位置", "位置", "区域"),
    "area_kind": ("部位类型", "区域类型"),
    "installed_on": ("安装日期", "安装时间", "投用日期"),
    "imei": ("imei", "imei号"),
    "platform": ("平台", "物联网平台", "运营商"),
    "identity": ("国标编码", "设备标识", "国标码", "27位编码"),
    "gateway": ("网关编号", "网关", "所属网关", "传输装置编号"),
    "source": ("传输装置地址", "源地址", "用传地址"),
}
"""The first is the header of the template."""
REQUIRED = ("code", "kind", "model", "installed_on")
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
    return lacking if {"venue", "venue_code"} & found.keys() else [*lacking, "场所编码"]
