"""What was filled in over or under the rows of an ACORD form."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from doctray.domain.document import Box, Line, Page, Word
from doctray.extraction.rules.certificate.acord_offset import fill_offset
from doctray.extraction.rules.certificate.document import extract
from doctray.extraction.rules.reading import sheet_of
from tests.unit.extraction.drawing import CHARACTER, ROW, a_document
from tests.unit.extraction.rules.papers import FILLED, LIMIT, SUM, an_acord


def typed_off(down: float, filled: Mapping[tuple[int, int], str] = FILLED) -> Page:
    """The form, filled in so many pixels under its rows."""
    page = an_acord(dict(filled))

    def is_filled_in(word: Word) -> bool:
        row, column = round(word.box.top / ROW), round(word.box.left / CHARACTER)
        return any(row == at and start <= column < start + len(text) for (at, start), text in filled.items())

    def moved(word: Word) -> Word:
        box = word.box
        return replace(word, box=Box(box.left, box.top + down, box.right, box.bottom + down)) if is_filled_in(word) else word

    return replace(page, lines=tuple(Line(words=tuple(moved(word) for word in line.words)) for line in page.lines))


@pytest.mark.parametrize("down", [-14, -11, 11, 13])
def test_a_form_that_was_typed_between_its_rows_reads_as_one_that_met_them(down: float) -> None:
    straight, off = (extract(a_document(page)).fields for page in (an_acord(), typed_off(down)))
    assert fill_offset(sheet_of(typed_off(down))) == pytest.approx(down, abs=1)
    assert off == straight


def test_a_form_that_was_filled_in_on_its_rows_has_no_offset() -> None:
    assert fill_offset(sheet_of(an_acord())) == 0.0
    assert fill_offset(sheet_of(typed_off(-5))) == 0.0


def test_a_blank_form_has_no_offset() -> None:
    assert fill_offset(sheet_of(an_acord({}))) == 0.0


def test_one_sum_out_of_its_row_moves_no_other() -> None:
    filled = {place: text for place, text in FILLED.items() if place != (25, SUM)} | {(27, SUM): "2,500", (27, LIMIT): "Deductible"}
    page = an_acord(filled)
    assert fill_offset(sheet_of(page)) == 0.0
    limits = extract(a_document(page)).fields["policies"][0]["limits"]
    assert limits["PERSONAL & ADV INJURY"] == 1_000_000
    assert "GENERAL AGGREGATE" not in limits
