"""The ACORD 25 form, filled, blank, skewed and badly recognised."""

from dataclasses import replace
from typing import Any

import pytest

from doctray.domain.document import Box, FormField, Line, Page, Segment, Word
from doctray.domain.extraction import Extraction
from doctray.extraction.rules.certificate import acord
from doctray.extraction.rules.certificate.document import extract
from doctray.extraction.rules.reading import sheet_of
from tests.unit.extraction.drawing import CHARACTER, HEIGHT, ROW, a_document, drawn
from tests.unit.extraction.rules.papers import ADDED, FILLED, FROM, KIND, LETTER, LIMIT, NUMBER, SIGN, SUM, TO, WAIVED, an_acord
from tests.unit.extraction.warned import codes

UMBRELLA = {
    **FILLED,
    (34, LETTER + 1): "B",
    (34, NUMBER): "UMB 118820",
    (34, FROM): "02/01/2026",
    (34, TO): "02/01/2027",
    (33, SUM): "5,000,000",
    (34, SUM): "5,000,000",
}
"""With an umbrella or excess policy."""


def read(page: Page) -> Extraction:
    return extract(a_document(page))


def test_the_form_is_known_filled_or_blank_and_prose_about_it_is_not() -> None:
    assert acord.is_acord(sheet_of(an_acord()))
    assert acord.is_acord(sheet_of(an_acord({})))
    assert not acord.is_acord(
        sheet_of(a_document("Please send us an ACORD certificate that names the CERTIFICATE HOLDER and the PRODUCER.").pages[0])
    )


def test_parties_date_and_number_are_read_from_their_boxes() -> None:
    fields = read(an_acord()).fields
    assert {key: fields[key] for key in fields if isinstance(fields[key], str)} == {
        "kind": "insurance",
        "title": "CERTIFICATE OF LIABILITY INSURANCE",
        "certificate_number": "CL-260115-7",
        "issue_date": "2026-01-15",
        "insured_name": "Red Barn Roofing LLC",
        "insured_address": "12 Mill Street, Dayton OH 45403",
        "producer_name": "Harbour Lane Brokers",
        "holder_name": "Greenfield Estates Inc",
    }


def test_insurers_have_their_letter_and_naic_code() -> None:
    assert read(an_acord()).fields["insurers"] == [
        {"letter": "A", "name": "North Fork Mutual", "naic": "23456"},
        {"letter": "B", "name": "Quiet Valley Insurance Co", "naic": "34567"},
    ]


def expected_policies() -> list[dict[str, Any]]:
    year, marks = (
        {"effective_date": "2026-02-01", "expiry_date": "2027-02-01"},
        {"additional_insured": None, "subrogation_waived": None, "currency": None},
    )
    return [
        {
            "type": "COMMERCIAL GENERAL LIABILITY",
            "insurer_letter": "A",
            "policy_number": "GLP 4471902-03",
            **year,
            "limits": {
                "EACH OCCURRENCE": 1_000_000,
                "DAMAGE TO RENTED PREMISES": 100_000,
                "MED EXP": "EXCLUDED",
                "PERSONAL & ADV INJURY": 1_000_000,
                "GENERAL AGGREGATE": 2_000_000,
                "PRODUCTS - COMP/OP AGG": 2_000_000,
            },
            "additional_insured": True,
            "subrogation_waived": False,
            "currency": "USD",
        },
        {
            "type": "AUTOMOBILE LIABILITY",
            "insurer_letter": "B",
            "policy_number": "CA-77120",
            **year,
            "limits": {"COMBINED SINGLE LIMIT": 1_000_000},
            **marks,
        },
        {
            "type": "WORKERS COMPENSATION AND EMPLOYERS' LIABILITY",
            "insurer_letter": "A",
            "policy_number": "WC 5580211",
            "effective_date": "2026-03-01",
            "expiry_date": "2027-03-01",
            "limits": {"E.L. EACH ACCIDENT": 500_000, "E.L. DISEASE - EA EMPLOYEE": 500_000, "E.L. DISEASE - POLICY LIMIT": 500_000},
            **marks,
        },
        {
            "type": "Pollution Liability",
            "insurer_letter": "B",
            "policy_number": "PL-90-1182",
            **year,
            "limits": {"Each Claim": 3_000_000},
            **marks,
        },
    ]


def test_every_filled_section_is_a_policy_and_the_empty_umbrella_is_none() -> None:
    assert read(an_acord()).fields["policies"] == expected_policies()


@pytest.mark.parametrize("slope", [-0.01, 0.01])
def test_a_slightly_skewed_scan_reads_the_same(slope: float) -> None:
    fields = read(an_acord(slope=slope)).fields
    assert fields["policies"] == expected_policies()
    assert fields["insured_name"] == "Red Barn Roofing LLC"


def test_a_clean_form_needs_no_review_and_every_value_has_its_place() -> None:
    extraction = read(an_acord())
    assert codes(extraction) == set()
    assert not extraction.needs_review
    place = extraction.provenance["/policies/0/effective_date"]
    assert (place.page, place.text) == (1, "02/01/2026")
    assert place.box == Box(88 * CHARACTER, 22 * ROW, 98 * CHARACTER, 22 * ROW + HEIGHT)


def test_a_blank_form_is_all_null_and_goes_to_a_person() -> None:
    extraction = read(an_acord({}))
    assert extraction.fields["policies"] == []
    assert extraction.fields["insurers"] == []
    assert {key for key, value in extraction.fields.items() if value} == {"kind", "title"}
    assert extraction.needs_review
    assert "no_fields" in codes(extraction)


def test_labels_with_slips_of_recognition_are_still_found() -> None:
    misread = {
        "PRODUCER": "PRODLCER",
        "INSURED": "INSUREO",
        "INSURER A :": "INSURERA:",
        "INSURER B :": "WNSURER 8:",
        "POLICY EXP": "POUCYEXP",
        "COMMERCIAL GENERAL LIABILITY": "COMMERCIAL GENERAL LABILTY",
        "E.L. EACH ACCIDENT": "ELEACH ACCIDENT",
        "CERTIFICATE HOLDER": "CERIIFICATE HOLDER",
    }
    fields = read(an_acord(ocr=True, misread=misread)).fields
    assert (fields["producer_name"], fields["insured_name"], fields["holder_name"]) == (
        "Harbour Lane Brokers",
        "Red Barn Roofing LLC",
        "Greenfield Estates Inc",
    )
    assert [insurer["letter"] for insurer in fields["insurers"]] == ["A", "B"]
    assert [policy["limits"] for policy in fields["policies"]] == [policy["limits"] for policy in expected_policies()]
    assert [policy["expiry_date"] for policy in fields["policies"]] == ["2027-02-01", "2027-02-01", "2027-03-01", "2027-02-01"]


