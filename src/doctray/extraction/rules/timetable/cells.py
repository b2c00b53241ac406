"""Reads what stands in a block of a timetable: times, subject, room, teacher, notes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from doctray.domain.document import Word
from doctray.extraction.rules.timetable.braced import braced
from doctray.extraction.rules.timetable.codes import with_whole_codes
from doctray.extraction.rules.timetable.headings import heading_of
from doctray.extraction.rules.timetable.initials import initials_in
from doctray.extraction.rules.timetable.lines import DASHES, around_taken, as_one, bare, cut_out, line_starts, part_small, parted, text_of
from doctray.extraction.rules.timetable.names import (
    ASIDE,
    BELOW_A_NAME,
    CLASS,
    CLOCK,
    CODE,
    CODE_OF_TEACHER,
    COMPONENT,
    DATE,
    GROUP_CODE,
    GROUPS,
    HONOURED,
    IN_BUILDING,
    INSTRUCTORS,
    KIND_OF_LESSON,
    NAMES_A_ROOM,
    PARTICLE,
    REMOTE,
    ROOM,
    ROOM_LABELLED,
    ROOM_NUMBER,
    ROOM_OPEN,
    ROOM_POINTED,
    SAID_OF_LESSON,
    STAFF,
    TEACHER,
    TEACHER_LABEL,
    are_initialed,
    is_initialed,
    is_name,
    room_name,
)
from doctray.extraction.rules.timetable.reading import Found, Reading
from doctray.extraction.rules.timetable.subjects import SUBJECT_WORDS
from doctray.extraction.times import PrintedSpan, find_block_spans, find_spans

_TAIL = re.compile(r"(?:\s[-–—|]\s|\s?@\s?|,\s)(?P<plain>[^-–—|,@()]{1,24}|[^|,@()\s]{1,12})$|\s?[(\[](?P<bracketed>[^()\[\]]{1,24})[)\]]$")
"""What stands last in a line, parted from the rest by a dash, a bar, a comma or brackets."""

_NOTHING = re.compile(r"(?:[\W_]|[xX](?=\W|$)|\b[ap]\.?m\b)*", re.IGNORECASE)
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
    enders: codes of teachers that end the lines of lessons (Eng BC). initials: such that brackets, a dash or a slash part from the subject.
    asides: codes that nearly all cells print alike in a line of their own (F-01 / CO). timed: its labels print the times.
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
    initials: frozenset[str] = frozenset()
    asides: frozenset[str] = frozenset()
    timed: bool = False


PLAIN = Habits()
"""Of a table of which nothing is known."""


def contents(reading: Reading, habits: Habits = PLAIN) -> tuple[Content, ...]:
    """The lessons in a cell, several where each has its own printed time; () for an empty one or one of signs only (***).

    One that prints nothing but a time has no subject.
    """
    if _NOTHING.fullmatch(reading.text) or DATE.fullmatch(reading.text.strip(DASHES + "()")):
        return ()
    if reading.stacked:
        return (Content(subject=Found(value=reading.text, words=reading.words)),)
    found = (replace(_content(lines, habits), week=week) for week, part in _by_week(reading.lines) for lines in _parts(part))
    return tuple(content for content in found if content.subject or content.room or content.teacher or content.notes or content.span)


_OF_WEEK = re.compile(r"\(?(?:(?:wee)?k|wk|w)?\.?\s?(?P<week>odd|even|[AB]|[12])(?:\s(?:wee)?k)?\)?\s?[:)–-]\s?(?=\S)", re.IGNORECASE)
"""What opens the line of one of two weeks: Odd: Law, Week A - Art."""


def _by_week(lines: Sequence[tuple[Word, ...]]) -> list[tuple[Found | None, list[tuple[Word, ...]]]]:
    """The lines of each of two weeks, where lines open with one; all of them with None where they do not."""
    opening = {index: match for index, line in enumerate(lines) if (match := _OF_WEEK.match(text_of(line))) is not None}
    weeks = {match["week"].casefold() for match in opening.values()}
    if weeks not in _TWO_WEEKS or 0 not in opening or len(opening) != 2:
        return [(None, list(lines))]
    stops = [*opening, len(lines)]
    found: list[tuple[Found | None, list[tuple[Word, ...]]]] = []
    for (index, match), stop in zip(opening.items(), stops[1:], strict=True):
        words, rest = cut_out(lines[index], 0, match.end())
        found.append((Found(value=match["week"], words=words, certainty=0.9), [rest, *lines[index + 1 : stop]]))
    return found


_TWO_WEEKS = ({"odd", "even"}, {"a", "b"}, {"1", "2"})


def _parts(lines: Sequence[tuple[Word, ...]]) -> list[list[tuple[Word, ...]]]:
    """Lines parted before each line that opens with a range, when there are several such; after it, when times stand last."""
    lines = _with_whole_ranges(lines)
    closing = [index for index, line in enumerate(lines) if STAFF.fullmatch(text_of(line))]
    if len(closing) > 1 and closing[-1] == len(lines) - 1:
        parts = [lines[begin:stop] for begin, stop in pairwise([0, *(index + 1 for index in closing)])]
        if all(_as_registered(part) for part in parts):
            return parts
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
        if whole and _OPEN_RANGE.fullmatch(text_of(whole[-1])) and _LONE_TIME.fullmatch(text_of(line)):
            whole[-1] = (*whole[-1], *line)
        else:
            whole.append(line)
    return whole


_LONE_TIME = re.compile(r"\d{1,2}[:.h]\d\d(?:\s?[ap]\.?m\.?)?", re.IGNORECASE)
_OPEN_RANGE = re.compile(rf"{_LONE_TIME.pattern}\s?[-–—]", re.IGNORECASE)


def _opens_with_range(line: Sequence[Word]) -> bool:
    spans = find_spans(text_of(line))
    return bool(spans) and spans[0].end is not None and not text_of(line)[: spans[0].begin].strip(" (")


def _is_range(line: Sequence[Word]) -> bool:
    return _opens_with_range(line) and not text_of(line)[find_spans(text_of(line))[0].stop :].strip(" ).,:-")


def _as_registered(lines: Sequence[tuple[Word, ...]]) -> Content | None:
    """A lesson as registrars' systems print it: code and title, its kind, its time, its place, and `Instructors:` with the names below.

    Where nobody is named yet, Staff stands last in their place.
    """
    unnamed = len(lines) - 1 if lines and STAFF.fullmatch(text_of(lines[-1])) else None
    label = next((index for index, line in enumerate(lines) if INSTRUCTORS.fullmatch(text_of(line))), unnamed)
    timed = next((index for index, line in enumerate(lines[:label]) if _is_range(line)), None)
    if not label or not timed:
        return None
    span, start_words, end_words, _ = _take_time([lines[timed]], lone=False)
    kind = [lines[timed - 1]] if timed > 1 and COMPONENT.fullmatch(text_of(lines[timed - 1])) else []
    below = lines[label if label == unnamed else label + 1 :]
    names = [line for line in below if _NOTHING.fullmatch(text_of(line)) is None and not text_of(line).startswith("--")]
    return Content(
        subject=as_one(lines[: timed - len(kind)]),
        room=as_one(lines[timed + 1 : label]),
        teacher=as_one(names),
        notes=as_one(kind),
        span=span,
        start_words=start_words,
        end_words=end_words,
    )


def _content(lines: Sequence[tuple[Word, ...]], habits: Habits) -> Content:
    if registered := _as_registered(lines):
        return registered
    span, start_words, end_words, rest = _take_time(lines, lone=not habits.timed)
    timed = Content(subject=None, span=span, start_words=start_words, end_words=end_words)
    whole = _unbroken(rest, habits)
    if lesson := braced(whole):
        return replace(
            timed,
            subject=as_one(lesson.subject),
            room=lesson.room,
            teacher=lesson.teacher,
            notes=as_one(lesson.groups),
        )
    main, small = part_small(_by_commas(whole))
    lesson_lines = [line for line in main if bare(line) not in habits.asides]
    asides = [line for line in main if bare(line) in habits.asides] if lesson_lines else []
    main, timed = lesson_lines or main, replace(timed, notes=as_one(asides))
    main = with_whole_codes(main)
    if habits.coded and len(main) > 1 and CODE.fullmatch(bare(main[0])) and not TEACHER.search(text_of(main[-1])):
        return replace(timed, subject=as_one(main[:1]), room=as_one([*main[1:], *small]))
    alone = bare(main[0]) if len(main) == 1 and not small else ""
    held = len(main) == 1 and len(main[0]) > 1 and bare(main[0][-1:]) in habits.rooms
    if any(c.isdigit() for c in alone) and alone not in habits.courses and not held and ROOM.fullmatch(alone):
        room = Found(value=room_name(bare(main[0])), words=main[0], certainty=0.9)
        return replace(timed, room=room)
    if _are_parallel(main, habits) or _are_taught_by_several(main, habits):
        return replace(timed, subject=as_one([*main, *small]))
    sorted_out = _SortedOut(habits, notes=asides)
    main, groups = _without_groups(_with_code(sorted_out.take_head(sorted_out.take_numbered_room(main)), habits))
    for index, line in enumerate(main):
        if habits.labels and sorted_out.take_labelled(line):
            continue
        left = sorted_out.take(line, head=index == 0 and len(main) > 1)
        if left:
            sorted_out.subject.append(left)
    sorted_out.notes.extend(groups)
    for line in small:
        if sorted_out.room is None and re.fullmatch(r"\d{1,3}", bare(line)):
            sorted_out.room = Found(value=bare(line), words=line, certainty=0.75)
        elif left := sorted_out.take(line, head=False):
            sorted_out.notes.append(left)
    return replace(
        timed,
        subject=as_one(sorted_out.subject),
        room=sorted_out.room,
        teacher=sorted_out.teacher,
        notes=as_one(sorted_out.notes),
    )


def _with_code(lines: list[tuple[Word, ...]], habits: Habits) -> list[tuple[Word, ...]]:
    """The lines with a course's code put to the subject above it, where a room follows: Instruments, IF-3502, G1, C1-02."""
    if len(lines) < _WITH_CODE or not CODE.fullmatch(bare(lines[1])):
        return lines
    told = (initials_in(text_of(line), habits.initials) for line in lines[2:])
    if any(match and match.groupdict().get("room") for match in told):
        return [(*lines[0], *lines[1]), *lines[2:]]
    rooms = [bare(line) for line in lines[2:] if ROOM.fullmatch(bare(line)) and not CLASS.fullmatch(bare(line))]
    return [(*lines[0], *lines[1]), *lines[2:]] if any(not CODE.fullmatch(room) for room in rooms) else lines


