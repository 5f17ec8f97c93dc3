"""The wording with which a bulletin begins: the sections of the department's bulletin of September 2024."""

from datetime import date

from db.rules.bulletin import Block, BlockKind, Bulletin, Section
from db.rules.bulletin_problems import PROBLEMS
from db.rules.venue_categories import BULLETIN_CATEGORIES, BY_CATEGORY, Category, SubType

TITLE = "关于全省学生密集场所智慧消防安全（视频监控）系统建设情况的通报"
ADDRESSED_TO = "各设区市教育局，各县（市、区）教育局，各高等学校，省属中等职业学校"
TWO_DECIMALS = frozenset({Category.BOARDING_SCHOOL})
"""Categories whose duty rate the published bulletin prints to two decimals."""


def template(as_of: date, region: int, issuer: str) -> Bulletin:
    """A draft as of a day, for the analyst to work on."""
    return Bulletin(TITLE, ADDRESSED_TO, issuer, as_of, region, SECTIONS)


def _text(block_id: str, text: str, shown_if: str = "") -> Block:
    return Block(block_id, BlockKind.TEXT, text, shown_if=shown_if)


def name_of(category: Category) -> str:
    """As the bulletin writes it: off-campus teaching sites by the institutions that set them up."""
    return "校外教学点设点单位" if category is Category.OFF_CAMPUS_TEACHING_SITE else BY_CATEGORY[category].name_zh


SUB_TYPES = {
    SubType.PUBLIC_UNDERGRADUATE: "公办本科高校",
    SubType.PRIVATE_UNDERGRADUATE: "民办本科高校",
    SubType.PUBLIC_VOCATIONAL: "公办高职院校",
    SubType.PRIVATE_VOCATIONAL: "民办高职院校",
}


def _sub_types(measure: str, done: str) -> str:
    """A sentence for each sub-type of universities and colleges; those that the record does not tell are left out."""
    return "".join(
        f"{name}应接入{{{measure}/here/{sub_type}/of}}家，{done}{{{measure}/here/{sub_type}/count}}家，"
        f"占{{{measure}/here/{sub_type}/rate}}。"
        for sub_type, name in SUB_TYPES.items()
    )


def _access(category: Category) -> Block:
    more = _sub_types("access", "已接入") if category is Category.UNIVERSITY_OR_COLLEGE else ""
    return _text(
        f"access-{category}",
        f"{{nth}}{name_of(category)}。应接入{{access/here/{category}/of}}家，"
        f"已接入{{access/here/{category}/count}}家，接入率{{access/here/{category}/rate}}。"
        f"{{parts}}接入率由高到低依次为：{{access/here/{category}/order}}。"
        f"经批准暂不计入{{access/here/{category}/excluded}}家。{more}",
        f"access/here/{category}/of",
    )


def _duty(category: Category) -> Block:
    rate = "rate2" if category in TWO_DECIMALS else "rate"
    return _text(
        f"duty-{category}",
        f"{{nth}}{name_of(category)}。应接入{{declared_duty/here/{category}/of}}家，"
        f"落实24小时值班值守{{declared_duty/here/{category}/count}}家，"
        f"值班值守率{{declared_duty/here/{category}/{rate}}}。"
        f"{{parts}}值班值守率由高到低依次为：{{declared_duty/here/{category}/order}}。"
        f"经批准暂不计入{{declared_duty/here/{category}/excluded}}家。",
        f"declared_duty/here/{category}/of",
    )


def _problem(problem: str) -> Block:
    row = PROBLEMS[problem]
    return _text(
        f"problem-{problem}",
        f"{{nth}}{row.title}。{row.says}分地区看，{{{problem}/here/all/counts}}。",
        f"{problem}/here/all/count",
    )


OVERALL = Section(
    "overall",
    "总体情况",
    (
        _text(
            "overall-access",
            "截至{day}，{place}学生密集场所应接入{access/here/all/of}家，已接入{access/here/all/count}家，"
            "接入率{access/here/all/rate}。{parts}接入率由高到低依次为：{access/here/all/order}。",
        ),
        _text(
            "overall-duty",
            "截至{day}，{place}已落实24小时值班值守{declared_duty/here/all/count}家，"
            "值班值守率{declared_duty/here/all/rate}。{parts}值班值守率由高到低依次为：{declared_duty/here/all/order}。",
        ),
        Block("overall-table", BlockKind.TABLE, "{place}各类场所接入和24小时值班值守情况", "categories"),
        Block("overall-chart", BlockKind.CHART, "{parts}接入率和值班值守率", "access,declared_duty"),
    ),
)
PROGRESS = Section("progress", "接入进展情况", tuple(_access(category) for category in BULLETIN_CATEGORIES))
VERIFIED = _text(
    "duty-verified",
    "{nth}核实情况。经查岗应答和告警响应核实，应接入的{verified_duty/here/all/of}家场所中，"
    "值班值守得到证实的{verified_duty/here/all/count}家，证实率{verified_duty/here/all/rate}。"
    "{parts}证实率由高到低依次为：{verified_duty/here/all/order}。",
    "verified_duty/here/all/count",
)
DUTY = Section("duty", "24小时值班值守情况", (*(_duty(category) for category in BULLETIN_CATEGORIES), VERIFIED))
TROUBLES = Section("problems", "存在的主要问题", tuple(_problem(problem) for problem in PROBLEMS))
REQUIREMENTS = Section(
    "requirements",
    "工作要求",
    (
        _text(
            "requirement-access",
            "{nth}加快接入进度。对尚未接入的场所逐一建立台账，明确责任人和完成时限，接入一家、验收一家、销号一家。",
        ),
        _text(
            "requirement-duty",
            "{nth}压实值班值守。督促第三方维保单位落实24小时值班值守，对已接入未落实值班值守和值班值守存疑的场所立即核实整改。",
        ),
        _text(
            "requirement-alarms",
            "{nth}及时处置告警和隐患。告警必须逐条核实、限时办结，隐患整改必须有反证、有验收、有回头看。",
        ),
        _text(
            "requirement-review",
            "{nth}严格通报考核。建设情况每半月通报一次，通报数据以平台冻结数据为准，对数据有异议的可在平台提出申诉。",
        ),
    ),
)
ANNEX = (
    *(
        Section(
            f"annex-{category}",
            f"{{parts}}{name}接入和24小时值班值守情况",
            (Block(f"table-{category}", BlockKind.TABLE, "", f"parts/{category}", f"access/here/{category}/of"),),
            is_annex=True,
        )
        for category, name in (("all", "学生密集场所"), *((c.value, name_of(c)) for c in BULLETIN_CATEGORIES))
    ),
    *(
        Section(
            f"annex-{problem}",
            f"{row.title}的场所名单",
            (Block(f"names-{problem}", BlockKind.NAMES, "", problem, f"{problem}/here/all/count"),),
            is_annex=True,
        )
        for problem, row in PROBLEMS.items()
    ),
)
INTRODUCTION = Section(
    "introduction",
    "",
    (
        _text(
            "introduction",
            "为进一步压实学生密集场所消防安全责任，现将截至{day}{place}学生密集场所智慧消防安全（视频监控）系统接入和"
            "24小时值班值守情况通报如下。",
        ),
    ),
)
SECTIONS = (INTRODUCTION, OVERALL, PROGRESS, DUTY, TROUBLES, REQUIREMENTS, *ANNEX)
