"""Reads what stands in a block of a timetable: times, subject, room, teacher, notes."""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import pairwise

from doctray.domain.document import Word
from doctray.extraction.rules.timetable_codes import with_whole_codes
from doctray.extraction.rules.timetable_headings import heading_of
from doctray.extraction.rules.timetable_reading import Found, Reading, size_of
from doctray.extraction.rules.timetable_subjects import SUBJECT_WORDS
from doctray.extraction.times import PrintedSpan, find_block_spans, find_spans
from doctray.extraction.worded_dates import MONTH_NAMES

BREAKS = re.compile(
    r"\b(?:break|lunch|recess|recreation|interval|registration|register|assembly|tea|snack|dinner|home\s?time|dismissal|homeroom|"
    r"tutor(?:ial)?\s+(?:time|group|period)|form\s+time|roll\s?call|prayer|chapel|playtime|nap|devotion|"
    r"pause|(?:mittags|grosse\s|große\s|hof)pause|mittag|r[ée]cr[ée](?:ation)?|d[ée]jeuner|cantine|recreo|descanso|almuerzo|comida|"
    r"intervalo|almo[çc]o|intervallo|ricreazione|pranzo|pauze|lunchpauze|przerwa|obiad|teneff[üu]s|[öo][ğg]le|rast|frokost|pausa)\b",
    re.IGNORECASE,
)
"""What a whole class does at once, so that a single cell may stand for every day."""

SPELT = re.compile(
    r"(?:tea|lunch|short|long|snack|free|home|play|nap|prayer|game|sport|club|form|story|reading)?\s?(?:break|lunch|recess|recreation"
    r"|interval|"
    r"home|time|hour|snacks?|dinner|tea|assembly|prayers?|registration|register|free|games?|sports?|clubs?|library|play|rest|nap|pause"
    r"|study|"
    r"labs?|seminar|tutorials?|tutor|project|activity|activities|mentoring|dismissal|homeroom|chapel|worship)",
    re.IGNORECASE,
)
"""Words that are spelt with a letter in each day's cell. Any other row of letters is one short name a day."""

_TITLE = (
    r"(?:(?:Sh|Er|Pn|Hr|Kum|Adv|Ing|Dra|Lic|Lcda?|Mtr[oa]|Arq|Mgs?|Mgtr|Abg|Dott|Mgr)(?=\.)"
    r"|Shri|Smt|Mrs?|Ms|Miss|Mx|Mdm|Madam|Dr|Prof(?:essor)?|Sir|Engr|Mme|Mlle|Herr|Frau|Sra?|Srta|Sig|Fr|Rev"
    r"|Coach|Cikgu|Ustaz(?:ah)?)"
)
_NO_NAME = r"Time\s?table|Schedule|Class|Year|Room|Form|Group|Week|Lab|Hall|Gym|Library|Block"
_NAME = rf"(?!(?:{_NO_NAME})\b)[A-ZÀ-ÖØ-ÞŁŚŻČŠŽİ](?:[^\W\d_]|['’-])*\.?"
_PARTICLE = r"(?:bin|binti|de|del|da|dos|van|von|der|den|ter|ten|ur|ul|al|el|la|le|di)"
_PERSON = (
    rf"(?:Mrs?|Ms|Miss)\b\.?\s(?:Hall|Block|Form|Class)\b|(?:{_TITLE}\b\.?\s?|(?:Mrs?|Ms|Miss|Dr),){_NAME}(?:\s(?:{_NAME}|{_PARTICLE}\b))*"
)
TEACHER = re.compile(rf"(?<!\w)(?:{_PERSON})(?:\s?[/&,]\s?(?:{_PERSON}))*")
"""One or several people with their titles: Mr Okafor, Mrs P. Rao / Dr Lee."""

_TEACHER_LABEL = re.compile(r"\b(?:teacher|lecturer|instructor|faculty|tutor|staff)\s*[:=-]\s*(?P<value>.+)$", re.IGNORECASE)
_INITIALED = re.compile(
    r"(?:[A-Z]\.\s?){1,3}[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ'’-]+(?:[A-Z][a-z]+)?|[A-Z][a-z'’-]+,?\s(?:[A-Z]\.?){1,2}|(?:[A-Z]\.\s?){1,2}[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ'’-]{2,}"
)
_ROOM_WORD = r"(?:(?:class)?room|rm|venue|raum|zimmer|salle|sala|aula|lokaal|derslik|terem|salon)"
_ROOM_LABELLED = re.compile(
    rf"[\[(]?\b{_ROOM_WORD}\b\s*(?:no\b\.?|number|nr\b\.?|#)?\s*"
    r"(?:[:=]\s*(?P<said>[^\s,;|)\]][^,;|)\]]*)|[.-]?\s*(?P<value>[A-Z]{0,4}[-. ]?\d[\w./-]*|[A-Z]\d?\b))[\])]?",
    re.IGNORECASE,
)
_ROOM_POINTED = re.compile(
    r"^(?:location|loc|lo|place|ort|lieu|lugar|sala)\s?[:=][\s=:]{0,4}>?\s?(?P<value>\w[\w .-]{0,24})$", re.IGNORECASE
)
"""A whole line that says where: Loc: CC5, Lo ==> CC5."""

