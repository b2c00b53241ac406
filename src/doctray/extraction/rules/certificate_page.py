"""One page of a certificate that insures nothing, with the ways to walk over it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from doctray.extraction.grounding import Found
from doctray.extraction.parse import DateOrder
from doctray.extraction.rules.finds import text_found
from doctray.extraction.rules.labels import Accept, Labelled, words_at
from doctray.extraction.rules.reading import Phrase, Sheet

DID = re.compile(
    r"\b(?:(?:has|have|having|for|by)\s+)?(?:(?:successfully|satisfactorily|duly|fully)\s+)?"
    r"(?:complet(?:ed|ing|ion of)|attend(?:ed|ing|ance (?:at|of|in))|pass(?:ed|ing)|participat(?:ed|ing|ion) in|"
    r"finish(?:ed|ing)|fulfilled|undergone|undertaken|taken part in|achiev(?:ed|ing)|qualified (?:as|in)|"
    r"demonstrated|received (?:training|instruction) (?:in|on))\b\s*(?:(?:all\s+)?(?:the\s+)?(?:requirements?|"
    r"prescribed course of study)\s+(?:for|of)\s+)?(?:(?:the|a|an|our)\b\s*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class CertificatePage:
    """One page with its lines, its labels, and how its document writes dates."""

    sheet: Sheet
    lines: Sequence[Phrase]
    labelled: Labelled
    order: DateOrder | None


def labelled_text(page: CertificatePage, key: str, accept: Accept) -> Found | None:
    return next((found for phrase in values(page, key, accept) if (found := text_found(phrase)) is not None), None)


def values(page: CertificatePage, key: str, accept: Accept) -> Iterable[Phrase]:
    """Values beside the labels of one field; what is filled in over a ruled line stands above its label."""
    return (phrase for _, phrase in page.labelled.values(key, accept, above=lambda sheet, spot: ruled_between(sheet, spot.label)))


def ruled_between(sheet: Sheet, label: Phrase) -> bool:
    """Whether what was filled in stands over the label: a line is ruled between, or words stand close above and none below."""
    ruled = any(
        s.horizontal and label.box.top - 1.2 * label.height <= s.top <= label.box.top + 2 and s.left <= label.box.center_x <= s.right
        for s in sheet.page.segments
    )
    above, below = sheet.above(label, lines=1.6)[:1], sheet.below(label, lines=1.6)[:1]
    return (ruled and bool(above)) or (
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


def cut(phrase: Phrase, start: int, end: re.Pattern[str]) -> Phrase | None:
    """The words of a phrase from a position of its text up to where the pattern ends it."""
    stop = end.search(phrase.text, start)
    words = words_at(phrase.words, start, len(phrase.text) if stop is None else max(start, stop.start()))
    return Phrase.of(phrase.page, words) if words else None
