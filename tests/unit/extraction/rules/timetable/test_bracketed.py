"""What brackets hold is told by most cells of a table: places below lessons, teachers' codes behind times."""

from doctray.extraction.rules.timetable.document import extract
from tests.unit.extraction.rules.timetable.sheet import Layout, a_sheet, document, lesson

DAYS = ["", "Monday", "Tuesday", "Wednesday"]


def test_texts_in_brackets_below_lessons_are_places_where_most_are_rooms() -> None:
    rows = [
        DAYS,
        ["9:00 - 10:00", "Botany|(LT-2B)", "Zoology|(LT-3)", "Optics|(Optics-II Lab.)"],
        ["10:00 - 11:00", "Zoology|(LT-3)", "Botany|(LT-2B)", "Statics|(Dept. LH)"],
        ["11:00 - 12:00", "Botany|(Tutorial)", "Statics|(LT-4)", "Zoology|(Group 2)"],
    ]
    read = extract(document(a_sheet(rows)))
    assert lesson(read, "Wednesday", "Optics")["room"] == "Optics-II Lab."
    assert lesson(read, "Wednesday", "Statics")["room"] == "Dept. LH"
    assert lesson(read, "Monday", "Botany (Tutorial)")["room"] is None
    assert lesson(read, "Wednesday", "Zoology")["room"] is None


def test_texts_in_brackets_are_notes_where_most_are_no_rooms() -> None:
    rows = [
        DAYS,
        ["9:00 - 10:00", "Botany|(LT-2B)", "Zoology|(Bring the Atlas-II)", "Optics|(Optics-II Lab.)"],
        ["10:00 - 11:00", "Zoology|(Graded Test-I)", "Botany|(Bring the Atlas-II)", "Statics|(Bring App. B)"],
    ]
    read = extract(document(a_sheet(rows)))
    assert lesson(read, "Wednesday", "Optics")["notes"] == "(Optics-II Lab.)"
    assert lesson(read, "Wednesday", "Optics")["room"] is None


def timed(*codes: str) -> list[list[str]]:
    hours = ["9:00AM- 10:15AM", "11:00AM- 12:15PM"]
    cells = [
        f"{subject}|Time: {hours[at % 2]}{code}|Room no:{201 + at}" for at, (subject, code) in enumerate(zip(SUBJECTS, codes, strict=True))
    ]
    return [["", "Class 1", "Class 2"], *([day, *cells[2 * at : 2 * at + 2]] for at, day in enumerate(DAYS[1:]))]


WIDE = Layout(wide=300.0)
SUBJECTS = ("Botany", "Zoology", "Optics", "Botany", "Statics", "Zoology")


def test_codes_in_brackets_behind_times_are_teachers() -> None:
    read = extract(document(a_sheet(timed("(KLM)", "(QR-ST)", "(VW)", " (KLM)", "(VW)", "(QR-ST)"), layout=WIDE)))
    taught = {(block["subject"], block["teacher"], block["room"]) for block in read.fields["timeblocks"]}
    assert taught == {
        ("Botany", "KLM", "201"), ("Zoology", "QR-ST", "202"), ("Optics", "VW", "203"),
        ("Botany", "KLM", "204"), ("Statics", "VW", "205"), ("Zoology", "QR-ST", "206"),
    }  # fmt: skip


def test_kinds_of_lessons_in_brackets_behind_times_are_no_teachers() -> None:
    read = extract(document(a_sheet(timed("(LEC)", "(LAB)", "(TUT)", "(LEC)", "(LAB)", "(TUT)"), layout=WIDE)))
    assert {block["teacher"] for block in read.fields["timeblocks"]} == {None}
