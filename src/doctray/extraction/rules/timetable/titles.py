"""Reads whose timetable it is, and for when, from the lines around a table."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from doctray.domain.document import Box, Page, Word
from doctray.extraction.rules.timetable.axes import Layout
from doctray.extraction.rules.timetable.days import day_name, week_of
from doctray.extraction.rules.timetable.headings import heading_of
from doctray.extraction.rules.timetable.names import TEACHER
from doctray.extraction.rules.timetable.reading import Found, Reading, read, size_of
from doctray.extraction.rules.timetable.subjects import SUBJECT_WORDS
from doctray.extraction.times import find_spans

_ROMAN = r"(?:VIII|VII|VI|IV|IX|V|X|III|II|I)"
_SLIP = re.compile(r"(?<![^\s-])\|(?=[-\w])")
"""An I read as a bar, where a word begins with it."""
_LABELS = {
    "teacher_name": r"(?:staff|teacher)\s+time\s?-?\s?table|class\s*in[- ]?charge|(?:class|form|home\s?room|subject)?\s*(?:teachers?"
    r"|tutors?|adviser|advisor|lecturer|instructor|faculty|staff)"
    r"(?:\s*(?:name|in[- ]charge))?|(?:klassen)?(?:lehrer(?:in)?|leitung)|prof(?:esseure?)?\s+principale?|enseignante?|tutora|profesora?"
    r"|professora?|docente(?:\s+coordinatore)?|mentor|nauczyciel|wychowawca"
    r"|(?-i:FT\s?\d?)(?=\s?:\s?(?-i:(?!F\w*\sT)[A-Z][\w.'’-]*\s[A-Z]))",
    "class_name": r"(?:name\s+of\s+)?(?:year\s*[/&]\s*sem(?:ester)?|(?:class\s+)?time\s?-?\s?table|class(?:es)?|form|section"
    r"|year\s+group|grade|std|standard|batch"
    r"|group|division|programme|program|course"
    r"|student\s+group)(?:\s*(?:name|/\s*section|&\s*section))?|klasse|classe|clase|(?:horario\s+(?:del?\s+)?)?(?:grupo|curso)|turma"
    r"|gruppe|grupa|niveau|razred|třída|trieda|osztály|sınıf|klas|klasa|kelas|unidad",
    "school_name": r"(?:name\s+of\s+)?(?:school|institution|institute|college)(?:\s*name)?|schule|[ée]cole|[ée]tablissement"
    r"|colegio|escola|scuola|szkoła",
    "term": r"(?:term|semester|sem|trimester|halbjahr|semestre|trimestre|cuatrimestre)",
    "year": r"(?:academic\s*year|school\s*year|ann[ée]e\s+scolaire|schuljahr|anno\s+scolastico|a[ñn]o\s+escolar|ano\s+letivo|schooljaar"
    r"|a\.?\s?yr|a\.?y\.?|session|year)",
    "": r"(?:(?:doc(?:ument)?|issue|form(?:at)?|ref(?:erence)?|rev(?:ision)?)\.?\s*(?:no|number)"
    r"|room\s+time\s?-?\s?table|room(?:\s*no)?|class\s*room(?:\s*no)?|tt\s*no|date|w\.?e\.?f|name|branch|department|dept|hall"
    "|venue|page|version|subject|subjects|shift"
    r"|(?:head|dean|director|principal|hod|h\.o\.d)|mentors|co-?\s?ordinators?|timetable\s+generated|generated(?:\s+on)?|note)",
}
"""What stands before a colon, for each field; under "" what is a label too, but of nothing that is asked for.

