"""Insurance papers in the wordings and languages of other countries, and layouts that word processors and generators make of them."""

from typing import Any

import pytest

from doctray.extraction.rules.certificate.document import extract
from tests.unit.extraction.drawing import a_document
from tests.unit.extraction.rules.timetable.sheet import ABOVE, a_page, a_sheet, document, text_line


def fields(page: str) -> dict[str, Any]:
    return dict(extract(a_document(page)).fields)


def test_a_policy_is_a_section_where_the_kind_of_insurance_is_labelled_anew() -> None:
    found = fields("""
CERTIFICATE OF INSURANCE

INSURED
Name: Copper Kettle Catering LLC

COVERAGE 1
Type of Insurance: General Liability
Policy Number: CKC-100-GL
Policy Period: 2026-03-01 to 2027-03-01
Each Occurrence Limit: $1,000,000

COVERAGE 2
Type of Insurance: Liquor Liability
Policy Number: CKC-200-LL
Policy Period: 2026-04-01 to 2027-04-01
Aggregate Limit: $500,000
""")
    assert [(p["type"], p["policy_number"], p["effective_date"], p["limits"]) for p in found["policies"]] == [
        ("General Liability", "CKC-100-GL", "2026-03-01", {"Each Occurrence Limit": 1_000_000}),
        ("Liquor Liability", "CKC-200-LL", "2026-04-01", {"Aggregate Limit": 500_000}),
    ]


def test_the_words_of_the_form_without_letters_of_insurers_are_read_by_their_labels() -> None:
    found = fields("""
                CERTIFICATE OF LIABILITY INSURANCE

Certificate No.: COI-2026-7            Issued: February 11, 2026

Producer
Blue Harbor Insurance Agency

Named Insured
Evergreen Electrical Inc.
3318 Pacific Avenue, Tacoma, WA 98418

Insurer
Cascadia Fire & Casualty Company (NAIC 20443)

Type of Insurance            Policy Number    Policy Eff     Policy Exp      Limits
Commercial General Liability    CFC-771204    01/15/2026     01/15/2027      Each Occurrence: $1,000,000
Automobile Liability            CFC-771205    01/15/2026     01/15/2027      Combined Single Limit: $1,000,000
Workers Compensation            CFC-771206    01/15/2026     01/15/2027      Statutory

Description of Operations: electrical work

Certificate Holder
City of Puyallup

Cancellation: 30 days' notice      Authorized Representative: Marisol Vega
""")
    assert found["insured_name"] == "Evergreen Electrical Inc."
    assert found["certificate_number"] == "COI-2026-7"
    assert found["insurers"] == [{"name": "Cascadia Fire & Casualty Company", "naic": "20443"}]
    assert [policy["policy_number"] for policy in found["policies"]] == ["CFC-771204", "CFC-771205", "CFC-771206"]


@pytest.mark.parametrize(
    ("page", "insured", "number", "start", "end"),
    [
        (
            """
      CERTIFICADO DE SEGURO DE RESPONSABILIDAD CIVIL
Tomador del seguro:      Instalaciones Pardo, S.L.
Número de póliza:        0412-8837710
Efecto:                  01/07/2025
Vencimiento:             30/06/2026
R.C. Explotación         600.000 EUR
""",
            "Instalaciones Pardo, S.L.",
            "0412-8837710",
            "2025-07-01",
            "2026-06-30",
        ),
        (
            """
      ATTESTATION D'ASSURANCE RESPONSABILITÉ CIVILE
Souscripteur :           Menuiserie Lefort SARL
Numéro de contrat :      RC 55 201 884
Date d'effet :           01/01/2026
Date d'échéance :        31/12/2026
Garantie dommages corporels    8.000.000 EUR
""",
            "Menuiserie Lefort SARL",
            "RC 55 201 884",
            "2026-01-01",
            "2026-12-31",
        ),
        (
            """
      VERSICHERUNGSBESTÄTIGUNG HAFTPFLICHTVERSICHERUNG
Versicherungsnehmer:     Malerbetrieb Ohlsen GmbH
Versicherungsscheinnummer:   HV-88120-7
Versicherungsbeginn:     01.03.2026
Versicherungsablauf:     01.03.2027
Deckungssumme Sachschäden    3.000.000 EUR
""",
            "Malerbetrieb Ohlsen GmbH",
            "HV-88120-7",
            "2026-03-01",
            "2027-03-01",
        ),
    ],
    ids=["Spanish", "French", "German"],
)
def test_papers_in_other_languages_are_insurance_with_the_same_fields(page: str, insured: str, number: str, start: str, end: str) -> None:
    found = fields(page)
    assert (found["kind"], found["insured_name"]) == ("insurance", insured)
    [policy] = found["policies"]
    assert (policy["policy_number"], policy["effective_date"], policy["expiry_date"]) == (number, start, end)
    assert len(policy["limits"]) == 1


