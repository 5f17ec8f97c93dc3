"""The wording of bulletins: figures by reference alone, copies of regions, and a canonical form that stays."""

import random
from datetime import date
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from db.rules.bulletin import BlockKind, Bulletin, as_data, of_data, ordinal, plain_text, render_text
from db.rules.bulletin_figures import Figures, UnknownReference, cited, filled, resolved
from db.rules.bulletin_problems import PROBLEMS, Standing, VenueLine
from db.rules.bulletin_template import SECTIONS, template
from db.rules.bulletin_wording import typed_figures, unknown_references
from db.rules.measures import MeasureKey
from db.rules.snapshot_form import FigureLine, content, difference, packed, unpacked, with_names_of
from db.rules.venue_categories import BULLETIN_CATEGORIES

DAY = date(2024, 9, 2)
NAMES = {360000: "江西省", 360100: "南昌市", 360700: "赣州市", 360702: "章贡区", 360703: "南康区"}


def lines(*, seed: int = 1, none_of: str = "") -> list[FigureLine]:
    """Figures of a small province, invented; `none_of` is a category that no venue is of."""
    rng = random.Random(seed)
    made = []
    for adcode, category in product(NAMES, ("all", *BULLETIN_CATEGORIES)):
        of = 0 if category == none_of else rng.randint(5, 900)
        for measure in ("access", "declared_duty", *PROBLEMS):
            level = "county" if adcode % 100 else "city" if adcode % 10_000 else "province"
            made.append(FigureLine(measure, level, adcode, NAMES[adcode], category, rng.randint(0, of), of))
    return made


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("全省已接入11907家。", ["11907家"]),
        ("接入率63.2%，较上期提高2.5个百分点。", ["63.2%", "2.5个"]),
        ("约１.２万家、百余家、十二家、两家、百分之六十", ["１.２万家", "百余家", "十二家", "两家", "百分之六十"]),
        ("提高三个百分点，排第3名", ["三个百分点", "3"]),
        ("{access/here/all/count}0家", ["0家"]),
        ("截至2024年9月2日，9月底前，5月31日前，2024-09-02", []),
        ("省安委办〔2024〕12号文件第3条、第十二条，附件3，GB/T 45839—2025，“1·24”火灾", []),
        ("落实24小时值班值守，10个工作日内整改，近30天，拨打119，电话0791-86765012", []),
        ("接入一家、验收一家，每一家场所，第三方维保单位，（1）第一", []),
        ("{place}接入率{access/here/all/rate}。", []),
    ],
)
def test_a_typed_figure_is_found_and_a_date_is_not(written: str, typed: list[str]) -> None:
    assert typed_figures(written) == typed


@example(119, "家", "共有")
@given(st.integers(0, 99_999), st.sampled_from(["家", "%", "所", "起", ""]), st.sampled_from(["共有", "接入", "其中"]))
def test_no_typed_number_slips_through(number: int, unit: str, before: str) -> None:
    assert typed_figures(f"{before}{number}{unit}，另有情况")


def test_the_templates_own_wording_is_clean() -> None:
    figures = Figures.of(lines())
    for section in SECTIONS:
        for block in section.blocks:
            assert typed_figures(block.text) == []
            assert unknown_references(block.text, figures, 360000) == []
    assert of_data(as_data(SECTIONS)) == SECTIONS


@pytest.mark.parametrize(
    "written",
    [
        *("access/360100/kindergarten", "access/360100/kindergarten/median", "acces/here/all/rate"),
        *("access/here/zoo/rate", "access/99/all/rate", "", "day/"),
    ],
)
def test_a_reference_that_names_nothing_is_refused(written: str) -> None:
    with pytest.raises(UnknownReference):
        resolved(written, 360000)
    assert unknown_references(f"{{{written}}}", Figures.of(lines()), 360000) == [written]


def test_a_region_without_figures_and_a_loose_brace_are_refused() -> None:
    figures = Figures.of(lines())
    assert unknown_references("{access/440100/all/rate}", figures, 360000) == ["access/440100/all/rate"]
    assert unknown_references("接入率{access/here/all/rate", figures, 360000) == ["{"]


def test_cities_stand_in_the_order_of_their_rates() -> None:
    made = [
        FigureLine("access", "province", 360000, "江西省", "all", 90, 300),
        FigureLine("access", "city", 360100, "南昌市", "all", 10, 100),
        FigureLine("access", "city", 360200, "景德镇市", "all", 1, 8),
        FigureLine("access", "city", 360700, "赣州市", "all", 79, 192),
    ]
    said = "".join(
        p.text for p in filled("{access/here/all/order}；{access/here/all/counts}", Figures.of(made), 360000, DAY)
    )
    assert said == (
        "赣州市41.1%（192家中79家）、景德镇市12.5%（8家中1家）、南昌市10%（100家中10家）；赣州市79家、南昌市10家、景德镇市1家"
    )


@pytest.mark.parametrize("seed", range(4))
def test_a_copy_says_nothing_of_other_regions(seed: int) -> None:
    figures = Figures.of(lines(seed=seed))
    whole = template(DAY, 360000, "江西省教育厅")
    for region, name in NAMES.items():
        text = plain_text(whole.copy_for(region), figures)
        outside = {
            other
            for code, other in NAMES.items()
            if code != region and not str(code).startswith(str(region).rstrip("0"))
        }
        body = text.split("\n", 3)[3]
        assert not [other for other in outside if other in body and other != "江西省"], name