_WITH_CODE = 3
LABEL_OF_LINE = re.compile(r"(?P<label>[^\W\d_]{2,14}(?: [^\W\d_]{2,14})?)(?P<sign>\s?:|\.(?=\s|$))\s*(?P<value>.*)$")
"""What opens a line of a form: Grupo. 01-D, Type: Lecture."""


def _without_groups(lines: list[tuple[Word, ...]]) -> tuple[list[tuple[Word, ...]], list[tuple[Word, ...]]]:
    """The lines but those that number a group, where another line can only be the room; and those: G1 above C1-02."""
    groups = [line for line in lines[1:] if GROUP_CODE.fullmatch(bare(line))]
    others = [line for line in lines if all(line is not group for group in groups)]
    return (others, groups) if any(ROOM.fullmatch(bare(line)) for line in others[1:]) else (lines, [])


def _are_parallel(lines: Sequence[tuple[Word, ...]], habits: Habits) -> bool:
    """Whether each line is a lesson of another group with a room or a teacher of its own: none of them is that of the block.

    B1: DSU (L1), B2: OOP (L2); DA (NR), AI (RCP).
    """
    tails = [_TAIL.search(text_of(line)) for line in lines]
    held = [(tail["plain"] or tail["bracketed"]).strip(DASHES) for tail in tails if tail and tail.start() > 1]
    if sum(bool(match and match["subject"]) for line in lines if (match := initials_in(text_of(line), habits.initials))) > 1:
        return True
    own = len(lines) > 1 and len(held) == len(lines) == len(set(held))
    return own and (all(ROOM.fullmatch(room) for room in held) or all(name in habits.names for name in held))


