"""Learns from all the cells of a table what one of them alone does not tell: teachers' names without a title, rooms without a sign."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

from doctray.domain.document import Word
from doctray.extraction.rules.grid import Cell
from doctray.extraction.rules.timetable.bracketed import places_in_brackets, teachers_behind_times
from doctray.extraction.rules.timetable.calendars import places_behind_times
from doctray.extraction.rules.timetable.enders import NO_INITIALS, codes_at_ends
from doctray.extraction.rules.timetable.headings import heading_of
from doctray.extraction.rules.timetable.heads import names_above
from doctray.extraction.rules.timetable.initials import chained_codes, initials_of
from doctray.extraction.rules.timetable.kinds import are_rooms, course_codes, prints_time
from doctray.extraction.rules.timetable.names import CODE, ROOM, ROOM_LABELLED, TEACHER
from doctray.extraction.rules.timetable.reading import plain_text, print_size, read, size_of
from doctray.extraction.rules.timetable.sorting import LABEL_OF_LINE, Habits
from doctray.extraction.rules.timetable.subjects import SUBJECT_WORDS

_NAME = re.compile(
    r"(?:(?:[A-ZÀ-ÖØ-ÞŁŚŻČŠŽİ]\.\s?){1,3}|[A-ZÀ-ÖØ-ÞŁŚŻČŠŽİ](?:[^\W\d_]|['’-])*,?\s)(?:(?:[A-ZÀ-ÖØ-ÞŁŚŻČŠŽİ](?:[^\W\d_]|['’-])*\.?|bin|binti|de"
    r"|del|da|van|von|der|ur|ul|al|el|la|le|di)\s){0,3}"
    r"[A-ZÀ-ÖØ-ÞŁŚŻČŠŽİ](?:[^\W\d_]|['’-])*\.?"
)
"""Two to five words that begin with a capital, initials among them."""

_CODE = re.compile(r"[A-ZÄÖÜÀ-ÖØ-Þ][A-Za-zÀ-ÖØ-öø-ÿ]{1,4}")
"""How planning software abbreviates a teacher: Mül, HOF, Sm."""

_FEWEST = 3
_USUAL = 0.4
_SMALLER = 0.85


def habits_of(cells: Sequence[Cell], *, timed: bool, teachers: frozenset[str] = frozenset()) -> Habits:
    """Of a table with these cells of lessons. timed: whether its labels print the times. teachers: codes that a legend explains."""
    every = [(_lines(cell), cell) for cell in cells]
    written = [(lines, cell) for lines, cell in every if len(lines) > 1]
    found = [{_before_room(line) for index, line in enumerate(lines) if _may_be_name(lines, index, cell)} for lines, cell in written]
    usual = sum(bool(names) for names in found) >= max(_FEWEST, _USUAL * len(written))
    names = frozenset(name for names in found for name in names) if usual else frozenset()
    codes = _codes([lines for lines, _ in written]) | _initials([lines for lines, _ in written])
    surnames, numbers = _in_threes(written)
    whole = [read(cell.words).lines for cell in cells]
    dated = places_behind_times(whole)
    enders = codes_at_ends([lines for lines, _ in every])
    names = frozenset(name for name in names if name.split(" ")[-1] not in enders)
    bracketed, behind = _in_square_brackets([lines for lines, _ in every])
    texts = [[" ".join(word.text for word in line) for line in lines] for lines, _ in every]
    initials = initials_of(texts) | chained_codes(text for own in texts for text in own)
    return Habits(
        names=names | initials | codes | surnames | teachers | bracketed | enders | teachers_behind_times(whole),
        rooms=_rooms([lines for lines, _ in every]),
        places=_places(written) | _small_places(written) | _lined_places(written) | numbers | behind | dated | places_in_brackets(whole),
        barred=_barred([lines for lines, _ in every]),
        labels=_labels([lines for lines, _ in every]),
        coded=_are_coded([lines for lines, _ in every]),
        codes=_bracketed_codes(written),
        heads=names_above(written),
        enders=enders,
        initials=initials,
        asides=_asides([[plain_text(line) for line in lines] for lines, _ in written]),
        courses=frozenset(text for lines, _ in every for line in lines if _WHOLE_COURSE.fullmatch(text := plain_text(line))),
        timed=timed,
    )


def _lines(cell: Cell) -> list[tuple[Word, ...]]:
    return [line for line in read(cell.words).lines if any(c.isalnum() for c in plain_text(line)) and not prints_time(plain_text(line))]


def _may_be_name(lines: Sequence[tuple[Word, ...]], index: int, cell: Cell) -> bool:
    text = _before_room(lines[index])
    if not _NAME.fullmatch(text) or TEACHER.search(text) or any(part.casefold().strip(".,") in SUBJECT_WORDS for part in text.split()):
        return False
    if index == 0:
        sizes = [print_size(line) for line in lines]
        return sizes[0] < _SMALLER * max(sizes)
    return _is_set_apart(lines[index - 1], lines[index], cell)


def _before_room(line: tuple[Word, ...]) -> str:
    """A line without the labelled room that its end prints behind a dash or a comma: Priya Rao - Venue: LT1."""
    text = plain_text(line)
    tail = _ROOM_BEHIND.search(text)
    return text[: tail.start()] if tail else text


_ROOM_BEHIND = re.compile(rf"\s?[-–—,/|]\s?{ROOM_LABELLED.pattern}$", re.IGNORECASE)


def _is_set_apart(before: tuple[Word, ...], line: tuple[Word, ...], cell: Cell) -> bool:
    """Whether the first word of the line would have had room in the line before: its line was begun on purpose."""
    if any(word.angle for word in (*before, *line)):
        return False
    size = size_of(before[-1])
    used = before[-1].box.right - before[0].box.left
    return used + 0.3 * size + line[0].box.width < cell.box.width - 0.5 * size


def _codes(written: Sequence[Sequence[tuple[Word, ...]]]) -> set[str]:
    """Codes of cells that print a subject, a short code and a room, each in a line or the last two in one, where most cells do."""
    threes = [
        lines for lines in written if len(lines) == 3 and _CODE.fullmatch(plain_text(lines[1])) and ROOM.fullmatch(plain_text(lines[2]))
    ]
    twos = [lines[1] for lines in written if len(lines) == 2 and len(lines[1]) > 1 and _is_code_and_room(lines[1])]
    found: set[str] = set()
    for codes in ([plain_text(lines[1]) for lines in threes], [line[0].text for line in twos]):
        [(_, most)] = Counter(codes).most_common(1) or [("", 0)]
        # a code that nearly all rooms have in common is their building's
        if len(set(codes)) > 1 and len(codes) >= max(_FEWEST, 0.6 * len(written)) and most <= _MOST_OF_ONE * len(codes):
            found |= set(codes)
    return found


_MOST_OF_ONE = 0.85


def _in_threes(written: Sequence[tuple[Sequence[tuple[Word, ...]], Cell]]) -> tuple[frozenset[str], frozenset[str]]:
    """Surnames and short rooms of cells that print subject, teacher and room in a line each, where nearly all do; () twice otherwise.

    Each teacher has few subjects, one at least has lessons again, and rooms, half of them numbers, are shared by several subjects.
    """
    told = [
        (plain_text(lines[0]), name, room, _is_set_apart(lines[0], lines[1], cell))
        for lines, cell in written
        if len(lines) == 3 and (name := plain_text(lines[1])) and (room := plain_text(lines[2]))
        if _SURNAME.fullmatch(name) and name.casefold() not in SUBJECT_WORDS and _SHORT.fullmatch(room)
    ]
    taught: defaultdict[str, set[str]] = defaultdict(set)
    held: defaultdict[str, set[str]] = defaultdict(set)
    for subject, name, room, _ in told:
        taught[name].add(subject)
        held[room].add(subject)
    usual = len(told) >= max(2 * _FEWEST, _MOST_ROOMS * len(written)) and 2 * sum(apart for *_, apart in told) >= len(told)
    numbered = 2 * sum(any(c.isdigit() for c in room) for _, _, room, _ in told) >= len(told)
    people = _FEWEST <= len(taught) < len(told) and all(len(subjects) <= _MOST_TAUGHT + 1 for subjects in taught.values())
    if not (usual and numbered and people and any(len(subjects) > 1 for subjects in held.values())):
        return frozenset(), frozenset()
    return frozenset(taught), frozenset(held)


_SURNAME = re.compile(r"[A-ZÀ-ÖØ-ÞŁŚŻČŠŽİ](?:[^\W\d_]|['’-]){2,15}")
_SHORT = re.compile(r"[^\W_]{1,4}")
"""A room by its number or a short name alone: 12, i4, le."""

_INITIALS = re.compile(r"[A-Z]{2,4}")


def _initials(written: Sequence[Sequence[tuple[Word, ...]]]) -> set[str]:
    """Initials, or names in brackets, that stand alone in the second line of most cells, each beneath one or two subjects: teachers."""
    twos = [(plain_text(lines[0]), plain_text(lines[1])) for lines in written if len(lines) == 2 and _is_coded(lines[1])]
    initialed = [(subject, code) for subject, code in twos if code not in NO_INITIALS and code != subject]
    subjects: defaultdict[str, set[str]] = defaultdict(set)
    for subject, code in initialed:
        subjects[code].add(subject)
    usual = len(initialed) >= max(2 * _FEWEST, 0.6 * sum(len(lines) == 2 for lines in written))
    return set(subjects) if usual and len(subjects) > 2 and all(len(taught) <= _MOST_TAUGHT for taught in subjects.values()) else set()


def _is_coded(line: Sequence[Word]) -> bool:
    """Whether a line is nothing but initials (RKI), or a name in brackets: (R K JAIN)."""
    text = " ".join(word.text for word in line)
    lesson = any(part.casefold() in SUBJECT_WORDS for part in plain_text(line).split())
    return bool(_INITIALS.fullmatch(text)) or (
        not lesson and _IN_BRACKETS.fullmatch(text) is not None and not ROOM.fullmatch(plain_text(line))
    )


_IN_BRACKETS = re.compile(
    r"\([A-ZÀ-ÖØ-Þ](?:[^\W\d_]|[.'’-]){2,}(?: (?:[A-ZÀ-ÖØ-Þ](?:[^\W\d_]|[.'’-])*|del?|de la|van|von|da|dos|bin|al|el)){0,5}\)"
    r"|\([A-Z]\.?(?: ?[A-Z]\.?)? [A-ZÀ-ÖØ-Þ](?:[^\W\d_]|['’])+\)"
)

_SQUARE = re.compile(r"\[(?P<name>(?:[A-Z]\.?\s){0,2}[A-ZÀ-ÖØ-Þ][^\W\d_]+(?:[ '’-][A-ZÀ-ÖØ-Þ][^\W\d_]+){0,2})\]")


def _in_square_brackets(written: Sequence[Sequence[tuple[Word, ...]]]) -> tuple[frozenset[str], frozenset[str]]:
    """Names in square brackets behind most subjects, and the lines below them where most are rooms: Physics HL [R HAMBLETON], 2S2."""
    names: list[str] = []
    below: list[str] = []
    for lines in written:
        texts = [" ".join(word.text for word in line) for line in lines]
        names += [found["name"] for found in _SQUARE.finditer(" ".join(texts)) if not ROOM.fullmatch(found["name"])]
        below += [text for line, text in pairwise(texts) if line.endswith("]")]
    lessons = any(part.casefold() in SUBJECT_WORDS for name in names for part in name.split())
    if len(names) < max(2 * _FEWEST, _USUAL * len(written)) or len(set(names)) <= 2 or lessons:
        return frozenset(), frozenset()
    rooms = sum(ROOM.fullmatch(text) is not None for text in below) >= _USUAL * len(below)
    return frozenset(names), frozenset(text for text in below if any(c.isdigit() for c in text)) if rooms else frozenset()


_MOST_TAUGHT = 3
"""Names of lessons that stand over the initials of one teacher."""

_CLASS = re.compile(r"\d{1,2}[A-Z]\d?|[A-Z]\d")
"""A class or a group, which stands last in lines as rooms do."""


def _rooms(written: Sequence[Sequence[tuple[Word, ...]]]) -> frozenset[str]:
    """What can only be a room, holds a digit, and stands last in the lines of most lessons, one of them at least with several."""
    before: defaultdict[str, set[str]] = defaultdict(set)
    parted = 0
    for line in (line for lines in written for line in lines if len(line) > 1 and not ROOM.fullmatch(plain_text(line))):
        for size in (2, 1):
            said, lesson = plain_text(line[-size:]), plain_text(line[:-size])
            wing = _WING.fullmatch(said) is not None
            named = wing or ROOM.fullmatch(said) is not None
            if not (lesson and any(c.isdigit() for c in said)) or not named or _CLASS.fullmatch(plain_text(line[-1:])):
                continue
            if wing or not _COURSE.fullmatch(lesson.split(" ")[-1]) or " " in said:
                before[said].add(lesson)
                parted += 1
            break
    shared = sum(len(lessons) > 1 for lessons in before.values())
    return frozenset(before) if shared and parted >= max(_FEWEST, _USUAL * len(written)) and 3 * shared >= len(before) else frozenset()


_WING = re.compile(r"\d{1,2}-\d{1,2}")
"""A room by the numbers of its building and its own, where lessons share it: 3-3."""

_WHOLE_COURSE = re.compile(r"[A-Z]{2,5} \d{2,4}[A-Z]?")
_COURSE = re.compile(r"[A-Z]{2,5}")
"""What a number after it makes the code of a course: MATH 101."""


_PLACE = re.compile(r"[^\W\d_][^\d,;:]{2,23}")


def _places(written: Sequence[tuple[Sequence[tuple[Word, ...]], Cell]]) -> frozenset[str]:
    """Last lines without a digit, set apart from the subject, where nearly all cells have a room in their last line (Taller, Cafeteria)."""
    last = [(lines, plain_text(lines[-1]), cell) for lines, cell in written if not read(cell.words).stacked]
    usual = sum(ROOM.fullmatch(said) is not None for _, said, _ in last)
    if usual < max(_FEWEST, _MOST_ROOMS * len(last)):
        return frozenset()
    subjects: defaultdict[str, set[str]] = defaultdict(set)
    for lines, said, _ in last:
        subjects[said].add(plain_text(lines[-2]))
    shared = {
        said
        for said, taught in subjects.items()
        if len(taught) > 1 and any(c.isdigit() for c in said) and not (ROOM.fullmatch(said) or TEACHER.search(said))
    }
    apart = {said for lines, said, cell in last if not ROOM.fullmatch(said) and _is_set_apart(lines[-2], lines[-1], cell)}
    return frozenset(said for said in apart if _PLACE.fullmatch(said) and len(said.split()) <= 2 and not TEACHER.search(said)) | shared


_MOST_ROOMS = 0.75


def _small_places(written: Sequence[tuple[Sequence[tuple[Word, ...]], Cell]]) -> frozenset[str]:
    """Last lines in smaller print beneath most subjects that repeat as places do, whatever they are called: NLHC G3, Dept Lab."""
    beside = [
        (plain_text(lines[-1]), " ".join(map(plain_text, lines[:-1])))
        for lines, _ in written
        if print_size(lines[-1]) <= _SMALLER * min(map(print_size, lines[:-1]))
    ]
    usual = len(beside) >= max(_FEWEST, _MOST_ROOMS * len(written))
    return frozenset(text for text, _ in beside if not TEACHER.search(text)) if usual and are_rooms(beside) else frozenset()


def _lined_places(written: Sequence[tuple[Sequence[tuple[Word, ...]], Cell]]) -> frozenset[str]:
    """Lines as far from the end of most cells of four lines or more that repeat as places do: Edge Hill 2.01 above the lecturer."""
    long = [[plain_text(line) for line in lines] for lines, _ in written if len(lines) >= _LONG]
    if len(long) < max(_FEWEST, _USUAL * len(written)):
        return frozenset()
    for back in (1, 2, 3):
        beside = [(texts[-back], " ".join(texts[:-back])) for texts in long]
        if are_rooms(beside) and sum(_CODED.fullmatch(text) is not None for text, _ in beside) < 0.5 * len(beside):
            return frozenset(text for text, _ in beside if not TEACHER.search(text))
    return frozenset()


_BARRED = re.compile(r"\s\|\s(?P<last>[^|]{1,20})$")


def _barred(written: Sequence[Sequence[tuple[Word, ...]]]) -> frozenset[str]:
    """What stands last in most cells behind a bar and repeats as places do: Algebra | ML D 28."""
    texts = [[plain_text(line) for line in lines] for lines in written]
    beside = [
        (bar["last"].strip(), " ".join((*lines[:index], text[: bar.start()])))
        for lines in texts
        for index, text in enumerate(lines)
        if (bar := _BARRED.search(text))
    ]
    return (
        frozenset(text for text, _ in beside) if len(beside) >= max(_FEWEST, _USUAL * len(written)) and are_rooms(beside) else frozenset()
    )


def _labels(written: Sequence[Sequence[tuple[Word, ...]]]) -> frozenset[str]:
    """Words that open lines of most cells as labels do; none unless there are two of them, so that the cells are forms."""
    told: Counter[str] = Counter()
    for lines in written:
        texts = (" ".join(word.text for word in line) for line in lines)
        found = (LABEL_OF_LINE.match(text) for text in texts if not TEACHER.match(text))
        told.update(
            {label["label"].casefold() for label in found if label and (heading_of(label["label"]) or not ROOM.fullmatch(label[0]))}
        )
    usual = {label for label, count in told.items() if count >= max(_FEWEST, _USUAL * len(written))}
    return frozenset(usual) if len(usual) > 1 else frozenset()


def _are_coded(written: Sequence[Sequence[tuple[Word, ...]]]) -> bool:
    """Whether nearly all cells open with a line that is a course's code alone, over one that often can only be a room, and no third."""
    coded = [lines for lines in written if lines and CODE.fullmatch(plain_text(lines[0]))]
    below = [" ".join(map(plain_text, lines[1:])) for lines in coded if len(lines) > 1]
    rooms = sum(ROOM.fullmatch(plain_text(lines[1])) is not None for lines in coded if len(lines) > 1)
    often = len(below) >= max(_FEWEST, 2 * _USUAL * len(coded)) and rooms >= max(_FEWEST, _USUAL * len(below))
    return often and len(coded) >= 2 * _USUAL * len(written) and len(set(below)) > 2


