"""One page of a certificate that insures nothing, with the ways to walk over it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from doctray.extraction.grounding import Found
from doctray.extraction.parse import DateOrder
from doctray.extraction.rules.certificate import wordings
from doctray.extraction.rules.finds import text_found
from doctray.extraction.rules.labels import Accept, Labelled, words_at
from doctray.extraction.rules.reading import Phrase, Sheet

DID = re.compile(
    rf"\b{wordings.DID}|"
    r"\b(?:(?:has|have|having|for|by)\s+)?(?:attended\s+and\s+)?(?:(?:successfully|satisfactorily|duly|fully)\s+)?"
    r"(?:complet(?:ed|ing|ion of)|attend(?:ed|ing|ance (?:at|of|in))|pass(?:ed|ing)|participat(?:ed|ing|ion) in|"
    r"finish(?:ed|ing)|fulfilled|(?:met|satisfied)(?=\s(?:all\s)?(?:the\s)?requirements)|"
    r"undergone|undertaken|taken part in|achiev(?:ed|ing)|qualified (?:as|in)|"
    r"demonstrated(?:\s+(?:competenc[ey]|proficiency|knowledge|mastery)\s+(?:in|of))?|licensed (?:as provided by law )?as|"
    r"been awarded|received (?:training|instruction) (?:in|on)|conform(?:s|ed)? to|compli(?:es|ed) with|the degree of|"
    r"teilgenommen(?=\W*$| (?:an|am|bei)\b)|"
    r"(?:has|have) secured|securing|winning|obtaining|"
    r"recogni[sz]ed (?:as|for)|"
    r"(?:been )?(?:elected|admitted|appointed|certified|registered|licensed) (?:as |to )?(?:be )?(?=an?\b|the\b|fellow)|"
    r"found (?:him|her|them|to be)(?: (?:him|her|them))?)\b\s*(?:with (?:merit|distinction|credit|"
    r"honou?rs)\s*)?"
    r"(?:and (?:received|earned|obtained|secured|achieved) (?:an? )?(?:passing |pass )?(?:grade|score|marks?)\b[^.]{0,20}? in\b\s*)?"
    r"(?:(?:all\s+)?(?:the\s+)?(?:requirements?|"
    r"prescribed course of study|curriculum)\s+(?:for|of|to (?:obtain|receive|earn|be (?:recogni[sz]ed|certified|designated) as))(?:\s+|$)"
    r"(?:the (?:designation|title|award|qualification) of\s+)?)?(?:(?:the|a|an|our|his|her|their)\b\s*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class CertificatePage:
    """One page with its lines, its labels, and how its document writes dates."""

    sheet: Sheet
    lines: Sequence[Phrase]
    labelled: Labelled
    order: DateOrder | None
    title: Found | None


def labelled_text(page: CertificatePage, key: str, accept: Accept, *, telling: bool = False) -> Found | None:
    return next((found for phrase in values(page, key, accept, telling=telling) if (found := text_found(phrase)) is not None), None)


def values(page: CertificatePage, key: str, accept: Accept, *, telling: bool = False) -> Iterable[Phrase]:
    """Values beside the labels of one field; what is filled in over a ruled line stands above its label. telling: no weak labels."""
    labelled = page.labelled if not telling else page.labelled.telling()
    return (phrase for _, phrase in labelled.values(key, accept, above=lambda sheet, spot: ruled_between(sheet, spot.label)))


def ruled_between(sheet: Sheet, label: Phrase) -> bool:
    """Whether what was filled in stands over the label: a line is ruled between, or words stand close above and none below."""
    ruled = any(
        s.horizontal and label.box.top - 1.2 * label.height <= s.top <= label.box.top + 2 and s.left <= label.box.center_x <= s.right
        for s in sheet.page.segments
    )
    above, below = sheet.above(label, lines=1.6)[:1], sheet.below(label, lines=1.6)[:1]
    return (ruled and bool(sheet.above(label, lines=2.6))) or (
        bool(above) and (not below or label.box.top - above[0].box.bottom < below[0].box.top - label.box.bottom)
    )


def lines_below(lines: Sequence[Phrase], phrase: Phrase) -> list[Phrase]:
    """Lines beneath in reading order that share its column; a name in large script may stand far below small print."""
    under = [
        p
        for p in lines
        if p.box.top >= phrase.box.bottom - 0.5 * phrase.height and p.box.left < phrase.box.right and p.box.right > phrase.box.left
    ]
    return [p for p in under if p.box.top - phrase.box.bottom < 8 * phrase.height]


_PROMINENT = 1.25
"""Large print is this many times as high as the page's middling word."""


def prominent(page: CertificatePage) -> list[Phrase]:
    """Lines in large print that are not the title, top to bottom."""
    taken = set() if page.title is None else {id(word) for word in page.title.words}
    usual = median([word.box.height for word in page.sheet.words])
    return [
        line
        for line in page.lines
        if line.height >= _PROMINENT * usual and not any(id(word) in taken for word in line.words) and not page.labelled.is_label(line)
    ]


def prints(lines: Sequence[Phrase], *, apart: Accept) -> list[Phrase]:
    """Lines, those that are one name over two lines as one. apart: whether a line is whole by itself."""
    out: list[Phrase] = []
    for line in lines:
        over = out[-1] if out else None
        if over is not None and not apart(over.text) and goes_on_in(over, line):
            out[-1] = Phrase.of(line.page, [*over.words, *line.words])
        else:
            out.append(line)
    return out


_LEADING = 0.6
"""Line heights between the lines of one name at most."""


def goes_on_in(over: Phrase, line: Phrase) -> bool:
    """Whether a line stands beneath another as its second would: close, of one height, and flush or centred alike."""
    close = -0.2 * line.height < line.box.top - over.box.bottom < _LEADING * line.height
    aligned = abs(over.box.center_x - line.box.center_x) < line.height or abs(over.box.left - line.box.left) < 0.3 * line.height
    return close and aligned and abs(over.height - line.height) < 0.04 * line.height


def lower_half(page: CertificatePage) -> float:
    """The height in the middle of what is printed."""
    return (min(line.box.top for line in page.lines) + max(line.box.bottom for line in page.lines)) / 2


def cut(phrase: Phrase, start: int, end: re.Pattern[str]) -> Phrase | None:
    """The words of a phrase from a position of its text up to where the pattern ends it."""
    stop = end.search(phrase.text, start)
    words = words_at(phrase.words, start, len(phrase.text) if stop is None else max(start, stop.start()))
    return Phrase.of(phrase.page, words) if words else None
