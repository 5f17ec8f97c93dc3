"""Pinyin initials, by which people search for a venue."""

from pypinyin import Style, lazy_pinyin


def name_initials(name: str) -> str:
    """In lower case, letters and digits only: 赣州市第三中学（东校区） is gzsdszxdxq."""
    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()
    return "".join(character for character in initials if character.isalnum())