def test_paragraphs_without_venues_are_left_out_and_the_rest_is_numbered_on() -> None:
    said = render_text(template(DAY, 360000, "江西省教育厅"), lines(none_of="university_or_college"))
    assert "高校。" not in said.split("二、接入进展情况")[1]
    assert "（一）中等职业学校。" in said
    assert "（二）寄宿制中小学校。" in said


def test_what_was_not_measured_is_not_said() -> None:
    only = [line for line in lines() if line.measure in ("access", "declared_duty")]
    said = render_text(template(DAY, 360000, "江西省教育厅"), only)
    assert "四、工作要求" in said
    assert "存在的主要问题" not in said
    assert "证实率" not in said


def test_a_block_about_one_city_is_in_its_copy_alone() -> None:
    own = template(DAY, 360000, "江西省教育厅")
    block = own.sections[1].blocks[0]
    named = type(block)("mine", BlockKind.TEXT, "南昌市接入率{access/360100/all/rate}。全省努力。")
    document = Bulletin(own.title, "", own.issuer, DAY, 360000, (type(own.sections[1])("s", "情况", (named,)),))
    figures = Figures.of(lines())
    assert "南昌市接入率" in plain_text(document, figures)
    assert "南昌市接入率" in plain_text(document.copy_for(360100), figures)
    assert plain_text(document.copy_for(360700), figures).endswith("全省努力。\n")
    assert [each.adcode for each in cited(named.text, 360700)] == [360100]


def test_ordinals() -> None:
    assert [ordinal(n) for n in (1, 10, 11, 19)] == ["一", "十", "十一", "十九"]


VENUES = st.lists(
    st.builds(
        VenueLine,
        st.integers(1, 10**6),
        st.text(max_size=12).map(lambda name: name.replace("\r", "")),
        st.sampled_from(list(BULLETIN_CATEGORIES)).map(str),
        st.sampled_from([360102, 360702]),
        st.dictionaries(
            st.sampled_from([m.value for m in MeasureKey]),
            st.builds(Standing, st.integers(0, 3), st.integers(1, 5), st.integers(0, 2)),
        ),
    ),
    unique_by=lambda venue: venue.venue_id,
)


@given(VENUES, st.randoms(use_true_random=False))
def test_the_form_is_the_same_whatever_the_order(venues: list[VenueLine], rng: random.Random) -> None:
    figures, shuffled = lines(), [*venues]
    rng.shuffle(shuffled)
    one = content(DAY, 360000, {"access": 1}, figures, venues)
    other = content(DAY, 360000, {"access": 1}, reversed(figures), shuffled)
    assert one.sha256 == other.sha256
    assert unpacked(packed(one.venues)) == list(one.venues)
    assert difference(one, other).figures == difference(one, other).venues == ()


@given(VENUES.filter(bool), st.data())
def test_any_correction_is_found(venues: list[VenueLine], data: st.DataObject) -> None:
    frozen = content(DAY, 360000, {"access": 1}, lines(), venues)
    place = data.draw(st.integers(0, len(venues) - 1))
    changed = [*venues]
    old = changed[place].at("access")
    moved = Standing(old.counts + 1, old.of + 1, old.excluded)
    changed[place] = VenueLine(
        changed[place].venue_id, "改名", *(changed[place].category, changed[place].county),
        {**changed[place].standings, "access": moved},
    )  # fmt: skip
    now = with_names_of(frozen, content(DAY, 360000, {"access": 1}, lines(), changed))
    found = difference(frozen, now)
    assert now.sha256 != frozen.sha256
    assert [(v.venue_id, v.before, v.after) for v in found.venues] == [(changed[place].venue_id, old, moved)]


def test_a_new_name_is_no_correction() -> None:
    was = VenueLine(7, "旧名小学", "kindergarten", 360102, {"access": Standing(1, 1)})
    renamed = VenueLine(7, "新名小学", "kindergarten", 360102, {"access": Standing(1, 1)})
    frozen = content(DAY, 360000, {}, lines(), [was])
    assert with_names_of(frozen, content(DAY, 360000, {}, lines(), [renamed])).sha256 == frozen.sha256


@pytest.mark.parametrize(
    ("problem", "access", "duty", "counts"),
    [
        ("no_duty", Standing(1, 1), Standing(0, 1), (1, 1, 0)),
        ("no_duty", Standing(1, 1), Standing(1, 1), (0, 1, 0)),
        ("no_duty", Standing(0, 1), Standing(0, 1), (0, 0, 0)),
        ("no_duty", Standing(0, 0, 1), Standing(0, 1), (0, 0, 1)),
        ("doubtful_duty", Standing(0, 1), Standing(1, 1), (1, 1, 0)),
        ("doubtful_duty", Standing(1, 1), Standing(1, 1), (0, 1, 0)),
        ("late_access", Standing(0, 1), Standing(0, 1), (1, 1, 0)),
        ("late_access", Standing(0, 0, 1), Standing(0, 1), (0, 0, 1)),
    ],
)
def test_problems(problem: str, access: Standing, duty: Standing, counts: tuple[int, int, int]) -> None:
    venue = VenueLine(1, "某幼儿园", "kindergarten", 360102, {"access": access, "declared_duty": duty})
    found = PROBLEMS[problem].of_venue(venue, DAY)
    assert (found.counts, found.of, found.excluded) == counts


def test_before_its_milestone_nobody_is_late() -> None:
    venue = VenueLine(1, "某高校", "university_or_college", 360102, {"access": Standing(0, 1)})
    assert PROBLEMS["late_access"].of_venue(venue, date(2024, 8, 30)).counts == 0
    assert PROBLEMS["late_access"].of_venue(venue, date(2024, 8, 31)).counts == 1
