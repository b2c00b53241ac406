"""One week drawn as the programs that schools use draw it: spreadsheets, word processors, planning software, portals, lists."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.samples.paper import Paper
from tests.samples.sheet import Colour, Rect, Sheet, Style, wrapped
from tests.samples.timetable_plan import DAYS, Lesson, Plan, Slot, a_plan, block

A4_ACROSS_PT = (842.0, 595.0)
TABLE: Rect = (36.0, 108.0, 806.0, 560.0)
_SIDE, _HEAD, _PAUSE = 86.0, 26.0, 24.0
COLOURS: tuple[Colour, ...] = (
    (0.80, 0.90, 0.98), (0.98, 0.86, 0.80), (0.84, 0.95, 0.82), (0.98, 0.95, 0.76), (0.90, 0.84, 0.96), (0.76, 0.93, 0.92), (0.97, 0.82, 0.90),
    (0.88, 0.88, 0.88),
)  # fmt: skip
_HEAD_FILL: Colour = (0.22, 0.36, 0.56)
_WHITE: Colour = (1.0, 1.0, 1.0)
GREY: Colour = (0.80, 0.80, 0.82)

NAMES = {
    "full": DAYS,
    "upper": tuple(day.upper() for day in DAYS),
    "short": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat"),
    "two": ("Mo", "Tu", "We", "Th", "Fr", "Sa"),
    "letters": ("M", "T", "W", "T", "F", "S"),
    "misspelt": ("Monday", "Tuseday", "Wensday", "Thrusday", "Firday", "Saterday"),
    "dated": ("Mon 6 Jan", "Tue 7 Jan", "Wed 8 Jan", "Thu 9 Jan", "Fri 10 Jan", "Sat 11 Jan"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"),
    "de_short": ("Mo", "Di", "Mi", "Do", "Fr", "Sa"),
    "fr": ("Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi", "Samedi"),
    "fr_short": ("Lun", "Mar", "Mer", "Jeu", "Ven", "Sam"),
    "es": ("LUNES", "MARTES", "MIÉRCOLES", "JUEVES", "VIERNES", "SÁBADO"),
    "it": ("Lunedì", "Martedì", "Mercoledì", "Giovedì", "Venerdì", "Sabato"),
    "nl": ("ma", "di", "wo", "do", "vr", "za"),
    "pt": ("Segunda-feira", "Terça-feira", "Quarta-feira", "Quinta-feira", "Sexta-feira", "Sábado"),
    "pt_short": ("Seg.", "Ter.", "Qua.", "Qui.", "Sex.", "Sáb."),
    "pl": ("Poniedzialek", "Wtorek", "Sroda", "Czwartek", "Piatek", "Sobota"),
    "tr": ("Pazartesi", "Sali", "Çarsamba", "Persembe", "Cuma", "Cumartesi"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a grid is drawn.

    across: days across the top. names: key of NAMES. label: range, start, stacked, from_to, number, number_range, number_key, cell, none.
    clock: key of CLOCKS. cell: key of _CELLS. rules: full, light, dashed, rows, columns, none, double. fill: "", cells, zebra.
    pause: merged, each, spelt, turned, label, gap. title: left, labelled, one_line, inside, none. room_column: rooms stand beside each day.
    """

    across: bool = True
    names: str = "full"
    label: str = "range"
    clock: str = "24"
    cell: str = "subject"
    rules: str = "full"
    fill: str = ""
    pause: str = "merged"
    title: str = "left"
    days: int = 5
    periods: int = 6
    doubles: bool = False
    free: float = 0.1
    corner: str = ""
    turned_days: bool = False
    room_column: bool = False
    head_fill: bool = False


