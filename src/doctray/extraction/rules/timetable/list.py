"""Reads timetables that are lists: rows with a column for the day, or lines of times under a heading that names days."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from doctray.domain.document import Box, Page, Word
from doctray.extraction.rules.grid import Axis, Cell, Grid, box_of, hull
from doctray.extraction.rules.timetable.aligned import phrases_of, strips
from doctray.extraction.rules.timetable.blocks import Block, Edge
from doctray.extraction.rules.timetable.cells import Content, contents
from doctray.extraction.rules.timetable.columns import columns_told
from doctray.extraction.rules.timetable.days import DayName, day_name, days_in_short, days_of_run, short_days
from doctray.extraction.rules.timetable.headings import heading_of, joint_heading_of
from doctray.extraction.rules.timetable.joined_heads import with_heads_parted
from doctray.extraction.rules.timetable.names import ASIDE, DATE, ROOM, ROOM_LABELLED, is_name
from doctray.extraction.rules.timetable.paired_days import paired_days
from doctray.extraction.rules.timetable.reading import Found, Reading, plain_text, read, size_of
from doctray.extraction.rules.timetable.titles import Titles, titles
from doctray.extraction.times import PrintedSpan, TimeSpan, find_label_spans, find_spans, resolve

_FEWEST, _MOST_ROWS = 2, 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a page with a list holds."""

    titles: Titles
    blocks: tuple[Block, ...]


def tabled_blocks(grid: Grid) -> tuple[Block, ...]:
    """Blocks of a table with one lesson a row, whose first row names its columns (Day, Time, Subject …); else ().

    The day stands in a column, or alone in a row above its lessons.
    """
    rows = _rows(grid)
    for index, cells in enumerate(rows):
        later = rows[index + 1 :]
        row = with_heads_parted(cells, later)
        columns = _columns(row)
        if "subject" in columns and ({"time", "start", "when"} & set(columns) or {"day", "period"} <= set(columns)):
            return _rowed(grid, _with_days(_titled(columns, row, later), later), later)
    return ()


def untitled_blocks(grid: Grid) -> tuple[Block, ...]:
    """Blocks of such a table whose columns are told by what stands in them, since no heading says it; else ()."""
    rows = _rows(grid)
    columns = columns_told(rows)
    return _rowed(grid, columns, rows) if columns else ()