FT is the form teacher before a name of two words, unless a legend explains it by them (FT: Field Trip).
"""

_LABEL = re.compile(
    "|".join(f"(?P<k{index}>(?<!\\w)(?:{pattern}))" for index, pattern in enumerate(_LABELS.values())).join(("(?:", r")\s*\.?\s*[:=]\s*")),
    re.IGNORECASE,
)
_OPENING_DASH = re.compile(r"^(class|grade|section|batch|teacher|class teacher|term|semester|room) [-–] ", re.IGNORECASE)
_SCHOOL = re.compile(
    r"\b(?:school|coll[eè]ge|academy|institute|university|campus|polytechnic|kindergarten|nursery|preschool|gymnasium|i\.?e\.?s(?=[.\s])"
    r"|c\.?e\.?i\.?p(?=[.\s])|lyc[ée]e|[ée]cole|universit(?:[yàéä]t?|as|atea|eit)|universidade?|univerzit[ay]|uniwersytet|[üu]niversitesi|faculdade|hogeschool|h[öo]gskola|vidyalaya|vidya\s?mandir|\w{0,20}schule|(?:i{2,3}t|nit|iiser|iim|bits|aiims)(?=\s[A-Z])|escuela|colegio|instituto|istituto|liceo|scuola|sekolah|polytechnique|comprehensive|conservatoire|lyceum|seminary|playgroup"
    r"|day\s?care|montessori"
    r"|(?:dance|music|art|yoga|fitness)\s+(?:studio|club|centre|center)"
    r"|(?:primary|infants?|juniors?|elementary|prep|grammar|high)(?=\s*(?:$|[-–,|]))|(?:learning|leisure|community|sports|education"
    r"|arts|early\s+years|children'?s)\s+cent(?:re|er))\b",
    re.IGNORECASE,
)
_NO_SCHOOL = re.compile(
    r"\b(?:time\s?table|schedule|off[- ]?campus|whole\s+school|after\s+school|department|dept|school\s+(?:year|day))\b|[:=?]", re.IGNORECASE
)
_TERM = re.compile(
    rf"\b(?:(?:(?:1st|2nd|3rd|4th|first|second|third|fourth|odd|even)\s+(?:term|semester|sem|trimester|quarter))"
    rf"|(?:{_ROMAN}|(?<!\byear\s)\d(?:st|nd|rd|th)?)[- ](?:sem(?:ester)?|trimester)\b|\d(?:st|nd|rd|th)(?:sem(?:ester)?)\b"
    rf"|(?:rainy?|harmattan|wet|dry|long|short)[- ](?:semester|season)\b|(?:semester|semestre)\s(?:ganjil|genap|impar|par)\b"
    rf"|(?:term|semester|sem|trimester|quarter)\s*[-#.]?\s*(?:\d|{_ROMAN}\b|one|two|three|four)|semester\s(?-i:[AB])\b"
    rf"|(?:autumn|spring|summer|fall|winter|michaelmas|hilary|trinity|lent|monsoon)(?:\s+(?:term|semester))?(?:\s+\d\b)?"
    rf"|\d\s?(?:er|do|ro|to|mo|vo|no|[eè]me|e|[ºª°.])\s?(?:semestre|trimestre|cuatrimestre|quadrimestre|per[ií]odo|halbjahr)\b|(?:primer|segundo|tercer)\s(?:semestre|trimestre|cuatrimestre)\b"
    rf"|(?:semestre|trimestre|cuatrimestre)\s\d\b|(?:winter|sommer)semester\b)"
    rf"(?:\s+(?:odd|even)\s+week|\s+week\s+(?:[AB]|[12]|odd|even)\b)?",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![\d/.])(?P<year>(?:19|20)\d\d)(?:\s?[-–/]\s?(?:(?:19|20)?\d\d))?(?!\d)")
_MONTH = re.compile(r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b", re.IGNORECASE)
_MONTHS = re.compile(rf"{_MONTH.pattern}|\b(?:jan|feb|apr|jun|jul|aug|sept?|oct|nov|dec)\b", re.IGNORECASE)
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
_FILLER = re.compile(
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
_DATE = re.compile(
    r"\(?\b(?:w\.?e\.?f\.?\s*)?\d{1,2}(?:st|nd|rd|th)?[ ./-]"
    r"(?:\d{1,2}[./-]\d{2,4}|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}(?:[ ./-]\d{2,4})?)\b\)?",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"\b(?:time\s?-?\s?tables?|schedule|routine|stundenplan|emploi\s+du\s+temps|horarios?|horaris|jadwal|rozvrh|raspored|[óo]rarend|hor[aá]rio|orario|rooster|lesrooster"
    r"|plan\s+lekcji"
    r"|ders\s+program[iı]|schema|stundeplan|skema)\b",
    re.IGNORECASE,
)
_UNTITLED = 0.6
"""Certainty of a class that is named in a line that does not call itself a timetable's title."""

