"""Schedules of motor and travel insurance as generators and browsers print them, and certificates that motor laws ask for."""

from typing import Any

import pytest

from doctray.domain.document import Segment
from doctray.extraction.rules.certificate.document import extract
from tests.unit.extraction.drawing import a_document, drawn


def fields(page: str) -> dict[str, Any]:
    return dict(extract(a_document(page)).fields)


def test_the_header_of_a_browser_is_no_title() -> None:
    found = fields("""
3/26/2026                          Policy Schedule
                 Deccan Hills General Insurance Co. Ltd.
                 CERTIFICATE CUM POLICY SCHEDULE
Policy No          990-2231-22
Insured Name       MRS. ASHA RAO
Period of Insurance      29 Sep 2026 to 28 Sep 2027
about:blank                                                                  1/2
""")
    assert found["title"] == "CERTIFICATE CUM POLICY SCHEDULE"


def test_an_address_whose_label_is_level_with_its_middle_is_read_whole_and_ends_before_a_number_for_taxes() -> None:
    found = fields("""
CERTIFICATE CUM POLICY SCHEDULE
Deccan Hills General Insurance Co. Ltd.
Policy No             990-2231-22
Insured Name          MRS. ASHA RAO
                      HOUSE NO 14, GANESH NILAYAM 11TH CROSS, 2ND
Insured Add.          MAIN, VIJAYA NAGAR, MYSURU
                      KARNATAKA-570016 ,GSTIN No:N/A
Nominee Name          SURESH
""")
    assert found["insured_address"] == "HOUSE NO 14, GANESH NILAYAM 11TH CROSS, 2ND, MAIN, VIJAYA NAGAR, MYSURU, KARNATAKA-570016"


def test_a_name_after_the_number_that_its_company_knows_it_by() -> None:
    found = fields("""
CERTIFICATE CUM POLICY SCHEDULE
DECCAN HILLS GENERAL INSURANCE COMPANY LIMITED
Policy No: 421010/31/18/0073
Insured's Code/ Name: 21197759 Mr. ANAND RAO
Address: NO 12 GANDHI NAGAR MAIN STREET
         ERODE TAMIL NADU 638001
""")
    assert (found["insured_name"], found["insured_address"]) == ("Mr. ANAND RAO", "NO 12 GANDHI NAGAR MAIN STREET, ERODE TAMIL NADU 638001")


def test_limits_in_the_words_of_a_tariff_are_read_from_sentences_in_lakhs() -> None:
    (policy,) = fields("""
CERTIFICATE CUM POLICY SCHEDULE
Deccan Hills General Insurance Co. Ltd.
Policy No  990-2231-22
Limits of Liability Clause: Under Section II-1 (i) of the policy such amount as is necessary to meet the Act. Under Section II-1 (ii) damage to third
party property is Rs.1 lakhs PA Cover Under Section III for Owner-Driver is Rs. 1.5 lacs.
""")["policies"]
    assert policy["limits"] == {"damage to third party property": 100_000, "PA Cover Under Section III for Owner-Driver": 150_000}


def test_declared_values_stand_under_headings_of_two_lines_with_indian_commas_and_a_zero_is_none() -> None:
    (policy,) = fields("""
CERTIFICATE CUM POLICY SCHEDULE
Deccan Hills General Insurance Co. Ltd.
Policy No  990-2231-22
IDV For the     IDV For      Electrical     Total Value
Vehicle         Trailers     Accessories
1,55,000        0            0              1,55,000
""")["policies"]
    assert policy["limits"] == {"IDV For the Vehicle": 155_000, "Total Value": 155_000}


def test_a_heading_ends_at_a_line_or_at_a_cell_of_another_make() -> None:
    text = """
CERTIFICATE CUM POLICY SCHEDULE
Deccan Hills General Insurance Co. Ltd.
Policy No  990-2231-22
Body Type     RTO
SOLO          {town}
Engine No.    Vehicle IDV
BG4KG1X       42552
"""
    capitals = extract(a_document(text.format(town="MYSURU"))).fields["policies"][0]["limits"]
    line = Segment(left=0, top=145, right=400, bottom=145)
    ruled = extract(a_document(drawn(text.format(town="Mysuru"), segments=(line,)))).fields["policies"][0]["limits"]
    assert capitals == ruled == {"Vehicle IDV": 42_552}


