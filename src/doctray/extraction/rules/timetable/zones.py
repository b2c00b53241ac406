"""Learns what stands in fixed places of the cells: planners print teacher, room or start small around the subject, in its corners."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import median

from doctray.domain.document import Word
from doctray.extraction.rules.grid import Cell, hull
from doctray.extraction.rules.timetable.cells import Content, contents
from doctray.extraction.rules.timetable.kinds import (
    Beside,
    are_groups,
    are_rooms,
    is_counted,
    is_everywhere,
    is_place,
    is_room,
    names_whole_class,
)
from doctray.extraction.rules.timetable.lines import share
from doctray.extraction.rules.timetable.names import TEACHER, is_group
from doctray.extraction.rules.timetable.reading import Found, Reading, print_size, read, size_of
from doctray.extraction.rules.timetable.sorting import Habits
from doctray.extraction.rules.timetable.subjects import SUBJECT_WORDS
from doctray.extraction.times import find_spans

_UPPER, _LOWER = 0.34, 0.67
"""Between these parts of a cell's height stands the subject."""

_AT_EDGE = 0.14
"""What is nearer to the side of its cell than this part of the width, and on that half, was set against that side."""

_NARROW = 0.6
_SMALLER = 0.9
"""Print around the subject is lower than this part of the subject's."""

_APART = 0.6
"""So many heights of its letters between them and the subject set texts of the same print apart; lines of one text stand closer."""

_DIVIDED, _SELDOM = 0.3, 0.1
_FEWEST_GROUPS = 3
_CORNERED = 0.25
"""What stands in a corner, apart from the subject, is told in fewer cells: only lectures name their teacher."""

_FEWEST, _USUAL, _MOSTLY = 5, 0.6, 0.6
_UNLIKE, _OFF = 1.25, 0.3
"""Neighbours whose heights differ by this factor, or whose middles by this part of a height, are not one text."""

_FLUSH = 0.5
"""Lines of one text that is set against the right end there, give or take this part of their height."""

_GAP, _FAR = 1.1, 1.5
"""Heights of its letters: what stands further apart is two texts; and two columns of texts."""

_CODE = re.compile(r"[A-ZÀ-ÖØ-Þ][A-Za-zÀ-ÖØ-öø-ÿ]{0,4}")
_NAME = re.compile(r"(?:[A-ZÀ-ÖØ-Þ]\.\s?){0,3}[A-ZÀ-ÖØ-Þ][^\W\d_]*\.?(?:[ '’_-][^\W\d_]+\.?){0,3}")
_SEVERAL = re.compile(r"\s?[/&,+]\s?")

_Place = tuple[int, int]
"""(upper, middle or lower third; left, centre or right) of a cell, each as -1, 0 or 1"""

_Placed = list[tuple[_Place, tuple[Word, ...]]]


class Role(StrEnum):
    """What the texts in one place of the cells are."""

    TIME = "time"
    TEACHER = "teacher"
    ROOM = "room"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Zones:
    """What stands in the places around the subject, in all cells of one table. undivided: thirds whose left and right are one place.

    corners: texts that stand alone in a place. lined: the places are lines, not thirds, of the cells.
    """

    roles: dict[_Place, Role]
    undivided: frozenset[int] = frozenset()
    corners: frozenset[tuple[_Place, str]] = frozenset()
    lined: bool = False

    def content(self, cell: Cell, habits: Habits) -> Content | None:
        """The lesson of a cell that is laid out so; None for one that is not."""
        placed = _in_lines(cell) if self.lined else _together(_unjoined(_placed(cell), cell, self.corners), self.undivided)
        around: defaultdict[Role, list[tuple[Word, ...]]] = defaultdict(list)
        middle: list[tuple[Word, ...]] = []
        for place, phrase in placed:
            role = self.roles.get(place)
            shared = sum(other == place for other, _ in placed) > 1
            if place[0] and (role is None or shared) and is_group(_text([phrase])):
                role = Role.GROUP
            if role is None:
                middle.append(phrase)
            else:
                around[role].append(phrase)
        if not around or not (middle or Role.TIME in around):
            return None
        if self._is_too_low(placed) and _may_be_named(_text(middle)) and not _may_be_named(_text(around[Role.TEACHER])):
            middle, around[Role.TEACHER] = around[Role.TEACHER], middle
        words = tuple(word for phrase in middle for word in phrase)
        found = contents(read(words), habits) if words else ()
        content = found[0] if len(found) == 1 and found[0].subject else Content(subject=_found(middle))
        if around[Role.ROOM] and content.room:
            # a code in brackets beneath the subject, which could be a room where no other is printed
            content = replace(content, subject=_found(middle), room=None)
        timed = contents(Reading(tuple(around[Role.TIME])), replace(habits, timed=False)) if Role.TIME in around else ()
        if timed and timed[0].span:
            content = replace(content, span=timed[0].span, start_words=timed[0].start_words, end_words=timed[0].end_words)
        return replace(
            content,
            room=_found(around[Role.ROOM]) or content.room,
            teacher=_found(around[Role.TEACHER]) or content.teacher,
            notes=_found([*around[Role.GROUP], *([content.notes.words] if content.notes else [])]),
        )

    def _is_too_low(self, placed: _Placed) -> bool:
        """Whether a cell has no room for three lines, so that its subject may stand where others have the teacher, above theirs."""
        return all(place[0] for place, _ in placed) and any(
            self.roles.get(place) is Role.TEACHER and place[0] < 0 and place[1] <= 0 for place, _ in placed
        )


