"""Reads whose timetable it is, and for when, from the lines around a table."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from doctray.domain.document import Box, Page, Word
from doctray.extraction.rules.grid import Grid
from doctray.extraction.rules.timetable.axes import Layout
from doctray.extraction.rules.timetable.class_names import FILLER, class_of
from doctray.extraction.rules.timetable.names import TEACHER
from doctray.extraction.rules.timetable.reading import Found, Reading, read, size_of
from doctray.extraction.rules.timetable.schools import SCHOOL, planned_for, school_alone, school_of
from doctray.extraction.rules.timetable.terms import ROMAN, SLIP, STRIP, TERM, YEAR, month_of, term_of, week_title_of, year_of

_LABELS = {
    "teacher_name": r"(?:staff|teacher)\s+time\s?-?\s?table|class\s*in[- ]?charge"
    r"|(?:class|course|batch|section|faculty|year)\s+(?:co-?\s?ordinators?|mentors?|advis[eo]rs?|tutors?)|(?:class|form|home\s?room|subject)?\s*(?:teachers?"
    r"|tutors?|adviser|advisor|lecturer|instructor|faculty|staff)"
    r"(?:\s*(?:name|in[- ]charge))?|(?:klassen)?(?:lehrer(?:in)?|leitung)|prof(?:esseure?)?\s+principale?|enseignante?|tutora|profesora?"
    r"|professora?|docente(?:\s+coordinatore)?|mentor|nauczyciel|wychowawca"
    r"|(?-i:FT\s?\d?)(?=\s?:\s?(?-i:(?!F\w*\sT)[A-Z][\w.'’-]*\s[A-Z]))",
    "class_name": r"(?:name\s+of\s+)?(?:year\s*[/&]\s*sem(?:ester)?|(?:class\s+)?time\s?-?\s?table|class(?:es)?|form|section"
    r"|home\s?room|(?:tutor|registration)\s+group"
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
    table = _without_strip(layout.grid)
    inside = [
        cell.words
        for cell in layout.grid.cells
        if cell.words
        and cell.box.bottom > table.top
        and cell.box.width >= 0.5 * layout.grid.box.width
        and (layout.day_axis.middle(cell.box) < first or layout.time_axis.high(cell.box) <= layout.header)
    ]
    inside += [words for words in _parted_titles(layout, table) if words not in inside]
    return titles(page, table, inside=inside, above=above, below=below)


def _without_strip(grid: Grid) -> Box:
    """The box of a grid, without a top row lower than the print in it: upright rules of a picture run into a title close above them."""
    cells = [cell for cell in grid.cells if cell.box.top - grid.box.top < 1.0]
    sizes = [size_of(word) for cell in cells for word in cell.words]
    bottom = min((cell.box.bottom for cell in cells), default=grid.box.top)
    if sizes and bottom - grid.box.top < _STRIP_HEIGHT * min(sizes):
        return replace(grid.box, top=bottom)
    return grid.box


_STRIP_HEIGHT = 0.85
"""Times the height of its print is less than any row has."""


def _parted_titles(layout: Layout, table: Box) -> list[tuple[Word, ...]]:
    """Cells of rows over all labels, which a table's maker parted for its titles: broad ones, and those with a label of their own."""
    labels = [word for day in layout.days for word in day.words]
    labels += [word for slot in layout.slots for word in slot.start_words or slot.label_words]
    top = min((word.box.top for word in labels), default=0.0)
    above = [cell for cell in layout.grid.cells if cell.words and table.top < cell.box.bottom <= top]
    broad = _BROAD * median([cell.box.width for cell in layout.grid.cells])
    return [cell.words for cell in above if cell.box.width >= broad or _LABEL.match(_label_text(read(cell.words)))]


_BROAD = 1.5
"""Times the width that most cells have is a cell over several columns."""


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
    school = labelled.get("school_name") or school_of(plain) or planned_for(plain, under, table) or school_alone(under)
    named = labelled.get("class_name") or class_of(plain, school, usual=_usual_size(page, table))
    beside = [Reading((labelled[key].words,)) for key in ("year", "class_name") if key in labelled]
    own = set(named.words) if named else set()
    # the number of a term that a class is called by tells less of when than another that stands elsewhere
    term = term_of(labelled.get("term"), sorted([*plain, *beside], key=lambda line: not own.isdisjoint(line.words)))
    return Titles(
        teacher_name=labelled.get("teacher_name") or _teacher(plain),
        class_name=named,
        school_name=school,
        term=term or month_of(plain),
        year=year_of(labelled, plain, head),
        week=week_title_of([*plain, *head]),
    )


def _usual_size(page: Page, table: Box) -> float:
    """Height of the print within the table, in pixels; 0 where it holds none."""
    return median([size_of(word) for word in page.words if word.angle == 0 and _touches(word.box, table)] or [0.0])


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


