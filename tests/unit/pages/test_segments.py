from doctray.domain.document import Segment
from doctray.pages.segments import merged


def across(y: float, start: float, end: float) -> Segment:
    return Segment(start, y, end, y)


def down(x: float, start: float, end: float) -> Segment:
    return Segment(x, start, x, end)


def test_borders_drawn_cell_by_cell_become_one_rule() -> None:
    assert merged([across(10, 200, 300), across(10.4, 0, 100), across(10, 101, 199)], shortest_px=20) == (
        across(10.133333333333333, 0, 300),
    )


def test_both_edges_of_a_drawn_line_become_its_middle() -> None:
    assert merged([across(10, 0, 100), across(11, 0, 100)], shortest_px=20) == (across(10.5, 0, 100),)


def test_gaps_part_rules_and_short_ones_are_left_out() -> None:
    assert merged([down(5, 0, 100), down(5, 110, 200), down(50, 0, 19)], shortest_px=20) == (down(5, 0, 100), down(5, 110, 200))


def test_rules_of_neighbouring_rows_stay_apart() -> None:
    assert merged([across(10, 0, 100), across(20, 0, 100)], shortest_px=20) == (across(10, 0, 100), across(20, 0, 100))


def test_a_drawing_is_cut_to_its_longest_strokes() -> None:
    found = merged([across(10 * n, 0, 20 + n) for n in range(5000)], shortest_px=20)
    assert len(found) == 4000
    assert min(segment.right for segment in found) == 20 + 1000