CLOCKS: dict[str, Callable[[int], str]] = {
    "24": lambda m: f"{m // 60:02d}:{m % 60:02d}",
    "24_short": lambda m: f"{m // 60}:{m % 60:02d}",
    "12": lambda m: f"{(m // 60 - 1) % 12 + 1}:{m % 60:02d}",
    "12_dot": lambda m: f"{(m // 60 - 1) % 12 + 1}.{m % 60:02d}",
    "am_pm": lambda m: f"{(m // 60 - 1) % 12 + 1}:{m % 60:02d} {'AM' if m < 720 else 'PM'}",
    "am_pm_tight": lambda m: f"{(m // 60 - 1) % 12 + 1}.{m % 60:02d}{'am' if m < 720 else 'pm'}",
    "compact": lambda m: f"{m // 60:02d}{m % 60:02d}",
    "h": lambda m: f"{m // 60}h{m % 60:02d}",
}

_BIG, _MID, _SMALL = Style(font="hebo", size=10.5), Style(size=9.5), Style(size=8.0)

_CELLS: dict[str, Callable[[Lesson], list[tuple[str, Style]]]] = {
    "subject": lambda x: [(x.subject, _MID)],
    "lines": lambda x: [(x.subject, _BIG), (x.teacher, _SMALL), (x.room, _SMALL)],
    "even_lines": lambda x: [(x.subject, _MID), (x.teacher, _MID), (x.room, _MID)],
    "comma": lambda x: [(x.subject, _BIG), (f"{x.teacher}, {x.room}", _SMALL)],
    "brackets": lambda x: [(f"{x.subject} ({x.room})", _MID)],
    "dash": lambda x: [(f"{x.subject} - {x.room}", _MID)],
    "labelled": lambda x: [(x.subject, _BIG), (f"Room: {x.room}", _SMALL), (f"Teacher: {x.teacher}", _SMALL)],
    "asc": lambda x: [(x.teacher, _SMALL), (x.subject, Style(font="hebo", size=12)), (x.room, _SMALL)],
    "two_lines": lambda x: [(x.subject, _MID), (x.room, _MID)],
}
_SHOWS_TEACHER = {"lines", "even_lines", "comma", "labelled", "asc"}
_SHOWS_ROOM = set(_CELLS) - {"subject"}

