"""Insurance papers that are no ACORD form."""

import pytest

from doctray.domain.extraction import Extraction
from doctray.extraction.rules.certificate.document import extract
from doctray.extraction.rules.certificate.parties import is_party
from tests.unit.extraction.drawing import a_document, drawn


def read(*pages: str) -> Extraction:
    return extract(a_document(*pages))


LABELLED = """
CERTIFICATE OF INSURANCE                              Date of Issue: 14 March 2026

Insured:         Copper Kettle Cafe Ltd
                 7 Bridge Row, Leeds LS2 7AB
Insurer:         Northern Shield Insurance plc
Broker:          Dale & Moor Brokers
Policy Number:   NSI/2026/004417
Period of Insurance:   01/04/2026 to 31/03/2027

Public liability             up to £5,000,000
Employers' liability         £10m
Contents insurance           £45,000
Annual premium               £1,200.00
"""


def test_labels_with_values_beside_them_are_read() -> None:
    fields = read(LABELLED).fields
    assert {key: fields[key] for key in fields if isinstance(fields[key], str)} == {
        "kind": "insurance",
        "title": "CERTIFICATE OF INSURANCE",
        "issue_date": "2026-03-14",
        "insured_name": "Copper Kettle Cafe Ltd",
        "insured_address": "7 Bridge Row, Leeds LS2 7AB",
        "producer_name": "Dale & Moor Brokers",
    }
    assert fields["insurers"] == [{"name": "Northern Shield Insurance plc"}]


def test_a_coverage_beside_a_sum_is_a_policy_under_the_number_and_period_printed_once() -> None:
    policies = read(LABELLED).fields["policies"]
    assert [(p["type"], p["limits"], p["currency"]) for p in policies] == [
        ("Public liability", {"LIMIT": 5_000_000}, "GBP"),
        ("Employers' liability", {"LIMIT": 10_000_000}, "GBP"),
        ("Contents insurance", {"LIMIT": 45_000}, "GBP"),
    ]
    assert {(p["policy_number"], p["effective_date"], p["expiry_date"]) for p in policies} == {
        ("NSI/2026/004417", "2026-04-01", "2027-03-31")
    }


def test_a_table_gives_a_policy_a_row_with_its_limits_under_their_headings() -> None:
    fields = read("""
Certificate of Liability Insurance

Insured:     Tall Pine Carpentry Inc

Policy Type              Policy #        Effective     Expires       Each Occurrence   Aggregate
General Liability        GL-26-0001      2026-05-01    2027-05-01    $1,000,000        $2,000,000
Professional Liability   PL-26-0458      2026-05-01    2027-05-01    $500,000          $500,000
Workers Compensation     WC-26-1120      2026-06-01    2027-06-01    Statutory         Statutory

Certificate Holder:
Birch Development Group
""").fields
    assert fields["holder_name"] == "Birch Development Group"
    assert [(p["type"], p["policy_number"], p["effective_date"], p["limits"]) for p in fields["policies"]] == [
        ("General Liability", "GL-26-0001", "2026-05-01", {"Each Occurrence": 1_000_000, "Aggregate": 2_000_000}),
        ("Professional Liability", "PL-26-0458", "2026-05-01", {"Each Occurrence": 500_000, "Aggregate": 500_000}),
        ("Workers Compensation", "WC-26-1120", "2026-06-01", {"Each Occurrence": "Statutory", "Aggregate": "Statutory"}),
    ]


def test_headings_with_sums_beneath_are_policies_and_premiums_are_no_limits() -> None:
    policies = read("""
CERTIFICATE OF LIABILITY INSURANCE
NAMED INSURED: Eastgate Goods Co.
INSURER: Beacon Mutual Group
POLICY NUMBER: BMG-CGL-77-1
COVERAGES
- Commercial General Liability
    Each Occurrence Limit ............ $1,000,000
    Deductible ....................... $2,500
    Annual Premium ................... $3,150
- Workers' Compensation
    Statutory Limits
TOTAL ANNUAL PREMIUM ................. $3,150
""").fields["policies"]
    assert [(p["type"], p["limits"]) for p in policies] == [
        ("Commercial General Liability", {"Each Occurrence Limit": 1_000_000, "Deductible": 2_500}),
        ("Workers' Compensation", {"LIMITS": "Statutory Limits"}),
    ]


