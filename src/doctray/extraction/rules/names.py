"""Whom a certificate is made out to: after words like presented to, before has completed, in FIRST and LAST, or beside a label."""

import re
from collections.abc import Sequence

from doctray.extraction.grounding import Found
from doctray.extraction.parse import find_dates, fold, unfilled
from doctray.extraction.rules.certificate_page import DID, CertificatePage, cut, labelled_text, lines_below, ruled_between
from doctray.extraction.rules.finds import text_found
from doctray.extraction.rules.labels import Spot, spots, words_at
from doctray.extraction.rules.reading import Phrase, Sheet
from doctray.extraction.rules.vocabulary import NAME_PARTS

TO_PERSON = re.compile(
    r"\b(?:(?:presented|awarded|given|granted|conferred|issued|bestowed)\s+(?:up)?(?:on|to)|certif(?:y|ies|ied)\s+that|"
    r"know that|confirms? that|acknowledges that|recognizes|recognises|"
    r"honou?rs|is to certify(?:\s+that)?|congratulations(?=,? [A-Z]))\b[\s:,]*",
    re.IGNORECASE,
)
_NAME_ENDS = re.compile(
    r"\s*(?:[;:]|,?\s\b(?:has|have|is|was|for|on|in|of|who|having|did|successfully|with|born|s/o|d/o|son of|daughter of|at)\b)",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"^the\b|\b(?:certificate|certify|certifies|has|have|this|that|of|completed|awarded|presented|successfully|course|"
    r"training|program|signature|date|is|to|hereby|proudly|following|undersigned|above|name|for)\b",
    re.IGNORECASE,
)


def recipient(page: CertificatePage) -> Found | None:
    return (
        _name_after_phrase(page) or _name_before_deed(page) or _name_in_parts(page.sheet) or labelled_text(page, "recipient_name", _is_name)
    )


def _name_after_phrase(page: CertificatePage) -> Found | None:
    for phrase in page.lines:
        match = TO_PERSON.search(phrase.text)
        if match is None:
            continue
        rest = cut(phrase, match.end(), _NAME_ENDS)
        if rest is not None and _is_name(rest.text):
            return text_found(rest)
        for under in lines_below(page.lines, phrase)[:2]:
            part = cut(under, 0, _NAME_ENDS)
            if part is not None and _is_name(part.text):
                return text_found(part)
            if part is not None and DID.match(under.text):
                break
    return None


def _name_before_deed(page: CertificatePage) -> Found | None:
    """The name before `has successfully completed`, in its line or over it."""
    for index, phrase in enumerate(page.lines):
        match = re.search(
            r"\b(?:has|have) (?:hereby |now )?(?:(?:successfully|satisfactorily|duly) )?(?:completed|attended|passed|"
            r"participated|earned|achieved|demonstrated|fulfilled|been)\b",
            phrase.text,
            re.IGNORECASE,
        )
        if match is None:
            continue
        before = Phrase.of(phrase.page, words_at(phrase.words, 0, match.start())) if match.start() > 3 else None
        over = [
            line
            for line in page.lines[:index]
            if line.box.bottom <= phrase.box.top + 0.5 * phrase.height
            and line.box.left < phrase.box.right
            and line.box.right > phrase.box.left
        ]
        for candidate in [before] if before is not None else over[-1:]:
            if _is_name(candidate.text):
                return text_found(candidate)
    return None


def _name_in_parts(sheet: Sheet) -> Found | None:
    """FIRST, MIDDLE and LAST as headings over (or under) the parts of a name; the topmost row of them counts."""
    found = [spot for spot in spots(sheet, NAME_PARTS) if spot.rest is None or spot.marked]
    lasts = sorted((spot for spot in found if spot.key == "last"), key=lambda spot: spot.label.box.top)
    for last in lasts:
        row = [spot for spot in found if abs(spot.label.box.center_y - last.label.box.center_y) < 1.5 * last.label.height]
        row_top = {key: min((s for s in row if s.key == key), key=lambda s: s.label.box.left, default=None) for key in NAME_PARTS}
        values = [_name_part(sheet, spot, row) for key in ("first", "middle", "last") if (spot := row_top[key]) is not None]
        parts_found = [value for value in values if value is not None]
        if len(parts_found) >= 2:
            words = tuple(word for part in parts_found for word in part.words)
            return Found(value=" ".join(part.text.strip(" .,") for part in parts_found), page=sheet.number, words=words)
    return None


def _name_part(sheet: Sheet, spot: Spot, row: Sequence[Spot]) -> Phrase | None:
    if spot.rest is not None and _is_word_of_name(spot.rest.text):
        return spot.rest
    ruled_above = ruled_between(sheet, spot.label)
    labels = {id(other.phrase) for other in row}
    places = [sheet.above(spot.label, lines=2.2), sheet.below(spot.label, lines=2.2)]
    for place in places if ruled_above else reversed(places):
        for phrase in place[:1]:
            if id(phrase) not in labels and _is_word_of_name(phrase.text):
                return phrase
    return None


def _is_name(text: str) -> bool:
    text = text.strip(" .,:;_*")
    words = text.split()
    return (
        unfilled(text) is not None
        and 1 <= len(words) <= 7
        and len(fold(text)) >= 3
        and re.fullmatch(r"[\w\s.,'’`\-–()/]+", text) is not None
        and not re.search(r"[\d_]", text)
        and not _NO_NAME.search(text)
        and not find_dates(text)
    )


def _is_word_of_name(text: str) -> bool:
    return (
        bool(re.fullmatch(r"[^\W\d_][\w'’.\- ]{0,40}", text.strip()))
        and unfilled(text) is not None
        and len(text.split()) <= 3
        and not _NO_NAME.search(text)
    )
