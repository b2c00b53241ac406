"""Reads whose lessons a timetable tells: the school's name, without its address or what else its line says."""

import re
from collections.abc import Sequence

from doctray.domain.document import Box
from doctray.extraction.rules.timetable.reading import Found, Reading, size_of
from doctray.extraction.rules.timetable.terms import STRIP, TERM, YEAR

SCHOOL = re.compile(
    r"\b(?:school|coll[eè]ge|academy|institute|university|campus|polytechnic|kindergarten|nursery|preschool|gymnasium|gimn[aá]zi(?:um|ja)|(?:gael)?scoil|lisesi|(?:orta|ilk)okulu|liceul|colegiul|škola|madrass?ah?|(?-i:(?<!\S\s)S[MJ]?K(?:\s?\([CT]\))?)(?=\s[A-Z])|i\.?e\.?s(?=[.\s])"
    r"|c\.?e\.?i\.?p(?=[.\s])|lyc[ée]e|[ée]cole|universit(?:[yiàéä]t?|as|atea|eit)|universidade?|univerzit[ay]|uniwersytet|[üu]niversitesi|faculdade|hogeschool|h[öo]gskola|\w{0,12}vidyalaya|vidyapeeth|vidya\s?mandir|\w{0,20}schule|(?:i{2,3}t|nit|iiser|iim|bits|aiims)(?=\s[A-Z])|escuela|colegio|instituto|istituto|liceo|scuola|sekolah|polytechnique|comprehensive|conservatoire|lyceum|seminary|playgroup"
    r"|day\s?care|montessori"
    r"|(?:dance|music|art|yoga|fitness)\s+(?:studio|club|centre|center)"
    r"|(?:primary|infants?|juniors?|elementary|prep(?:aratory)?|grammar|high)(?=\s*(?:$|[-–,|]))|(?:learning|leisure|community|sports|education"
    r"|arts|early\s+years|children'?s)\s+cent(?:re|er))\b",
    re.IGNORECASE,
)
_NO_SCHOOL = re.compile(
    r"\b(?:time\s?table|schedule|off[- ]?campus|whole\s+school|after\s+school|department|dept|school\s+(?:year|day))\b|[:=?]", re.IGNORECASE
)


def school_of(lines: Sequence[Reading]) -> Found | None:
    """The name in the largest print of those that the lines give."""
    best = None
    for line in lines:
        if (part := _school_part(line)) is not None and len(part.words) > 1:
            size = max(size_of(word) for word in part.words)
            if best is None or size > best[0]:
                best = (size, part)
    return Found(value=best[1].text.strip(STRIP.replace(")", "").replace("(", "")), words=best[1].words) if best else None


_PLANNER = re.compile(r"\baSc\s?Time\s?tables?\b", re.IGNORECASE)


def school_alone(lines: Sequence[Reading]) -> Found | None:
    """A school's name that fills a line of its own, as forms print it at their foot."""
    for line in lines:
        if _NAME_ALONE.fullmatch(line.text) and SCHOOL.search(line.text) and not _NO_SCHOOL.search(line.text):
            return Found(value=line.text, words=line.words, certainty=0.8)
    return None


_NAME_ALONE = re.compile(r"[A-Z][\w.'’&-]+(?: (?:[A-Z][\w.'’&-]*|of|and|the|de|du|di|&)){1,6}")


def planned_for(lines: Sequence[Reading], under: Sequence[Reading], table: Box) -> Found | None:
    """What aSc Timetables, which signs its sheets below, prints small over the table's left corner: the school's own name for itself."""
    if not any(_PLANNER.search(line.text) for line in under):
        return None
    for line in lines:
        words = line.words
        low = table.top - 2.5 * size_of(words[0]) < words[0].box.center_y
        if (
            low
            and abs(words[0].box.left - table.left) < 2 * size_of(words[0])
            and _PRONOUNCED.search(line.text)
            and not YEAR.search(line.text)
        ):
            return Found(value=line.text.strip(STRIP), words=words, certainty=0.75)
    return None


_PRONOUNCED = re.compile(r"(?=\w{0,30}[aeiou])[^\W\d]{3}", re.IGNORECASE)


def _school_part(line: Reading) -> Reading | None:
    """The part of a line that names a school, without a term, a year or the kind of table that follow, or its faculty before."""
    text = line.text
    begin = match.end() if (match := _FACULTY.match(text)) and SCHOOL.search(text, match.end()) else 0
    stop = min([m.start() for pattern in (_AFTER_SCHOOL, TERM, YEAR) if (m := pattern.search(text, begin + 1))], default=len(text))
    if (named := SCHOOL.search(text, begin)) and (address := _ADDRESS.search(text, named.end(), stop)):
        stop = address.start()
    part = Reading((line.between(begin, max(begin + 1, stop)),))
    return part if SCHOOL.search(part.text) and not _NO_SCHOOL.search(part.text) else None


_ADDRESS = re.compile(r",\s(?=[^,]*\d[^,]*,|[^,]*\d{3}\s?\d{3})")
"""What parts a school from its address: a part with a number that another follows, or with a postal code. A sector is the school's."""

_FACULTY = re.compile(r"(?:faculty|school|department|dept\.?|college|institute) of [^,]+, ", re.IGNORECASE)
_AFTER_SCHOOL = re.compile(
    r"\s[-–—|]\s(?=(?:\w+\s){0,3}(?:time\s?-?\s?tables?|schedule|plan|routine|programme?)\b|(?:room|rm|grade|class|year|form|section|level|dep(?:artmen)?t)\b)|\s[·•]\s",
    re.IGNORECASE,
)