def _are_taught_by_several(lines: Sequence[tuple[Word, ...]], habits: Habits) -> bool:
    """Whether each line is a lesson with the code of its own teacher (Franz PA, Lat DL): none is the teacher of the block."""
    known = sum(len(line) > 1 and bare(line[-1:]) in habits.enders for line in lines)
    return len(lines) > 1 and 2 * known > len(lines) and all(len(line) > 1 and CODE_OF_TEACHER.fullmatch(line[-1].text) for line in lines)


@dataclass(slots=True)
class _SortedOut:
    """Lines of a block, told apart as they are read."""

    habits: Habits
    subject: list[tuple[Word, ...]] = field(default_factory=list)
    notes: list[tuple[Word, ...]] = field(default_factory=list)
    room: Found | None = None
    teacher: Found | None = None
    behind: str | None = None

    def take_numbered_room(self, lines: list[tuple[Word, ...]]) -> list[tuple[Word, ...]]:
        """The lines without the room that one of them gives the number of (RoomNo- F507): nothing else that looks like one is the room."""
        for at, line in enumerate(lines):
            if at and ROOM_NUMBER.search(text_of(line)) and (found := _labelled_room(line)):
                self.room, rest = found
                return [*lines[:at], *([rest] if bare(rest) else []), *lines[at + 1 :]]
        return lines

    def take_labelled(self, line: tuple[Word, ...]) -> bool:
        """Whether a line says what its label, or that of a line before it, announces; it is taken then."""
        label = LABEL_OF_LINE.match(text_of(line))
        if label is None or label["label"].casefold() not in self.habits.labels:
            if self.behind is None or not self.subject or label:
                return False
            kind, value, words = self.behind, bare(line), line
        else:
            kind = heading_of(label["label"]) or "notes"
            words, _ = cut_out(line, label.end("sign"), len(text_of(line)))
            value = label["value"].strip(DASHES)
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
            if len(lines) > count and bare(words) in self.habits.heads and not ROOM.fullmatch(bare(lines[count])):
                self.teacher = Found(value=bare(words), words=words, certainty=0.85)
                return lines[count:]
        return lines

    def take(self, line: tuple[Word, ...], *, head: bool) -> tuple[Word, ...]:
        """What is left of a line when room, teacher and notes are taken out. head: it opens a block of several lines."""
        if self.subject and (ASIDE.fullmatch(bare(line)) or GROUPS.fullmatch(bare(line))):
            self.notes.append(line)
            return ()
        if self.teacher is None and self.subject and (person := HONOURED.fullmatch(bare(line))):
            self.teacher = Found(value=person["name"], words=cut_out(line, person.start("name"), person.end())[0], certainty=0.9)
            return ()
        if self.room is None and (pointed := ROOM_POINTED.match(text_of(line))):
            self.room = Found(value=pointed["value"], words=line)
            return ()
        if self.room is None and self.subject and (numbered := _GROUP_AND_ROOM.fullmatch(text_of(line))):
            words, group = cut_out(line, *numbered.span("room"))
            self.room = Found(value=numbered["room"], words=words, certainty=0.85)
            self.notes.append(group)
            return ()
        if self.room is None and self.subject and IN_BUILDING.fullmatch(bare(line)):
            self.room = Found(value=bare(line), words=line, certainty=0.85)
            return ()
        if self.room is None and self.subject and self.teacher and bare(line) in self.habits.places:
            self.room = Found(value=room_name(bare(line)), words=line, certainty=0.8)
            return ()
        if self.room is None and self.subject and self.teacher and BELOW_A_NAME.fullmatch(bare(line)):
            self.room = Found(value=bare(line), words=line, certainty=0.8)
            return ()
        if self.teacher and self.teacher.value in self.habits.names and is_name(bare(line)) and bare(line) in self.habits.names:
            value = f"{self.teacher.value}, {bare(line)}"
            self.teacher = Found(value=value, words=(*self.teacher.words, *line), certainty=0.75)
            return ()
        if self.teacher is None and (found := _teacher(line)):
            self.teacher, line = found
        line = self._without_initials(line)
        if self.teacher is None and self.room is None and self.subject and (coded := _code_and_room(line, self.habits)):
            self.teacher, self.room = coded
            return ()
        if self.teacher is None and self.subject and are_initialed(bare(line)):
            self.teacher = Found(value=bare(line), words=line, certainty=0.85)
            return ()
        if self.teacher is None and bare(line) in self.habits.names:
            self.teacher, line = Found(value=bare(line), words=line, certainty=0.8), ()
        if self.teacher is None and self.room is None and self.subject and (beside := _room_and_name(line)):
            self.room, self.teacher = beside
            return ()
        if self.room is None and (found := _labelled_room(line)):
            self.room, line = found
        if not bare(line):
            return ()
        if head and self.room is None and REMOTE.fullmatch(bare(line).strip("!~.* ")):
            self.room = Found(value=bare(line).strip("!~.* "), words=line, certainty=0.8)
            return ()
        line = self._without_known_room(self._without_tail(self._without_known_name(line)))
        if head:
            return line
        if self.subject and (said := _IN_BRACKETS.fullmatch(text_of(line).strip(DASHES))):
            if KIND_OF_LESSON.fullmatch(said["inner"].strip()) or bare(line) in self.habits.codes:
                return line
            if self.room is not None or not ROOM.fullmatch(bare(line)):
                self.notes.append(line)
                return ()
        parts = parted(line)
        if len(parts) > 1 and not all(self._is_known(part) for part in parts) and not (self.teacher and not self.subject):
            return line
        return tuple(word for part in parts for word in self._take_part(part))

    def _without_initials(self, line: tuple[Word, ...]) -> tuple[Word, ...]:
        """The line less the codes of its teachers, and the room beside them: CSC2 - SP - PUKE2."""
        match = initials_in(text_of(line), self.habits.initials) if self.teacher is None else None
        if match is None or not (match["subject"] or self.subject):
            return line
        room = match.groupdict().get("room")
        if room and self.room is not None:
            return line
        self.teacher = Found(value=match["codes"], words=cut_out(line, *match.span("codes"))[0], certainty=0.8)
        if room:
            self.room = Found(value=room_name(room), words=cut_out(line, *match.span("room"))[0], certainty=0.85)
        return cut_out(line, match.end("subject"), len(text_of(line)))[1] if match["subject"] else ()

    def _without_tail(self, line: tuple[Word, ...]) -> tuple[Word, ...]:
        """The line less a room that stands last, after a dash, a comma or in brackets (Maths - R12, Art (Studio))."""
        tail = _TAIL.search(text_of(line))
        if tail is None or not (self.subject or any(c.isalpha() for c in text_of(line)[: tail.start()])):
            return line
        group = "plain" if tail["plain"] else "bracketed"
        alone = tail[group].strip(DASHES)
        if group == "bracketed" and self.habits.timed and CLOCK.fullmatch(alone):
            return line
        words, rest = cut_out(line, *tail.span())
        if group == "bracketed" and SAID_OF_LESSON.fullmatch(alone):
            self.notes.append(words)
            return rest
        if self.teacher is None and alone in self.habits.names:
            self.teacher = Found(value=alone, words=words, certainty=0.8)
            return rest
        room = alone in self.habits.barred or (ROOM.fullmatch(alone) and not re.fullmatch(r"\d|[A-Z]{3,4}[ .-]?\d{3,4}", alone))
        if self.room is None and room:
            self.room = Found(value=room_name(alone), words=words, certainty=0.85)
            return rest
        return line

    def _without_known_name(self, line: tuple[Word, ...]) -> tuple[Word, ...]:
        """The line less the code of a teacher that stands last in it (DSU PAT)."""
        said = bare(line[-1:])
        last = text_of(line[-1:])
        whole = last.count("(") >= last.count(")")
        if self.teacher is None and whole and len(line) > 1 and said in self.habits.names and any(c.isalpha() for c in text_of(line[:-1])):
            self.teacher = Found(value=said, words=line[-1:], certainty=0.8)
            return line[:-1]
        return line

    def _without_known_room(self, line: tuple[Word, ...]) -> tuple[Word, ...]:
        """The line less a room that other lessons of the table have at the end of their lines too (English 208)."""
        for size in (2, 1):
            said = bare(line[-size:])
            if self.room is None and len(line) > size and said in self.habits.rooms:
                self.room = Found(value=room_name(said), words=line[-size:], certainty=0.8)
                return line[:-size]
        return line

    def _is_known(self, part: tuple[Word, ...]) -> bool:
        alone = bare(part)
        return bool(
            ROOM.fullmatch(alone) or is_initialed(alone) or CLASS.fullmatch(alone) or alone in self.habits.names | self.habits.places
        )

    def _take_part(self, part: tuple[Word, ...]) -> tuple[Word, ...]:
        alone = bare(part)
        bracketed = re.fullmatch(r"[(\[].*[)\]]", text_of(part).strip(DASHES)) is not None
        if self.teacher is None and alone in self.habits.names:
            self.teacher = Found(value=alone, words=part, certainty=0.8)
        elif (
            self.room is None
            and self.subject
            and ROOM.fullmatch(alone)
            and not (bracketed and self.habits.timed and CLOCK.fullmatch(alone))
        ):
            self.room = Found(value=room_name(alone), words=part, certainty=0.9)
        elif self.room is None and self.subject and alone in self.habits.places:
            self.room = Found(value=room_name(alone), words=part, certainty=0.75)
        elif self.teacher is None and self.subject and is_initialed(alone):
            self.teacher = Found(value=alone, words=part, certainty=0.85)
        elif self.subject and (bracketed or CLASS.fullmatch(alone)):
            self.notes.append(part)
        else:
            return part
        return ()