def test_a_label_and_its_translation_are_one_label() -> None:
    found = fields("""
   Motor Vehicle Liability Insurance Card
Insurance Company / Compagnie d'assurance
TRILLIUM NORTH INSURANCE COMPANY

Name and Address of Insured / Nom et adresse de l'assuré
GRAHAM T. WESTON
61 LAKESHORE DR
BRACEBRIDGE ON P1L 1A1

Effective Date / Date d'entrée en vigueur          Expiry Date / Date d'expiration
2025-09-18                                         2026-09-18

Policy Number / Numéro de police
TNA 7712094
""")
    assert (found["insured_name"], found["policies"][0]["effective_date"]) == ("GRAHAM T. WESTON", "2025-09-18")


def test_a_broker_s_letter_says_when_all_policies_end_and_names_the_broker_over_its_trade() -> None:
    found = fields("""
FERNHILL & STOUT LIMITED
Insurance Brokers
19 Colmore Gate, Birmingham B3 2QD                       11th September 2025

TO WHOM IT MAY CONCERN

Our client: Arden Steel Erectors Limited

We confirm that the following insurances are in force:

Class                    Insurer                   Policy No        Limit of Indemnity
Employers Liability      Mercian Insurance plc     MI/CL/4482       GBP 10,000,000
Public Liability         Mercian Insurance plc     MI/CL/4483       GBP 5,000,000

All policies expire on 31st August 2026.

Yours faithfully
""")
    assert (found["producer_name"], found["insured_name"]) == ("FERNHILL & STOUT LIMITED", "Arden Steel Erectors Limited")
    assert found["issue_date"] == "2025-09-11"
    assert {(p["effective_date"], p["expiry_date"]) for p in found["policies"]} == {(None, "2026-08-31")}


def test_premiums_are_no_limits() -> None:
    found = fields("""
   PRIVATE CAR PACKAGE POLICY SCHEDULE
Insured Name:  Sandeep Kulkarni         Policy No.:  3101/2025/PC/0098
Period of Insurance:  06/03/2025 to 25/03/2026

Schedule of Premium
Basic Third Party Liability      3,416.00
Own Damage Cover                 8,210.00
Final Premium Payable            11,626.00
""")
    assert [policy["limits"] for policy in found["policies"]] == [{}]


def test_a_period_that_wraps_beside_its_label_is_read_whole() -> None:
    lines = {
        (300.0, 20.0): "MOTOR INSURANCE SCHEDULE",
        (40.0, 100.0): "Insured Name",
        (400.0, 100.0): "Sandeep Kulkarni",
        (40.0, 140.0): "Policy Number",
        (400.0, 140.0): "3101/2025/PC/0098",
        (400.0, 180.0): "From 00:00 Hrs of 16/03/2025 To Midnight of",
        (40.0, 190.0): "Period of Insurance",
        (400.0, 200.0): "15/03/2026",
    }
    page = a_page([word for (left, top), text in lines.items() for word in text_line(text, left=left, top=top)])
    [policy] = extract(document(page)).fields["policies"]
    assert (policy["effective_date"], policy["expiry_date"]) == ("2025-03-16", "2026-03-15")