def test_a_motor_certificate_with_its_numbered_questions_is_read() -> None:
    fields = read("""
CERTIFICATE OF MOTOR INSURANCE
Policy number: MT20260017
1.  Registration mark of vehicle:  AB12CDE
2.  Name of policyholder:  Ms Ada Field
3.  Effective date of the commencement of insurance for the purpose of the relevant law
    10:41 on 3rd June 2026
4.  Date of expiry of insurance
    23:59 on 2nd June 2027
""").fields
    assert (fields["title"], fields["insured_name"]) == ("CERTIFICATE OF MOTOR INSURANCE", "Ms Ada Field")
    assert [(p["policy_number"], p["effective_date"], p["expiry_date"]) for p in fields["policies"]] == [
        ("MT20260017", "2026-06-03", "2027-06-02")
    ]


def test_an_identification_card_with_values_under_headings_and_two_numbers_is_read() -> None:
    fields = read("""
INSURANCE IDENTIFICATION CARD
Company:   Prairie Auto Insurance Company      NAIC:  41203
Policy Numbers:   PA-400-11 / PA-400-12
Coverage:   July 1, 2026 - June 30, 2027
Insured   State motor pool and every employee while
          driving in the course of employment
Card issued by Prairie Fleet Services
""").fields
    assert fields["insurers"] == [{"name": "Prairie Auto Insurance Company", "naic": "41203"}]
    assert fields["issuer_name"] == "Prairie Fleet Services"
    assert fields["insured_name"] == "State motor pool and every employee while driving in the course of employment"
    assert [p["policy_number"] for p in fields["policies"]] == ["PA-400-11", "PA-400-12"]
    assert {(p["effective_date"], p["expiry_date"]) for p in fields["policies"]} == {("2026-07-01", "2027-06-30")}


def test_a_period_whose_first_date_was_not_recognised_keeps_its_end() -> None:
    policies = read(
        "INSURANCE IDENTIFICATION CARD\nInsurer:   Prairie Auto\nInsured:   Ada Marlow\nCoverage:   July  2026  June 30, 2027"
    ).fields["policies"]
    assert [(p["effective_date"], p["expiry_date"]) for p in policies] == [(None, "2027-06-30")]


def test_who_certifies_is_the_producer_unless_it_is_an_insurer() -> None:
    broker = read(
        "Certificate of Insurance\nQuickcover Direct certifies that the policy below is in force.\nPolicy number: QD-5512\nPublic liability   £1,000,000"
    )
    insurer = read(
        "Certificate of Insurance\nAlder Mutual Insurance certifies that the policy below is in force.\nPolicy number: AM-5512\nPublic liability   £1,000,000"
    )
    assert broker.fields["producer_name"] == "Quickcover Direct"
    assert insurer.fields["insurers"] == [{"name": "Alder Mutual Insurance"}]
    assert insurer.fields["producer_name"] is None


@pytest.mark.parametrize("printed", ["01/02/2026 to 01/03/2027", "01/02/2026 - 01/03/2027"])
def test_dates_that_nothing_resolves_are_flagged(printed: str) -> None:
    extraction = read(
        f"Certificate of Insurance\nInsured: Lone Star Widgets\nPolicy number: LS-7712\nPolicy period: {printed}\nGeneral Liability   1,000,000"
    )
    assert {w.pointer for w in extraction.warnings if w.code == "ambiguous_date"} == {
        "/policies/0/effective_date",
        "/policies/0/expiry_date",
    }
    assert extraction.needs_review


def test_placeholders_stay_null() -> None:
    fields = read("""
CERTIFICATE OF INSURANCE
Insured:   [Company Name]
Insurer:   NAME / ADDRESS
Policy number:   ____________
Effective date:   MM/DD/YYYY
""").fields
    assert (fields["insured_name"], fields["insurers"], fields["policies"]) == (None, [], [])