_LONG = 4
_CODED = re.compile(r"[A-Z]{2,6}[ -]?\d{2,4}[A-Z]?(?:/\w+){0,3}")


def _asides(written: Sequence[Sequence[str]]) -> frozenset[str]:
    """Codes with a digit in a line of nearly all cells, beside several subjects, that are neither a course nor a room: F-01 / CO."""
    if len(written) < _NO_CHANCE:
        return frozenset()
    common = Counter(text for texts in written for text in set(texts))
    asides = {
        text
        for text, count in common.items()
        if count >= _NEARLY * len(written) and any(c.isdigit() for c in text) and not any(test(text) for test in _SAYS_MORE)
    }
    subjects = {next((text for text in texts if text not in asides and not ROOM.fullmatch(text)), "") for texts in written}
    return frozenset(asides) if len(subjects - {""}) >= _FEWEST else frozenset()


_NO_CHANCE = 8
_NEARLY = 0.9
_SAYS_MORE = (CODE.fullmatch, _WHOLE_COURSE.fullmatch, ROOM.fullmatch, TEACHER.search, prints_time)


def _bracketed_codes(written: Sequence[tuple[Sequence[tuple[Word, ...]], Cell]]) -> frozenset[str]:
    """Codes that stand in brackets in a line of their own beneath the subject that they belong to: (BAS101)."""
    beside = []
    for lines, _ in written:
        for index, line in enumerate(lines[1:], start=1):
            if re.fullmatch(r"\([^()]+\)", " ".join(word.text for word in line)):
                beside.append((plain_text(line), " ".join(map(plain_text, lines[:index]))))
    return course_codes(beside)


def _is_code_and_room(line: Sequence[Word]) -> bool:
    return _CODE.fullmatch(line[0].text) is not None and ROOM.fullmatch(plain_text(line[1:])) is not None
