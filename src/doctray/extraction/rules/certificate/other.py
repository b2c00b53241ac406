"""Certificates that insure nothing: training, completion, attendance, award, vaccination, birth.

Three ways to a field, the surest first: a printed label, a turn of phrase (this certifies that …), the place on the page.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from doctray.extraction.grounding import Found
from doctray.extraction.parse import DateOrder, find_dates, fold, unfilled
from doctray.extraction.rules.certificate import wordings
from doctray.extraction.rules.certificate.clauses import subject_of_clause
from doctray.extraction.rules.certificate.issuers import is_organisation_name, issuer, issuers
from doctray.extraction.rules.certificate.names import COURSE_WORDS, is_person, recipient
from doctray.extraction.rules.certificate.page import (
    DID,
    CertificatePage,
    cut,
    goes_on_in,
    labelled_text,
    lines_below,
    prints,
    prominent,
    values,
)
from doctray.extraction.rules.certificate.titles import large_title, title_of
from doctray.extraction.rules.certificate.vaccines import is_vaccination, vaccinated_against, vaccines
from doctray.extraction.rules.certificate.vocabulary import OTHER, OTHER_STOPS
from doctray.extraction.rules.finds import date_found, dates_found, identifier_found, text_found
from doctray.extraction.rules.labels import Labelled, words_at
from doctray.extraction.rules.reading import Phrase, Sheet, lines_of

_FOR = re.compile(
    r"\b(?:in recognition of|for (?:his|her|their|your|being|the)|in appreciation (?:of|for)|"
    r"for (?=(?:an? )?(?:outstanding|excellence|exceptional|dedicated|valuable|exemplary|distinguished|continued|invaluable|excellent)\b)|"
    r"^for (?=[a-z]{3,}ing\b)|^for (?=\d{1,4} (?:hours|years|days) of\b))"
    r"(?:\s+|(?<=\s)|$)(?:(?:his|her|their|your)\s+)?",
    re.IGNORECASE,
)
_SUBJECT_ENDS = re.compile(
    r"\s*(?:[.;]|,? sponsored(?: by\b|$)|"
    rf"{wordings.SUBJECT_ENDS}|"
    r"\bat$|\bon (?=the \d|this|\w+ \d|\d)|\bheld\b|\bgiven (?:at|in)\b|\bconducted\b|\borganis?z?ed\b|\bdated\b"
    r"|\bfrom (?=\d|\w+ \d)|"
    r"\bof duration\b|(?<!\w)course,? and\b|"
    r"\bin excellence\b|\bwith (?:a|an|distinction|honou?rs|score|grade|excellence)\b|\bat (?=the\b|.*\b(?:univers|"
    r"colleg|school|institut|academ|centre|center|hall\b))"
    r"|\bat (?:our|your|this)\b|\bat (?=[^,.;]{2,50}\b(?:private limited|pvt|ltd|limited|inc|llc|gmbh|technologies|solutions)\b)|"
    r"\bin accordance\b|\bin partial\b|\bof the (?:association|society|institute|college)\b|\bscope\b|\bcertificate (?:id|no|number)\b"
    r"|\bpresented by\b|\bprovided by\b|\boffered by\b|\bby (?=the |[A-Z])|\btraining session\b|\bduring\b|\bbetween\b|\band (?:is|"
    r"has|offered|in partnership)\b)",
    re.IGNORECASE,
)
_OF_BIRTH = re.compile(r"birth|born|\bdob\b|expir|\bvalid(?! for\b)|until|renew|lot\b", re.IGNORECASE)
_ENDS = re.compile(r"\b(?:valid (?:until|till|to|through|up to)|expires?(?: on)?|expiring on|valid for use until)\b", re.IGNORECASE)
_DONE_ON = re.compile(
    r"\b(?:complet\w+|attendance|issued?|"
    r"awarded|dated?|given|presented|granted|certified|signed|this|attended|held|conducted|den|dated|day of)\b",
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
    title = next((title for sheet in sheets if (title := title_of(sheet)) is not None), None) or large_title(sheets[0])
    out: dict[str, Any] = {"title": title}
    pages = [CertificatePage(sheet, lines_of(sheet), Labelled.of([sheet], OTHER, stops=OTHER_STOPS), order, title) for sheet in sheets]
    readers: Mapping[str, Callable[[CertificatePage], Found | None]] = {
        "recipient_name": recipient,
        "subject": _subject,
        "issue_date": _issue_date,
        "expiry_date": _expiry_date,
        "certificate_number": _number,
    }
    for name, reader in readers.items():
        out[name] = _first_told(reader(page) for page in pages)
    if _say_same(out["subject"], out["recipient_name"]):
        out["subject"] = None
    taken = [found for name in ("subject", "recipient_name", "title") if (found := out[name]) is not None]
    named = (found for page in pages for found in issuers(page))
    out["issuer_name"] = _first_told(
        found for found in named if not any(_say_same(found, other) or _is_part(found, other) for other in taken)
    )
    if out["subject"] is None and title is not None and (_QUALIFIES.search(str(title.value)) or _OF_LIFE.search(str(title.value))):
        out["subject"] = replace(title, trust=0.6)
    return out


def _first_told(candidates: Iterable[Found | None]) -> Found | None:
    """The first that a page tells in words; where none does, the first that its place makes likely."""
    guessed = None
    for found in candidates:
        if found is not None and found.trust >= _TOLD:
            return found
        guessed = guessed or found
    return guessed


def _is_part(one: Found, other: Found) -> bool:
    """Whether a name is a part of what another field was found to say."""
    return {id(word) for word in one.words} <= {id(word) for word in other.words}


_TOLD = 0.7
"""Trust in what a page tells in words; less is a guess by its place, which what another page tells goes before."""


def _say_same(one: Found | None, other: Found | None) -> bool:
    return one is not None and other is not None and fold(str(one.value)) == fold(str(other.value))


_QUALIFIES = re.compile(r"\b(?:certified|licensed|registered|chartered|accredited|(?:award|certificate|diploma) in)\b", re.IGNORECASE)
"""A title of such words says what its holder is certified as."""


_OF_LIFE = re.compile(r"\b(?:leaving|transfer|character|conduct|domicile|residence)\b", re.IGNORECASE)
"""A title of such a word says what the paper is about: an event of its holder's life, or a quality."""