def test_prose_about_insurance_gives_no_limits() -> None:
    terms = "If you make a claim you must pay an excess of £250 which is shown above and we will not be liable for more than £5,000,000 in expenses."
    extraction = extract(a_document(LABELLED, drawn(terms, number=2)))
    assert len(extraction.fields["policies"]) == 3
    assert all(list(p["limits"]) == ["LIMIT"] for p in extraction.fields["policies"])


HEAD = """
{head}
CERTIFICATE OF INSURANCE

Insured:         Copper Kettle Cafe Ltd
Policy Number:   NSI/2026/004417
Period of Insurance:   01/04/2026 to 31/03/2027
{foot}
"""


@pytest.mark.parametrize(
    ("head", "foot", "insurer", "producer"),
    [
        ("Northern Shield Insurance plc", "", "Northern Shield Insurance plc", None),
        ("Dale & Moor Insurance Brokers", "", None, "Dale & Moor Insurance Brokers"),
        ("", "Signed on behalf of Northern Shield Insurance plc", "Northern Shield Insurance plc", None),
        ("", "For and on behalf of Dale & Moor Brokers Ltd", None, "Dale & Moor Brokers Ltd"),
        ("", "This is to certify that Northern Shield Insurance plc has issued a policy", "Northern Shield Insurance plc", None),
        ("", "Insurer:         Northern Shield Insurance plc ABN 45 998 120 443", "Northern Shield Insurance plc", None),
        ("Motor Insurance Department", "", None, None),
    ],
)
def test_companies_are_told_by_letterhead_signature_and_words(head: str, foot: str, insurer: str | None, producer: str | None) -> None:
    fields = read(HEAD.format(head=head, foot=foot)).fields
    assert [company["name"] for company in fields["insurers"]] == ([insurer] if insurer else [])
    assert fields["producer_name"] == producer


def test_sections_have_their_own_numbers_insurers_and_periods() -> None:
    policies = read("""
CONFIRMATION OF INSURANCE

Insured:   Moorland Joinery Limited

Employers' Liability
Insurer:               Aire Valley Insurance SE
Policy Number:         AV/EL/90012
Period of Insurance:   1 October 2026 to 30 September 2027
Limit of Indemnity:    £10,000,000

Public Liability
Insurer:               Wharfe Underwriting Limited
Policy Number:         WU-PL-33871-26
Period of Insurance:   1 November 2026 to 31 October 2027
Limit of Indemnity:    £5,000,000
""").fields
    assert [company["name"] for company in policies["insurers"]] == ["Aire Valley Insurance SE", "Wharfe Underwriting Limited"]
    assert [(p["type"], p["policy_number"], p["effective_date"], p["expiry_date"], p["limits"]) for p in policies["policies"]] == [
        ("Employers' Liability", "AV/EL/90012", "2026-10-01", "2027-09-30", {"Limit of Indemnity": 10_000_000}),
        ("Public Liability", "WU-PL-33871-26", "2026-11-01", "2027-10-31", {"Limit of Indemnity": 5_000_000}),
    ]


def test_a_household_package_is_one_policy_with_its_sections_as_limits() -> None:
    (policy,) = read("""
HOMEOWNERS POLICY DECLARATIONS

Named Insured:   Priscilla Ambrose
Policy Number:   HO-3 55 0921 774
Policy Period:   03/15/2026 to 03/15/2027

Dwelling                 $385,000
Personal Property        $192,500
Personal Liability       $300,000
Deductible               $1,000
Total Annual Premium     $1,642.00
""").fields["policies"]
    assert policy["limits"] == {"Dwelling": 385_000, "Personal Property": 192_500, "Personal Liability": 300_000, "Deductible": 1_000}


def test_headings_over_two_lines_and_sums_beyond_the_last_one_make_a_table() -> None:
    fields = read("""
CERTIFICATE OF INSURANCE

Insured:   Rondout Masonry Corp

Class of Risk          Insurer                 Policy         Period of                   Limit
                                               Number         Insurance
Public Liability       Coral Sea Underwriting  CSU/PL/77120   31/08/2026 - 31/08/2027     $10,000,000
Workers Compensation   Comfort Mutual          WC5529901      30/06/2026 - 30/06/2027     Statutory
""").fields
    assert [(p["type"], p["policy_number"], p["expiry_date"], p["limits"]) for p in fields["policies"]] == [
        ("Public Liability", "CSU/PL/77120", "2027-08-31", {"Limit": 10_000_000}),
        ("Workers Compensation", "WC5529901", "2027-06-30", {"Limit": "Statutory"}),
    ]
    assert [company["name"] for company in fields["insurers"]] == ["Coral Sea Underwriting", "Comfort Mutual"]