@pytest.mark.parametrize("beside", ["LOAN NUMBER CML-0099213", "NAIC NO: 19941", "ACORD 28 (2016/03)"])
def test_print_of_the_form_is_nobody_s_name(beside: str) -> None:
    found = fields(f"""
   EVIDENCE OF PROPERTY INSURANCE
NAMED INSURED AND ADDRESS          {beside}
Casco Bay Lofts LLC
210 Commercial St
Portland, ME 04101

EFFECTIVE DATE: 06/01/2025     EXPIRATION DATE: 06/01/2026
POLICY NUMBER: PMF-CP-551882
""")
    assert found["insured_name"] == "Casco Bay Lofts LLC"


def test_a_sum_that_answers_a_question_has_the_name_of_what_was_asked() -> None:
    found = fields("""
   EVIDENCE OF PROPERTY INSURANCE
NAMED INSURED: Casco Bay Lofts LLC
POLICY NUMBER: PMF-CP-551882
EFFECTIVE DATE: 06/01/2025     EXPIRATION DATE: 06/01/2026
Dwelling coverage         $4,850,000
FLOOD            X        If YES, LIMIT: $500,000
""")
    assert found["policies"][0]["limits"]["FLOOD"] == 500_000


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("cover is in force under policy number TC-GL-204418, effective", "TC-GL-204418"),
        ("besteht unter der Versicherungsschein-Nr. BH 61.204.778-3", "BH 61.204.778-3"),
        ("sous la police n° 77.118.204", "77.118.204"),
        ("COMMERCIAL GENERAL LIABILITY POLICY: GRL-1001", "GRL-1001"),
    ],
)
def test_a_policy_s_number_is_read_where_a_sentence_tells_it(told: str, number: str) -> None:
    found = fields(f"""
CERTIFICATE OF INSURANCE
Insured:   Harbor Foods LLC
Insurer:   Atlantic Mutual
We confirm that {told}
Each Occurrence Limit: $1,000,000
""")
    assert [policy["policy_number"] for policy in found["policies"]] == [number]


@pytest.mark.parametrize(
    "told", ["Please read the policy before signing.", "Your policy: a summary of 24 pages", "our policy no longer covers 2 drivers"]
)
def test_talk_of_a_policy_is_no_number(told: str) -> None:
    found = fields(f"""
CERTIFICATE OF INSURANCE
Insured:   Harbor Foods LLC
Period of insurance:   1 May 2026 to 30 April 2027
{told}
""")
    assert [policy["policy_number"] for policy in found["policies"]] == [None]


def test_the_kind_of_insurance_before_a_policy_s_number_is_its_kind() -> None:
    found = fields("""
CERTIFICATE OF LIABILITY INSURANCE
INSURED: Harbor Foods LLC | 100 Quay Street, Austin, TX
COMMERCIAL GENERAL LIABILITY POLICY: GRL-1001
EFFECTIVE: 01/01/2026   EXPIRATION: 01/01/2027
INSURER: Lonestar Insurance Co. (AM Best: A)
""")
    assert (found["policies"][0]["type"], found["insurers"], found["insured_address"]) == (
        "COMMERCIAL GENERAL LIABILITY",
        [{"name": "Lonestar Insurance Co."}],
        "100 Quay Street, Austin, TX",
    )


def test_a_label_that_runs_over_two_lines_has_its_value_after_the_second() -> None:
    found = fields("""
CERTIFICATE OF INSURANCE
Policy No. : DMPC/25/338102
2. Name of policyholder :                             Tan Wei Ling Grace
3. Effective date of the commencement of insurance
   for the purposes of the Acts :                     17 Jul 2025
4. Date of expiry of insurance :                      16 Jul 2026
Agency : Straits Link Insurance Agency (A00912)
For and on behalf of     Merlion Coast Insurance Pte. Ltd.
""")
    [policy] = found["policies"]
    assert (policy["effective_date"], policy["expiry_date"]) == ("2025-07-17", "2026-07-16")
    assert (found["producer_name"], found["insurers"]) == ("Straits Link Insurance Agency", [{"name": "Merlion Coast Insurance Pte. Ltd."}])