_MOST_DIGITS = 4
"""More stand in numbers of forms and of telephones, and in rulers of a photographed screen, than in names of classes."""

_TITLED = re.compile(rf"(?:{_TITLE.pattern})\s?[-–—:]\s?", re.IGNORECASE)
_WEEK_TITLE = re.compile(r"\bweek\s*[-:]?\s*(?:odd|even|[AB]|\d{1,2})\b|\b(?:odd|even|[AB]|1st|2nd|first|second)\s+week\b", re.IGNORECASE)
_STRIP = " \t-–—:;,|/•·*_()[].…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Titles:
    """Fields around a table; None where nothing tells. year is a Found whose value is four digits."""

    teacher_name: Found | None = None
    class_name: Found | None = None
    school_name: Found | None = None
    term: Found | None = None
    year: Found | None = None
    week: Found | None = None


def table_titles(page: Page, layout: Layout, *, above: float, below: float) -> Titles:
    """Titles of a table on a grid: those around it, and cells that run across most of it before its labels."""
    first = min(day.low for day in layout.days)
    inside = [
        cell.words
        for cell in layout.grid.cells
        if cell.words
        and cell.box.width >= 0.5 * layout.grid.box.width
        and (layout.day_axis.middle(cell.box) < first or layout.time_axis.high(cell.box) <= layout.header)
    ]
    return titles(page, layout.grid.box, inside=inside, above=above, below=below)


def titles(page: Page, table: Box, *, inside: Sequence[tuple[Word, ...]], above: float, below: float) -> Titles:
    """Fields from the words above the table (between `above` and its top), of title cells `inside` it, then from below it.

    Coordinates in pixels. What stands below only counts where it is labelled (Class teacher: …).
    """
    outside = [word for word in page.words if not _touches(word.box, table) and word.text.strip()]
    over = _title_lines([word for word in outside if above <= word.box.center_y < table.top])
    head = over + [part for words in inside for part in _title_lines(words)]
    under = _title_lines([word for word in outside if table.bottom < word.box.center_y <= below])
    labelled = _labelled(head)
    for key, found in _labelled(under).items():
        labelled.setdefault(key, found)
    plain = [line for line in head if not _LABEL.search(_label_text(line))]
    school = labelled.get("school_name") or _school(plain) or _planned_for(plain, under, table)
    named = labelled.get("class_name")
    term = _term(labelled.get("term"), [*plain, Reading((named.words,))] if named else plain)
    return Titles(
        teacher_name=labelled.get("teacher_name") or _teacher(plain),
        class_name=labelled.get("class_name") or _class(plain, school),
        school_name=school,
        term=term or _month(plain),
        year=_year(labelled, plain, head),
        week=_week([*plain, *head]),
    )


def _touches(box: Box, table: Box) -> bool:
    return table.left <= box.center_x <= table.right and table.top <= box.center_y <= table.bottom


def _title_lines(words: Sequence[Word]) -> list[Reading]:
    """Lines, parted where a wide gap stands between two words."""
    lines = []
    for line in read([word for word in words if word.angle == 0]).lines:
        part: list[Word] = []
        for word in line:
            apart = part and word.box.left - part[-1].box.right > 2.2 * max(size_of(word), size_of(part[-1]))
            if part and ((apart and not _awaited(part, word)) or _unlike(word, part[-1])):
                lines.append(Reading((tuple(part),)))
                part = []
            part.append(word)
        if part:
            lines.append(Reading((tuple(part),)))
    return lines


def _awaited(part: Sequence[Word], word: Word) -> bool:
    """Whether a label waits for what follows, however far away: Group:    Grp A."""
    text = " ".join(each.text for each in part)
    if word.text.startswith(":"):
        text += " :"
    labels = list(_LABEL.finditer(text))
    return bool(labels) and labels[-1].end() == len(text) and labels[-1].start() == 0


def _unlike(word: Word, other: Word) -> bool:
    """Whether two words are printed so differently in size that they are no part of one line."""
    letters = all(sum(c.isalnum() for c in each.text) > 1 for each in (word, other))
    sizes = sorted((size_of(word), size_of(other)))
    return letters and sizes[1] > 1.7 * sizes[0]


