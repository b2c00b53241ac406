"""Who issued a certificate: beside a label, after words like issued by, in the letterhead, or over the signatures."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from doctray.extraction.grounding import Found
from doctray.extraction.parse import DateOrder, find_dates, fold, read_identifier, unfilled
from doctray.extraction.rules.certificate import wordings
from doctray.extraction.rules.certificate.names import TO_PERSON, is_person
from doctray.extraction.rules.certificate.page import CertificatePage, cut, lower_half, values
from doctray.extraction.rules.certificate.parties import is_address_line
from doctray.extraction.rules.certificate.vaccines import is_vaccination
from doctray.extraction.rules.finds import date_found, text_found
from doctray.extraction.rules.labels import words_at
from doctray.extraction.rules.reading import Phrase, Sheet, in_row, lines_of

_BY = re.compile(
    rf"\b(?:{wordings.BY})(?![^\W\d_])(?:\s+|$)|"
    r"\b(?:issued(?: on (?:\w+[ ,./-]{1,2}){2,4}| in (?-i:[A-Z])\w+)?|conducted|provided|delivered|offered|organi[sz]ed|presented|awarded|"
    r"granted|arranged|"
    r"hosted|accredited|certified|(?:course|program|"
    r"speciali[sz]ation|certificate) authori[sz]ed)\s+by[:\s]+(?=\S)|\bon behalf of[:\s]+(?!the insured\b)|^for (?=[A-Z].{2,60}\b(?:ltd|"
    r"limited|inc|llc|gmbh|"
    r"pvt|plc|co)\b)",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"\s*(?:[;:|•·]|(?<!\bPvt)(?<!\bPVT)(?<!\bCo)(?<!\bSt)(?<!\bPte)(?<!\bDr)(?<!\bGovt)(?<!\bNo)\.\s|"
    r"\bon behalf of\b|(?:(?<=Limited)|(?<=Ltd)|(?<=LLC)|(?<=Inc)|(?<=Inc\.)|(?<=plc)|(?<=GmbH)),\s|,\s(?=an? )"
    r"|\bon (?=the \d|this|\w+ \d|\d)|\band (?:is|has|offered|in partnership)\b|\b(?:offered|"
    r"delivered) through\b|,\s*(?=\d|lic\b|license|licence|no\.)|"
    rf",?\s*{wordings.WHEN}|"
    r"\bdated\b|\bheld\b|\bfrom(?:\W*$|\W*\s+(?:\w+\s+)?(?=\d)|\s+(?=(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* \d)))",
    re.IGNORECASE,
)
_CERTIFIES = re.compile(
    r"^(?P<who>(?:The )?[A-Z][\w&'’.,\- ]{2,70}?),? (?:hereby |do hereby |does hereby )?(?:certif(?:y|ies)|"
    r"certifica(?: que)?|certifie(?: que)?|"
    r"awards"
    r"|(?:gratefully )?(?:acknowledges|thanks)|"
    r"recogni[sz]es|confers|hereby awards?)\b"
)
_THE = re.compile(
    r"(?:the\s+)?(?:(?:senate|board(?: of \w+)?|faculty|council|trustees|governors|regents|academic board) of (?:the )?)?", re.IGNORECASE
)
_NOBODY = ("this", "it", "we", "i", "hereby", "to", "certificate", "in", "with", "by")
_ORGANISATION = re.compile(
    r"\b(?:universi\w+|[ei]stitut\w*|institut\w*|college|school|escuela|[ée]cole|scuola|escola|colegio|facultad|asociación|associa\w+|"
    r"sociedad|società|"
    r"stichting|\w*verein|\w+schule|\w*gesellschaft|\w*akademie|\w*verband|fundación|fundação|fondazione|fondation|kammer|"
    r"mairie|ayuntamiento|gemeinde|comune|prefeitura|s\.? ?r\.? ?l|sarl|e\. ?v|"
    r"academ\w+|department|ministry|council|association|society|foundation|"
    r"centres?|centers?|hospital|board|authority|federation|commission|bureau|agency|government|volkshochschule|hochschule|"
    r"company|corporation|ltd|limited|inc|llc|gmbh|plc|group|trust|club|church|training|services|online|solutions|county|"
    r"state of|city of|organi[sz]ation|meetings|clinic|office|registrar|registry|laborator(?:y|ies)|chamber|testing|learning|education|"
    r"certification|examinations?|league|committee|alliance|union|network|partners|consult\w+|systems|technologies|polytechnic|faculty)\b",
    re.IGNORECASE,
)
_NO_ORGANISATION = re.compile(
    r"^(?:of|for|in|and|the following|has|have|is|was|issued|under|this|to|by|at|on|about|your|our|director|president|"
    r"manager|head|chief|dean|principal|registrar|vice)\b|\b(?:certificate|certify|has|have|"
    r"successfully|completed|"
    r"course|hereby|awarded|presented|date|signature|instructor|page \d|verify|number|please|who)\b|"
    r", (?:director|manager|(?:vice[- ])?president|head|dean|chief|chair)\b|"
    r"\b(?:director|principal|president|manager|coordinator|headmaster|"
    r"instructor|secretary|founder|chairman|chairperson|ceo)\W*$|\d{3}|[:@]|www\.|https?|\.com\b",
    re.IGNORECASE,
)
_TOP = 0.3


def issuer(page: CertificatePage) -> Found | None:
    return next(issuers(page), None)


def issuers(page: CertificatePage) -> Iterator[Found]:
    """All that may have issued the certificate, the likeliest first."""
    for phrase in values(page, "issuer_name", lambda text: is_organisation(text) and not is_address_line(text)):
        if (part := cut(phrase, 0, _ENDS)) is not None and (labelled := text_found(part)) is not None:
            yield labelled
    told = issued_by(page.sheet, page.order)
    held = told is not None and _HELD.search(_before(page, told)) is not None and not _is_signers(page, told)
    yield from filter(None, (None if held else told, _who_certifies(page)))
    yield from _of_one_house(_organisations(page, _head(page)))
    yield from filter(None, (told,))
    yield from filter(None, (_site_in_head(page),))
    yield from _organisations(page, _foot(page))
    yield from filter(None, (_led_by(page), _interned_at(page), _first_line(page)))


def _of_one_house(found: Iterable[Found]) -> list[Found]:
    """The organisations of a letterhead: a state after its offices, a department after its college where both are named."""
    named = list(found)
    colleges = any(_INSTITUTION.search(str(one.value)) and not _DEPARTMENT.match(str(one.value)) for one in named)
    return sorted(
        named, key=lambda one: bool(_SOVEREIGN.match(str(one.value)) or (colleges and _DEPARTMENT.match(str(one.value)) is not None))
    )


_DEPARTMENT = re.compile(r"(?:the )?(?:department|dept\.?|division|faculty) of\b", re.IGNORECASE)

_SOVEREIGN = re.compile(r"(?:the )?(?:government|state|republic|commonwealth|kingdom|province|federal republic) of\b", re.IGNORECASE)
"""Under whom an office issues, whose own name goes before."""

_HELD = re.compile(r"\b(?:conducted|organi[sz]ed|hosted|held|delivered|offered|provided) by[:\s]*(?:the)?\s*$", re.IGNORECASE)
"""Who arranged a course need not be who certifies: the letterhead goes before."""


def _is_signers(page: CertificatePage, found: Found) -> bool:
    """Whether who signs in the foot holds an office there: Head of Delivery, Brightwater Labs."""
    named = fold(str(found.value))
    foot = (line.text for line in page.lines if line.box.top > lower_half(page) and found.words[0] not in line.words)
    return any(comma and fold(house) == named for _, comma, house in (text.partition(", ") for text in foot))


def _before(page: CertificatePage, found: Found) -> str:
    """The words of a line before a name that was found in it."""
    line = next((line for line in page.lines if found.words[0] in line.words), None)
    return "" if line is None else " ".join(word.text for word in line.words[: line.words.index(found.words[0])])


def issued_by(sheet: Sheet, order: DateOrder | None) -> Found | None:
    """Who follows words like issued by or conducted by."""
    lines = lines_of(sheet)
    for line, after in pairwise([*lines, None]):
        assert line is not None
        phrase, beneath = _with_by(lines, line, after)
        match = _BY.search(phrase.text)
        if match is not None and not _OF_COLLEGE.search(phrase.text):
            rest = cut(phrase, _THE.match(phrase.text, match.end()).end(), _ENDS)  # type: ignore[union-attr]
            if match.end() == len(phrase.text) and beneath is not None:
                rest = cut(beneath, 0, _ENDS)
            if rest is not None and is_organisation(rest.text) and not date_found(rest, order):
                found = text_found(_without_department(_with_rest(phrase, rest, beneath), lines), trust=0.9)
                return None if found is None else replace(found, value=_FULL_STOP.sub("", str(found.value)))
    return None


def _with_by(lines: Sequence[Phrase], line: Phrase, beneath: Phrase | None) -> tuple[Phrase, Phrase | None]:
    """A line that ends before the word by with the one that begins with it, and the one after: arranged / by the Society."""
    if beneath is None or not _ARRANGED.search(line.text) or not re.match(r"by\b", beneath.text):
        return line, beneath
    after = lines.index(beneath) + 1
    return Phrase.of(line.page, [*line.words, *beneath.words]), lines[after] if after < len(lines) else None


_ARRANGED = re.compile(r"\b(?:arranged|issued|conducted|provided|delivered|offered|organi[sz]ed|presented|hosted)$", re.IGNORECASE)

_FULL_STOP = re.compile(r"(?<=[a-z]{5})\.$")
"""The full stop of the sentence that a name ends; that of Ltd. or Inc. is the name's."""