def test_a_dollar_sign_read_as_five_is_taken_off_and_flagged_only_where_no_sign_was_seen() -> None:
    filled = {**FILLED, (20, SUM): "51,000,000", (26, SUM): "52,000,000"}
    extraction = read(an_acord(filled, ocr=True))
    limits = extraction.fields["policies"][0]["limits"]
    assert limits["PRODUCTS - COMP/OP AGG"] == 2_000_000
    assert limits["EACH OCCURRENCE"] == 51_000_000
    flagged = [warning.pointer for warning in extraction.warnings if warning.code == "currency_sign_read_as_digit"]
    assert flagged == ["/policies/0/limits/PRODUCTS - COMP~1OP AGG"]
    assert extraction.needs_review


def test_two_policies_in_one_section_become_two() -> None:
    filled = {**FILLED, (23, LETTER + 1): "B", (23, NUMBER): "GLX 99120", (23, 88): "04/01/2026", (23, 104): "04/01/2027"}
    policies = read(an_acord(filled)).fields["policies"]
    assert [(p["policy_number"], p["effective_date"], p["insurer_letter"]) for p in policies[:2]] == [
        ("GLP 4471902-03", "2026-02-01", "A"),
        ("GLX 99120", "2026-04-01", "B"),
    ]


@pytest.mark.parametrize("sign", ["/", "&", "and"])
def test_two_numbers_with_a_sign_between_are_two_policies_of_the_same_days(sign: str) -> None:
    filled = {**FILLED, (39, NUMBER): f"WC 55801 {sign} WC 55802", (42, NUMBER): f"PL-90-1 {sign} PL-90-2"}
    policies = read(an_acord(filled)).fields["policies"]
    assert [(p["policy_number"], p["expiry_date"], p["insurer_letter"]) for p in policies[2:]] == [
        ("WC 55801", "2027-03-01", "A"),
        ("WC 55802", "2027-03-01", "A"),
        ("PL-90-1", "2027-02-01", "B"),
        ("PL-90-2", "2027-02-01", "B"),
    ]


def test_an_insurer_letter_that_is_not_listed_is_flagged() -> None:
    extraction = read(an_acord({**FILLED, (30, LETTER + 1): "D"}))
    assert ("insurer_not_listed", "/policies/1/insurer_letter") in {(w.code, w.pointer) for w in extraction.warnings}
    assert extraction.needs_review


def test_values_of_form_fields_count_as_words_and_boxes_as_marks() -> None:
    def at(row: int, column: int, width: int) -> Box:
        return Box(column * CHARACTER, row * ROW, (column + width) * CHARACTER, row * ROW + HEIGHT)

    printed = {place: text for place, text in FILLED.items() if place not in {(10, 8), (22, NUMBER), (22, 47)}}
    fields = (
        FormField(name="NamedInsured_FullName_A[0]", kind="text", value="Blue Door Painting Ltd", box=at(10, 8, 30)),
        FormField(name="Policy_Number", kind="text", value="BD-00117", box=at(22, NUMBER, 24)),
        FormField(name="AdditionalInsured", kind="checkbox", value="on", box=at(22, 47, 2)),
        FormField(name="Waiver", kind="checkbox", value="off", box=at(22, 55, 2)),
        FormField(name="Empty", kind="text", value="", box=at(26, SIGN, 2)),
    )
    read_fields = read(an_acord(printed).evolve(form_fields=fields)).fields
    assert read_fields["insured_name"] == "Blue Door Painting Ltd"
    assert read_fields["policies"][0]["policy_number"] == "BD-00117"
    assert read_fields["policies"][0]["additional_insured"] is True


def test_several_certificates_in_one_file_give_the_first_and_the_rest_beside_it() -> None:
    second = an_acord({**FILLED, (10, 8): "Other & Sons Roofing Inc"}).evolve(number=2)
    extraction = extract(a_document(an_acord(), second))
    assert extraction.fields["insured_name"] == "Red Barn Roofing LLC"
    assert [other["insured_name"] for other in extraction.other_documents] == ["Other & Sons Roofing Inc"]
    assert "several_documents" in codes(extraction)
    assert not extraction.needs_review


def test_a_section_whose_name_is_wrapped_or_unreadable_does_not_run_into_the_next() -> None:
    name = "COMMERCIAL GENERAL LIABILITY"
    wrapped = read(an_acord({**FILLED, (21, 14): "LIABILITY  "}, misread={name: "COMMERCIAL GENERAL", "CLAIMS-MADE": ""})).fields[
        "policies"
    ]
    unreadable = read(an_acord(misread={name: "C0NN3RC14L 63N3R4L L148"})).fields["policies"]
    assert wrapped == expected_policies()
    assert [policy["policy_number"] for policy in unreadable] == ["GLP 4471902-03", "CA-77120", "WC 5580211", "PL-90-1182"]
    assert unreadable[0]["limits"]["GENERAL AGGREGATE"] == 2_000_000
    assert unreadable[1]["limits"] == {"COMBINED SINGLE LIMIT": 1_000_000}


def test_an_ampersand_in_an_insurers_name_stays() -> None:
    assert read(an_acord({**FILLED, (8, 103): "North Fork & Sons Mutual"})).fields["insurers"][0]["name"] == "North Fork & Sons Mutual"


@pytest.mark.parametrize(
    ("lines", "name", "address"),
    [
        (("305 Power Corp", "12 Mill Street", "Dayton OH 45403"), "305 Power Corp", "12 Mill Street, Dayton OH 45403"),
        (("NAME", "ADDRESS LINE 1", "CITY, STATE ZIP CODE"), None, None),
        (("STATE, CITY ZIP CODE", "", ""), None, None),
    ],
)
def test_names_that_begin_with_numbers_are_names_and_what_a_form_asks_for_is_none(
    lines: tuple[str, str, str], name: str | None, address: str | None
) -> None:
    filled = {**FILLED, (10, 8): lines[0], (11, 8): lines[1], (12, 8): lines[2]}
    fields = read(an_acord(filled)).fields
    assert (fields["insured_name"], fields["insured_address"]) == (name, address)