def _subject(page: CertificatePage) -> Found | None:
    told = vaccines(page) or labelled_text(page, "subject", _is_subject, telling=True)
    if told is not None:
        return told
    told = _told(page, _ENTITLED) or _told(page, _QUOTED) or _told(page, wordings.QUOTED) or subject_of_clause(page)
    told = told or _told_post(page) or _told(page, _TRAINED_UNDER) or _told_curriculum(page) or _completed_by(page)
    if told is not None:
        return told
    for pattern in (DID, _FOR):
        for phrase in page.lines:
            asks = page.labelled.is_label(phrase) and not _tells(phrase.text)
            if asks or (_LABELLED.match(phrase.text) and not wordings.DONE.match(phrase.text)):
                continue
            for match in pattern.finditer(phrase.text):
                found = _told_after(page, phrase, match.end())
                if found is not None:
                    return wordings.unquoted(found)
    return labelled_text(page, "subject", _is_subject) or _prize(page) or _prominent_subject(page) or vaccinated_against(page.title)


_POST = re.compile(
    r"\b(?:employed|worked|working|served|serving|engaged|interned|internship)\b.{0,60}?\b(?:as|in the (?:post|position|capacity) of)\s+"
    r"(?:an?\s+|the\s+|our\s+)?"
    r"(?P<what>[^,.;:]{3,60}?)(?=\s+(?:from|since|between|during|until|for|in our|in the|at|with)\b|[,.;]|$)",
    re.IGNORECASE,
)
_TRAINED_UNDER = re.compile(
    r"\b(?:training|internship) of (?:\d{1,3}|[a-z]{3,9})[- ](?:hours?|days?|weeks?|months?)(?: \([^()]{4,60}\))? (?:under|in|on) the "
    r"(?P<what>[A-Z0-9][^,.;:()]{2,70}? (?:course|program(?:me)?|project|scheme|module))\b",
    re.IGNORECASE,
)
"""What a training was part of, after how long it was: training of six weeks (from May 12th) under the Coastal Survey course."""