def _with_rest(line: Phrase, name: Phrase, beneath: Phrase | None) -> Phrase:
    """A name that runs from the end of its line into the next, as the words of a department's college do: Malla / Reddy College."""
    goes_on = _OF_DEPARTMENT.match(name.text) is not None or name.text.endswith(",") or name.text.count("(") > name.text.count(")")
    if beneath is None or name.words[-1] is not line.words[-1] or not goes_on:
        return name
    rest = cut(beneath, 0, _ENDS)
    whole = name if rest is None else Phrase.of(name.page, [*name.words, *rest.words])
    named = _INSTITUTION.search(whole.text) is not None or "(" in name.text
    return whole if named and is_organisation(whole.text) else name


def _without_department(name: Phrase, lines: Sequence[Phrase]) -> Phrase:
    """The college whose department it is, where a line of the letterhead is its name: Department of Physics, Riverside College."""
    match = _OF_DEPARTMENT.match(name.text)
    words = () if match is None else words_at(name.words, match.end(), len(name.text))
    college = Phrase.of(name.page, words) if words else name
    return college if _INSTITUTION.search(college.text) and any(line.folded == college.folded for line in lines) else name


_OF_DEPARTMENT = re.compile(r"(?:the )?(?:department|dept\.?|division) of [^,]{3,60}, (?=[A-Z])", re.IGNORECASE)
_INSTITUTION = re.compile(r"\b(?:universit\w+|college|institute|school|academy|polytechnic)\b", re.IGNORECASE)