def _labelled(lines: Iterable[Reading]) -> dict[str, Found]:
    found: dict[str, Found] = {}
    for line in lines:
        text = _label_text(line)
        matches = list(_LABEL.finditer(text))
        for index, match in enumerate(matches):
            stop = matches[index + 1].start() if index + 1 < len(matches) else len(text)
            key = list(_LABELS)[next(i for i in range(len(_LABELS)) if match[f"k{i}"])]
            value = text[match.end() : stop].strip(" -–|,;.…")
            if key == "teacher_name" and _LEGEND.match(value):
                continue
            if key == "teacher_name":
                value = re.sub(r"^\d\s?[).]\s?", "", value)
            if key == "class_name" and _OF_TABLE.match(match[0]):
                value = re.sub(r"^class\s+(?=\S*[^\W\d])", "", value, flags=re.IGNORECASE)
                key = "teacher_name" if TEACHER.fullmatch(value) else key
            if key == "class_name" and (behind := _YEAR_BEHIND.search(value)):
                value = value[: behind.start()].strip(_STRIP)
            if key == "class_name" and len(value) == 1 and match[0].casefold().startswith("division"):
                continue
            if key == "class_name" and _YEAR.fullmatch(value):
                key = "year"
            if key == "class_name" and _says_only_when(value):
                key = "term"
            if key == "year" and not _YEAR.search(value) and (studied := _TERM.search(value)):
                key, value = "term", studied[0]
            if key and any(c.isalnum() for c in value) and len(value) <= 120:
                begin = text.index(value, match.end())
                found.setdefault(key, Found(value=value, words=line.between(begin, begin + len(value))))
    return found


_OF_TABLE = re.compile(r"(?:class\s+)?time\s?-?\s?table", re.IGNORECASE)
"""Before a colon: whose table it is follows, a class's or a teacher's."""


_YEAR_BEHIND = re.compile(r"\s(?:academic|school)\s?(?:year|session)\b", re.IGNORECASE)
"""What follows the name of a class in one line, without a colon: BSc Computing Academic year 2024/25."""


def _says_only_when(value: str) -> bool:
    """Whether nothing but a term and a year follows a label: Time Table: Odd Semester (2024-2025). A 4th semester is a class."""
    numbered = re.search(rf"\d|\b{_ROMAN}\b", _YEAR.sub("", value)) is not None
    return (
        not numbered
        and _TERM.search(value) is not None
        and not any(c.isalnum() for c in _FILLER.sub("", _YEAR.sub("", _TERM.sub("", value))))
    )


_LEGEND = re.compile(r"[A-Z][A-Z0-9]{1,7}\s*[-–:=]\s*\S")
"""A list of who teaches what (DSP - Dr. Meena) names nobody's table."""


def _label_text(line: Reading) -> str:
    """The line, as long as it is, with a dash after a label that opens it read as a colon ("Class - VI A")."""
    return _OPENING_DASH.sub(lambda match: f"{match[1]} : ", _SLIP.sub("I", line.text))


def _school(lines: Sequence[Reading]) -> Found | None:
    best = None
    for line in lines:
        if (part := _school_part(line)) is not None and len(part.words) > 1:
            size = max(size_of(word) for word in part.words)
            if best is None or size > best[0]:
                best = (size, part)
    return Found(value=best[1].text.strip(_STRIP.replace(")", "").replace("(", "")), words=best[1].words) if best else None


_PLANNER = re.compile(r"\baSc\s?Time\s?tables?\b", re.IGNORECASE)


def _planned_for(lines: Sequence[Reading], under: Sequence[Reading], table: Box) -> Found | None:
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
            and not _YEAR.search(line.text)
        ):
            return Found(value=line.text.strip(_STRIP), words=words, certainty=0.75)
    return None


_PRONOUNCED = re.compile(r"(?=\w{0,30}[aeiou])[^\W\d]{3}", re.IGNORECASE)


