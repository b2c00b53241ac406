"""Values in the cells of drawn tables."""

from doctray.domain.document import Segment
from doctray.extraction.rules.labelled_cells import labelled_cells
from doctray.extraction.rules.labels import Vocabulary
from doctray.extraction.rules.reading import sheet_of
from tests.unit.extraction.drawing import CHARACTER, ROW, drawn

WORDS: Vocabulary = {"insured": ("insured's name and address", "insured"), "number": ("policy number",), "period": ("period of insurance",)}

TABLE = """
                            Ms. Kavya Raman
 Insured's Name             7/22, Lake View Street
 and Address                Chennai 600020

 Policy Number              PN-1182/77

 Insured                    Policy Number
"""


def ruled(rows: tuple[float, ...], columns: tuple[float, ...]) -> tuple[Segment, ...]:
    """The lines of a table, at rows and columns of the drawn text."""
    xs, ys = [column * CHARACTER for column in columns], [row * ROW for row in rows]
    across = [Segment(left=xs[0], top=y, right=xs[-1], bottom=y) for y in ys]
    return (*across, *[Segment(left=x, top=ys[0], right=x, bottom=ys[-1]) for x in xs])


def values(text: str, segments: tuple[Segment, ...]) -> dict[str, list[list[str]]]:
    found = labelled_cells([sheet_of(drawn(text, segments=segments))], WORDS)
    return {key: [[line.text for line in lines] for _, lines in cells] for key, cells in found.items()}


def test_a_cell_of_several_lines_is_the_value_of_the_label_beside_it() -> None:
    found = values(TABLE, ruled((-0.2, 3.0, 5.0, 7.0), (0.0, 26.0, 60.0)))
    assert found == {"insured": [["Ms. Kavya Raman", "7/22, Lake View Street", "Chennai 600020"]], "number": [["PN-1182/77"]]}


def test_a_label_beside_a_label_heads_a_column_and_has_no_value_there() -> None:
    assert values(TABLE, ruled((5.0, 7.0), (0.0, 26.0, 60.0))) == {}


def test_without_lines_there_are_no_cells() -> None:
    assert values(TABLE, ()) == {}
