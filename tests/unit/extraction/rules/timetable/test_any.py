"""Whatever stands on a page, the fields keep their shape, and no value lacks both its place and a warning."""

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doctray.domain.document import Box, Document, Page, PageSource, Segment, Word
from doctray.domain.extraction import leaves
from doctray.extraction.rules.timetable.days import DAYS
from doctray.extraction.rules.timetable.document import extract
from tests.unit.extraction.rules.timetable.sheet import ABOVE, LEFT, a_page, a_sheet, document
from tests.unit.extraction.warned import codes

TEXTS = st.sampled_from(
    [
        "", LEFT, ABOVE, "Monday", "Tue", "Wed", "Th", "F", "M", "T", "Mon-Fri", "9.00-9.45", "9:45", "1 - 2pm", "10", "P1", "Lunch", "B", "Maths",
        "English|R12", "Art|Mr Lee, Lab 2", "(note)", "***", "10:30-9:30", "Week A", "2024", "Class: 7B", "Term 1", "9:00-10:00 PE|10:00-11:00 Art",
    ]
)  # fmt: skip
GRIDS = st.integers(min_value=1, max_value=6).flatmap(
    lambda columns: st.lists(st.lists(TEXTS, min_size=columns, max_size=columns), min_size=1, max_size=7)
)
PLACES = st.integers(min_value=0, max_value=1200).map(float)
WORDS = st.builds(
    lambda text, left, top, wide, tall, angle, confidence: Word(
        text=text, box=Box(left, top, left + wide, top + tall), confidence=confidence, angle=angle
    ),
    st.sampled_from(["Monday", "Tuesday", "Friday", "W", "9.00", "9:00-10:00", "-", "Maths", "Break", "12", "Room", "Class:", "é☺", ""]),
    PLACES,
    PLACES,
    st.integers(min_value=0, max_value=200).map(float),
    st.integers(min_value=0, max_value=60).map(float),
    st.sampled_from([0, 90, 180, 270]),
    st.floats(min_value=0, max_value=1),
)
SEGMENTS = st.builds(
    lambda left, top, length, across: Segment(left, top, left + (length if across else 0), top + (0 if across else length)),
    PLACES,
    PLACES,
    PLACES,
    st.booleans(),
)


def check(page: Page) -> None:
    found = extract(document(page))
    assert set(found.fields) == {"teacher_name", "class_name", "school_name", "term", "year", "timeblocks"}
    for fields in (found.fields, *found.other_documents):
        assert fields["year"] is None or 1900 <= fields["year"] < 2100
        for block in fields["timeblocks"]:
            assert set(block) == {"day", "start", "end", "subject", "room", "teacher", "notes", "week"}
            assert block["day"] in DAYS
            assert block["subject"].strip()
            assert all(block[key] is None or re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", block[key]) for key in ("start", "end"))
    flagged = {warning.pointer for warning in found.warnings if warning.code in ("inferred_time", "ungrounded")}
    assert {pointer for pointer, _ in leaves(found.fields)} <= set(found.provenance) | flagged
    assert set(found.provenance) <= {pointer for pointer, _ in leaves(found.fields)}
    assert 0 <= found.confidence <= 1
    assert found.needs_review or codes(found) <= {"several_documents"}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(rows=GRIDS)
def test_any_grid(rows: list[list[str]]) -> None:
    first = [["" if text in (LEFT, ABOVE) else text for text in rows[0]]]
    check(a_sheet([*first, *rows[1:]], title=["Oakfield School", "Class 7B 2024"]))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(words=st.lists(WORDS, max_size=60), segments=st.lists(SEGMENTS, max_size=30))
def test_any_heap_of_words_and_lines(words: list[Word], segments: list[Segment]) -> None:
    check(a_page(words, segments))


def test_a_page_of_one_pixel() -> None:
    page = Page(number=1, width=1, height=1, source=PageSource.OCR)
    assert extract(Document(pages=(page,), page_total=1)).fields["timeblocks"] == []


def test_a_page_with_more_words_than_any_timetable_is_not_searched() -> None:
    words = [Word(text="Monday", box=Box(i % 50, i % 70, i % 50 + 5, i % 70 + 5), confidence=1.0) for i in range(3001)]
    assert extract(document(a_page(words))).fields["timeblocks"] == []