def _labelled(lines: Sequence[Reading]) -> dict[str, Found]:
    found: dict[str, Found] = {}
    for line in lines:
        text = _label_text(line)
        matches = list(_LABEL.finditer(text))
        for index, match in enumerate(matches):
            stop = matches[index + 1].start() if index + 1 < len(matches) else len(text)
            key = list(_LABELS)[next(i for i in range(len(_LABELS)) if match[f"k{i}"])]
            value = text[match.end() : stop].strip(" -–|,;.…")
            if not value and key in ("teacher_name", "class_name") and (named := _beneath(line, lines, key)):
                found.setdefault(key, named)
                continue
            if key == "teacher_name" and _LEGEND.match(value):
                continue
            if key == "teacher_name" and (numbered := _NUMBERED.match(value)):
                value = value[numbered.end() :]
                others = [line for line in lines if (number := _NUMBERED.match(line.text)) and TEACHER.fullmatch(line.text, number.end())]
                if others and TEACHER.fullmatch(value):
                    words = (*_said(line, text, value, match.end()), *(word for other in others for word in other.words))
                    names = (value, *(_NUMBERED.sub("", other.text) for other in others))
                    found.setdefault(key, Found(value=", ".join(names), words=words))
                    continue
            if key in ("class_name", "") and (person := _TEACHERS.match(value)):
                if key == "class_name" and (own := _CLASS_BEFORE.fullmatch(text[: match.end()].strip())):
                    found.setdefault(key, Found(value=own["name"], words=_said(line, text, own["name"], 0)))
                key, value = ("teacher_name", person[0]) if key or _NAME_ASKED.match(match[0]) else (key, value)
            if key == "class_name" and _OF_TABLE.match(match[0]):
                value = re.sub(r"^class\s+(?=\S*[^\W\d])", "", value, flags=re.IGNORECASE)
                key = "teacher_name" if TEACHER.fullmatch(value) else key
            if key == "class_name" and (behind := _YEAR_BEHIND.search(value)):
                value = value[: behind.start()].strip(STRIP)
            if key == "class_name" and len(value) == 1 and match[0].casefold().startswith("division"):
                continue
            if key == "class_name" and YEAR.fullmatch(value):
                key = "year"
            if key == "class_name" and _says_only_when(value):
                key = "term"
            if key == "year" and not YEAR.search(value) and (studied := TERM.search(value)):
                key, value = "term", studied[0]
            if key and any(c.isalnum() for c in value) and len(value) <= 120:
                found.setdefault(key, Found(value=value, words=_said(line, text, value, match.end())))
    return found


def _beneath(label: Reading, lines: Sequence[Reading], key: str) -> Found | None:
    """People or a class that the lines right under a lone label name."""
    said: list[Reading] = []
    last = label
    for line in lines:
        gap = line.words[0].box.top - last.words[0].box.bottom
        beside = line.words[0].box.left < label.words[-1].box.right and label.words[0].box.left < line.words[-1].box.right
        if beside and -0.5 * size_of(last.words[0]) <= gap < 1.2 * size_of(last.words[0]):
            if not (TEACHER if key == "teacher_name" else _CLASS_CODE).fullmatch(line.text):
                break
            said.append(line)
            last = line
            if key == "class_name":
                break
    return Found(value=", ".join(line.text for line in said), words=tuple(word for line in said for word in line.words)) if said else None


_CLASS_CODE = re.compile(r"(?=\D*\d)[A-Z\d][\w./-]{0,9}(?:[ -][A-Z\d]\w{0,9}){0,2}")


def _said(line: Reading, text: str, value: str, begin: int) -> tuple[Word, ...]:
    """The words of a value that stands in the text of a line from there on."""
    begin = text.index(value, begin)
    return line.between(begin, begin + len(value))


_NUMBERED = re.compile(r"\d\s?[).]\s?")
_CLASS_BEFORE = re.compile(r"(?P<name>(?:(?!(?:class|time\s?table)\b)[\w'’/-]+ ){1,2}(?:class|form|grade|section|group)) ?:", re.IGNORECASE)
"""A class whose teacher follows behind a colon: Third Class: Ms. Byrne."""

_NAME_ASKED = re.compile(r"name\b", re.IGNORECASE)


_OF_TABLE = re.compile(r"(?:class\s+)?time\s?-?\s?table", re.IGNORECASE)
"""Before a colon: whose table it is follows, a class's or a teacher's."""

_YEAR_BEHIND = re.compile(r"\s(?:academic|school)\s?(?:year|session)\b", re.IGNORECASE)
"""What follows the name of a class in one line, without a colon: BSc Computing Academic year 2024/25."""


def _says_only_when(value: str) -> bool:
    """Whether nothing but a term and a year follows a label: Time Table: Odd Semester (2024-2025). A 4th semester is a class."""
    numbered = re.search(rf"\d|\b{ROMAN}\b", YEAR.sub("", value)) is not None
    return (
        not numbered and TERM.search(value) is not None and not any(c.isalnum() for c in FILLER.sub("", YEAR.sub("", TERM.sub("", value))))
    )


_LEGEND = re.compile(r"[A-Z][A-Z0-9]{1,7}\s*[-–:=]\s*\S")
"""A list of who teaches what (DSP - Dr. Meena) names nobody's table."""


def _label_text(line: Reading) -> str:
    """The line, as long as it is, with a dash after a label that opens it read as a colon ("Class - VI A")."""
    return _OPENING_DASH.sub(lambda match: f"{match[1]} : ", SLIP.sub("I", line.text))


def _teacher(lines: Sequence[Reading]) -> Found | None:
    named = [line for line in lines if _TEACHERS.fullmatch(line.text)]
    if len(named) > 1 and len(named) <= _MOST_TEACHERS:
        return Found(
            value=", ".join(line.text for line in named), words=tuple(word for line in named for word in line.words), certainty=0.8
        )
    for line in lines:
        match = _TEACHERS.search(line.text)
        if match and len(line.words) <= 8 and not SCHOOL.search(line.text):
            return Found(value=re.sub(r"['’]s$", "", match[0]).strip(STRIP), words=line.between(*match.span()), certainty=0.85)
    return None


_TEACHERS = re.compile(rf"{TEACHER.pattern}(?:\s(?:and|&)\s{TEACHER.pattern})?")
_MOST_TEACHERS = 3
"""Who each have a line of their own above a table; more are the list of a staff."""
