"""Certificates that insure nothing: training, completion, attendance, award, vaccination, birth.

Three ways to a field, the surest first: a printed label, a turn of phrase (this certifies that …), the place on the page.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from doctray.extraction.grounding import Found
from doctray.extraction.parse import DateOrder, find_dates, fold, unfilled
from doctray.extraction.rules.certificate_page import DID, CertificatePage, cut, labelled_text, lines_below, values
from doctray.extraction.rules.finds import date_found, dates_found, identifier_found, text_found
from doctray.extraction.rules.labels import Labelled
from doctray.extraction.rules.names import TO_PERSON, recipient
from doctray.extraction.rules.reading import Phrase, Sheet, lines_of
from doctray.extraction.rules.titles import title_of
from doctray.extraction.rules.vocabulary import OTHER, OTHER_STOPS

_FOR = re.compile(
    r"\b(?:in recognition of|for (?:outstanding|excellence in|exceptional|his|her|their|your|being|the|dedicated|"
    r"valuable)|in appreciation (?:of|for))\b\s*",
    re.IGNORECASE,
)
_SUBJECT_ENDS = re.compile(
    r"\s*(?:[.;]|\bon (?=the \d|this|\w+ \d|\d)|\bheld\b|\bconducted\b|\borganis?z?ed\b|\bdated\b|\bfrom (?=\d|\w+ \d)|"
    r"\bin excellence\b|\bwith (?:a|an|distinction|honou?rs|score|grade|excellence)\b|\bat (?=the\b|.*\b(?:univers|"
    r"colleg|school|institut|academ|centre|center|hall\b))"
    r"|\bpresented by\b|\bprovided by\b|\boffered by\b|\bby (?=the |[A-Z])|\btraining session\b|\bduring\b|\band (?:is|"
    r"has|offered|in partnership)\b)",
    re.IGNORECASE,
)
_BY = re.compile(
    r"\b(?:issued|conducted|provided|delivered|offered|organi[sz]ed|presented|awarded|hosted|(?:course|program|"
    r"speciali[sz]ation|certificate) authori[sz]ed)\s+by[:\s]+(?=\S)|\bon behalf of[:\s]+",
    re.IGNORECASE,
)
_OF_BIRTH = re.compile(r"birth|born|\bdob\b|expir|valid|until|renew|lot\b", re.IGNORECASE)
_DONE_ON = re.compile(
    r"\b(?:complet\w+|issued?|awarded|dated?|given|presented|granted|certified|signed|this|attended|held|conducted)\b", re.IGNORECASE
)
_ORGANISATION = re.compile(
    r"\b(?:universit\w+|institut\w*|college|school|academ\w+|department|ministry|council|association|society|foundation|"
    r"centre|center|hospital|board|authority|federation|commission|bureau|agency|"
    r"company|corporation|ltd|limited|inc|llc|gmbh|group|trust|club|church|training|services|online|solutions|county|"
    r"state of|city of|organi[sz]ation|meetings|clinic|office)\b",
    re.IGNORECASE,
)


def parts(sheets: Sequence[Sheet]) -> list[list[Sheet]]:
    """The sheets of each certificate in the file: a page that repeats the first title starts another."""
    titles = [title_of(sheet) for sheet in sheets]
    starts = [index for index, title in enumerate(titles) if title is not None]
    if not starts:
        return [list(sheets)]
    first = titles[starts[0]]
    assert first is not None
    same = [index for index in starts if (title := titles[index]) is not None and fold(str(title.value)) == fold(str(first.value))]
    if len(same) < 2:
        return [[sheets[starts[0]], *[sheet for index, sheet in enumerate(sheets) if index != starts[0]]]]
    ends = [*same[1:], len(sheets)]
    return [list(sheets[start:end]) for start, end in zip(same, ends, strict=True)]


def read(sheets: Sequence[Sheet], order: DateOrder | None) -> Mapping[str, Any]:
    """The tree of found values of one certificate, its title page first."""
    out: dict[str, Any] = {"title": next((title for sheet in sheets if (title := title_of(sheet)) is not None), None)}
    pages = [CertificatePage(sheet, lines_of(sheet), Labelled.of([sheet], OTHER, stops=OTHER_STOPS), order) for sheet in sheets]
    readers: Mapping[str, Callable[[CertificatePage], Found | None]] = {
        "recipient_name": recipient,
        "subject": _subject,
        "issue_date": _issue_date,
        "expiry_date": lambda page: _labelled_date(page, "expiry_date"),
        "certificate_number": _number,
        "issuer_name": _issuer,
    }
    for name, reader in readers.items():
        out[name] = next((found for page in pages if (found := reader(page)) is not None), None)
    return out


def _subject(page: CertificatePage) -> Found | None:
    for pattern in (DID, _FOR):
        for phrase in page.lines:
            for match in pattern.finditer(phrase.text):
                found = _told_after(page, phrase, match.end())
                if found is not None:
                    return found
    return labelled_text(page, "subject", _is_subject)


def _told_after(page: CertificatePage, phrase: Phrase, start: int) -> Found | None:
    """What a turn of phrase is followed by in its line, or in the line beneath where it ends its own."""
    rest = cut(phrase, start, _SUBJECT_ENDS)
    if rest is not None and _is_subject(rest.text) and not _INTRODUCES.fullmatch(rest.text.strip()):
        return text_found(rest)
    if not _INTRODUCES.fullmatch(phrase.text[start:].strip()):
        return None
    under = next(iter(lines_below(page.lines, phrase)), None)
    part = None if under is None else cut(under, len(_article(under.text)), _SUBJECT_ENDS)
    return text_found(part) if part is not None and _is_subject(part.text) else None


_INTRODUCES = re.compile(
    (
        r"(?:their|the|an?|this|following|prescribed|our|training|online|course|programme|program|workshop|seminar|session|"
        r"module|in|on|of|entitled|titled|\W)*|.*\brequirements?"
    ),
    re.IGNORECASE,
)


def _article(text: str) -> str:
    match = re.match(r"(?:the|a|an|our)\s+", text, re.IGNORECASE)
    return "" if match is None else match[0]


def _issue_date(page: CertificatePage) -> Found | None:
    labelled = _labelled_date(page, "issue_date")
    if labelled is not None:
        return labelled
    if (title := title_of(page.sheet)) is not None and re.search(r"vaccin|immuni", str(title.value), re.IGNORECASE):
        return None
    free = [
        (phrase, date)
        for phrase in page.lines
        if not _OF_BIRTH.search(phrase.text)
        for date in dates_found(phrase, page.order)
        if not _beside(page.sheet, phrase, _OF_BIRTH)
    ]
    told = [date for phrase, date in free if _DONE_ON.search(phrase.text)]
    if told:
        return told[-1]
    if len({date.value for _, date in free}) == 1:
        found = free[0][1]
        return Found(value=found.value, page=found.page, words=found.words, doubts=found.doubts, trust=found.trust * 0.8)
    return None


def _beside(sheet: Sheet, phrase: Phrase, pattern: re.Pattern[str]) -> bool:
    """Whether a label of another meaning stands left of, over or under the phrase."""
    near = [*sheet.left_of(phrase)[:1], *sheet.above(phrase, lines=1.5)[:1], *sheet.below(phrase, lines=1.5)[:1]]
    return any(pattern.search(p.text) for p in near)


def _labelled_date(page: CertificatePage, key: str) -> Found | None:
    for phrase in values(page, key, lambda text: bool(find_dates(text))):
        found = date_found(phrase, page.order)
        if found is not None:
            return found
    return None


def _number(page: CertificatePage) -> Found | None:
    for phrase in values(page, "certificate_number", lambda text: bool(re.search(r"\d", text))):
        found = identifier_found(phrase)
        if found is not None:
            return found
    return None


def _issuer(page: CertificatePage) -> Found | None:
    labelled = labelled_text(page, "issuer_name", _is_organisation)
    if labelled is not None:
        return labelled
    return issued_by(page.sheet, page.order) or _letterhead(page.sheet)


def issued_by(sheet: Sheet, order: DateOrder | None) -> Found | None:
    """Who follows words like issued by or conducted by."""
    for phrase in lines_of(sheet):
        match = _BY.search(phrase.text)
        if match is not None:
            rest = cut(phrase, match.end(), _SUBJECT_ENDS)
            if rest is not None and _is_organisation(rest.text) and not date_found(rest, order):
                return text_found(rest, trust=0.9)
    return None


def _letterhead(sheet: Sheet) -> Found | None:
    """An organisation named over the title, or between it and the words that certify."""
    title = title_of(sheet)
    if title is None:
        return None
    top, bottom = min(w.box.top for w in title.words), max(w.box.bottom for w in title.words)
    lines = lines_of(sheet)
    pivot = next((line.box.top for line in lines if line.box.top > bottom - 2 and TO_PERSON.search(line.text)), None)
    between = [line for line in lines if pivot is not None and bottom - 2 <= line.box.top < pivot - 2]
    over = sorted((line for line in lines if line.box.bottom <= top + 2), key=lambda line: -line.height)
    for line in (*between, *over):
        if _ORGANISATION.search(line.text) and _is_organisation(line.text):
            return text_found(line, trust=0.8)
    return None


_NO_SUBJECT = re.compile(r"\b(?:dose|lot number|manufacturer)\b|^(?:their|his|her|all|it|this)\W*$", re.IGNORECASE)


def _is_subject(text: str) -> bool:
    return (
        not _NO_SUBJECT.search(text)
        and unfilled(text) is not None
        and len(fold(text)) >= 3
        and bool(re.search(r"[A-Za-z]{2}", text))
        and len(text.split()) <= 18
        and not find_dates(text)
    )


def _is_organisation(text: str) -> bool:
    words = text.split()
    return (
        unfilled(text) is not None
        and 1 <= len(words) <= 12
        and len(fold(text)) >= 3
        and bool(re.search(r"[A-Za-z]{3}", text))
        and words[0][:1].isupper()
    )
