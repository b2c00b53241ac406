"""Pages of a result, from its JSON: the inverse of what the service writes, as far as words and their places go."""

from collections.abc import Mapping
from typing import Any

from doctray.domain.document import Affine, Box, Line, Page, PageSource, Word


def page_of(value: Mapping[str, Any]) -> Page:
    """value: an item of `pages` (api.md, Result)."""
    return Page(
        number=int(value["page"]),
        width=int(value["width"]),
        height=int(value["height"]),
        source=PageSource(value["source"]),
        lines=tuple(Line(words=tuple(map(_word, line["words"]))) for line in value["lines"] if line["words"]),
        rotation=int(value.get("rotation") or 0),
        placement=_placement(value.get("placement")),
    )


def _word(value: Mapping[str, Any]) -> Word:
    return Word(text=str(value["text"]), box=Box(*value["bbox"]), confidence=float(value["confidence"]), angle=int(value.get("angle") or 0))


def _placement(value: Any) -> Affine | None:
    if value is None:
        return None
    a, b, c, d, e, f = map(float, value)
    return a, b, c, d, e, f