def zones_of(cells: Sequence[Cell]) -> Zones | None:
    """Places of the cells of lessons that have a use of their own; None where fewer than two have."""
    upright = [cell for cell in cells if cell.words and not any(word.angle for word in cell.words)]
    plain = [_placed(cell) for cell in upright]
    corners = frozenset((place, _text([phrase])) for placed in plain for place, phrase in placed if place[0] and place[1])
    every = [_unjoined(placed, cell, corners) for placed, cell in zip(plain, upright, strict=True)]
    if zones := _zones(every):
        return replace(zones, corners=corners)
    lined = [_in_lines(cell) for cell in upright]
    parted = sum(any(_is_at_right(place) for place, _ in placed) for placed in lined)
    zones = _zones(lined) if parted >= max(_FEWEST, _USUAL * len(lined)) else None
    return replace(zones, lined=True) if zones else None


def _zones(every: Sequence[_Placed]) -> Zones | None:
    laid_out = [placed for placed in every if len({place[0] for place, _ in placed}) > 1]
    if len(laid_out) < _FEWEST:
        return None
    undivided = frozenset(third for third in (-1, 1) if not _is_divided(laid_out, third) or _is_one_text(laid_out, third))
    laid_out = [_together(placed, undivided) for placed in laid_out]
    lead = _LEAD if _are_quartered(laid_out) else None
    texts: defaultdict[_Place, list[tuple[str, str]]] = defaultdict(list)
    sizes: defaultdict[_Place, list[float]] = defaultdict(list)
    for placed in laid_out:
        joined: defaultdict[_Place, list[tuple[Word, ...]]] = defaultdict(list)
        for place, phrase in placed:
            joined[place].append(phrase)
            sizes[place].append(print_size(phrase))
        for place, phrases in joined.items():
            texts[place].append((_text(phrases), _subject(placed, lead)))
    subject = median([size for place, own in sizes.items() if place[0] == 0 for size in own] or [0.0])
    at_side = {side: sum(place == (0, side) for placed in laid_out for place, _ in placed) > _DIVIDED * len(laid_out) for side in (-1, 1)}
    roles = {
        place: role
        for place, own in texts.items()
        if place[0] != 0 and place != lead and (role := _role(own, cornered=place[1] != 0)) is not None
        if len(own) >= (_FEWEST_GROUPS if role is Role.GROUP else (_CORNERED if place[1] else _USUAL) * len(laid_out))
        if lead
        or role in (Role.TIME, Role.GROUP)
        or median(sizes[place]) <= _SMALLER * subject
        or median(_gaps(laid_out, place)) >= _APART
        or (place[1] > 0 and not at_side[1])
        or (place[1] < 0 and not at_side[-1] and role is Role.ROOM)
    }
    roles |= _counted(roles, texts)
    roles |= _told_apart(roles, texts)
    if len(roles) < 2 or len(set(roles.values())) < len(roles):
        return None
    return Zones(roles | _wider(roles, texts), undivided)


def _are_quartered(laid_out: Sequence[_Placed]) -> bool:
    """Whether cells hold two lines of two texts each, the subject first, and nothing between them."""
    between = sum(any(place[0] == 0 for place, _ in placed) for placed in laid_out)
    first, at_right = (sum(any(test(place) for place, _ in placed) for placed in laid_out) for test in (_LEAD.__eq__, _is_at_right))
    return between <= _DIVIDED * len(laid_out) and min(first, at_right) >= _USUAL * len(laid_out)


_LEAD = (-1, -1)


def _is_at_right(place: _Place) -> bool:
    return place == (-1, 1)


