"""Reads what stands in a block of a timetable: times, subject, room, teacher, notes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from doctray.domain.document import Word
from doctray.extraction.rules.timetable.braced import braced
from doctray.extraction.rules.timetable.bracketed import teacher_run_on
from doctray.extraction.rules.timetable.codes import with_whole_codes
from doctray.extraction.rules.timetable.initials import initials_in
from doctray.extraction.rules.timetable.lines import DASHES, around_taken, as_one, bare, cut_out, line_starts, part_small, parted, text_of
from doctray.extraction.rules.timetable.names import (
    CLASS,
    CODE,
    CODE_OF_TEACHER,
    COMPONENT,
    DATE,
    GROUP_CODE,
    INSTRUCTORS,
    PARTICLE,
    ROOM,
    ROOM_NUMBER,
    ROOM_OPEN,
    STAFF,
    TEACHER,
    TEACHER_LABEL,
    is_name,
    room_name,
)
from doctray.extraction.rules.timetable.placed import placed
from doctray.extraction.rules.timetable.reading import Found, Reading
from doctray.extraction.rules.timetable.sorting import PLAIN, TAIL, Habits, SortedOut
from doctray.extraction.rules.timetable.subjects import SUBJECT_WORDS
from doctray.extraction.times import PrintedSpan, find_block_spans, find_spans

_NOTHING = re.compile(r"(?:[\W_]|[xX](?=\W|$)|\b[ap]\.?m\b)*", re.IGNORECASE)
_TIME_LABEL = re.compile(r"(?<!\w)(?:time|timings?|zeit|uhrzeit|hora|horario|heure)\s?[:=]\s?$", re.IGNORECASE)
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
    if span and (opened := placed(rest)):
        return replace(timed, subject=opened.subject, room=opened.room, notes=opened.kind)
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
    sorted_out = SortedOut(habits, notes=asides, teacher=teacher_run_on(lines, span, habits.names))
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


def _without_groups(lines: list[tuple[Word, ...]]) -> tuple[list[tuple[Word, ...]], list[tuple[Word, ...]]]:
    """The lines but those that number a group, where another line can only be the room; and those: G1 above C1-02."""
    groups = [line for line in lines[1:] if GROUP_CODE.fullmatch(bare(line))]
    others = [line for line in lines if all(line is not group for group in groups)]
    return (others, groups) if any(ROOM.fullmatch(bare(line)) for line in others[1:]) else (lines, [])


def _are_parallel(lines: Sequence[tuple[Word, ...]], habits: Habits) -> bool:
    """Whether each line is a lesson of another group with a room or a teacher of its own: none of them is that of the block.

    B1: DSU (L1), B2: OOP (L2); DA (NR), AI (RCP).
    """
    tails = [TAIL.search(text_of(line)) for line in lines]
    held = [(tail["plain"] or tail["bracketed"]).strip(DASHES) for tail in tails if tail and tail.start() > 1]
    if sum(bool(match and match["subject"]) for line in lines if (match := initials_in(text_of(line), habits.initials))) > 1:
        return True
    own = len(lines) > 1 and len(held) == len(lines) == len(set(held))
    return own and (all(ROOM.fullmatch(room) for room in held) or all(name in habits.names for name in held))


def _are_taught_by_several(lines: Sequence[tuple[Word, ...]], habits: Habits) -> bool:
    """Whether each line is a lesson with the code of its own teacher (Franz PA, Lat DL): none is the teacher of the block."""
    known = sum(len(line) > 1 and bare(line[-1:]) in habits.enders for line in lines)
    return len(lines) > 1 and 2 * known > len(lines) and all(len(line) > 1 and CODE_OF_TEACHER.fullmatch(line[-1].text) for line in lines)


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
        label = _TIME_LABEL.search(text[: span.begin])
        taken = set(map(id, reading.between(label.start() if label else span.begin, span.stop)))
        stop = span.end_begin if span.end else span.stop
        rest = [part for line in lines for part in around_taken(line, taken) if part]
        return span, reading.between(span.begin, stop), reading.between(span.end_begin, span.stop), rest
    return None, (), (), list(lines)
