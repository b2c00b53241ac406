"""What follows a week on the page or the next: more of it, another class, or only what explains it."""

from doctray.extraction.rules.timetable.document import extract
from tests.unit.extraction.rules.timetable.sheet import Layout, a_page, a_sheet, document

WEEK = [["", "Monday", "Tuesday", "Wednesday"], ["8:00-9:00", "Ethics", "Botany", "Law"], ["9:00-10:00", "Algebra", "Drama", "Art"]]


def with_below(rows: list[list[str]]) -> set[tuple[str, str | None]]:
    first, other = a_sheet(WEEK), a_sheet(rows, layout=Layout(top=700.0))
    page = a_page([word for sheet in (first, other) for word in sheet.words], [*first.segments, *other.segments])
    found = extract(document(page))
    return {(block["subject"], block["start"]) for fields in (found.fields, *found.other_documents) for block in fields["timeblocks"]}


def test_a_legend_of_what_is_taught_on_some_days_adds_no_lessons() -> None:
    legend = [["Code", "Monday", "Tuesday"], ["E1", "Ethics of care", "Readings"], ["B2", "Field botany", "Herbarium"]]
    assert {subject for subject, _ in with_below(legend)} == {"Ethics", "Botany", "Law", "Algebra", "Drama", "Art"}


def test_the_afternoon_of_the_week_is_part_of_it() -> None:
    afternoon = [
        ["", "Monday", "Tuesday", "Wednesday"],
        ["13:00-14:00", "Music", "Poetry", "Latin"],
        ["14:00-15:00", "Soil", "Stars", "Logic"],
    ]
    assert {("Music", "13:00"), ("Logic", "14:00"), ("Ethics", "08:00")} <= with_below(afternoon)