def _counted(roles: dict[_Place, Role], texts: dict[_Place, list[tuple[str, str]]]) -> dict[_Place, Role]:
    """Of two places that both look like rooms, the one that counts on one word, as G1 and G2, or repeats one text: the group's."""
    rooms = [place for place, role in roles.items() if role is Role.ROOM]
    counted = [place for place in rooms if is_counted([text for text, _ in texts[place]])]
    return {counted[0]: Role.GROUP} if len(rooms) == 2 and len(counted) == 1 and Role.GROUP not in roles.values() else {}


def _told_apart(roles: dict[_Place, Role], texts: dict[_Place, list[tuple[str, str]]]) -> dict[_Place, Role]:
    """Of two places that look alike, the room's, where the class has most lessons, and the teacher's, who teaches few subjects."""
    for alike, other in ((Role.TEACHER, Role.ROOM), (Role.ROOM, Role.TEACHER)):
        places = [place for place, role in roles.items() if role is alike]
        home = [place for place in places if is_everywhere(texts[place])]
        if len(places) == 2 and len(home) == 1 and other not in roles.values():
            return {place: Role.ROOM if place in home else Role.TEACHER for place in places}
    return {}


def _wider(roles: dict[_Place, Role], texts: dict[_Place, list[tuple[str, str]]]) -> dict[_Place, Role]:
    """Where a text that is too long for its corner reaches to the middle of the cell: places with texts of the corner's use."""
    free = [((third, 0), role) for (third, side), role in roles.items() if side and (third, 0) not in roles]
    return {place: role for place, role in free if role in (Role.TEACHER, Role.ROOM) and _role(texts.get(place, []), cornered=True) is role}


def _is_divided(laid_out: Sequence[_Placed], third: int) -> bool:
    """Whether texts stand on both sides of this third, or against its right in many cells, or its left under subjects that do not."""
    sides = [{place[1] for place, _ in placed if place[0] == third} for placed in laid_out]
    middle = sum(place == (0, -1) for placed in laid_out for place, _ in placed)
    at_left = sum(-1 in own for own in sides) >= _USUAL * len(laid_out) and middle <= _DIVIDED * len(laid_out)
    return at_left or sum(len(own) > 1 or 1 in own for own in sides) >= _DIVIDED * len(laid_out)


def _is_one_text(laid_out: Sequence[_Placed], third: int) -> bool:
    """Whether texts of one use stand alone in this third, the short ones against its side, the long ones all across."""
    sides = [{place[1] for place, _ in placed if place[0] == third} for placed in laid_out]
    usual = any(sum(side in own for own in sides) >= _USUAL * len(laid_out) for side in (-1, 0, 1))
    if usual or sum(len(own) > 1 for own in sides) > _SELDOM * len(laid_out):
        return False
    texts = [_text([phrase for place, phrase in placed if place[0] == third]) for placed in laid_out]
    return _role([(text, "") for text in texts if text]) is not None


def _subject(placed: _Placed, lead: _Place | None) -> str:
    return _text([phrase for place, phrase in placed if place[0] == 0 or place == lead])


def _together(placed: _Placed, undivided: frozenset[int]) -> _Placed:
    return [((place[0], 0) if place[0] in undivided else place, phrase) for place, phrase in placed]


def _gaps(laid_out: Sequence[_Placed], place: _Place) -> list[float]:
    """In each cell, how far what stands in this place is from what stands in the middle, in heights of its letters."""
    gaps = [0.0]
    for placed in laid_out:
        own = [word.box for at, phrase in placed if at == place for word in phrase]
        others = [word.box for at, phrase in placed if at[0] == 0 for word in phrase]
        if own and others:
            one, other = hull(own), hull(others)
            gaps.append((max(one.top, other.top) - min(one.bottom, other.bottom)) / max(1.0, median(box.height for box in own)))
    return gaps[1:] or gaps


def _role(beside: Beside, *, cornered: bool = False) -> Role | None:
    """What texts of one place are. cornered: they stand in a corner, where a line that only holds a room is the room's as a whole."""
    texts = [text for text, _ in beside]
    if not texts:
        return None
    if share(texts, lambda text: any(span.stop - span.begin == len(text) for span in find_spans(text))) >= _MOSTLY:
        return Role.TIME
    if are_groups(texts) or share(texts, names_whole_class) >= _DIVIDED:
        return Role.GROUP
    if share(texts, lambda text: TEACHER.search(text) is not None) >= _MOSTLY:
        return Role.TEACHER
    if share(texts, is_place if cornered else is_room) >= _MOSTLY or are_rooms([each for each in beside if each[1]]):
        return Role.ROOM
    named = share(texts, _may_be_named)
    return Role.TEACHER if named >= _MOSTLY and len(set(texts)) > 2 else None