def test_a_list_of_premiums_beside_other_columns_gives_no_limits() -> None:
    (policy,) = fields("""
CERTIFICATE CUM POLICY SCHEDULE
Deccan Hills General Insurance Co. Ltd.
Policy No  990-2231-22
Insured's Declared Value: Rs 1,55,000
A. OWN DAMAGE        SCHEDULE OF PREMIUM        B. LIABILITY
OD TOTAL             3,636.00        BASIC TP COVER        2,863.00
FINAL PREMIUM        7,845.00
""")["policies"]
    assert list(policy["limits"].values()) == [155_000]


def test_a_travel_schedule_names_its_main_holder_and_when_the_insurance_commences() -> None:
    found = fields("""
                         24-hr Emergency Medical Assistance +44 (0) 203 126 4042
TRAVEL INSURANCE
Your Farholm Travel Policy Schedule
Policy number: 36796923           Date of issue: 21/07/2026
Main policy holder:               Age:
Mr Oliver Brandt                  46
Period of insurance commences: 20/09/2026      Expires: 19/09/2027
Policy type: Annual Multi Trip Insurance
""")
    (policy,) = found["policies"]
    assert found["insured_name"] == "Mr Oliver Brandt"
    assert (policy["effective_date"], policy["expiry_date"], policy["limits"]) == ("2026-09-20", "2027-09-19", {})


def test_a_motor_certificate_has_a_number_without_digits_and_the_insurer_who_signs() -> None:
    found = fields("""
        THE ROAD TRAFFIC ORDINANCE 1962
        Certificate of Insurance
Policy No KELP/DRFT/P                           Certificate No MX2-A00129
2. Name of Policyholder                         Miss Ada Freeman
3. Effective date of the Commencement of the    28/02/2026
   Insurance for the purpose of the Ordinance
4. Date of Expiry of Insurance                  31/03/2026
I/We hereby certify that the Policy to which this Certificate relates is issued in accordance with the Ordinance.
                     FOR KELP ISLAND GENERAL ASSURANCE LTD
                     Registered Insurer
""")
    assert [insurer["name"] for insurer in found["insurers"]] == ["KELP ISLAND GENERAL ASSURANCE LTD"]
    assert (found["producer_name"], found["certificate_number"]) == (None, "MX2-A00129")
    assert [policy["policy_number"] for policy in found["policies"]] == ["KELP/DRFT/P"]


def test_a_label_of_policy_and_certificate_gives_both_their_number() -> None:
    found = fields("""
CERTIFICATE OF INSURANCE
Certificate & Policy No.:   0151498375 07 00
Insured Name & Address:     MR PRAKASH S
Insurer:                    Deccan Hills General Insurance Co. Ltd.
""")
    assert found["certificate_number"] == found["policies"][0]["policy_number"] == "0151498375 07 00"


def test_a_company_in_a_sentence_is_no_insurer_with_a_letter() -> None:
    found = fields("""
Certificate of Insurance
We hereby certify that the Insured named in this Certificate has made to Kelp Island General Assurance Co. Ltd. (hereinafter called the
'Company') a written Proposal and Declaration, which shall be the basis of this Contract
Policy Number     :KELP/DRFT/P
Name of Insured :  Mahesh Freeman
For Kelp Island General Assurance Ltd
""")
    assert [insurer.get("letter") for insurer in found["insurers"]] == [None]


@pytest.mark.parametrize(
    "line", ["- Dwelling coverage up to policy limit", "Helpline +44 (0) 330 024 8315", "Claims: 0203 126 4042 any time"]
)
def test_promises_and_telephone_numbers_are_no_limits(line: str) -> None:
    found = fields(f"""
INSURANCE POLICY DOCUMENT
Policy Number: HOM-2026-7894
Policyholder: Sarah Johnson
Coverage Amount: $450,000
{line}
""")
    assert found["title"] == "INSURANCE POLICY DOCUMENT"
    assert [policy["limits"] for policy in found["policies"]] == [{"Coverage Amount": 450_000}]


def test_the_answer_to_another_label_is_no_insured() -> None:
    found = fields("""
Member Certificate of Insurance
THE FOLLOWING INSURED MEMBER:      Optional Coverage: None
Kelly Johnson
Policy Number: 3ED-4918
Membership Effective: 07/20/2026       Membership Expires: 07/20/2027
""")
    assert found["insured_name"] == "Kelly Johnson"
    assert (found["policies"][0]["effective_date"], found["policies"][0]["expiry_date"]) == ("2026-07-20", "2027-07-20")


