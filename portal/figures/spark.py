"""Small drawings that need no chart library: SVG pictures as data addresses."""

from collections.abc import Sequence
from urllib.parse import quote

from portal.figures import template


def line(values: Sequence[float | None], width: int = 320, height: int = 56, stroke: str = "") -> str:
    """A line of percentages (0 to 100) over its own range, its last point marked; gaps where nothing was measured."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    stroke = stroke or template.line_colour()
    low, high = min(known), max(known)
    span = max(high - low, 1.0)
    step = (width - 12) / max(1, len(values) - 1)
    points = [
        (6 + i * step, height - 6 - (value - low) / span * (height - 12))
        for i, value in enumerate(values)
        if value is not None
    ]
    path = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    area = f"{path} L{points[-1][0]:.1f} {height} L{points[0][0]:.1f} {height} Z"
    x, y = points[-1]
    return address_of(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" preserveAspectRatio="none">'
        f'<path d="{area}" fill="{stroke}" fill-opacity=".14"/>'
        f'<path d="{path}" fill="none" stroke="{stroke}" stroke-width="2" vector-effect="non-scaling-stroke"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{stroke}"/></svg>'
    )


def address_of(svg: str) -> str:
    """An SVG drawing as an address that a picture takes."""
    return "data:image/svg+xml," + quote(svg)
