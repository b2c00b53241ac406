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

_ORDINALS = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
_NUMBERS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_CLASS = re.compile(
    r"\b[1-9]00[\s-]?(?:level|[li1]v[li1])\b|\blevel\s[1-9]00\b"
    r"|\b(?:(?:class|grade|std\.?)\s)?(?:s\.?s\.?s?|shs|XI{1,2}|1[12](?:th)?)(?:[\s.-]{1,2}[1-3])?(?:\s?-?\s?[A-Z])?\s(?:science|commerce|arts|humanities)\b"
    rf"|\b(?:\d{{1,2}}(?:st|nd|rd|th)|{_ORDINALS})\s(?:grade|class|standard|std)\b(?:\s?[-/]?\s?[A-Z]\b)?"
    rf"|\b(?:class|year|grade|form|std|standard|primary|basic|senior|junior|stage)\s(?:{_NUMBERS})\b(?:\s?\([A-Z]\.?\s?\d\w?\))?"
    r"|\b(?:j\.?s\.?s|s\.?s\.?s|jhs|shs|basic|stage|kg|lkg|ukg|senior|junior|nursery|kindergarten|home\s?room|(?-i:SS))[\s.-]?\s?\d{1,3}\s?[A-Z]?\b"
    r"|\b(?:tutor|form|registration)\s(?:group|class)\s(?=\w*\d)\w{1,5}\b|\bpre-?k(?:\s?\d)?\b"
    r"|\b(?:kindergarten|nursery|reception|foundation)(?=\s(?:class|daily|weekly|time\s?table|schedule|routine)\b)"
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

_STUDIED = rf"(?:[1-6]\s?(?:st|nd|rd|th)|[IVX]{{1,4}}(?:st|nd|rd|th)?|{_ORDINALS}|final)"
_YEAR_OF_STUDY = re.compile(rf"(?<!\w)\(?{_STUDIED}\)?[\s-]{{0,2}}year\b|\byear[\s-](?:{_NUMBERS}|[IVX]+)\b", re.IGNORECASE)
"""Which year of a course: 2nd Year, Final Year, III-Year."""

_PROGRAMME = re.compile(
    rf"(?:(?i:level)\s\d\s|(?:{_STUDIED}|(?i:{_STUDIED}))\s(?:(?i:year)\s)?|(?:FY|SY|TY|[FST]\.\s?Y\.)\s?)?"
    r"(?:(?i:(?:(?:higher|advanced|national|graduate|associate|post\s?graduate)\s)?(?:bachelor|master|diploma|certificate|degree))s?\s"
    r"(?:[IVX]+\s)?(?:of|in|OF|IN)\b|B\.\s?E\b|M\.\s?E\b|B\.?\s?(?:A|BA|(?i:Sc|Eng|Tech|Com|Ed|Arch|Pharm))|M\.?\s?(?:A|BA|(?i:Sc|Eng|Tech|Com|Ed))|BBA|BCA|MCA|LL\.?[BM]|(?i:dip(?:loma)?)"
    r"|HN[CD]|[HO]?ND|NCE|PGDM?|Ph\.?D)\b"
    r"\.?(?:\s?\([A-Z][\w.& -]{1,30}\)(?:\s.*)?|(?:\s|-(?=[IVX]+\b))(?:(?:in|of)\s)?"
    r"(?:[A-Z]|\d(?:st|nd|rd|th)\b|-\s[A-Z]\b).*)"
)
"""A degree with its subject, its level before it, and the year of study where that follows."""

_SECTION_ENDS = re.compile(
    r"\b(?:section|sec|division|div|batch|group)\b\s?[-:.]?\s?[\"'(]?[A-Z\d]{1,3}\b(?:\.\d)?[\"')]?|\b[A-Z]\s(?:section|sec)\b|\b(?:year|level)\s\d(?!\d)"
    rf"|\b{_STUDIED}\syear\b",
    re.IGNORECASE,
)
"""What closes the name of a class, behind its term too: B.Tech. (CSE) V Semester, Section A."""

_CLASS_NAMED = re.compile(
    r"(?!(?:Weekly|Daily|My|Our|New|The) )[A-Z][a-z]+ [Cc]lass\b(?:\s\([^)]*\)|(?!\s+(?i:time\s?-?\s?table|schedule|routine)))"
)
"""What a primary school calls a class: Badger Class (Year 4)."""

_TITLE_ON = re.compile(rf"\s(?:(?i:class|lecture|weekly)\s)?(?:{TITLE.pattern})", re.IGNORECASE)
_TERM_NUMBERED = r"\(?(?:[IVX]+|\d(?:st|nd|rd|th))[ -]?(?i:sem(?:ester)?)\b\)?"
_TERM_FOLLOWS = re.compile(rf"[ /-]{{0,3}}{_TERM_NUMBERED}(?: - [A-Z]{{2,5}}(?: [A-Z])?\b)?")
"""Behind the year of study it is part of the name: IV YEAR / VII SEMESTER - ECE B."""

_TERM_WITHIN = re.compile(
    rf"{_TERM_NUMBERED}"
    r"(?P<more>[ -]{1,3}[A-Z]{2,6}(?:[- ][A-Z\d]{1,2})?\b(?!\s[a-z])(?![.:])|\s\([^)]*\))?"
)
"""The number of a term that a class is called by, and its section behind: B.Tech II Year (IV Sem) CSE-A."""

_AFTER = re.compile(r"\s[-–—|]\s|,\s")
_CLASS_OPENS = re.compile(r"class\s+\S*\d\S*(?:\s[^\W\d_]+)?$", re.IGNORECASE)
_FILLER_END = re.compile(r"\s*(?:[-–|:]\s*)?(?:weekly\s+|class\s+)?(?:time\s?-?table|schedule)\s*$", re.IGNORECASE)
_CLASS_BRACKETS = re.compile(r"\bclass(?:es)?\s*\(([^)]+)\)", re.IGNORECASE)
FILLER = re.compile(
    r"\b(?:class|weekly|daily|school|lesson|academic|final|draft|updated?|revised|new|the|for|of|our|my|time\s?-?\s?tables?|schedules?"
    r"|week|overview|student|exam(?:ination)?s?|plan|routine|programmes?|program|evening|morning|afternoon|home\s?room|s\.?y\.?(?=\W|$)"
    r"|w\.?e\.?f\.?|with\s+effect|sessions?|individual|personal|specials|ramadan|ramzan|revision|holidays?|provisional|tentative|approved|master|bell|block(?=\s+schedule)|charts?|allocation|manager|management|system|portal|viewer|generator|consulta|planner|jadual(?:\s+waktu)?|at\s+a\s+glance|(?:calendar\s+)?year(?=\s{2}|\s*$)"
    r"|teachers?|staff|faculty|valid|a\.?y\.?(?=\W|$)|from|as|at|effective|version|emploi\s+du\s+temps|stundenplan|hor[aá]rio|orario|lesrooster|rooster"
    r"|semaine|semana|settimana|woche|uge|vecka|ann[ée]e\s+scolaire|schuljahr|anno\s+scolastico|a[ñn]o\s+escolar|schooljaar|subject|group(?!\s+(?-i:[A-Z\d]{1,2})\b)"
    r"|(?:annexure|appendix|anexo|lampiran)\s*[-:]?\s*(?:\d{1,2}|[A-Z]|[IVX]+)"
    r"|curso\s+acad[ée]mico|ano\s+letivo|staff\s+id|confidential|(?:intern\w*|\w+interne[rs]?)\s+do[ck]ument"
    r"|del?(?:\s+las?|\s+los)?|das?|dos|des|du|della|delle|horaris|classes|clases|estudiantes?|alumn[oa]s?|cours|lezioni|jadwal|pelajaran"
    r"|mata(?=\s+kuliah)|kuliah|rozvrh|hodin|[óo]rarend|orar|raspored|sati|nastave|zaj[ęe][ćc]|lekcji|dersleri|program[iı]|расписание|занятий|уроков|розклад)"
    r"\b|_FINAL\b",
    re.IGNORECASE,
)
_UNTITLED = 0.6
"""Certainty of a class that is named in a line that does not call itself a timetable's title."""

_MOST_DIGITS = 4
"""More stand in numbers of forms and of telephones, and in rulers of a photographed screen, than in names of classes."""

_TITLED = re.compile(rf"(?:{TITLE.pattern})\s?[-–—:]\s?", re.IGNORECASE)
_TABLE_OF = re.compile(
    r"(?:(?:weekly|class|lecture) )?(?:time\s?-?\s?table|schedule|routine) ?(?:(?:for|of) (?:the )?|[-–:] ?)?", re.IGNORECASE
)
"""What a title says before whose table it is."""


def class_of(lines: Sequence[Reading], school: Found | None, *, usual: float) -> Found | None:
    """The class that a line names as a class, else what a title says beyond the usual.

    `school` is the line that named the school, `usual` the height of the table's print in pixels.
    """
    for line in lines:
        begin = 0 if (table := _TABLE_OF.match(line.text)) is None else table.end()
        if match := _CLASS_NAMED.match(line.text, begin) or _PROGRAMME.match(line.text, begin):
            stop = min(
                [m.start() for pattern in (_AFTER, TERM, YEAR, _FILLER_END, _TITLE_ON) if (m := pattern.search(line.text, begin + 4))],
                default=len(line.text),
            )
            if (term := _TERM_WITHIN.match(line.text, stop)) and (term["more"] or len(line.text[begin:stop].split()) < 2):
                stop = term.end()
            stop = max([stop, *(m.end() for m in _SECTION_ENDS.finditer(line.text, begin + 4))])
            value = line.text[begin : min(stop, match.end())].strip(STRIP.replace(")", ""))
            return Found(value=value, words=line.between(begin, begin + len(value)), certainty=0.9)
    for line in lines:
        if match := _CLASS_BRACKETS.search(line.text):
            return Found(value=match[1].strip(), words=line.between(match.start(1), match.end(1)), certainty=0.9)
    if coded := _code_of_year(lines):
        return coded
    for line in lines:
        if match := _CLASS_OPENS.match(_FILLER_END.sub("", line.text)) or _CLASS.search(line.text) or _YEAR_OF_STUDY.search(line.text):
            begin, stop = match.start(), match.start() + len(match[0].rstrip())
            more = _CLASS_GOES_ON.match(line.text, stop)
            if more and not (more["name"] and (more["name"].casefold() in SUBJECT_WORDS or FILLER.search(more["name"]))):
                stop = more.end()
            studied = _YEAR_OF_STUDY.fullmatch(match[0]) is not None
            begin, stop = _whole_name(line.text, begin, stop, subjects=studied)
            if studied and (term := _TERM_FOLLOWS.match(line.text, stop)):
                stop = term.end()
            value = _balanced(line.text[begin:stop].strip(STRIP.replace(")", "").replace("(", "")))
            bare = re.sub(
                r"^(?:class|(?:tutor|form|registration)\s(?:group|class)|home\s?room(?=\s\d{1,2}[A-Z]))\s*[-:]?\s*",
                "",
                value,
                flags=re.IGNORECASE,
            )
            bare = value if bare.isdigit() or _NUMBER_WORD.match(bare) else bare
            return Found(value=_LEVEL_SLIP.sub("lvl", bare), words=line.between(begin, stop), certainty=0.9)
    for line in sorted(lines, key=lambda line: (not TITLE.search(line.text), -max(size_of(word) for word in line.words))):
        if school and line.words == school.words:
            continue
        if (found := _remainder(line, usual, alone=len(lines) <= _FEW_LINES)) is not None and (
            len(lines) <= _MOST_LINES or TITLE.search(line.text) or _DIGIT.search(found.value)
        ):
            return found if TITLE.search(line.text) else replace(found, certainty=_UNTITLED)
    return next((found for line in lines if (found := _code_before_name(line))), None)


_PART = re.compile(r"(?P<before>\A|\s[-–—|]\s|,\s)(?P<text>.+?)(?=\Z|\s[-–—|]\s|,\s)", re.DOTALL)
_BY_SECTION = re.compile(r"(?:section|sec|division|group|batch|year|level)\b|\(?[1-6]", re.IGNORECASE)
"""What needs the name of its course before it, be it parted by a comma: BS (CS) - III, Section A."""

_NAME_WORD = re.compile(r"[(]?[A-Z\d][\w.&/()'’-]*|&|and|of|in|/")
_LONGEST_NAME, _LONGEST_TITLE = 8, 14
"""Words of a line that names a class, and of one that calls itself a timetable's title with it."""


_NUMBER_WORD = re.compile(rf"(?:{_NUMBERS})\b", re.IGNORECASE)
_LEVEL_SLIP = re.compile(r"(?<=\d00)[Il1]v[Il1]\b")
"""200lvl, as readers of pictures take it."""


def _whole_name(text: str, begin: int, stop: int, *, subjects: bool) -> tuple[int, int]:
    """What stands beside the part of a line that tells a class, as far as it is part of its name: Hedgehogs - Year 1/2.

    subjects: whether a subject may be part of it, as of a course of study.
    """
    parts = [(match.start("text"), match.end("text"), match["before"]) for match in _PART.finditer(text)]
    own = [index for index, (left, right, _) in enumerate(parts) if left < stop and begin < right]
    walls = [match.span() for pattern in (TITLE, TERM, DATE, YEAR, FILLER, TEACHER, _GENERAL) for match in pattern.finditer(text)]
    if (opened := text.rfind("(", 0, begin)) > text.rfind(")", 0, begin):
        walls.append((opened, opened + 1))
    for index in reversed(range(own[0] + 1)):
        left, _, parted = parts[index]
        near = max([right for low, right in walls if left <= low and right <= begin], default=left)
        if not _is_named(text[near:begin], subjects=subjects) or (near > left and index < own[0]):
            break
        begin = near + len(text[near:begin]) - len(text[near:begin].lstrip(STRIP.replace("(", "")))
        if near > left or ("," in parted and not _BY_SECTION.match(text, begin)):
            break
    for index in range(own[-1], len(parts)):
        left, right, _ = parts[index]
        near = min([low for low, high in walls if stop <= low and high <= right], default=right)
        if (index > own[-1] and ("," in parts[index][2] or near < right)) or not _is_named(text[stop:near], subjects=subjects):
            break
        stop = near
        if near < right:
            break
    return begin, stop


def _is_named(text: str, *, subjects: bool) -> bool:
    """Whether all words may belong to the name of a class; none is a subject that a class has, but where that is its course."""
    words = text.strip(STRIP).split()
    return (
        len(words) <= _MOST_WORDS
        and all(_NAME_WORD.fullmatch(word) or word in "-–—|" for word in words)
        and not SCHOOL.search(text)
        and not _PART_OF_SCHOOL.search(text)
        and (subjects or not any(word.casefold() in SUBJECT_WORDS for word in words if word.casefold() != "group"))
        and sum(map(str.isdigit, text)) <= _MOST_DIGITS
    )


_GENERAL = re.compile(r"\b(?:room|department|term|semester|sem|page|block|building|floor|hall)\b", re.IGNORECASE)


def _code_of_year(lines: Sequence[Reading]) -> Found | None:
    """A class by a line of its own that opens with the number of the year which another line names: Year 9 and 9WOD."""
    years = {match["number"] for line in lines if (match := _YEAR_ALONE.match(line.text))}
    for line in lines:
        if (code := _CODED_CLASS.fullmatch(line.text.strip())) and code["number"] in years:
            return Found(value=code[0], words=line.words, certainty=0.9)
    return None


def _code_before_name(line: Reading) -> Found | None:
    """A class by the code that opens a line, before what the class calls itself: 6P/GR05 - The astronauts."""
    if (code := _CODE_OPENS.match(line.text)) is None:
        return None
    return Found(value=code["code"], words=line.between(*code.span("code")), certainty=_UNTITLED)


_CODE_OPENS = re.compile(r"(?P<code>(?=\S*\d)(?=\S*[A-Z])[A-Z\d][A-Z\d/.-]{1,9})\s[-–—|]\s(?=[^\W\d_]{2})")
_YEAR_ALONE = re.compile(r"(?:year|grade)\s(?P<number>\d{1,2})(?:$|,)", re.IGNORECASE)
_CODED_CLASS = re.compile(r"(?P<number>\d{1,2})[A-Z]{1,5}")


def _remainder(line: Reading, usual: float, *, alone: bool) -> Found | None:
    """What a title says beyond term, date, year and the word timetable, where that is short."""
    text = line.text
    if _NO_CLASS.search(text) or (":" in text and not TITLE.search(text)):
        return None
    if SCHOOL.search(text) or _PART_OF_SCHOOL.search(text) or find_spans(text) or TEACHER.search(text):
        return None
    if len(line.words) > (_LONGEST_TITLE if TITLE.search(text) else _LONGEST_NAME):
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
    if not titled and _TERM_BEFORE.fullmatch(text):
        return Found(value=text.strip(), words=line.words, certainty=0.85)
    if len(parts) != 1 or (_count(parts[0][0]) if titled else len(parts[0][0].split())) > _MOST_WORDS or day_name(parts[0][0]):
        return None
    value = _balanced(parts[0][0].strip(STRIP.replace(")", "").replace("(", "")))
    value = _GROUP_CODE.sub("", value)
    if all(word.casefold() in SUBJECT_WORDS for word in value.split()) or heading_of(value):
        return None
    if not titled and sum(map(str.isalnum, value)) < _FEWEST_SIGNS:
        return None
    digits = sum(map(str.isdigit, value))
    if (
        not alone
        and not titled
        and not digits
        and (not value.isupper() or "|" in value)
        and max(map(size_of, line.words)) < _LARGER * usual
    ):
        return None
    if digits > _MOST_DIGITS or not any(c.isalpha() for c in value) or _OF_PROGRAM.fullmatch(value):
        return None
    return Found(value=value, words=line.between(*parts[0].span()), certainty=0.85)


_DIGIT = re.compile(r"\d")
_FEW_LINES, _MOST_LINES = 4, 8
"""Around a table that stands on a sheet of its own. More are those of a web page, whose words name no class."""

_LARGER = 1.15
"""Than the table's print is the name of a class without a digit, where nothing else tells it from the words of a web page's menus."""

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


_GROUP_CODE = re.compile(r"^group (?=[A-Z][A-Z-]*-\d)")
_OF_PROGRAM = re.compile(r"[A-Z\d]+_[A-Z\d_]+")
"""What a program calls the report that it prints: PACR42_GWT."""

_NO_CLASS = re.compile(
    r"\b(?:https?|www|\w+\.php|log\s?(?:in|out)|sign\s?(?:in|out)|dashboard|nombres?|names?|nama|nom|naam|cuenta|matr[ií]cula|carrera|student\w{2,}|roll\s*no|e-?mail|phone|tel|page|p[áa]gina|seite|copy"
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

_TERM_BEFORE = re.compile(r"(?:[IVX]+|\d(?:st|nd|rd|th))(?: | - |-)(?i:sem(?:ester)?) [A-Z](?:[A-Z.&]{1,5}(?:-[A-Z])?)?")
"""The number of a term that belongs to the name of a class: V - SEMESTER MCA, 4th Semester SWE."""

_OF_PERSON = re.compile(r"[A-ZÀ-ÖØ-Þ][^\W\d_]+, [A-ZÀ-ÖØ-Þ][^\W\d_]+(?: [A-ZÀ-ÖØ-Þ][^\W\d_]*\.?)?")
"""A student's name, family name first, is no class."""

_WITH_CLASS = re.compile(r"[A-ZÀ-ÖØ-Þ][\w'’-]+(?: [A-ZÀ-ÖØ-Þ][\w'’-]+){1,3} \((?P<class>[^()\s]*\d[^()\s]*)\)")
"""A student with the class in brackets: Ho-Yun Chen (11JAH)."""


def _balanced(text: str) -> str:
    """The text without a bracket at its end or beginning that has no partner."""
    if text.count("(") != text.count(")"):
        return text.strip("() ")
    return text[1:-1].strip() if re.fullmatch(r"\([^()]*\)", text) else text