def _school_part(line: Reading) -> Reading | None:
    """The part of a line that names a school, without a term, a year or the kind of table that follow, or its faculty before."""
    text = line.text
    begin = match.end() if (match := _FACULTY.match(text)) and _SCHOOL.search(text, match.end()) else 0
    stop = min([m.start() for pattern in (_AFTER_SCHOOL, _TERM, _YEAR) if (m := pattern.search(text, begin + 1))], default=len(text))
    if (named := _SCHOOL.search(text, begin)) and (address := _ADDRESS.search(text, named.end(), stop)):
        stop = address.start()
    part = Reading((line.between(begin, max(begin + 1, stop)),))
    return part if _SCHOOL.search(part.text) and not _NO_SCHOOL.search(part.text) else None


_ADDRESS = re.compile(r",\s(?=[^,]*\d[^,]*,|[^,]*\d{3}\s?\d{3})")
"""What parts a school from its address: a part with a number that another follows, or with a postal code. A sector is the school's."""

_FACULTY = re.compile(r"(?:faculty|school|department|college|institute) of [^,]+, ", re.IGNORECASE)
_AFTER_SCHOOL = re.compile(
    r"\s[-–—|]\s(?=(?:\w+\s){0,3}(?:time\s?-?\s?tables?|schedule|plan|routine|programme?)\b)|\s[·•]\s", re.IGNORECASE
)


def _term(labelled: Found | None, lines: Sequence[Reading]) -> Found | None:
    if labelled:
        value = _YEAR.sub("", labelled.value).strip(_STRIP)
        return (
            Found(value=" ".join(value.split()), words=tuple(w for w in labelled.words if not _YEAR.fullmatch(w.text))) if value else None
        )
    for line in lines:
        if match := _TERM.search(_SLIP.sub("I", line.text)):
            return Found(value=match[0], words=line.between(*match.span()), certainty=0.95)
    return None


def _month(lines: Sequence[Reading]) -> Found | None:
    for line in lines:
        if (match := _MONTH.search(line.text)) and _YEAR.search(line.text) and not _DATE.search(line.text):
            if re.match(r"\s\d{1,2}\b", line.text[match.end() :]):
                continue
            return Found(value=match[0], words=line.between(*match.span()), certainty=0.82)
    return None


def _year(labelled: dict[str, Found], plain: Sequence[Reading], head: Sequence[Reading]) -> Found | None:
    for key in ("year", "term"):
        if key in labelled and (match := _YEAR.search(labelled[key].value)):
            return Found(value=match["year"], words=tuple(w for w in labelled[key].words if match["year"] in w.text))
    named = sorted((*plain, *head), key=lambda line: _TITLE.search(line.text) is None and _TERM.search(line.text) is None)
    for line in named:
        if (match := _YEAR.search(line.text)) and not _FOUNDED.search(line.text[: match.start()]):
            return Found(value=match["year"], words=line.between(match.start("year"), match.end("year")), certainty=0.95)
    for line in named:
        if _TITLE.search(line.text) and (match := _SHORT_YEAR.search(line.text)):
            digits = match["before"] or match["behind"]
            return Found(value=f"20{digits}", words=line.between(*match.span()), certainty=0.8)
    for line in (*plain, *head):
        if _PRINTED_AT.match(line.text):
            continue
        if (dated := _DATE.search(line.text)) and (match := _YEAR_OF_DATE.search(dated[0])):
            return Found(value=match[0], words=line.between(dated.start(), dated.end()), certainty=0.85)
    return None


_PRINTED_AT = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4},?\s\d{1,2}:\d{2}")
"""A line that opens with a date and a time says when the page was printed."""

_SHORT_YEAR = re.compile(r"(?<!\w)(?:['’](?P<before>[23]\d)(?!\w)|(?P<behind>[23]\d)['’](?!\w))")
"""A year of this century without it, in a title: '25, 25'."""

_FOUNDED = re.compile(r"\b(?:act|estd?|established|founded|since)\b", re.IGNORECASE)
"""Before the year of a school's foundation, or of the law that it rests on."""

_YEAR_OF_DATE = re.compile(r"\b20\d\d\b")


def _teacher(lines: Sequence[Reading]) -> Found | None:
    for line in lines:
        match = TEACHER.search(line.text)
        if match and len(line.words) <= 8 and not _SCHOOL.search(line.text):
            return Found(value=re.sub(r"['’]s$", "", match[0]).strip(_STRIP), words=line.between(*match.span()), certainty=0.85)
    return None