@pytest.mark.parametrize(("ticked", "kind"), [(33, "UMBRELLA LIABILITY"), (34, "EXCESS LIABILITY")])
def test_the_ticked_box_says_whether_it_is_umbrella_or_excess(ticked: int, kind: str) -> None:
    filled = {**FILLED, (ticked, KIND + 1): "X", (33, NUMBER): "UMB-77120", (33, FROM): "02/01/2026", (33, TO): "02/01/2027"}
    kinds = [policy["type"] for policy in read(an_acord(filled)).fields["policies"]]
    assert kind in kinds


def test_two_letters_beside_two_numbers_are_two_policies_of_one_section() -> None:
    filled = {
        **FILLED,
        (33, LETTER + 1): "A",
        (34, LETTER + 1): "B",
        (33, NUMBER): "UMB-77120",
        (34, NUMBER): "XS-880441",
        (33, FROM): "02/01/2026",
        (33, TO): "02/01/2027",
    }
    found = [(p["insurer_letter"], p["policy_number"], p["expiry_date"]) for p in read(an_acord(filled)).fields["policies"]]
    assert ("A", "UMB-77120", "2027-02-01") in found
    assert ("B", "XS-880441", "2027-02-01") in found


def test_the_person_to_contact_over_the_producer_s_name_is_not_the_producer() -> None:
    filled = FILLED | {
        (5, 105): "Nora Quill",
        (6, 4): "Nora Quill",
        (7, 4): "Harbour Lane Brokers",
        (8, 4): "88 Pier Road, Dayton, OH 45402",
    }
    assert read(an_acord(filled)).fields["producer_name"] == "Harbour Lane Brokers"


def test_a_lone_sum_without_a_label_in_a_free_row_is_its_limit() -> None:
    filled = {place: text for place, text in FILLED.items() if text != "Each Claim"}
    assert read(an_acord(filled)).fields["policies"][-1]["limits"] == {"LIMIT": 3_000_000}


@pytest.mark.parametrize("cell", ["$3,000,000 / $5,000 Ded.", "$3,000,000/$5,000 Ded."])
def test_sums_with_a_stroke_between_in_a_free_row_are_the_limit_and_what_follows_the_other(cell: str) -> None:
    filled = {place: text for place, text in FILLED.items() if place[0] != 42 or place[1] < LIMIT} | {(42, LIMIT): cell}
    assert read(an_acord(filled)).fields["policies"][-1]["limits"] == {"LIMIT": 3_000_000, "Ded.": 5_000}


def test_a_sum_right_of_another_with_its_label_is_the_limit_of_a_free_row() -> None:
    filled = {place: text for place, text in FILLED.items() if place[0] != 42 or place[1] < LIMIT}
    filled |= {(42, LIMIT): "DED: $2,500", (42, SUM + 4): "250,000"}
    assert read(an_acord(filled)).fields["policies"][-1]["limits"] == {"LIMIT": 250_000, "DED": 2_500}


def test_the_form_s_small_print_beside_the_producer_is_not_its_name() -> None:
    small_print = "THIS CERTIFICATE IS ISSUED AS A MATTER OF INFORMATION ONLY AND CONFERS NO RIGHTS UPON THE CERTIFICATE HOLDER."
    filled = FILLED | {(5, 70): "THIS CERTIFICATE IS ISSUED AS A MATTER OF INFORMATION", (6, 70): "ONLY AND CONFERS NO RIGHTS UPON THE"}
    page = an_acord(filled, misread={small_print: "", "CONTACT NAME:": ""})
    assert read(page).fields["producer_name"] == "Harbour Lane Brokers"


def test_a_broker_s_code_of_a_customer_is_not_who_is_insured() -> None:
    fields = read(an_acord(FILLED | {(9, 70): "REDBARN-01"})).fields
    assert (fields["insured_name"], fields["insured_address"]) == ("Red Barn Roofing LLC", "12 Mill Street, Dayton OH 45403")


def test_what_the_holder_s_box_asks_for_and_nobody_filled_in_is_no_holder() -> None:
    filled = {place: text for place, text in FILLED.items() if place[0] < 49} | {(50, 8): "Loan #:"}
    assert read(an_acord(filled)).fields["holder_name"] is None


@pytest.mark.parametrize("elsewhere", ["SEE ACORD 101", "SEE ATTACHED"])
def test_where_a_sum_is_to_be_looked_up_is_what_stands_in_its_place(elsewhere: str) -> None:
    policies = read(an_acord(FILLED | {(22, SUM): elsewhere})).fields["policies"]
    assert policies[0]["limits"]["DAMAGE TO RENTED PREMISES"] == elsewhere


def test_a_certificate_s_number_may_be_its_id() -> None:
    filled = {place: text for place, text in FILLED.items() if place != (15, 82)} | {(15, 120): "CERT ID: 204417"}
    assert read(an_acord(filled, misread={"CERTIFICATE NUMBER:": "", "REVISION NUMBER:": ""})).fields["certificate_number"] == "204417"


@pytest.mark.parametrize(
    "misread", [{"POLICY EFF": "POLICY", "POLICY EXP": "POLICY"}, {"POLICY EFF": "POLICYEFFPOLICY EXP", "POLICY EXP": "."}]
)
def test_columns_of_dates_are_found_by_the_dates_where_their_headings_are_not_recognised(misread: dict[str, str]) -> None:
    policies = read(an_acord(misread=misread)).fields["policies"]
    assert [(policy["policy_number"], policy["effective_date"], policy["expiry_date"]) for policy in policies] == [
        (policy["policy_number"], policy["effective_date"], policy["expiry_date"]) for policy in read(an_acord()).fields["policies"]
    ]


def test_a_sum_whose_label_is_garbled_has_the_label_that_the_form_prints_there() -> None:
    misread = {"DAMAGE TO RENTED": ".", "PREMISES (Ea occurrence)": "PAMSES(ERENTnce)"}
    limits = read(an_acord(misread=misread)).fields["policies"][0]["limits"]
    assert limits == read(an_acord()).fields["policies"][0]["limits"]


def test_a_sum_whose_label_is_like_none_of_the_form_s_is_not_guessed() -> None:
    misread = {"DAMAGE TO RENTED": ".", "PREMISES (Ea occurrence)": "xxx"}
    limits = read(an_acord(misread=misread)).fields["policies"][0]["limits"]
    assert "DAMAGE TO RENTED PREMISES" not in limits


def test_a_small_s_before_a_grouped_sum_is_a_dollar_sign() -> None:
    filled = {place: ("s2,000,000" if place == (26, SUM) else text) for place, text in FILLED.items()}
    assert read(an_acord(filled)).fields["policies"][0]["limits"]["PRODUCTS - COMP/OP AGG"] == 2_000_000