def test_in_rows_of_labels_and_values_by_turns_the_last_label_has_its_own_value() -> None:
    found = fields("""
Motor Insurance Policy Schedule
Policy No            P/05/4001/771        Issue Date           02-Mar-2025
Period From          03-Mar-2025          Period To            02-Apr-2026
Type of Insurance    Comprehensive        Broker               Desert Rose Brokers LLC
Make/Model           NISSAN PATROL        Year of Manufacture  2022
""")
    [policy] = found["policies"]
    assert (found["producer_name"], policy["effective_date"], policy["expiry_date"]) == (
        "Desert Rose Brokers LLC",
        "2025-03-03",
        "2026-04-02",
    )


def test_rows_that_name_limits_are_no_policies_of_their_own() -> None:
    found = fields("""
Evidence of Special Event Liability Coverage        Confirmation #EG-5519027
a program of Prairie States Casualty Company
NAMED INSURED         Dana Whitlock
POLICY NUMBER         PSC-SE-0081172
EVENT DATES           06/20/2026 - 06/21/2026

COVERAGE                                   LIMIT
General Liability - each occurrence        $1,000,000
General Liability - aggregate              $2,000,000
Host Liquor Liability                      Included
Damage to Rented Premises                  $300,000
""")
    [policy] = found["policies"]
    assert policy["type"] == "Special Event Liability"
    assert policy["limits"] == {
        "General Liability - each occurrence": 1_000_000,
        "General Liability - aggregate": 2_000_000,
        "Host Liquor Liability": "Included",
        "Damage to Rented Premises": 300_000,
    }
    assert (found["certificate_number"], found["insurers"]) == ("EG-5519027", [{"name": "Prairie States Casualty Company"}])


@pytest.mark.parametrize("head", ["Insured Value", "Sum insured", "Insured's Declared Value (IDV)"])
def test_a_sum_has_the_heading_over_it(head: str) -> None:
    found = fields(f"""
MARINE INSURANCE CERTIFICATE
Assured:          Pacific Timber Exports Ltd
Policy No.:       B0999MC2600142
Vessel                      {head}
CAPE EGMONT 044N            USD 412,750.00
""")
    assert list(found["policies"][0]["limits"].values()) == [412_750]


def test_the_labels_of_sums_may_have_a_column_before_them() -> None:
    found = extract(
        document(
            a_sheet(
                [
                    ["TYPE OF INSURANCE", "INSURANCE COMPANY AND|POLICY NUMBER", "EXPIRY DATE", "COVERAGE", "AMOUNT"],
                    ["COMMERCIAL GENERAL|LIABILITY", "Northern Shield|CGL 55-120983", "2026/09/01", "EACH OCCURRENCE", "5,000,000"],
                    [ABOVE, ABOVE, ABOVE, "GENERAL|AGGREGATE", "10,000,000"],
                ],
                title=["CERTIFICATE OF LIABILITY INSURANCE", "INSURED: Great Pike Marine Inc."],
            )
        )
    ).fields
    [policy] = found["policies"]
    assert (policy["type"], policy["limits"]) == (
        "COMMERCIAL GENERAL LIABILITY",
        {"EACH OCCURRENCE": 5_000_000, "GENERAL AGGREGATE": 10_000_000},
    )


def test_a_sentence_after_a_table_gives_its_sums_to_the_policy_that_it_names() -> None:
    found = fields("""
CERTIFICATE OF INSURANCE
Insured:   Superior Dock Inc
Coverage                        Carrier                  Policy #        Term
Commercial General Liability    Great Northern Co        GNC-7741092     2/1/26 - 2/1/27
Workers Compensation            Iron Range Mutual        WC-008812-6     2/1/26 - 2/1/27

The general liability limit is $1,000,000 per occurrence and $2,000,000 aggregate.
""")
    assert [policy["limits"] for policy in found["policies"]] == [{"per occurrence": 1_000_000, "aggregate": 2_000_000}, {}]


