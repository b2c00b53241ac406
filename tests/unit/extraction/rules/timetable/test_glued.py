"""Times that an engine ran together are a word each again."""

import pytest

from doctray.domain.document import Box, Line, Page, PageSource, Word
from doctray.extraction.rules.timetable.glued import with_times_parted


def a_page(text: str, *, confidence: float = 0.9) -> Page:
    line = Line(words=(Word(text=text, box=Box(100.0, 10.0, 200.0, 30.0), confidence=confidence),))
    return Page(number=1, width=800, height=600, source=PageSource.OCR, lines=(line,))


def test_each_time_has_its_share_of_the_room() -> None:
    one, other = with_times_parted(a_page("13:1013:10")).words
    assert (one.text, other.text) == ("13:10", "13:10")
    assert (one.box, other.box) == (Box(100.0, 10.0, 150.0, 30.0), Box(150.0, 10.0, 200.0, 30.0))


@pytest.mark.parametrize(
    ("text", "parts"),
    [("8:308:30-9:05", ["8:30", "8:30-9:05"]), ("9.4010.15", ["9.40", "10.15"]), ("8:00-8:309:00", ["8:00-8:30", "9:00"])],
)
def test_ranges_are_parted_where_a_time_follows_a_time(text: str, parts: list[str]) -> None:
    assert [word.text for word in with_times_parted(a_page(text)).words] == parts


@pytest.mark.parametrize("text", ["13:10", "8:00-8:30", "12.10.2024", "13:10:45", "2:101"])
def test_other_words_stay_whole(text: str) -> None:
    page = a_page(text)
    assert with_times_parted(page) is page


def test_what_a_document_prints_stays() -> None:
    page = a_page("13:1013:10", confidence=1.0)
    assert with_times_parted(page) is page