def test_headings_of_dates_in_the_wrong_order_are_no_columns() -> None:
    """Recognition found the words elsewhere on a scan; the table read between them had no width."""
    page = an_acord(misread={"POLICY EFF": "POLICY EXP", "POLICY EXP": "POLICY EFF"})
    assert {policy["effective_date"] for policy in read(page).fields["policies"]} == {
        policy["effective_date"] for policy in read(an_acord()).fields["policies"]
    }
    assert read(an_acord({}, misread={"POLICY EFF": "POLICY EXP", "POLICY EXP": "POLICY EFF"})).fields["policies"] == []


def test_an_insurer_s_label_that_stands_low_is_no_part_of_the_certificate_s_number() -> None:
    filled = {place: text for place, text in FILLED.items() if place != (15, 82)} | {(15, 95): "2026-117"}
    page = an_acord(filled, misread={"INSURER F :": "."})
    moved = tuple(drawn("." + "\n" * 15 + " " * 82 + "INSURER F").words)[1:]
    page = page.evolve(lines=(*page.lines, Line(words=moved)))
    assert read(page).fields["certificate_number"] == "2026-117"


def test_a_column_s_line_left_of_its_heading_bounds_the_numbers() -> None:
    """ACORD 24 has no columns of boxes; numbers begin left of their centred heading."""
    filled = {place: text for place, text in FILLED.items() if place[1] not in (46, 47, 54, 55)} | {
        (22, NUMBER): "",
        (22, 50): "TPC 00-41827",
    }
    blank = {"ADDL": ".", "INSD": ".", "SUBR": ".", "WVD": ".", "N / A": "."}
    wall = Segment(left=490.0, top=17 * ROW, right=490.0, bottom=44 * ROW)
    page = an_acord(filled, misread=blank).evolve(segments=(wall,))
    assert read(page).fields["policies"][0]["policy_number"] == "TPC 00-41827"


@pytest.mark.parametrize(("width", "height"), [(1000, 1750), (1900, 300), (600, 560)])
def test_words_beyond_the_page_s_edge_break_nothing(width: int, height: int) -> None:
    """A recognised page may be smaller than what recognition says stands on it; the table then ends at the edge."""
    extraction = read(an_acord().evolve(width=width, height=height))
    assert extraction.fields["kind"] in {"insurance", "other"}


def test_two_dates_that_became_one_word_are_two() -> None:
    filled = {place: text for place, text in FILLED.items() if place != (22, TO)}
    policy = read(an_acord({**filled, (22, FROM): "02/01/202602/01/2027"}, ocr=True)).fields["policies"][0]
    assert (policy["effective_date"], policy["expiry_date"]) == ("2026-02-01", "2027-02-01")


def test_the_parts_of_a_number_that_stand_apart_in_its_row_are_one_number() -> None:
    policy = read(an_acord({**FILLED, (22, NUMBER): "34 SBM    CC3UBS"})).fields["policies"][0]
    assert policy["policy_number"] == "34 SBM CC3UBS"


def test_an_eight_in_the_column_of_letters_of_a_recognised_page_is_a_b_with_a_doubt() -> None:
    extraction = read(an_acord({**FILLED, (30, LETTER + 1): "8"}, ocr=True))
    assert extraction.fields["policies"][1]["insurer_letter"] == "B"
    assert "repaired_identifier" in codes(extraction)


def test_the_form_s_words_after_a_certificate_s_number_are_not_of_it() -> None:
    printed = {**FILLED, (15, 82): "CL25102861147 BELOW HAVE BEEN ISSUED"}
    assert read(an_acord(printed)).fields["certificate_number"] == "CL25102861147"


def test_the_holder_is_named_beneath_the_table_and_not_where_small_print_is_torn_apart() -> None:
    torn = {
        "THIS CERTIFICATE IS ISSUED AS A MATTER OF INFORMATION ONLY AND CONFERS NO RIGHTS UPON THE CERTIFICATE HOLDER.": "CERTIFICATE HOLDER",
        "REPRESENTATIVE OR PRODUCER, AND THE CERTIFICATE HOLDER.": "DOES NOT",
    }
    assert read(an_acord(misread=torn)).fields["holder_name"] == "Greenfield Estates Inc"


def test_the_words_of_a_label_may_stand_far_apart() -> None:
    misread = {"CERTIFICATE HOLDER": "CERTIFICATE  HOLDER", "TYPE OF INSURANCE": "TYPE  OF  INSURANCE", "POLICY NUMBER": "POLICY  NUMBER"}
    fields = read(an_acord(ocr=True, misread=misread)).fields
    assert fields["holder_name"] == "Greenfield Estates Inc"
    assert [policy["policy_number"] for policy in fields["policies"]] == ["GLP 4471902-03", "CA-77120", "WC 5580211", "PL-90-1182"]


@pytest.mark.parametrize("contact", ["CONTACT NAME:", "CONTACT Ashwin Gupta"])
def test_a_person_over_the_firm_is_not_the_producer(contact: str) -> None:
    filled = {**FILLED, (6, 4): "Ashwin Gupta", (7, 4): "Harbour Lane Brokers Inc", (8, 4): "88 Pier Road, Dayton, OH 45402"}
    assert read(an_acord(filled, misread={"CONTACT NAME:": contact})).fields["producer_name"] == "Harbour Lane Brokers Inc"


def test_a_sum_glued_to_its_label_is_a_sum_and_a_point_for_a_comma_is_put_right() -> None:
    filled = {place: text for place, text in FILLED.items() if place != (25, SUM)}
    extraction = read(an_acord({**filled, (26, SUM): "2,000.000"}, ocr=True, misread={"GENERAL AGGREGATE": "GENERAL AGGREGATE$2,000,000"}))
    limits = extraction.fields["policies"][0]["limits"]
    assert (limits["GENERAL AGGREGATE"], limits["PRODUCTS - COMP/OP AGG"]) == (2_000_000, 2_000_000)
    assert "repaired_amount" in codes(extraction)


def test_a_spoilt_last_label_of_the_workers_section_is_known_by_its_place_and_the_form_s_prose_is_no_policy() -> None:
    misread = {
        "E.L. DISEASE - POLICY LIMIT": "EI OISEASE POLCY (UMT",
        "DESCRIPTION OF OPERATIONS below": "Pyes DESCRIPTION doscebe aoder OFOPE RATIONS",
    }
    policies = read(an_acord(misread=misread, ocr=True)).fields["policies"]
    assert [policy["type"] for policy in policies] == [policy["type"] for policy in read(an_acord()).fields["policies"]]
    workers = next(policy for policy in policies if policy["type"].startswith("WORKERS"))
    assert workers["limits"]["E.L. DISEASE - POLICY LIMIT"] == 500_000