_TABLE_OF = re.compile(r"(?:(?:weekly|class|lecture) )?(?:time\s?-?\s?table|schedule|routine) (?:for|of) (?:the )?", re.IGNORECASE)
"""What a title says before whose table it is."""


def _class(lines: Sequence[Reading], school: Found | None) -> Found | None:
    for line in lines:
        begin = 0 if (table := _TABLE_OF.match(line.text)) is None else table.end()
        if match := _CLASS_NAMED.match(line.text, begin) or _PROGRAMME.match(line.text, begin):
            stop = min(
                [m.start() for pattern in (_AFTER, _TERM, _YEAR, _FILLER_END) if (m := pattern.search(line.text, begin + 4))],
                default=len(line.text),
            )
            stop = max([stop, *(m.end() for m in _SECTION_ENDS.finditer(line.text, begin + 4))])
            value = line.text[begin : min(stop, match.end())].strip(_STRIP.replace(")", ""))
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
            if more and not (more["name"] and (more["name"].casefold() in SUBJECT_WORDS or _FILLER.search(more["name"]))):
                stop = more.end()
            if degree := _PROGRAMME.match(line.text[:stop]):
                begin = degree.start()
            value = line.text[begin:stop].strip(_STRIP)
            bare = re.sub(r"^class\s*[-:]?\s*", "", value, flags=re.IGNORECASE)
            return Found(value=value if bare.isdigit() else bare, words=line.between(begin, stop), certainty=0.9)
    for line in sorted(lines, key=lambda line: (not _TITLE.search(line.text), -max(size_of(word) for word in line.words))):
        if school and line.words == school.words:
            continue
        if (found := _remainder(line)) is not None:
            return found if _TITLE.search(line.text) else replace(found, certainty=_UNTITLED)
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
    if _NO_CLASS.search(text) or (":" in text and not _TITLE.search(text)):
        return None
    if _SCHOOL.search(text) or _PART_OF_SCHOOL.search(text) or find_spans(text) or TEACHER.search(text) or len(line.words) > 8:
        return None
    blank, closing = text, _TERM_BEHIND.search(text)
    for pattern in (_WEEK_TITLE, _TERM, _DATE, _MONTHS, _YEAR, _FILLER):
        blank = pattern.sub(lambda match: " " * len(match[0]), blank)
    parts = [part for part in re.finditer(r"\S+(?: \S+)*", blank) if any(c.isalnum() for c in part[0])]
    if (whole := _behind_title(line)) and len(parts) > 1:
        return whole
    if _OF_PERSON.fullmatch(" ".join(part[0] for part in parts).strip(_STRIP)):
        return None
    if len(parts) == 1 and (student := _WITH_CLASS.fullmatch(parts[0][0])):
        begin, stop = (parts[0].start() + place for place in student.span("class"))
        return Found(value=student["class"], words=line.between(begin, stop), certainty=0.8)
    if closing and len(parts) == 1 and parts[0][0].rstrip(" (") == text[: closing.start()].rstrip() and not _TITLE.search(text):
        return Found(value=text.strip(), words=line.words, certainty=0.85)
    titled = _TITLE.search(text) is not None
    if len(parts) != 1 or (_count(parts[0][0]) if titled else len(parts[0][0].split())) > _MOST_WORDS or day_name(parts[0][0]):
        return None
    value = _balanced(parts[0][0].strip(_STRIP.replace(")", "").replace("(", "")))
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
    ends = [m.start() for pattern in (_TERM, _YEAR, _DATE) if (m := pattern.search(text, opening.end()))]
    value = text[opening.end() : min(ends, default=len(text))].strip(_STRIP.replace(")", "").replace("(", ""))
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

_TERM_BEHIND = re.compile(rf"\s?\((?:{_TERM.pattern})\)$", re.IGNORECASE)
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


def _week(lines: Iterable[Reading]) -> Found | None:
    for line in lines:
        if re.search(r"\bweek\b", line.text, re.IGNORECASE) and (week := week_of(line.text)):
            begin = line.text.casefold().index(week.casefold())
            return Found(value=week, words=line.between(begin, begin + len(week)))
    return None
