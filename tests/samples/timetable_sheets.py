"""Timetables that are more than one plain grid: portals, lists, two weeks, several classes, whose table it is, legends, blank forms."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

from tests.samples.paper import Paper
from tests.samples.sheet import Sheet, Style
from tests.samples.timetable_looks import (
    A4_ACROSS_PT,
    CLOCKS,
    COLOURS,
    GREY,
    LOOKS,
    NAMES,
    TABLE,
    Painter,
    a_paper,
    draw_titles,
    grid,
    spread,
)
from tests.samples.timetable_plan import DAYS, Plan, a_plan, block

A4_PT = (595.0, 842.0)
_BOLD, _MID, _SMALL = Style(font="hebo", size=10.5), Style(size=9.5), Style(size=8.0)


def portal(rng: Random, *, times: bool, turned: bool = False) -> Paper:
    """A week view on a scale of hours with coloured blocks put where their times are. times: printed in each block too."""
    plan = a_plan(rng, doubles=True, free=0.3, breaks=False)
    if not times:
        # without printed times a block can only be read where it ends on the scale
        plan = _on_the_hour(plan)
    sheet = Sheet(*A4_ACROSS_PT)
    sheet.write((36, 48), f"Timetable: Class {plan.class_name}", Style(font="hebo", size=14))
    sheet.write((36, 70), f"{plan.term} {plan.year}", _MID)
    left, top, right, bottom = TABLE
    first, last = plan.slots[0].start // 60, -(-plan.slots[-1].end // 60)
    hours = spread(top + 26, bottom, [1.0] * (last - first))
    days = spread(left + 60, right, [1.0] * plan.days)
    for hour, y in zip(range(first, last + 1), hours, strict=True):
        sheet.line((left + 40, y), (right, y), width=0.4, colour=GREY)
        if hour < last:
            sheet.cell((left, y, left + 56, y + 14), [(f"{hour:02d}:00", _SMALL)])
    for day in range(plan.days):
        sheet.cell((days[day], top, days[day + 1], top + 26), [(NAMES["short"][day], _BOLD)])
    scale = (hours[-1] - hours[0]) / (last - first) / 60
    blocks = []
    colour_of = {subject: COLOURS[index % len(COLOURS)] for index, subject in enumerate(sorted({x.subject for x in plan.lessons}))}
    for lesson in plan.lessons:
        span = plan.span(lesson)
        y0, y1 = (hours[0] + (minutes - first * 60) * scale for minutes in (span.start, span.end))
        rect = (days[lesson.day] + 3, y0 + 0.5, days[lesson.day + 1] - 3, y1 - 0.5)
        sheet.box(rect, width=0, fill=colour_of[lesson.subject])
        lines = [(lesson.subject, _BOLD), (lesson.room, _SMALL)]
        if times:
            lines.insert(0, (f"{CLOCKS['24'](span.start)} - {CLOCKS['24'](span.end)}", _SMALL))
        sheet.cell(rect, lines, leading=1.15)
        blocks.append(block(lesson.day, span, lesson.subject, room=lesson.room))
    titles = {"class_name": plan.class_name, "term": plan.term, "year": plan.year}
    return a_paper("timetable_portal", sheet.pdf(), titles, blocks)


def _on_the_hour(plan: Plan) -> Plan:
    slots = tuple(replace(slot, start=60 * (8 + index), end=60 * (9 + index)) for index, slot in enumerate(plan.slots))
    return replace(plan, slots=slots)


def table_list(rng: Random, *, ruled: bool, day_each: bool, split_times: bool) -> Paper:
    """One lesson a row under named columns. day_each: the day stands in every row, else once in the middle of its rows."""
    plan = a_plan(rng, periods=4, free=0.35, breaks=False)
    sheet = Sheet(*A4_ACROSS_PT)
    titles = draw_titles(sheet, plan, LOOKS["word_processor"])
    times = ["Start", "End"] if split_times else ["Time"]
    heads = ["Day", *times, "Subject", "Room", "Teacher"]
    edges = spread(36, 806, [1.0, *([0.8] * len(times)), 2.2, 1.0, 1.6])
    lessons = sorted(plan.lessons, key=lambda x: (x.day, x.slot))
    rows = spread(110, min(570, 110 + 26 * (len(lessons) + 1)), [1.0] * (len(lessons) + 1))

    def cell(row: int, column: int, text: str, style: Style = _MID, *, end: int = 0) -> None:
        rect = (edges[column], rows[row], edges[column + 1], rows[max(row, end) + 1])
        if ruled:
            sheet.box(rect, width=0.7)
        if text:
            sheet.cell(rect, [(text, style)], align="centre" if ruled else "left")

    for column, head in enumerate(heads):
        cell(0, column, head, _BOLD)
    blocks = []
    clock = CLOCKS["24"]
    for index, lesson in enumerate(lessons, 1):
        span = plan.span(lesson)
        printed = [clock(span.start), clock(span.end)] if split_times else [f"{clock(span.start)} - {clock(span.end)}"]
        if day_each:
            cell(index, 0, DAYS[lesson.day])
        for column, text in enumerate([*printed, lesson.subject, lesson.room, lesson.teacher], 1):
            cell(index, column, text)
        blocks.append(block(lesson.day, span, lesson.subject, room=lesson.room, teacher=lesson.teacher))
    if not day_each:
        for day in sorted({lesson.day for lesson in lessons}):
            of_day = [index for index, lesson in enumerate(lessons, 1) if lesson.day == day]
            cell(of_day[0], 0, DAYS[day], end=of_day[-1])
            sheet.line((36, rows[of_day[-1] + 1]), (806, rows[of_day[-1] + 1]), width=0.5)
    sheet.line((36, rows[1]), (806, rows[1]), width=0.9)
    return a_paper("timetable_list", sheet.pdf(), titles, blocks)


def headed_list(rng: Random, *, several: bool) -> Paper:
    """Lines of times under headings that name a day. several: one list for several days."""
    plan = a_plan(rng, periods=5, free=0.2)
    sheet = Sheet(*A4_PT)
    sheet.write((50, 60), plan.school, Style(font="hebo", size=16))
    sheet.write((50, 84), f"Class {plan.class_name} Timetable {plan.term} {plan.year}", _BOLD)
    blocks, y = [], 116.0
    groups = ((0, 2, 4), (1, 3)) if several else tuple((day,) for day in range(5))
    for days in groups:
        heading = " / ".join(DAYS[day] for day in days) if several else DAYS[days[0]]
        sheet.write((50, y), heading, Style(font="hebo", size=12))
        for index, slot in enumerate(plan.slots):
            lesson = plan.at(days[0], index)
            if slot.name is None and lesson is None:
                continue
            y += 16
            subject = slot.name or (lesson.subject if lesson else "")
            sheet.write((60, y), f"{CLOCKS['12'](slot.start)} - {CLOCKS['12'](slot.end)}", _MID)
            sheet.write((170, y), subject, _MID)
            room = lesson.room if lesson else None
            if room:
                sheet.write((330, y), f"Room {room}", _MID)
            blocks += [block(day, slot, subject, room=room) for day in days]
        y += 26
    titles = {"school_name": plan.school, "class_name": plan.class_name, "term": plan.term, "year": plan.year}
    return a_paper("timetable_headed_list", sheet.pdf(), titles, blocks)


def two_weeks(rng: Random, *, side_by_side: bool) -> Paper:
    """Week A and week B: one table below the other, or each on a page of its own."""
    look = replace(LOOKS["spreadsheet"], periods=4, title="none", pause="gap")
    first = a_plan(rng, periods=4, breaks=False)
    second = replace(a_plan(rng, periods=4, breaks=False), slots=first.slots, class_name=first.class_name)
    sheet = Sheet(*A4_ACROSS_PT)
    blocks: list[dict[str, Any]] = []
    for index, (plan, week) in enumerate(((first, "A"), (second, "B"))):
        if side_by_side and index:
            sheet.new_page()
        top = 40.0 if side_by_side else 60.0 + 265.0 * index
        if side_by_side or not index:
            sheet.write((36, top - 14), f"Class {first.class_name} {first.term} {first.year}", _BOLD)
        sheet.write((36, top + 8), f"Week {week}", _BOLD)
        made = Painter(sheet, plan, look).paint((36, top + 18, 806, top + (480.0 if side_by_side else 238.0)))
        blocks += [{**item, "week": week} for item in made]
    titles = {"class_name": first.class_name, "term": first.term, "year": first.year}
    return a_paper("timetable_weeks", sheet.pdf(), titles, blocks)


def of_teacher(rng: Random) -> Paper:
    """A teacher's own table: class and room in each cell."""
    plan = a_plan(rng, free=0.3)
    sheet = Sheet(*A4_ACROSS_PT)
    name = plan.lessons[0].teacher
    sheet.write((36, 48), plan.school, Style(font="hebo", size=15))
    sheet.write((36, 72), f"Teacher: {name}", Style(font="hebo", size=12))
    sheet.write((36, 92), f"{plan.term} {plan.year}-{plan.year + 1}", _MID)
    look = replace(LOOKS["spreadsheet_down"], cell="two_lines", names="full")
    blocks = Painter(sheet, plan, look).paint(TABLE)
    titles = {"teacher_name": name, "school_name": plan.school, "term": plan.term, "year": plan.year}
    return a_paper("timetable_teacher", sheet.pdf(), titles, blocks)


