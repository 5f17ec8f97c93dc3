"""A bulletin (通报): sections of blocks; what it says for a region once its figures are filled in."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from db.rules.access_scope import region_range
from db.rules.bulletin_figures import (
    ONE,
    Counted,
    Figures,
    Piece,
    UnknownReference,
    chinese_day,
    cited,
    filled,
    resolved,
    value,
)


class BlockKind(StrEnum):
    """What a block is."""

    TEXT = "text"
    TABLE = "table"
    """A measure by part and category, with counts and rates."""
    CHART = "chart"
    """Two measures of the region's parts, as bars."""
    NAMES = "names"
    """The venues of a problem by name."""


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, table, chart or list of names. `of` names what a block that is not text shows."""

    id: str
    kind: BlockKind
    text: str
    """The paragraph; of the others the caption."""
    of: str = ""
    shown_if: str = ""
    """A reference whose number must not be nought, else the block is left out."""


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: str
    blocks: tuple[Block, ...]
    is_annex: bool = False


@dataclass(frozen=True, slots=True)
class Bulletin:
    """The wording, and what stands around it. Without number and date it is a draft."""

    title: str
    addressed_to: str
    issuer: str
    as_of: date
    region: int
    sections: tuple[Section, ...]
    number: str = ""
    issued_on: date | None = None
    replaces: str = ""
    """Number of the bulletin that this one corrects."""

    def copy_for(self, region: int) -> "Bulletin":
        """The same wording for a region inside; what it cannot say there is left out."""
        return replace(self, region=region)

    def block(self, block_id: str) -> Block | None:
        return next((b for section in self.sections for b in section.blocks if b.id == block_id), None)


def number(year: int, serial: int) -> str:
    """安通〔2024〕17号"""
    return f"安通〔{year}〕{serial}号"


def as_data(sections: Sequence[Section]) -> list[dict[str, Any]]:
    """The wording as the record keeps it."""
    return [asdict(section) for section in sections]


def of_data(data: Iterable[Mapping[str, Any]]) -> tuple[Section, ...]:
    return tuple(
        Section(
            section["id"],
            section["title"],
            tuple(Block(**{**block, "kind": BlockKind(block["kind"])}) for block in section["blocks"]),
            section["is_annex"],
        )
        for section in data
    )


@dataclass(frozen=True, slots=True)
class Said:
    """A block as it stands in one copy."""

    block: Block
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return _joined(self.pieces)


@dataclass(frozen=True, slots=True)
class SaidSection:
    """A section as it stands in one copy, with its number (一、) or the annex's (附件1)."""

    section: Section
    head: str
    blocks: tuple[Said, ...]


SENTENCE = re.compile(r"[^。]*。?")
CHINESE = "〇一二三四五六七八九十"


def ordinal(place: int) -> str:
    """一 … 十, 十一 … 十九"""
    return CHINESE[place] if place <= 10 else f"十{CHINESE[place - 10]}"


def said(bulletin: Bulletin, figures: Figures) -> list[SaidSection]:
    """The sections of this copy, numbered; blocks about regions outside it, and sections left empty, are left out."""
    sections: list[SaidSection] = []
    place = {False: 0, True: 0}
    for section in bulletin.sections:
        blocks = _blocks(section, bulletin, figures)
        if not blocks:
            continue
        place[section.is_annex] += bool(section.title)
        sections.append(SaidSection(section, _head(section, place[section.is_annex], bulletin, figures), blocks))
    return sections


def _head(section: Section, nth: int, bulletin: Bulletin, figures: Figures) -> str:
    title = _joined(filled(section.title, figures, bulletin.region, bulletin.as_of))
    if not title:
        return ""
    return f"附件{nth}　{title}" if section.is_annex else f"{ordinal(nth)}、{title}"


def _blocks(section: Section, bulletin: Bulletin, figures: Figures) -> tuple[Said, ...]:
    """Those that stand in this copy, `{nth}` counting them."""
    blocks: list[Said] = []
    nth = 0
    for block in section.blocks:
        if _stands(block, bulletin, figures):
            nth += "{nth}" in block.text
            spoken = "".join(s for s in sentences(block.text) if _speaks(s, bulletin, figures))
            pieces = filled(spoken, figures, bulletin.region, bulletin.as_of, f"（{ordinal(nth)}）")
            blocks.append(Said(block, tuple(pieces)))
    return tuple(blocks)


def _joined(pieces: Iterable[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def _stands(block: Block, bulletin: Bulletin, figures: Figures) -> bool:
    if block.shown_if and not _is_any(block.shown_if, bulletin, figures):
        return False
    if block.kind is BlockKind.TEXT:
        return any(_speaks(sentence, bulletin, figures) for sentence in sentences(block.text))
    if block.kind is BlockKind.CHART or block.of.startswith("parts/"):
        return len(figures.parts.get(bulletin.region, ())) > 1
    return True


def _is_any(reference: str, bulletin: Bulletin, figures: Figures) -> bool:
    """False also where the snapshot has no such figure."""
    try:
        return value(figures, resolved(reference, bulletin.region)) not in ("0", "")
    except UnknownReference:
        return False


def sentences(text: str) -> list[str]:
    """Each with the full stop that ends it."""
    return [part for part in SENTENCE.findall(text) if part]


def _speaks(sentence: str, bulletin: Bulletin, figures: Figures) -> bool:
    """Not about regions outside this copy, nor about parts where it has none, nor to say that none was excused;
    nor about what was not yet measured on its day."""
    lo, hi = region_range(bulletin.region)
    for reference in cited(sentence, bulletin.region):
        if not lo <= reference.adcode <= hi or not figures.has(reference):
            return False
        is_told = reference.field in ONE and reference.field != "excluded"
        if not is_told and value(figures, reference) in ("", "0"):
            return False
    return True


def volume(bulletin: Bulletin, figures: Figures) -> str:
    """（赣州市分册）, below the title of a copy; nothing on the whole."""
    return f"（{figures.names.get(bulletin.region, '')}分册）" if bulletin.region % 10_000 else ""


def paragraphs(bulletin: Bulletin, figures: Figures) -> Iterator[str]:
    """Title, addressees, headings and paragraphs in order; tables, charts and names by their captions alone."""
    yield bulletin.title
    if bulletin.region % 10_000:
        yield volume(bulletin, figures)
    if bulletin.number:
        yield bulletin.number
    if bulletin.addressed_to:
        yield f"{bulletin.addressed_to}："
    for section in said(bulletin, figures):
        if section.head:
            yield section.head
        yield from (each.text for each in section.blocks if each.block.kind is BlockKind.TEXT)
    if bulletin.issued_on is not None:
        yield bulletin.issuer
        yield chinese_day(bulletin.issued_on)


def render_text(bulletin: Bulletin, figures: Iterable[Counted]) -> str:
    """The bulletin as plain text, a paragraph a line."""
    return plain_text(bulletin, Figures.of(figures))


def plain_text(bulletin: Bulletin, figures: Figures) -> str:
    return "\n".join(paragraphs(bulletin, figures)) + "\n"