_CURRICULUM = re.compile(
    r"\bin accordance with the (?:curriculum|requirements|standards) of the (?P<what>[^.;:]{3,80}?)"
    r"(?:\s+(?:program(?:me)?|course))?(?=[.;]|$)",
    re.IGNORECASE,
)


_ENTITLED = re.compile(r"\b(?:entitled|titled)\s?:?\s?[\"“«'‘](?P<what>[^\"”»]{4,120}?)[\"”»'’](?!\w)", re.IGNORECASE)
"""A paper or a course that is named in quotation marks."""


_QUOTED = re.compile(
    r"\b(?:quiz|webinar|workshop|seminar|course|training|program(?:me)?|session|contest|competition|lecture|talk|conference|symposium)"
    r"(?: (?:on|in|of)|,) [\"“«](?P<what>[^\"“”«»]{3,120})[\"”»]",
    re.IGNORECASE,
)
"""What an event was on, in quotation marks after the word for it."""


_COMPLETED_BY = re.compile(r"(?:course|module|class|training|workshop|program(?:me)?|learning path) completed by\b", re.IGNORECASE)


def _completed_by(page: CertificatePage) -> Found | None:
    """What stands over the words that it was completed by somebody."""
    for line in page.lines:
        if _COMPLETED_BY.match(line.text):
            over = [other for other in page.lines if other.box.bottom <= line.box.top and _centred(other, line)]
            if over and _is_subject(over[-1].text):
                return text_found(over[-1], trust=0.9)
    return None


def _centred(one: Phrase, other: Phrase) -> bool:
    return abs(one.box.center_x - other.box.center_x) < 2 * other.height or abs(one.box.left - other.box.left) < other.height


def _told_post(page: CertificatePage) -> Found | None:
    """As what a person was employed, in a sentence of one line or two."""
    return _told(page, _POST)


def _told_curriculum(page: CertificatePage) -> Found | None:
    return _told(page, _CURRICULUM)


def _told(page: CertificatePage, pattern: re.Pattern[str]) -> Found | None:
    """What the pattern's group `what` finds in a line with the one beneath it; justified print parts the lines of a sentence."""
    rows = [Phrase.of(page.sheet.number, [word for phrase in row for word in phrase.words]) for row in page.sheet.rows()]
    for line, beneath in [*pairwise([*page.lines, None]), *pairwise([*rows, None])]:
        assert line is not None
        words = [*line.words, *(beneath.words if beneath is not None else ())]
        match = pattern.search(" ".join(word.text for word in words))
        if match is not None and match.start() < len(line.text):
            found = text_found(Phrase.of(line.page, words_at(words, match.start("what"), match.end("what"))), trust=0.8)
            return None if found is None else replace(found, value=str(found.value).strip("\"“”«»‘’'"))
    return None


_TELLS = re.compile(r"(?:who )?(?:has|have|having|for|by)\b", re.IGNORECASE)


def _prize(page: CertificatePage) -> Found | None:
    """What was won, as a line that begins with the place: First Place - Regional Robotics Challenge."""
    return next((text_found(line, trust=0.7) for line in page.lines if _WON.match(line.text) and len(line.words) <= _MOST_OF_PRIZE), None)


_WON = re.compile(
    r"(?:(?:1st|2nd|3rd|[4-9]th|first|second|third) (?:place|prize|position|runner[- ]up)|(?:grand )?winner|runners?[- ]up|"
    r"finalist)\b(?!:)",
    re.IGNORECASE,
)
_MOST_OF_PRIZE = 10


def _tells(text: str) -> bool:
    """Whether a line like a label is a turn of phrase: has completed, or Completed alone without a colon."""
    return bool(_TELLS.match(text) or DID.fullmatch(text.strip()))


_LABELLED = re.compile(r"(?:[\w'’()/.#-]+ ){0,3}[\w'’()/.#-]+ ?:")
"""A line that begins with a label of its own, as Date completed:."""