_OF_COLLEGE = re.compile(
    r"\b(?:affiliated (?:to|with)|approved by|recogni[sz]ed by)\b.*\baccredited by\b|"
    r"\baccredited by\b.*\b(?:affiliated (?:to|with)|approved by|recogni[sz]ed by)\b|\baccredited by (?:naac|nba|nabh|abet|aacsb|efmd)\b",
    re.IGNORECASE,
)
"""The line of a letterhead that tells under whom a college teaches."""


def _who_certifies(page: CertificatePage) -> Found | None:
    """Who says of itself that it certifies, awards or confers."""
    for phrase in page.lines:
        match = _CERTIFIES.match(phrase.text)
        if match is not None and fold(match["who"]).split(" ")[0] not in _NOBODY and is_organisation(match["who"]):
            if re.match(r"the (?:senate|board|faculty|council|trustees|president|regents) of the university$", match["who"].lower()):
                continue
            start = _THE.match(match["who"]).end() if re.match(r"the \w+ of\b", match["who"], re.IGNORECASE) else 0  # type: ignore[union-attr]
            return text_found(Phrase.of(phrase.page, words_at(phrase.words, start, match.end("who"))), trust=0.8)
    return None


def _head(page: CertificatePage) -> Sequence[Phrase]:
    """Lines between the title and the words that certify, then those over the title, the largest first."""
    title = page.title
    if title is None or title.page != page.sheet.number:
        return sorted((line for line in page.lines if line.box.top < _TOP * page.sheet.height), key=lambda line: -line.height)
    top, bottom = min(w.box.top for w in title.words), max(w.box.bottom for w in title.words)
    pivot = next((line.box.top for line in page.lines if line.box.top > bottom - 2 and TO_PERSON.search(line.text)), None)
    between = [line for line in page.lines if pivot is not None and bottom - 2 <= line.box.top < pivot - 2]
    over = sorted((line for line in page.lines if line.box.bottom <= top + 0.3 * (bottom - top)), key=lambda line: -line.height)
    own = {id(word) for word in title.words}
    beside = [line for line in page.lines if top <= line.box.center_y <= bottom and not any(id(word) in own for word in line.words)]
    return [*over, *beside, *(line for line in between if line not in beside)]


