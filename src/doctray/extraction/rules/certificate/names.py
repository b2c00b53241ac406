"""Whom a certificate is made out to: after words like presented to, before has completed, in FIRST and LAST, or beside a label."""

import re
from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from doctray.extraction.grounding import Found
from doctray.extraction.parse import find_dates, fold, unfilled
from doctray.extraction.rules.certificate import wordings
from doctray.extraction.rules.certificate.page import (
    DID,
    CertificatePage,
    cut,
    labelled_text,
    lines_below,
    prints,
    prominent,
    ruled_between,
)
from doctray.extraction.rules.certificate.vocabulary import NAME_PARTS
from doctray.extraction.rules.finds import text_found
from doctray.extraction.rules.labels import Spot, spots, words_at
from doctray.extraction.rules.reading import Phrase, Sheet

TO_PERSON = re.compile(
    r"\b(?:(?:presented|awarded|given|granted|conferred|issued|bestowed|confers?|award(?:s|ed)?)\s+(?:up)?(?:on|to)|"
    r"certif(?:y|ies|ied)\s+that|otorga(?:do)?(?: el presente \w+)? a|se certifica que|certifica(?:mos)? que|décerné à|"
    r"certifie que|verliehen an|"
    r"know that|confirms? that|acknowledges that|recognizes|recognises|"
    r"honou?rs|is to certify(?:\s+that)?|^congratulations(?=,? (?-i:[A-Z]))|"
    r"(?:course|module|class|training|workshop|program(?:me)?|learning path) completed by)\b[\s:,]*|"
    rf"\b(?:{wordings.TO_WHOM})(?![^\W\d_])[\s:,]*{wordings.ARTICLE_BEFORE_NAME}",
    re.IGNORECASE,
)
_NAME_ENDS = re.compile(
    r"\s*(?:[;:]|[(\[](?=(?:reg|roll|enrol\w*|registration|register|student|employee|emp|id|usn|no|seat|admission)\b)|,\s(?:an?|the|son|"
    r"daughter|date|aged|bearing|holder|holding|residing|resident|roll|student|employee|dob)\b|"
    r",?\s\b(?:has|have|is|was|were|for|on|in|of|who|having|did|successfully|with|born|s/o|d/o|son of|daughter of|at|from|hat|a student|an|"
    r"participated|attended|completed|presented|received|served|visited|took|passed|studying|pursuing|currently|volunteered|delivered|worked|contributed|earned|"
    rf"of (?:the )?team|{wordings.NAME_ENDS})(?![^\W\d_]))",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"^(?:the|your|our|his|her|their|my|this|about)\b|\b(?:certificate|certify|certifies|has|have|this|that|of|completed|awarded|"
    r"presented|successfully|course|"
    r"training|program|signature|date|is|to|hereby|proudly|following|undersigned|above|name|for|given|sex|information|holder|recipient|"
    r"individual|participant|student|member|degree|bachelor|master of|diploma|university|college|institute|policy|system)\b",
    re.IGNORECASE,
)
_HONORIFIC = re.compile(
    r"\b(?P<name>(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Shri|Sri|Smt|Kumari|Master|Herrn?|Frau|Sig|Sra?|Mme|Dott|Ing|(?:M|D|Dña|Dhr|Mevr|"
    r"Dott\.ssa|Sig\.ra)(?=\.)|"
    r"Don|Doña)\b\.?(?:/(?:Mr|Mrs|Ms|Miss)\b\.?)*(?:\s[A-ZÀ-Þ][\w'’.\-]*){1,4})"
)


def recipient(page: CertificatePage) -> Found | None:
    return (
        _name_after_phrase(page)
        or _name_under_on(page)
        or _name_before_deed(page)
        or _name_in_parts(page.sheet)
        or _name_at_label(page)
        or _name_with_honorific(page)
        or _prominent_name(page)
        or _name_beside_any_label(page)
    )


def _name_after_phrase(page: CertificatePage) -> Found | None:
    for phrase in page.lines:
        match = TO_PERSON.search(phrase.text)
        if match is None:
            continue
        rest = cut(phrase, match.end(), _NAME_ENDS)
        if rest is not None and is_name(rest.text):
            return _without_choice(text_found(rest))
        if (told := _honoured(phrase, match.end())) is not None:
            return told
        ends = match.end() >= len(phrase.text) or (rest is not None and _only_honorifics(rest.text))
        beside = next((cut(p, 0, _NAME_ENDS) for p in page.sheet.right_of(phrase)[:1] if ends), None)
        if beside is not None and is_name(beside.text):
            return text_found(beside)
        after = phrase.text[match.end() :].rstrip()
        if len(after) > _MOST_AFTER_PHRASE and not after.endswith(" of"):
            continue
        for under in lines_below(page.lines, phrase)[:2]:
            if page.labelled.is_label(under) or under.text[:1].islower():
                break
            part = cut(under, 0, _NAME_ENDS)
            if part is not None and is_name(part.text):
                return text_found(part)
            if part is not None and DID.match(under.text):
                break
            if _AWARDED_TO.fullmatch(phrase.text.strip()) and _is_team(under):
                return text_found(under, trust=0.7)
    return None


