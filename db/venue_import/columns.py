"""The columns that a bureau's spreadsheet may have, by the headers that people write."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from db.rules.written_values import narrow


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key (a field of `WrittenVenue`), its header in the template, and other headers that mean it."""

    key: str
    header: str
    others: tuple[str, ...] = ()


def _person(key: str, phone_key: str, *names: str) -> tuple[Column, Column]:
    """A person's column and that of their phone."""
    phones = ("电话", "联系电话", "手机", "手机号", "手机号码", "联系方式", "电话号码")
    spelled = [*names[1:], *(f"{name}姓名" for name in names)]
    called = [f"{name}{phone}" for name in names for phone in phones]
    return Column(key, names[0], tuple(spelled)), Column(phone_key, called[0], tuple(called[1:]))


_OPERATOR, _OPERATOR_PHONE = _person(
    *("operator", "operator_phone", "负责人", "单位负责人", "学校负责人", "主要负责人", "联系人", "校长", "园长"),
)
BARE_PHONES = ("电话", "联系电话", "手机", "手机号", "手机号码", "联系方式", "电话号码")

COLUMNS: tuple[Column, ...] = (
    Column("name", "场所名称", ("名称", "学校名称", "单位名称", "机构名称", "场所", "学校", "校名", "单位")),
    Column("code", "场所编码", ("编码", "场所代码", "学校代码", "学校标识码", "机构代码", "单位代码")),
    Column("category", "场所类别", ("类别", "学校类别", "场所类型", "学校类型", "单位类别", "类型")),
    Column("sub_type", "办学层次", ("子类", "场所子类", "办学类型", "层次")),
    Column("city", "设区市", ("市", "所属市", "所在市", "所属设区市", "地市", "地级市", "市州", "城市")),
    Column(
        "county",
        "县区",
        (
            *("县市区", "所属县市区", "所在县市区", "所属县区", "所在县区", "县", "区", "区县", "所属区县", "所在区县"),
            *("行政区划代码", "行政区划", "所属行政区划", "区划代码", "县区代码", "县级行政区"),
        ),
    ),
    Column("address", "地址", ("详细地址", "场所地址", "学校地址", "单位地址", "办学地址", "所在地", "具体地址")),
    Column("lng", "经度", ("lng", "lon", "long", "longitude", "东经", "经度坐标", "坐标经度")),
    Column("lat", "纬度", ("lat", "latitude", "北纬", "纬度坐标", "坐标纬度")),
    Column("datum", "坐标系", ("坐标系统", "坐标类型", "坐标系类型", "坐标来源", "datum")),
    Column("students", "学生数", ("学生人数", "在校生数", "在校学生数", "在校人数", "在园幼儿数", "学员数", "人数")),
    *_person("legal_person", "legal_phone", "法定代表人", "法人", "法人代表"),
    _OPERATOR,
    Column(_OPERATOR_PHONE.key, _OPERATOR_PHONE.header, (*_OPERATOR_PHONE.others, *BARE_PHONES)),
    *_person("safety_officer", "safety_phone", "安全员", "安全负责人", "安全管理员", "安全管理人", "消防安全管理人"),
    Column("scope_from", "纳入日期", ("纳入时间", "纳入范围日期", "纳管日期")),
)
HEADERS = {column.key: column.header for column in COLUMNS}
REQUIRED = ("name", "category", "county", "lng", "lat")

_BRACKETS = re.compile(r"[(\[【].*?[)\]】]")
_RANKED = {
    "".join(c for c in text.lower() if c.isalnum()): (column.key, rank)
    for column in COLUMNS
    for rank, text in enumerate((column.header, *column.others))
}


@dataclass(frozen=True, slots=True)
class Recognised:
    """Which column stands at which place of a header row, and the header row as it reads."""

    places: dict[str, int]
    header: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        return not self.missing

    @property
    def missing(self) -> tuple[str, ...]:
        """Headers of the required columns that are not there."""
        return tuple(HEADERS[key] for key in REQUIRED if key not in self.places)


def recognised(header: Sequence[str]) -> Recognised:
    """The columns of a row that may be the header; of two that mean the same the better spelling counts."""
    ranked: dict[str, tuple[int, int]] = {}
    for place, text in enumerate(header):
        for key, rank in _meanings(text):
            ranked[key] = min(ranked.get(key, (rank, place)), (rank, place))
    return Recognised({key: place for key, (_rank, place) in ranked.items()}, tuple(header))


def recognised_over_two_rows(upper: Sequence[str], lower: Sequence[str]) -> Recognised:
    """The same for a header of two rows, merged cells filled: 法定代表人 over 姓名 and 电话."""
    width = max(len(upper), len(lower))
    above, below = ([*cells, *[""] * (width - len(cells))] for cells in (upper, lower))
    return recognised([_joined(a, b) for a, b in zip(above, below, strict=True)])


def _joined(above: str, below: str) -> str:
    if not below or below == above:
        return above
    if is_header(f"{above}{below}"):
        return f"{above}{below}"
    # A bare phone belongs to whoever stands above it: without them nobody knows whose it is.
    return below if not above or (is_header(below) and below not in BARE_PHONES) else f"{above}{below}"


def is_header(text: str) -> bool:
    """True where the text is the header of a known column."""
    return next(_meanings(text), None) is not None


def _meanings(text: str) -> Iterator[tuple[str, int]]:
    plain = narrow(text).lower()
    for spelling in (plain, _BRACKETS.sub("", plain)):
        found = _RANKED.get("".join(c for c in spelling if c.isalnum()))
        if found is not None:
            yield found
            return
