"""Reads which class a timetable is for, from lines that no label explains."""

import re
from collections.abc import Sequence
from dataclasses import replace

from doctray.extraction.rules.timetable.days import day_name
from doctray.extraction.rules.timetable.headings import heading_of
from doctray.extraction.rules.timetable.names import TEACHER
from doctray.extraction.rules.timetable.reading import Found, Reading, size_of
from doctray.extraction.rules.timetable.schools import SCHOOL
from doctray.extraction.rules.timetable.subjects import SUBJECT_WORDS
from doctray.extraction.rules.timetable.terms import DATE, MONTHS, STRIP, TERM, TITLE, WEEK_TITLE, YEAR
from doctray.extraction.times import find_spans

_CLASS = re.compile(
    r"\b[1-9]00[\s-]?(?:level|lvl)\b|\b\d{1,2}(?:st|nd|rd|th)\s(?:grade|class|standard|std)\b(?:\s?[-/]?\s?[A-Z]\b)?"
    r"|\b(?:\d{1,2}|[IVX]+)\s(?:std|standard)\b\.?(?:\s?[-/]?\s?[A-Z]\b)?"
    r"|\b\d{1,2}\s?[ºª°]\s?(?:ano|año|grado|curso|classe|primaria|bach\w*|[A-Z]{2,4})\b(?:\s?[-/]?\s?[A-Z]\b)?"
    r"|\b(?:class|year|grade|form|section|std|primary|sec(?:ondary)?|level|kelas|klasse|klassi?|klasa|tingkatan|darjah|årskurs)(?![^\W\d_])\s*[-:]?\s*"
    r"(?:\d{1,2}/\d{1,2}\b|\d{1,2}(?:st|nd|rd|th)?\s?[-/ ]?[A-Z]?\b|[IVX]+(?:\s?[-/]?\s?[A-Z])?\b(?!\.\w)"
    r"|(?!(?:in|of|to|at|no|on|ta|is|as|by)\b)[A-Z]{1,2}\b(?!\s[a-z]|\.\w))",
    re.IGNORECASE,
)
_CLASS_GOES_ON = re.compile(
    r"\s(?:(?i:set|group|band|stream)\s\w{1,2}\b|(?:[-–]\s)?(?i:section)\s\w+|(?P<name>[A-Z][a-z]{2,})\b(?=\s*$|\s[-–|]\s|,"
    r"|\s+(?i:time\s?-?\s?table|schedule|weekly)))"
)
"""What a class is called after its number: Year 9 Set 2, Class 3 Kingfisher."""

_PROGRAMME = re.compile(
    r"(?:(?i:level)\s\d\s)?"
    r"(?:B\.?\s?(?:A|(?i:Sc|Eng|Tech|Com|Ed|Arch|Pharm))|M\.?\s?(?:A|BA|(?i:Sc|Eng|Tech|Com|Ed))|BBA|BCA|MCA|LL\.?[BM]|(?i:dip(?:loma)?)"
    r"|HN[CD]|Ph\.?D)\b"
    r"\.?(?:\s?\([A-Z][\w.& -]{1,30}\))?\s(?:(?:in|of)\s)?[A-Z].*"
)
"""A degree with its subject, its level before it, and the year of study where that follows."""

_SECTION_ENDS = re.compile(r"\b(?:section|sec|division|div|batch|group)\b\s?[-:.]?\s?[\"'(]?[A-Z\d]{1,3}\b[\"')]?", re.IGNORECASE)
"""What closes the name of a class, behind its term too: B.Tech. (CSE) V Semester, Section A."""

_CLASS_NAMED = re.compile(r"[A-Z][a-z]+ [Cc]lass\b(?:\s\([^)]*\))?(?!\s+(?i:time\s?-?\s?table|schedule))")
"""What a primary school calls a class: Badger Class (Year 4)."""

_AFTER = re.compile(r"\s[-–—|]\s|,\s")
_CLASS_OPENS = re.compile(r"class\s+\S*\d\S*(?:\s[^\W\d_]+)?$", re.IGNORECASE)
_FILLER_END = re.compile(r"\s*(?:[-–|:]\s*)?(?:weekly\s+|class\s+)?(?:time\s?-?table|schedule)\s*$", re.IGNORECASE)
_CLASS_BRACKETS = re.compile(r"\bclass(?:es)?\s*\(([^)]+)\)", re.IGNORECASE)
FILLER = re.compile(
    r"\b(?:class|weekly|daily|school|lesson|academic|final|draft|updated?|revised|new|the|for|of|our|my|time\s?-?\s?tables?|schedules?"
    r"|week|overview|student|exam(?:ination)?s?|plan|routine|programmes?|program|evening|morning|afternoon|home\s?room|s\.?y\.?(?=\W|$)"
    r"|w\.?e\.?f\.?|valid|a\.?y\.?(?=\W|$)|from|as|at|effective|version|emploi\s+du\s+temps|stundenplan|hor[aá]rio|orario|lesrooster|rooster"
    r"|semaine|semana|settimana|woche|uge|vecka|ann[ée]e\s+scolaire|schuljahr|anno\s+scolastico|a[ñn]o\s+escolar|schooljaar|subject|group(?!\s+(?-i:[A-Z\d]{1,2})\b)"
    r"|(?:annexure|appendix|anexo|lampiran)\s*[-:]?\s*(?:\d{1,2}|[A-Z]|[IVX]+)"
    r"|curso\s+acad[ée]mico|ano\s+letivo|staff\s+id|confidential|(?:intern\w*|\w+interne[rs]?)\s+do[ck]ument"
    r"|del?(?:\s+las?|\s+los)?|das?|dos|des|du|della|delle|horaris|classes|clases|estudiantes?|alumn[oa]s?|cours|lezioni|jadwal|pelajaran"
    r"|kuliah|rozvrh|hodin|[óo]rarend|orar|raspored|sati|nastave|zaj[ęe][ćc]|lekcji|dersleri|program[iı]|расписание|занятий|уроков|розклад)"
    r"\b|_FINAL\b",
    re.IGNORECASE,
)
_UNTITLED = 0.6
"""Certainty of a class that is named in a line that does not call itself a timetable's title."""

