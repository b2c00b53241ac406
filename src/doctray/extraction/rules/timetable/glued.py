"""Parts times that an engine ran together where two labels stand close: 13:1013:10 are 13:10 and 13:10."""

import re
from collections.abc import Iterator
from dataclasses import replace

from doctray.domain.document import Line, Page, Word

_TIME_BEHIND_TIME = re.compile(r"(?<=\d[:.][0-5]\d)(?=[012]?\d[:.][0-5]\d)")


def with_times_parted(page: Page) -> Page:
    """The page with each time a word, at its share of the letters' room. What a document itself prints stays as it is."""
    lines = tuple(Line(words=tuple(part for word in line.words for part in _parts(word))) for line in page.lines)
    parted = any(len(own.words) > len(line.words) for own, line in zip(lines, page.lines, strict=True))
    return replace(page, lines=lines) if parted else page


def _parts(word: Word) -> Iterator[Word]:
    texts = _TIME_BEHIND_TIME.split(word.text)
    if len(texts) == 1 or word.confidence == 1.0 or word.angle:
        yield word
        return
    letter = word.box.width / len(word.text)
    left = word.box.left
    for text in texts:
        right = left + letter * len(text)
        yield replace(word, text=text, box=replace(word.box, left=left, right=right), alternatives=())
        left = right
