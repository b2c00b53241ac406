"""What a document calls itself: the largest line that names a kind of certificate."""

import re
from statistics import median

from doctray.domain.document import Word
from doctray.extraction.grounding import Found
from doctray.extraction.parse import fold
from doctray.extraction.rules.reading import Phrase, Sheet

_KIND = re.compile(
    r"\b(?:certificate|certification|insurance disc|\w*bestätigung|"
    r"diploma|award|record card|vaccination (?:record|card)|identification card|"
    r"insurance card|(?:insurance )?binder(?: of insurance)?|"
    r"schedule of insurance|policy schedule|insurance schedule|declarations?(?: page| of insurance)?|schedule|"
    r"evidence of|confirmation of|proof of|notice of insurance|verification of|induction card|cover note|transcript of|"
    r"insurance (?:policy(?: document)?|document)|policy document|"
    r"(?:errors (?:and|&) omissions|liability|indemnity) policy(?=$)|testimonial|"
    r"statement of (?:insurance|attainment|cover(?:age)?|completion|"
    r"participation|service|achievement|results)|certified (?:true )?cop(?:y|ies) of|"
    r"international motor insurance card|"
    r"versicherungs(?:bestätigung|schein|nachweis|police)|verzekerings(?:bewijs|certificaat)|p[óo]liza|polizza|ap[óo]lice|"
    r"\w*zertifikat|\w*urkunde|\w*bescheinigung|certificado|certificat|attestation|certificato|diplom[ea]?|attestato|constancia|"
    r"car[áa]tula de (?:la |el |tu |su )?(?:p[óo]liza|seguro)|"
    r"reconocimiento|\w*certificaat|getuigschrift|acte de naissance|acta de nacimiento|partida de nacimiento)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"\b(?:is|are|was|has|have|hereby|certif(?:y|ies)|presented to|awarded to|shall|must|does|please|you|this|"
    r"(?:about|of) your|votre|successfully|"
    r"holder|reference|number|no\.?:?|id\b|if|date|premiums?|director|registrar|president|manager|chairman|coordinator|"
    r"examiner|page \d+)\b|^award (?:type|reason|message|title|category|name)\b|\d{3}|:\s*\S",
    re.IGNORECASE,
)
_CONTINUES = re.compile(
    r"^(?:of|in|for|de|du|d'|del)\b|^(?:completion|achievement|attendance|participation|appreciation|excellence|"
    r"recognition|training|insurance|currency)\W*$|"
    r"^(?:[A-Z][\w&]* ){1,3}(?:completion|achievement|attendance|participation|appreciation|training|internship)$",
    re.IGNORECASE,
)
_ABOVE = re.compile(
    r"^(?:course|professional|specialization|achievement|completion|training|merit|graduation|attendance)\W*$", re.IGNORECASE
)
_MODIFIER = re.compile(r"^(?:certificate|award|diploma)\W*$", re.IGNORECASE)
_HAS_MODIFIER = re.compile(r"\b(?:certificate|award|diploma)\W*$", re.IGNORECASE)
_SECOND_LINE = 0.6
"""Heights of a title's first line that its second has at the least, where the first says more than Certificate."""


_TITLE_GAP = 1.2
"""Words of a title stand less than this many of their heights apart: print is wider spaced the larger it is."""

_MOST_WORDS = 12
_OF_LAW = re.compile(
    r"\s\(?(?:as per )?(?:form \d{1,3} )?(?:of|under) the (?:[A-Z][\w.]+,? ){1,7}(?:19|20)\d\d\)?\W*$|"
    r"\s\((?:as per )?form \d{1,3} of [^()]{3,50}\)$",
    re.IGNORECASE,
)
"""The law that asks for a paper, after its title: Form 51 of the Central Motor Vehicle Rules, 1989."""

_NUMBERED = re.compile(r"\s\((?=[^()]*\d)[\w./\-]{4,24}\)\W*$")
"""The paper's number in brackets after its title."""

_COURSE_NUMBER = re.compile(r"(?<=[A-Z] )\d{3}(?= (?:[A-Z]+ )?CERTIFICATE\W*$)")
"""The number of a course in a title in capitals: SOIL SCIENCE 402 TRAINING CERTIFICATE."""

_NUMBER_LED = re.compile(r"\s(?:No\.?|N[°º]) ?\d[\w./\-]{2,20}\W*$")


def _without_number(text: str) -> str:
    """A title without the paper's number after it, in brackets or, after more than one word, led by No: ACTE DE NAISSANCE N° 0218/1988."""
    plain = _NUMBERED.sub("", text)
    led = _NUMBER_LED.sub("", plain)
    return led if len(led.split()) > 1 else plain


_MOST_JOINED = 60
"""Words of a row that are joined: no title has so many, and each joining looks at all words of the row so far."""


def title_of(sheet: Sheet) -> Found | None:
    """The title with its words; a lone CERTIFICATE is joined with the line beneath it (OF ACHIEVEMENT)."""
    candidates = [
        p
        for p in (_before_name(_without_re(row)) for row in _rows(sheet))
        if p.box.center_y < 0.75 * sheet.height
        and _KIND.search(p.text)
        and p.text[:1].isalnum()
        and not _SENTENCE.search(_without_number(_OF_LAW.sub("", _COURSE_NUMBER.sub("", p.text))))
        and len(_OF_LAW.sub("", p.text).split()) <= _MOST_WORDS
        and not _ends_name(sheet, p)
        and p.box.width > _NARROWEST * p.height * len(p.text)
        and not any(_NAMES_VALUE.fullmatch(left.text) for left in sheet.left_of(p)[:1])
    ]
    if not candidates:
        return _heads_letter(sheet)
    best = max(candidates, key=lambda p: (_standing(sheet, p), bool(_CERTIFICATE.search(p.text)), -p.box.top))
    words = list(best.words)
    if _HAS_MODIFIER.search(best.text):
        beneath = [
            p
            for p in _rows(sheet)
            if best.box.bottom - 0.3 * best.height <= p.box.top <= best.box.bottom + 1.5 * best.height
            and p.box.left < best.box.right
            and p.box.right > best.box.left
        ]
        goes_on = bool(beneath) and bool(_CONTINUES.match(beneath[0].text)) and not _SENTENCE.search(beneath[0].text)
        if goes_on and (_MODIFIER.match(best.text) or beneath[0].height > _SECOND_LINE * best.height):
            words += beneath[0].words
        over = [
            p
            for p in _rows(sheet)
            if best.box.top - 1.5 * best.height <= p.box.bottom <= best.box.top + 0.3 * best.height
            and p.box.left < best.box.right
            and p.box.right > best.box.left
        ]
        if _MODIFIER.match(best.text) and len(words) == len(best.words) and over and _ABOVE.match(over[-1].text):
            words = [*over[-1].words, *words]
    if len(words) == len(best.words):
        words += _wrapped(sheet, best) or _named_beneath(sheet, best)
    text = " ".join(word.text for word in words).strip(" :-–—_.|*")
    text = _without_number(re.sub(r"(?<=\w)\([a-z]\)$", "", text))
    return Found(value=text, page=sheet.number, words=tuple(words)) if fold(text) else None


_NARROWEST = 0.2
"""Width of a letter in its heights that a line of print has at the least; a round seal that was read as a line has less."""


def _standing(sheet: Sheet, phrase: Phrase) -> float:
    """How large a line is for its page, in hundredths of its height; less for one of more words than titles have."""
    return round(phrase.height / max(1.0, sheet.height / 100), 1) - 0.4 * max(0, len(phrase.words) - 8)


_CERTIFICATE = re.compile(r"\bcertificate\b", re.IGNORECASE)
"""What goes before a schedule that is printed as large."""

_NAMES_VALUE = re.compile(r"(?:award|course|training|program(?:me)?|module|exam(?:ination)?) (?:title|name|type|reason)\W*", re.IGNORECASE)
"""A label whose value is no title of the paper."""


def _ends_name(sheet: Sheet, phrase: Phrase) -> bool:
    """Whether the word Certification is the last line of what stands over it in the same print: Yellow Belt / Certification."""
    if phrase.folded != "certification":
        return False
    over = sheet.above(phrase, lines=0.5)[:1]
    return bool(over) and abs(over[0].height - phrase.height) < 0.04 * phrase.height


_CONCERN = re.compile(r"TO WHOM(?:[ -]?SO[ -]?EVER)? IT MAY CONCERN[\s:.,\-–—_]*")
"""The heading of a letter that certifies, in capitals; in other print it is a salutation."""


def _heads_letter(sheet: Sheet) -> Found | None:
    """What heads a letter that has no title of another kind, where it stands in a row of its own in the middle of the page."""
    for row in sheet.rows():
        if len(row) == 1 and _CONCERN.fullmatch(row[0].text) and abs(row[0].box.center_x - sheet.width / 2) < _CENTRED * sheet.width:
            return Found(value=row[0].text.strip(" :.,-–—_"), page=sheet.number, words=row[0].words, trust=0.8)
    return None


_CENTRED = 0.1
"""Widths of the page that a centred line's middle stands off the page's at most."""

_LARGE = 1.25
_CLOSE = 0.6


def _wrapped(sheet: Sheet, title: Phrase) -> tuple[Word, ...]:
    """The last word or two of a title in capitals and large print that did not fit its line."""
    usual = median([word.box.height for word in sheet.words])
    beneath = next((p for p in _rows(sheet) if p.box.top >= title.box.bottom - 0.3 * title.height and _is_under(p, title)), None)
    if beneath is None or title.height < _LARGE * usual or not title.text.isupper() or len(title.words) < 4:
        return ()
    close = beneath.box.top - title.box.bottom < _CLOSE * title.height and abs(beneath.height - title.height) < 0.1 * title.height
    fits = len(beneath.words) <= 2 and beneath.text.isupper() and beneath.text.replace(" ", "").isalpha()
    return beneath.words if close and fits and not _KIND.search(beneath.text) else ()


_UNFINISHED = re.compile(r"\b(?:of|for|de|del|di|für|du|do|da|van)$", re.IGNORECASE)


def _named_beneath(sheet: Sheet, title: Phrase) -> tuple[Word, ...]:
    """What a title that ends with a preposition is of, where that stands beneath in larger print: POLIZA DE SEGURO DE / AUTOMOTORES."""
    if not _UNFINISHED.search(title.text.strip()):
        return ()
    beneath = next(iter(sheet.below(title, lines=_BOX_BENEATH)), None)
    fits = beneath is not None and len(beneath.words) <= _FEW and _WORDS_OF_TITLE.fullmatch(beneath.text.strip()) is not None
    told = beneath is not None and (beneath.height >= title.height or _CONTINUES.match(beneath.text) is not None)
    return beneath.words if beneath is not None and fits and told else ()


_BOX_BENEATH = 2.5
_FEW = 6
_WORDS_OF_TITLE = re.compile(r"[^\W\d_]+(?:['’]?[^\W\d_]*)(?: (?:[^\W\d_]+['’]?[^\W\d_]*|[&/-]))*(?: \([a-z]\))?")


def _is_under(phrase: Phrase, title: Phrase) -> bool:
    centred = abs(phrase.box.center_x - title.box.center_x) < title.height
    return abs(phrase.box.left - title.box.left) < title.height or centred


_ALSO_KIND = re.compile(
    r"\b(?:certified|provider|licen[cs]e|permit|card|record|transcript|prize|medal|scholarship|participation|register|registration|"
    r"membership|report|insurance|"
    r"of the (?:month|week|year|quarter|term|semester)|honou?r roll|to whom it may concern)\b",
    re.IGNORECASE,
)


def _without_re(phrase: Phrase) -> Phrase:
    """The subject line of a letter without its Re:."""
    rest = phrase.part(1) if re.fullmatch(r"(?:re|subject|ref):?", phrase.words[0].text, re.IGNORECASE) else None
    return phrase if rest is None else rest


_SUBJECT_OF_LETTER = re.compile(
    r"(?:confirmation|evidence|proof|verification|certificate|notice) of (?:[\w'’]+ ){0,3}(?:insurance|cover(?:age)?)s?:", re.IGNORECASE
)


def _before_name(phrase: Phrase) -> Phrase:
    """The subject line of a letter up to the colon before whom it is about: Confirmation of Cover: Brackenfield Ltd."""
    match = _SUBJECT_OF_LETTER.match(phrase.text)
    rest = "" if match is None else phrase.text[match.end() :].strip()
    named = rest[:1].isupper() and not re.search(r"\d", rest) and len(rest.split()) > 1
    head = phrase.part(0, len(match[0].split())) if match is not None and named else None
    return phrase if head is None else head


def large_title(sheet: Sheet) -> Found | None:
    """The largest line of the page, where it names something that certifies."""
    rows = _rows(sheet)
    if not rows:
        return None
    upper = [row for row in rows if row.box.center_y < sheet.height / 2] or rows
    best = max(upper, key=lambda p: p.height)
    telling = (
        _ALSO_KIND.search(best.text)
        and not _SENTENCE.search(best.text)
        and len(best.words) <= 8
        and best.box.center_y < 0.75 * sheet.height
    )
    return Found(value=best.text.strip(" :-–—_.|*"), page=sheet.number, words=best.words, trust=0.6) if telling else None


def _rows(sheet: Sheet) -> list[Phrase]:
    """Phrases, those of large print in one row joined: their gaps are wide."""
    out = []
    for row in sheet.rows():
        current = row[0]
        for phrase in row[1:]:
            if (
                len(current.words) < _MOST_JOINED
                and phrase.box.left - current.box.right < _TITLE_GAP * min(phrase.height, current.height)
                and 0.6 < phrase.height / max(1.0, current.height) < 1.7
            ):
                current = Phrase.of(sheet.number, [*current.words, *phrase.words])
            else:
                out.append(current)
                current = phrase
        out.append(current)
    return sorted(out, key=lambda p: p.box.top)
