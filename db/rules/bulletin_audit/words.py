"""The words of bulletins: categories, sub-types, what is counted, what stands in order, and what is no claim at all."""

import re

from db.rules.bulletin_audit.claim import Quantity
from db.rules.venue_categories import CATEGORIES, Category, SubType

_Q = Quantity
_MORE_NAMES = {
    Category.UNIVERSITY_OR_COLLEGE: ("普通高校", "高等学校", "普通高等学校", "高等院校"),
    Category.SECONDARY_VOCATIONAL_SCHOOL: ("中等职业院校", "中职学校", "中职院校", "中职", "中专学校"),
    Category.BOARDING_SCHOOL: (
        *("寄宿制中小学", "寄宿制学校", "中小学寄宿制学校", "中小学校(寄宿制)", "寄宿学校", "寄宿中小学校"),
    ),
    Category.KINDERGARTEN: (),
    Category.TRAINING_INSTITUTION: ("培训机构",),
    Category.PRIVATE_CONTINUING_COLLEGE: ("民办专修学院",),
    Category.OFF_CAMPUS_TEACHING_SITE: (
        *(
            "校外教学点设点单位",
            "校外教学点设点高校",
            "高校校外教学点设点单位",
            "高校校外教学点",
            "教学点设点单位",
            "教学点",
        ),
    ),
    Category.YOUTH_ACTIVITY_CENTRE: ("青少年宫", "青少年校外活动中心"),
    Category.PRACTICE_BASE: ("综合实践基地", "实践基地"),
}
CATEGORY_WORDS = {row.name_zh: row.category for row in CATEGORIES} | {
    word: category for category, words in _MORE_NAMES.items() for word in words
}
CATEGORY = re.compile("|".join(sorted(map(re.escape, CATEGORY_WORDS), key=len, reverse=True)))
CATEGORY_NAMES = {row.category.value: row.name_zh for row in CATEGORIES}
EVERY_CATEGORY = re.compile("总体|合计|总计|共计|各类(?:机构|学校|场所)?|[七7]类(?:机构|学校|场所)?|所有类别")

_UNDER, _COLLEGE = r"(?:普通)?本科", r"(?:高职高专|高职专科|高职|专科|高等职业)"
_TAIL = r"(?:高校|院校|学校|学院)?"
SUB_TYPES: tuple[tuple[SubType, re.Pattern[str]], ...] = (
    (SubType.PUBLIC_UNDERGRADUATE, re.compile(f"公办{_UNDER}{_TAIL}|本科公办{_TAIL}")),
    (SubType.PUBLIC_VOCATIONAL, re.compile(f"公办{_COLLEGE}{_TAIL}|高职公办{_TAIL}")),
    (SubType.PRIVATE_UNDERGRADUATE, re.compile(f"民办{_UNDER}{_TAIL}|本科民办{_TAIL}|独立学院")),
    (SubType.PRIVATE_VOCATIONAL, re.compile(f"民办{_COLLEGE}{_TAIL}|高职民办{_TAIL}")),
)
SUB_TYPE_NAMES = {
    SubType.PUBLIC_UNDERGRADUATE.value: "公办本科",
    SubType.PUBLIC_VOCATIONAL.value: "公办高职",
    SubType.PRIVATE_UNDERGRADUATE.value: "民办本科",
    SubType.PRIVATE_VOCATIONAL.value: "民办高职",
}