_ROOM_OPEN = re.compile(rf"\b{_ROOM_WORD}\s*(?:no\b\.?|number)?\s*[:.=-]?\s*$", re.IGNORECASE)
_PLACE = (
    r"(?:[a-z]+\s)?(?:hall|gym|gymnasium|auditorium|canteen|studio|playground|pool|field|court|workshop|library|turnhalle|sporthalle"
    r"|gymnase|(?:leisure|sports?|community|swimming)\s(?:centre|center|baths)|"
    r"gimnasio|palestra|pavilh[ãa]o|gymzaal|biblioteca|bibliothek)|online|zoom|teams"
)
ROOM = re.compile(
    r"(?:[A-Z]{1,4}[-. ]{0,2}\d{1,4}(?:[.-]\d{1,3})?[A-Za-z]?(?:-\d{0,2}[A-Z]{1,2})?|\d{3,4}[A-Z]?|\d[A-Z]\d{2}|\d{1,2}[.-]\d{2,3}"
    r"|[A-Z]\d?/\d{1,3}"
    r"|(?i:@\s?.+|(?:room|rm|hall|lab(?:o|oratory)?|lt|lh|studio|gym|block|bldg|building|lecture\s(?:hall|theatre)|raum|salle|sala|aula"
    r"|amphi|lokaal)"
    rf"[\s#.-]*[A-Z]?-?\d[\w.-]*|(?:room|rm)\s\w+|(?:\d[\d.]*\s)?\w{{0,12}}(?:saal|raum|labor|halle|zimmer)(?:\s[A-Z]?\d[\w.-]*){{1,2}}(?:\s\[\w+\]?)?|(?-i:(?:Lab|LAB|Studio|Hall|Suite|Block|Workshop|Amphi|AMPHI)\s[A-Z])"
    r"|(?-i:(?:Amphi|AMPHI|Amphithéâtre)(?:\s[A-ZÀ-Þ][\w.'’-]+){1,3})"
    r"|(?:[a-z]\s|[a-z]+\s){0,2}(?:suite|pool|workshop|lab(?:oratory)?|studio|block|building|theatre|hut|annexe?)\s?(?:lab\s"
    r"|room\s)?[A-Z]?\d[\w.-]*"
    rf"|{_PLACE}))"
)
"""A part of a line that can only be a room or a place: R12, 2.14, Lab 3, Main Hall."""

_CLASS = re.compile(
    r"(?i:class|year|yr|grade|form|group|set|section|grupo?|groupe|gruppe|grp\.?|gr(?:\.|(?=[\s\d]))|batch|turma|secci[óo]n|sec[çc][ãa]o|paralelo|klasse|classe)\s?[-:]?\s?\w{1,3}(?:\s\w+)?|\d{1,2}\s?[A-Z]{1,2}\d?|\d{1,2}[./-][A-Z\d]"
)


def is_group(text: str) -> bool:
    """Whether a text names a class or a group, and no lesson: Group 2, Grupo 1, 10A."""
    return _CLASS.fullmatch(text.strip(_DASHES + "()[]")) is not None


_IN_BUILDING = re.compile(r"[A-Z]{2,5}, ?[A-Z]{0,2}-?\d{2,4}[A-Za-z]?")
"""A room after the short name of its building: KZH, R110."""

_BELOW_A_NAME = re.compile(rf"[A-Z][A-Z\d]{{1,9}}\s?[-–—,]\s?(?i:{_ROOM_WORD})\s?[A-Z]?-?\d[\w.-]*")
"""The same with the word, in a line below the teacher's, where nothing but a place stands: CREMI - salle 05."""

_ASIDE = re.compile(
    r"(?:(?:von|ab|bis|from|until|w\.?e\.?f\.?|since|del|dal|du)\s)?\d{1,2}[./-]\d{1,2}[./-](?:20)?\d\d(?:\s?[-–]\s?[\d./-]{6,10})?"
    r"|(?:weeks?|wks?|semaines?|semanas?|wochen?|kw)\.?\s?:?\s?\d{1,2}(?:\s?[-–,/&]\s?\d{1,2}){0,8}"
    r"|\w{0,16}(?:status|credits?|ects|mode)\s?:\s?\S.{0,24}",
    re.IGNORECASE,
)
"""What is said of a lesson and names nothing: from which day on, how many credits."""

_REMOTE = re.compile(r"online|zoom|(?:ms\s)?teams|google\smeet|remote", re.IGNORECASE)
_TAIL = re.compile(r"(?:\s[-–—|]\s|\s?@\s?|,\s)(?P<plain>[^-–—|,@()]{1,24}|[^|,@()\s]{1,12})$|\s?[(\[](?P<bracketed>[^()\[\]]{1,24})[)\]]$")
"""What stands last in a line, parted from the rest by a dash, a bar, a comma or brackets."""

_SMALL_WORDS = re.compile(
    r"of|to|and|in|at|for|the|on|or|by|a|an|with|up|us|it|is|go|do|no|so|my|we|be|he|me|if|as|am|pm|vs|mit|et|de|la|le|du|des|und"
)
_ENDINGS = re.compile(
    r"[a-z]{1,2}|ion|ing|ics|ies|ess|ent|ism|ity|ure|ers|ial|ory|ary|phy|ogy|try|ish|ths|nce|ons|tion|sion|ment|ness|graphy|ology"
)
_PREPOSITIONS = frozenset(("en", "em", "el", "al", "del", "los", "las", "por", "zu", "im", "les", "aux"))
"""What may end a word broken in two (Gard|en), and is a word where others follow it in its line: en ingeniería."""

_NOTHING = re.compile(r"(?:[\W_]|[xX](?=\W|$)|\b[ap]\.?m\b)*", re.IGNORECASE)
_MONTHS = f"{MONTH_NAMES}|ene|abr|ago|dic|dez|fev|set|out|gen|mag|giu|lug|ott|janv|févr|avr|juin|juil|août|déc|okt"
_DATE = re.compile(
    rf"(?:(?:{_MONTHS})\.? \d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}}(?:st|nd|rd|th|\.)?[ -](?:de )?(?:{_MONTHS})\.?)(?:,? ?[- ]?(?:20)?\d\d)?"
    r"|\d{1,2}[./-]\d{1,2}[./-]20\d\d",
    re.IGNORECASE,
)
"""A date alone, as stands beneath the names of days, is no lesson: Jan 18, 3.5.2026."""

