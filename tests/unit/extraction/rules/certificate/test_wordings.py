"""Certificates in German, French, Spanish, Portuguese, Italian and Dutch: to whom, for what, and when they were signed."""

import pytest

from doctray.extraction.rules.certificate.document import extract
from doctray.extraction.rules.certificate.wordings import leads_over
from tests.unit.extraction.drawing import a_document

SENTENCES = [
    ("Frau Greta Holm\nhat im Mai an einem Lehrgang für Ersthelfer mit Erfolg teilgenommen.", "Frau Greta Holm", "Lehrgang für Ersthelfer"),
    ('Frau Greta Holm\nhat am 14.11.2025 an dem Workshop "Boden und Wasser"\nteilgenommen.', "Frau Greta Holm", "Boden und Wasser"),
    ("Hierbij verklaren wij dat\nSanne Bakker\nde training heeft gevolgd", "Sanne Bakker", None),
    ("Nous attestons que\nM. Karim Benali\na suivi la formation : Travail en hauteur", "M. Karim Benali", "Travail en hauteur"),
    ("Awa Traoré\na participé au colloque\n« Les deltas »", "Awa Traoré", "Les deltas"),
    ("Se certifica que Ana Ruiz, con DNI 00000000T,\nha superado el curso\nPrimeros Auxilios", "Ana Ruiz", "Primeros Auxilios"),
    ("Certificamos que Rui Melo concluiu com êxito o curso\nRedes de Computadores", "Rui Melo", "Redes de Computadores"),
    (
        "Si attesta che\nGiulia Bonfanti\nnata a Mantova il 02/06/1991\nha frequentato il corso di formazione\nAntincendio",
        "Giulia Bonfanti",
        "Antincendio",
    ),
]


@pytest.mark.parametrize(("sentence", "who", "what"), SENTENCES)
def test_who_took_part_in_what_is_read(sentence: str, who: str, what: str | None) -> None:
    found = extract(a_document(f"CERTIFICADO\n\n{sentence}\n")).fields
    assert (found["recipient_name"], found["subject"]) == (who, what)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Odertal, den 7. März 2025", "2025-03-07"),
        ("Fait à Paris, le 15 mai 2025", "2025-05-15"),
        ("Vallefrío, a 10 de febrero de 2025", "2025-02-10"),
        ("Verona, 22/09/2025", "2025-09-22"),
    ],
)
def test_where_and_when_a_paper_was_signed_gives_its_date(line: str, day: str) -> None:
    assert extract(a_document(f"CERTIFICADO\n\nCertificamos que\nRui Melo\n\n{line}\n")).fields["issue_date"] == day


@pytest.mark.parametrize(
    ("text", "leads"), [("al convegno", True), ("la formation :", True), ("Italia", False), ("el agua", False), ("", False)]
)
def test_words_that_only_lead_over_are_told_from_names(text: str, leads: bool) -> None:
    assert leads_over(text) is leads