LOOKS: dict[str, Look] = {
    "spreadsheet": Look(clock="24_short", corner="Time"),
    "spreadsheet_light": Look(rules="light", fill="zebra", cell="dash", clock="am_pm", corner="Time"),
    "spreadsheet_down": Look(across=False, names="upper", corner="DAY/TIME", clock="12"),
    "word_processor": Look(cell="lines", label="stacked", clock="12_dot", title="labelled"),
    "word_processor_even": Look(cell="even_lines", label="range", clock="24", title="one_line", free=0.2),
    "word_processor_down": Look(across=False, cell="two_lines", names="short", clock="12_dot", pause="turned"),
    "planner_class": Look(
        across=False, names="two", label="number_range", cell="asc", pause="gap", free=0.3, title="one_line", doubles=True
    ),
    "planner_across": Look(names="short", label="number_range", cell="asc", pause="gap", free=0.2, clock="24_short"),
    "planner_german": Look(names="de_short", label="stacked", cell="two_lines", pause="gap", doubles=True, title="one_line"),
    "german_full": Look(names="de", clock="24", cell="brackets", pause="each"),
    "french": Look(names="fr", clock="h", cell="lines", doubles=True, pause="merged"),
    "french_short": Look(names="fr_short", clock="h", label="start", pause="merged"),
    "spanish": Look(names="es", corner="HORA", clock="24_short", pause="each"),
    "italian": Look(names="it", label="number_range", clock="12_dot", pause="gap"),
    "dutch": Look(names="nl", cell="two_lines", label="range", pause="merged"),
    "portuguese_rooms": Look(names="pt_short", room_column=True, pause="gap"),
    "portuguese": Look(names="pt", clock="h", corner="Horário"),
    "polish": Look(names="pl", label="number_range", pause="gap", cell="two_lines"),
    "turkish": Look(names="tr", clock="12_dot", corner="Saat"),
    "colour_blocks": Look(rules="none", fill="cells", cell="comma", doubles=True, head_fill=True),
    "colour_blocks_down": Look(across=False, rules="none", fill="cells", cell="two_lines", names="short", doubles=True),
    "colours_ruled": Look(fill="cells", cell="lines", doubles=True, head_fill=True, pause="spelt"),
    "colours_down": Look(across=False, fill="cells", names="upper", doubles=True, pause="turned", clock="24_short"),
    "unruled": Look(rules="none", pause="merged"),
    "unruled_rooms": Look(rules="none", cell="two_lines", pause="each", free=0.0),
    "unruled_down": Look(across=False, rules="none", names="short", pause="gap", cell="two_lines"),
    "rows_ruled": Look(rules="rows", cell="comma"),
    "columns_ruled": Look(rules="columns", cell="dash", clock="24_short"),
    "dashed": Look(rules="dashed", label="from_to", clock="am_pm_tight"),
    "double_rules": Look(rules="double", label="number_range", pause="label"),
    "periods_with_key": Look(label="number_key", pause="gap", title="labelled"),
    "periods_only": Look(label="number", pause="gap", across=False, names="short"),
    "start_times": Look(label="start", clock="24_short"),
    "start_times_down": Look(label="start", clock="12_dot", across=False, pause="turned"),
    "times_in_cells": Look(label="cell", pause="each", free=0.2, clock="12_dot"),
    "times_in_colours": Look(label="cell", pause="gap", free=0.3, fill="cells", cell="two_lines", doubles=True),
    "compact_times": Look(clock="compact", cell="dash", pause="merged"),
    "from_to": Look(label="from_to", cell="brackets", clock="24"),
    "letters_spelt_down": Look(across=False, pause="spelt", names="upper", clock="12"),
    "spelt_across": Look(pause="spelt", clock="24"),
    "break_in_label": Look(pause="label", clock="12_dot", corner="Period"),
    "single_letters": Look(names="letters", cell="subject", clock="24_short"),
    "misspelt_days": Look(names="misspelt", across=False),
    "dated_days": Look(names="dated", cell="comma"),
    "turned_days": Look(across=False, turned_days=True, cell="lines", clock="24"),
    "title_inside": Look(title="inside", clock="12"),
    "six_days": Look(days=6, periods=7, across=False, names="short", clock="12", pause="turned", title="labelled"),
    "labelled_cells": Look(cell="labelled", free=0.3, clock="am_pm"),
}
"""A grid for each name."""


def grid(name: str, rng: Random) -> Paper:
    """The look of that name, of a week drawn by rng."""
    look = LOOKS[name]
    plan = a_plan(rng, days=look.days, periods=look.periods, doubles=look.doubles, free=look.free, breaks=look.pause != "gap")
    sheet = Sheet(*A4_ACROSS_PT)
    titles = draw_titles(sheet, plan, look)
    blocks = Painter(sheet, plan, look).paint(TABLE)
    return a_paper(f"timetable_{name}", sheet.pdf(), titles, blocks)


def a_paper(name: str, pdf: bytes, titles: dict[str, Any], blocks: Sequence[dict[str, Any]]) -> Paper:
    ordered = sorted(blocks, key=lambda item: (DAYS.index(item["day"]), item["start"] or ""))
    truth = dict.fromkeys(("teacher_name", "class_name", "school_name", "term", "year")) | titles | {"timeblocks": ordered}
    return Paper(name=name, document_type="timetable", pdf=pdf, truth=truth)


