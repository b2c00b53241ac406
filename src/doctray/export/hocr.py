"""What was read as hOCR 1.2 (kba.github.io/hocr-spec/1.2): XHTML with pages, areas, lines and words, each with its box.

Boxes are whole pixels of the page images, `pages/{n}.png` beside the result. x_wconf is the confidence in percent.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from doctray.export.shown import Shown

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Outside Char of XML 1.0 (2.2)."""

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
<head>
<title>{title}</title>
<meta http-equiv="Content-Type" content="text/html;charset=utf-8" />
<meta name="ocr-system" content="{system}" />
<meta name="ocr-capabilities" content="ocr_page ocr_carea ocr_par ocr_line ocrx_word ocrp_wconf" />
<meta name="ocr-number-of-pages" content="{pages}" />
</head>
<body>
"""

_AREA_GAP = 1.5
"""Lines belong to one area while the gap between them is less than so many of their heights and they overlap sideways."""

Line = Mapping[str, Any]
Rect = tuple[float, float, float, float]


def to_hocr(shown: Shown) -> bytes:
    """Well-formed XHTML, UTF-8."""
    return "".join(_parts(shown)).encode("utf-8", "replace")


def _parts(shown: Shown) -> Iterator[str]:
    engine = shown.result.get("engine") or {}
    system = f"doctray {engine.get('name', '')} {engine.get('version', '')}".strip()
    yield _HEAD.format(title=_text(shown.file_name or shown.request_id), system=_text(system), pages=len(shown.pages))
    for page in shown.pages:
        yield from _page(page)
    yield "</body>\n</html>\n"


def _page(page: Mapping[str, Any]) -> Iterator[str]:
    number = int(page["page"])
    size = f"bbox 0 0 {int(page['width'])} {int(page['height'])}"
    yield f"<div class='ocr_page' id='page_{number}' title='image \"pages/{number}.png\"; {size}; ppageno {number - 1}'>\n"
    line_no = word_no = 0
    for area_no, area in enumerate(_areas(page.get("lines") or ()), start=1):
        place = _bbox(_around([_rect(line) for line in area]))
        yield f"<div class='ocr_carea' id='block_{number}_{area_no}' title='{place}'>\n"
        yield f"<p class='ocr_par' id='par_{number}_{area_no}' title='{place}'>\n"
        for line in area:
            line_no += 1
            yield f"<span class='ocr_line' id='line_{number}_{line_no}' title='{_bbox(_rect(line))}'>"
            words = []
            for word in line.get("words") or ():
                word_no += 1
                told = f"{_bbox(_rect(word))}; x_wconf {_percent(word.get('confidence'))}"
                words.append(f"<span class='ocrx_word' id='word_{number}_{word_no}' title='{told}'>{_text(word.get('text'))}</span>")
            yield f"{' '.join(words)}</span>\n"
        yield "</p>\n</div>\n"
    yield "</div>\n"


def _areas(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines that stand below one another, in reading order."""
    area: list[Line] = []
    for line in lines:
        if area and not _follows(_rect(area[-1]), _rect(line)):
            yield area
            area = []
        area.append(line)
    if area:
        yield area


def _follows(above: Rect, below: Rect) -> bool:
    height = max(1.0, min(above[3] - above[1], below[3] - below[1]))
    gap = below[1] - above[3]
    return -height < gap < _AREA_GAP * height and below[0] < above[2] and above[0] < below[2]


def _rect(thing: Mapping[str, Any]) -> Rect:
    left, top, right, bottom = thing["bbox"]
    return float(left), float(top), float(right), float(bottom)


def _around(rects: Sequence[Rect]) -> Rect:
    return (min(rect[0] for rect in rects), min(rect[1] for rect in rects), max(rect[2] for rect in rects), max(rect[3] for rect in rects))


def _bbox(rect: Rect) -> str:
    return f"bbox {math.floor(rect[0])} {math.floor(rect[1])} {math.ceil(rect[2])} {math.ceil(rect[3])}"


def _percent(confidence: Any) -> int:
    return round(100 * confidence) if isinstance(confidence, int | float) else 0


def _text(value: Any) -> str:
    return escape(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", str(value or "")))
