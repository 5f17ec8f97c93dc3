"""What an editor may write: figures by reference only. A digit that is a figure is refused; dates, numbers of
documents, articles and standards, periods and telephone numbers are not figures."""

import re

from db.rules.bulletin_figures import IN_BRACES, WORDS, Figures, UnknownReference, resolved

_NUMBER = r"[0-9０-９]+(?:[.．,，][0-9０-９]+)*"
_NOT_FIGURES = re.compile(
    "|".join(
        (
            r"\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?)?(?:[—\-至]\d{1,2}(?:月|日))?",
            r"(?<!\d)\d{1,2}月(?:\d{1,2}日|底|初|中旬|份)?",
            r"(?<!\d)\d{1,2}日",
            r"\d{4}-\d{2}-\d{2}",
            r"(?<!\d)\d{1,2}[:：时]\d{0,2}分?",
            r"[〔\[（(]\d{4}[〕\]）)]\s*\d*号?",
            r"第\d+(?:[.\-]\d+)*(?:条|款|项|章|节|号|次|批|期|版)",
            r"附件\d+",
            r"(?:GB|GA|DB|JGJ|XF)(?:/T)?\s?\d+(?:\.\d+)*(?:[—\-]\d{4})?",
            r"24小时",
            r"近\d+(?:天|日|个月)",
            r"\d+个?(?:小时|工作日|自然日|天|日|分钟|秒)(?:内|之内|以内|前|以上)",
            r"\d+[·•]\d+",
            r"(?<!\d)0\d{2,3}[—\-]\d{7,8}(?!\d)",
            r"(?<!\d)1[3-9]\d{9}(?!\d)",
            r"(?:拨打|火警|报警|电话|热线)[：:]?\s?(?:119|110|120|12345)(?!\d)",
            r"[（(]\d{1,2}[）)]",
            r"(?m:^\s*\d{1,2}[.．、])",
        )
    )
)
"""Taken out of a text before it is searched for digits."""
_CHINESE = "〇零一二两三四五六七八九十百千万亿"
_TYPED = re.compile(
    f"{_NUMBER}\\s*[%％‰]?(?:万|亿)?[家所个起处人台件户套例次倍成]?"
    f"|(?:百|千)分之[{_CHINESE}点]+"
    f"|[{_CHINESE}]{{2,}}(?:多|余)?[家所起]"
    f"|(?<![第每同任某])[二两三四五六七八九](?:多|余)?[家所起]"
    f"|[数几]?[十百千万](?:余|多)?[家所起]"
    f"|[{_CHINESE}点]+个百分点"
)
BRACES = re.compile(r"[{}]")
MOST = 4_000
"""Characters of one block."""


def typed_figures(text: str) -> list[str]:
    """Digits, and numbers in words, that stand in a text as figures of their own."""
    plain = IN_BRACES.sub("□", text)
    return [found.group().strip() for found in _TYPED.finditer(_NOT_FIGURES.sub("□", plain))]


def unknown_references(text: str, figures: Figures, region: int) -> list[str]:
    """What stands in braces and names nothing; a brace that is never closed."""
    unknown = []
    for written in IN_BRACES.findall(text):
        if written not in WORDS:
            try:
                is_known = resolved(written, region).adcode in figures.names
            except UnknownReference:
                is_known = False
            if not is_known:
                unknown.append(written)
    return unknown + BRACES.findall(IN_BRACES.sub("", text))