def test_a_french_certificate_in_sentences_is_read() -> None:
    found = fields("""
ATTESTATION D'ASSURANCE MULTIRISQUE HABITATION
Référence contrat :   MVA-0044-881-27              Fait à Lyon, le 3 septembre 2025
Nous soussignés, Mutuelle du Val, attestons que :
Souscripteur :        Mme Élodie Garnier
Adresse du risque :   27 rue des Lilas, 38000 Grenoble
est titulaire d'un contrat pour la période du 01/09/2025 au 31/08/2026.
Dégâts des eaux       30 000 €
""")
    [policy] = found["policies"]
    assert (found["issue_date"], found["insurers"], found["producer_name"]) == ("2025-09-03", [{"name": "Mutuelle du Val"}], None)
    assert (policy["type"], policy["policy_number"], policy["effective_date"], policy["limits"]) == (
        "MULTIRISQUE HABITATION",
        "MVA-0044-881-27",
        "2025-09-01",
        {"Dégâts des eaux": 30_000},
    )


@pytest.mark.parametrize("dated", ["Köln, den 12. März 2026", "Lyon, le 12 mars 2026", "San Isidro, 12 de marzo de 2026"])
def test_the_place_before_a_letter_s_date_does_not_hide_it(dated: str) -> None:
    found = fields(f"""
Rheintal Versicherung AG

{dated}

Versicherungsbestätigung

Versicherungsnehmer:    Elektro Hartmann GmbH
Versicherungsschein-Nr.:    BH 61.204
""")
    assert found["issue_date"] == "2026-03-12"


def test_a_name_under_the_heading_of_its_role_is_that_party() -> None:
    found = fields("""
PÓLIZA DE SEGURO DE AUTO
Número de Póliza        3101-02451129
Vigencia Desde:         31/08/2023
Hasta:                  31/08/2024

        DATOS DEL CONTRATANTE
Nombre:    LUCIA ORTEGA RIOS

Clave de Agente:        93993
Nombre:                 NEGOCIOS DIRECTOS

SEGUROS AFORTUNADOS S.A. DE C.V., asegura a favor de la persona arriba citada
""")
    [policy] = found["policies"]
    assert (found["insured_name"], found["producer_name"]) == ("LUCIA ORTEGA RIOS", "NEGOCIOS DIRECTOS")
    assert (policy["effective_date"], policy["expiry_date"]) == ("2023-08-31", "2024-08-31")
    assert found["insurers"] == [{"name": "SEGUROS AFORTUNADOS S.A. DE C.V."}]


def test_two_companies_in_small_print_name_no_insurer() -> None:
    found = fields("""
CERTIFICATE OF INSURANCE
Insured:      Harbor Foods LLC
Policy No:    GL-1182
Period:       1 May 2026 to 30 April 2027
Atlantic Insurance Ltd and Pacific Insurance Ltd are registered in the Isle of Man, as is everybody.
""")
    assert found["insurers"] == []


HEALTH = """
HEALTH INSURANCE POLICY - SCHEDULE
Policy No. :        P/700002/01/7530         Previous Policy No. :
Proposer's Name :   DEVESH KUMAR             Issuing Office Name :    Online Business
Address :           B-17 SHANTI ENCLAVE      Address :                No:111-112, Gokul Arcade
                    ROHINI                                            Mumbai - 400057

                    New Delhi-110041
Period of Insurance :   From 03/07/2014 To 02/07/2015
Sum Insured :           Rs     300000 /-
the option of another policy offered by the Company at the relevant time is given.
In witness whereof the undersigned has set his hand at Online Business
on 02nd Day of July 2014.
"""


