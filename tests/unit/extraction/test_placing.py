"""Where the values of a model stand on the page."""

import pytest

from doctray.domain.document import Box, Document, FormField
from doctray.extraction.placing import grounded
from tests.unit.extraction.drawing import a_document, drawn

PAPER = "Class 10B      Mon      Tue\n9:00 - 9:45    Maths    Art\n1.15 pm        Lunch    Lunch\nValid 1 Feb 2026 to 02/01/2027"


def placed(value: object, document: Document | str = PAPER) -> str | None:
    given = a_document(document) if isinstance(document, str) else document
    provenance, warnings = grounded({"x": value}, given)
    assert [(warning.code, warning.pointer) for warning in warnings] == ([] if provenance else [("ungrounded", "/x")])
    return provenance["/x"].text if provenance else None


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("09:00", "9:00 - 9:45"),
        ("09:45", "9:00 - 9:45"),
        ("13:15", "1.15 pm"),
        ("Monday", "Mon"),
        ("Tuesday", "Tue"),
        ("2026-02-01", "1 Feb 2026"),
        ("2027-01-02", "02/01/2027"),
        ("class 10b", "Class 10B"),
    ],
)
def test_times_days_and_dates_are_found_by_what_they_mean(value: str, printed: str) -> None:
    assert placed(value) == printed


@pytest.mark.parametrize("value", ["10:00", "Friday", "2026-02-02", 11, "Art Lunch Maths"])
def test_what_is_not_there_is_not_found(value: object) -> None:
    assert placed(value) is None


@pytest.mark.parametrize("value", ["rst", "Firs", "irst", "77"])
def test_a_part_of_a_word_is_no_place(value: object) -> None:
    assert placed(value, "First 7781") is None


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("Hartford Fire Insurance", "Hartf0rd Fire lnsurance"),
        ("GLP 4471902", "GLP 447l9O2"),
        ("Northfork Mutual Company", "Northfork Mutua1 Compary"),
    ],
)
def test_slips_of_recognition_are_borne_with(value: str, printed: str) -> None:
    assert placed(value, Document(pages=(drawn(printed, ocr=True),), page_total=1)) == printed
    assert placed(value, printed) is None, "a text layer has no slips"


def test_a_value_with_slips_is_less_sure() -> None:
    page = drawn("Hartf0rd Fire lnsurance", ocr=True, confidence=0.9)
    provenance, _ = grounded({"x": "Hartford Fire Insurance"}, Document(pages=(page,), page_total=1))
    assert provenance["/x"].confidence == pytest.approx(0.72)


@pytest.mark.parametrize("value", ["GLP 4471903", "Jonathan Smythe"])
def test_other_digits_or_other_names_are_no_slips(value: str) -> None:
    page = drawn("GLP 4471902\nJonathan Smith", ocr=True)
    assert placed(value, Document(pages=(page,), page_total=1)) is None


def test_an_address_is_found_on_its_lines_beside_another_column() -> None:
    paper = "12 Mill Street     Producer\nDayton             88 Pier Road\nOH 45403           Akron"
    provenance, _ = grounded({"x": "12 Mill Street, Dayton, OH 45403"}, a_document(paper))
    assert provenance["/x"].box.height > 60


def test_pieces_from_all_over_the_page_are_no_value() -> None:
    paper = "Akron" + "\n.\n" * 30 + "Dayton" + "\n.\n" * 30 + "Toledo"
    assert placed("Akron, Dayton, Toledo", paper) is None


@pytest.mark.parametrize(
    ("value", "paper"), [(1_000_000, "Limit USD 1 000 000"), (2_500_000, "up to 2.5 million"), (2026, "Term 2026/27"), (3, "Copies 3")]
)
def test_numbers_are_found_by_what_they_mean(value: int, paper: str) -> None:
    assert placed(value, paper) is not None


def test_a_value_on_a_later_page_names_that_page() -> None:
    provenance, _ = grounded({"x": "Maths"}, a_document("Nothing", PAPER))
    assert provenance["/x"].page == 2


def test_values_filled_into_forms_count() -> None:
    page = drawn("Name:", form_fields=(FormField(name="n", kind="text", value="Ada Marlow", box=Box(80, 0, 300, 20)),))
    assert placed("Ada Marlow", Document(pages=(page,), page_total=1)) == "Ada Marlow"


def test_hundreds_of_values_look_at_a_page_once() -> None:
    """A timetable has three hundred; each used to cost a walk over every window of every line."""
    table = "\n".join(
        f"{hour}:{minute:02d}  " + "  ".join(f"Subject{hour}{minute}{day}" for day in range(5))
        for hour in range(8, 16)
        for minute in (0, 30)
    )
    fields = {
        "blocks": [
            {"start": f"{hour:02d}:{minute:02d}", "subject": f"Subject{hour}{minute}{day}"}
            for hour in range(8, 16)
            for minute in (0, 30)
            for day in range(5)
        ]
    }
    provenance, warnings = grounded(fields, a_document(table))
    assert (len(provenance), warnings) == (160, [])