def _prominent_subject(page: CertificatePage) -> Found | None:
    """The one large line that is no name: what an online course prints between title and name."""
    by = issuer(page)
    taken = set() if by is None or (by.trust < _TOLD and len(by.words) > 1) else {id(word) for word in by.words}
    large = [
        line
        for line in prints(prominent(page), apart=is_person)
        if _is_subject(line.text)
        and not is_person(line.text)
        and not any(id(word) in taken for word in line.words)
        and (not is_organisation_name(line.text) or COURSE_WORDS.search(line.text))
    ]
    named = any(is_person(line.text) for line in prominent(page))
    if any(goes_on_in(line, large[0]) or goes_on_in(large[0], line) for line in prominent(page) if large and line is not large[0]):
        return None  # a part of what stands over several lines
    return text_found(large[0], trust=0.5) if len(large) == 1 and (named or COURSE_WORDS.search(large[0].text)) else None


def _told_after(page: CertificatePage, phrase: Phrase, start: int) -> Found | None:
    """What a turn of phrase is followed by in its line, or in the line beneath where it ends its own."""
    start += _lead(phrase.text[start:])
    rest = cut(phrase, start, _SUBJECT_ENDS)
    if rest is not None and _is_subject(rest.text) and not _introduces(rest.text):
        whole = _with_next_line(page, phrase, rest)
        if _LEADS_ON.search(rest.text) and (named := _beneath(page, phrase, larger=_STANDS_OUT)) is not None:
            return named
        return None if _DANGLES.search(whole.text) else text_found(whole)
    if not _introduces(phrase.text[start:]):
        return None
    beside = next(iter(page.sheet.right_of(phrase)), None) if start >= len(phrase.text) else None
    under = beside or next(iter(lines_below(page.lines, phrase)), None)
    part = None if under is None else cut(under, len(_article(under.text)) or _lead(under.text), _SUBJECT_ENDS)
    if under is not None and _FOLLOWING.fullmatch(under.text.strip()):
        return _beneath(page, under)
    if under is None or part is None or not _is_subject(part.text):
        return None
    beneath = next(iter(lines_below(page.lines, under)), None)
    if beneath is not None and under.height >= _STANDS_OUT * phrase.height and _is_one_print(page, under, part, beneath):
        rest = cut(beneath, 0, _SUBJECT_ENDS)
        return text_found(part if rest is None else Phrase.of(part.page, [*part.words, *rest.words]))
    return text_found(_with_next_line(page, under, part) if beneath is not None and _GOES_ON.match(beneath.text) else part)


def _lead(text: str) -> int:
    """Letters that tell what kind of thing is named next, and how long it was."""
    kind = wordings.LEAD.match(text)
    length = _LENGTH.match(text)
    return len(kind[0]) if kind is not None else 0 if length is None else len(length[0])


_LEADS_ON = re.compile(r"\b(?:for|in|on)\W*$", re.IGNORECASE)
_FOLLOWING = re.compile(r"(?:the )?following\b.{0,60}:", re.IGNORECASE)
"""A line that says what kind of thing the next one names: the following Academy accreditation:"""


def _beneath(page: CertificatePage, line: Phrase, *, larger: float = 0.0) -> Found | None:
    """The line under one that leads on to it, where its print is so many times as large at the least."""
    under = next(iter(lines_below(page.lines, line)), None)
    if under is None or under.height < larger * line.height or not _is_subject(under.text) or is_person(under.text):
        return None
    return text_found(under, trust=0.8)


def _is_one_print(page: CertificatePage, line: Phrase, part: Phrase, beneath: Phrase) -> bool:
    """Whether the line beneath is the rest of a name: in its print, and no other matter."""
    whole = part.words[-1] is line.words[-1] and not line.text.rstrip().endswith((".", ";"))
    other = is_person(beneath.text) or not _is_subject(beneath.text) or page.labelled.is_label(beneath) or DID.match(beneath.text)
    return goes_on_in(line, beneath) and whole and not other


_STANDS_OUT = 1.25
"""How much higher a name is than the words that introduce it, where it is set in print of its own."""


_GOES_ON = re.compile(r"(?:to|of|for|and|with|the|&)\b")
"""How the second line of a long name begins."""

_DANGLES = re.compile(r"\b(?:of|and|the|to|with|for|our|an?)\W*$", re.IGNORECASE)
"""The end of a line that a sentence goes on after."""

