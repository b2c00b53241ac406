"""What pictures of certificates print, and what recognition makes of them: titles over lines, seals, glued forms of address, codes."""

from dataclasses import replace
from typing import Any

import pytest

from doctray.domain.document import Box, Line, Word
from doctray.extraction.rules.certificate.document import extract
from tests.unit.extraction.drawing import a_document


def fields(page: str) -> dict[str, Any]:
    return dict(extract(a_document(page)).fields)


TRAINING = """
{code}

         CERTIFICATE
  SUMMER TRAINING COMPLETION

This certificate is presented to
Karan Nishad
for successfully completing the course Python for Data Science
"""


@pytest.mark.parametrize(("code", "found"), [("UGIPL/2023/TR/279", "UGIPL/2023/TR/279"), ("#35,671,208", "#35,671,208"), ("2023", None)])
def test_a_code_alone_at_the_top_is_the_certificates_number_and_a_year_is_none(code: str, found: str | None) -> None:
    number = fields(TRAINING.format(code=code))["certificate_number"]
    assert (number or "").replace(" ", "").lstrip("#") == (found or "").lstrip("#")


def test_a_lone_certificate_goes_on_with_what_was_completed_in_the_line_beneath() -> None:
    assert fields(TRAINING.format(code=""))["title"] == "CERTIFICATE SUMMER TRAINING COMPLETION"


def test_a_title_that_ends_with_of_goes_on_with_an_apostrophe_and_a_footnotes_letter() -> None:
    found = fields("""
               CERTIFICATE OF
     EMPLOYERS' LIABILITY INSURANCE (a)

Policy Number: ACY 2285986
1. Name of policyholder: Acton Community Association
2. Date of commencement of insurance: 24th January 2025
3. Date of expiry of insurance: 23rd January 2026
the minimum amount of cover provided by this policy is no less than £5 million
""")
    assert found["title"].startswith("CERTIFICATE OF EMPLOYERS' LIABILITY INSURANCE")
    assert (found["insured_name"], [p["type"] for p in found["policies"]]) == ("Acton Community Association", ["EMPLOYERS' LIABILITY"])


@pytest.mark.parametrize("who", ["Sri/Smt.Subhro Maity", "Mr./Ms. Subhro Maity", "Subhro Maity"])
def test_a_name_ends_before_where_its_holder_is_from_and_begins_after_forms_of_address(who: str) -> None:
    found = fields(
        f"CERTIFICATE OF TRAINING\n\nCertified that {who} from Netaji College, Kolkata, successfully completed the course Botany\n"
    )
    assert found["recipient_name"] == "Subhro Maity"


def test_words_around_a_round_seal_are_no_title() -> None:
    document = a_document("         CERTIFICATE OF MERIT\n\nis presented to\nAda Brown\nfor the course Botany\n")
    [page] = document.pages
    seal = tuple(
        Word(text=text, box=Box(left, 300, left + 90, 500), confidence=0.9) for text, left in (("PROFESSIONAL", 20), ("CERTIFICATE", 112))
    )
    sealed = replace(page, lines=(*page.lines, Line(words=seal)))
    found = extract(replace(document, pages=(sealed,))).fields
    assert found["title"] == "CERTIFICATE OF MERIT"


def test_the_end_of_a_companys_name_is_no_word_for_what_is_included() -> None:
    found = fields("""
LIABILITY INSURANCE CARD

Policy Number: TLA-TX-9999        Insurance Company: Lone Star Property & Casualty, Inc.
Effective Date: 04/05/2026        Expiration Date: 10/05/2026
Name of Insured: Omar Haddad
Garage   Included
""")
    assert "Inc." not in str(found["policies"][0]["limits"])
