"""Words that an engine cut between letters set wide are joined again; words that stand apart, and what a document prints, are not."""

from doctray.domain.document import Box, Line, Page, PageSource, Word
from doctray.extraction.rules.timetable.spaced import with_words_whole

HIGH = 20.0


def a_page(*words: tuple[str, float, float], confidence: float = 0.9, angle: int = 0) -> Page:
    """One line of words given as text, left and right."""
    line = Line(
        words=tuple(Word(text=text, box=Box(left, 0.0, right, HIGH), confidence=confidence, angle=angle) for text, left, right in words)
    )
    return Page(number=1, width=800, height=600, source=PageSource.OCR, lines=(line,))


def texts(page: Page) -> list[str]:
    return [word.text for word in with_words_whole(page).words]


def test_parts_of_a_word_that_touch_are_one_word_over_all_of_them() -> None:
    page = a_page(("SA", 10.0, 40.0), ("M", 40.0, 60.0), ("EDI", 60.0, 95.0), ("matin", 102.0, 150.0))
    whole = list(with_words_whole(page).words)
    assert [word.text for word in whole] == ["SAMEDI", "matin"]
    assert whole[0].box == Box(10.0, 0.0, 95.0, HIGH)


def test_a_joined_word_is_as_sure_as_its_least_sure_part() -> None:
    [sure], [unsure] = a_page(("SA", 10.0, 40.0)).words, a_page(("MEDI", 40.0, 70.0), confidence=0.4).words
    page = a_page(("SAMEDI", 10.0, 70.0)).evolve(lines=(Line(words=(sure, unsure)),))
    [word] = with_words_whole(page).words
    assert (word.text, word.confidence) == ("SAMEDI", 0.4)


def test_words_with_a_place_for_a_space_stay_apart() -> None:
    page = a_page(("LA", 10.0, 40.0), ("CHIMIE", 45.0, 95.0))
    assert with_words_whole(page) is page


def test_numbers_and_signs_that_touch_stay_apart() -> None:
    assert texts(a_page(("21", 10.0, 40.0), ("22", 40.0, 70.0))) == ["21", "22"]
    assert texts(a_page(("LAW", 10.0, 40.0), ("8:40", 40.0, 80.0))) == ["LAW", "8:40"]


def test_what_a_document_prints_itself_and_turned_print_stay_as_they_are() -> None:
    parts = (("SA", 10.0, 40.0), ("MEDI", 40.0, 80.0))
    for page in (a_page(*parts, confidence=1.0), a_page(*parts, angle=90)):
        assert with_words_whole(page) is page


def test_a_day_cut_with_spaces_between_is_one_word() -> None:
    page = a_page(
        ("Tue", 10.0, 60.0), ("T", 100.0, 112.0), ("hur", 118.0, 150.0), ("W", 200.0, 215.0), ("e", 220.0, 230.0), ("d", 235.0, 245.0)
    )
    assert texts(page) == ["Tue", "Thur", "Wed"]


def test_what_a_document_prints_is_no_cut_day() -> None:
    page = a_page(("M", 10.0, 22.0), ("on", 28.0, 50.0), confidence=1.0)
    assert with_words_whole(page) is page