_CHOICE = re.compile(
    r"(?:(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Shri|Sri|Smt|Kum|Km)\b\.? ?/ ?)+(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Shri|Sri|Smt|Kum|Km)\b\.? ?(?=[A-Z])",
    re.IGNORECASE,
)
"""Forms of address that a printed paper leaves to choose from: Mr./Ms."""


def _without_choice(name: Found | None) -> Found | None:
    """A name without the forms of address that stand to choose from before it; a single one is part of the name as printed."""
    return None if name is None else replace(name, value=_CHOICE.sub("", str(name.value), count=1))


_AWARDED_TO = re.compile(r".*\b(?:awarded|presented|given|granted) to\W*", re.IGNORECASE)
_TEAM = re.compile(
    r"team\b|.*\(team\b[^()]*\)$|the [A-Z]\w+(?: [A-Z]\w+){0,3}$|.*\b(?:class|grade|club|school|college|academy|lab|group)\b", re.IGNORECASE
)


def _is_team(line: Phrase) -> bool:
    """Whether a line names several together: a team, a class, a club."""
    return bool(_TEAM.match(line.text)) and line.text[:1].isupper() and 1 < len(line.words) <= _MOST_OF_TEAM and not find_dates(line.text)


_MOST_OF_TEAM = 8


_CONFERS = re.compile(r"\b(?:confers?|conferred|admits?|awards?|bestows?)\b", re.IGNORECASE)
_ON = re.compile(r"\W*(?:up)?on\W*", re.IGNORECASE)
_MOST_BETWEEN = 5
"""Lines between the words that confer a degree and the one that says on whom."""


def _name_under_on(page: CertificatePage) -> Found | None:
    """The name under a line that only says on, beneath the words that confer a degree."""
    for index, line in enumerate(page.lines):
        if _ON.fullmatch(line.text) and any(_CONFERS.search(over.text) for over in page.lines[max(0, index - _MOST_BETWEEN) : index]):
            under = next(iter(lines_below(page.lines, line)), None)
            if under is not None and is_name(under.text):
                return text_found(under)
    return None


_MOST_AFTER_PHRASE = 12
"""Letters after `certifies that` in its line: with more, the line goes on and the name does not stand beneath."""


def _honoured(phrase: Phrase, start: int) -> Found | None:
    """A name after Mr, Dr or the like in a line."""
    match = _HONORIFIC.search(phrase.text, start)
    if match is None:
        return None
    return text_found(Phrase.of(phrase.page, words_at(phrase.words, match.start(), match.end())))


def _name_at_label(page: CertificatePage) -> Found | None:
    """The name beside or under a label, with the line beneath where the name did not fit its own."""
    found = labelled_text(page, "recipient_name", is_name)
    if found is None or not is_person(str(found.value)):
        return found
    line = Phrase.of(found.page, found.words)
    beneath = [p for p in page.sheet.below(line, lines=_APART) if abs(p.box.left - line.box.left) < 0.5 * line.height]
    if len(beneath) != 1 or not _goes_on(page, line, beneath[0]):
        return found
    return text_found(Phrase.of(found.page, [*line.words, *beneath[0].words]), trust=0.9 * found.trust)


_APART = 2.5
"""Line heights beneath a name that a line of its own, as an address has, would stand within."""


def _goes_on(page: CertificatePage, name: Phrase, rest: Phrase) -> bool:
    """Whether a line is the last word or two of a name in capitals: close beneath, in the same print, narrower, and no label."""
    close = rest.box.top - name.box.bottom < 0.5 * name.height and abs(rest.height - name.height) < 0.1 * name.height
    fits = name.text.isupper() and rest.text.isupper() and len(rest.words) <= 2 and rest.box.width < name.box.width
    return close and fits and _is_word_of_name(rest.text) and not COURSE_WORDS.search(rest.text) and not page.labelled.is_label(rest)


def _name_with_honorific(page: CertificatePage) -> Found | None:
    """The first line that is a name with its honorific and nothing else."""
    for phrase in page.lines:
        match = _HONORIFIC.match(phrase.text)
        if match is None or page.labelled.is_label(phrase):
            continue
        if match.end() == len(phrase.text):
            return text_found(phrase, trust=0.8)
        if wordings.BORN.match(phrase.text[match.end() :].lstrip(" ,(")):
            return text_found(Phrase.of(phrase.page, words_at(phrase.words, *match.span())), trust=0.8)
    return None


