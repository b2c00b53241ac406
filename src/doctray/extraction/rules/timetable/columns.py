"""Tells what the columns of a list with a lesson a row hold by what stands in them, where no heading says so."""

import re
from collections.abc import Callable, Mapping, Sequence

from doctray.domain.document import Box
from doctray.extraction.rules.timetable.days import day_name, days_in_short, days_of_run, short_days
from doctray.extraction.rules.timetable.headings import heading_of
from doctray.extraction.rules.timetable.lines import share
from doctray.extraction.rules.timetable.names import ROOM, TEACHER, is_initialed, is_name
from doctray.extraction.rules.timetable.reading import Reading
from doctray.extraction.times import find_label_spans

Row = Sequence[tuple[Box, Reading]]
"""The cells of one row, left to right, with what stands in them"""

_FEWEST_ROWS, _FEWEST_COLUMNS, _FEWEST_DAYS = 4, 3, 2
_MOSTLY, _OFTEN = 0.8, 0.5
_SHARED = 0.25
"""Columns that have so much of their texts in common are alike: classes side by side, each with its lessons, and no list."""

_WORD = re.compile(r"[^\W\d_]{4}")
_DEGREE = re.compile(r"(?:,\s?|\b)(?:[MS]\.?[A-Z][a-z]{0,4}\.|S\.T\b|M\.?T\.?$|Ph\.?D)|^(?:Ir|Dra?s?)\.\s")
"""What people carry behind or before their names: ST.,M.Kom, Ir."""


def columns_told(rows: Sequence[Row]) -> dict[str, Box]:
    """The columns of day, time (or start and end, or when for both in one), subject, room and teacher, as far as their texts tell.

    {} where there are no times with a day each, or no single column that can be the subjects'. What a heading says of a column stands.
    """
    full = [row for row in rows if sum(bool(reading.text) for _, reading in row) >= _FEWEST_COLUMNS]
    if len(full) < _FEWEST_ROWS:
        return {}
    boxes = [box for box, _ in max(full, key=len)]
    texts = {box: [reading.text for row in full for other, reading in row if _stands_in(other, box) and reading.text] for box in boxes}
    found = _times(texts, len(full))
    days_alone = [row for row in rows if len(said := [r.text for _, r in row if r.text]) == 1 and day_name(said[0])]
    if not found or not ({"day", "when"} & set(found) or len(days_alone) >= _FEWEST_DAYS):
        return {}
    rest = {box: own for box, own in texts.items() if all(box is not other for other in found.values()) and len(own) >= _OFTEN * len(full)}
    return _with_content(found, rest) if not _are_alike(list(rest.values())) else {}


def _stands_in(box: Box, column: Box) -> bool:
    return box.left <= column.center_x <= box.right


def _times(texts: Mapping[Box, Sequence[str]], count: int) -> dict[str, Box]:
    """The columns of days and of times."""
    found: dict[str, Box] = {}
    single: list[Box] = []
    for box, own in texts.items():
        if share(own, _is_when) >= _MOSTLY:
            return {"when": box}
        if "day" not in found and len(own) >= _FEWEST_DAYS and share(own, _is_day_among(own)) >= _MOSTLY:
            found["day"] = box
        elif "time" not in found and len(own) >= _OFTEN * count and share(own, _is_range) >= _MOSTLY:
            found["time"] = box
        elif len(own) >= _OFTEN * count and share(own, _is_start) >= _MOSTLY:
            single.append(box)
    if "time" in found:
        return found
    return {**found, "start": single[0], "end": single[1]} if len(single) == 2 else {}


def _is_day_among(texts: Sequence[str]) -> Callable[[str], bool]:
    short = short_days(texts)
    return lambda text: any((day_name(text), days_of_run(text), days_in_short(text, short)))


def _is_when(text: str) -> bool:
    spans = find_label_spans(text)
    return bool(spans) and spans[0].end is not None and day_name(text[: spans[0].begin]) is not None


def _is_range(text: str) -> bool:
    spans = find_label_spans(text)
    return len(spans) == 1 and spans[0].end is not None and 2 * (spans[0].stop - spans[0].begin) > len(text)


def _is_start(text: str) -> bool:
    spans = find_label_spans(text)
    return len(spans) == 1 and spans[0].end is None and spans[0].stop - spans[0].begin == len(text)


def _are_alike(columns: Sequence[Sequence[str]]) -> bool:
    sets = [set(own) for own in columns]
    return any(
        len(one & other) >= max(2, _SHARED * min(len(one), len(other))) for index, one in enumerate(sets) for other in sets[index + 1 :]
    )


def _with_content(found: Mapping[str, Box], rest: Mapping[Box, Sequence[str]]) -> dict[str, Box]:
    """The columns with those of subjects, rooms and teachers. rest: what stands in the others."""
    columns = dict(found)
    for box, own in rest.items():
        if own and (key := heading_of(own[0])) in ("room", "teacher", "notes", "subject"):
            columns.setdefault(key, box)
    left = {box: own for box, own in rest.items() if all(box is not other for other in columns.values())}
    for box, own in left.items():
        key = "room" if share(own, _is_room) >= _MOSTLY else "teacher" if share(own, _is_person) >= _MOSTLY else None
        if key:
            columns.setdefault(key, box)
    wordy = {
        box: sum(map(len, own)) / len(own)
        for box, own in left.items()
        if all(box is not other for other in columns.values()) and len(set(own)) > 1 and share(own, _is_wordy) >= _OFTEN
    }
    if "subject" not in columns and wordy:
        columns["subject"] = max(wordy, key=lambda box: wordy[box])
    return columns if "subject" in columns else {}


def _is_room(text: str) -> bool:
    return ROOM.fullmatch(text) is not None


def _is_person(text: str) -> bool:
    return (TEACHER.fullmatch(text) or _DEGREE.search(text)) is not None or is_initialed(text) or (is_name(text) and " " in text)


def _is_wordy(text: str) -> bool:
    return _WORD.search(text) is not None