def _foot(page: CertificatePage) -> Sequence[Phrase]:
    """Phrases of the lower half, from below: who signs. In a record of vaccinations not those amid a row, where each of them was given."""
    middle = lower_half(page)
    low = [phrase for phrase in reversed(page.sheet.phrases) if phrase.box.center_y > middle]
    return [phrase for phrase in low if not is_vaccination(page.title) or len(page.sheet.left_of(phrase)) < _AMID_A_ROW]


_AMID_A_ROW = 2


def _organisations(page: CertificatePage, lines: Sequence[Phrase]) -> Iterator[Found]:
    for line in lines:
        line = _without_mark(line)
        part = cut(line, _THE.match(line.text).end(), _ENDS)  # type: ignore[union-attr]
        part = part if part is not None and is_organisation_name(part.text) else cut(line, 0, _ENDS)
        if part is not None and is_organisation_name(part.text) and not page.labelled.is_label(line) and not _is_labelled(page, line):
            found = text_found(_with_place(page, line, part), trust=0.8)
            if found is not None:
                yield found


def _without_mark(line: Phrase) -> Phrase:
    """A line without the sign before it that is somebody's mark: </> Larkspur Academy."""
    rest = line.part(1) if not any(letter.isalnum() for letter in line.words[0].text) else None
    return line if rest is None else rest


def _with_place(page: CertificatePage, line: Phrase, name: Phrase) -> Phrase:
    """An office with the place whose it is, where that stands beneath after the word of: CIVIL REGISTRATION CENTRE / of Santa Council."""
    if name.words[-1] is not line.words[-1]:
        return name
    height = line.height
    beneath = [other for other in page.lines if 0 < other.box.top - line.box.bottom < _OF_REACH * height]
    of = next((other for other in beneath if re.match(r"of\b", other.text)), None)
    return name if of is None or len(of.words) > _MOST_OF_PLACE else Phrase.of(name.page, [*name.words, *of.words])


_OF_REACH, _MOST_OF_PLACE = 2.5, 5


def _is_labelled(page: CertificatePage, line: Phrase) -> bool:
    """Whether a label stands left of a line: what it names is of another kind."""
    return any(page.labelled.is_label(left) for left in page.sheet.left_of(line)[:1])


_SITE = re.compile(r"(?!www\.)[A-Za-z][A-Za-z0-9\-]{2,30}\.(?:com|org|net|edu|io|academy|co(?:\.[a-z]{2})?)", re.IGNORECASE)


def _site_in_head(page: CertificatePage) -> Found | None:
    """A name of a site that stands by itself over the title, as issuers on the web have it for their letterhead."""
    title = page.title
    if title is None or title.page != page.sheet.number:
        return None
    top = min(word.box.top for word in title.words)
    over = (line for line in page.lines if line.box.bottom <= top and _SITE.fullmatch(line.text.strip()))
    return next((found for line in over if (found := text_found(line, trust=0.7)) is not None), None)


_LEADS = re.compile(
    r"(?:.*\b(?:founder|ceo|chief executive(?: officer)?|president|managing director|chairman|chairperson|chancellor))"
    r"(?: (?:&|and) [\w\- ]{2,30})?,\s(?P<who>[A-Z][\w&.'’\-]*(?: [A-Z&][\w&.'’\-]*){0,5})",
    re.IGNORECASE,
)


