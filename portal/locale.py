"""Languages: English in the source, gettext catalogues beside it, one language per request."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

CATALOGUES = Path(__file__).parent / "locales"
LANGUAGES = ("zh_CN", "en")

_language: ContextVar[str] = ContextVar("language", default="zh_CN")


@cache
def catalogue(language: str) -> NullTranslations:
    """The messages of one language, read from its .po files, one a room; English is the source and has none."""
    paths = catalogue_files(language)
    if not paths:
        return NullTranslations()
    whole = Catalog(locale=language)
    for path in paths:
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    whole[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return Translations(compiled, domain="portal")


def catalogue_files(language: str) -> list[Path]:
    """The .po files of one language; no message stands in two of them."""
    return sorted((CATALOGUES / language / "LC_MESSAGES").glob("*.po"))


def language() -> str:
    """The language of the request being answered: zh_CN or en."""
    return _language.get()


def by_language(chinese: int, english: int) -> int:
    """The width that a column of words takes, px: English says the same at greater length."""
    return chinese if language() == "zh_CN" else english


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Answer in `code` within this block."""
    token = _language.set(code if code in LANGUAGES else LANGUAGES[0])
    try:
        yield
    finally:
        _language.reset(token)


def _(message: str) -> str:
    """`message` in the reader's language."""
    return catalogue(language()).gettext(message)


def ngettext(one: str, many: str, n: int) -> str:
    """The form of the message that fits `n`."""
    return catalogue(language()).ngettext(one, many, n)


def N_(message: str) -> str:  # noqa: N802 - gettext's own name
    """Marks a message for translation where it is written, to be translated where it is shown."""
    return message
