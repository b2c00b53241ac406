"""EasyOCR and its second reader together, on pages drawn here."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ImageDraw, ImageFont

from doctray.domain.errors import InvalidOption
from doctray.ocr.second_reader import LineReading, ReadLine, SecondReader
from doctray.ocr.second_readers import make_second_reader
from tests.engines.images import a_printed_page, page_of
from tests.engines.real import doubly_read_engine, easyocr_engine

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reader() -> SecondReader:
    reader = make_second_reader("ppocr", threads=2)
    assert reader is not None
    return reader


def first_read(text: str, *, printed: str, start: float = 0.0) -> ReadLine:
    """A line that the first reader misread as `text` in the first row of `pixels`, where `printed` stands from `start` pixels on."""
    count = len(text)
    spans = tuple((place / count, (place + 1) / count) for place in range(count))
    reading = LineReading(text=text, confidence=0.6, spans=spans, certainties=(0.6,) * count)
    left = 24 + start
    right = left + width_of(printed)
    return ReadLine(corners=((left, 22), (right, 22), (right, 58), (left, 58)), reading=reading)


def width_of(printed: str) -> float:
    return ImageFont.load_default(size=26).getlength(printed)


def pixels(*lines: str, width: int = 560) -> NDArray[np.uint8]:
    return np.array(a_printed_page(*lines, width=width))


def test_a_misread_amount_is_put_right_and_the_misreading_kept(reader: SecondReader) -> None:
    page = pixels("Aggregate $1,000,000")
    settled = reader.settle(page, [first_read("Aggregate 51,000,000", printed="Aggregate $1,000,000")])
    aggregate, amount = (word for line in settled for word in line.words)
    assert (aggregate.text, amount.text, amount.alternatives) == ("Aggregate", "$1,000,000", ("51,000,000",))
    assert aggregate.confidence > amount.confidence
    assert aggregate.confidence > 0.9


def test_an_amount_that_was_found_in_two_boxes_is_one_word(reader: SecondReader) -> None:
    page = pixels("1,000,000")
    (line,) = reader.settle(page, [first_read("1,000", printed="1,000"), first_read("000", printed="000", start=width_of("1,000,"))])
    assert [word.text for word in line.words] == ["1,000,000"]


def test_text_that_the_first_reader_missed_is_found(reader: SecondReader) -> None:
    settled = reader.settle(pixels("Insurer A", "Harbor Light Mutual"), [first_read("Insurer A", printed="Insurer A")])
    assert sorted(" ".join(word.text for word in line.words) for line in settled) == ["Harbor Light Mutual", "Insurer A"]


def test_crosses_in_check_boxes_are_read_and_empty_boxes_are_not(reader: SecondReader) -> None:
    picture = a_printed_page("CLAIMS-MADE     OCCUR", "ANY AUTO", width=560)
    pen = ImageDraw.Draw(picture)
    for row, ticked in enumerate((True, False, True)):
        left, top = 440, 20 + 40 * row
        pen.rectangle((left, top, left + 24, top + 24), outline="black", width=2)
        if ticked:
            pen.line((left + 4, top + 4, left + 20, top + 20), fill="black", width=3)
            pen.line((left + 4, top + 20, left + 20, top + 4), fill="black", width=3)
    settled = reader.settle(np.array(picture), [])
    crosses = sorted(line.corners[0] for line in settled if [word.text for word in line.words] == ["X"])
    assert crosses == [(440, 20), (440, 100)]


def test_a_blank_page_and_a_page_of_noise_settle(reader: SecondReader) -> None:
    assert reader.settle(np.full((300, 200, 3), 255, np.uint8), []) == []
    noise = np.random.default_rng(4).integers(0, 255, (300, 400, 3), np.uint8)
    for line in reader.settle(noise, [first_read("~;", printed="~;")]):
        assert all(word.text for word in line.words)


def test_languages_of_other_scripts_are_not_covered(reader: SecondReader) -> None:
    assert reader.covers(("en", "de", "ch_sim"))
    assert not reader.covers(("en", "ru"))


def test_no_second_reader_and_an_unknown_one() -> None:
    assert make_second_reader("none", threads=1) is None
    with pytest.raises(InvalidOption, match="ppocr, none"):
        make_second_reader("tesseract", threads=1)


def test_the_default_configuration_reads_a_form_line_right() -> None:
    lines = ("Policy GL6278547-51", "03/14/2026 to 03/14/2027", "Each occurrence $1,000,000")
    (page,) = doubly_read_engine().read([page_of(a_printed_page(*lines))])
    assert [line.text for line in page.lines] == list(lines)
    assert min(word.confidence for word in page.words) > 0.5


@pytest.mark.parametrize(("turned", "angle"), [(90, 270), (270, 90)], ids=["upwards", "downwards"])
def test_words_that_run_up_or_down_are_read_by_both(reader: SecondReader, turned: int, angle: int) -> None:
    picture = a_printed_page("Mathematics", "Biology", "History", "Geography", width=480)
    picture.paste(a_printed_page("Monday", width=150).crop((20, 20, 140, 60)).rotate(turned, expand=True), (380, 60))
    seen = reader.look(np.array(picture))
    assert [line.reading.text for line in seen if line.angle == angle] == ["Monday"]
    (alone,) = easyocr_engine().read([page_of(picture)])
    (both,) = doubly_read_engine().read([page_of(picture)])
    for page in (alone, both):
        assert [word.text for word in page.words if word.angle == angle] == ["Monday"]
        assert len(list(page.words)) == 5
    (word,) = (word for word in both.words if word.angle)
    assert word.alternatives == ()
    assert word.confidence > 0.9
