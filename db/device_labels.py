"""Labels to stick on devices: a QR code that opens the page on which the device is bound, and its number to read."""

import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from urllib.parse import quote

import segno

from db.queries.device_labels import Labelled
from db.rules.device_kinds import DeviceKind
from db.rules.device_recognition import BIND_PATH
from db.rules.device_words import first_name
from db.typesetting import FAMILY, typeset


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on one: the address in its code, the device's number, what it is and where it hangs."""

    address: str
    code: str
    what: str
    where: str


def address(base: str, code: str) -> str:
    """What the QR code says: any phone's camera opens it."""
    return f"{base.rstrip('/')}{BIND_PATH}{quote(code, safe='')}"


def on_device(base: str, device: Labelled) -> Label:
    """Labels hang in schools: their words are Chinese."""
    place = "" if device.area_name is None else f" · {device.floor}F {device.area_name}"
    what = first_name(DeviceKind(device.kind))
    return Label(address(base, device.code), device.code, what, f"{device.venue_name}{place}")


def qr_svg(text: str) -> str:
    """The code as SVG; level M is still read with a seventh of it scratched away."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", border=2, omitsize=True, xmldecl=False)
    return drawn.getvalue().decode()


def sheet(labels: Sequence[Label]) -> bytes:
    """An A4 PDF of three columns, ten labels each: 70 × 29.7 mm, the sheets that every stationer has."""
    drawn = [asdict(label) | {"svg": qr_svg(label.address)} for label in labels]
    return typeset(_SHEET, {"labels": json.dumps(drawn, ensure_ascii=False)})


_SHEET = f"""
#let labels = json(bytes(sys.inputs.labels))
#set page(paper: "a4", margin: 0mm)
#set text(font: {FAMILY}, size: 8pt, fallback: true)
#set par(leading: 0.5em)
#grid(
  columns: (70mm,) * 3, rows: 29.7mm,
  ..labels.map(label => box(width: 70mm, height: 29.7mm, inset: 3mm, clip: true, grid(
    columns: (23mm, 1fr), gutter: 2mm, align: horizon,
    image(bytes(label.svg), format: "svg", width: 23mm),
    stack(spacing: 1.6mm, text(weight: "bold", size: 8.5pt, label.code), label.what, label.where),
  )))
)
"""
