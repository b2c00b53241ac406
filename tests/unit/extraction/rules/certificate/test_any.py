"""Any page is survived: words moved, lost, garbled and flat never stop the rules, and what they give keeps to the schema."""

import json
from importlib.resources import files

import jsonschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doctray.domain.document import Box, Line, Page, PageSource, Word
from doctray.domain.extraction import leaves
from doctray.extraction.rules.certificate.document import extract
from tests.unit.extraction.drawing import a_document
from tests.unit.extraction.rules.papers import an_acord

SCHEMA = jsonschema.Draft202012Validator(
    json.loads(files("doctray.extraction").joinpath("schemas", "certificate.schema.json").read_text(encoding="utf-8"))
)
GARBLED = st.text(alphabet="$,.:/-0OIl1 X()#[]|_&'äß\u202e", min_size=1, max_size=12).map(lambda text: text.strip() or "x")
WORDS = [word for line in an_acord().lines for word in line.words]


@st.composite
def pages(draw: st.DrawFn) -> Page:
    """A form with some of its words lost, garbled, moved or squeezed flat."""
    lines = []
    for word in WORDS[:: draw(st.integers(1, 6))]:
        match draw(st.integers(0, 19)):
            case 0:
                continue
            case 1:
                word = Word(text=draw(GARBLED), box=word.box, confidence=0.4)
            case 2:
                shift = draw(st.floats(-200, 200))
                box = word.box
                word = Word(
                    text=word.text, box=Box(box.left + shift, box.top + shift, box.right + shift, box.bottom + shift), confidence=0.9
                )
            case 3:
                word = Word(text=word.text, box=Box(word.box.left, word.box.top, word.box.left, word.box.top), confidence=1.0)
        lines.append(Line(words=(word,)))
    return Page(number=1, width=1900, height=1750, source=draw(st.sampled_from(PageSource)), lines=tuple(lines))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(pages())
def test_a_form_in_any_state_gives_fields_by_the_schema_each_with_its_place(page: Page) -> None:
    extraction = extract(a_document(page))
    SCHEMA.validate(extraction.fields)
    unplaced = {pointer for pointer, value in leaves(extraction.fields) if not isinstance(value, bool)} - set(extraction.provenance)
    assert unplaced <= {"/kind"}
    assert all(0.0 <= place.confidence <= 1.0 for place in extraction.provenance.values())