_LENGTH = re.compile(
    r"(?:(?:\d{1,3}|[a-z]+(?:-[a-z]+)?)[- ](?:hours?|days?|weeks?|months?)(?: long)? (?:course|class|workshop|training|programme"
    r"|program|seminar)"
    r"(?: (?:in|on|of|entitled|titled))?\s+(?=[A-Z])|"
    r"(?:course|class|workshop|training(?: course)?|programme|program|seminar) (?:in|on|of|entitled|titled) (?=[A-Z])|"
    r"\d{1,2} (?:weeks?|months?)(?: \([^)]{2,16}\))? (?=[A-Z]))?"
)
"""How long a course was, or that it was one, before its name: the forty-hour course Hazardous Waste Operations, course of Botany."""

_FULL_LINE = 0.8
"""A line that takes this part of the widest one's width may be wrapped."""


_TERM = re.compile(
    r"(?:(?:spring|summer|fall|autumn|winter)\b.{0,12}|(?:semester|academic year|school year|class of)\b.{0,8})(?:19|20)\d\d", re.IGNORECASE
)
"""When something was achieved, on a line of its own."""


def _with_next_line(page: CertificatePage, line: Phrase, part: Phrase) -> Phrase:
    """What a line ends with, and its rest in the line beneath where the line is full and no full stop ends it."""
    if part.words[-1] is not line.words[-1] or line.text.rstrip().endswith((".", ";")):
        return part
    widest = max(other.box.width for other in page.lines)
    under = next(iter(lines_below(page.lines, line)), None)
    if under is None or line.box.width < _FULL_LINE * widest or not 0.8 < under.height / line.height < 1.25:
        return part
    if (
        _TERM.match(under.text)
        or under.box.top - line.box.bottom > 0.9 * line.height
        or page.labelled.is_label(under)
        or _LABELLED.match(under.text)
    ):
        return part
    rest = None if _SUBJECT_ENDS.search(part.text) else cut(under, 0, _SUBJECT_ENDS)
    return part if rest is None or not _is_subject(f"{part.text} {rest.text}") else Phrase.of(part.page, [*part.words, *rest.words])


_INTRODUCES = re.compile(
    (
        r"(?:their|the|an?|this|following|prescribed|our|training|online|course|programme|program|workshop|seminar|session|"
        r"module|activity|event|on-?line|live|educational|certification|certificate|diploma|degree|professional|"
        r"non-?credit|credit|self-paced|immersive|intensive|project|paper|essay|poster|presentation|"
        r"\d{1,3}[- ](?:day|hour|week|month)s?|internship in|in|on|of|entitled|titled|am|an|dem|der|zum|kurs|lehrgang|\W)*|"
        r".*\b(?:requirements?|"
        r"curriculum)(?: of| for)?(?: the)?"
    ),
    re.IGNORECASE,
)


def _introduces(text: str) -> bool:
    """Whether a line's end only leads over to what stands beneath; recognition may have torn its words apart."""
    return bool(_INTRODUCES.fullmatch(text.strip()) or wordings.leads_over(text)) or fold(text).replace(" ", "") in _LEADS_OVER


_LEADS_OVER = frozenset(
    f"{what}{kind}" for what in ("", "the", "training", "thetraining") for kind in ("programme", "program", "course", "workshop", "seminar")
)


def _article(text: str) -> str:
    match = re.match(r"(?:the|a|an|our)\s+", text, re.IGNORECASE)
    return "" if match is None else match[0]


