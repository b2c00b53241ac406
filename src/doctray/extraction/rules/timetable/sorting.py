"""Lines of one lesson told apart: what is the room, the teacher, the notes, and what is left for the subject."""

import re
from dataclasses import dataclass, field
from itertools import accumulate

from doctray.domain.document import Word
from doctray.extraction.rules.timetable.headings import heading_of
from doctray.extraction.rules.timetable.initials import initials_in
from doctray.extraction.rules.timetable.lines import DASHES, bare, cut_out, parted, text_of
from doctray.extraction.rules.timetable.names import (
    ASIDE,
    BELOW_A_NAME,
    CLASS,
    CLOCK,
    GROUPS,
    HONOURED,
    IN_BUILDING,
    IN_BUILDING_AHEAD,
    KIND_OF_LESSON,
    NAMES_A_ROOM,
    REMOTE,
    ROOM,
    ROOM_LABELLED,
    ROOM_NUMBER,
    ROOM_POINTED,
    SAID_OF_LESSON,
    TAUGHT_BY,
    TEACHER,
    TEACHER_LABEL,
    are_initialed,
    is_initialed,
    is_name,
    is_pointed,
    room_name,
)
from doctray.extraction.rules.timetable.reading import Found

TAIL = re.compile(r"(?:\s[-–—|]\s|\s?@\s?|,\s)(?P<plain>[^-–—|,@()]{1,24}|[^|,@()\s]{1,12})$|\s?[(\[](?P<bracketed>[^()\[\]]{1,24})[)\]]$")
"""What stands last in a line, parted from the rest by a dash, a bar, a comma or brackets."""


LABEL_OF_LINE = re.compile(r"(?P<label>[^\W\d_]{2,14}(?: [^\W\d_]{2,14})?)(?P<sign>\s?:|\.(?=\s|$))\s*(?P<value>.*)$")
"""What opens a line of a form: Grupo. 01-D, Type: Lecture."""


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


@dataclass(slots=True)
class SortedOut:
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
        if self.teacher is None and self.subject and (person := TAUGHT_BY.fullmatch(text_of(line))) and _names_one(person):
            self.teacher = Found(value=person["name"], words=cut_out(line, *person.span("name"))[0], certainty=0.85)
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
        if self.teacher is None and (named := _teacher(line)):
            self.teacher, line, behind = named
            if self.room is None and ROOM.fullmatch(bare(behind)):
                self.room = Found(value=room_name(bare(behind)), words=behind, certainty=0.9)
                line = tuple(word for word in line if all(word is not other for other in behind))
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
        line = self._without_tail(self._without_known_name(line))
        line = self._without_known_room(self._without_tail(line))
        if head:
            return line
        if self.subject and (said := _IN_BRACKETS.fullmatch(text_of(line).strip(DASHES))):
            if KIND_OF_LESSON.fullmatch(said["inner"].strip()) or bare(line) in self.habits.codes:
                return line
            if self.room is not None or not (ROOM.fullmatch(bare(line)) or bare(line) in self.habits.places):
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
        if not match["subject"]:
            return ()
        rest = cut_out(line, match.end("subject"), len(text_of(line)))[1]
        if match.groupdict().get("group"):
            self.notes.append(cut_out(line, *match.span("group"))[0])
            rest = cut_out(rest, 0, match.start("subject"))[1]
        return rest

    def _without_tail(self, line: tuple[Word, ...]) -> tuple[Word, ...]:
        """The line less a room that stands last, after a dash, a comma or in brackets (Maths - R12, Art (Studio))."""
        tail = TAIL.search(text_of(line))
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
        if self.teacher is None and (alone in self.habits.names or is_pointed(alone)):
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
    """Room and teacher of a line that is nothing else, parted by a dash or a comma (Rm 214 - Alvarez, Gym / Stone), or J. Carter R12."""
    parts = parted(line)
    if len(parts) == 1 and is_pointed(bare(line[:-1])):
        parts = [line[-1:], line[:-1]]
    if len(parts) != 2:
        return None
    for room, name in (parts, parts[::-1]):
        said = bare(name)
        if ROOM.fullmatch(bare(room)) and (is_name(said) or is_pointed(said)):
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


_MISREAD_POINT = re.compile(r"\b(Mrs?|Ms|Miss|Dr),(?=[A-Z])")
"""A point that an engine takes for a comma, as where a speller's wave runs below the name: Mrs,Rao."""


def _teacher(line: tuple[Word, ...]) -> tuple[Found, tuple[Word, ...], tuple[Word, ...]] | None:
    """Who is named with a title or a label in a line, the line without, and of that the words behind the name."""
    text = text_of(line)
    match = TEACHER_LABEL.search(text) or TEACHER.search(text)
    if match is None:
        return None
    begin, stop = match.span("value") if "value" in match.groupdict() else match.span()
    opening = _TAUGHT_BY.search(text[: match.start()])
    words, rest = cut_out(line, opening.start() if opening else match.start(), match.end())
    value = text[begin:stop].strip(DASHES + "()")
    if any(word.confidence < 1.0 for word in words):
        value = _MISREAD_POINT.sub(r"\1.", value)
    starts = accumulate((len(word.text) + 1 for word in line), initial=0)
    behind = tuple(word for start, word in zip(starts, line, strict=False) if start >= match.end())
    return Found(value=value, words=words[1:] if opening else words), rest, behind


def _names_one(person: re.Match[str]) -> bool:
    """Whether what a word announces for a teacher's name can be one: Rao, Priya Rao, P. Rao, Ms. Rao."""
    name = person["name"]
    return TEACHER.fullmatch(name) is not None or is_initialed(name) or (person["sign"] is not None and is_name(name))


_TAUGHT_BY = re.compile(r"(?<!\w)by\s$", re.IGNORECASE)


def _labelled_room(line: tuple[Word, ...]) -> tuple[Found, tuple[Word, ...]] | None:
    match = ROOM_LABELLED.search(text_of(line))
    if match is None:
        return None
    building = IN_BUILDING_AHEAD.search(text_of(line)[: match.start()])
    begin = building.start() if building else match.start()
    words, rest = cut_out(line, begin, match.end())
    nameless = building or (match["value"] and not NAMES_A_ROOM.search(match["value"]))
    value = text_of(line)[begin : match.end()] if nameless else match["value"] or match["said"]
    value = value.strip(DASHES + "([" + ("" if "(" in value else ")") + ("" if "[" in value else "]"))
    return Found(value=room_name(value), words=words), rest
