import pytest

from doctray.ocr.upright import best_turn, is_doubtful, lies_sideways, mean_confidence

LINE, COLUMN, DIGIT = (200.0, 20.0), (20.0, 200.0), (15.0, 20.0)


@pytest.mark.parametrize(
    ("sizes", "sideways"),
    [
        ([LINE] * 10, False),
        ([COLUMN] * 10, True),
        ([LINE] * 10 + [COLUMN] * 5, False),
        ([LINE] * 2 + [COLUMN] * 10, True),
        ([DIGIT] * 40, False),
        ([DIGIT] * 40 + [LINE], False),
        ([], False),
    ],
)
def test_a_page_lies_sideways_when_nearly_all_its_text_is_tall(sizes: list[tuple[float, float]], sideways: bool) -> None:
    assert lies_sideways(sizes) is sideways


def test_a_page_is_doubtful_when_its_reading_is_poor() -> None:
    assert is_doubtful([("gniht", 0.2), ("a", 0.9)])
    assert not is_doubtful([("thing", 0.9), ("q", 0.1)])
    assert not is_doubtful([])


def test_the_page_is_turned_only_for_a_clearly_better_reading() -> None:
    assert best_turn({0: [("aa", 0.2)], 90: [("aa", 0.3)], 270: [("aa", 0.9)]}) == 270
    assert best_turn({0: [("aa", 0.45)], 180: [("aa", 0.5)]}) == 0
    assert best_turn({0: [], 180: [("aa", 0.5)]}) == 180
    assert best_turn({0: [], 180: []}) == 0


def test_confidence_is_weighed_by_length() -> None:
    assert mean_confidence([("abc", 1.0), ("d", 0.0)]) == pytest.approx(0.75)
    assert mean_confidence([("", 0.9)]) == 0.0