_MOST_DIGITS = 4
"""More stand in numbers of forms and of telephones, and in rulers of a photographed screen, than in names of classes."""

_TITLED = re.compile(rf"(?:{TITLE.pattern})\s?[-–—:]\s?", re.IGNORECASE)
_TABLE_OF = re.compile(r"(?:(?:weekly|class|lecture) )?(?:time\s?-?\s?table|schedule|routine) (?:for|of) (?:the )?", re.IGNORECASE)
"""What a title says before whose table it is."""


def class_of(lines: Sequence[Reading], school: Found | None) -> Found | None:
    """The class that a line names as a class, else what a title says beyond the usual. `school` is the line that named the school."""
    for line in lines:
        begin = 0 if (table := _TABLE_OF.match(line.text)) is None else table.end()
        if match := _CLASS_NAMED.match(line.text, begin) or _PROGRAMME.match(line.text, begin):
            stop = min(
                [m.start() for pattern in (_AFTER, TERM, YEAR, _FILLER_END) if (m := pattern.search(line.text, begin + 4))],
                default=len(line.text),
            )
            stop = max([stop, *(m.end() for m in _SECTION_ENDS.finditer(line.text, begin + 4))])
            value = line.text[begin : min(stop, match.end())].strip(STRIP.replace(")", ""))
            return Found(value=value, words=line.between(begin, begin + len(value)), certainty=0.9)
    for line in lines:
        if match := _CLASS_BRACKETS.search(line.text):
            return Found(value=match[1].strip(), words=line.between(match.start(1), match.end(1)), certainty=0.9)
    if coded := _code_of_year(lines):
        return coded
    for line in lines:
        if match := _CLASS_OPENS.match(_FILLER_END.sub("", line.text)) or _CLASS.search(line.text):
            begin, stop = match.start(), match.start() + len(match[0].rstrip())
            more = _CLASS_GOES_ON.match(line.text, stop)
            if more and not (more["name"] and (more["name"].casefold() in SUBJECT_WORDS or FILLER.search(more["name"]))):
                stop = more.end()
            if degree := _PROGRAMME.match(line.text[:stop]):
                begin = degree.start()
            value = line.text[begin:stop].strip(STRIP)
            bare = re.sub(r"^class\s*[-:]?\s*", "", value, flags=re.IGNORECASE)
            return Found(value=value if bare.isdigit() else bare, words=line.between(begin, stop), certainty=0.9)
    for line in sorted(lines, key=lambda line: (not TITLE.search(line.text), -max(size_of(word) for word in line.words))):
        if school and line.words == school.words:
            continue
        if (found := _remainder(line)) is not None:
            return found if TITLE.search(line.text) else replace(found, certainty=_UNTITLED)
    return None


def _code_of_year(lines: Sequence[Reading]) -> Found | None:
    """A class by a line of its own that opens with the number of the year which another line names: Year 9 and 9WOD."""
    years = {match["number"] for line in lines if (match := _YEAR_ALONE.match(line.text))}
    for line in lines:
        if (code := _CODED_CLASS.fullmatch(line.text.strip())) and code["number"] in years:
            return Found(value=code[0], words=line.words, certainty=0.9)
    return None


_YEAR_ALONE = re.compile(r"(?:year|grade)\s(?P<number>\d{1,2})(?:$|,)", re.IGNORECASE)
_CODED_CLASS = re.compile(r"(?P<number>\d{1,2})[A-Z]{1,5}")