def test_of_two_addresses_the_one_in_the_column_of_the_insured_is_his() -> None:
    found = fields(HEALTH)
    assert (found["insured_name"], found["insured_address"]) == ("DEVESH KUMAR", "B-17 SHANTI ENCLAVE, ROHINI, New Delhi-110041")
    assert found["issuer_name"] is None


def test_a_sum_that_a_stroke_closes_and_the_day_of_a_signature_are_read() -> None:
    found = fields(HEALTH)
    assert (found["policies"][0]["limits"], found["issue_date"]) == ({"Sum Insured": 300_000}, "2014-07-02")


def test_declared_values_stand_under_their_headings_and_zeros_are_none() -> None:
    found = fields("""
TWO WHEELER PACKAGE POLICY SCHEDULE
Insured Name:    PRAKASH S
Policy No:       0151498375
Period of Insurance:   From 16/10/2019 to 15/10/2020
IDV of Vehicle     IDV of Side Car     Total Insured Declared
Rs                 Rs                  Values (IDV)
17218              0                   17218
Limits of Liability
Under Section II-1 (ii) of policy (Third Party Property Damage): Rs 1,00,000.00
""")
    assert found["policies"][0]["limits"] == {
        "IDV of Vehicle Rs": 17_218,
        "Total Insured Declared Values": 17_218,
        "Third Party Property Damage": 100_000,
    }


def test_the_ticked_one_of_two_choices_is_what_a_sum_answers() -> None:
    found = fields("""
   EVIDENCE OF COMMERCIAL PROPERTY INSURANCE
NAMED INSURED: Casco Bay Lofts LLC         POLICY TYPE
POLICY NUMBER: PMF-CP-551882               Commercial Package
EFFECTIVE DATE: 06/01/2025     EXPIRATION DATE: 06/01/2026
COMMERCIAL PROPERTY COVERAGE AMOUNT OF INSURANCE:  $9,850,000       DED: 10,000
   BUSINESS INCOME   X   RENTAL VALUE     X     If YES, LIMIT: $1,200,000
IS DOMESTIC TERRORISM EXCLUDED?
AGREED VALUE
MORTGAGEE        CONTRACT OF SALE
""")
    [policy] = found["policies"]
    assert policy["type"] == "Commercial Package"
    assert policy["limits"] == {"COMMERCIAL PROPERTY COVERAGE AMOUNT OF INSURANCE": 9_850_000, "DED": 10_000, "RENTAL VALUE": 1_200_000}
    assert found["holder_name"] is None


LISTED = """
MEMBER CERTIFICATE OF INSURANCE
Insured:          Hot Dog Walkers          LIMITS OF INSURANCE:
Policy Number:    3ED4918                  {first}
123 Somewhere Street                       {second}
Bozeman, MT 59718                          {third}
(123) 456-7891                             {fourth}
"""


def test_a_list_of_sums_with_their_labels_after_them_is_read_by_those_labels() -> None:
    found = fields(
        LISTED.format(
            first="$1,000,000 Each Occurrence",
            second="$2,000,000 General Aggregate",
            third="$100,000 Damage to Premises Rented to You",
            fourth="$1,000 Each Occurrence / $5,000 Annual Aggregate Veterinarian Expense",
        )
    )
    assert found["policies"][0]["limits"] == {
        "Each Occurrence": 1_000_000,
        "General Aggregate": 2_000_000,
        "Damage to Premises Rented to You": 100_000,
        "Annual Aggregate Veterinarian Expense": 5_000,
    }


def test_sums_that_only_say_per_what_they_are_keep_the_labels_before_them() -> None:
    found = fields("""
CERTIFICATE OF INSURANCE
Insured:               Hot Dog Walkers
Policy Number:         3ED4918
Public Liability       £5,000,000 any one occurrence
Products Liability     £5,000,000 in the aggregate
Employers' Liability   £10,000,000 any one occurrence
""")
    assert [policy["type"] for policy in found["policies"]] == ["Public Liability", "Products Liability", "Employers' Liability"]


