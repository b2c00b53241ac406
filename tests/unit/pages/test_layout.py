import math

from hypothesis import given
from hypothesis import strategies as st

from doctray.domain.document import Box, Segment, Word, rotate_box
from doctray.pages.layout import lines_of

HEIGHT = 20.0
ADVANCE = 10.0
SPACE = 6.0


def a_word(text: str, left: float, top: float, *, height: float = HEIGHT, angle: int = 0) -> Word:
    return Word(text=text, box=Box(left, top, left + ADVANCE * len(text), top + height), confidence=1.0, angle=angle)


def words_at(text: str, left: float, top: float) -> list[Word]:
    words = []
    for part in text.split():
        words.append(a_word(part, left, top))
        left = words[-1].box.right + SPACE
    return words


def texts(words: list[Word], **options: object) -> list[str]:
    return [line.text for line in lines_of(words, **options)]  # type: ignore[arg-type]


def test_no_words_are_no_lines() -> None:
    assert lines_of([]) == ()


def test_words_on_one_baseline_are_one_line_whatever_order_they_come_in() -> None:
    words = words_at("Certificate of Liability Insurance", 100, 50)
    assert texts(list(reversed(words))) == ["Certificate of Liability Insurance"]


def test_lines_below_one_another_are_read_from_the_top() -> None:
    words = words_at("second line here", 50, 130) + words_at("first line here", 50, 100)
    assert texts(words) == ["first line here", "second line here"]


def test_a_gap_as_wide_as_the_type_is_high_ends_a_line() -> None:
    words = [*words_at("GL-2025-0001", 100, 50), *words_at("2025-08-03", 100 + 12 * ADVANCE + HEIGHT, 50)]
    assert texts(words) == ["GL-2025-0001", "2025-08-03"]


def test_a_vertical_rule_ends_a_line_even_where_words_stand_close() -> None:
    words = words_at("Network Thermal", 100, 50)
    rule = Segment(left=100 + 7 * ADVANCE + 3, top=40, right=100 + 7 * ADVANCE + 3, bottom=80)
    elsewhere = Segment(left=rule.left, top=200, right=rule.left, bottom=300)
    assert texts(words, segments=(rule,)) == ["Network", "Thermal"]
    assert texts(words, segments=(elsewhere,)) == ["Network Thermal"]


def test_a_sloping_baseline_is_followed_across_the_page() -> None:
    slope = math.tan(math.radians(3))
    rows = [
        [a_word("wwww", left, top + slope * left) for left in range(0, 1200, 46)]
        for top in (100, 128)  # 1200 px at 3 degrees climb 63 px, more than two lines
    ]
    assert [len(line.words) for line in lines_of([word for row in rows for word in row])] == [27, 27]


def test_words_of_different_heights_share_a_line() -> None:
    words = [a_word("Total:", 100, 100, height=20), a_word("1,234", 166, 104, height=14), a_word("USD", 222, 97, height=26)]
    assert texts(words) == ["Total: 1,234 USD"]


def test_a_heading_beside_small_print_is_a_line_of_its_own() -> None:
    words = [a_word("ACORD", 50, 80, height=70), a_word("small", 105, 110, height=16)]
    assert sorted(texts(words)) == ["ACORD", "small"]


def test_columns_of_running_text_are_read_one_after_the_other() -> None:
    left = [f"the left column tells its own story {n}" for n in range(4)]
    right = [f"and the right column tells another one {n}" for n in range(4)]
    words = words_at("A heading across both of the columns of this page here it is", 200, 20)
    for row in range(4):
        words += words_at(left[row], 50, 100 + 26 * row) + words_at(right[row], 560, 100 + 26 * row)
    assert texts(words) == ["A heading across both of the columns of this page here it is", *left, *right]


def test_a_table_is_read_row_by_row() -> None:
    words = []
    for row, cells in enumerate(
        (("Policy", "Effective", "Limit"), ("GL-1", "2025-08-03", "$1,000,000"), ("AL-2", "2025-09-01", "$2,000,000"))
    ):
        for column, text in enumerate(cells):
            words += words_at(text, 100 + 300 * column, 100 + 40 * row)
    assert texts(words) == ["Policy", "Effective", "Limit", "GL-1", "2025-08-03", "$1,000,000", "AL-2", "2025-09-01", "$2,000,000"]


def test_turned_words_make_lines_of_their_own_after_the_upright_ones() -> None:
    upright = words_at("Monday Tuesday", 100, 50)
    # read with the page turned clockwise by 90 degrees: the words run upwards (270) on the page as it lies
    seen = words_at("Daily routine", 30, 20)
    turned = [Word(text=word.text, box=rotate_box(word.box, 270, width=400, height=100), confidence=1.0, angle=270) for word in seen]
    assert texts(turned + upright) == ["Monday Tuesday", "Daily routine"]


def test_two_turned_lines_are_read_in_their_own_order() -> None:
    for angle in (90, 180, 270):
        seen = words_at("first line", 30, 20) + words_at("second line", 30, 50)
        turned = [Word(text=w.text, box=rotate_box(w.box, angle, width=400, height=100), confidence=1.0, angle=angle) for w in seen]
        assert texts(turned) == ["first line", "second line"], angle


BOXES = st.builds(
    lambda left, top, width, height: Box(left, top, left + width, top + height),
    st.floats(0, 1500),
    st.floats(0, 2000),
    st.floats(0, 400),
    st.floats(0, 80),
)
WORDS = st.lists(
    st.builds(lambda box, angle: Word(text="w", box=box, confidence=1.0, angle=angle), BOXES, st.sampled_from([0, 0, 0, 90, 180, 270])),
    max_size=60,
)


@given(WORDS)
def test_every_word_is_in_exactly_one_line(words: list[Word]) -> None:
    placed = [word for line in lines_of(words) for word in line.words]
    assert sorted(map(id, placed)) == sorted(map(id, words))