_GROUP_AND_ROOM = re.compile(r"\d{1,3}\s?/\s?(?P<room>[A-Z]{1,4}-?\d{1,4}[A-Za-z]?)")
"""A line below the lesson that tells a group by its number and the room by its code: 001 / AVI38."""

_IN_BRACKETS = re.compile(r"[(\[](?P<inner>[^()\[\]]+)[)\]]")


def _room_and_name(line: tuple[Word, ...]) -> tuple[Found, Found] | None:
    """Room and teacher of a line that is nothing else, parted by a dash or a comma: Rm 214 - Alvarez, Gym / Stone."""
    parts = parted(line)
    if len(parts) != 2:
        return None
    for room, name in (parts, parts[::-1]):
        said = bare(name)
        if ROOM.fullmatch(bare(room)) and is_name(said):
            return (
                Found(value=room_name(bare(room)), words=room, certainty=0.9),
                Found(value=said, words=name, certainty=0.75),
            )
    return None


def _code_and_room(line: tuple[Word, ...], habits: Habits) -> tuple[Found, Found] | None:
    """A known code of a teacher with the room after it: SBR M4."""
    if len(line) < 2 or line[0].text not in habits.names or not ROOM.fullmatch(bare(line[1:])):
        return None
    return Found(value=line[0].text, words=line[:1], certainty=0.8), Found(value=room_name(bare(line[1:])), words=line[1:], certainty=0.85)