def _remainder(line: Reading) -> Found | None:
    """What a title says beyond term, date, year and the word timetable, where that is short."""
    text = line.text
    if _NO_CLASS.search(text) or (":" in text and not TITLE.search(text)):
        return None
    if SCHOOL.search(text) or _PART_OF_SCHOOL.search(text) or find_spans(text) or TEACHER.search(text) or len(line.words) > 8:
        return None
    blank, closing = text, _TERM_BEHIND.search(text)
    for pattern in (WEEK_TITLE, TERM, DATE, MONTHS, YEAR, FILLER):
        blank = pattern.sub(lambda match: " " * len(match[0]), blank)
    parts = [part for part in re.finditer(r"\S+(?: \S+)*", blank) if any(c.isalnum() for c in part[0])]
    if (whole := _behind_title(line)) and len(parts) > 1:
        return whole
    if _OF_PERSON.fullmatch(" ".join(part[0] for part in parts).strip(STRIP)):
        return None
    if len(parts) == 1 and (student := _WITH_CLASS.fullmatch(parts[0][0])):
        begin, stop = (parts[0].start() + place for place in student.span("class"))
        return Found(value=student["class"], words=line.between(begin, stop), certainty=0.8)
    if closing and len(parts) == 1 and parts[0][0].rstrip(" (") == text[: closing.start()].rstrip() and not TITLE.search(text):
        return Found(value=text.strip(), words=line.words, certainty=0.85)
    titled = TITLE.search(text) is not None
    if len(parts) != 1 or (_count(parts[0][0]) if titled else len(parts[0][0].split())) > _MOST_WORDS or day_name(parts[0][0]):
        return None
    value = _balanced(parts[0][0].strip(STRIP.replace(")", "").replace("(", "")))
    if all(word.casefold() in SUBJECT_WORDS for word in value.split()) or heading_of(value):
        return None
    if not titled and sum(map(str.isalnum, value)) < _FEWEST_SIGNS:
        return None
    if sum(c.isdigit() for c in value) > _MOST_DIGITS or not any(c.isalpha() for c in value) or _OF_PROGRAM.fullmatch(value):
        return None
    return Found(value=value, words=line.between(*parts[0].span()), certainty=0.85)


_MOST_WORDS, _FEWEST_SIGNS = 4, 2
"""In what a title says beyond the usual; and in what a line says that does not call itself one: a letter alone is a scrap of a logo."""


def _count(text: str) -> int:
    return sum(any(c.isalnum() for c in word) for word in text.split())


def _behind_title(line: Reading) -> Found | None:
    """What a title that opens its line says behind a dash or a colon, small words and all: HORARIO - 2º DESARROLLO DE APLICACIONES."""
    text = line.text
    if (opening := _TITLED.match(text)) is None:
        return None
    ends = [m.start() for pattern in (TERM, YEAR, DATE) if (m := pattern.search(text, opening.end()))]
    value = text[opening.end() : min(ends, default=len(text))].strip(STRIP.replace(")", "").replace("(", ""))
    if not any(map(str.isdigit, value)) or _count(value) > _MOST_WORDS + 2:
        return None
    return Found(value=value, words=line.between(opening.end(), opening.end() + len(value)), certainty=0.8)


_OF_PROGRAM = re.compile(r"[A-Z\d]+_[A-Z\d_]+")
"""What a program calls the report that it prints: PACR42_GWT."""

_NO_CLASS = re.compile(
    r"\b(?:nombres?|names?|nama|nom|naam|cuenta|matr[ií]cula|carrera|student\w{2,}|roll\s*no|e-?mail|phone|tel|page|p[áa]gina|seite|copy"
    r"|informations?|informationen|informatie|informaci[óo]n|informa[çc][õo]es|tahun|ajaran|periodo|bloque)\b",
    re.IGNORECASE,
)
"""What a line says of a student or a form, and no class is called by."""

_PART_OF_SCHOOL = re.compile(
    r"\b(?:secretar[ií]a|coordinaci[óo]n|subdirecci[óo]n|direcci[óo]n|unidad|servicios|ministry|government|dinas|pemerintah|kementerian|registrar"
    r"|dept|d[ée]part(?:ement|ment)|departamento|dipartimento|departement|jurusan|facult(?:y|é|ad|ade)|facolt[àa]|fakult[äa]t|fakultas"
    r"|fachbereich|wydzia[łl]|prodi|program\sstudi)\b",
    re.IGNORECASE,
)
"""A department or a faculty is no class."""

_TERM_BEHIND = re.compile(rf"\s?\((?:{TERM.pattern})\)$", re.IGNORECASE)
"""A term in brackets that belongs to the name of a class: FA22-BCS-C (Semester 3)."""

_OF_PERSON = re.compile(r"[A-ZÀ-ÖØ-Þ][^\W\d_]+, [A-ZÀ-ÖØ-Þ][^\W\d_]+(?: [A-ZÀ-ÖØ-Þ][^\W\d_]*\.?)?")
"""A student's name, family name first, is no class."""

_WITH_CLASS = re.compile(r"[A-ZÀ-ÖØ-Þ][\w'’-]+(?: [A-ZÀ-ÖØ-Þ][\w'’-]+){1,3} \((?P<class>[^()\s]*\d[^()\s]*)\)")
"""A student with the class in brackets: Ho-Yun Chen (11JAH)."""


def _balanced(text: str) -> str:
    """The text without a bracket at its end or beginning that has no partner."""
    if text.count("(") != text.count(")"):
        return text.strip("() ")
    return text[1:-1].strip() if re.fullmatch(r"\([^()]*\)", text) else text
