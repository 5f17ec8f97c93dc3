"""Bars as Word's own chart: drawn as vectors by whatever opens the document."""

from xml.sax.saxutils import escape

from portal.exports.bulletins.paper import Bars

DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CHART, RELATION = f"{DRAWING}/chart", f"{OFFICE}/chart"
MEDIA = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
EMU_A_CM = 360_000
COLOURS = ("1F5FA8", "D98324", "3B8E5A")


def relations(charts: int) -> str:
    """What the document's relations say of its charts."""
    return "".join(
        f'<Relationship Id="rIdChart{n}" Type="{RELATION}" Target="charts/chart{n}.xml"/>' for n in range(1, charts + 1)
    )


def overrides(charts: int) -> str:
    """What the package's list of content types says of them."""
    return "".join(
        f'<Override PartName="/word/charts/chart{n}.xml" ContentType="{MEDIA}"/>' for n in range(1, charts + 1)
    )


def drawing(number: int, bars: Bars) -> str:
    """The drawing that shows a chart, to stand in a run."""
    width, height = round(15.2 * EMU_A_CM), round((2.2 + 0.62 * len(bars.rows)) * EMU_A_CM)
    return (
        f'<w:drawing xmlns:wp="{DRAWING}/wordprocessingDrawing"><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{width}" cy="{height}"/><wp:docPr id="{100 + number}" name="chart{number}"'
        f' descr="{escape(bars.caption)}"/><a:graphic xmlns:a="{DRAWING}/main"><a:graphicData uri="{CHART}">'
        f'<c:chart xmlns:c="{CHART}" xmlns:r="{OFFICE}" r:id="rIdChart{number}"/>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing>"
    )


def chart(bars: Bars) -> str:
    """The chart's own part."""
    names = [name for name, _values in bars.rows]
    series = "".join(
        _series(place, name, names, [values[place] for _name, values in bars.rows])
        for place, name in enumerate(bars.series)
    )
    text = (
        '<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="900"><a:ea typeface="宋体"/></a:defRPr></a:pPr>'
        '<a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
    )
    grid = (
        '<c:majorGridlines><c:spPr><a:ln w="6350"><a:solidFill><a:srgbClr val="D9D9D9"/></a:solidFill></a:ln></c:spPr>'
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<c:chartSpace xmlns:c="{CHART}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        '<c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/>'
        f'<c:barChart><c:barDir val="bar"/><c:grouping val="clustered"/><c:varyColors val="0"/>{series}'
        '<c:gapWidth val="60"/><c:axId val="1"/><c:axId val="2"/></c:barChart>'
        '<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="maxMin"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="l"/><c:majorTickMark val="none"/><c:tickLblPos val="low"/>'
        f'{text}<c:crossAx val="2"/></c:catAx>'
        '<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/><c:max val="100"/><c:min val="0"/>'
        f'</c:scaling><c:delete val="0"/><c:axPos val="b"/>{grid}</c:majorGridlines>'
        '<c:numFmt formatCode="0&quot;%&quot;" sourceLinked="0"/><c:majorTickMark val="none"/>'
        f'<c:tickLblPos val="nextTo"/>{text}<c:crossAx val="1"/><c:crosses val="max"/></c:valAx></c:plotArea>'
        f'<c:legend><c:legendPos val="t"/><c:overlay val="0"/>{text}</c:legend><c:plotVisOnly val="1"/>'
        "</c:chart></c:chartSpace>"
    )


def _series(place: int, name: str, names: list[str], values: list[float | None]) -> str:
    labels = "".join(f'<c:pt idx="{i}"><c:v>{escape(each)}</c:v></c:pt>' for i, each in enumerate(names))
    points = "".join(f'<c:pt idx="{i}"><c:v>{v:g}</c:v></c:pt>' for i, v in enumerate(values) if v is not None)
    size = f'<c:ptCount val="{len(names)}"/>'
    return (
        f'<c:ser><c:idx val="{place}"/><c:order val="{place}"/>'
        f'<c:tx><c:strRef><c:f>A!${"BCD"[place]}$1</c:f><c:strCache><c:ptCount val="1"/>'
        f'<c:pt idx="0"><c:v>{escape(name)}</c:v></c:pt></c:strCache></c:strRef></c:tx>'
        f'<c:spPr><a:solidFill><a:srgbClr val="{COLOURS[place]}"/></a:solidFill></c:spPr>'
        '<c:invertIfNegative val="0"/><c:dLbls><c:numFmt formatCode="General" sourceLinked="0"/>'
        '<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="800"/></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
        '<c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/>'
        '<c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>'
        f"<c:cat><c:strRef><c:f>A!$A$2:$A${len(names) + 1}</c:f><c:strCache>{size}{labels}</c:strCache>"
        "</c:strRef></c:cat>"
        f"<c:val><c:numRef><c:f>A!${'BCD'[place]}$2:${'BCD'[place]}${len(names) + 1}</c:f>"
        f"<c:numCache><c:formatCode>General</c:formatCode>{size}{points}</c:numCache></c:numRef></c:val></c:ser>"
    )