def _issue_date(page: CertificatePage) -> Found | None:
    vaccination = is_vaccination(page.title)
    labelled = _labelled_date(page, "issue_date", telling=vaccination)
    if labelled is not None:
        return labelled
    if vaccination:
        return _signed_on(page)
    free = [
        (phrase, date)
        for phrase in page.lines
        if not _OF_BIRTH.search(phrase.text)
        for date in dates_found(phrase, page.order)
        if not _beside(page.sheet, phrase, _OF_BIRTH)
    ]
    told = [date for phrase, date in free if _DONE_ON.search(phrase.text)]
    alone = [date for phrase, date in free if _DATE_LINE.fullmatch(phrase.text)]
    if len(alone) == 1 and len(free) > 1 and alone[0].value == max(str(date.value) for _, date in free):
        return replace(alone[0], trust=0.9 * alone[0].trust)
    if told:
        return told[-1]
    placed = [
        date
        for phrase, date in free
        if (start := phrase.text.find(date.words[0].text)) > 0 and wordings.PLACED.fullmatch(phrase.text[:start])
    ]
    if placed:
        return placed[-1]
    if (stamped := _digitally_signed(page)) is not None:
        return stamped
    of_span = len(free) > 1 and all(phrase is free[0][0] for phrase, _ in free)
    if of_span or len({date.value for _, date in free}) == 1:
        found = max((date for _, date in free), key=lambda date: str(date.value))  # an event of several days is certified when it ended
        return Found(value=found.value, page=found.page, words=found.words, doubts=found.doubts, trust=found.trust * 0.8)
    return None


def _digitally_signed(page: CertificatePage) -> Found | None:
    """The date of a digital signature's stamp: a line of a day with its time beneath the words."""
    for index, line in enumerate(page.lines):
        if _DIGITAL.match(line.text):
            for under in page.lines[index + 1 : index + 1 + _LINES_OF_STAMP]:
                if (match := _DAY_AND_TIME.search(under.text)) is not None and find_dates(under.text[: match.start()], page.order):
                    return date_found(under, page.order)
    return None


_DIGITAL = re.compile(r"(?:e-?|digital(?:ly)? |electronic(?:ally)? )sign(?:ed|ature)\b", re.IGNORECASE)
_DAY_AND_TIME = re.compile(r"(?<=\d),? \d{1,2}:\d\d(?::\d\d)?(?: ?[AP]M)?(?: [+A-Z\d:'’]{2,8})?\W*$", re.IGNORECASE)
_LINES_OF_STAMP = 5

_DATE_LINE = re.compile(
    r"(?:[A-Z][\w'’.\-]+(?: [A-Z][\w'’.\-]+)?,? (?:the |den )?)?"
    r"(?:\d{1,2}(?:st|nd|rd|th)?[ .]{1,2}[A-Z][a-zé]{2,9}|[A-Z][a-z]{2,8} \d{1,2}(?:st|nd|rd|th)?)\.?,? (?:19|20)\d\d\W*"
)
"""A line that is a date, with the place before it or none, as letters are dated: 24th June 2025, or Heidelberg, 20 November, 2020."""


def _signed_on(page: CertificatePage) -> Found | None:
    """The date in the row of a signature."""
    for row in page.sheet.rows():
        if any(_SIGNATURE.search(phrase.text) for phrase in row):
            found = [date for phrase in row if not _OF_BIRTH.search(phrase.text) for date in dates_found(phrase, page.order)]
            if len(found) == 1:
                return found[0]
    return None


_SIGNATURE = re.compile(r"\b(?:signature|signed)\b", re.IGNORECASE)


def _beside(sheet: Sheet, phrase: Phrase, pattern: re.Pattern[str]) -> bool:
    """Whether a label of another meaning stands left of, over or under the phrase."""
    near = [*sheet.left_of(phrase)[:1], *sheet.above(phrase, lines=1.5)[:1], *sheet.below(phrase, lines=1.5)[:1]]
    return any(pattern.search(p.text) for p in near)


def _expiry_date(page: CertificatePage) -> Found | None:
    """Beside a label, or in a sentence like: this certificate is valid until 3 May 2029."""
    labelled = _labelled_date(page, "expiry_date")
    if labelled is not None:
        return labelled
    for phrase in page.lines:
        match = _ENDS.search(phrase.text)
        if match is not None:
            rest = Phrase.of(phrase.page, words_at(phrase.words, match.end(), len(phrase.text) + 1) or phrase.words[-1:])
            found = date_found(rest, page.order)
            if found is not None:
                return found
    return None


def _labelled_date(page: CertificatePage, key: str, *, telling: bool = False) -> Found | None:
    """telling: a label that means other dates too, as Date alone, does not count."""
    for phrase in values(page, key, lambda text: bool(find_dates(text)) and not _SPAN_IN_SENTENCE.match(text), telling=telling):
        found = dates_found(phrase, page.order)
        if found:
            return found[-1] if key == "issue_date" else found[0]  # a course that lasted is certified when it ended
    return None


