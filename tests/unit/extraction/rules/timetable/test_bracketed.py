"""Initials in brackets behind the subjects are teachers where nothing else can stand there."""

import pytest

from doctray.extraction.rules.timetable.bracketed import initials_behind
from doctray.extraction.rules.timetable.document import extract
from tests.unit.extraction.rules.timetable.sheet import ABOVE, LEFT, a_sheet, document, lesson

DAYS = ["", "9.00 - 10.00", "10.00 - 11.00", "11.00 -12.00", "", "01.00-02.00", "02.00-03.00"]
WEEK = [
    DAYS,
    ["Monday", "OS (HK)", "DM (TV)|QT (WLB)", "NW (PJ)", "LUNCH|BREAK", "SEMINAR (HK,TV, FN)", LEFT],
    ["Tuesday", "OS (HK)", "NW (PJ)", ".JS (FN)", ABOVE, "DM LAB (TV,PM,GB)|QT LAB (WLB,HK)", LEFT],
    ["Wednesday", "NW (PJ)", "OS (HK)", "DM (TV)|QT (WLB)", ABOVE, ".JS (FN)", "OS (HK)"],
    ["Thursday", ".JS (FN)", "NW (PJ)", "OS (HK)", ABOVE, "SEMINAR|(PM,HK,FN)", LEFT],
    ["Friday", "NW (PJ)", ".JS (FN)", "OS (HK)", "", "", ""],
]


def test_initials_in_brackets_are_the_teachers() -> None:
    found = extract(document(a_sheet(WEEK)))
    assert [lesson(found, "Tuesday", subject)["teacher"] for subject in ("OS", "NW", ".JS")] == ["HK", "PJ", "FN"]
    assert lesson(found, "Monday", "SEMINAR")["teacher"] == "HK,TV, FN"
    assert lesson(found, "Thursday", "SEMINAR")["teacher"] == "PM,HK,FN"


def test_two_subjects_with_their_teachers_in_one_cell_are_one_text() -> None:
    found = extract(document(a_sheet(WEEK)))
    assert lesson(found, "Monday", "DM (TV) QT (WLB)")["teacher"] is None
    assert lesson(found, "Tuesday", "DM LAB (TV,PM,GB) QT LAB (WLB,HK)")["teacher"] is None


def test_a_break_drawn_over_all_days_but_one_is_not_that_days() -> None:
    found = extract(document(a_sheet(WEEK)))
    breaks = [(block["day"], block["start"], block["end"]) for block in found.fields["timeblocks"] if block["subject"] == "LUNCH BREAK"]
    assert breaks == [(day, "12:00", "13:00") for day in ("Monday", "Tuesday", "Wednesday", "Thursday")]


SUBJECTS = ("Physics", "Chemistry", "History", "English", "Latin", "Music")


@pytest.mark.parametrize(
    "cells",
    [
        [
            [f"{subject} ({('SW', 'NE', 'OX', 'KM', 'QT')[(index + day) % 5]})"]
            for index, subject in enumerate(SUBJECTS)
            for day in range(3)
        ],
        [[f"{subject} ({subject[:3].upper()})"] for subject in SUBJECTS] * 2,
        [[f"{subject} ({kind})"] for subject in SUBJECTS for kind in ("LAB", "LEC", "TUT", "PRAC")],
        [["Maths (PQ)"], ["Art (TV)"], ["Law (HK)"], ["Music (WJ)"]],
    ],
    ids=["groups", "abbreviations", "kinds", "few"],
)
def test_other_codes_in_brackets_are_no_teachers(cells: list[list[str]]) -> None:
    assert initials_behind(cells) == frozenset()
