import pytest

from doctray.domain.errors import InvalidOption, TooManyPages
from doctray.pages.selection import select_pages


@pytest.mark.parametrize(
    ("option", "chosen"),
    [
        (None, (1, 2, 3, 4, 5)),
        ("", (1, 2, 3, 4, 5)),
        ("  ", (1, 2, 3, 4, 5)),
        ("3", (3,)),
        ("1-3,5", (1, 2, 3, 5)),
        (" 4 - 5 , 1 ", (1, 4, 5)),
        ("5,1,5,1-2", (1, 2, 5)),
    ],
)
def test_chosen_pages_are_ascending_and_each_once(option: str | None, chosen: tuple[int, ...]) -> None:
    assert select_pages(option, page_total=5, max_pages=500) == chosen


@pytest.mark.parametrize("option", ["0", "6", "1-6", "3-2", "a", "1,,2", "1-", "-3", "1;2", "1.5", "９", "1" * 40])
def test_pages_that_are_no_list_or_outside_the_document_are_refused(option: str) -> None:
    with pytest.raises(InvalidOption):
        select_pages(option, page_total=5, max_pages=500)


def test_too_many_pages_are_refused_unless_fewer_are_chosen() -> None:
    with pytest.raises(TooManyPages):
        select_pages(None, page_total=10_000, max_pages=500)
    with pytest.raises(TooManyPages):
        select_pages("1-300,400-700", page_total=10_000, max_pages=500)
    assert select_pages("9999-10000", page_total=10_000, max_pages=500) == (9_999, 10_000)


def test_a_page_count_that_a_file_lies_about_takes_no_memory() -> None:
    with pytest.raises(TooManyPages):
        select_pages("1-999999999", page_total=2_000_000_000, max_pages=500)