def _by_commas(lines: Sequence[tuple[Word, ...]]) -> list[tuple[Word, ...]]:
    """The parts of a text in which commas, not lines, part the subject from room and teacher: Ethics, Auditorium, Prof. Brenner."""
    words = tuple(word for line in lines for word in line)
    if any(word.angle for word in words) or not any(word.text.endswith(",") for word in words[:-1]):
        return list(lines)
    first, *others = parts = parted(words)
    known = [ROOM.fullmatch(bare(part)) or TEACHER.fullmatch(bare(part)) for part in others]
    return parts if len(others) > 1 and all(known) and any(letter.isalpha() for letter in bare(first)) else list(lines)


def _unbroken(lines: Sequence[tuple[Word, ...]], habits: Habits) -> list[tuple[Word, ...]]:
    """Lines put together where one stops within a bracket, within a course's code, or between `Room No:` and the number."""
    joined: list[tuple[Word, ...]] = []
    for line in _with_whole_names(lines):
        before = text_of(joined[-1]) if joined else ""
        if _BROKEN_ROOM.search(before) and re.match(r"\d", text_of(line)):
            joined[-1] = (*joined[-1][:-1], _put_together(joined[-1][-1], line[0]), *line[1:])
            continue
        bracket = any(before.count(opening) > before.count(closing) and closing in text_of(line) for opening, closing in ("()", "[]", "{}"))
        surname = joined and TEACHER_LABEL.fullmatch(before) and len(joined) > 1 and len(line) == 1 and is_name(bare(line))
        name = TEACHER.search(before) and (before.endswith(("/", "&")) or re.match(rf"{PARTICLE}\s[A-Z]", text_of(line)))
        open_name = _OPEN_NAME.search(before) and TEACHER.search(before) and len(line) == 1 and is_name(bare(line))
        course = f"{before} {text_of(line)}" in habits.courses
        if (
            bracket
            or surname
            or name
            or open_name
            or course
            or (ROOM_OPEN.search(before) and re.match(r"[\W_]*[A-Z]{0,3}-?\d", text_of(line)))
        ):
            joined[-1] = (*joined[-1], *line)
        else:
            joined.append(line)
    return joined


