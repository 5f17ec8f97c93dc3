"""All icons are one picture, and each rule shows its own place in it."""

import base64
import re
from xml.etree import ElementTree

from portal import assets

SVG = "{http://www.w3.org/2000/svg}"


def test_each_icon_stands_at_its_place_in_the_picture() -> None:
    sheet = assets.bundle("css").decode()
    pictures = set(re.findall(r'url\("data:image/svg\+xml;base64,([^"]+)"\)', sheet))
    assert len(pictures) == 1
    picture = ElementTree.fromstring(base64.b64decode(pictures.pop()))
    names = sorted(path.stem for path in (assets.FOLDER / "icons").glob("*.svg"))
    assert [float(drawing.attrib["x"]) for drawing in picture.iter(f"{SVG}svg") if "x" in drawing.attrib] == [
        48 * place for place in range(len(names))
    ]
    assert float(picture.attrib["width"]) == 24 * (2 * len(names) - 1)
    for name in ("map", "search", "lasso"):
        assert f".icon-{name} {{ --shape: {names.index(name)}; }}" in sheet
    assert f"--sign-critical: {names.index('sign-critical')};" in sheet
    assert "icon(" not in sheet
    assert "icons(" not in sheet