_PICTURES = "".join(map(chr, range(0xF020, 0xF100)))
"""Signs of fonts such as Wingdings, which stand at these places of Unicode's private area."""

_DASHES = " \t-–—−:;,|/•·*←→↔<>«»=~_…" + _PICTURES
_SMALL = 0.8
"""Print lower than this part of the block's largest print is a note. In OCR boxes, whose height depends on the letters, less: see below."""

_SMALL_READ = 0.62
_NARROW_READ = 0.8
"""A small line's letters are narrower too: boxes of two lines in one print may differ by a half in height."""

_AT = re.compile(r"\b(?:at|by|until|till|from|before|after|@)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One lesson as its cell prints it. `span`: times printed in the cell, `span_reading` the text that it indexes."""

    subject: Found | None
    room: Found | None = None
    teacher: Found | None = None
    notes: Found | None = None
    span: PrintedSpan | None = None
    start_words: tuple[Word, ...] = ()
    end_words: tuple[Word, ...] = ()
    week: Found | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How the cells of one table are written.

    names: lines that name a teacher without any title. rooms: ends of lines that name a room without any sign before it (Chemistry Lab 3).
    places: last lines that stand where most cells have a room (Cafeteria). barred: what stands behind a bar, where that is the room.
    courses: codes of letters and a number that cells print in one line (MGT 206). coded: cells print a course's code and its place below.
    labels: words, in small letters, that open lines of most cells with a point or a colon behind them, as in a form (Grupo. 01, Aula. D4).
    codes: codes in brackets that belong to the name above them. heads: teachers who stand above the subjects.
    enders: codes of teachers that end the lines of lessons (Eng BC). timed: its labels print the times.
    """

    names: frozenset[str] = frozenset()
    rooms: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()
    courses: frozenset[str] = frozenset()
    coded: bool = False
    labels: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    heads: frozenset[str] = frozenset()
    enders: frozenset[str] = frozenset()
    timed: bool = False


PLAIN = Habits()
"""Of a table of which nothing is known."""


def contents(reading: Reading, habits: Habits = PLAIN) -> tuple[Content, ...]:
    """The lessons in a cell, several where each has its own printed time; () for an empty one or one of signs only (***).

    One that prints nothing but a time has no subject.
    """
    if _NOTHING.fullmatch(reading.text) or _DATE.fullmatch(reading.text.strip(_DASHES + "()")):
        return ()
    if reading.stacked:
        return (Content(subject=Found(value=reading.text, words=reading.words)),)
    found = (replace(_content(lines, habits), week=week) for week, part in _by_week(reading.lines) for lines in _parts(part))
    return tuple(content for content in found if content.subject or content.room or content.teacher or content.notes or content.span)


_OF_WEEK = re.compile(r"\(?(?:(?:wee)?k|wk|w)?\.?\s?(?P<week>odd|even|[AB]|[12])(?:\s(?:wee)?k)?\)?\s?[:)–-]\s?(?=\S)", re.IGNORECASE)
"""What opens the line of one of two weeks: Odd: Law, Week A - Art."""


def _by_week(lines: Sequence[tuple[Word, ...]]) -> list[tuple[Found | None, list[tuple[Word, ...]]]]:
    """The lines of each of two weeks, where lines open with one; all of them with None where they do not."""
    opening = {index: match for index, line in enumerate(lines) if (match := _OF_WEEK.match(_text(line))) is not None}
    weeks = {match["week"].casefold() for match in opening.values()}
    if weeks not in _TWO_WEEKS or 0 not in opening or len(opening) != 2:
        return [(None, list(lines))]
    stops = [*opening, len(lines)]
    found: list[tuple[Found | None, list[tuple[Word, ...]]]] = []
    for (index, match), stop in zip(opening.items(), stops[1:], strict=True):
        words, rest = _cut(lines[index], 0, match.end())
        found.append((Found(value=match["week"], words=words, certainty=0.9), [rest, *lines[index + 1 : stop]]))
    return found


_TWO_WEEKS = ({"odd", "even"}, {"a", "b"}, {"1", "2"})


def _parts(lines: Sequence[tuple[Word, ...]]) -> list[list[tuple[Word, ...]]]:
    """Lines parted before each line that opens with a range, when there are several such; after it, when times stand last."""
    lines = _with_whole_ranges(lines)
    opening = [index for index, line in enumerate(lines) if _opens_with_range(line)]
    if len(opening) < 2:
        return [lines]
    whole_lines = [index for index in opening if _is_range(lines[index])]
    if opening[0] > 0 and whole_lines == opening and opening[-1] == len(lines) - 1:
        stops = [0, *(index + 1 for index in opening)]
    else:
        stops = [0, *opening[1:], len(lines)]
    return [list(lines[begin:stop]) for begin, stop in pairwise(stops)]


def _with_whole_ranges(lines: Sequence[tuple[Word, ...]]) -> list[tuple[Word, ...]]:
    """The lines with a range that a narrow cell breaks behind its dash in one: 10:15 -, 11:30."""
    whole: list[tuple[Word, ...]] = []
    for line in lines:
        if whole and _OPEN_RANGE.fullmatch(_text(whole[-1])) and _LONE_TIME.fullmatch(_text(line)):
            whole[-1] = (*whole[-1], *line)
        else:
            whole.append(line)
    return whole


_LONE_TIME = re.compile(r"\d{1,2}[:.h]\d\d(?:\s?[ap]\.?m\.?)?", re.IGNORECASE)
_OPEN_RANGE = re.compile(rf"{_LONE_TIME.pattern}\s?[-–—]", re.IGNORECASE)


def _opens_with_range(line: Sequence[Word]) -> bool:
    spans = find_spans(_text(line))
    return bool(spans) and spans[0].end is not None and not _text(line)[: spans[0].begin].strip(" (")


def _is_range(line: Sequence[Word]) -> bool:
    return _opens_with_range(line) and not _text(line)[find_spans(_text(line))[0].stop :].strip(" ).,:-")


_INSTRUCTORS = re.compile(r"(?:instructors?|lecturers?|teachers?|docentes?|profesor(?:es)?|enseignants?|dozent(?:en)?)\s?:", re.IGNORECASE)
_COMPONENT = re.compile(
    r"lectures?|laborator(?:y|ies)|lab|tutorials?|seminars?|recitation|discussion|practicum|practicals?|workshop|studio|clinical",
    re.IGNORECASE,
)


def _as_registered(lines: Sequence[tuple[Word, ...]]) -> Content | None:
    """A lesson as registrars' systems print it: code and title, its kind, its time, its place, and `Instructors:` with the names below."""
    label = next((index for index, line in enumerate(lines) if _INSTRUCTORS.fullmatch(_text(line))), None)
    timed = next((index for index, line in enumerate(lines[:label]) if _is_range(line)), None)
    if not label or not timed:
        return None
    span, start_words, end_words, _ = _take_time([lines[timed]], lone=False)
    kind = [lines[timed - 1]] if timed > 1 and _COMPONENT.fullmatch(_text(lines[timed - 1])) else []
    names = [line for line in lines[label + 1 :] if _NOTHING.fullmatch(_text(line)) is None and not _text(line).startswith("--")]
    return Content(
        subject=_joined(lines[: timed - len(kind)]),
        room=_joined(lines[timed + 1 : label]),
        teacher=_joined(names),
        notes=_joined(kind),
        span=span,
        start_words=start_words,
        end_words=end_words,
    )


def _content(lines: Sequence[tuple[Word, ...]], habits: Habits) -> Content:
    if registered := _as_registered(lines):
        return registered
    span, start_words, end_words, rest = _take_time(lines, lone=not habits.timed)
    main, small = _part_small(_by_commas(_unbroken(rest, habits)))
    main = with_whole_codes(main)
    if habits.coded and len(main) > 1 and CODE.fullmatch(_bare(main[0])) and not TEACHER.search(_text(main[-1])):
        return Content(
            subject=_joined(main[:1]), room=_joined([*main[1:], *small]), span=span, start_words=start_words, end_words=end_words
        )
    alone = _bare(main[0]) if len(main) == 1 and not small else ""
    held = len(main) == 1 and len(main[0]) > 1 and _bare(main[0][-1:]) in habits.rooms
    if any(c.isdigit() for c in alone) and alone not in habits.courses and not held and ROOM.fullmatch(alone):
        room = Found(value=_room_name(_bare(main[0])), words=main[0], certainty=0.9)
        return Content(subject=None, room=room, span=span, start_words=start_words, end_words=end_words)
    if _are_parallel(main, habits) or _are_taught_by_several(main, habits):
        return Content(subject=_joined([*main, *small]), span=span, start_words=start_words, end_words=end_words)
    sorted_out = _SortedOut(habits)
    main, groups = _without_groups(_with_code(sorted_out.take_head(main)))
    for index, line in enumerate(main):
        if habits.labels and sorted_out.take_labelled(line):
            continue
        left = sorted_out.take(line, head=index == 0 and len(main) > 1)
        if left:
            sorted_out.subject.append(left)
    sorted_out.notes.extend(groups)
    for line in small:
        if sorted_out.room is None and re.fullmatch(r"\d{1,3}", _bare(line)):
            sorted_out.room = Found(value=_bare(line), words=line, certainty=0.75)
        elif left := sorted_out.take(line, head=False):
            sorted_out.notes.append(left)
    return Content(
        subject=_joined(sorted_out.subject),
        room=sorted_out.room,
        teacher=sorted_out.teacher,
        notes=_joined(sorted_out.notes),
        span=span,
        start_words=start_words,
        end_words=end_words,
    )


CODE = re.compile(r"[A-Z]{2,4}[ -]?\d{3,4}[A-Z]?")
"""A course's code, which may be a room's elsewhere: COS212, IF-3502."""


def _with_code(lines: list[tuple[Word, ...]]) -> list[tuple[Word, ...]]:
    """The lines with a course's code put to the subject above it, where a room follows: Instruments, IF-3502, G1, C1-02."""
    if len(lines) < _WITH_CODE or not CODE.fullmatch(_bare(lines[1])):
        return lines
    rooms = [_bare(line) for line in lines[2:] if ROOM.fullmatch(_bare(line)) and not _CLASS.fullmatch(_bare(line))]
    return [(*lines[0], *lines[1]), *lines[2:]] if any(not CODE.fullmatch(room) for room in rooms) else lines


_WITH_CODE = 3
LABEL_OF_LINE = re.compile(r"(?P<label>[^\W\d_]{2,14}(?: [^\W\d_]{2,14})?)(?P<sign>\s?:|\.(?=\s|$))\s*(?P<value>.*)$")
"""What opens a line of a form: Grupo. 01-D, Type: Lecture."""

_GROUP_CODE = re.compile(r"G\d{1,2}")


def _without_groups(lines: list[tuple[Word, ...]]) -> tuple[list[tuple[Word, ...]], list[tuple[Word, ...]]]:
    """The lines but those that number a group, where another line can only be the room; and those: G1 above C1-02."""
    groups = [line for line in lines[1:] if _GROUP_CODE.fullmatch(_bare(line))]
    others = [line for line in lines if all(line is not group for group in groups)]
    return (others, groups) if any(ROOM.fullmatch(_bare(line)) for line in others[1:]) else (lines, [])


def _are_parallel(lines: Sequence[tuple[Word, ...]], habits: Habits) -> bool:
    """Whether each line is a lesson of another group with a room or a teacher of its own: none of them is that of the block.

    B1: DSU (L1), B2: OOP (L2); DA (NR), AI (RCP).
    """
    tails = [_TAIL.search(_text(line)) for line in lines]
    held = [(tail["plain"] or tail["bracketed"]).strip(_DASHES) for tail in tails if tail and tail.start() > 1]
    own = len(lines) > 1 and len(held) == len(lines) == len(set(held))
    return own and (all(ROOM.fullmatch(room) for room in held) or all(name in habits.names for name in held))


def _are_taught_by_several(lines: Sequence[tuple[Word, ...]], habits: Habits) -> bool:
    """Whether each line is a lesson with the code of its own teacher (Franz PA, Lat DL): none is the teacher of the block."""
    known = sum(len(line) > 1 and _bare(line[-1:]) in habits.enders for line in lines)
    return len(lines) > 1 and 2 * known > len(lines) and all(len(line) > 1 and _CODE_OF_TEACHER.fullmatch(line[-1].text) for line in lines)


_CODE_OF_TEACHER = re.compile(r"[A-ZÀ-ÖØ-Þ][^\W\d_]{1,2}")


@dataclass(slots=True)
class _SortedOut:
    """Lines of a block, told apart as they are read."""

    habits: Habits
    subject: list[tuple[Word, ...]] = field(default_factory=list)
    notes: list[tuple[Word, ...]] = field(default_factory=list)
    room: Found | None = None
    teacher: Found | None = None
    behind: str | None = None

    def take_labelled(self, line: tuple[Word, ...]) -> bool:
        """Whether a line says what its label, or that of a line before it, announces; it is taken then."""
        label = LABEL_OF_LINE.match(_text(line))
        if label is None or label["label"].casefold() not in self.habits.labels:
            if self.behind is None or not self.subject or label:
                return False
            kind, value, words = self.behind, _bare(line), line
        else:
            kind = heading_of(label["label"]) or "notes"
            words, _ = _cut(line, label.end("sign"), len(_text(line)))
            value = label["value"].strip(_DASHES)
        if kind == "subject":
            return False
        self.behind = kind if self.subject else None
        if not any(c.isalnum() for c in value):
            return True
        before = self.room if kind == "room" else self.teacher if kind == "teacher" else None
        found = Found(value=f"{before.value} {value}" if before else value, words=(*(before.words if before else ()), *words))
        if kind == "room":
            self.room = found
        elif kind == "teacher":
            self.teacher = found
        else:
            self.notes.append(line)
        return True

    def take_head(self, lines: list[tuple[Word, ...]]) -> list[tuple[Word, ...]]:
        """The lines below the teacher who opens the block, where the table's cells open so."""
        for count in (2, 1):
            words = tuple(word for line in lines[:count] for word in line)
            if len(lines) > count and _bare(words) in self.habits.heads and not ROOM.fullmatch(_bare(lines[count])):
                self.teacher = Found(value=_bare(words), words=words, certainty=0.85)
                return lines[count:]
        return lines

    def take(self, line: tuple[Word, ...], *, head: bool) -> tuple[Word, ...]:
        """What is left of a line when room, teacher and notes are taken out. head: it opens a block of several lines."""
        if self.subject and _ASIDE.fullmatch(_bare(line)):
            self.notes.append(line)
            return ()
        if self.room is None and (pointed := _ROOM_POINTED.match(_text(line))):
            self.room = Found(value=pointed["value"], words=line)
            return ()
        if self.room is None and self.subject and _IN_BUILDING.fullmatch(_bare(line)):
            self.room = Found(value=_bare(line), words=line, certainty=0.85)
            return ()
        if self.room is None and self.subject and self.teacher and _bare(line) in self.habits.places:
            self.room = Found(value=_room_name(_bare(line)), words=line, certainty=0.8)
            return ()
        if self.room is None and self.subject and self.teacher and _BELOW_A_NAME.fullmatch(_bare(line)):
            self.room = Found(value=_bare(line), words=line, certainty=0.8)
            return ()
        if self.teacher and self.teacher.value in self.habits.names and is_name(_bare(line)) and _bare(line) in self.habits.names:
            value = f"{self.teacher.value}, {_bare(line)}"
            self.teacher = Found(value=value, words=(*self.teacher.words, *line), certainty=0.75)
            return ()
        if self.teacher is None and (found := _teacher(line)):
            self.teacher, line = found
        if self.teacher is None and self.room is None and self.subject and (coded := _code_and_room(line, self.habits)):
            self.teacher, self.room = coded
            return ()
        if self.teacher is None and self.subject and _are_initialed(_bare(line)):
            self.teacher = Found(value=_bare(line), words=line, certainty=0.85)
            return ()
        if self.teacher is None and _bare(line) in self.habits.names:
            self.teacher, line = Found(value=_bare(line), words=line, certainty=0.8), ()
        if self.teacher is None and self.room is None and self.subject and (beside := _room_and_name(line)):
            self.room, self.teacher = beside
            return ()
        if self.room is None and (found := _labelled_room(line)):
            self.room, line = found
        if not _bare(line):
            return ()
        if head and self.room is None and _REMOTE.fullmatch(_bare(line).strip("!~.* ")):
            self.room = Found(value=_bare(line).strip("!~.* "), words=line, certainty=0.8)
            return ()
        line = self._without_known_room(self._without_tail(self._without_known_name(line)))
        if head:
            return line
        if self.subject and (said := _IN_BRACKETS.fullmatch(_text(line).strip(_DASHES))):
            if _KIND.fullmatch(said["inner"].strip()) or _bare(line) in self.habits.codes:
                return line
            if self.room is not None or not ROOM.fullmatch(_bare(line)):
                self.notes.append(line)
                return ()
        parts = _parted(line)
        if len(parts) > 1 and not all(self._is_known(part) for part in parts) and not (self.teacher and not self.subject):
            return line
        return tuple(word for part in parts for word in self._take_part(part))

    def _without_tail(self, line: tuple[Word, ...]) -> tuple[Word, ...]:
        """The line less a room that stands last, after a dash, a comma or in brackets (Maths - R12, Art (Studio))."""
        tail = _TAIL.search(_text(line))
        if tail is None or not (self.subject or any(c.isalpha() for c in _text(line)[: tail.start()])):
            return line
        group = "plain" if tail["plain"] else "bracketed"
        alone = tail[group].strip(_DASHES)
        if group == "bracketed" and self.habits.timed and _CLOCK.fullmatch(alone):
            return line
        words, rest = _cut(line, *tail.span())
        if group == "bracketed" and _SAID.fullmatch(alone):
            self.notes.append(words)
            return rest
        if self.teacher is None and alone in self.habits.names:
            self.teacher = Found(value=alone, words=words, certainty=0.8)
            return rest
        room = alone in self.habits.barred or (ROOM.fullmatch(alone) and not re.fullmatch(r"\d|[A-Z]{3,4}[ .-]?\d{3,4}", alone))
        if self.room is None and room:
            self.room = Found(value=_room_name(alone), words=words, certainty=0.85)
            return rest
        return line

    def _without_known_name(self, line: tuple[Word, ...]) -> tuple[Word, ...]:
        """The line less the code of a teacher that stands last in it (DSU PAT)."""
        said = _bare(line[-1:])
        last = _text(line[-1:])
        whole = last.count("(") >= last.count(")")
        if self.teacher is None and whole and len(line) > 1 and said in self.habits.names and any(c.isalpha() for c in _text(line[:-1])):
            self.teacher = Found(value=said, words=line[-1:], certainty=0.8)
            return line[:-1]
        return line

    def _without_known_room(self, line: tuple[Word, ...]) -> tuple[Word, ...]:
        """The line less a room that other lessons of the table have at the end of their lines too (English 208)."""
        for size in (2, 1):
            said = _bare(line[-size:])
            if self.room is None and len(line) > size and said in self.habits.rooms:
                self.room = Found(value=_room_name(said), words=line[-size:], certainty=0.8)
                return line[:-size]
        return line

    def _is_known(self, part: tuple[Word, ...]) -> bool:
        alone = _bare(part)
        return bool(
            ROOM.fullmatch(alone) or _is_initialed(alone) or _CLASS.fullmatch(alone) or alone in self.habits.names | self.habits.places
        )

    def _take_part(self, part: tuple[Word, ...]) -> tuple[Word, ...]:
        alone = _bare(part)
        bracketed = re.fullmatch(r"[(\[].*[)\]]", _text(part).strip(_DASHES)) is not None
        if self.teacher is None and alone in self.habits.names:
            self.teacher = Found(value=alone, words=part, certainty=0.8)
        elif (
            self.room is None
            and self.subject
            and ROOM.fullmatch(alone)
            and not (bracketed and self.habits.timed and _CLOCK.fullmatch(alone))
        ):
            self.room = Found(value=_room_name(alone), words=part, certainty=0.9)
        elif self.room is None and self.subject and alone in self.habits.places:
            self.room = Found(value=_room_name(alone), words=part, certainty=0.75)
        elif self.teacher is None and self.subject and _is_initialed(alone):
            self.teacher = Found(value=alone, words=part, certainty=0.85)
        elif self.subject and (bracketed or _CLASS.fullmatch(alone)):
            self.notes.append(part)
        else:
            return part
        return ()


_SAID = re.compile(r"[^\W\d_]{2,12}\s?:\s?\S.{0,23}")
"""What is said of a lesson in brackets after its name: (Slot : MA721)."""

_IN_BRACKETS = re.compile(r"[(\[](?P<inner>[^()\[\]]+)[)\]]")
_KIND = re.compile(
    r"lec(?:ture)?|l|tut(?:orial)?|t|lab(?:oratory)?|pr(?:ac(?:tical)?)?|theory|th|seminar|sem|workshop|ws|vorlesung|[üu]bung|praktikum"
    r"|clase|pr[áa]ctica|teor[íi]a|cours|td|tp|cm|(?:[A-Z]{1,2}\d{1,2})(?:\s?[/&+]\s?[A-Z]{0,2}\d{1,2})*",
    re.IGNORECASE,
)
"""What in brackets tells which lesson of a subject it is, or for which groups, and belongs to its name: (lecture), (D1/D2/D3)."""

_CLOCK = re.compile(r"(?:0?[7-9]|1[0-6])\.[0-5][05]")
"""What is a time rather than a room where it stands in brackets in a table of times: Assembly (9.10)."""


_NAMES_A_ROOM = re.compile(r"[^\W\d_]|\d\.\d")
"""In what is a room's name without the word: B12, 2.14."""


def _room_name(text: str) -> str:
    """A room without the word, where the rest is a name in itself: Room B12, Room 2.14, but not Room 4."""
    for opening, closing in ("[]", "()"):
        text = f"{text}{closing}" if text.count(opening) > text.count(closing) else text
    bare = re.sub(r"^(?:room|rm)\b\.?\s*", "", text, flags=re.IGNORECASE)
    return bare if _NAMES_A_ROOM.search(bare) else text


def _room_and_name(line: tuple[Word, ...]) -> tuple[Found, Found] | None:
    """Room and teacher of a line that is nothing else, parted by a dash or a comma: Rm 214 - Alvarez, Gym / Stone."""
    parts = _parted(line)
    if len(parts) != 2:
        return None
    for room, name in (parts, parts[::-1]):
        said = _bare(name)
        if ROOM.fullmatch(_bare(room)) and is_name(said):
            return (
                Found(value=_room_name(_bare(room)), words=room, certainty=0.9),
                Found(value=said, words=name, certainty=0.75),
            )
    return None


def _code_and_room(line: tuple[Word, ...], habits: Habits) -> tuple[Found, Found] | None:
    """A known code of a teacher with the room after it: SBR M4."""
    if len(line) < 2 or line[0].text not in habits.names or not ROOM.fullmatch(_bare(line[1:])):
        return None
    return Found(value=line[0].text, words=line[:1], certainty=0.8), Found(
        value=_room_name(_bare(line[1:])), words=line[1:], certainty=0.85
    )


_NUMBERED = re.compile(r"(?:II|III|IV|VI|VII|VIII|IX)\.?$")


def _is_initialed(text: str) -> bool:
    """Whether a text is a name with initials: P. Rao, but neither part of a lesson's name (C.Architecture) nor its number (Java II)."""
    lesson = any(part.casefold() in SUBJECT_WORDS for part in re.split(r"[\s.,]+", text))
    return _INITIALED.fullmatch(text) is not None and not lesson and _NUMBERED.search(text) is None


def _are_initialed(text: str) -> bool:
    """Whether a text is several names with initials: H.Olm / J.Rubio."""
    names = re.split(r"\s?[/&,]\s?", text)
    return len(names) > 1 and all(map(_is_initialed, names))


_SURNAME = re.compile(r"(?:[A-Z]\.?\s)?[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ'’]+(?:[-\s]?[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ'’]+)?")


def is_name(text: str) -> bool:
    """Whether a text can be a person's name, one word or two, and holds no word that names a lesson or a room."""
    lesson = any(part.casefold().strip(".,") in SUBJECT_WORDS for part in text.split())
    return _SURNAME.fullmatch(text) is not None and not lesson and ROOM.fullmatch(text) is None


def _parted(line: tuple[Word, ...]) -> list[tuple[Word, ...]]:
    """The line parted after commas, bars and at lone dashes."""
    parts: list[list[Word]] = [[]]
    for word in line:
        if not word.text.strip(_DASHES):
            parts.append([])
            continue
        parts[-1].append(word)
        if word.text.endswith((",", ";", "|")):
            parts.append([])
    return [tuple(part) for part in parts if part]


def _by_commas(lines: Sequence[tuple[Word, ...]]) -> list[tuple[Word, ...]]:
    """The parts of a text in which commas, not lines, part the subject from room and teacher: Ethics, Auditorium, Prof. Brenner."""
    words = tuple(word for line in lines for word in line)
    if any(word.angle for word in words) or not any(word.text.endswith(",") for word in words[:-1]):
        return list(lines)
    first, *others = parts = _parted(words)
    known = [ROOM.fullmatch(_bare(part)) or TEACHER.fullmatch(_bare(part)) for part in others]
    return parts if len(others) > 1 and all(known) and any(letter.isalpha() for letter in _bare(first)) else list(lines)


def _unbroken(lines: Sequence[tuple[Word, ...]], habits: Habits) -> list[tuple[Word, ...]]:
    """Lines put together where one stops within a bracket, within a course's code, or between `Room No:` and the number."""
    joined: list[tuple[Word, ...]] = []
    for line in lines:
        before = _text(joined[-1]) if joined else ""
        bracket = any(before.count(opening) > before.count(closing) and closing in _text(line) for opening, closing in ("()", "[]"))
        surname = joined and _TEACHER_LABEL.fullmatch(before) and len(joined) > 1 and len(line) == 1 and is_name(_bare(line))
        name = TEACHER.search(before) and (before.endswith(("/", "&")) or re.match(rf"{_PARTICLE}\s[A-Z]", _text(line)))
        course = f"{before} {_text(line)}" in habits.courses
        if bracket or surname or name or course or (_ROOM_OPEN.search(before) and re.match(r"[\W_]*[A-Z]{0,3}-?\d", _text(line))):
            joined[-1] = (*joined[-1], *line)
        else:
            joined.append(line)
    return joined


def _take_time(
    lines: Sequence[tuple[Word, ...]], *, lone: bool
) -> tuple[PrintedSpan | None, tuple[Word, ...], tuple[Word, ...], list[tuple[Word, ...]]]:
    """The printed time of the block, and the lines without it. A time inside a sentence ("tidy up at 10.40") is none.

    lone: a time without an end is taken for one as well; where the labels print the times it is more likely a room (2.14).
    """
    reading = Reading(tuple(lines))
    text = reading.text
    starts = _line_starts(reading)
    for span in find_block_spans(text):
        alone = span.end is None
        if _AT.search(text[: span.begin]) or (alone and not lone and span.begin > 0 and span.start.half is None):
            continue
        opens = span.start.half is not None and text[span.stop : span.stop + 1] == ","
        if alone and not (span.begin in starts and (span.stop + 1 in starts or span.begin == 0 or opens)):
            continue
        taken = set(map(id, reading.between(span.begin, span.stop)))
        stop = span.end_begin if span.end else span.stop
        rest = [part for line in lines for part in _around(line, taken) if part]
        return span, reading.between(span.begin, stop), reading.between(span.end_begin, span.stop), rest
    return None, (), (), list(lines)


def _around(line: tuple[Word, ...], taken: Set[int]) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """What stands before the words that are taken from a line, and what stands after them; all of it first where none are."""
    last = max((index for index, word in enumerate(line) if id(word) in taken), default=len(line))
    return tuple(word for word in line[:last] if id(word) not in taken), line[last + 1 :]


def _line_starts(reading: Reading) -> set[int]:
    starts, place = {len(reading.text) + 1}, 0
    for line in reading.line_texts:
        starts.add(place)
        place += len(line) + 1
    return starts


def _part_small(lines: Sequence[tuple[Word, ...]]) -> tuple[list[tuple[Word, ...]], list[tuple[Word, ...]]]:
    """Lines of the block, and those (or tails of lines) in clearly smaller print."""
    sizes = [size_of(word) for line in lines for word in line]
    if not sizes:
        return [], []
    printed = all(word.confidence == 1.0 for line in lines for word in line)
    limit = max(sizes) * (_SMALL if printed else _SMALL_READ)
    if not printed:
        whole = [max(size_of(word) for word in line) for line in lines]
        pitches = [_pitch(line) for line in lines]
        small = [size < whole[0] * _SMALL_READ and pitch < pitches[0] * _NARROW_READ for size, pitch in zip(whole, pitches, strict=True)]
        alike = [pitch for pitch, low in zip(pitches[1:], small[1:], strict=True) if not low]
        # a line as narrow as one whose box is higher is in the same print
        small = [low and not any(other * _NARROW_READ <= pitch for other in alike) for low, pitch in zip(small, pitches, strict=True)]
        return [line for line, low in zip(lines, small, strict=True) if not low], [
            line for line, low in zip(lines, small, strict=True) if low
        ]
    main: list[tuple[Word, ...]] = []
    notes: list[tuple[Word, ...]] = []
    for line in lines:
        cut = next((index for index, word in enumerate(line) if size_of(word) < limit and any(c.isalnum() for c in word.text)), len(line))
        if any(size_of(word) >= limit for word in line[cut:]):
            cut = len(line)
        if line[:cut]:
            main.append(line[:cut])
        if line[cut:]:
            notes.append(line[cut:])
    return (main, notes) if main else (notes, [])


def _pitch(line: Sequence[Word]) -> float:
    """How wide a line's letters are, in pixels."""
    lengths = [word.box.height if word.angle in (90, 270) else word.box.width for word in line]
    return sum(lengths) / max(1, sum(len(word.text) for word in line))


_MISREAD_POINT = re.compile(r"\b(Mrs?|Ms|Miss|Dr),(?=[A-Z])")
"""A point that an engine takes for a comma, as where a speller's wave runs below the name: Mrs,Rao."""


def _teacher(line: tuple[Word, ...]) -> tuple[Found, tuple[Word, ...]] | None:
    text = _text(line)
    match = _TEACHER_LABEL.search(text) or TEACHER.search(text)
    if match is None:
        return None
    begin, stop = match.span("value") if "value" in match.groupdict() else match.span()
    words, rest = _cut(line, match.start(), match.end())
    value = text[begin:stop].strip(_DASHES + "()")
    if any(word.confidence < 1.0 for word in words):
        value = _MISREAD_POINT.sub(r"\1.", value)
    return Found(value=value, words=words), rest


def _labelled_room(line: tuple[Word, ...]) -> tuple[Found, tuple[Word, ...]] | None:
    match = _ROOM_LABELLED.search(_text(line))
    if match is None:
        return None
    words, rest = _cut(line, match.start(), match.end())
    nameless = match["value"] and not _NAMES_A_ROOM.search(match["value"])
    value = match[0] if nameless else match["value"] or match["said"]
    return Found(value=value.strip(_DASHES + "()[]"), words=words), rest


def _cut(line: tuple[Word, ...], begin: int, stop: int) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """Words of the line that hold characters begin to stop, and the rest; a word that sticks out keeps its other part."""
    taken: list[Word] = []
    rest: list[Word] = []
    place = 0
    for word in line:
        end = place + len(word.text)
        if place < stop and begin < end:
            taken.append(word)
            left, right = word.text[: max(0, begin - place)], word.text[max(0, stop - place) :] if end > stop else ""
            rest.extend(_piece(word, text) for text in (left, right) if any(c.isalnum() for c in text))
        else:
            rest.append(word)
        place = end + 1
    return tuple(taken), tuple(rest)


def _piece(word: Word, text: str) -> Word:
    return Word(text=text, box=word.box, confidence=word.confidence, angle=word.angle)


def _joined(lines: Sequence[tuple[Word, ...]]) -> Found | None:
    """The lines as one text; a word broken at the end of a line (Engli|sh) is put together."""
    text = ""
    for line in lines:
        part = _text(line)
        head = re.match(r"([a-z]+)(?=$|[\s/,.)])", part)
        broken = head and _is_ending(head[1]) and not (len(line) > 1 and head[1] in _PREPOSITIONS) and re.search(r"[^\W\d_]{3,}$", text)
        if text.endswith("-") and re.match(r"[a-z]", part) and not text.endswith(" -"):
            text = text[:-1] + part
        else:
            text += part if broken or not text else f" {part}"
    text = re.sub(r"\.{3,}$", "", " ".join(text.split()).strip(_DASHES)).lstrip("+#^ ")
    text = _SPREAD.sub(lambda spread: re.sub(r"(?<=[^\W\d_])(?=[A-Z][a-z])", " ", spread[0].replace(" ", "")), text)
    words = tuple(word for line in lines for word in line)
    return Found(value=text, words=words) if any(c.isalnum() for c in text) else None


_SPREAD = re.compile(r"(?<!\w)[^\W\d_](?: [^\W\d_]){4,}(?!\w)")
"""Letters set apart to fill a cell: L u n c h B r e a k."""


def _is_ending(letters: str) -> bool:
    """Whether small letters at the start of a line are the end of a word rather than a word."""
    return _ENDINGS.fullmatch(letters) is not None and _SMALL_WORDS.fullmatch(letters) is None


def _bare(words: Sequence[Word]) -> str:
    return _text(words).strip(_DASHES + "()[]@")


def _text(line: Sequence[Word]) -> str:
    return " ".join(word.text for word in line)