def test_the_next_labels_value_is_no_line_of_the_address() -> None:
    fields = read("""
TRAVEL INSURANCE CERTIFICATE

Policyholder             Mrs Freya Nilsen
Insured value            See table
Destination              Worldwide
Insurer                  Fjord Reiseforsikring AS
Policy Number            TI-8827
Period of insurance      20 June 2026 - 4 July 2026
""").fields
    assert (fields["insured_name"], fields["insured_address"]) == ("Mrs Freya Nilsen", None)


def test_a_stroke_inside_a_number_does_not_make_two() -> None:
    policies = read(HEAD.format(head="", foot="").replace("NSI/2026/004417", "MX 4471 889 / 02")).fields["policies"]
    assert [policy["policy_number"] for policy in policies] == ["MX 4471 889 / 02"]


def test_ports_beside_from_and_to_are_no_dates() -> None:
    (policy,) = read("""
MARINE CARGO INSURANCE CERTIFICATE

Assured             Van Houten Spices B.V.
Open Cover No.      OC-HL-2207
From                Cochin, India
To                  Rotterdam, Netherlands
Sailing on or about 25 May 2026
Sum insured         USD 126,500.00
""").fields["policies"]
    assert (policy["effective_date"], policy["expiry_date"]) == (None, None)
    assert (policy["limits"], policy["currency"]) == ({"Sum insured": 126_500}, "USD")


def test_the_insured_has_its_trade_name_and_not_the_office_of_the_insurer() -> None:
    fields = read("""
            CERTIFICATE OF PUBLIC LIABILITY INSURANCE

Policy Number:            QUER08TR01
Name of Insured:          Quernstone Data Ltd   Trading as Croft Testing
Date of commencement of insurance:      20/01/2026
Date of expiry of insurance:            19/01/2027

Limit of Indemnity:       £1,000,000

        Signed on behalf of Covenor Insurance (Authorised Insurer)

Covenor Insurance plc
Registered Office: Covenor Insurance, B&C Mills, Dean Clough, Halifax, HX3 5AX
""").fields
    assert (fields["insured_name"], fields["insured_address"]) == ("Quernstone Data Ltd Trading as Croft Testing", None)


def test_a_colon_that_stands_at_the_second_line_of_the_insured_is_no_part_of_the_address() -> None:
    fields = read("""
            Certificate of Insurance (Private Car Package Policy)

Policy Number: OG-19-9906-1801
Name and Address of Insured :      RAMESH QUERNSTONE
                                   : FLAT 12, TOWER C, LAKEVIEW
                                   KODIGEHALLI, BENGALURU
Geographical Area :                India
For & On Behalf of Authorised Insurers: Covenor Insurance
""").fields
    assert fields["insured_name"] == "RAMESH QUERNSTONE"
    assert fields["insured_address"] == "FLAT 12, TOWER C, LAKEVIEW, KODIGEHALLI, BENGALURU"
    assert fields["insurers"] == [{"name": "Covenor Insurance"}]


LETTER_OF_AN_ASSOCIATION = """
              GUILD MEMBERSHIP AND INSURANCE DOCUMENT
              VALID FROM 1st MAY 2024 to 30th APRIL 2025

This is to confirm that      Rowan Alder Finch

is a fully paid up member of the Guild of Storytellers
and as such is covered by the Guild's insurances.

Policy Numbers  -  48110922

Underwriters    -  Norwell

Brokers         -  Tay Insurance Brokers

Sum Assured     -  £2,000,000 Professional Indemnity
                   £6,000,000 Public Liability
"""


def test_a_value_after_a_dash_that_stands_alone_is_its_labels() -> None:
    fields = read(LETTER_OF_AN_ASSOCIATION).fields
    assert fields["insurers"] == [{"name": "Norwell"}]
    assert fields["producer_name"] == "Tay Insurance Brokers"