def lined_blocks(page: Page) -> Listed | None:
    """Blocks of a list without headings and without lines between its columns, told by what stands in them; None where there is none."""
    words = [word for word in page.words if word.angle == 0 and word.text.strip()]
    lines = [phrases for line in read(words).lines if len(phrases := phrases_of(line)) >= _FEWEST_COLUMNS and _prints_one_time(line)]
    columns = _stretches([box_of(phrase) for phrases in lines for phrase in phrases], least=(len(lines) + 1) // 2)
    if not _FEWEST_LINES <= len(lines) <= _MOST_ROWS or len(columns) < _FEWEST_COLUMNS:
        return None
    levels = [hull(box_of(phrase) for phrase in phrases) for phrases in lines]
    rules = [(s.top + s.bottom) / 2 for s in page.segments if s.horizontal and s.right - s.left >= page.width / 4]
    cells: list[Cell] = []
    for row in strips(levels, Axis.Y, words, rules):
        own = phrases_of([word for word in words if row.low <= word.box.center_y < row.high])
        homes = [max(columns, key=lambda column: _shared(column, box_of(phrase))) for phrase in own]
        for column in columns:
            inside = tuple(word for phrase, home in zip(own, homes, strict=True) if home is column for word in phrase)
            cells.append(Cell(box=Box(column[0], row.low, column[1], row.high), words=inside))
    grid = Grid(page=page.number, box=hull(cell.box for cell in cells), cells=tuple(cells), ruled=False)
    made = untitled_blocks(grid)
    return Listed(titles=titles(page, grid.box, inside=(), above=0.0, below=float(page.height)), blocks=made) if made else None


_FEWEST_LINES, _FEWEST_COLUMNS = 4, 3


def _shared(column: tuple[float, float], box: Box) -> float:
    """How much of a column a box covers, or how far it is from it, below nothing."""
    return min(column[1], box.right) - max(column[0], box.left)


def _prints_one_time(line: tuple[Word, ...]) -> bool:
    spans = find_label_spans(Reading((line,)).text)
    return len(spans) == 1 and spans[0].end is not None


def _stretches(boxes: Sequence[Box], *, least: int) -> list[tuple[float, float]]:
    """From where to where the columns run whose texts these are: texts that overlap are one column's; one of fewer than `least` is none."""
    columns: list[list[Box]] = []
    for box in sorted(boxes, key=lambda box: box.left):
        if columns and box.left < max(other.right for other in columns[-1]):
            columns[-1].append(box)
        else:
            columns.append([box])
    return [(min(box.left for box in own), max(box.right for box in own)) for own in columns if len(own) >= max(1, least)]


def _rowed(grid: Grid, columns: dict[str, Box], rows: Sequence[Sequence[tuple[Box, Reading]]]) -> tuple[Block, ...]:
    labels = _day_labels(rows, columns)
    short, pairs = short_days(labels), paired_days(labels)
    drafts: list[Draft] = []
    heading: Reading | None = None
    for row in rows:
        said = [reading for _, reading in row if reading.text]
        if len(said) == 1 and day_name(said[0].text):
            heading = said[0]
        elif draft := _row_draft(_with_tall(row, rows), columns, short, pairs, grid.page):
            if draft.name is None and heading and "day" not in columns:
                draft = replace(draft, name=day_name(heading.text), day_words=heading.words)
            drafts.append(draft)
    return settled(_carried(drafts))


def columned_blocks(page: Page) -> tuple[Listed, ...]:
    """Lists whose columns are named, and told by how they line up: lines between them are drawn in part or not at all.

    A list ends where the next one's headings stand, less the title over them.
    """
    words = [word for word in page.words if word.angle == 0 and word.text.strip()]
    headed = [(heads, columns) for line in read(words).lines if (columns := _columns(heads := _heads(line))) and _tell_lessons(columns)]
    tops = [hull(box for box, _ in heads).top for heads, _ in headed]
    found: list[Listed] = []
    above = 0.0
    for (heads, columns), top, stop in zip(headed, tops, [*tops, float(page.height)][1:], strict=True):
        bottom = hull(box for box, _ in heads).bottom
        end = stop if stop == page.height else stop - _TITLE_LINES * (bottom - top)
        grid = _columned_grid(page, heads, [word for word in words if bottom < word.box.center_y < end], columns)
        made = tabled_blocks(grid) if grid else ()
        if len(made) >= _FEWEST:
            around = titles(page, Box(0, top, page.width, end), inside=(), above=above, below=end)
            found.append(Listed(titles=around, blocks=made))
            above = end
    return tuple(found)


_TITLE_LINES = 3.0
"""Heights of a line of headings that the title over it takes, with the space around."""


def _heads(line: tuple[Word, ...]) -> list[tuple[Box, Reading]]:
    return [(box_of(part), Reading((part,))) for phrase in phrases_of(line) for part in _headings_in(phrase)]


def _headings_in(phrase: tuple[Word, ...]) -> list[tuple[Word, ...]]:
    """The headings of several columns that an engine took for one text: Day Time; else the phrase."""
    if len(phrase) > _LONGEST_HEADINGS or any(word.confidence == 1.0 for word in phrase) or heading_of(Reading((phrase,)).text):
        return [phrase]
    for stop in range(1, len(phrase)):
        first = phrase[:stop]
        # only behind a heading is the rest looked at: every way of cutting a long line would be 2 to the number of its words
        if heading_of(Reading((first,)).text) not in _PARTED:
            continue
        rest = _headings_in(phrase[stop:])
        if all(heading_of(Reading((part,)).text) in _PARTED for part in rest):
            return [first, *rest]
    return [phrase]


_LONGEST_HEADINGS = 12
"""Words of a row of headings; a longer one is a sentence."""


_PARTED = ("day", "period", "time", "start", "end", "room", "teacher", "notes")
"""Headings that are no part of another one, as Class is of Class Type."""


def _tell_lessons(columns: Mapping[str, Box]) -> bool:
    return "subject" in columns and ("when" in columns or ("day" in columns and bool({"time", "start"} & set(columns))))


def _columned_grid(page: Page, heads: Sequence[tuple[Box, Reading]], body: Sequence[Word], columns: dict[str, Box]) -> Grid | None:
    """The list as a grid: a row for each line that prints a time, and in each row the day that it belongs to."""
    columns_at = strips([box for box, _ in heads], Axis.X, body, ())
    place = {id(box): strip for (box, _), strip in zip(heads, columns_at, strict=True)}
    in_column = {
        key: [word for word in body if place[id(box)].low <= word.box.center_x < place[id(box)].high] for key, box in columns.items()
    }
    timed = in_column.get("start") or in_column.get("time") or in_column.get("when") or []
    levels = [box_of(line) for line in read(timed).lines if find_label_spans(Reading((line,)).text)]
    if not _FEWEST <= len(levels) <= _MOST_ROWS:
        return None
    rows = strips(levels, Axis.Y, [word for key, own in in_column.items() if key != "day" for word in own], ())
    days = [(box_of(line), line) for line in read(in_column.get("day", ())).lines if _days(Reading((line,)).text)]
    top = min(box.top for box, _ in heads)
    cells = [
        # the strip of a first row close below them may begin above their tops
        Cell(box=Box(strip.low, top, strip.high, max(top, rows[0].low)), words=reading.words)
        for (_, reading), strip in zip(heads, columns_at, strict=True)
    ]
    rules = [(s.top + s.bottom) / 2 for s in page.segments if s.horizontal and s.right - s.left >= page.width / 4]
    for row, level in zip(rows, levels, strict=True):
        for (box, _), strip in zip(heads, columns_at, strict=True):
            if columns.get("day") is box:
                own = _day_of(level, days, rules)
            else:
                own = tuple(w for w in body if strip.low <= w.box.center_x < strip.high and row.low <= w.box.center_y < row.high)
            cells.append(Cell(box=Box(strip.low, row.low, strip.high, row.high), words=own))
    return Grid(page=page.number, box=hull(cell.box for cell in cells), cells=tuple(cells), ruled=False)


def _day_of(level: Box, days: Sequence[tuple[Box, tuple[Word, ...]]], rules: Sequence[float]) -> tuple[Word, ...]:
    """The label of the day of a row: the one between the same two rules, else the last one above; () where there is none."""
    above = max((rule for rule in rules if rule <= level.center_y), default=float("-inf"))
    below = min((rule for rule in rules if rule > level.center_y), default=float("inf"))
    between = [words for box, words in days if above <= box.center_y < below]
    if len(between) == 1:
        return between[0]
    before = [words for box, words in days if box.top <= level.bottom]
    return before[-1] if before else ()


def listed_blocks(page: Page) -> Listed | None:
    """Blocks of lines `9:00 - 10:00 Maths Room 4` under headings that name one or several days, or with the day in the line."""
    drafts: list[Draft] = []
    heading: tuple[DayName, tuple[Word, ...]] | None = None
    first: Box | None = None
    for line in read([word for word in page.words if word.angle == 0 and word.text.strip()]).lines:
        day, rest = _leading_day(line)
        if day and not rest:
            heading, first = (day, line), first or box_of(line)
            continue
        label = (day, line[: len(line) - len(rest)]) if day else heading
        span = next((span for span in find_label_spans(Reading((rest,)).text) if span.begin <= 2), None) if rest else None
        if label is None or span is None:
            continue
        if content := _line_content(rest, span):
            first = first or box_of(line)
            drafts.append(Draft(page=page.number, name=label[0], day_words=label[1], content=content, span=span))
    if len(drafts) < _FEWEST or first is None:
        return None
    below = Box(0, first.top, page.width, page.height)
    around = titles(page, below, inside=(), above=0.0, below=float(page.height))
    return Listed(titles=around, blocks=settled(drafts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    page: int
    name: DayName | None
    day_words: tuple[Word, ...]
    content: Content
    span: PrintedSpan | None


def _rows(grid: Grid) -> list[list[tuple[Box, Reading]]]:
    rows: list[list[tuple[Box, Reading]]] = []
    for cell in sorted(grid.cells, key=lambda cell: (cell.box.top, cell.box.left)):
        first = rows[-1][0][0] if rows else cell.box
        if rows and abs(first.top - cell.box.top) <= 0.3 * (min(first.height, cell.box.height) + 1):
            rows[-1].append((cell.box, read(cell.words)))
        else:
            rows.append([(cell.box, read(cell.words))])
    return [sorted(row, key=lambda item: item[0].left) for row in rows]


def _columns(row: Sequence[tuple[Box, Reading]]) -> dict[str, Box]:
    columns: dict[str, Box] = {}
    for box, reading in row:
        if key := heading_of(reading.text) or joint_heading_of(reading.text):
            columns.setdefault(key, box)
    return columns


def headed_blocks(grid: Grid, page: Page) -> tuple[Block, ...]:
    """Blocks of a table of lessons that are all at the time of the line right above it (MONDAYS 8:30 - 11:00am); else ()."""
    rows = _rows(grid)
    columns = _columns(rows[0]) if rows else {}
    if "subject" not in columns or not {"room", "teacher"} & set(columns) or set(columns) & {"day", "when", "time", "start", "period"}:
        return ()
    above = [word for word in page.words if word.box.center_y < grid.box.top and not word.angle and word.text.strip()]
    lines = read(above).lines
    head = Reading(lines[-1:])
    span = next((span for span in find_label_spans(head.text) if span.end), None)
    name = day_name(head.text[: span.begin]) if span else None
    if (
        name is None
        or span is None
        or grid.box.top - max(word.box.bottom for word in head.words) > _NEAR_HEAD * max(map(size_of, head.words))
    ):
        return ()
    day_words = head.between(0, max(1, span.begin - 1))
    start, end = head.between(span.begin, span.end_begin), head.between(span.end_begin, span.stop)
    told = [cells for row in rows[1:] if (cells := _cells_of(row, columns)).get("subject") and any(map(str.isalpha, cells["subject"].text))]
    drafts = [
        Draft(
            page=page.number,
            name=name,
            day_words=day_words,
            content=replace(_content_of(cells), start_words=start, end_words=end),
            span=span,
        )
        for cells in told
    ]
    return settled(drafts) if len(drafts) >= _FEWEST else ()


_NEAR_HEAD = 3.0
"""Heights of its letters between the line that tells the time and the table."""


def _with_tall(row: Sequence[tuple[Box, Reading]], rows: Sequence[Sequence[tuple[Box, Reading]]]) -> list[tuple[Box, Reading]]:
    """The row with the cells that began in a row above and reach over it: one subject for two lessons."""
    level = min((box for box, _ in row), key=lambda box: box.height).center_y
    return [*row, *((box, reading) for other in rows for box, reading in other if other is not row and box.top <= level <= box.bottom)]


def _with_days(columns: dict[str, Box], rows: Sequence[Sequence[tuple[Box, Reading]]]) -> dict[str, Box]:
    """The columns with that of the times as one of days too, where most of its cells open with a day: Senin, 07:00 - 09:30."""
    column = columns.get("time")
    if column is None or {"day", "when"} & set(columns):
        return columns
    told = [reading.text for row in rows for box, reading in row if box.left <= column.center_x <= box.right and reading.text]
    headed = [text for text in told if (spans := find_label_spans(text)) and day_name(text[: spans[0].begin])]
    return {**{key: box for key, box in columns.items() if key != "time"}, "when": column} if 2 * len(headed) > len(told) else columns


def _day_labels(rows: Sequence[Sequence[tuple[Box, Reading]]], columns: dict[str, Box]) -> list[str]:
    column = columns.get("day")
    if column is None:
        return []
    return [reading.text for row in rows for box, reading in row if box.left <= column.center_x <= box.right]


def _row_draft(
    row: Sequence[tuple[Box, Reading]], columns: dict[str, Box], short: Mapping[str, int], pairs: Mapping[str, DayName], page: int
) -> Draft | None:
    cells = _cells_of(row, columns)
    subject = cells.get("subject")
    timing = Reading(tuple(line for key in ("time", "start", "end", "when") if key in cells for line in cells[key].lines))
    spans = find_label_spans(timing.text)
    span = spans[0] if spans else None
    if span and len(spans) > 1 and {"start", "end"} <= set(cells):
        # a start and an end that are ranges themselves: 6.30-7.30, 7.30-8.30
        span = replace(spans[-1], start=span.start, end=spans[-1].end or spans[-1].start, begin=span.begin)
    untimed = span is None and "period" in columns and not {"time", "start", "when"} & set(columns)
    if subject is None or not any(letter.isalpha() for letter in subject.text) or (span is None and not untimed):
        return None
    day = cells.get("day")
    if day is None and "when" in cells and span:
        day = Reading((timing.between(0, span.begin),))
    name = (pairs.get(day.text) or _days(day.text) or days_in_short(day.text, short)) if day else None
    content = _content_of(cells)
    content = replace(
        content,
        room=content.room or (_place_behind(timing, spans[0]) if len(spans) == 1 else None),
        start_words=timing.between(span.begin, span.end_begin if span.end else span.stop) if span else (),
        end_words=timing.between(span.end_begin, span.stop) if span and span.end else (),
    )
    return Draft(page=page, name=name, day_words=day.words if day and name else (), content=content, span=span)


def _place_behind(timing: Reading, span: PrintedSpan) -> Found | None:
    """The place that stands behind a time, in lists that have no column for it: Terça-feira 08:00-12:00 AT 2 Sala 45."""
    words = timing.between(span.stop, len(timing.text))
    text = plain_text(words)
    other = ASIDE.fullmatch(text) or DATE.search(text) or len(text) > _LONGEST_PLACE
    return Found(value=text, words=words, certainty=0.9) if not other and (ROOM.fullmatch(text) or ROOM_LABELLED.search(text)) else None


_LONGEST_PLACE = 30
"""Letters of a building with its room; what is longer tells more than where."""


def _cells_of(row: Sequence[tuple[Box, Reading]], columns: Mapping[str, Box]) -> dict[str, Reading]:
    return {key: reading for key, column in columns.items() for box, reading in row if box.left <= column.center_x <= box.right}


def _content_of(cells: Mapping[str, Reading]) -> Content:
    """What the cells of a row say of its lesson, the subject's among them."""
    subject = cells["subject"]
    parts = contents(subject)
    whole = Content(subject=Found(value=subject.text, words=subject.words))
    # what looks like a room beside the subject is none where rooms have a column of their own: Algebra (2016)
    content = parts[0] if parts and parts[0].subject and not (parts[0].room and "room" in cells) else whole
    named = {
        key: Found(value=cells[key].text, words=cells[key].words)
        for key in ("room", "teacher", "notes")
        if key in cells and cells[key].words
    }
    return replace(
        content,
        room=named.get("room", content.room),
        teacher=named.get("teacher", content.teacher),
        notes=named.get("notes", content.notes),
    )


def _days(text: str) -> DayName | None:
    """The days that a cell of a column of days names, as names or as a run of letters."""
    return day_name(text) or days_of_run(text)


_CODED = re.compile(r"[A-Z]{2,5}[ -]?\d{2,4}[A-Z]?(?:[ .-]\w{1,4})?")


def _titled(columns: dict[str, Box], heads: Sequence[tuple[Box, Reading]], rows: Sequence[Sequence[tuple[Box, Reading]]]) -> dict[str, Box]:
    """The columns with the subject where titles stand, when a first column of it holds nothing but codes (Course, Title)."""
    first = columns["subject"]
    told = [reading.text for row in rows for box, reading in row if box.left <= first.center_x <= box.right and reading.text]
    others = [box for box, reading in heads if box is not first and heading_of(reading.text) == "subject"]
    if not others or not told or not all(_CODED.fullmatch(text) for text in told):
        return columns
    return {**columns, "subject": others[0], "notes": columns.get("notes", first)}


def _carried(drafts: Sequence[Draft]) -> list[Draft]:
    """A row without a day belongs to the day above it."""
    carried: list[Draft] = []
    for draft in drafts:
        if draft.name is None and carried:
            draft = replace(draft, name=carried[-1].name, day_words=carried[-1].day_words)
        if draft.name:
            carried.append(draft)
    return carried


def _leading_day(line: tuple[Word, ...]) -> tuple[DayName | None, tuple[Word, ...]]:
    """The days that a line opens with, and the words after them; the longest opening that names days wins."""
    for count in range(min(6, len(line)), 0, -1):
        text = " ".join(word.text for word in line[:count])
        name = day_name(text)
        alone = len(text.strip(" .:,")) <= 2
        if name and not alone and not find_spans(text):
            return name, line[count:]
    return None, line


def _line_content(rest: tuple[Word, ...], span: PrintedSpan) -> Content | None:
    reading = Reading((rest,))
    taken = reading.between(span.begin, span.stop)
    words = tuple(word for word in rest if word not in taken)
    phrases = _phrases(words)
    teacher = _name_beside_room(phrases)
    found = contents(Reading(tuple(phrase for phrase in phrases if phrase is not teacher)))
    if not found or found[0].subject is None or not any(letter.isalpha() for letter in found[0].subject.value):
        return None
    return replace(
        found[0],
        span=None,
        teacher=found[0].teacher or (Found(value=Reading((teacher,)).text, words=teacher, certainty=0.8) if teacher else None),
        start_words=reading.between(span.begin, span.end_begin if span.end else span.stop),
        end_words=reading.between(span.end_begin, span.stop) if span.end else (),
    )


def _name_beside_room(phrases: Sequence[tuple[Word, ...]]) -> tuple[Word, ...] | None:
    """The phrase of three or more that is a name, next to one that is a room: Pilates   Studio 1   Ingrid."""
    for index in range(1, len(phrases)):
        text = Reading((phrases[index],)).text
        near = [Reading((phrases[at],)).text for at in (index - 1, index + 1) if 0 < at < len(phrases)]
        if is_name(text) and any(ROOM.fullmatch(other) for other in near):
            return phrases[index]
    return None


def _phrases(words: Sequence[Word]) -> list[tuple[Word, ...]]:
    phrases: list[tuple[Word, ...]] = []
    part: list[Word] = []
    for word in words:
        if part and word.box.left - part[-1].box.right > 1.1 * size_of(word):
            phrases.append(tuple(part))
            part = []
        part.append(word)
    return [*phrases, tuple(part)] if part else phrases


def settled(drafts: Sequence[Draft]) -> tuple[Block, ...]:
    """Blocks with their times read together day by day; one that stands under several days is repeated for each."""
    runs: list[list[Draft]] = []
    for draft in drafts:
        if runs and runs[-1][0].day_words == draft.day_words:
            runs[-1].append(draft)
        else:
            runs.append([draft])
    made: list[Block] = []
    for run in runs:
        resolved = iter(resolve([draft.span for draft in run if draft.span]))
        times = [next(resolved) if draft.span else None for draft in run]
        name = run[0].name
        for day in name.days if name else ():
            made.extend(_block(draft, day, time) for draft, time in zip(run, times, strict=True))
    return tuple(made)


def _block(draft: Draft, day: str, time: TimeSpan | None) -> Block:
    assert draft.name
    assert draft.content.subject
    content, week = draft.content, draft.name.week
    return Block(
        page=draft.page,
        day=Found(value=day, words=draft.day_words, certainty=draft.name.certainty),
        week=Found(value=week, words=draft.day_words) if week else None,
        start=Edge(minutes=time.start, words=content.start_words) if time else Edge(),
        end=Edge(minutes=time.end, words=content.end_words) if time else Edge(),
        subject=draft.content.subject,
        room=content.room,
        teacher=content.teacher,
        notes=content.notes,
    )
