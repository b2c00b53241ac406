"""What records of vaccinations are about."""

import pytest

from doctray.extraction.rules.certificate.document import extract
from tests.unit.extraction.drawing import a_document

RECORD = """
IMMUNIZATION RECORD

Patient: Leo Marchetti        DOB: 2015-08-30

{heading}         Date given      Given by
{rows}

Printed on 2026-02-03
"""


def subject(rows: str, heading: str = "Vaccine") -> object:
    return extract(a_document(RECORD.format(rows=rows, heading=heading))).fields["subject"]


def test_several_vaccines_of_a_table_are_one_subject() -> None:
    rows = "DTaP-IPV        2015-11-02      RN Osei\nMMR             2016-09-05      RN Osei\nVaricella       2017-02-14      Dr. Blum"
    assert subject(rows) == "DTaP-IPV, MMR, Varicella"


def test_a_vaccine_given_twice_is_named_once() -> None:
    assert subject("MMR             2015-11-02      RN Osei\nMMR             2016-09-05      RN Osei") == "MMR"


def test_numbers_of_doses_and_dates_name_no_vaccine() -> None:
    assert subject("1st Dose        2015-11-02      RN Osei\nCOVID-19\n2nd Dose        2016-09-05      RN Osei") == "COVID-19"


@pytest.mark.parametrize("heading", ["Vaccine", "Vaccination", "Immunisation"])
def test_the_column_is_known_by_its_heading(heading: str) -> None:
    assert subject("Rabies                 2015-11-02      RN Osei", f"{heading:12s}") == "Rabies"


def test_who_gave_the_vaccines_is_not_who_received_them() -> None:
    fields = extract(a_document(RECORD.format(rows="MMR             2016-09-05      Dr. Anna Blum", heading="Vaccine"))).fields
    assert (fields["recipient_name"], fields["issue_date"]) == ("Leo Marchetti", "2026-02-03")


def test_a_vaccine_over_two_lines_under_a_heading_over_two_lines_is_one() -> None:
    fields = extract(
        a_document("""
         RABIES VACCINATION CERTIFICATE

Dose     Date of          Vaccine/                    Lot
         vaccination      prophylaxis
1        2021-09-18       Rabies vaccine, non-        A1026
                          adjuvanted cell culture
2        2021-11-13       Rabies vaccine, non-        A1039
                          adjuvanted cell culture
""")
    ).fields
    assert fields["subject"] == "Rabies vaccine, non-adjuvanted cell culture"