def _prominent_name(page: CertificatePage) -> Found | None:
    """The one large line that looks like a person's name: two to four words with capitals, none of a course or a company."""
    named = [line for line in prints(prominent(page), apart=is_person) if is_person(line.text)]
    return text_found(named[0], trust=0.6) if len(named) == 1 else None


def _name_beside_any_label(page: CertificatePage) -> Found | None:
    """The first name of a person beside a label that ends with a colon and is nobody's who issues, teaches or signs."""
    for phrase in page.lines:
        head, colon, _ = phrase.text.partition(":")
        if not colon or len(head.split()) > 4 or _OF_OTHERS.search(head):
            continue
        words = words_at(phrase.words, len(head) + 1, len(phrase.text) + 1)
        beside = [Phrase.of(phrase.page, words)] if len(phrase.text) > len(head) + 1 and words else page.sheet.right_of(phrase)[:1]
        if beside and is_person(beside[0].text):
            return text_found(beside[0], trust=0.5)
    return None


_OF_OTHERS = re.compile(
    r"\b(?:instruct\w*|train\w*|tutor|teach\w*|direct\w*|manager|officer|president|chair\w*|sign\w*|by|assess\w*|examin\w*|verif\w*|"
    r"witness|contact|engineer|inspector|installer|technician|father|mother|parent|guardian|doctor|physician|nurse|clinic|school|"
    r"company|employer|provider|location|place|city|"
    r"course|subject|program\w*|title|venue|address|organi[sz]\w*|issu\w*|author\w*|coordinator|supervisor|registrar|principal|judge|"
    r"district|county|state|country|nationality|vaccine|manufacturer|department|class|grade|event|topic|charity)\b",
    re.IGNORECASE,
)
"""Labels of people who are not certified, and of what is no person."""


def is_person(text: str) -> bool:
    words = text.strip(" .,").split()
    return (
        2 <= len(words) <= 4
        and is_name(text)
        and all(re.fullmatch(r"(?:[A-ZÀ-Þ][\w'’.\-]*|de|da|van|von|der|bin|binti|al|el|y|e|la|le)", word) for word in words)
        and not COURSE_WORDS.search(text)
    )


COURSE_WORDS = re.compile(
    r"\b(?:course|training|diploma|class|programme?|introduction|intro|fundamentals?|basics?|advanced|essentials?|masterclass|bootcamp|"
    r"safety|management|design|development|"
    r"engineer\w*|science|python|java|excel|data|marketing|leadership|first aid|health|security|networking|programming|finance|accounting|"
    r"skills|workshop|award|excellence|achievement|level|module|school|academy|ltd|limited|inc|llc|gmbh|department|services|society|"
    r"association|council|learning|practitioner|specialist|professional|provider|certified|associate|analyst|developer|administrator|"
    r"registrar|director|president|"
    r"chairman|chairperson|secretary|officer|chief|deputy|manager|principal|dean|instructor|coordinator|head|ceo|chancellor|trainer|"
    r"signature|"
    r"superintendent|governor|minister|state|county|city|republic|kingdom|united|january|february|march|april|june|july|august|september|"
    r"october|november|december)\b",
    re.IGNORECASE,
)


def _name_before_deed(page: CertificatePage) -> Found | None:
    """The name before `has successfully completed`, in its line or over it."""
    for index, phrase in enumerate(page.lines):
        match = re.search(
            r"\b(?:has|have) (?:hereby |now )?(?:(?:successfully|satisfactorily|duly) )?(?:completed|attended|passed|"
            r"participated|earned|achieved|demonstrated|fulfilled|been)\b|"
            r"\bis (?:hereby )?recogni[sz]ed (?:for|as)\b|^(?:successfully )?completed\W*$|"
            rf"^(?:hat|heeft)\b|\b{wordings.DID}",
            phrase.text,
            re.IGNORECASE,
        )
        if match is None:
            continue
        before = Phrase.of(phrase.page, words_at(phrase.words, 0, match.start())) if match.start() > 3 else None
        if before is not None and _SOMEBODY.search(before.text):
            before = None
        over = [
            line
            for line in page.lines[:index]
            if not wordings.BORN.match(line.text)
            and line.box.bottom <= phrase.box.top + 0.5 * phrase.height
            and line.box.left < phrase.box.right
            and line.box.right > phrase.box.left
        ]
        for candidate in [before] if before is not None else over[-1:]:
            if is_name(candidate.text):
                return text_found(candidate)
    return None


_SOMEBODY = re.compile(r"\b(?:above|below|individual|person|named|whose|holder|who|he|she|they|recipient|bearer)\b", re.IGNORECASE)