_DAY_AND_NIGHT = r"(?:24小时|二十四小时|全天候)?(?:的)?(?:第三方)?"
_WATCH = r"(?:(?:专人|人员|有人|人)?(?:值班值守|值班|值守))(?:服务|制度|人员)?"
_DECLARED = rf"(?:已)?(?:申报|声明|登记|上报|填报)(?:了|有|落实)?{_DAY_AND_NIGHT}{_WATCH}"
_NOT = r"(?:尚未|仍未|还未|均未|未|没有|无)"
_ALARM = r"(?:隐患)?(?:告警|报警|预警|警情)(?:信息)?"
_GAP = r"(?:平台)?(?:[,，、])?(?:却|但|而|且|的|即|仍)?(?:尚|仍|还)?"
MEASURES: tuple[tuple[Quantity, re.Pattern[str]], ...] = tuple(
    (quantity, re.compile(pattern))
    for quantity, pattern in (
        (_Q.DOUBTFUL, rf"{_DECLARED}(?:[,，、])?(?:却|但|而|且)?{_NOT}接入(?:平台)?"),
        (_Q.DOUBTFUL, rf"{_NOT}接入{_GAP}(?:已)?{_DECLARED}"),
        (
            _Q.WITHOUT_DUTY,
            rf"(?:已)?接入{_GAP}{_NOT}(?:能)?(?:落实|实现|实行|安排|建立|开展)?(?:到位)?{_DAY_AND_NIGHT}{_WATCH}",
        ),
        (_Q.WITHOUT_DUTY, rf"{_NOT}(?:能)?(?:落实|实现|实行|安排|建立|开展|签订)?(?:到位)?{_DAY_AND_NIGHT}{_WATCH}"),
        (_Q.WITHOUT_DUTY, rf"{_DAY_AND_NIGHT}{_WATCH}(?:尚|仍|还)?(?:未落实|不落实|不到位|未到位|未实现|缺失)"),
        (
            _Q.VERIFIED_RATE,
            rf"(?:经)?(?:已)?(?:核实|查实|验证|核验|证实)(?:的)?{_DAY_AND_NIGHT}(?:{_WATCH})?(?:落实|覆盖)?率",
        ),
        (_Q.VERIFIED_RATE, rf"(?:{_WATCH})?(?:核实|查实|验证|核验|证实)率"),
        (_Q.VERIFIED, rf"(?:经)?(?:已)?(?:核实|查实|验证|核验|证实)(?:的|落实)?{_DAY_AND_NIGHT}{_WATCH}"),
        (_Q.VERIFIED, rf"{_WATCH}(?:经|已|得到)?(?:核实|查实|验证|核验|证实)(?!率)"),
        (_Q.DUTY_RATE, rf"{_DAY_AND_NIGHT}{_WATCH}(?:的)?(?:落实|覆盖|到位|到岗)?(?:率|比例)"),
        (_Q.DUTY_RATE, r"值守(?:覆盖|落实)率|(?:落实|覆盖)率(?=[为达是\d])"),
        (
            _Q.ON_DUTY,
            rf"(?:已)?(?:落实|实现|实行|安排|建立|开展|申报|声明)?(?:了)?{_DAY_AND_NIGHT}{_WATCH}(?:落实|到位|覆盖)?",
        ),
        (_Q.ONLINE_RATE, r"(?:实时|实证|真实|证实|确证|实际|在线证实|设备)?在线率"),
        (_Q.ONLINE, r"(?:实时|实证|真实|证实|确证|实际)在线"),
        (_Q.MILESTONE_RATE, r"(?:按期|按时|如期|节点前|节点)(?:完成)?(?:接入)?(?:完成)?率"),
        (_Q.MILESTONE, r"(?:按期|按时|如期|节点(?:日)?前)(?:完成)?接入"),
        (_Q.ACCESS_RATE, r"(?:平台)?(?:总|平均|综合|总体)?接入(?:率|比例)"),
        (
            _Q.VENUES,
            r"应(?:当)?(?:全部)?(?:接入|联网)(?:平台)?|共有|总数|应建|纳入(?:建设|统计|考核)?范围|在册|现有|计划接入",
        ),
        (
            _Q.LATE,
            rf"(?:超过|超出)(?:规定|要求)?(?:的)?(?:时限|期限|时间|节点)(?:仍|尚|还)?{_NOT}(?:完成)?接入|逾期(?:仍)?未接入",
        ),
        (_Q.NOT_ACCESSED, rf"{_NOT}(?:能)?(?:完成)?(?:平台)?接入(?:平台)?"),
        (_Q.ACCESSED, r"(?:累计|已|完成|实现)*接入(?:了|省级?平台|平台|机构|场所|学校|单位)*"),
        (_Q.ON_TIME_RATE, rf"(?:{_ALARM})?(?:按时|及时|限时)(?:办结|处置|处理)率"),
        (_Q.OVERDUE_RATE, rf"(?:{_ALARM})?(?:超时|逾期)(?:办结|处置|处理)率"),
        (_Q.UNHANDLED_RATE, rf"(?:{_ALARM})?未(?:处置|处理)?(?:办结|处置|处理)率"),
        (_Q.ALARMS_ON_TIME, rf"(?:{_ALARM})?(?:按时|及时|限时)(?:办结|处置|处理)(?:{_ALARM})?"),
        (_Q.ALARMS_OVERDUE, rf"(?:{_ALARM})?(?:超时|逾期)(?:办结|处置|处理)(?:{_ALARM})?"),
        (
            _Q.ALARMS_UNHANDLED,
            rf"(?:{_ALARM})?(?:尚|仍|还)?未(?:及时|能)?(?:处置|处理)?(?:办结|处置|处理)(?:的)?(?:{_ALARM})?",
        ),
        (_Q.FIRES, r"真(?:实)?火(?:警|灾|情)|真火"),
        (_Q.OPEN_RATE, r"(?:隐患)?(?:尚|仍)?未(?:完成)?(?:整改|闭环|销号)率"),
        (_Q.CLOSING_RATE, r"(?:隐患)?(?:整改|闭环|销号)(?:完成|闭环|销号)?率"),
        (_Q.HAZARDS_OPEN, r"(?:隐患)?(?:尚|仍)?未(?:完成)?(?:整改|闭环|销号)(?:到位|完成)?"),
        (_Q.HAZARDS_CLOSED, r"(?:隐患)?(?:已)?(?:完成)?(?:整改|闭环|销号)(?:到位|完成|销号|闭环)?"),
        (_Q.ALARMS, _ALARM),
        (_Q.HAZARDS, r"(?:火灾|安全|消防)?隐患"),
        (_Q.EXCUSED, r"(?:经批准)?(?:暂)?(?:剔除|不计入|免予考核|免于考核|豁免)"),
    )
)
"""In this order: what stands earlier wins where two begin together."""