def test_a_title_whose_words_are_set_apart_by_a_stain_is_whole_and_small_print_is_none() -> None:
    misread = {"CERTIFICATE OF LIABILITY INSURANCE": "CERTIFICATE OF LIABILITY X    INSURANCE"}
    assert read(an_acord(misread=misread, ocr=True)).fields["title"] == "CERTIFICATE OF LIABILITY INSURANCE"
    assert read(an_acord(misread={"CERTIFICATE OF LIABILITY INSURANCE": "CERTIFICATE OF INSURANCE"})).fields["title"] == (
        "CERTIFICATE OF INSURANCE"
    )


def test_the_workers_section_is_known_where_its_title_is_mingled_with_the_question_beneath() -> None:
    misread = {"WORKERS COMPENSATION": "WORKERS ANY PROPRIETOR AND", "AND EMPLOYERS' LIABILITY": "EMPLOYERS LIABILITY COMPENSATION"}
    policies = read(an_acord(misread=misread, ocr=True)).fields["policies"]
    assert [policy["type"] for policy in policies] == [policy["type"] for policy in read(an_acord()).fields["policies"]]


def test_a_combined_single_limit_whose_first_word_is_lost_is_one() -> None:
    policies = read(an_acord(misread={"COMBINED SINGLE LIMIT": "accident SINGLE LIMIT", "(Ea accident)": ""}, ocr=True)).fields["policies"]
    assert policies[1]["limits"] == {"COMBINED SINGLE LIMIT": 1_000_000}


def test_a_carrier_s_own_form_with_companies_by_letter_is_read_by_its_boxes() -> None:
    fields = read(
        drawn("""
Commercial Certificate of Insurance
Agency                                               Issue Date (MM/DD/YY)    04/19/2026
 Name      •  DANA OKAFOR
  &        •  131 N Harbor #205
Address    •  Dayton, OH 45402

                                                     Companies Providing Coverage:
Insured                                              Company A   Larkspur Insurance Exchange
 Name      •  RED BARN VIDEO                         Company B   Quiet Valley Insurance Exchange
  &        •  12 Mill Street                         Company C
Address    •  Dayton, OH 45403                       Company D
Coverages
Co.    Type of Insurance       Policy Number   Policy Effective   Policy Expiration   Policy Limits
Ltr.                                           Date (MM/DD/YY)    Date (MM/DD/YY)
B      Commercial General      605096014       04/13/2026         04/13/2027          General Aggregate        $ 1,000,000
       Liability                                                                      Products-Comp/OPS        $ 500,000
                                                                                      Each Occurrence          $ 400,000
                                                                                      Medical Expense          $ 5,000
       Automobile Liability                                                           Combined Single          $
       Umbrella Liability                                                             Limit                    $
       Workers' Compensation                                                          Statutory
       Employers' Liability                                                           Each Accident            $
Description of Operations/Vehicles/Special items:
Certificate Holder                                   Cancellation
 Name      •  THE HARBOR INN
  &        •  3649 HARBOR AVE
Address    •  Dayton, OH 45404
                                                     Authorized Representative
""")
    ).fields
    assert (fields["title"], fields["issue_date"]) == ("Commercial Certificate of Insurance", "2026-04-19")
    assert (fields["producer_name"], fields["holder_name"]) == ("DANA OKAFOR", "THE HARBOR INN")
    assert (fields["insured_name"], fields["insured_address"]) == ("RED BARN VIDEO", "12 Mill Street, Dayton, OH 45403")
    assert [insurer["name"] for insurer in fields["insurers"]] == ["Larkspur Insurance Exchange", "Quiet Valley Insurance Exchange"]
    (policy,) = fields["policies"]
    assert (policy["type"], policy["insurer_letter"], policy["policy_number"]) == ("Commercial General Liability", "B", "605096014")
    assert policy["limits"] == {
        "EACH OCCURRENCE": 400_000,
        "MEDICAL EXPENSE": 5_000,
        "GENERAL AGGREGATE": 1_000_000,
        "PRODUCTS - COMP/OP AGG": 500_000,
    }


def test_marks_for_additional_insureds_left_of_the_types_bound_no_column() -> None:
    """The edition of 2001 has them there; what is typed in a free row may begin left of the printed types."""
    policies = read(
        drawn("""
ACORD          CERTIFICATE OF LIABILITY INSURANCE                       DATE (MM/DD/YYYY)  01/15/2026
PRODUCER
Harbour Lane Brokers                              INSURERS AFFORDING COVERAGE                    NAIC #
INSURED                                           INSURER A: North Fork Mutual                   23456
Red Barn Freight LLC                              INSURER B:
COVERAGES
INSR ADD'L                                           POLICY EFFECTIVE   POLICY EXPIRATION
LTR  INSRD   TYPE OF INSURANCE      POLICY NUMBER    DATE (MM/DD/YY)    DATE (MM/DD/YY)      LIMITS
             GENERAL LIABILITY                                                               EACH OCCURRENCE      $
A     Y      COMMERCIAL GENERAL     GLP-4471         02/01/2026         02/01/2027           GENERAL AGGREGATE    $  2,000,000
             AUTOMOBILE LIABILITY                                                            COMBINED SINGLE LIMIT  $
             WORKERS COMPENSATION AND                                                        E.L. EACH ACCIDENT   $
             EMPLOYERS' LIABILITY                                                            E.L. DISEASE - POLICY LIMIT  $
             OTHER
A  Contingent Cargo                 IMS081660       02/01/2026         02/01/2027           Single Conveyance    $100,000
DESCRIPTION OF OPERATIONS / LOCATIONS / VEHICLES / EXCLUSIONS ADDED BY ENDORSEMENT / SPECIAL PROVISIONS
CERTIFICATE HOLDER                               CANCELLATION
Greenfield Estates Inc
                                                 AUTHORIZED REPRESENTATIVE
""")
    ).fields["policies"]
    assert [(policy["type"], policy["policy_number"], policy["limits"]) for policy in policies] == [
        ("COMMERCIAL GENERAL LIABILITY", "GLP-4471", {"GENERAL AGGREGATE": 2_000_000}),
        ("Contingent Cargo", "IMS081660", {"Single Conveyance": 100_000}),
    ]
    assert policies[0]["additional_insured"] is True