def with_legend(rng: Random) -> Paper:
    """A college's table of subject codes, with a legend of names and teachers below and signatures."""
    plan = a_plan(rng, days=6, periods=6, free=0.15, doubles=True)
    codes = {
        subject: "".join(part[0] for part in subject.split()) + str(index)
        for index, subject in enumerate(sorted({x.subject for x in plan.lessons}))
    }
    coded = replace(plan, lessons=tuple(replace(lesson, subject=codes[lesson.subject]) for lesson in plan.lessons))
    sheet = Sheet(*A4_ACROSS_PT)
    sheet.cell((36, 18, 806, 40), [(plan.school.upper(), Style(font="hebo", size=14))])
    sheet.cell((36, 40, 806, 58), [("DEPARTMENT OF COMPUTER SCIENCE", _BOLD)])
    sheet.write((36, 76), f"Class: {plan.class_name}", _MID)
    sheet.write((300, 76), f"Room No: {plan.lessons[0].room}", _MID)
    sheet.write((600, 76), f"A.Y: {plan.year}-{plan.year + 1}", _MID)
    look = replace(LOOKS["spreadsheet_down"], names="short", pause="turned", days=6, clock="12", corner="Day/Time")
    blocks = Painter(sheet, coded, look).paint((36, 88, 806, 380))
    y = 396.0
    for row, (subject, code) in enumerate([("Subject", "Code"), *codes.items()]):
        for column, text in enumerate((code, subject, "Faculty" if row == 0 else plan.lessons[row % len(plan.lessons)].teacher)):
            rect = (36 + 150.0 * column, y, 186 + 150.0 * column, y + 15)
            sheet.box(rect, width=0.6)
            sheet.cell(rect, [(text, _SMALL)], pad=1.5)
        y += 15
    sheet.write((60, 575), "Time table in-charge", _MID)
    sheet.write((640, 575), "Principal", _MID)
    titles = {"class_name": plan.class_name, "school_name": plan.school.upper(), "year": plan.year}
    return a_paper("timetable_legend", sheet.pdf(), titles, blocks)