DESCENDING = re.compile("[由从](?:高|大|多)(?:到|至)(?:低|小|少)")
ASCENDING = re.compile("[由从](?:低|小|少)(?:到|至)(?:高|大|多)")
FIRST_OF_ALL = re.compile(
    r"(?:排名|排|位居|位列|居)?前[一二三四五六七八九十\d]+[位名]?|最高|最好|居首|排名第一|首位|第一位"
)
LAST_OF_ALL = re.compile(r"(?:排名|排|位居|位列|居)?(?:后|末)[一二三四五六七八九十\d]+[位名]|最低|最差|垫底|末位|居末")
RANK = re.compile(r"第([一二三四五六七八九十\d]+)[位名]?(?=[,，。;；、)）\s]|$|位|名)")
RESPECTIVELY = re.compile("分别|依次")
MIDST = re.compile("其中")
IN_FULL = re.compile("分(?:地区|地市|设区市|县|区域)(?:看|来看|统计)|分布(?:在|情况|如下)|(?:各地|各设区市|各市)分布")
IN_PART = re.compile("较多|主要|突出|其中|等地|等(?:市|县|设区市)|例如|如")
SHARE = re.compile("占比?")
CHANGE = re.compile("较|相比|比上|同比|环比|增加|增长|提高|提升|上升|下降|减少|降低|回落|新增|相差|高出|低于全|高于全")
NOW_AT = re.compile("提高到|提升到|上升到|上升至|提高至|提升至|升至|增至|增加到|下降到|下降至|降至|减少到|达到")
WISH = re.compile(
    "力争|确保|务必|目标|应达|要求达|不得低于|不低于|必须|争取|原则上|之前完成|前完成|前全部|限期|限于|计划于|力求|要在"
)
SOME_PLACES = re.compile(r"[一二三四五六七八九十两\d]+个(?:设区市|地市|市|县|县区|区|地区|地方|单位)")
LIKE_A_VENUE = re.compile("机构|学校|单位|场所|园|点|家|院校|高校|中心|基地")
