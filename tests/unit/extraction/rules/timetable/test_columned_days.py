"""Weeks in which the lessons below each day's name print their own times, and no column of times stands beside them."""

from doctray.extraction.rules.timetable.columned_days import lessons_below_days
from doctray.extraction.rules.timetable.document import extract
from tests.unit.extraction.drawing import a_document, drawn
from tests.unit.extraction.rules.timetable.sheet import times

TIMES_ABOVE = """
      SUN                    TUE                    THU

                             3:00 - 3:50 PM         3:00 - 3:50 PM

                              BIZ                    BIZ

      4:20 - 5:10 PM         4:20 - 5:10 PM

       Dhivehi                Dhivehi

      8:00 - 8:50 PM

       Maths
"""

CARDS = """
                            MATA KULIAH

           SELASA                                   RABU

        DEEP LEARNING                     KOMPUTASI AWAN (08.20 - 10.50)
       (07.30 - 10.00)                    MANAJEMEN PROYEK (10.50 : 14.40)

           KAMIS

   MACHINE LEARNING (8.20: 11.40)
       METODOLOGI
     (14.40 :18.00)
"""


def test_a_time_above_each_lesson_is_its_own() -> None:
    found = extract(a_document(TIMES_ABOVE))
    assert times(found, "Sunday") == [("Dhivehi", "16:20", "17:10"), ("Maths", "20:00", "20:50")]
    assert times(found, "Tuesday") == [("BIZ", "15:00", "15:50"), ("Dhivehi", "16:20", "17:10")]
    assert times(found, "Thursday") == [("BIZ", "15:00", "15:50")]


def test_a_time_below_or_behind_a_lesson_is_its_own_in_cards_of_days() -> None:
    found = extract(a_document(CARDS))
    assert times(found, "Tuesday") == [("DEEP LEARNING", "07:30", "10:00")]
    assert times(found, "Wednesday") == [("KOMPUTASI AWAN", "08:20", "10:50"), ("MANAJEMEN PROYEK", "10:50", "14:40")]
    assert times(found, "Thursday") == [("MACHINE LEARNING", "08:20", "11:40"), ("METODOLOGI", "14:40", "18:00")]


def test_times_beside_the_rows_are_no_lessons_own() -> None:
    page = drawn("""
                    Monday         Tuesday        Wednesday
    8:00 - 9:00     Ethics         Botany         Law
    9:00 - 10:00    Algebra        Drama          Art
    10:00 - 11:00   Poetry         Latin          Music
    """)
    assert lessons_below_days(page) is None
    assert times(extract(a_document(page)), "Tuesday") == [
        ("Botany", "08:00", "09:00"), ("Drama", "09:00", "10:00"), ("Latin", "10:00", "11:00"),
    ]  # fmt: skip


def test_shifts_without_a_lesson_are_none() -> None:
    roster = """
    Monday 5          Tuesday 6         Wednesday 7       Thursday 8        Friday 9
    7.0h              Rest              8.0h              7.0h              7.5h
    6:00 - 13:30                        6:00 - 14:30      6:00 - 13:30      5:30 - 13:30
    """
    assert lessons_below_days(drawn(roster)) is None


def test_lessons_that_run_over_many_lines_were_put_together_of_several() -> None:
    several = "\n".join(
        f"    {one:<22}{other}" for one, other in zip(["Ethics", "Botany", "Law", "Art", "Drama"] * 2, ["Soil"] * 10, strict=True)
    )
    page = drawn(
        f"    Monday                Tuesday\n{several}\n    8:00 - 9:00           8:00 - 9:00\n    Latin                 Logic\n    9:00 - 10:00          "
    )
    assert lessons_below_days(page) is None
