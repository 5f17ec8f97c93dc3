"""Single sentences, what they claim and what does not add up in them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.rules.bulletin_audit import Quantity, Rule, audit
from db.rules.bulletin_audit.numerals import NUMBER, han_number, written

Q = Quantity


@pytest.mark.parametrize(
    ("said", "value", "lo", "hi"),
    [
        ("12,253家", "12253", "12253", "12253"),
        ("1.2万余家", "12000", "12000", "13000"),
        ("8万余起", "80000", "80000", "90000"),
        ("2300余家", "2300", "2300", "2400"),
        ("一万二千二百五十三家", "12253", "12253", "12253"),
        ("两千零九十六家", "2096", "2096", "2096"),
        ("六成五", "65", "65", "65"),
        ("百分之四十三点三", "43.3", "43.3", "43.3"),
        ("45.04%", "45.04", "45.04", "45.04"),
    ],
)
def test_numbers(said: str, value: str, lo: str, hi: str) -> None:
    found = NUMBER.search(said)
    assert found is not None
    number = written(found)
    assert [number.value, number.lo, number.hi] == [Decimal(value), Decimal(lo), Decimal(hi)]


@given(st.integers(1, 99_999))
def test_chinese_numbers_are_read_as_they_are_written(number: int) -> None:
    assert han_number(in_han(number)) == number


def in_han(number: int) -> str:
    """As a clerk writes it: 10203 is 一万零二百零三."""
    digits, written_out, gap = "零一二三四五六七八九", "", False
    for worth, name in ((10_000, "万"), (1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, worth)
        if digit:
            written_out += ("零" if gap and written_out else "") + digits[digit] + name
            gap = False
        else:
            gap = True
    return written_out


@pytest.mark.parametrize(
    "text",
    [
        "全省应接入100家，已接入65家，接入率65%。",
        "全省已接入12,253家（65%）。力争年底前接入率达到100%。",
        "有5个设区市接入率超过90%，3个县接入率低于30%。全省接入率为85%。",
        "全省接入率65%，较上期提高2.1个百分点，新增接入120家。全省已接入6,500家。",
        "幼儿园接入率由高到低依次为：景德镇市14.3%、九江市14.3%、萍乡市0%。",
        "全省接入率65%。赣州市已接入2,912家，占全省的24.5%。",
        "一、南昌市。已接入10家。\n二、九江市。已接入12家。",
        "近30天登记告警8起，其中3起尚未处置。3分钟内核实，15分钟内处置。",
        "南昌大学等3所高校已接入。全省高校已接入52所。",
        "全省已接入1.2万余家。全省已接入12,253家。",
        "全省应接入 100 家，已接入 65 家，接入率 65 %。",
        "浔阳区寄宿制中小学校接入率15.9%，值班值守率15.91%。",
        "高校接入率47.3%。公办本科应接入49家，已接入28家，占57.1%。公办高职应接入19家，已接入5家，占26.3%。"
        "民办本科应接入22家，已接入8家，占36.4%。民办高职应接入20家，已接入11家，占55%。",
        "",
        "。。。\n\n%%%家家",
    ],
)
def test_nothing_is_found_where_nothing_is_wrong(text: str) -> None:
    assert [f.explanation for f in audit(text).findings] == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("全省应接入100家，已接入66家，接入率65%。", Rule.RATE),
        ("幼儿园已接入82所，接入率50.7%。", Rule.RATE),
        ("幼儿园接入率由高到低依次为：九江市13.3%、景德镇市14.3%。", Rule.ORDER),
        ("接入率最高的是九江市（93%）。其中南昌市接入率95%。", Rule.ORDER),
        ("全省已接入100家。其中南昌市60家、赣州市50家。", Rule.PARTS),
        ("全省应接入100家，已接入60家，未接入41家。", Rule.PARTS),
        ("全省应接入50家，已接入60家。", Rule.PARTS),
        ("全省已接入1.2万余家。全省已接入13,253家。", Rule.SAME),
        ("新余市接入率40%，值班值守落实率52%。", Rule.DUTY),
        ("幼儿园应接入0所，已接入0所，接入率0%。", Rule.RATE),
        ("高校接入率47.3%，其中公办本科24.5%、公办高职15.5%、民办本科8.2%、民办高职5.5%。", Rule.PARTS),
    ],
)
def test_what_is_wrong_is_found(text: str, rule: Rule) -> None:
    assert [f.rule for f in audit(text).findings] == [rule]


def test_duty_above_access_that_the_text_counts_is_none() -> None:
    text = "新余市已接入40家，落实24小时值班值守52家。"
    told = text + "新余市有12家申报了24小时值班值守但未接入平台。"
    assert [f.rule for f in audit(text).findings] == [Rule.DUTY]
    assert audit(told).findings == ()


@given(
    st.text(
        alphabet="全省南昌市幼儿园接入率值班守未已0123456789,.%家所。，、：；（）其中分别为由高到低依次\n", max_size=120
    )
)
def test_any_text_is_read(text: str) -> None:
    found = audit(text)
    for finding in found.findings:
        assert 0 <= finding.start < finding.end <= len(text)
        assert finding.sentence in text