def _name_in_parts(sheet: Sheet) -> Found | None:
    """FIRST, MIDDLE and LAST as headings over (or under) the parts of a name; the topmost row of them counts."""
    found = [spot for spot in spots(sheet, NAME_PARTS) if spot.rest is None or spot.marked]
    lasts = sorted((spot for spot in found if spot.key == "last"), key=lambda spot: spot.label.box.top)
    for last in lasts:
        row = [spot for spot in found if abs(spot.label.box.center_y - last.label.box.center_y) < 1.5 * last.label.height]
        row += _misread_first(sheet, row)
        heads = {key: min((s for s in row if s.key == key), key=lambda s: s.label.box.left, default=None) for key in NAME_PARTS}
        labels = {id(spot.phrase) for spot in row}
        told = [spot for key in ("first", "middle", "last") if (spot := heads[key]) is not None]
        over = ruled_between(sheet, last.label)
        sides = [[_name_part(sheet, spot, labels, row, above=above) for spot in told] for above in (over, not over)]
        parts_found = max(([part for part in side if part is not None] for side in sides), key=len)
        if len(parts_found) >= 2:
            words = tuple(word for part in parts_found for word in part.words)
            return Found(value=" ".join(part.text.strip(" .,") for part in parts_found), page=sheet.number, words=words)
    return None


_MISREAD = 60.0


def _misread_first(sheet: Sheet, row: Sequence[Spot]) -> list[Spot]:
    """FIRST where recognition spelt it otherwise (PIRST), told by its place left of MIDDLE or LAST."""
    if not row or any(spot.key == "first" for spot in row):
        return []
    leftmost = min(row, key=lambda spot: spot.label.box.left)
    near = [p for p in sheet.left_of(leftmost.phrase)[:1] if len(p.words) == 1 and fuzz.ratio(p.folded, "first") >= _MISREAD]
    return [Spot("first", 0, 0.6, phrase, phrase, None, marked=False) for phrase in near]


def _name_part(sheet: Sheet, spot: Spot, labels: set[int], row: Sequence[Spot], *, above: bool) -> Phrase | None:
    """The part of a name over (above) or under its heading, or after it."""
    if spot.rest is not None and _is_word_of_name(spot.rest.text):
        return spot.rest
    place = sheet.above(spot.label, lines=2.2) if above else sheet.below(spot.label, lines=2.2)
    found = next((phrase for phrase in place[:1] if id(phrase) not in labels and _is_word_of_name(phrase.text)), None)
    return found or (_written_over(sheet, spot, row) if above else None)


def _written_over(sheet: Sheet, spot: Spot, row: Sequence[Spot]) -> Phrase | None:
    """What somebody wrote over the line above a heading, further to the right than that begins, before the next heading of the row."""
    label, height = spot.label.box, spot.label.height
    right = min((other.label.box.left for other in row if other.label.box.left > label.left), default=float(sheet.width))
    over = [
        p for p in sheet.phrases if -0.4 * height <= label.top - p.box.bottom < height and label.left <= p.box.left and p.box.right < right
    ]
    return over[0] if len(over) == 1 and _is_word_of_name(over[0].text) else None


def is_name(text: str) -> bool:
    text = text.strip(" .,:;_*")
    words = text.split()
    return (
        unfilled(text) is not None
        and 1 <= len(words) <= 7
        and not (len(words) > 3 and text.islower())
        and not _RELATIVE.fullmatch(text)
        and not _only_honorifics(text)
        and len(fold(text)) >= 3
        and re.fullmatch(r"[\w\s.,'’`\-–()/&]+", text) is not None
        and not re.search(r"[\d_]", text)
        and not _MOTTO.search(text)
        and not _NO_NAME.search(text)
        and not find_dates(text)
    )


def _only_honorifics(text: str) -> bool:
    return all(_HONORIFIC_ALONE.fullmatch(part) for part in re.split(r"[\s./,]+", text) if part)


_MOTTO = re.compile(r"[^\W\d_]{4,}\.[^\W\d_]{4,}")
"""Words with a full stop and no space between them: what a company prints under its name, or an address of the web."""

_RELATIVE = re.compile(
    r"\W*(?:father|mother|parents?|guardian|child|spouse|husband|wife|male|female|boy|girl|yes|no|n/?a)\W*", re.IGNORECASE
)
"""Headings and boxes of registers that stand where names do."""


_HONORIFIC_ALONE = re.compile(r"mr|mrs|ms|miss|mx|dr|prof|master|shri|smt|kumari", re.IGNORECASE)
"""What a form asks to choose from, with no name after it: Mr./Mrs./Ms."""


def _is_word_of_name(text: str) -> bool:
    return (
        bool(re.fullmatch(r"[^\W\d_][\w'’.\- ]{0,40}", text.strip()))
        and unfilled(text) is not None
        and len(text.split()) <= 3
        and not _NO_NAME.search(text)
    )
