"""What people write in spreadsheets, read as they mean it."""

from datetime import date

import pytest

from db.rules import venue_words, written_values
from db.rules.county_names import County, CountyNames, county_names
from db.rules.venue_categories import Category, SubType
from db.rules.written_values import Axis, Refused
from db.venue_import.cells import text_of
from geodata.districts import districts


@pytest.fixture(scope="module")
def counties() -> CountyNames:
    cities = {city.adcode: city.name for city in districts("city")}
    return county_names(
        County(county.adcode, county.name, county.parent or 0, cities[county.parent or 0])
        for county in districts("county")
    )


@pytest.mark.parametrize(
    ("written", "degrees", "axis"),
    [
        ("114.9349", 114.9349, None),
        ("１１４．９３４９", 114.9349, None),
        ("114.9349°", 114.9349, None),
        ("114°56′05″", 114.934722, None),
        ("东经114度56分5秒", 114.934722, Axis.LNG),
        ("114°56.1'E", 114.935, Axis.LNG),
        ("N25:49:52", 25.831111, Axis.LAT),
        ("25°49''", None, None),
        ("114.9,25.8", None, None),
        ("114°61′05″", None, None),
        ("一百一十四", None, None),
    ],
)
def test_degrees(written: str, degrees: float | None, axis: Axis | None) -> None:
    if degrees is None:
        with pytest.raises(Refused):
            written_values.degrees(written)
        return
    found = written_values.degrees(written)
    assert found.degrees == pytest.approx(degrees, abs=1e-6)
    assert found.axis == axis


@pytest.mark.parametrize("written", ["2024-01-15", "2024/1/15", "2024年1月15日", "20240115", "45306", "2024.1.15"])
def test_a_day_in_every_shape(written: str) -> None:
    assert written_values.day(written) == date(2024, 1, 15)


@pytest.mark.parametrize("written", ["2024-02-30", "一月", "2024", "15/1/2024"])
def test_no_day(written: str) -> None:
    with pytest.raises(Refused):
        written_values.day(written)


@pytest.mark.parametrize(
    ("written", "phones"),
    [
        ("138 0000 0000", "13800000000"),
        ("+86-13800000000", "13800000000"),
        ("（0797）8123456", "0797-8123456"),
        ("7978123456", "0797-8123456"),
        ("0797-8123456转12", "0797-8123456-12"),
        ("400-800-1234", "400-800-1234"),
        ("13800000000/0797-8123456", "13800000000、0797-8123456"),
        ("12345", None),
        ("见附件", None),
    ],
)
def test_phones(written: str, phones: str | None) -> None:
    if phones is None:
        with pytest.raises(Refused):
            written_values.phones(written)
    else:
        assert written_values.phones(written) == phones


@pytest.mark.parametrize(
    ("county", "city", "adcode"),
    [
        ("360702", "", 360702),
        ("360702000000", "", 360702),
        ("章贡区", "", 360702),
        ("章贡", "赣州", 360702),
        ("赣州市章贡区", "", 360702),
        ("江西省赣州市章贡区", "江西省赣州市", 360702),
        ("南康市", "", 360703),
        ("上饶县", "上饶市", 361104),
        ("新建区", "赣江新区", 360112),
        ("章贡区（本级）", "", 360702),
    ],
)
def test_a_county_by_every_name(counties: CountyNames, county: str, city: str, adcode: int) -> None:
    assert counties.find(county, city).adcode == adcode


@pytest.mark.parametrize(
    ("county", "city", "why"),
    [
        ("赣州市", "", "是设区市"),
        ("章贡区", "南昌市", "不属于设区市"),
        ("章贡区", "南京市", "不存在"),
        ("朝阳区", "", "不是江西省的县"),
        ("110105", "", "不是江西省的县"),
        ("赣州市章贡区", "南昌市", "不一致"),
    ],
)
def test_no_county(counties: CountyNames, county: str, city: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        counties.find(county, city)


def test_every_county_is_found_by_its_full_name(counties: CountyNames) -> None:
    cities = {city.adcode: city.name for city in districts("city")}
    for county in districts("county"):
        assert counties.find(county.name, cities[county.parent or 0]).adcode == county.adcode


def test_kinds_of_venue_as_bureaus_call_them() -> None:
    assert venue_words.category("培训机构") is Category.TRAINING_INSTITUTION
    assert venue_words.category("幼儿园（民办）") is Category.KINDERGARTEN
    assert venue_words.category("kindergarten") is Category.KINDERGARTEN
    assert venue_words.sub_type("公办高职") is SubType.PUBLIC_VOCATIONAL
    with pytest.raises(Refused, match="不在字典内"):
        venue_words.category("网吧")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (180.0, "180"),
        (114.93490000000001, "114.9349"),
        ("  赣州 市\n第三中学 ", "赣州市第三中学"),
        ("ＡＢＣ１２３", "ABC123"),
        ("第三中学（东校区）", "第三中学（东校区）"),
        ("'=1+1", "=1+1"),
        ("a\u200bb_x000D_", "ab"),
    ],
)
def test_a_cell_as_the_text_that_a_person_sees(cell: object, text: str) -> None:
    assert text_of(cell) == text