def test_a_letter_glued_to_its_insurer_s_name_is_parted_and_a_letter_for_a_name_is_none() -> None:
    misread = {"INSURER A :": "INSURER A:NORTH", "INSURER B :": "INSURER B :"}
    filled = {**FILLED, (8, 106): "FORK MUTUAL", (9, 103): "B", (9, 160): ""}
    filled = {place: text for place, text in filled.items() if text and place != (8, 103)}
    insurers = read(an_acord(filled, ocr=True, misread=misread)).fields["insurers"]
    assert [(insurer["letter"], insurer.get("name")) for insurer in insurers] == [("A", "NORTH FORK MUTUAL"), ("B", None)]


@pytest.mark.parametrize("glued", ["INSURERA:NORTH", "INSuRERa:North", "INSURER a:North", "INSURERANorth"])
def test_a_label_of_any_case_that_recognition_ran_into_the_name_is_parted_from_it(glued: str) -> None:
    filled = {place: text for place, text in FILLED.items() if place != (8, 103)}
    insurers = read(an_acord({**filled, (8, 106): "FORK MUTUAL"}, ocr=True, misread={"INSURER A :": glued})).fields["insurers"]
    assert (insurers[0]["letter"], insurers[0]["name"].upper(), insurers[0]["naic"]) == ("A", "NORTH FORK MUTUAL", "23456")


def test_an_insurer_s_letter_that_stands_twice_is_told_by_the_order_of_the_rows() -> None:
    insurers = read(an_acord(ocr=True, misread={"INSURER B :": "INSURER e :", "INSURER F :": "."})).fields["insurers"]
    assert [insurer["letter"] for insurer in insurers] == ["A", "B"]


@pytest.mark.parametrize("rating", ["A++ XV", "A- VIII", "(A.M. Best A+)"])
def test_the_rating_behind_an_insurer_s_name_is_not_of_it(rating: str) -> None:
    assert read(an_acord({**FILLED, (8, 122): rating})).fields["insurers"][0]["name"] == "North Fork Mutual"


def test_a_stain_beside_the_label_of_an_empty_row_is_no_insurer() -> None:
    insurers = read(an_acord({**FILLED, (12, 103): "i"}, ocr=True)).fields["insurers"]
    assert [insurer["letter"] for insurer in insurers] == ["A", "B"]


def test_a_certificate_s_number_is_that_of_its_line_glued_or_not_and_nothing_of_the_line_beneath() -> None:
    filled = {**FILLED, (16, 60): "THIS IS TO CERTIFY THAT THE POLICIES OF INSURANCE LISTED BELOW HAVE BEEN ISSUED"}
    assert read(an_acord(filled, ocr=True)).fields["certificate_number"] == "CL-260115-7"
    glued = {place: text for place, text in filled.items() if place != (15, 82)}
    misread = {"CERTIFICATE NUMBER:": "CERTIFICATE NUMBER:15/16"}
    assert read(an_acord(glued, ocr=True, misread=misread)).fields["certificate_number"] == "15/16"


def test_umbrella_is_the_title_of_its_section_although_excess_is_recognised_better() -> None:
    policy = read(an_acord({**UMBRELLA, (33, KIND + 1): "X"}, ocr=True, misread={"UMBRELLA LIAB": "UMERELLA LIAB"})).fields["policies"][2]
    assert policy["type"] == "UMBRELLA LIABILITY"


@pytest.mark.parametrize("tick", ["V", "J"])
def test_what_recognition_makes_of_a_tick_is_one_before_excess(tick: str) -> None:
    policy = read(an_acord({**UMBRELLA, (34, KIND + 1): tick}, ocr=True)).fields["policies"][2]
    assert policy["type"] == "EXCESS LIABILITY"


def test_a_mark_glued_to_n_a_and_a_sum_glued_to_a_date_are_read() -> None:
    filled = {place: text for place, text in FILLED.items() if place != (42, TO)}
    filled = {**filled, (42, TO - 5): "02/01/2027$3,000,000", (39, WAIVED - 3): "N/AY"}
    policies = read(an_acord(filled, ocr=True, misread={"N / A": "."})).fields["policies"]
    assert (policies[-1]["expiry_date"], policies[-1]["limits"]) == ("2027-02-01", {"Each Claim": 3_000_000})
    assert policies[-2]["subrogation_waived"] is True


def test_a_property_form_whose_title_is_torn_apart_is_one() -> None:
    page = drawn(
        """\
ACORD          CERTIFICATE            OF PROPERTY INSURANCE                                                  06/19/2026
PRODUCER
 Peter Chai
 3253 E South St
 Long Beach, CA 90805                                     INSURER(S) AFFORDING COVERAGE                       NAIC #
INSURED                                                   INSURER A:  Coast General Insurance Company         25151
 Village On The Green                                     INSURER B:
 2500 Via Marina                                          INSURER C:
 San Pedro, CA 90731
COVERAGES                        CERTIFICATE NUMBER:                                     REVISION NUMBER:

INSR
LTR      TYPE OF INSURANCE          POLICY NUMBER       POLICY EFFECTIVE   POLICY EXPIRATION   COVERED PROPERTY      LIMITS
 A    PROPERTY                                                                                 BUILDING              $ 640,000
      CAUSES OF LOSS    DEDUCTIBLES                                                            PERSONAL PROPERTY     $ 85,000
      BASIC                         TPC 00-41827        10/30/2025         10/30/2026          BUSINESS INCOME       $
      INLAND MARINE                                                                                                  $
      CRIME                                                                                                          $
      BOILER & MACHINERY                                                                                             $

SPECIAL CONDITIONS / OTHER COVERAGES
CERTIFICATE HOLDER                                        CANCELLATION
 Harbor Bank
 7 Pier Road
 San Pedro, CA 90731                                      AUTHORIZED REPRESENTATIVE
""",
        ocr=True,
    )
    (policy,) = read(page).fields["policies"]
    assert (policy["type"], policy["policy_number"], policy["limits"]) == (
        "PROPERTY",
        "TPC 00-41827",
        {"BUILDING": 640_000, "PERSONAL PROPERTY": 85_000},
    )


