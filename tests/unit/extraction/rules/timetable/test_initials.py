"""Codes behind, below or beside the subjects are teachers where they repeat as people do, whatever parts them."""

import pytest

from doctray.extraction.rules.timetable.document import extract
from doctray.extraction.rules.timetable.initials import chained_codes, initials_of
from tests.unit.extraction.rules.timetable.sheet import ABOVE, LEFT, Layout, a_sheet, document, lesson

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


@pytest.mark.parametrize("brackets", ["[]", "{}"])
def test_initials_in_other_brackets_are_the_teachers(brackets: str) -> None:
    week = [[cell.translate(str.maketrans("()", brackets)) for cell in row] for row in WEEK]
    found = extract(document(a_sheet(week)))
    assert [lesson(found, "Tuesday", subject)["teacher"] for subject in ("OS", "NW", ".JS")] == ["HK", "PJ", "FN"]


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
        [["GA", "FCS", "NLP"], ["CG", "WARDI", "CS"], ["TA", "AML", "ALA"], ["ACV", "IA", "POR"], ["CF", "CNT", "DCS"]] * 3,
        [["CÁLCULO", "DIFERENCIAL"], ["ALGEBRA", "LINEAL"], ["LENGUA", "SEGUNDA"], ["DISEÑO", "GRAFICO"], ["TEORIA", "GENERAL"]] * 2,
        [["102 (PQ)"], ["103 (TV)"], ["104 (HK)"], ["105 (WJ)"], ["106 (SL)"]] * 2,
    ],
    ids=["groups", "abbreviations", "kinds", "few", "lists of courses", "lines of one name", "no names of lessons"],
)
def test_other_codes_in_brackets_are_no_teachers(cells: list[list[str]]) -> None:
    assert initials_of(cells) == frozenset()


@pytest.mark.parametrize(
    ("parted", "teachers"),
    [
        ([" - "], {"PQ", "TV", "HK", "WJ", "SB"}),
        (["-"], {"PQ", "TV", "HK", "WJ", "SB"}),
        (["/"], {"PQ", "TV", "HK", "WJ", "SB"}),
        (["|"], {"PQ", "TV", "HK", "WJ", "SB"}),
        ([" - ", " (", "|"], {"PQ", "TV", "HK", "WJ", "SB"}),
    ],
    ids=["dash", "hyphen", "slash", "line", "several ways"],
)
def test_codes_are_found_whatever_parts_them_from_the_subject(parted: list[str], teachers: set[str]) -> None:
    lessons = [("DWDM", "PQ"), ("CG", "TV"), ("DEV", "HK"), ("UX", "WJ"), ("CSK", "SB"), ("CSK LAB", "SB")]
    cells = [
        f"{subject}{sign}{code}{')' if '(' in sign else ''}".split("|")
        for day in range(4)
        for subject, code in lessons
        for sign in [parted[day % len(parted)]]
    ]
    assert initials_of(cells) == teachers


CODED = [
    ["", "9:00 - 10:00", "10:00 - 11:00", "11:00 - 12:00", "12:00 - 13:00"],
    ["Monday", "GE/Ataur/611", "DIC/KLD/410", "PF/MHN/409", "PF/MHN/409"],
    ["Tuesday", "DIC/KLD/404", "GE/Ataur/611", "IEE/MTS/506", "DIC/KLD/410"],
    ["Wednesday", "IEE/MTS/506", "PF/MHN/409", "GE/Ataur/902", "IEE/MTS/406"],
]


def test_teacher_and_room_behind_slashes_are_told_from_the_subject() -> None:
    found = extract(document(a_sheet(CODED)))
    first = lesson(found, "Monday", "GE")
    assert (first["teacher"], first["room"]) == ("Ataur", "611")
    assert lesson(found, "Tuesday", "IEE")["teacher"] == "MTS"


BELOW = [
    ["", "9:00 - 10:00", "10:00 - 11:00", "11:00 - 12:00", "12:00 - 13:00"],
    ["Monday", "Redes|BARRIO|Lab 207", "Sistemas|WAGNER|Lab 228", "Seguridad|CAMPIGLIA|Lab 229", "Servidores|PAZOS|REMOTO"],
    ["Tuesday", "Sistemas|WAGNER|Lab 207", "Redes|BARRIO|Lab 207", "Servidores|PAZOS|REMOTO", "Seguridad|CAMPIGLIA|Lab 229"],
    ["Wednesday", "Redes|BARRIO|Lab 228", "Servidores|PAZOS|Lab 207", "Sistemas|WAGNER|Lab 228", "Redes|BARRIO|Lab 207"],
]


def test_surnames_in_capitals_below_the_subject_are_the_teachers() -> None:
    found = extract(document(a_sheet(BELOW)))
    assert [lesson(found, "Monday", name)["teacher"] for name in ("Redes", "Sistemas", "Seguridad", "Servidores")] == [
        "BARRIO",
        "WAGNER",
        "CAMPIGLIA",
        "PAZOS",
    ]
    assert [lesson(found, "Monday", name)["room"] for name in ("Redes", "Servidores")] == ["Lab 207", "REMOTO"]


SEVERAL = [
    ["", "9:00 - 10:00", "10:00 - 11:00", "11:00 - 12:00"],
    ["Monday", "CSE 3107|PKG, SC", "CSE 3101|MD", "CSE 3109|BC, RC, AS"],
    ["Tuesday", "CSE 3101|MD", "CSE 3109|BC, RC, AS", "CSE 3107|PKG, SC"],
    ["Wednesday", "CSE 3104|GS, SD", "CSE 3107|PKG, SC", "CSE 3101|MD"],
]


def test_several_teachers_of_each_lesson_are_told_by_each_of_their_codes() -> None:
    found = extract(document(a_sheet(SEVERAL)))
    assert [lesson(found, "Monday", code)["teacher"] for code in ("CSE 3107", "CSE 3101", "CSE 3109")] == ["PKG, SC", "MD", "BC, RC, AS"]


CHAINS = ["B1 Batch - Law - 515 - GP", "B2 Batch -Art(P)- 634 -HYK", "B1 Batch - Physics(P) - 634 - GP", "B2 Batch - Law - 515 - VYP"]


def test_lines_that_tell_all_of_a_lesson_behind_dashes_are_told_by_rooms_and_teachers_that_cross() -> None:
    week = [["", "9:00 - 10:00", "10:00 - 11:00"], ["Monday", *CHAINS[:2]], ["Tuesday", *CHAINS[2:]]]
    blocks = extract(document(a_sheet(week, layout=Layout(wide=300.0)))).fields["timeblocks"]
    told = [(block["subject"], block["room"], block["teacher"], block["notes"]) for block in blocks]
    assert told == [
        ("Law", "515", "GP", "B1 Batch"),
        ("Art(P)", "634", "HYK", "B2 Batch"),
        ("Physics(P)", "634", "GP", "B1 Batch"),
        ("Law", "515", "VYP", "B2 Batch"),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ["CS - 201 - OOP", "CS - 202 - DBMS", "CS - 203 - CGR", "MA - 204 - PQR"],
        CHAINS[:2],
        ["Law - 515 - LAB", "Art - 634 - LAB", "Law - 634 - TUT", "Art - 515 - TUT"],
    ],
    ids=["courses by number and short name", "too few", "kinds of lessons"],
)
def test_other_lines_with_dashes_name_no_teachers(lines: list[str]) -> None:
    assert chained_codes(lines) == frozenset()