def _with_whole_names(lines: Sequence[tuple[Word, ...]]) -> list[tuple[Word, ...]]:
    """The lines with a teacher in one whose name a narrow cell breaks above the room's number: Dr Ram, Murat Singh, Room no: 4."""
    room = next((index for index, line in enumerate(lines) if index and ROOM_NUMBER.match(text_of(line))), 0)
    titled = (index for index in range(1, room) if TEACHER.match(text_of(lines[index])) or _LONE_TITLE.fullmatch(text_of(lines[index])))
    first = next(titled, room)
    rest = lines[first + 1 : room]
    untitled = first == 1 and CODE.fullmatch(bare(lines[0]))  # the name of the course may follow its teacher
    if not rest or untitled or not all(_is_person(bare(line)) for line in rest):
        return list(lines)
    return [*lines[:first], tuple(word for line in lines[first:room] for word in line), *lines[room:]]


def _is_person(text: str) -> bool:
    lesson = any(part.casefold().strip(".,") in SUBJECT_WORDS for part in text.split())
    return TEACHER.fullmatch(text) is not None or (not lesson and TEACHER.fullmatch(f"Dr {text}") is not None)


def _put_together(first: Word, second: Word) -> Word:
    """A word that is broken at the end of its line, in the place of its first part."""
    return replace(first, text=first.text + second.text, confidence=min(first.confidence, second.confidence))