def test_places_for_the_number_of_a_loan_are_no_holder() -> None:
    found = fields("""
   EVIDENCE OF PROPERTY INSURANCE
INSURED: Esther Blackwood           POLICY NUMBER: PFH 7714-220
EFFECTIVE DATE: 05/01/2026          EXPIRATION DATE: 05/01/2027
ADDITIONAL INTEREST
NAME AND ADDRESS                          MORTGAGEE           ADDITIONAL INSURED
First Bank of the Plains
PO Box 700                                LOSS PAYEE
Boise City, OK 73933                      LOAN #
                                          HL-220918
""")
    assert found["holder_name"] == "First Bank of the Plains"


def test_a_trip_begins_and_ends_its_insurance_and_the_number_in_brackets_is_no_part_of_the_title() -> None:
    found = fields("""
You're off and away
Your Certificate of Insurance (COI) and tax invoice (726100576021)
Policy Number         726100576021
Plan                  International Comprehensive
Issue Date            28/05/2026
Travel Start Date     4/07/2026
Travel End Date       2/08/2026
Adult                 Imani Duarte
Excess                $250.00
Cancellation Cover    $10,000
Your Premium
Total Stamp Duty      $5.83
Included
Southern Skies Insurance Limited ABN 13 000 296 640, AFSL 232507, the insurer and issuer of this policy
""")
    assert (found["title"], found["insured_name"]) == ("Your Certificate of Insurance (COI) and tax invoice", "Imani Duarte")
    (policy,) = found["policies"]
    assert (policy["effective_date"], policy["expiry_date"]) == ("2026-07-04", "2026-08-02")
    assert policy["limits"] == {"Excess": 250, "Cancellation Cover": 10_000}
    assert found["insurers"][0]["name"] == "Southern Skies Insurance Limited"


def test_a_title_that_ends_with_a_preposition_is_of_what_stands_beneath_and_pesos_are_no_us_dollars() -> None:
    found = fields("""
POLIZA DE SEGURO DE      LOMA ALTA DE SEGUROS LTDA., EN ADELANTE  EL ASEGURADOR
AUTOMOTORES              DATOS DEL ASEGURADO
                         Nombre y Apellido:  DUARTE IMANI
Vigencia:  desde las 12 hs. del 06-09-2026 hasta las 12 hs. del 06-03-2027
Moneda  PESOS
Suma Asegurada:   $ 665.000
""")
    assert found["title"] == "POLIZA DE SEGURO DE AUTOMOTORES"
    assert found["insurers"][0]["name"] == "LOMA ALTA DE SEGUROS LTDA."
    assert found["policies"][0]["currency"] is None


def test_an_address_further_down_in_the_insured_member_s_column_is_the_member_s() -> None:
    found = fields("""
                                           Member Certificate
                                           In Dues Liability Program
THIS CERTIFICATE IS ISSUED TO              Membership Effective: 07/20/2026   Membership Expires: 07/20/2027
THE FOLLOWING INSURED MEMBER:
Imani Duarte                               $1,000,000 Each Occurrence
Membership ID Number: 94021                $2,000,000 General Aggregate
Policy Number: 3ED4918                     Underwritten by: Larkspur Insurance Company
Happy Tails Walkers
123 Orchard St.
Bozeman, MT 59718
(123) 555-0100
""")
    assert (found["title"], found["insured_name"]) == ("Member Certificate In Dues Liability Program", "Imani Duarte")
    assert found["insured_address"] == "123 Orchard St., Bozeman, MT 59718"


