"""Crosses inside the letters of large print."""

from doctray.domain.document import Box, Line, Page, PageSource, Word
from doctray.extraction.rules.certificate.marks_in_letters import without_marks_in_letters
from doctray.extraction.rules.reading import sheet_of

LARGE = Word(text="Annuity", box=Box(100, 100, 600, 240), confidence=0.9)
WITHIN = Word(text="X", box=Box(400, 140, 430, 165), confidence=0.6)
BESIDE = Word(text="X", box=Box(650, 150, 680, 175), confidence=0.6)


def texts(*words: Word, source: PageSource = PageSource.OCR) -> list[str]:
    page = Page(number=1, width=1000, height=400, source=source, lines=(Line(words=words),))
    return [phrase.text for phrase in without_marks_in_letters(sheet_of(page)).phrases]


def test_a_cross_within_a_letter_of_a_large_word_is_none() -> None:
    assert texts(LARGE, WITHIN) == ["Annuity"]


def test_a_cross_beside_the_word_stays() -> None:
    assert "X" in " ".join(texts(LARGE, BESIDE))


def test_a_cross_as_high_as_the_word_that_it_is_set_over_stays() -> None:
    over = Word(text="X", box=Box(300, 105, 400, 235), confidence=0.6)
    assert "X" in " ".join(texts(LARGE, over))


def test_a_text_layer_is_left_as_it_is() -> None:
    assert "X" in " ".join(texts(LARGE, WITHIN, source=PageSource.TEXT_LAYER))
