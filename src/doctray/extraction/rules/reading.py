"""A page as the rules look at it: phrases in their places, and who stands right of, below and above whom.

Made from words alone, whoever read them. Values of PDF form fields count as words where no word is printed for them.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from statistics import median

from doctray.domain.document import Box, Document, FormField, Page, PageSource, Segment, Word
from doctray.extraction.parse import fold
from doctray.extraction.rules.spaced_letters import joined_letters

_WORD_GAP = 0.75
"""Words of one phrase stand less than this many word heights apart (a space is 0.25 to 0.6 of it; columns start at 0.8)."""

_NOISE = 0.05
"""Words that an engine is less sure of are strokes and stains (stock EasyOCR on photographs)."""

_COLON = re.compile(r"[:：][-–]?|[-–]:")
_COLON_REACH = 40.0
"""In a form whose colons stand in a column of their own, a colon is at most this many word heights right of its label."""

_LEADER = re.compile(r"[._·…\-–—=]{3,}|[|]|[.·…]{2,}")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words side by side without a gap, left to right, of one page."""

    page: int
    words: tuple[Word, ...]
    box: Box
    text: str

    @classmethod
    def of(cls, page: int, words: Sequence[Word]) -> "Phrase":
        box = words[0].box
        for word in words[1:]:
            box = box.union(word.box)
        return cls(page, tuple(words), box, " ".join(word.text for word in words))

    @property
    def folded(self) -> str:
        return fold(self.text)

    @property
    def height(self) -> float:
        """Median height of its words, which skew does not stretch."""
        return median(word.box.height for word in self.words)

    def part(self, start: int, end: int | None = None) -> "Phrase | None":
        words = self.words[start:end]
        return Phrase.of(self.page, words) if words else None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page: its phrases from top to bottom. width, height: pixels; no word stands beyond them.

    ocr: whether its words were recognised from an image.
    """

    number: int
    width: int
    height: int
    ocr: bool
    words: tuple[Word, ...]
    phrases: tuple[Phrase, ...]
    page: Page
    _tops: tuple[float, ...] = field(default=(), repr=False)

    def right_of(self, phrase: Phrase | Box, *, reach: float | None = None) -> list[Phrase]:
        """Phrases in the same row to the right, nearest first. reach: pixels between them at most."""
        box = phrase if isinstance(phrase, Box) else phrase.box
        limit = box.right + (self.width if reach is None else reach)
        found = [
            p
            for p in self._between(box.top, box.bottom)
            if box.right - box.height * 0.3 <= p.box.left <= limit and p is not phrase and in_row(box, p.box)
        ]
        return sorted(found, key=lambda p: p.box.left)

    def left_of(self, phrase: Phrase | Box) -> list[Phrase]:
        """Phrases in the same row to the left, nearest first."""
        box = phrase if isinstance(phrase, Box) else phrase.box
        found = [
            p
            for p in self._between(box.top, box.bottom)
            if p.box.right <= box.left + box.height * 0.3 and p is not phrase and in_row(box, p.box)
        ]
        return sorted(found, key=lambda p: -p.box.right)

    def below(self, phrase: Phrase | Box, *, lines: float = 2.5) -> list[Phrase]:
        """Phrases beneath that share its column, nearest first, within so many line heights.

        Recognition draws boxes higher than their print, so that those of close lines overlap: there the middles tell.
        """
        box = phrase if isinstance(phrase, Box) else phrase.box
        height = box.height if isinstance(phrase, Box) else phrase.height
        beneath = box.bottom - 0.4 * height
        found = [
            p
            for p in self._between(box.bottom, box.bottom + lines * height)
            if (p.box.top >= beneath or (self.ocr and p.box.top > box.top + 0.2 * height and p.box.center_y >= box.bottom - 0.1 * height))
            and _share_column(box, p.box, height)
        ]
        return sorted(found, key=lambda p: (p.box.top, p.box.left))

    def above(self, phrase: Phrase | Box, *, lines: float = 2.5) -> list[Phrase]:
        """Phrases over it that share its column, nearest first."""
        box = phrase if isinstance(phrase, Box) else phrase.box
        height = box.height if isinstance(phrase, Box) else phrase.height
        found = [
            p
            for p in self._between(box.top - lines * height, box.top)
            if p.box.bottom <= box.top + 0.4 * height and _share_column(box, p.box, height)
        ]
        return sorted(found, key=lambda p: (-p.box.bottom, p.box.left))

    def inside(self, box: Box) -> list[Word]:
        """Words whose middle lies in the box, row by row."""
        return [
            w
            for row in rows_of(
                [w for w in self.words if box.left <= w.box.center_x <= box.right and box.top <= w.box.center_y <= box.bottom]
            )
            for w in row
        ]

    def rows(self) -> list[list[Phrase]]:
        """Phrases row by row, each left to right."""
        rows: list[list[Phrase]] = []
        for phrase in self.phrases:
            home = next((row for row in reversed(rows[-4:]) if in_row(row[-1].box, phrase.box)), None)
            if home is None:
                rows.append([phrase])
            else:
                home.append(phrase)
        for row in rows:
            row.sort(key=lambda p: p.box.left)
        return rows

    def band(self, top: float, bottom: float) -> "Sheet":
        """The part of the page between two heights, as a page of its own with the same places."""
        phrases = tuple(p for p in self.phrases if top <= p.box.center_y < bottom)
        words = tuple(w for w in self.words if top <= w.box.center_y < bottom)
        return replace(self, words=words, phrases=phrases, _tops=tuple(p.box.top for p in phrases))

    def without(self, words: Sequence[Word]) -> "Sheet":
        """The page without these words and the phrases that they begin."""
        left_out = {id(word) for word in words}
        phrases = tuple(p for p in self.phrases if id(p.words[0]) not in left_out)
        kept = tuple(word for word in self.words if id(word) not in left_out)
        return replace(self, words=kept, phrases=phrases, _tops=tuple(p.box.top for p in phrases))

    @property
    def text(self) -> str:
        return "\n".join(phrase.text for phrase in self.phrases)

    def _between(self, top: float, bottom: float) -> Iterator[Phrase]:
        """Phrases that touch the band; those taller than a tenth of the page count by their top."""
        start = bisect_left(self._tops, top - self.height * 0.1)
        for phrase in self.phrases[start:]:
            if phrase.box.top > bottom:
                break
            if phrase.box.bottom >= top:
                yield phrase


def sheets_of(document: Document, *, spaced: bool = False) -> list[Sheet]:
    """The pages of a document. spaced: words that are printed letter by letter are joined."""
    return [sheet_of(page, spaced=spaced) for page in document.pages]


def sheet_of(page: Page, *, spaced: bool = False) -> Sheet:
    words = [word for word in page.words if word.text.strip() and word.angle == 0 and word.confidence >= _NOISE]
    words += _filled_in(page.form_fields, words)
    if spaced:
        words = [part for word in joined_letters(rows_of(words)) for part in _parted(word)]
    phrases = sorted(phrases_of(page.number, words, page), key=lambda p: (p.box.top, p.box.left))
    return Sheet(
        number=page.number,
        width=max([page.width, *(ceil(word.box.right) for word in words)]),
        height=max([page.height, *(ceil(word.box.bottom) for word in words)]),
        ocr=page.source is PageSource.OCR,
        words=tuple(words),
        phrases=tuple(phrases),
        page=page,
        _tops=tuple(p.box.top for p in phrases),
    )


_DATE = r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4}"
_RUN_TOGETHER = (
    re.compile(r"((?:[A-Za-z]{6,8})?[A-Fa-f]:)([A-Z][A-Za-z&.'’\-]{2,})"),  # INSURERB:Northern, A:NORTHERN
    re.compile(r"((?i:insurer)[A-F])([A-Z][a-z][A-Za-z&.'’\-]+)"),  # INSURERBNorthern
    re.compile(rf"({_DATE})\|?({_DATE}.*)"),  # 11/06/202511/06/2026
    re.compile(r"((?:19|20)\d\d-\d\d-\d\d)\|?((?:19|20)\d\d-\d\d-\d\d)"),  # 2025-11-062026-11-06
    re.compile(r"(\d\d/\d\d/\d\d)\|?(\d\d/\d\d/\d\d)"),  # 11/06/2511/06/26
    re.compile(rf"({_DATE})(\$\d[\d,.]*)"),  # 11/06/2026$5,000
    re.compile(r"((?i:number|no\.?):)(\S*\d\S*)"),  # NUMBER:15/16
    re.compile(r"(N ?/ ?A)([YNX])"),  # the mark beside what does not apply: N/AY
)
"""Two words that recognition, or the typist, set without a space."""


def _parted(word: Word) -> tuple[Word, ...]:
    return next((parts for pattern in _RUN_TOGETHER if len(parts := two_words(word, pattern)) > 1), (word,))


def two_words(word: Word, pattern: re.Pattern[str]) -> tuple[Word, ...]:
    """The two words that recognition took for one, told by the two groups that make up the pattern, each in its letters' share of the
    box; the word itself where the pattern does not fit."""
    match = pattern.fullmatch(word.text)
    if match is None:
        return (word,)
    cut = word.box.left + word.box.width * len(match[1]) / len(word.text)
    one, other = Box(word.box.left, word.box.top, cut, word.box.bottom), Box(cut, word.box.top, word.box.right, word.box.bottom)
    return replace(word, text=match[1], box=one, alternatives=()), replace(word, text=match[2], box=other, alternatives=())


def phrases_of(number: int, words: Sequence[Word], page: Page | None = None) -> list[Phrase]:
    """Words joined left to right while they stand close on one row and no vertical ruling line parts them.

    Leaders (....., ____) part phrases and vanish; a colon in a column of its own belongs to the label left of it.
    """
    walls = [] if page is None else [s for s in page.segments if not s.horizontal]
    phrases: list[Phrase] = []
    for row in rows_of(words):
        runs: list[list[Word]] = []
        parted = True
        for word in row:
            if _LEADER.fullmatch(word.text.strip()):
                parted = True
            elif runs and _COLON.fullmatch(word.text.strip()) and _is_its_colon(runs[-1][-1], word, walls, parted=parted):
                runs[-1].append(word)
                parted = True
            elif parted or not _joins(runs[-1][-1], word, walls):
                runs.append([word])
                parted = False
            else:
                runs[-1].append(word)
        phrases += [Phrase.of(number, run) for run in runs]
    return phrases


def rows_of(words: Iterable[Word]) -> list[list[Word]]:
    """Words by row, top to bottom, each row left to right. A row follows its words, so slight skew does not break it.

    Words that stand over one another are of two rows, however high recognition drew their boxes; one that was read twice is not.
    """
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.box.left):
        best, best_gap = None, float("inf")
        top, bottom = word.box.top, word.box.bottom
        for row in rows:
            last = row[-1].box
            if last.top >= bottom or last.bottom <= top:
                continue  # nearly all rows of a page: calls for them took most of the time of a page
            gap = abs(last.center_y - word.box.center_y)
            over_one_another = 2 * (last.right - word.box.left) > min(last.width, word.box.width) and word.text != row[-1].text
            if gap < best_gap and not over_one_another and in_row(last, word.box):
                best, best_gap = row, gap
        if best is None:
            rows.append([word])
        else:
            best.append(word)
    return sorted(rows, key=lambda row: min(w.box.center_y for w in row))


def lines_of(sheet: Sheet) -> list[Phrase]:
    """Rows of the page with their phrases joined where no column parts them."""
    out: list[Phrase] = []
    for row in sheet.rows():
        current: list[Phrase] = []
        for phrase in row:
            if current and phrase.box.left - current[-1].box.right > 2.2 * min(phrase.height, current[-1].height):
                out.append(_merged(current))
                current = []
            current.append(phrase)
        out.append(_merged(current))
    return sorted(out, key=lambda p: (p.box.top, p.box.left))


def _merged(phrases: Sequence[Phrase]) -> Phrase:
    return phrases[0] if len(phrases) == 1 else Phrase.of(phrases[0].page, [word for phrase in phrases for word in phrase.words])


def in_row(one: Box, other: Box) -> bool:
    """Whether two boxes stand on one row: they overlap in height by more than half of the lower one."""
    overlap = min(one.bottom, other.bottom) - max(one.top, other.top)
    return overlap > 0.5 * min(one.height, other.height)


def united(boxes: Iterable[Box]) -> Box:
    first, *rest = boxes
    for box in rest:
        first = first.union(box)
    return first


def _share_column(one: Box, other: Box, height: float) -> bool:
    overlap = min(one.right, other.right) - max(one.left, other.left)
    return overlap > 0.3 * min(one.width, other.width) or abs(one.left - other.left) < 1.2 * height


def _joins(left: Word, right: Word, walls: Sequence[Segment]) -> bool:
    gap = right.box.left - left.box.right
    height = min(left.box.height, right.box.height)
    if gap > _WORD_GAP * height or gap < -1.0 * height:
        return False
    middle = (left.box.center_y + right.box.center_y) / 2
    return not any(
        left.box.right - 0.25 * height <= wall.left <= right.box.left + 0.25 * height and wall.top <= middle <= wall.bottom
        for wall in walls
    )


def _is_its_colon(label: Word, colon: Word, walls: Sequence[Segment], *, parted: bool) -> bool:
    """Whether a colon with a gap before it ends the label left of it. Close ones are words of their phrase like any other."""
    if not parted and _joins(label, colon, walls):
        return False
    height = max(label.box.height, colon.box.height)
    if not any(character.isalpha() for character in label.text) or colon.box.left - label.box.right > _COLON_REACH * height:
        return False
    middle = colon.box.center_y
    return not any(label.box.right <= wall.left <= colon.box.left and wall.top <= middle <= wall.bottom for wall in walls)


def _filled_in(form_fields: Sequence[FormField], words: Sequence[Word]) -> list[Word]:
    """Words for what stands in form fields and is not among the page's words already."""
    added: list[Word] = []
    for item in form_fields:
        text = ("X" if item.value == "on" else "") if item.kind in ("checkbox", "radio") else item.value.strip()
        box = item.box
        printed = {
            fold(w.text)
            for w in words
            if box.left - 2 <= w.box.center_x <= box.right + 2 and box.top - 2 <= w.box.center_y <= box.bottom + 2
        }
        lines = [line for line in text.splitlines() if line.strip()]
        for index, line in enumerate(lines):
            top = box.top + box.height * index / len(lines)
            bottom = box.top + box.height * (index + 1) / len(lines)
            added += [w for w in _spread(line, Box(box.left, top, box.right, bottom)) if fold(w.text) not in printed]
    return added


def _spread(text: str, box: Box) -> list[Word]:
    """The words of a field's text from the left edge of its box, each as wide as its letters are at that height."""
    pitch = min(box.width / max(1, len(text)), min(box.height, 30.0) * 0.5)
    out = []
    for match in re.finditer(r"\S+", text):
        left = box.left + pitch * match.start()
        out.append(Word(text=match[0], box=Box(left, box.top, left + pitch * len(match[0]), box.bottom), confidence=1.0))
    return out