def _led_by(page: CertificatePage) -> Found | None:
    """What somebody who signs leads: Founder & CEO, Millbrook."""
    for line in page.lines:
        match = _LEADS.fullmatch(line.text.strip())
        if match is not None and match["who"][:1].isupper() and is_organisation(match["who"]) and not _NO_ORGANISATION.search(match["who"]):
            return text_found(Phrase.of(line.page, words_at(line.words, *match.span("who"))), trust=0.6)
    return None


_AT = re.compile(r"\bat (?P<who>[A-Z][\w&.'’\-]*(?: [A-Z&][\w&.'’\-]*){0,5})\W*$")


def _interned_at(page: CertificatePage) -> Found | None:
    """Where an internship was, at the end of the line that tells of it or of the one after it: with wonderful remarks at Larkspur Labs."""
    interned = False
    for line in page.lines:
        interned = interned or re.search(r"\binterns?(?:hip)?\b", line.text, re.IGNORECASE) is not None
        match = _AT.search(line.text) if interned else None
        if match is not None and is_organisation(match["who"]) and not _NO_ORGANISATION.search(match["who"]):
            return text_found(Phrase.of(line.page, words_at(line.words, *match.span("who"))), trust=0.7)
    return None


def _first_line(page: CertificatePage) -> Found | None:
    """What stands at the very top, in words with capitals: a letterhead that names no kind of organisation."""
    title = page.title
    top = _TOP * page.sheet.height if title is None or title.page != page.sheet.number else min(word.box.top for word in title.words)
    first = [line for line in page.lines if in_row(line.box, page.lines[0].box)] if page.lines else []
    for line in sorted(first, key=lambda line: line.box.left)[:1]:
        words = line.text.split()
        capitals = sum(word[:1].isupper() for word in words)
        if title is None and is_person(line.text):
            return None
        if line.box.bottom <= top and _is_logo(page, line):
            return text_found(line, trust=0.5)
        if line.box.bottom <= top and 1 < len(words) <= 6 and capitals == len(words) and _could_be_letterhead(page, line):
            return text_found(line, trust=0.6)
    return None


def _is_logo(page: CertificatePage, line: Phrase) -> bool:
    """Whether a line is one word in large print, however it is written, as marks of companies are."""
    usual = median([word.box.height for word in page.sheet.words])
    word = line.text.strip()
    plain = word.isalpha() and len(word) >= _LEAST_OF_LOGO and not _NO_ORGANISATION.search(word)
    return plain and line.height >= _LOGO * usual and not page.labelled.is_label(line)


_LOGO, _LEAST_OF_LOGO = 1.3, 4


def _could_be_letterhead(page: CertificatePage, line: Phrase) -> bool:
    return (
        not _NO_ORGANISATION.search(line.text)
        and not page.labelled.is_label(line)
        and not find_dates(line.text)
        and read_identifier(line.text) is None
        and is_organisation(line.text)
    )


def is_organisation_name(text: str) -> bool:
    """Whether the text names a kind of organisation and is no sentence, label or address."""
    kind = _ORGANISATION.search(text)
    named = kind is not None and fold(kind[0]) != fold(text)
    return named and not _NO_ORGANISATION.search(text) and is_organisation(text) and not is_address_line(text)


def is_organisation(text: str) -> bool:
    words = text.split()
    return (
        unfilled(text) is not None
        and 1 <= len(words) <= 12
        and len(fold(text)) >= 3
        and bool(re.search(r"[^\W\d_]{3}", text))
        and words[0][:1].isupper()
        and fold(words[0]) not in _EVERYBODY
        and not _COMMON_NOUN.match(text)
        and sum(word[:1].islower() and word not in _SMALL for word in words) <= _MOST_LOWER
    )


_EVERYBODY = ("all", "each", "every")

_COMMON_NOUN = re.compile(
    r"(?i:company|insurer|institution|institute|school|organi[sz]ation|employer|provider|policy|underwriters?)\b(?: (?=[a-z])|\W*$)"
)
"""What a sentence calls somebody by, where no name follows: provided by the Company at the relevant time."""

_SMALL = frozenset("of the and for in on at de del la las los du des le les et y e do da von der die und für van het di dei".split())  # noqa: SIM905
_MOST_LOWER = 2
"""Words without a capital that a name may have, small ones aside; a sentence has more."""
