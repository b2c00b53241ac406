"""Insurance papers drawn as cards: small labels under their values, covers with what they pay for and their sums."""

import re
from collections.abc import Sequence

from doctray.domain.document import Box, Line, Page, PageSource, Word
from doctray.domain.extraction import Extraction
from doctray.extraction.rules.certificate.document import extract
from tests.unit.extraction.drawing import a_document

_Print = tuple[float, float, float, str]
"""(left, top, height in pixels, text)"""

VALUE, CAPTION = 24.0, 16.0


def page_of(prints: Sequence[_Print]) -> Page:
    lines = []
    for left, top, height, text in prints:
        wide = height / 2
        spans = [(left + wide * m.start(), left + wide * m.end(), m[0]) for m in re.finditer(r"\S+", text)]
        lines.append(Line(words=tuple(Word(text=t, box=Box(a, top, b, top + height), confidence=1.0) for a, b, t in spans)))
    return Page(number=1, width=1240, height=1754, source=PageSource.TEXT_LAYER, lines=tuple(lines))


def cards(pairs: Sequence[tuple[str, str]], *, left: float = 60.0, top: float = 140.0, value_first: bool) -> list[_Print]:
    """A column of values in large print with their small labels beneath, or over them; 70 pixels from one card to the next."""
    out = []
    for index, (label, value) in enumerate(pairs):
        start = top + 70 * index
        first, second = ((value, VALUE), (label, CAPTION)) if value_first else ((label, CAPTION), (value, VALUE))
        out += [(left, start, first[1], first[0]), (left, start + first[1] + 6, second[1], second[0])]
    return out


def cover(name: str, told: str, value: str, caption: str, *, left: float, top: float) -> list[_Print]:
    return [(left, top, VALUE, name), (left, top + 32, CAPTION, told), (left, top + 60, VALUE, value), (left, top + 90, CAPTION, caption)]


POLICY = [
    ("Número de tu Póliza", "77120459"),
    ("Inicio de vigencia", "Desde las 12:00 del 14/03/2025"),
    ("Fin de vigencia", "Hasta las 12:00 del 14/03/2026"),
    ("Fecha de expedición", "10/03/2025"),
    ("Nombre del Asegurado", "Lucía Ferrán Oyarzo"),
    ("Correo electrónico", "lucia@ejemplo.mx"),
]
HEAD: list[_Print] = [(60, 40, 36, "Carátula de tu póliza"), (60, 92, CAPTION, "Aseguradora del Valle Seguros, S.A. de C.V.")]
COVERS = [
    *cover("Daños a cristales", "Pagamos la reparación.", "$ 18,500.00 MXN", "Suma asegurada", left=60, top=700),
    *cover("Robo Parcial", "Cubrimos las piezas robadas.", "$ 92,000.00 MXN", "Suma asegurada", left=460, top=700),
    *cover("Ocupantes", "Los gastos de quien viaja contigo.", "$ 310,000.00 MXN", "Suma asegurada", left=860, top=700),
    *cover("Grúa", "Te llevamos al taller.", "Amparada", "Sin costo", left=60, top=900),
]


def read(prints: Sequence[_Print]) -> Extraction:
    return extract(a_document(page_of(prints)))


def assert_policy_read(extraction: Extraction) -> None:
    fields = extraction.fields
    policy = fields["policies"][0]
    assert fields["title"] == "Carátula de tu póliza"
    assert fields["insured_name"] == "Lucía Ferrán Oyarzo"
    assert fields["issue_date"] == "2025-03-10"
    assert (policy["policy_number"], policy["effective_date"], policy["expiry_date"]) == ("77120459", "2025-03-14", "2026-03-14")


def test_small_labels_under_their_values_name_what_stands_over_them() -> None:
    assert_policy_read(read([*HEAD, *cards(POLICY, value_first=True), *COVERS]))


def test_small_labels_over_larger_values_name_what_stands_beneath() -> None:
    assert_policy_read(read([*HEAD, *cards(POLICY, value_first=False), *COVERS]))


def test_a_card_names_its_cover_over_the_small_print_and_a_word_may_stand_for_its_sum() -> None:
    limits = read([*HEAD, *cards(POLICY, value_first=True), *COVERS]).fields["policies"][0]["limits"]
    assert limits == {"Daños a cristales": 18500, "Robo Parcial": 92000, "Ocupantes": 310000, "Grúa": "Amparada"}


def test_prices_in_cards_are_no_sums_insured() -> None:
    priced = [(left, top, height, "Prima neta" if text == "Suma asegurada" else text) for left, top, height, text in COVERS]
    policy = read([*HEAD, *cards(POLICY, value_first=True), *priced]).fields["policies"][0]
    assert "Robo Parcial" not in policy["limits"]


def test_values_keep_their_places() -> None:
    extraction = read([*HEAD, *cards(POLICY, value_first=True), *COVERS])
    assert extraction.provenance["/policies/0/policy_number"].box.top == 140.0
