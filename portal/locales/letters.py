"""The part of the bundled font with the portal's own words: `python -m portal.locales.letters` makes it anew.

The font comes in parts by how common a character is, and a page's few rare words would fetch most of them. One part
more has every character of the interface, of the regions' names and of the words venues' names are made of; browsers
ask for it first, and for the others only by what people wrote themselves.
"""

import hashlib
import re
from copy import deepcopy
from functools import reduce
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from db.demo import names
from geodata.districts import districts
from portal.assets import FOLDER
from portal.locale import catalogue_files

FONT = FOLDER / "fonts" / "noto-sans-sc"
SHEET = FONT / "noto-sans-sc.css"
PARTS = "files/noto-sans-sc-words-*.woff2"
"""There is one; its name changes with what is in it, since browsers keep it for ever."""
_FACE = re.compile(r"/\* The portal's own words.*?\}\n", re.DOTALL)
_NUMBERED = re.compile(r"(url\(files/noto-sans-sc-\d+-[^}]*?unicode-range: )([^;]+)", re.DOTALL)
LATIN = "noto-sans-sc-latin-wght-normal.woff2"


def characters() -> set[str]:
    """What the portal itself says."""
    texts = [path.read_text(encoding="utf-8") for path in catalogue_files("zh_CN")]
    texts.append(Path(names.__file__).read_text(encoding="utf-8"))
    texts += [path.read_text(encoding="utf-8") for path in (*FOLDER.glob("*.*s"), *FOLDER.glob("pages/*.*s"))]
    texts += [path.read_text(encoding="utf-8") for path in (FOLDER.parent / "portal").rglob("*.py")]
    texts += [district.name for level in ("province", "city", "county") for district in districts(level)]
    return set().union(*texts)


def make() -> str:
    """Cut the characters from the other parts, put them into one, name it last in the sheet; its `unicode-range`."""
    wanted = {ord(character) for character in characters()} - TTFont(FONT / "files" / LATIN).getBestCmap().keys()
    cuts = []
    for path in sorted(FONT.glob("files/noto-sans-sc-*-wght-normal.woff2")):
        font = TTFont(path, recalcTimestamp=False)
        found = wanted & font.getBestCmap().keys()
        if found:
            wanted -= found
            cuts.append(_cut(font, found))
    made = reduce(_joined, cuts)
    made.flavor = "woff2"
    file = BytesIO()
    made.save(file)
    for old in FONT.glob(PARTS):
        old.unlink()
    part = PARTS.replace("*", hashlib.sha256(file.getvalue()).hexdigest()[:8])
    (FONT / part).write_bytes(file.getvalue())
    ranges = _ranges(sorted(made.getBestCmap()))
    face = (
        "/* The portal's own words: the last face of a family is asked first. Made by portal/locales/letters.py. */\n"
        "@font-face {\n  font-family: 'Noto Sans SC Variable';\n  font-style: normal;\n  font-display: swap;\n"
        f"  font-weight: 100 900;\n  src: url({part}) format('woff2-variations');\n  unicode-range: {ranges};\n}}\n"
    )
    sheet = _FACE.sub("", SHEET.read_text(encoding="utf-8")).rstrip() + "\n\n"
    SHEET.write_text(_NUMBERED.sub(_without_latin, sheet) + face, encoding="utf-8")
    return ranges


def _without_latin(said: re.Match[str]) -> str:
    """Browsers take the first face that has the space for a line's measures, and would fetch it for that alone."""
    parts = [part for part in said[2].split(",") if int(part.strip()[2:].partition("-")[0], 16) >= 0x80]
    return said[1] + ",".join(parts)


def _cut(font: TTFont, found: set[int]) -> TTFont:
    options = subset.Options(layout_features=[], notdef_outline=True, glyph_names=False, hinting=False)
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "HVAR", "MVAR", "vhea", "vmtx", "VVAR", "VORG"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=found)
    cutter.subset(font)
    return font


def _joined(font: TTFont, other: TTFont) -> TTFont:
    """The first with the glyphs of the second: parts of one variable font, so axes and units are the same."""
    cmaps = [table for table in font["cmap"].tables if table.isUnicode()]
    for code, name in other.getBestCmap().items():
        new = f"u{code:05X}"
        font["glyf"][new] = deepcopy(other["glyf"][name])
        font["gvar"].variations[new] = other["gvar"].variations.get(name, [])
        font["hmtx"][new] = other["hmtx"][name]
        for table in cmaps:
            table.cmap[code] = new
    return font


def _ranges(codes: list[int]) -> str:
    runs: list[list[int]] = []
    for code in codes:
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return ",".join(f"U+{first:x}" if first == last else f"U+{first:x}-{last:x}" for first, last in runs)


if __name__ == "__main__":
    print(make())