def test_a_first_digit_right_of_the_column_of_signs_is_no_sign() -> None:
    """85,000 may be a misread $5,000, but not where the signs stand in a column of their own."""
    signs = {(row, SIGN): "$" for row in (20, 23, 24, 25, 26)}
    limits = read(an_acord({**FILLED, **signs, (22, SUM): "85,000"}, ocr=True)).fields["policies"][0]["limits"]
    assert limits["DAMAGE TO RENTED PREMISES"] == 85_000


def test_typed_rows_end_at_the_operations_whose_heading_lost_its_strokes() -> None:
    misread = {"DESCRIPTION OF OPERATIONS / LOCATIONS / VEHICLES": "DESCRIPTION OF OPERATIONS    LOCATIONS : VEHICLES"}
    page = an_acord({**FILLED, (46, 12): "Roofing of the north hall, job 2026-118"}, ocr=True, misread=misread)
    assert read(page).fields["policies"][-1]["type"] == "Pollution Liability"


def test_the_column_of_waivers_stands_beside_that_of_additional_insureds_where_its_heading_was_not_recognised() -> None:
    page = an_acord({**FILLED, (22, WAIVED - 3): "X"}, ocr=True, misread={"SUBR": "48", "WVD": "WYD"})
    assert read(page).fields["policies"][0]["subrogation_waived"] is True


def test_dates_with_slips_are_read_beside_those_without_and_by_each_other() -> None:
    """A ruling line swallowed the month of one, specks spoilt a digit of the other."""
    filled = {**FILLED, (22, TO): "/01/2027  ", (30, FROM): "02/0:/2026"}
    extraction = read(an_acord(filled, ocr=True))
    policies = extraction.fields["policies"]
    assert [(p["effective_date"], p["expiry_date"]) for p in policies[:2]] == [("2026-02-01", "2027-02-01")] * 2
    assert "repaired_date" in codes(extraction)


@pytest.mark.parametrize("cross", ["X", "×", "✗", "Y"])
def test_a_cross_under_additional_insured_is_a_mark_whatever_its_letter(cross: str) -> None:
    assert read(an_acord({**FILLED, (30, ADDED + 1): cross}, ocr=True)).fields["policies"][1]["additional_insured"] is True


def test_a_swallowed_month_is_not_made_up_from_another_day() -> None:
    policy = read(an_acord({**FILLED, (22, TO): "/15/2027  "}, ocr=True)).fields["policies"][0]
    assert policy["expiry_date"] is None


def test_a_digit_between_two_words_of_a_typed_cover_is_an_ampersand() -> None:
    assert read(an_acord({**FILLED, (42, KIND): "Errors 6 Omissions"}, ocr=True)).fields["policies"][-1]["type"] == "Errors & Omissions"


def test_the_producer_ends_where_the_insurers_begin_although_the_label_of_the_contact_is_misread() -> None:
    filled = {**FILLED, (5, 104): "Alejandro Bello"}
    assert read(an_acord(filled, ocr=True, misread={"CONTACT NAME:": "NAMTACT      "})).fields["producer_name"] == "Harbour Lane Brokers"


def test_sums_whose_groups_stand_apart_are_whole() -> None:
    """Scans through some viewers lose the commas."""
    filled = {**FILLED, (20, SIGN): "S", (20, SUM): "1 000 000", (24, SUM): "1 000 000", (43, LIMIT): ".", (42, LIMIT): "", (42, SUM): ""}
    filled |= {(42, LIMIT): "$1 000 000 Occurrence / $2 000 000 Aggregate"}
    policies = read(an_acord({place: text for place, text in filled.items() if text}, ocr=True)).fields["policies"]
    assert (policies[0]["limits"]["EACH OCCURRENCE"], policies[0]["limits"]["PERSONAL & ADV INJURY"]) == (1_000_000, 1_000_000)
    parted = read(an_acord({**FILLED, (20, SUM): "1, OO0, 000", (24, SUM): "1,000, 000"}, ocr=True)).fields["policies"][0]["limits"]
    assert (parted["EACH OCCURRENCE"], parted["PERSONAL & ADV INJURY"]) == (1_000_000, 1_000_000)
    assert policies[-1]["limits"] == {"Occurrence": 1_000_000, "Aggregate": 2_000_000}


def test_a_workers_title_whose_second_line_was_lost_is_whole() -> None:
    page = an_acord(misread={"WORKERS COMPENSATION": "WORKERS COMPENSATION AND", "AND EMPLOYERS' LIABILITY": "ANY PROPRIETOR"})
    assert "WORKERS COMPENSATION AND EMPLOYERS' LIABILITY" in [policy["type"] for policy in read(page).fields["policies"]]


def test_a_logo_left_of_the_producer_s_lines_is_no_producer() -> None:
    filled = {place: text for place, text in FILLED.items() if place not in ((6, 4), (7, 4), (8, 4))}
    filled |= {(7, 3): "StateFarm", (6, 20): "Peter Chai", (7, 20): "3253 E South St Ste J103", (8, 20): "Long Beach, CA 90805"}
    assert read(an_acord(filled, ocr=True)).fields["producer_name"] == "Peter Chai"


def test_samples_that_ask_for_the_parties_have_none() -> None:
    filled = {
        **FILLED,
        (6, 4): "Insurance Agent/Broker Name",
        (7, 4): "Insurance Agent/Broker Street Address or P.O. Box",
        (8, 4): "City, State & Zip Code",
        (10, 8): "Vendor Name",
        (11, 8): "Vendor Street Address or P.O. Box",
        (12, 8): "Vendor City, State & Zip Code",
    }
    fields = read(an_acord(filled)).fields
    assert (fields["producer_name"], fields["insured_name"], fields["insured_address"]) == (None, None, None)


@pytest.mark.parametrize(
    ("printed", "limits"),
    [
        ("Occ/Agg          $1,000,000/$2,000,000", {"Occ": 1_000_000, "Agg": 2_000_000}),
        ("Per Claim        $1,000,000/$2,000,000", {"Per Claim": 1_000_000}),
        ("$1,000,000 / $2,000,000", {"LIMIT": 1_000_000}),
        ("$1,000,000 Each / $2,000,000 Aggregate", {"Each": 1_000_000, "Aggregate": 2_000_000}),
    ],
)
def test_two_sums_with_a_stroke_between_have_their_two_labels(printed: str, limits: dict[str, int]) -> None:
    filled = {place: text for place, text in FILLED.items() if place != (42, SUM)}
    assert read(an_acord({**filled, (42, LIMIT): printed})).fields["policies"][-1]["limits"] == limits