def _may_be_named(text: str) -> bool:
    """Whether a text may be people: a code, a name, or several of either."""
    lesson = any(part.casefold().strip(".,") in SUBJECT_WORDS for part in text.split())
    parts = _SEVERAL.split(text)
    return not lesson and all(
        any(p is not None for p in (TEACHER.search(each), _CODE.fullmatch(each), _NAME.fullmatch(each))) for each in parts
    )


def _placed(cell: Cell) -> _Placed:
    box = cell.box
    placed: _Placed = []
    for phrase in _phrases(cell.words):
        left, right = min(word.box.left for word in phrase), max(word.box.right for word in phrase)
        middle = (left + right) / 2 - box.left
        height = (sum(word.box.center_y for word in phrase) / len(phrase) - box.top) / max(1.0, box.height)
        narrow = right - left < _NARROW * box.width
        side = -1 if narrow and left - box.left < _AT_EDGE * box.width and middle < 0.4 * box.width else 0
        side = 1 if narrow and box.right - right < _AT_EDGE * box.width and middle > 0.6 * box.width else side
        placed.append(((-1 if height < _UPPER else 1 if height > _LOWER else 0, side), phrase))
    return [_with_its_end(place, phrase, placed) for place, phrase in placed]


def _with_its_end(place: _Place, phrase: tuple[Word, ...], placed: _Placed) -> tuple[_Place, tuple[Word, ...]]:
    """A line as wide as its cell in the corner of the short line below it that ends where it does: they are one text."""
    if place[0] == 0 or place[1] != 0:
        return place, phrase
    right, size = phrase[-1].box.right, size_of(phrase[-1])
    below = [other for at, other in placed if at == (place[0], 1) and other[0].box.top > phrase[0].box.center_y]
    ends = any(abs(other[-1].box.right - right) <= _FLUSH * size for other in below)
    return ((place[0], 1) if ends else place), phrase


def _unjoined(placed: _Placed, cell: Cell, corners: frozenset[tuple[_Place, str]]) -> _Placed:
    """What reaches from side to side above or below the subject as two texts, where one of them stands alone in that corner elsewhere."""
    found: _Placed = []
    edge = _AT_EDGE * cell.box.width
    for (third, side), phrase in placed:
        across = phrase[0].box.left - cell.box.left < edge and cell.box.right - phrase[-1].box.right < edge
        cut = next(
            (
                index
                for index in range(1, len(phrase))
                if ((third, -1), _text([phrase[:index]])) in corners or ((third, 1), _text([phrase[index:]])) in corners
            ),
            None,
        )
        if third and across and cut:
            found.extend((((third, -1), phrase[:cut]), ((third, 1), phrase[cut:])))
        else:
            found.append(((third, side), phrase))
    return found


def _in_lines(cell: Cell) -> _Placed:
    """The texts of two lines, of which the first holds two far apart, as in four quarters; as they stand in the cell otherwise."""
    lines = read(cell.words).lines
    parts = [_phrases(line) for line in lines]
    if len(parts) != 2 or len(parts[0]) != 2 or len(parts[1]) > 2:
        return _placed(cell)
    first, second = parts[0]
    if second[0].box.left - first[-1].box.right < _FAR * size_of(first[-1]):
        return _placed(cell)
    return [((third, side), phrase) for third, own in zip((-1, 1), parts, strict=True) for side, phrase in zip((-1, 1), own, strict=False)]


def _phrases(words: Sequence[Word]) -> list[tuple[Word, ...]]:
    """Words of one line and one print that stand close together."""
    phrases: list[list[Word]] = []
    for line in read(words).lines:
        for index, word in enumerate(line):
            if index and _goes_on(line[index - 1], word):
                phrases[-1].append(word)
            else:
                phrases.append([word])
    return [tuple(phrase) for phrase in phrases]


def _goes_on(before: Word, word: Word) -> bool:
    low, high = sorted((size_of(before), size_of(word)))
    level = abs(before.box.center_y - word.box.center_y) <= _OFF * high
    return level and high <= _UNLIKE * max(low, 1.0) and word.box.left - before.box.right <= _GAP * high


def _text(phrases: Sequence[tuple[Word, ...]]) -> str:
    return " ".join(word.text for phrase in phrases for word in phrase).strip(" -–|,;")


def _found(phrases: Sequence[tuple[Word, ...]]) -> Found | None:
    text = _text(phrases)
    words = tuple(word for phrase in phrases for word in phrase)
    return Found(value=text, words=words, certainty=0.9) if any(c.isalnum() for c in text) else None