_SPAN_IN_SENTENCE = re.compile(r"[^:]{12,120} from (?=\d|[A-Z][a-z]{2,8} \d)")
"""A line of a sentence that tells how long something lasted, whatever word like a label stands by."""


def _number(page: CertificatePage) -> Found | None:
    for phrase in values(page, "certificate_number", lambda text: bool(re.search(r"\d", text)) and not find_dates(text)):
        found = identifier_found(phrase)
        if found is not None and not _YEAR.fullmatch(str(found.value)):
            return found
    return _number_of_title(page) or _code_at_top(page)


_YEAR = re.compile(r"(?:19|20)\d\d")
_CODE_AT_TOP = re.compile(r"#\d[\d,]{4,14}|[A-Z]{2,}[\w-]*(?: ?/ ?[A-Z0-9-]{1,10}){2,4}(?<=\d)")
_TOP = 0.15


def _code_at_top(page: CertificatePage) -> Found | None:
    """A number of parts with strokes between that stands alone at the very top, as offices number what they issue: UGI/2023/TR/279."""
    for phrase in page.sheet.phrases:
        if phrase.box.center_y < _TOP * page.sheet.height and _CODE_AT_TOP.fullmatch(phrase.text) and not find_dates(phrase.text):
            return identifier_found(phrase) or text_found(phrase)
    return None


def _number_of_title(page: CertificatePage) -> Found | None:
    """A number led by No alone, in the row of the title, at its end, or close beneath it."""
    if page.title is None or page.title.page != page.sheet.number:
        return None
    top, bottom = min(word.box.top for word in page.title.words), max(word.box.bottom for word in page.title.words)
    reach = _NUMBER_REACH * (bottom - top)
    for phrase in page.sheet.phrases:
        titled = any(word in page.title.words for word in phrase.words)
        match = _NUMBERED.search(phrase.text) if titled else _NUMBERED.match(phrase.text)
        if match is None or not top - reach / 3 < phrase.box.center_y < bottom + reach:
            continue
        found = identifier_found(Phrase.of(phrase.page, words_at(phrase.words, *match.span("number"))))
        if found is not None:
            return replace(found, value=match["number"], trust=0.8)
    return None


_NUMBERED = re.compile(r"(?:^|\s)(?:No|N[°º]|Nr)\.?(?: ?/ ?(?:No|N[°º])\.?)? ?:? ?(?P<number>\d[\w/\-]{1,18}\d)\W*$")
_NUMBER_REACH = 3.0
"""Heights of the title within which its number stands beneath it."""

_NO_SUBJECT = re.compile(
    r"^(?:an? |the )?(?:\d{1,3}[- ](?:day|hour|week|month)s? |one day |online |training |above |following ){0,4}(?:course|programme?|"
    r"training|project|paper|essay|poster|(?:online|self-paced|non-?credit)(?:,? (?:non-?credit|self-paced|online))? (?:course|programme?)|"
    r"workshop)\W*$|^(?:a )?(?:true|certified) cop(?:y|ies)\b|^requirements?(?: \w+)?$|"
    r"^\d[\d.,]* ?(?:minutes?|mins?|hours?|hrs?|days?|weeks?|months?|credits?)\W*$|"
    r"\b(?:dose|lot number|manufacturer)\b|^(?:their|his|her|all|it|this)\W*$|"
    r"^(?:continued |kind |valued )*(?:patronage|co-?operation|support|interest|reference|records?|information|convenience)\W*$|"
    r"^(?:director|president|ceo|chairman|secretary|principal|registrar|manager|coordinator|instructor|trainer|signature)\W*$|"
    r"^(?:academic|school) year\b|^date\b",
    re.IGNORECASE,
)


def _is_subject(text: str) -> bool:
    return (
        not _NO_SUBJECT.search(text)
        and unfilled(text) is not None
        and len(fold(text)) >= 3
        and bool(re.search(r"[A-Za-z]{2}", text))
        and len(text.split()) <= 18
        and not find_dates(text)
    )