def test_a_typed_row_with_a_letter_and_dates_but_no_number_is_a_policy_of_its_own() -> None:
    third = {(43, LETTER + 1): "A", (43, KIND): "E&O", (43, NUMBER): "TBD", (43, FROM): "03/01/2026", (43, TO): "03/01/2027"}
    third |= {(43, LIMIT): "Limit", (43, SUM): "$2M"}
    policies = read(an_acord({**FILLED, **third})).fields["policies"]
    assert [(p["type"], p["policy_number"], p["effective_date"], p["limits"]) for p in policies[-2:]] == [
        ("Pollution Liability", "PL-90-1182", "2026-02-01", {"Each Claim": 3_000_000}),
        ("E&O", None, "2026-03-01", {"Limit": 2_000_000}),
    ]


def test_a_typed_limit_for_each_employee_is_none_of_workers_compensation() -> None:
    row = {(42, LETTER + 1): "A", (42, KIND): "Employee Benefits - Claims Made", (42, LIMIT): "Each Employee", (42, SUM): "1,000,000"}
    filled = {place: text for place, text in FILLED.items() if place[0] != 42} | row
    policies = read(an_acord(filled)).fields["policies"]
    assert policies[-2]["limits"] == {
        "E.L. EACH ACCIDENT": 500_000,
        "E.L. DISEASE - EA EMPLOYEE": 500_000,
        "E.L. DISEASE - POLICY LIMIT": 500_000,
    }
    assert (policies[-1]["type"], policies[-1]["limits"]) == ("Employee Benefits - Claims Made", {"Each Employee": 1_000_000})


def test_a_deductible_of_three_digits_alone_in_a_typed_row_is_a_sum() -> None:
    policy = read(an_acord({**FILLED, (43, LIMIT): "Deductible", (43, SUM + 4): "500"}, ocr=True)).fields["policies"][-1]
    assert policy["limits"] == {"Each Claim": 3_000_000, "Deductible": 500}


def test_an_automobile_section_whose_title_is_torn_apart_is_one() -> None:
    policies = read(an_acord(misread={"AUTOMOBILE LIABILITY": "AUTOMOBILE X    LIABILITY"}, ocr=True)).fields["policies"]
    assert [policy["type"] for policy in policies] == [policy["type"] for policy in read(an_acord()).fields["policies"]]


@pytest.mark.parametrize(
    ("printed", "start", "end"),
    [
        ("02/01/20260 2/01/2027", "2026-02-01", "2027-02-01"),
        ("1 2/01/202612/01/2027", "2026-12-01", "2027-12-01"),
        ("02-01-20260 2-01-2027", "2026-02-01", "2027-02-01"),
        ("2/01/20262/01/202", "2026-02-01", "2027-02-01"),
    ],
)
def test_two_dates_whose_digits_recognition_mixed_up_are_taken_apart(printed: str, start: str, end: str) -> None:
    filled = {place: text for place, text in FILLED.items() if place not in ((30, FROM), (30, TO))} | {(30, FROM): printed}
    found = read(an_acord(filled, ocr=True))
    auto = found.fields["policies"][1]
    assert (auto["effective_date"], auto["expiry_date"]) == (start, end)
    assert {"repaired_date"} <= set(codes(found))


def test_what_is_left_of_a_second_date_is_no_date_where_the_first_says_another_day() -> None:
    filled = {place: text for place, text in FILLED.items() if place not in ((30, FROM), (30, TO))} | {(30, FROM): "2/01/20263/15/202"}
    assert read(an_acord(filled, ocr=True)).fields["policies"][1]["expiry_date"] is None


@pytest.mark.parametrize(
    ("printed", "value"), [("Exctuded", "Excluded"), ("INCLUDEO", "INCLUDED"), ("1000000 )", 1_000_000), ("$500:000", 500_000)]
)
def test_slips_in_what_stands_in_a_limit_are_put_right(printed: str, value: object) -> None:
    limits = read(an_acord(FILLED | {(24, SUM): printed}, ocr=True)).fields["policies"][0]["limits"]
    assert limits["PERSONAL & ADV INJURY"] == value


@pytest.mark.parametrize("line", [838.0, None])
def test_a_section_ends_at_the_line_across_the_table_where_there_is_one(line: float | None) -> None:
    low = {(22, LETTER + 1), (22, NUMBER), (22, FROM), (22, TO)}
    filled = {(27 if place in low else place[0], place[1]): text for place, text in FILLED.items()}
    page = an_acord(filled)

    def lowered(word: Word) -> Word:
        box = word.box
        return replace(word, box=Box(box.left, box.top + 12, box.right, box.bottom + 12)) if round(box.top / ROW) == 27 else word

    page = replace(page, lines=tuple(Line(words=tuple(map(lowered, drawn_line.words))) for drawn_line in page.lines))
    if line is not None:
        page = replace(page, segments=(Segment(20, line, 1800, line),))
    general = read(page).fields["policies"][0]
    assert (general["policy_number"] == "GLP 4471902-03") is (line is not None)


def test_codes_stand_in_their_column_where_its_heading_was_not_recognised() -> None:
    third = {(10, 103): "Cedar Mutual", (10, 160): "45678", (11, 103): "Elm 4S67B", (11, 160): "4S67Z"}
    fields = read(an_acord(FILLED | third, ocr=True, misread={"NAIC #": "WA"})).fields
    assert fields["insurers"][2:] == [{"letter": "C", "name": "Cedar Mutual", "naic": "45678"}, {"letter": "D", "name": "Elm 4S67B"}]


def test_an_address_ends_at_the_words_below_although_its_last_line_was_typed_over_them() -> None:
    filled = {place: text for place, text in FILLED.items() if place != (12, 8)} | {(15, 20): "Dayton, OH 45403"}
    fields = read(an_acord(filled, ocr=True)).fields
    assert fields["insured_name"] == "Red Barn Roofing LLC"
    assert fields["insured_address"].startswith("12 Mill Street")
    assert "TYPE OF INSURANCE" not in fields["insured_address"]


def test_what_is_typed_beside_the_forms_other_does_not_begin_with_it() -> None:
    page = an_acord(FILLED | {(42, KIND + 8): "Pollution Liability", (42, KIND): "OTHER   "}, ocr=True)

    def raised(word: Word) -> Word:
        box = word.box
        return replace(word, box=Box(box.left, box.top - 8, box.right, box.bottom - 8)) if word.text == "OTHER" else word

    page = replace(page, lines=tuple(Line(words=tuple(map(raised, drawn_line.words))) for drawn_line in page.lines))
    assert read(page).fields["policies"][3]["type"] == "Pollution Liability"