def draw_titles(sheet: Sheet, plan: Plan, look: Look) -> dict[str, Any]:
    bold = Style(font="hebo", size=15)
    named = {"class_name": plan.class_name, "school_name": plan.school, "term": plan.term, "year": plan.year}
    match look.title:
        case "left":
            sheet.write((36, 48), plan.school, bold)
            sheet.write((36, 72), f"Class {plan.class_name}", Style(font="hebo", size=12))
            sheet.write((36, 92), f"{plan.term} {plan.year}/{(plan.year + 1) % 100:02d}", _MID)
        case "labelled":
            sheet.cell((36, 30, 806, 52), [(plan.school, bold)])
            sheet.cell((36, 52, 806, 70), [("CLASS TIME TABLE", Style(font="hebo", size=11))])
            sheet.write((36, 90), f"Class: {plan.class_name}", _MID)
            sheet.write((300, 90), f"Term: {plan.term}", _MID)
            sheet.write((560, 90), f"Academic Year: {plan.year}-{plan.year + 1}", _MID)
        case "one_line":
            sheet.cell((36, 30, 806, 54), [(plan.school, bold)])
            sheet.cell((36, 56, 806, 76), [(f"Class {plan.class_name} Timetable - {plan.term} {plan.year}", Style(font="hebo", size=12))])
        case "inside":
            return {"class_name": plan.class_name, "term": plan.term, "year": plan.year}
        case _:
            return {}
    return named


