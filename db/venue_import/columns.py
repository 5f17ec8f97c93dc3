"""The columns that a bureau's spreadsheet may have, by the headers that people write."""

from collections.abc import Sequence
from dataclasses import dataclass

NAME, CATEGORY, SUB_TYPE, CITY, COUNTY = "name", "category", "sub_type", "city", "county"
ADDRESS, LNG, LAT, DATUM, STUDENTS, SCOPE_FROM = "address", "lng", "lat", "datum", "students", "scope_from"
LEGAL, LEGAL_PHONE, OPERATOR, OPERATOR_PHONE = "legal_person", "legal_phone", "operator", "operator_phone"
SAFETY, SAFETY_PHONE = "safety_officer", "safety_phone"
REQUIRED = (NAME, CATEGORY, COUNTY, LNG, LAT)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key, its header in the template, and other headers that mean the same."""

    key: str
    header: str
    others: tuple[str, ...] = ()


COLUMNS: tuple[Column, ...] = (
    Column(NAME, "场所名称", ("名称", "学校名称", "单位名称", "机构名称")),
    Column(CATEGORY, "场所类别", ("类别", "学校类别", "类型")),
    Column(SUB_TYPE, "办学层次", ("子类", "办学类型")),
    Column(CITY, "设区市", ("市", "所属市", "地市")),
    Column(COUNTY, "县区", ("县市区", "所属县市区", "所属县区", "县", "区县", "行政区划代码", "行政区划", "县区代码")),
    Column(ADDRESS, "地址", ("详细地址", "场所地址")),
    Column(LNG, "经度", ("lng", "lon", "longitude", "东经")),
    Column(LAT, "纬度", ("lat", "latitude", "北纬")),
    Column(DATUM, "坐标系", ("坐标系统", "坐标类型", "datum")),
    Column(STUDENTS, "学生数", ("学生人数", "在校生数", "人数")),
    Column(LEGAL, "法定代表人", ("法人", "法人代表")),
    Column(LEGAL_PHONE, "法定代表人电话", ("法人电话", "法人联系电话")),
    Column(OPERATOR, "负责人", ("运营人", "联系人", "校长", "园长")),
    Column(OPERATOR_PHONE, "负责人电话", ("联系电话", "联系人电话", "电话")),
    Column(SAFETY, "安全员", ("安全负责人", "安全管理员")),
    Column(SAFETY_PHONE, "安全员电话", ("安全负责人电话",)),
    Column(SCOPE_FROM, "纳入日期", ("纳入时间",)),
)


def plain(header: object) -> str:
    """A header without spaces, brackets, stars and case: 所属县(市、区)* is 所属县市区."""
    return "".join(c for c in str(header or "").lower() if c.isalnum())


_BY_HEADER = {plain(text): c.key for c in COLUMNS for text in (c.header, *c.others)}


def recognised(cells: Sequence[object]) -> dict[str, int]:
    """Which column stands where, in a row that may be the header."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        key = _BY_HEADER.get(plain(cell))
        if key is not None:
            found.setdefault(key, place)
    return found
