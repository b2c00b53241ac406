"""What a model is shown: the look of a page, and parts that fit."""

import re

import pytest

from doctray.domain.document import Box, Document, FormField, Line, Page, PageSource, Word
from doctray.extraction.page_text import WIDEST, page_text
from doctray.extraction.prompt import parts_of, system_of, tokens_of, turn_of
from tests.unit.extraction.drawing import a_document, drawn

TABLE = """
Item           Qty     Price
Hinge          4       12.50
Door           1       310.00

Total                  322.50
"""


def test_columns_stand_where_they_stand_on_the_page() -> None:
    lines = page_text(drawn(TABLE)).split("\n")
    assert lines == [line.rstrip() for line in TABLE.strip("\n").splitlines()]


def test_columns_never_run_together() -> None:
    near = (Word(text="left", box=Box(0, 0, 40, 20), confidence=1.0), Word(text="right", box=Box(60, 0, 110, 20), confidence=1.0))
    small = tuple(Word(text="x" * 30, box=Box(0, top, 60, top + 10), confidence=1.0) for top in (40, 60, 80, 100, 120))
    page = Page(number=1, width=120, height=200, source=PageSource.TEXT_LAYER, lines=(Line(words=near), Line(words=small)))
    assert re.match(r"left {2,}right$", page_text(page).split("\n")[0])


def test_what_is_filled_into_a_form_is_shown() -> None:
    page = drawn("Name:", form_fields=(FormField(name="n", kind="text", value="Ada Marlow", box=Box(80, 0, 300, 20)),))
    assert page_text(page) == "Name:   Ada Marlow"


def test_text_that_is_not_upright_is_shown_last() -> None:
    turned = Line(words=(Word(text="MONDAY", box=Box(0, 30, 20, 150), confidence=1.0, angle=270),))
    page = drawn("Lesson")
    assert page_text(page.evolve(lines=(turned, *page.lines))) == "Lesson\n\nMONDAY"


def test_lines_are_not_wider_than_they_may_be() -> None:
    words = tuple(Word(text="ab", box=Box(left, 0, left + 1, 20), confidence=1.0) for left in (0, 900))
    page = Page(number=1, width=1000, height=100, source=PageSource.TEXT_LAYER, lines=tuple(Line(words=(word,)) for word in words))
    assert len(page_text(page)) <= WIDEST + 2


def test_pages_are_marked_and_kept_in_order() -> None:
    [part] = parts_of(a_document("first", "second"), budget_tokens=1000)
    assert part.pages == (1, 2)
    assert part.text == "--- page 1 of 2 ---\nfirst\n\n--- page 2 of 2 ---\nsecond"


@pytest.mark.parametrize("budget", [60, 200, 1000])
def test_parts_keep_to_the_budget_and_lose_nothing(budget: int) -> None:
    document = a_document(*["\n".join(f"word{page}x{line} and more" for line in range(30)) for page in range(5)])
    parts = list(parts_of(document, budget_tokens=budget))
    assert all(part.tokens <= budget + 20 for part in parts)
    shown = re.findall(r"word\dx\d+", "\n".join(part.text for part in parts))
    assert shown == [f"word{page}x{line}" for page in range(5) for line in range(30)]


def test_a_line_beyond_the_budget_is_cut() -> None:
    parts = list(parts_of(a_document("x" * 3000), budget_tokens=100))
    assert "".join(re.findall(r"x+", "".join(part.text for part in parts))) == "x" * 3000
    assert all(part.tokens <= 120 for part in parts)


def test_pages_without_text_give_no_part() -> None:
    assert list(parts_of(a_document("", "  "), budget_tokens=100)) == []
    assert list(parts_of(Document(pages=(), page_total=3), budget_tokens=100)) == []


def test_spaces_that_keep_columns_cost_little() -> None:
    assert tokens_of("a" + " " * 500 + "b") < 5


def test_marks_bear_a_name_that_is_new_each_time() -> None:
    [part] = parts_of(a_document("text"), budget_tokens=100)
    assert turn_of(part).text != turn_of(part).text
    assert turn_of(part, name="n").text == f"<<<document n>>>\n{part.text}\n<<<end of document n>>>"


def test_the_schema_stands_with_the_instructions() -> None:
    assert '"colour"' in system_of("custom", {"properties": {"colour": {"description": "a {brace} and %s"}}})
