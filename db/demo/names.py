"""Invented names: plausible to read, none of a real school or company."""

import numpy as np

from db.rules.venue_categories import Category

FIRST = "溪岚梧霁棠芷澜柏萤屿蔚笙禾榆汀筠苒珩霖杉"
SECOND = "语舟鸣屹歌影野晴渡川澄望弦墨峤霄舒晗泽麓"
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国志红梅"

ENDINGS: dict[Category, tuple[str, ...]] = {
    Category.UNIVERSITY_OR_COLLEGE: ("学院", "职业技术学院", "理工学院", "职业学院"),
    Category.SECONDARY_VOCATIONAL_SCHOOL: ("职业技术学校", "中等专业学校", "技工学校"),
    Category.BOARDING_SCHOOL: ("学校", "中学", "初级中学", "实验学校", "小学", "寄宿学校"),
    Category.KINDERGARTEN: ("幼儿园", "实验幼儿园", "双语幼儿园", "艺术幼儿园"),
    Category.TRAINING_INSTITUTION: (
        "艺术培训中心",
        "舞蹈培训学校",
        "美术培训中心",
        "音乐培训中心",
        "体育培训中心",
        "书法培训中心",
        "科技培训中心",
    ),
    Category.PRIVATE_CONTINUING_COLLEGE: ("专修学院", "进修学院"),
    Category.OFF_CAMPUS_TEACHING_SITE: ("校外教学点", "函授教学点"),
    Category.YOUTH_ACTIVITY_CENTRE: ("青少年活动中心", "青少年宫"),
    Category.PRACTICE_BASE: ("学生综合实践基地", "劳动实践基地"),
}
MAINTAINER_ENDINGS = ("消防技术服务有限公司", "消防科技有限公司", "安全技术有限公司", "消防工程有限公司")
STREETS = ("文昌", "育才", "滨江", "红枫", "朝阳", "翠竹", "学府", "青云", "望江", "迎宾", "东湖", "稻香")
STREET_KINDS = ("路", "大道", "街", "巷")


class Names:
    """Hands out names, each once."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.taken: set[str] = set()

    def _pick(self, letters: str | tuple[str, ...]) -> str:
        return letters[int(self.rng.integers(len(letters)))]

    def venue(self, county: str, city: str, category: Category) -> str:
        """County, invented brand, kind of venue; universities carry their city's name."""
        place = city.removesuffix("市") if category is Category.UNIVERSITY_OR_COLLEGE else county
        return self._once(place, ENDINGS[category])

    def maintainer(self, city: str) -> str:
        return self._once(city.removesuffix("市"), MAINTAINER_ENDINGS)

    def _once(self, place: str, endings: tuple[str, ...]) -> str:
        while True:
            name = f"{place}{self._pick(FIRST)}{self._pick(SECOND)}{self._pick(endings)}"
            if name not in self.taken:
                self.taken.add(name)
                return name

    def person(self) -> str:
        given = self._pick(GIVEN) + (self._pick(GIVEN) if self.rng.random() < 0.7 else "")
        return self._pick(SURNAMES) + given

    def phone(self) -> str:
        """Visibly invented: no such numbers are given out."""
        return f"1990000{int(self.rng.integers(10_000)):04d}"

    def address(self, city: str, county: str) -> str:
        street = self._pick(STREETS) + self._pick(STREET_KINDS)
        return f"江西省{city}{county}{street}{int(self.rng.integers(1, 900))}号"