_LONE_TITLE = re.compile(r"(?:Dr|Mrs?|Ms|Prof)\.?")
_BROKEN_ROOM = re.compile(rf"{ROOM_NUMBER.pattern}\s*[.:=-]?\s*[A-Z]{{1,3}}-$", re.IGNORECASE)
"""The number of a room that goes on in the next line: Room no: C-."""

_OPEN_NAME = re.compile(r"[.\s][A-ZÀ-ÖØ-Þ]\.$")
"""An initial at the end of a line, whose name follows in the next: Dra. A."""


def _take_time(
    lines: Sequence[tuple[Word, ...]], *, lone: bool
) -> tuple[PrintedSpan | None, tuple[Word, ...], tuple[Word, ...], list[tuple[Word, ...]]]:
    """The printed time of the block, and the lines without it. A time inside a sentence ("tidy up at 10.40") is none.

    lone: a time without an end is taken for one as well; where the labels print the times it is more likely a room (2.14).
    """
    reading = Reading(tuple(lines))
    text = reading.text
    starts = line_starts(reading)
    for span in find_block_spans(text):
        alone = span.end is None
        if _AT.search(text[: span.begin]) or (alone and not lone and span.begin > 0 and span.start.half is None):
            continue
        opens = span.start.half is not None and text[span.stop : span.stop + 1] == ","
        if alone and not (span.begin in starts and (span.stop + 1 in starts or span.begin == 0 or opens)):
            continue
        taken = set(map(id, reading.between(span.begin, span.stop)))
        stop = span.end_begin if span.end else span.stop
        rest = [part for line in lines for part in around_taken(line, taken) if part]
        return span, reading.between(span.begin, stop), reading.between(span.end_begin, span.stop), rest
    return None, (), (), list(lines)


_MISREAD_POINT = re.compile(r"\b(Mrs?|Ms|Miss|Dr),(?=[A-Z])")
"""A point that an engine takes for a comma, as where a speller's wave runs below the name: Mrs,Rao."""


def _teacher(line: tuple[Word, ...]) -> tuple[Found, tuple[Word, ...]] | None:
    text = text_of(line)
    match = TEACHER_LABEL.search(text) or TEACHER.search(text)
    if match is None:
        return None
    begin, stop = match.span("value") if "value" in match.groupdict() else match.span()
    words, rest = cut_out(line, match.start(), match.end())
    value = text[begin:stop].strip(DASHES + "()")
    if any(word.confidence < 1.0 for word in words):
        value = _MISREAD_POINT.sub(r"\1.", value)
    return Found(value=value, words=words), rest


def _labelled_room(line: tuple[Word, ...]) -> tuple[Found, tuple[Word, ...]] | None:
    match = ROOM_LABELLED.search(text_of(line))
    if match is None:
        return None
    words, rest = cut_out(line, match.start(), match.end())
    nameless = match["value"] and not NAMES_A_ROOM.search(match["value"])
    value = match[0] if nameless else match["value"] or match["said"]
    value = value.strip(DASHES + "([" + ("" if "(" in value else ")") + ("" if "[" in value else "]"))
    return Found(value=room_name(value), words=words), rest