def test_whom_a_letter_confirms_to_be_insured_stands_between_the_two_halves_of_its_sentence() -> None:
    fields = read(LETTER_OF_AN_ASSOCIATION).fields
    assert fields["insured_name"] == "Rowan Alder Finch"
    assert fields["title"] == "GUILD MEMBERSHIP AND INSURANCE DOCUMENT"


def test_on_behalf_of_the_insured_names_no_issuer() -> None:
    fields = read("""
             NOTARY PUBLIC ERRORS AND OMISSIONS POLICY

Policy No. 204417733

The Company will also pay on behalf of the Insured, subject to the
Limit of Liability stated below, costs and expenses incurred.

EFFECTIVE DATE: April 16, 2025          EXPIRATION DATE: April 16, 2026
""").fields
    assert fields["title"] == "NOTARY PUBLIC ERRORS AND OMISSIONS POLICY"
    assert fields["issuer_name"] is None
    assert [policy["type"] for policy in fields["policies"]] == ["ERRORS AND OMISSIONS"]


def test_a_sum_before_the_name_of_its_cover_makes_a_policy_of_each_that_a_label_names() -> None:
    policies = read(
        LETTER_OF_AN_ASSOCIATION.replace(
            "Underwriters ", "Type of Policies  -  Public Liability and Professional Indemnity\n\nUnderwriters "
        )
    ).fields["policies"]
    assert [(policy["type"], list(policy["limits"].values()), policy["policy_number"]) for policy in policies] == [
        ("Professional Indemnity", [2_000_000], "48110922"),
        ("Public Liability", [6_000_000], "48110922"),
    ]


def test_covers_with_sums_in_one_sentence_have_the_periods_printed_beneath_their_names() -> None:
    policies = read("""
                    Certificate of Insurance

              This certificate is confirmation that
                          Una Bray

Has Public Liability cover of up to £2 Million and Professional Indemnity of up to £1 Million

                      Public Liability
                 Effective from: 21/05/2022
                   Until 20/05/2023 (23:59)

                   Professional Indemnity
                 Effective from: 19/05/2021
                   Until 18/05/2022 (23:59)

                 Policy Number: QX4M2071
""").fields["policies"]
    assert [(p["type"], p["limits"], p["effective_date"], p["expiry_date"], p["policy_number"]) for p in policies] == [
        ("Public Liability", {"LIMIT": 2_000_000}, "2022-05-21", "2023-05-20", "QX4M2071"),
        ("Professional Indemnity", {"LIMIT": 1_000_000}, "2021-05-19", "2022-05-18", "QX4M2071"),
    ]


def test_who_is_called_the_insured_in_the_next_line_of_a_sentence_stands_over_it() -> None:
    fields = read("""
             NOTARY PUBLIC ERRORS AND OMISSIONS POLICY

Policy No. 204417733

COVERAGE:    Harbor Bonding Insurance Company   will pay on behalf of
MARGARET ANN DOYLE          of             WACO, TX
(''the Insured''), all sums, subject to the Limit of Liability stated below, which the Insured shall pay

EFFECTIVE DATE: April 16, 2025          EXPIRATION DATE: April 16, 2026
""").fields
    assert fields["insured_name"] == "MARGARET ANN DOYLE"


@pytest.mark.parametrize("text", ["INFORMATION", "Insurance", "£1,000,000 Professional Indemnity"])
def test_general_words_of_headings_and_sums_are_nobodys_names(text: str) -> None:
    assert not is_party(text)


def test_the_insured_party_is_a_label_and_not_a_name() -> None:
    fields = read("""
        CERTIFICATE OF INSURANCE
Insurer:                             Fjordkyst Insurance SE
The Insured Party:                   Harbor Kiosk
Policy Number:                       FK-204418
""").fields
    assert fields["insured_name"] == "Harbor Kiosk"


def test_a_name_after_the_insured_is_kept() -> None:
    fields = read("""
        CERTIFICATE OF INSURANCE
The Insured:          Party Harbor Ltd
Insurer:              Fjordkyst Insurance SE
Policy Number:        FK-204418
""").fields
    assert fields["insured_name"] == "Party Harbor Ltd"
