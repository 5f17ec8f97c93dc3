"""The wording of the September 2024 bulletin, in several wordings: its six contradictions, and no other."""

import re
from collections import Counter
from pathlib import Path

import pytest

from db.rules.bulletin_audit import Audit, Finding, Quantity, Rule, Subject, audit

FILES = Path(__file__).parent / "files"
SIX = {
    Rule.SUM: ("12,253", "11,907"),
    Rule.PARTS: ("47.3", "53.7"),
    Rule.RATE: ("164", "162"),
    Rule.SAME: ("12,253", "12,171"),
    Rule.DUTY: ("南昌市", "萍乡市", "赣州市", "抚州市"),
}


def read(name: str) -> Audit:
    return audit((FILES / name).read_text(encoding="utf-8"))


def of_without_duty(found: Audit) -> Finding:
    return next(finding for finding in found.findings if "2,096" in finding.explanation)


@pytest.mark.parametrize("name", ["2024-09.txt", "2024-09-in-other-words.txt", "2024-09-respectively.txt"])
def test_all_six_and_no_other(name: str) -> None:
    found = read(name)
    assert Counter(f.rule for f in found.findings) == Counter(dict.fromkeys(SIX, 1) | {Rule.SUM: 2})
    for rule, words in SIX.items():
        explanation = next(f.explanation for f in found.findings if f.rule is rule)
        assert all(word in explanation for word in words), explanation
    assert all(word in of_without_duty(found).explanation for word in ("2,095", "2,302"))


def test_each_points_at_its_sentence() -> None:
    text = (FILES / "2024-09.txt").read_text(encoding="utf-8")
    pointed = {finding.rule: finding for finding in audit(text).findings}
    assert text[pointed[Rule.SAME].start : pointed[Rule.SAME].end] == "12,171家"
    assert pointed[Rule.SAME].sentence.startswith("在已接入平台的12,171家机构中")
    assert text[pointed[Rule.RATE].start : pointed[Rule.RATE].end] == "50%"
    assert text[pointed[Rule.DUTY].start : pointed[Rule.DUTY].end] == "75%"
    assert pointed[Rule.PARTS].sentence == "已接入52所，接入率47.3%。"


def test_chinese_numbers_without_lists_of_cities() -> None:
    found = read("2024-09-in-chinese-numbers.txt")
    rules = Counter(f.rule for f in found.findings)
    assert rules == Counter({Rule.SUM: 2, Rule.PARTS: 1, Rule.RATE: 1, Rule.SAME: 1})
    assert "2,302" in of_without_duty(found).explanation


def test_what_is_read() -> None:
    claims = {(c.quantity, c.subject): c for c in read("2024-09.txt").claims}
    nanchang = Subject(360_100, "kindergarten")
    assert (
        claims[Quantity.ACCESS_RATE, nanchang].value == 456 / 10
        or str(claims[Quantity.ACCESS_RATE, nanchang].value) == "45.6"
    )
    assert str(claims[Quantity.DUTY_RATE, nanchang].value) == "75"
    alarms = claims[Quantity.ALARMS, Subject(360_000)].number
    assert [int(alarms.lo), int(alarms.hi)] == [80_000, 90_000]
    assert str(claims[Quantity.WITHOUT_DUTY, Subject(361_000)].value) == "102"
    assert str(claims[Quantity.FIRES, Subject(360_000)].value) == "3"


def test_another_day_that_is_said_is_no_contradiction() -> None:
    text = "截至2024年9月2日，全省已接入12,253家。\n截至2024年9月12日，全省已接入12,266家，其中校外培训机构6,137家。"
    assert audit(text).findings == ()
    assert [f.rule for f in audit(text.replace("截至2024年9月12日，", "")).findings] == [Rule.SAME]


def test_spaces_beside_numbers_change_nothing() -> None:
    text = (FILES / "2024-09.txt").read_text(encoding="utf-8")
    spaced = re.sub(r"(?<=[\u4e00-\u9fff])(?=\d)|(?<=[\d%])(?=[\u4e00-\u9fff])", " ", text)
    found, plain = audit(spaced), audit(text)
    assert [f.rule for f in found.findings] == [f.rule for f in plain.findings]
    assert len(found.claims) == len(plain.claims)
    for finding in found.findings:
        assert spaced[finding.start : finding.end].replace(" ", "") in (
            "12,253家",
            "47.3%",
            "50%",
            "12,171家",
            "2,096家",
            "75%",
        )
        assert finding.sentence in spaced
