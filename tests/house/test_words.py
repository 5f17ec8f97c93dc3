"""What the project says of itself is complete: settings, commands, catalogues, licences."""

import re
from collections import Counter
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from typer.main import get_command

from db.rules.measures import MEASURES
from db.settings import Settings
from portal.cli import assembled
from portal.locale import catalogue_files
from vision.weights.cards import cards

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
KEYWORDS = {
    "_": None,
    "N_": None,
    "ngettext": (1, 2),
    "answer": (4,),
    **dict.fromkeys(("fault", "remark")),
    **dict.fromkeys(("NotFound", "NotAllowed", "WrongState", "InvalidInput", "Refusal"), None),
}


@cache
def spoken() -> set[str]:
    """Every message that the portal may show."""
    found = set()
    for folder in ("portal", "db"):
        for _file, _line, message, _comments, _context in extract_from_dir(
            ROOT / folder, [("**.py", "python"), ("**.html", "jinja2")], keywords=KEYWORDS
        ):
            first = message[0] if isinstance(message, tuple) else message
            found.add(first)
    defined = {word for m in MEASURES for word in (m.name, m.numerator, m.denominator, m.exclusions, m.source)}
    on_cards = {word for card in cards().values() for word in card.words()}
    return {message for message in found if message} | defined | on_cards


def translations() -> list[tuple[str, str]]:
    """Every message with its translation, from every catalogue."""
    return [
        (str(entry.id), str(entry.string))
        for path in catalogue_files("zh_CN")
        for entry in read_po(BytesIO(path.read_bytes()))
        if entry.id
    ]


@cache
def catalogue() -> dict[str, str]:
    return dict(translations())


def test_no_message_stands_in_two_catalogues() -> None:
    assert [message for message, times in Counter(message for message, _ in translations()).items() if times > 1] == []


def test_every_message_is_translated() -> None:
    missing = sorted(message for message in spoken() if not catalogue().get(message))
    assert missing == []


def test_no_translation_is_left_over() -> None:
    assert sorted(set(catalogue()) - spoken()) == []


def test_translations_keep_their_placeholders() -> None:
    wrong = [
        message
        for message, translation in catalogue().items()
        if set(re.findall(r"{\w+}", message)) != set(re.findall(r"{\w+}", translation))
    ]
    assert wrong == []


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_stands_in_the_readmes_table(name: str) -> None:
    assert f"| `ANWANG_{name.upper()}` |" in README


def test_every_command_stands_in_the_readme() -> None:
    groups = get_command(assembled()).commands  # type: ignore[attr-defined]
    assert [name for name in groups if f"anwang {name}" not in README] == []


@pytest.mark.parametrize(
    "folder", [*sorted((ROOT / "assets/vendor").iterdir()), *sorted((ROOT / "assets/fonts").iterdir())]
)
def test_vendored_files_carry_their_licence(folder: Path) -> None:
    assert any("LICENSE" in file.name.upper() or "LICENCE" in file.name.upper() for file in folder.iterdir())


def test_pictures_of_the_readme_are_there() -> None:
    pictures = re.findall(r"\]\((assets/pictures/[^)]+)\)", README)
    assert len(pictures) >= 4
    assert [picture for picture in pictures if not (ROOT / picture).exists()] == []
