import base64
import struct
from typing import Any

import pytest

from doctray.domain.document import Page
from doctray.ocr.documentai_answer import page_of
from tests.engines.documentai_server import INVOICE, Ink, answer_of

WIDTH, HEIGHT = 200, 100


def read(answer: dict[str, Any], *, width: int = WIDTH, height: int = HEIGHT, sent: tuple[int, int] | None = None) -> Page:
    return page_of(answer, number=1, width=width, height=height, sent=sent)


def matrix(*values: float) -> dict[str, Any]:
    """Two rows of an affine transform, as OpenCV's CV_64F."""
    return {"rows": 2, "cols": 3, "type": 6, "data": base64.b64encode(struct.pack("<6d", *values)).decode()}


def boxes(page: Page) -> list[list[float]]:
    return [word.box.as_list() for word in page.words]


def test_tokens_without_a_blank_between_them_are_one_word_as_sure_as_the_least_sure() -> None:
    ink = [
        Ink("1", 0.1, 0.2, 0.13, 0.4, 0.9),
        Ink(",", 0.135, 0.3, 0.14, 0.42, 0.5),
        Ink("000 ", 0.145, 0.2, 0.3, 0.4),
        Ink("Due\n", 0.4, 0.2, 0.5, 0.4),
    ]
    page = read(answer_of(ink, width=WIDTH, height=HEIGHT))
    assert [(word.text, word.confidence) for word in page.words] == [("1,000", 0.5), ("Due", 0.97)]
    assert boxes(page)[0] == [20.0, 20.0, 60.0, 42.0]


def test_tokens_far_apart_are_no_word_though_no_break_is_told() -> None:
    ink = [Ink("Total", 0.1, 0.2, 0.3, 0.3), Ink("41", 0.7, 0.2, 0.8, 0.3), Ink("Due", 0.1, 0.6, 0.2, 0.7)]
    assert [word.text for word in read(answer_of(ink, width=WIDTH, height=HEIGHT)).words] == ["Total", "41", "Due"]


def test_places_are_parts_of_what_was_read_whatever_its_size() -> None:
    assert boxes(read(answer_of(INVOICE, width=400, height=200))) == boxes(read(answer_of(INVOICE, width=WIDTH, height=HEIGHT)))


def test_places_in_pixels_serve_too() -> None:
    answer: Any = answer_of(INVOICE[:1], width=WIDTH, height=HEIGHT)
    answer["document"]["pages"][0]["tokens"][0]["layout"]["boundingPoly"] = {
        "vertices": [{"x": 20, "y": 20}, {"x": 80, "y": 20}, {"x": 80, "y": 60}, {"x": 20, "y": 60}]
    }
    assert boxes(read(answer)) == [[20.0, 20.0, 80.0, 60.0]]


def test_an_image_that_google_straightened_is_read_where_it_was() -> None:
    """Moved by 10 and 5 pixels, and twice as large."""
    answer = answer_of([Ink("Total\n", 0.25, 0.5, 0.5, 0.75)], width=400, height=200, transforms=[matrix(2, 0, 20, 0, 2, 10)])
    assert boxes(read(answer)) == [[40.0, 45.0, 90.0, 70.0]]


def test_an_image_that_google_turned_is_a_page_that_is_turned() -> None:
    """Clockwise by a quarter: x' = 100 - y, y' = x."""
    answer = answer_of([Ink("Total\n", 0.1, 0.1, 0.5, 0.2)], width=HEIGHT, height=WIDTH, transforms=[matrix(0, -1, HEIGHT, 1, 0, 0)])
    page = read(answer)
    assert (page.rotation, page.width, page.height) == (90, HEIGHT, WIDTH)
    assert boxes(page) == [[10.0, 20.0, 50.0, 40.0]]
    assert [word.angle for word in page.words] == [0]


@pytest.mark.parametrize(("orientation", "turn"), [("PAGE_RIGHT", 270), ("PAGE_DOWN", 180), ("PAGE_LEFT", 90)])
def test_text_that_lies_or_stands_on_its_head_turns_the_page(orientation: str, turn: int) -> None:
    ink = [Ink("Certificate\n", 0.1, 0.1, 0.2, 0.9, orientation=orientation), Ink("1\n", 0.5, 0.5, 0.6, 0.6)]
    page = read(answer_of(ink, width=WIDTH, height=HEIGHT))
    assert page.rotation == turn
    assert {word.text: word.angle for word in page.words} == {"Certificate": 0, "1": turn}
    assert all(0 <= word.box.left <= word.box.right <= page.width for word in page.words)
    assert all(0 <= word.box.top <= word.box.bottom <= page.height for word in page.words)


def test_a_little_turned_text_stays_turned_on_an_upright_page() -> None:
    ink = [Ink("Certificate of insurance\n", 0.1, 0.1, 0.8, 0.2), Ink("ACORD\n", 0.9, 0.1, 0.95, 0.9, orientation="PAGE_RIGHT")]
    page = read(answer_of(ink, width=WIDTH, height=HEIGHT))
    assert page.rotation == 0
    assert [word.angle for word in page.words][-1] == 90


def test_a_smaller_image_was_sent_than_the_page_has() -> None:
    answer = answer_of(INVOICE, width=WIDTH, height=HEIGHT)
    assert boxes(read(answer, width=2 * WIDTH, height=2 * HEIGHT, sent=(WIDTH, HEIGHT))) == [
        [40.0, 40.0, 160.0, 120.0],
        [180.0, 40.0, 240.0, 120.0],
    ]


def test_lines_serve_where_there_are_no_tokens() -> None:
    page = read(answer_of([Ink("Invoice 2041\n", 0.1, 0.2, 0.6, 0.6)], width=WIDTH, height=HEIGHT, kind="lines"))
    assert [word.text for word in page.words] == ["Invoice", "2041"]


def test_places_beyond_the_page_are_cut_and_certainty_stays_between_0_and_1() -> None:
    page = read(answer_of([Ink("Invoice\n", -0.2, 0.2, 1.4, 0.6, 1.7)], width=WIDTH, height=HEIGHT))
    assert boxes(page) == [[0.0, 20.0, 200.0, 60.0]]
    assert next(page.words).confidence == 1.0


@pytest.mark.parametrize("answer", [{"document": {}}, {"document": {"text": "", "pages": [{}]}}, {"document": {"pages": []}}])
def test_an_empty_page_has_no_lines(answer: dict[str, Any]) -> None:
    page = read(answer)
    assert (page.lines, page.width, page.height) == ((), WIDTH, HEIGHT)