def blank(rng: Random) -> Paper:
    """A form with days and times, and nothing filled in."""
    plan = replace(a_plan(rng, breaks=False), lessons=())
    sheet = Sheet(*A4_ACROSS_PT)
    sheet.cell((36, 30, 806, 54), [("CLASS TIMETABLE", Style(font="hebo", size=15))])
    sheet.write((36, 90), "Class: ____________   Teacher: ____________   Term: ________   Year: ______", _MID)
    blocks = Painter(sheet, plan, replace(LOOKS["spreadsheet"], pause="gap")).paint(TABLE)
    return a_paper("timetable_blank", sheet.pdf(), {}, blocks)


SHEETS: dict[str, Callable[[Random], Paper]] = {
    **{name: partial(grid, name) for name in LOOKS},
    "portal_timed": partial(portal, times=True),
    "portal_hours": partial(portal, times=False),
    "list_ruled": partial(table_list, ruled=True, day_each=True, split_times=False),
    "list_ruled_merged": partial(table_list, ruled=True, day_each=False, split_times=True),
    "list_columns": partial(table_list, ruled=False, day_each=True, split_times=True),
    "list_columns_merged": partial(table_list, ruled=False, day_each=False, split_times=True),
    "list_headed": partial(headed_list, several=False),
    "list_several_days": partial(headed_list, several=True),
    "weeks_below": partial(two_weeks, side_by_side=False),
    "weeks_pages": partial(two_weeks, side_by_side=True),
    "of_teacher": of_teacher,
    "with_legend": with_legend,
    "blank": blank,
}
"""Every made-up timetable by name."""


def several_classes(rng: Random, *, classes: int = 3) -> tuple[bytes, list[dict[str, Any]]]:
    """A PDF with one class a page, and the truth of each."""
    sheet = Sheet(*A4_ACROSS_PT)
    truths = []
    plans = [a_plan(rng) for _ in range(classes)]
    for index, plan in enumerate(plans):
        plan = replace(plan, school=plans[0].school, class_name=f"{7 + index}{'ABC'[index % 3]}")
        if index:
            sheet.new_page()
        look = LOOKS["word_processor"]
        titles = draw_titles(sheet, plan, look)
        blocks = Painter(sheet, plan, look).paint(TABLE)
        truths.append(a_paper("class", b"", titles, blocks).truth)
    return sheet.pdf(), truths