def test_a_column_of_deductibles_gives_one_where_they_are_all_the_same() -> None:
    text = """
EVIDENCE OF PROPERTY INSURANCE
Policy Number: HO-3-5528
Insured: Ingrid Sorenson
COVERAGE / PERILS / FORMS                      AMOUNT OF INSURANCE      DEDUCTIBLE
Dwelling - Special Form, Replacement Cost      385,000                  1,000
Personal Property                              269,500                  {other}
"""
    same = fields(text.format(other="1,000"))["policies"][0]["limits"]
    mixed = fields(text.format(other="2,500"))["policies"][0]["limits"]
    assert same == {"Dwelling - Special Form, Replacement Cost": 385_000, "Personal Property": 269_500, "DEDUCTIBLE": 1_000}
    assert mixed == {"Dwelling - Special Form, Replacement Cost": 385_000, "Personal Property": 269_500}


def test_a_sum_in_a_tall_cell_has_the_heading_of_two_lines_far_above_it() -> None:
    (policy,) = fields("""
Certificate of Insurance
Insurer: Kelp Island General Assurance Ltd
Policy Number: KELP-2291-7
No:   Registration   Make        sum        Premium
                                 Insured
                     ASTON
                     MARTIN
1     123456MAU                  500,000    7,826
""")["policies"]
    assert policy["limits"] == {"sum Insured": 500_000}


def test_a_limit_beside_another_column_s_sentence_is_read_and_a_title_may_name_its_law() -> None:
    found = fields("""
Certificate Of Insurance and Policy Schedule Form 51 of the Central Motor Vehicle Rules, 1989
Insurer: Deccan Hills General Insurance Co. Ltd.
Policy No: 0151498375
Under Section III : One Year Compulsory PA Cover for Owner-Driver :  1500000 /-   In witness whereof this Policy has been signed at ADYAR on
""")
    assert found["title"] == "Certificate Of Insurance and Policy Schedule Form 51 of the Central Motor Vehicle Rules, 1989"
    assert found["policies"][0]["limits"] == {"One Year Compulsory PA Cover for Owner-Driver": 1_500_000}


def test_an_address_set_apart_from_its_town_is_read_whole() -> None:
    found = fields("""
DECLARATION OF INSURANCE
This certifies that HARBOR FIRE & CASUALTY COMPANY insures the following policyholder
Policyholder name:       MARTIN CALLOWAY
Policyholder address:    2210 WILLOW    CT JOHNS CREEK GA 30022
Policy number:           81-GB-C127-3
""")
    assert found["insured_address"] == "2210 WILLOW CT JOHNS CREEK GA 30022"


def test_an_address_under_another_party_s_heading_is_not_the_insured_s_and_the_party_is_named_beneath_its_heading() -> None:
    found = fields("""
Certificate of Insurance cum Policy Schedule
POLICY DETAILS
Insured Name:           Asha Rao
Period of Insurance:    07 Jun 26 00:00 hrs to 06 Jun 27 23:59 hrs
Policy Issuance Date:   04 Jun 26
Policy Number:          ABCA00902517/00
INTERMEDIARY DETAILS
Name                       Contact           Address
HILLTOP PAY (INDIA) PRIVATE    1800 266 2256     8TH FLOOR, HILL GATEWAY,26/1 DR. BOSE
LIMITED                                      ROAD,MYSURU,KARNATAKA
Deccan Hills General Insurance Co. Ltd.
""")
    assert (found["insured_name"], found["insured_address"], found["issue_date"]) == ("Asha Rao", None, "2026-06-04")
    assert found["producer_name"] == "HILLTOP PAY (INDIA) PRIVATE LIMITED"


def test_an_address_without_a_number_is_one_and_third_party_damage_is_nobody_s_name() -> None:
    found = fields("""
TWO WHEELER CERTIFICATE OF INSURANCE CUM SCHEDULE
Insured's Name:  ASHA RAO                              Policy #:    1-3BKQFR5
Address:  LAKE VIEW COLONY CHURCH ROAD MYSURU          Date of Issuance     17/04/2026
Period of Insurance   From: 18/04/2026 10:27:00   To: Midnight On 17/04/2027 23:59:00
Legal Liability to Driver (IMT 28)          -50.00
Third Party Property Damage (IMT 20)          0.00
""")
    assert (found["insured_address"], found["issue_date"]) == ("LAKE VIEW COLONY CHURCH ROAD MYSURU", "2026-04-17")
    assert found["holder_name"] is None


def test_a_heading_beside_another_is_nobody_s_name() -> None:
    found = fields("""
PRIVATE CAR PACKAGE POLICY SCHEDULE
Larkspur General Insurance Company Ltd
Policy No.  3001/8812
Insured            Business/Profession    Address of The Insured
Mr ASHOK RAO       Employed               14 LAKE ROAD MYSURU 570016
Total IDV          52630.00
""")
    assert found["insured_name"] == "Mr ASHOK RAO"