class Painter:
    """Draws the grid of one look and keeps the blocks that it shows."""

    def __init__(self, sheet: Sheet, plan: Plan, look: Look) -> None:
        self.sheet, self.plan, self.look = sheet, plan, look
        self.time = CLOCKS[look.clock]
        subjects = sorted({lesson.subject for lesson in plan.lessons})
        self.colour_of = {subject: COLOURS[index % len(COLOURS)] for index, subject in enumerate(subjects)}
        self.blocks: list[dict[str, Any]] = []
        self.slots = plan.slots

    def paint(self, table: Rect) -> list[dict[str, Any]]:
        left, top, right, bottom = table
        if self.look.title == "inside":
            title = f"Class {self.plan.class_name} - {self.plan.term} {self.plan.year}"
            self._box((left, top, right, top + 26))
            self.sheet.cell((left, top, right, top + 26), [(title, _BIG)])
            top += 26
        if self.look.label == "number_key":
            bottom -= 40
            self._key((left, bottom + 12, right, bottom + 40))
        head = self._head_size()
        if self.look.across:
            self.day_edges = spread(left + self._side_size(), right, [1.0] * self.plan.days)
            self.slot_edges = spread(top + head, bottom, [self._share(slot) for slot in self.slots])
            self.corner = (left, top, left + self._side_size(), top + head)
        else:
            self.day_edges = spread(top + head, bottom, [1.0] * self.plan.days)
            self.slot_edges = spread(left + self._side_size(), right, [self._share(slot) for slot in self.slots])
            self.corner = (left, top, left + self._side_size(), top + head)
        if self.look.rules == "rows":
            for y in (top, *([*self.slot_edges] if self.look.across else [*self.day_edges])):
                self.sheet.line((left, y), (right, y), width=0.5, colour=GREY)
        if self.look.rules == "columns":
            for x in (left, *([*self.day_edges] if self.look.across else [*self.slot_edges])):
                self.sheet.line((x, top), (x, bottom), width=0.5)
        self._labels()
        self._pauses()
        self._lessons()
        return self.blocks

    # geometry

    def _head_size(self) -> float:
        return _HEAD if self.look.across else 40.0

    def _side_size(self) -> float:
        return (130.0 if self.look.label == "from_to" else _SIDE) if self.look.across else 80.0

    def _share(self, slot: Slot) -> float:
        if not slot.name:
            return 1.0
        return 0.62 if self.look.across else 0.72

    def _rect(self, days: tuple[int, int], slots: tuple[int, int]) -> Rect:
        """Cells from the first to the last day and slot, ends exclusive."""
        low, high = self.day_edges[days[0]], self.day_edges[days[1]]
        begin, end = self.slot_edges[slots[0]], self.slot_edges[slots[1]]
        return (low, begin, high, end) if self.look.across else (begin, low, end, high)

    def _box(self, rect: Rect, fill: Colour | None = None) -> None:
        match self.look.rules:
            case "full":
                self.sheet.box(rect, width=0.8, fill=fill)
            case "light":
                self.sheet.box(rect, width=0.5, colour=GREY, fill=fill)
            case "double":
                self.sheet.box(rect, width=0.6, fill=fill)
                left, top, right, bottom = rect
                self.sheet.box((left + 2, top + 2, right - 2, bottom - 2), width=0.6)
            case "dashed":
                self.sheet.box(rect, width=0.6, fill=fill, dashes="[3 2] 0")
            case _ if fill:
                left, top, right, bottom = rect
                self.sheet.box((left + 1.5, top + 1.5, right - 1.5, bottom - 1.5), width=0, fill=fill)

    # labels

    def _labels(self) -> None:
        self._box(self.corner)
        if self.look.corner:
            self.sheet.cell(self.corner, [(self.look.corner, _MID)])
        left, top, right, bottom = self.corner
        ink = Style(font="hebo", size=10, colour=_WHITE) if self.look.head_fill else Style(font="hebo", size=10)
        for day in range(self.plan.days):
            low, high = self.day_edges[day], self.day_edges[day + 1]
            rect = (low, top, high, bottom) if self.look.across else (left, low, right, high)
            name = NAMES[self.look.names][day]
            self._box(rect, _HEAD_FILL if self.look.head_fill else None)
            if self.look.room_column:
                middle = low + 0.7 * (high - low)
                self._box((low, top, middle, bottom))
                self._box((middle, top, high, bottom))
                self.sheet.cell((low, top, middle, bottom), [(name, ink)])
                self.sheet.cell((middle, top, high, bottom), [("Sala", ink)])
            elif self.look.turned_days:
                self.sheet.turned(rect, name, ink)
            else:
                self.sheet.cell(rect, [(name, ink)])
        for index, slot in enumerate(self.slots):
            begin, end = self.slot_edges[index], self.slot_edges[index + 1]
            self._time_label((left, begin, right, end) if self.look.across else (begin, top, end, bottom), slot)

    def _time_label(self, rect: Rect, slot: Slot) -> None:
        left, top, right, bottom = rect
        if self.look.label == "from_to" and self.look.across:
            middle = (left + right) / 2
            for part, minutes in (((left, top, middle, bottom), slot.start), ((middle, top, right, bottom), slot.end)):
                self._box(part)
                self.sheet.cell(part, [(self.time(minutes), _MID)])
            return
        self._box(rect)
        lines = self._label_lines(slot)
        if lines:
            self.sheet.cell(rect, lines, pad=1.5, leading=1.15)

    def _label_lines(self, slot: Slot) -> list[tuple[str, Style]]:
        start, end, number = self.time(slot.start), self.time(slot.end), str(slot.number or "")
        named = [(slot.name, _MID)] if slot.name and self.look.pause == "label" else []
        match self.look.label:
            case "range" if self.look.across:
                return [(f"{start} - {end}", _MID), *named]
            case "range":
                return [(start, _MID), (f"- {end}", _MID), *named]
            case "stacked":
                return [(start, _MID), (end, _MID)]
            case "start":
                return [(start, _MID)]
            case "number" | "number_key":
                return [(f"P{number}" if self.look.label == "number_key" else number, _BIG)]
            case "number_range":
                return [*([(number, _MID)] if number else []), *named, (f"{start} - {end}", _SMALL)]
            case _:
                return []

    def _key(self, rect: Rect) -> None:
        left, top, right, bottom = rect
        wide = (right - left) / max(1, len(self.slots))
        for index, slot in enumerate(self.slots):
            text = f"P{slot.number}: {self.time(slot.start)} - {self.time(slot.end)}"
            self.sheet.cell((left + index * wide, top, left + (index + 1) * wide, bottom), [(text, _SMALL)], align="left")

    # content

    def _shown(self, slot: Slot) -> Slot:
        """The times that the paper shows for a slot."""
        if self.look.label in ("number", "none"):
            return Slot(start=-1, end=-1)
        if self.look.label == "start":
            following = next((later.start for later in self.slots if later.start >= slot.end), -1)
            return Slot(start=slot.start, end=following)
        return slot

    def _pauses(self) -> None:
        for index, slot in enumerate(self.slots):
            if not slot.name:
                continue
            self.blocks += [block(day, self._shown(slot), slot.name) for day in range(self.plan.days)]
            everyone = self._rect((0, self.plan.days), (index, index + 1))
            match self.look.pause:
                case "merged":
                    self._box(everyone, GREY if self.look.fill == "cells" else None)
                    self.sheet.cell(everyone, [(slot.name, _MID)])
                case "turned":
                    self._box(everyone)
                    self.sheet.turned(everyone, slot.name.upper(), _BIG)
                case _:
                    for day in range(self.plan.days):
                        rect = self._rect((day, day + 1), (index, index + 1))
                        self._box(rect)
                        letters = slot.name.upper() if self.look.pause == "spelt" else ""
                        text = letters[day : day + 1] if letters else slot.name if self.look.pause == "each" else ""
                        lines = [(text, _MID)] if text else []
                        if lines and self.look.label == "cell":
                            lines.insert(0, (f"{self.time(slot.start)} - {self.time(slot.end)}", _SMALL))
                        if lines:
                            self.sheet.cell(rect, lines)

    def _lessons(self) -> None:
        for day in range(self.plan.days):
            for index, slot in enumerate(self.slots):
                if slot.name or self.plan.covered(day, index):
                    continue
                lesson = self.plan.at(day, index)
                rect = self._rect((day, day + 1), (index, index + (lesson.length if lesson else 1)))
                self._cell(rect, lesson, zebra=index % 2 == 1)
                if lesson:
                    self._keep(lesson)

    def _keep(self, lesson: Lesson) -> None:
        room = self.look.cell in _SHOWS_ROOM or self.look.room_column
        span = self._shown(self.plan.span(lesson))
        self.blocks.append(
            block(
                lesson.day, span, lesson.subject, room=lesson.room if room else None,
                teacher=lesson.teacher if self.look.cell in _SHOWS_TEACHER else None,
            )
        )  # fmt: skip

    def _cell(self, rect: Rect, lesson: Lesson | None, *, zebra: bool) -> None:
        fill = GREY if zebra and self.look.fill == "zebra" else None
        if lesson and self.look.fill == "cells":
            fill = self.colour_of[lesson.subject]
        if self.look.room_column:
            left, top, right, bottom = rect
            middle = left + 0.7 * (right - left)
            parts: tuple[tuple[Rect, str], ...] = (
                ((left, top, middle, bottom), lesson.subject if lesson else ""),
                ((middle, top, right, bottom), lesson.room if lesson else ""),
            )
            for part, text in parts:
                self._box(part, fill)
                if text:
                    self.sheet.cell(part, _folded([(text, _MID)], part))
            return
        self._box(rect, fill)
        if lesson is None:
            return
        lines = _CELLS[self.look.cell](lesson)
        if self.look.label == "cell":
            span = self.plan.span(lesson)
            lines = [(f"{self.time(span.start)} - {self.time(span.end)}", _SMALL), *lines]
        self.sheet.cell(rect, _folded(lines, rect), leading=1.2)


def _folded(lines: Sequence[tuple[str, Style]], rect: Rect) -> list[tuple[str, Style]]:
    """Lines broken at spaces where they are too wide for the box."""
    room = rect[2] - rect[0] - 5
    return [(part, style) for text, style in lines for part in wrapped(text, style, room)]


def spread(low: float, high: float, shares: Sequence[float]) -> list[float]:
    edges = [low]
    for share in shares:
        edges.append(edges[-1] + (high - low) * share / sum(shares))
    return edges