def test_the_office_of_the_insurer_is_not_the_insured_s_address_and_another_s_letter_is_no_name() -> None:
    found = fields("""
                                        Larkspur Insurance UK plc
                                        Registered Office
                                        5 Old Ropewalk Street
                                        London EC2N 1AD
CERTIFICATE OF EMPLOYERS' LIABILITY INSURANCE
POLICY No RGBDX6962034
1.  NAME OF POLICYHOLDER   Orchard Vale Council
2.  DATE OF COMMENCEMENT OF INSURANCE POLICY   1st June 2026
3.  DATE OF EXPIRY OF INSURANCE POLICY         31st May 2027
Larkspur Insurance UK plc Registered in England and Wales No 78950.
Registered Office: 5 Old Ropewalk Street, London EC2N 1AD. A member of the Larkspur Group.
""")
    assert (found["insured_name"], found["insured_address"]) == ("Orchard Vale Council", None)
    boxed = fields("""
CERTIFICATE OF PET LIABILITY INSURANCE
INSURER                                       INSURERS AFFORDING COVERAGE
LARKSPUR PET INSURANCE COMPANY                INSURER A   LARKSPUR TEXAS
INSURED                                       INSURER B
CHARLIE (12 WEEKS OLD MALE BERNESE            INSURER C
MOUNTAIN PUPPY)                               INSURER D
TYPE OF INSURANCE       POLICY NUMBER     POLICY EFF     POLICY EXP     LIMITS
PET LIABILITY           PTL01574          8/18/26        9/18/26        BODILY INJURY   $ 5000.00
""")
    assert boxed["insured_name"] == "CHARLIE (12 WEEKS OLD MALE BERNESE MOUNTAIN PUPPY)"


def test_sums_beneath_their_labels_are_limits_though_words_qualify_them() -> None:
    found = fields("""
                    THE SCHEDULE
CERTIFICATE REFERENCE:
302877931

TYPE:
Medical Malpractice

INSURED:
Dr. Imani Duarte

PERIOD:
From: 01/05/2026 To: 30/04/2027
Both days inclusive at the address of the Insured

INTEREST:
As per the attached Medical Professional Indemnity Policy Wording

LIMIT OF INDEMNITY:
USD 2,500,000 Each Claim and in the Aggregate

EXCESS:
USD 1,500 Each Claim Retention

PREMIUM:
USD 1,210
""")
    (policy,) = found["policies"]
    assert policy["limits"] == {"LIMIT OF INDEMNITY": 2_500_000, "EXCESS": 1_500}
    assert (found["certificate_number"], policy["effective_date"], policy["expiry_date"]) == ("302877931", "2026-05-01", "2027-04-30")


def test_a_number_right_under_the_title_is_the_certificate_s_and_a_policy_of_insurance_insures_nobody() -> None:
    found = fields("""
        CERTIFICATE OF INSURANCE
        No : C29657421
POLICY HOLDER:   DUARTE IMANI
POLICY No: 065/0700/1/236948/2026/03
COMMENCING DATE :  17/05/2026
EXPIRING:  15/03/2027
ISSUED BY : Larkspur Assurance Company Ltd.
We hereby certify that Policy of Insurance
covering the liabilities required to be covered has been issued.
""")
    assert (found["certificate_number"], found["policies"][0]["policy_number"]) == ("C29657421", "065/0700/1/236948/2026/03")
    assert (found["insurers"], found["producer_name"]) == ([{"name": "Larkspur Assurance Company Ltd."}], None)


def test_copies_to_be_cut_apart_give_the_issuer_s_whole_name_and_legal_forms_alone_name_nobody() -> None:
    found = fields("""
CERTIFICATE OF INSURANCE                                 CERTIFICATE OF INSURANCE
POLICY HOLDER:   DUARTE IMANI                            POLICY HOLDER:   DUARTE IMANI
POLICY No: 065/0700/1/236948                             POLICY No: 065/0700/1/236948
COMMENCING DATE :  17/05/2026                            COMMENCING DATE :  17/05/2026
EXPIRING:  15/03/2027                                    EXPIRING:  15/03/2027
ISSUED BY: Larkspur    Assurance Company    Ltd.         ISSUED BY: Larkspur Assurance Company Ltd.
""")
    assert found["insurers"] == [{"name": "Larkspur Assurance Company Ltd."}]
    assert found["issuer_name"] is None
