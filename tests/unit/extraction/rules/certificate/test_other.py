"""Certificates of training, completion, award, vaccination and birth."""

from dataclasses import replace

import pytest

from doctray.domain.document import Page, Segment
from doctray.domain.extraction import Extraction
from doctray.extraction.rules.certificate.document import extract
from tests.unit.extraction.drawing import a_document, drawn


def read(*pages: str) -> Extraction:
    return extract(a_document(*pages))


def filled(extraction: Extraction) -> dict[str, str]:
    return {key: value for key, value in extraction.fields.items() if value and key != "kind"}


def test_a_course_certificate_is_read_by_its_turns_of_phrase() -> None:
    extraction = read("""
          CERTIFICATE OF COMPLETION
          Harbour Street Evening School
             This certifies that
               Ada Marlow
         has successfully completed
      Advanced Bookkeeping Programme
   Completed on December 13, 2025 at 08:58 AM
         Certificate ID: 123-1002-BP
""")
    assert extraction.fields["kind"] == "other"
    assert filled(extraction) == {
        "title": "CERTIFICATE OF COMPLETION",
        "issuer_name": "Harbour Street Evening School",
        "recipient_name": "Ada Marlow",
        "subject": "Advanced Bookkeeping Programme",
        "issue_date": "2025-12-13",
        "certificate_number": "123-1002-BP",
    }
    assert not extraction.needs_review


def test_labels_serve_where_there_are_no_sentences() -> None:
    assert filled(
        read("""
TRAINING CERTIFICATE
Participant:   Noor Haddad
Course:        Working at Height
Training provider:   Summit Safety Ltd
Certificate No:  WAH-20931
Date of issue:   2026-02-11
Valid until:     2029-02-11
""")
    ) == {
        "title": "TRAINING CERTIFICATE",
        "recipient_name": "Noor Haddad",
        "subject": "Working at Height",
        "issuer_name": "Summit Safety Ltd",
        "certificate_number": "WAH-20931",
        "issue_date": "2026-02-11",
        "expiry_date": "2029-02-11",
    }


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("This is to certify that Tom Aldous has completed the First Aid course", "Tom Aldous"),
        ("Awarded to: Lena Brook for outstanding service", "Lena Brook"),
        ("proudly presented to Dr. Ian O'Hara, for excellence in teaching", "Dr. Ian O'Hara"),
        ("Maya Lindqvist has successfully completed the Fire Warden course", "Maya Lindqvist"),
        ("Congratulations, Peter Vale", "Peter Vale"),
    ],
)
def test_a_name_inside_a_sentence_is_cut_out(line: str, name: str) -> None:
    assert read(f"CERTIFICATE OF ACHIEVEMENT\n\n{line}").fields["recipient_name"] == name


@pytest.mark.parametrize(
    ("line", "subject"),
    [
        ("has successfully completed the Business Program in excellence.", "Business Program"),
        ("for completing the course Basic Welding on 3 May 2026", "course Basic Welding"),
        ("has attended the Food Hygiene Workshop held at Main Hall", "Food Hygiene Workshop"),
        ("for outstanding customer service", "outstanding customer service"),
        ("has completed Emergency First Aid at Work", "Emergency First Aid at Work"),
        ("has completed the Welding Course at Ferryside College", "Welding Course"),
    ],
)
def test_what_it_is_for_is_cut_out_of_a_sentence(line: str, subject: str) -> None:
    assert read(f"CERTIFICATE OF AWARD\n\nPresented to\n\nAda Marlow\n\n{line}").fields["subject"] == subject


@pytest.mark.parametrize(
    "words", ["has successfully completed the course", "has completed the following training:", "has attended our workshop on"]
)
def test_words_that_only_lead_on_to_the_next_line_are_not_the_subject(words: str) -> None:
    assert read(f"CERTIFICATE OF TRAINING\n\nAda Marlow\n{words}\nSafe Use of Ladders").fields["subject"] == "Safe Use of Ladders"


def test_a_title_in_two_lines_is_one_title() -> None:
    assert (
        read("            CERTIFICATE\n          OF ACHIEVEMENT\n\n  THIS CERTIFICATE IS PRESENTED TO\n           Ada Marlow").fields[
            "title"
        ]
        == "CERTIFICATE OF ACHIEVEMENT"
    )


def test_what_stands_over_a_ruled_line_belongs_to_the_label_beneath() -> None:
    page = drawn(
        """
   CERTIFICATE OF ATTENDANCE
This certificate is presented to
        Ada Marlow

January 1st 2027               J. Smith
  Date                         Signature
""",
        segments=(Segment(0, 145, 170, 145), Segment(310, 145, 400, 145)),
    )
    assert extract(a_document(page)).fields["issue_date"] == "2027-01-01"


def test_first_and_last_name_stand_over_or_under_their_headings() -> None:
    over = read("Vaccination Record Card\n\nMajor        Mary\nLast Name    First Name\n1/6/58\nDate of Birth")
    under = read(
        "CERTIFICATE OF LIVE BIRTH\n\nFIRST     MIDDLE    LAST\nPAULO     SOUZA     SANTOS\n\nMOTHER\nFIRST     MIDDLE    LAST\nMARIA     OLIVA     GARCIA"
    )
    assert over.fields["recipient_name"] == "Mary Major"
    assert under.fields["recipient_name"] == "PAULO SOUZA SANTOS"


def test_the_number_of_a_dose_is_not_what_it_is_for() -> None:
    assert read("Vaccination Record Card\nName: Ada Marlow\nVaccine       Date\n1st Dose      1/18/26").fields["subject"] is None


def test_a_date_of_birth_is_no_date_of_issue() -> None:
    assert read("CERTIFICATE OF TRAINING\nName: Ada Marlow\nDate of birth: 04/23/1990\nCourse: Lifting").fields["issue_date"] is None


def test_the_certificates_after_the_first_stand_beside_it_and_a_cover_page_is_none() -> None:
    certificate = "Certificate of Attendance\nThis is to certify that\n{}\nhas successfully attended the\nRigging Basics\nDATE\n2026-03-27"
    extraction = read(
        "TRAINING RECORD\nATTENDEES\n1   Ada Marlow\n2   Tom Aldous", certificate.format("Ada Marlow"), certificate.format("Tom Aldous")
    )
    assert extraction.fields["recipient_name"] == "Ada Marlow"
    assert [other["recipient_name"] for other in extraction.other_documents] == ["Tom Aldous"]
    assert extraction.provenance["/recipient_name"].page == 2


def test_placeholders_stay_null_and_nothing_is_invented() -> None:
    extraction = read(
        "CERTIFICATE OF COMPLETION\nThis certifies that\n[Recipient Name]\nhas successfully completed\n[Course Title]\nDate: MM/DD/YYYY"
    )
    assert filled(extraction) == {"title": "CERTIFICATE OF COMPLETION"}
    assert extraction.needs_review


def test_guesses_of_the_engine_are_not_given_as_numbers() -> None:
    page = drawn("CERTIFICATE OF TRAINING\nCertificate No: 83X71", ocr=True, confidence=0.1)
    assert extract(a_document(page)).fields["certificate_number"] is None


def test_words_of_little_confidence_are_flagged() -> None:
    page = drawn("CERTIFICATE OF TRAINING\nAwarded to: Ada Marlow", ocr=True, confidence=0.25)
    extraction = extract(a_document(page))
    assert ("low_confidence", "/recipient_name") in {(w.code, w.pointer) for w in extraction.warnings}
    assert extraction.needs_review


def test_pages_without_words_give_null_fields_for_a_person() -> None:
    extraction = read("")
    assert extraction.fields["recipient_name"] is None
    assert [w.code for w in extraction.warnings] == ["no_text"]
    assert extraction.needs_review


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ("Awarded to:    Priyanka Solberg", "Priyanka Solberg"),
        ("This is to certify that Ms. Ritika Sharma, a student of Bay College, has completed her internship", "Ms. Ritika Sharma"),
        ("I certify that I have examined Mr. Joseph Akande, date of birth 02/08/1985, and found him fit", "Mr. Joseph Akande"),
        ("Child's Name (First, Middle, Last)\n   Eleanor Grace Whitfield", "Eleanor Grace Whitfield"),
        ("Name                :  ANANYA DESHPANDE        Sex       :  FEMALE", "ANANYA DESHPANDE"),
        ("Congratulations, Imani Fletcher", "Imani Fletcher"),
        ("Se otorga el presente certificado a\n\nMaria Quiroga", "Maria Quiroga"),
    ],
)
def test_the_one_who_is_certified_is_found_by_words_and_labels(lines: str, name: str) -> None:
    assert read(f"CERTIFICATE\n\n{lines}\n").fields["recipient_name"] == name


@pytest.mark.parametrize(
    ("text", "issuer"),
    [
        ("Octave Examinations Board\n\nCERTIFICATE\n\nThis is to certify that\nAda Marlow", "Octave Examinations Board"),
        ("CERTIFICATE\n\nThis is to certify that\nAda Marlow\n\n\n\nTrentmark Certification Ltd", "Trentmark Certification Ltd"),
        ("CERTIFICATE\n\nAda Marlow\n\nIssued by: Roadwise Driving School, Lic. C2208", "Roadwise Driving School"),
        ("CERTIFICATE\n\nCumulus Cloud Institute certifies that\nAda Marlow", "Cumulus Cloud Institute"),
        ("SkillHarbor Studio\n\nCERTIFICATE\n\nThis is to certify that\nAda Marlow", "SkillHarbor Studio"),
        ("CERTIFICATE\n\nThis is to certify that\nAda Marlow\n\nDate of award 14 July 2026", None),
    ],
)
def test_who_issued_it_is_found_by_label_letterhead_voice_and_foot(text: str, issuer: str | None) -> None:
    assert read(text).fields["issuer_name"] == issuer


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("This certificate is valid until 18/10/2028.", "2028-10-18"),
        ("Valid through: 17-Feb-2029", "2029-02-17"),
        ("Recommended renewal date   31 August 2028", "2028-08-31"),
    ],
)
def test_the_end_of_validity_is_read_from_labels_and_sentences(line: str, day: str) -> None:
    assert read(f"CERTIFICATE\n\nThis certifies that\nAda Marlow\n\n{line}").fields["expiry_date"] == day


def test_a_course_that_lasted_is_certified_when_it_ended() -> None:
    assert read("CERTIFICATE\n\nAda Marlow\n\nDates: 3 March 2026 - 28 March 2026").fields["issue_date"] == "2026-03-28"


def test_whole_years_between_two_dates_tell_their_order() -> None:
    fields = read("CERTIFICATE OF TRAINING\n\nName: Ada Marlow\nCourse date: 11/06/2026\nExpiry date: 10/06/2031").fields
    assert (fields["issue_date"], fields["expiry_date"]) == ("2026-06-11", "2031-06-10")


def test_placeholders_are_nobody_and_nothing() -> None:
    fields = read(
        "CERTIFICATE\n\nThis is presented to\n[Recipient Name]\n\nfor outstanding performance in [Course Name]\n\nMM/DD/YYYY"
    ).fields
    assert (fields["recipient_name"], fields["subject"], fields["issue_date"]) == (None, None, None)


def test_a_misread_heading_over_a_first_name_is_told_by_its_place() -> None:
    extraction = read("""
CERTIFICATE OF LIVE BIRTH

CHILD-NAME     PIRST         MIDDLE        LAST
               PAULO         SOUZA         SANTOS
""")
    assert extraction.fields["recipient_name"] == "PAULO SOUZA SANTOS"


def test_a_paper_that_is_named_in_quotation_marks_is_the_subject_and_its_reader_the_recipient() -> None:
    assert filled(
        read("""
      CERTIFICATE OF PARTICIPATION
 We hereby certify that Dr. Kwabena Asante participated in the Symposium
 and presented the paper entitled "Seepage in Layered Embankments"
""")
    ) == {
        "title": "CERTIFICATE OF PARTICIPATION",
        "recipient_name": "Dr. Kwabena Asante",
        "subject": "Seepage in Layered Embankments",
    }


def test_a_job_is_no_title_and_a_heading_of_a_register_no_name() -> None:
    assert filled(
        read("""
      CERTIFIED COPY OF AN ENTRY OF BIRTH
 Name and surname        FATHER
 Elena Farrow, Director of Training and Certification
""")
    ) == {"title": "CERTIFIED COPY OF AN ENTRY OF BIRTH", "subject": "CERTIFIED COPY OF AN ENTRY OF BIRTH"}


def test_when_an_operator_is_evaluated_again_is_when_the_certificate_ends() -> None:
    found = filled(
        read("""
      FORKLIFT OPERATOR CERTIFICATE
 Operator's Name:      Guadalupe Reyna
 Type of Truck(s):     Class V Pneumatic Tire
 Evaluation Date:      3/25/2026
 Re-evaluation Due:    3/25/2029
""")
    )
    assert (found["recipient_name"], found["subject"]) == ("Guadalupe Reyna", "Class V Pneumatic Tire")
    assert (found["issue_date"], found["expiry_date"]) == ("2026-03-25", "2029-03-25")


def test_how_long_a_certificate_is_valid_does_not_hide_the_day_over_it() -> None:
    found = filled(
        read("""
      CERTIFICATE OF ATTENDANCE
 This is to certify that
 Siobhan Kearney
 has attended a training course in Manual Handling
 on 12th May 2025
 This certificate is valid for three years from the date of issue
""")
    )
    assert found["issue_date"] == "2025-05-12"


def test_the_designation_that_requirements_are_for_is_the_subject() -> None:
    found = filled(
        read("""
      CERTIFIED PRACTITIONER CERTIFICATE
 This certificate acknowledges that
 Bartosz Zielinski
 has met the requirements for the designation of Scrum Practitioner   Certificate ID 001488203
""")
    )
    assert (found["subject"], found["recipient_name"]) == ("Scrum Practitioner", "Bartosz Zielinski")


def test_parts_of_a_name_with_their_labels_in_brackets_are_put_together() -> None:
    found = read("""
CERTIFICATE OF LIVE BIRTH
Registry No. 2019-00771
1. NAME       (First) Maria Celeste       (Middle) Dela Rosa       (Last) Quintos
Received at the Office of the Civil Registrar        Date: 22 March 2019
""").fields
    assert found["recipient_name"] == "Maria Celeste Dela Rosa Quintos"


def test_a_course_is_dated_by_the_day_of_attendance() -> None:
    found = read("""
Certificate of Attendance
Awarded to
Jolanta Wisniewska
on successful attendance on 18th September 2025
Cert ref: PTC/WAH/20918            Refresher due: 17/09/2028
""").fields
    assert (found["issue_date"], found["expiry_date"], found["certificate_number"]) == ("2025-09-18", "2028-09-17", "PTC/WAH/20918")


def test_a_person_beside_a_label_of_its_own_making_is_the_recipient_and_officers_are_not() -> None:
    found = read("""
Community Service Statement of Completion
Probation Officer:   Carol Whitman
Client-Worker:       Jane Doe
Date Issued:         August 11th, 2025
""").fields
    assert (found["title"], found["recipient_name"]) == ("Community Service Statement of Completion", "Jane Doe")


@pytest.mark.parametrize(
    "said", ["completed challenges and projects of", "completed the requirements prescribed", "is a true copy of an entry"]
)
def test_a_sentence_that_goes_on_names_no_subject(said: str) -> None:
    found = read(f"""
Certificate of Completion
This certifies that
Ada Marlow
has {said}
""").fields
    assert found["subject"] is None


def test_who_issued_a_certificate_is_not_its_subject() -> None:
    found = read("""
CERTIFICATE OF INCORPORATION
OF A PRIVATE LIMITED COMPANY
Company Number 14118820
The Registrar of Companies for England and Wales, hereby certifies that
BRACKEN TIDE LTD
is this day incorporated
""").fields
    assert found["subject"] is None or found["subject"] != found["recipient_name"]


@pytest.mark.parametrize("role", ["School Director", "Programme Coordinator", "Academy Founder"])
def test_a_signatory_s_role_is_no_issuer(role: str) -> None:
    found = read(f"""
Certificate of Completion
This Certificate is awarded to
Derick Soto
for successfully completing the course of Online Education. via mail id:
dsoto@example.org



Johnson Peter
{role}
""").fields
    assert (found["subject"].rstrip("."), found["issuer_name"]) == ("Online Education", None)


def test_a_company_s_short_words_do_not_end_its_name() -> None:
    found = read("""
CERTIFICATE OF INTERNSHIP
This certifies that
Farah Jameel
has successfully completed the
Machine Learning Internship
Issued by: Teerop Pvt. Limited
""").fields
    assert found["issuer_name"] == "Teerop Pvt. Limited"


def test_a_letter_to_whomsoever_it_may_concern_has_its_own_date_and_name() -> None:
    fields = read("""
Brackwater Pumps Private Limited

                                              24th June 2025

                  TO WHOMSOEVER IT MAY CONCERN

This is to certify that Mr. Anselm Torvik (Reg No: 2190487), pursuing
Mechanical Engineering has completed his internship under the
Design Department from 26th May 2025 to 20th of the month of June
""").fields
    assert (fields["title"], fields["issue_date"], fields["recipient_name"]) == (
        "TO WHOMSOEVER IT MAY CONCERN",
        "2025-06-24",
        "Mr. Anselm Torvik",
    )


def test_place_and_date_at_the_foot_date_the_paper_and_not_what_was_attended() -> None:
    fields = read("""
Joanna Winterfeld
attended the
Lakeside Conference: From Single Cells
to Systems Medicine
16 - 19 November 2020, Virtual


Konstanz, 20 November, 2020
""").fields
    assert (fields["issue_date"], fields["subject"]) == ("2020-11-20", "Lakeside Conference: From Single Cells to Systems Medicine")


def test_a_name_in_capitals_goes_on_beneath_its_label_and_an_address_does_not() -> None:
    paper = """
          CERTIFICATE OF ATTENDANCE

Full Name:
MARIA TERESA VELLAMONTE
{beneath}

{further}

Course: Bookkeeping
"""
    close = drawn(paper.format(beneath="ARGUELLES", further=""))
    assert extract(a_document(_closer(close, "ARGUELLES"))).fields["recipient_name"] == "MARIA TERESA VELLAMONTE ARGUELLES"
    apart = drawn(paper.format(beneath="ARGUELLES", further=""))
    assert extract(a_document(apart)).fields["recipient_name"] == "MARIA TERESA VELLAMONTE"


def _closer(page: Page, text: str) -> Page:
    """The page with one word moved up under the line above it, as the second line of a value stands."""
    lines = []
    for line in page.lines:
        if [word.text for word in line.words] == [text]:
            word = line.words[0]
            box = replace(word.box, top=word.box.top - 5, bottom=word.box.bottom - 5)
            line = replace(line, words=(replace(word, box=box),))
        lines.append(line)
    return replace(page, lines=tuple(lines))


def test_a_motto_without_spaces_is_nobody() -> None:
    fields = read("""
       CERTIFICATE OF COMPLETION
         Courage.Kindness.Craft

           Ida Quernstone
   has successfully completed
        Boat Building
""").fields
    assert fields["recipient_name"] == "Ida Quernstone"


def test_what_a_quiz_was_on_stands_in_quotation_marks() -> None:
    fields = read("""
       Certificate of Appreciation
   This is to certify that Ida Quernstone has successfully
   completed an International Level Online Quiz on "Boat Building" on 11/16/2020
""").fields
    assert fields["subject"] == "Boat Building"


def test_who_accredits_a_college_did_not_issue_its_certificates() -> None:
    fields = read("""
     QUERNSTONE COLLEGE OF ENGINEERING
(Affiliated to Northern Board, Approved by ZETA - Accredited by QBA & Quaac - 'A' Grade)

       Certificate of Appreciation
   This is to certify that Ida Quernstone has successfully
   completed Boat Building
""").fields
    assert fields["issuer_name"] == "QUERNSTONE COLLEGE OF ENGINEERING"


def test_what_a_browser_prints_around_a_page_is_no_part_of_it() -> None:
    assert filled(
        read("""
4/9/2026                    Larkspur Training & Certification - Certificate of Completion
                 Certificate of Completion
                      Imani Duarte
                 Has successfully completed
                 Cloud Storage Foundations
       60 minutes                7 February, 2026
https://www.larkspur.example/transcripts?id=77                                     1/1
""")
    ) == {
        "title": "Certificate of Completion",
        "recipient_name": "Imani Duarte",
        "subject": "Cloud Storage Foundations",
        "issue_date": "2026-02-07",
    }


def test_an_address_of_the_web_at_the_foot_alone_makes_no_header_of_the_first_row() -> None:
    found = read("""
CERTIFICATE OF COURSE COMPLETION
This is to certify that
Imani Duarte
has completed the course on Graph Theory - Self Paced of duration 8 weeks.
https://media.larkspur.example/a6939c7b.pdf
""").fields
    assert (found["title"], found["subject"]) == ("CERTIFICATE OF COURSE COMPLETION", "Graph Theory - Self Paced")


def test_a_course_stands_over_the_words_by_whom_it_was_completed() -> None:
    assert filled(
        read("""
          Listening Well
   Course completed by Imani Duarte
      Apr 16, 2026 at 01:41PM UTC
      Certificate ID: 2d23b57eb453d
""")
    ) == {
        "recipient_name": "Imani Duarte",
        "subject": "Listening Well",
        "issue_date": "2026-04-16",
        "certificate_number": "2d23b57eb453d",
    }


def test_completed_alone_is_followed_by_what_was() -> None:
    found = read("""
        Congratulations!
        IMANI DUARTE
         Completed
     Web Layout Basics
      on 9 August 2026
   Completion ID: 56459135
""").fields
    assert (found["recipient_name"], found["subject"], found["certificate_number"]) == ("IMANI DUARTE", "Web Layout Basics", "56459135")


@pytest.mark.parametrize(
    ("printed", "subject"),
    [
        ("completed and received a passing grade in\n   Introduction to Soil", "Introduction to Soil"),
        ("has completed 2 weeks (or 70 hrs) Greenhouse Coding Internship", "Greenhouse Coding Internship"),
        (
            "For completing the Larkspur Introduction to Sensors course, and demonstrating the ability to",
            "Larkspur Introduction to Sensors",
        ),
    ],
)
def test_a_subject_begins_after_the_grade_and_length_and_ends_before_what_was_shown(printed: str, subject: str) -> None:
    assert read(f"CERTIFICATE OF COMPLETION\nThis is to certify that\nImani Duarte\n{printed}\n").fields["subject"] == subject


def test_who_is_recognised_for_something_stands_over_it_and_labels_of_another_page_are_no_title() -> None:
    found = read(
        """
31 MAY, 2026
Imani Duarte
IS RECOGNIZED FOR
PROMOTION
Congratulations on your promotion.
""",
        """
RECIPIENT NAME      Imani Duarte               ABOUT YOUR AWARD
AWARD TYPE          Thank You/Congratulations Award
AWARD TITLE         Welding Level Two Certification     You can view this award on our
DATE                31 May, 2026                        program site.
""",
    )
    assert filled(found) == {"recipient_name": "Imani Duarte", "subject": "PROMOTION", "issue_date": "2026-05-31"}


def test_a_name_is_no_issuer_though_it_stands_at_the_top_alone() -> None:
    assert (
        read("""
Imani Duarte
Larkspur Certified Grower Practitioner
Nov 18, 2026
""").fields["issuer_name"]
        is None
    )


def test_whoever_leads_an_organisation_names_it_where_nothing_else_does() -> None:
    found = read("""
CERTIFICATE OF COMPLETION
Imani Duarte
has successfully completed
Configure, Price, Quote
R. David Okafor
CEO & Founder, Larkspur
Date Issued: 04/15/2026
""").fields
    assert found["issuer_name"] == "Larkspur"


def test_labels_in_a_second_script_are_labels_and_a_ministry_issues_in_its_country() -> None:
    found = read("""
            Certificate for COVID-19 Vaccination
  Issued in India by Ministry of Health & Family Welfare, Govt. of India
               Certificate ID   12165115071
Beneficiary Details
Beneficiary Name / பயனாளி பெயர்        Imani Duarte
Vaccination Status / நிலை            Fully Vaccinated (2 Doses)
Dose Number    Date of Dose    Vaccine Name    Batch Number    Manufacturer
1/2            17 Jul 2026     COVISHIELD      4121Z108        Serum Institute of India Pvt. Ltd.
""").fields
    assert (found["recipient_name"], found["issuer_name"], found["subject"]) == (
        "Imani Duarte",
        "Ministry of Health & Family Welfare, Govt. of India",
        "COVISHIELD",
    )


def test_what_a_quiz_was_on_is_told_across_a_justified_row_and_the_college_is_named_without_its_department() -> None:
    found = read("""
LARKSPUR COLLEGE OF ENGINEERING & TECHNOLOGY
Certificate of Appreciation
This is to certify that Imani Duarte , Student from LARK has successfully
completed A International Level Online Quiz on              "Tidal Power" on
11/16/2026, Organized by the Department of Marine Science, Larkspur
College of Engineering & Technology.
""").fields
    assert (found["subject"], found["issuer_name"]) == ("Tidal Power", "Larkspur College of Engineering & Technology")


def test_who_grants_a_certificate_issues_it() -> None:
    assert (
        read("CERTIFICATE OF ATTENDANCE\nImani Duarte\nhas attended\nSoil Science\nGranted by Larkspur Ltd on 28 March 2026\n").fields[
            "issuer_name"
        ]
        == "Larkspur Ltd"
    )


def test_offices_are_no_labels_and_honorifics_alone_no_names() -> None:
    found = read("""
CERTIFICATE OF COMPLETION
Larkspur Foundation hereby certifies that
Imani Duarte
has successfully completed
Green Practice
TIMOTHY OKAFOR,
TRAINING PROGRAM DIRECTOR
""").fields
    assert (found["recipient_name"], found["subject"]) == ("Imani Duarte", "Green Practice")
    assert read("MEDICAL CERTIFICATE\nThis is to certify that Mr./Mrs./Ms.\nwas examined on 3 June 2026\n").fields["recipient_name"] is None


@pytest.mark.parametrize(
    "printed",
    [
        "has successfully completed the requirements to obtain\nthe following Larkspur Academy Accreditation:\nTidal Power Fundamentals",
        "has attende d an d successfully completed the Training Programm e\nTidal Power Fundamentals",
    ],
)
def test_lines_that_lead_over_to_the_next_are_no_subject(printed: str) -> None:
    assert read(f"CERTIFICATE\nImani Duarte\n{printed}\n").fields["subject"] == "Tidal Power Fundamentals"


def test_the_letterhead_issues_what_another_conducted() -> None:
    found = read("""
LARKSPUR TECHNOLOGY CENTRE
This is to Certify that
IMANI DUARTE
has successfully completed the Training Programme
TIDAL POWER
conducted by LTRC, Harbour From 28-11-2026 to 03-12-2026
""").fields
    assert found["issuer_name"] == "LARKSPUR TECHNOLOGY CENTRE"


def test_parts_of_a_name_are_written_further_right_than_their_headings_begin() -> None:
    found = read("""
COVID-19 Vaccination Record Card

        ORTEGA                       LUIS
Last Name                    First Name                  MI

Date of birth                Patient number
""").fields
    assert found["recipient_name"] == "LUIS ORTEGA"


def test_a_degree_is_conferred_on_whose_name_stands_under_on() -> None:
    found = read("""
LARKSPUR UNIVERSITY
The Syndicate of the Larkspur University
hereby confers the degree of
BACHELOR OF SCIENCE IN BOTANY
on
IMANI DUARTE
""").fields
    assert (found["recipient_name"], found["subject"]) == ("IMANI DUARTE", "BACHELOR OF SCIENCE IN BOTANY")


def test_a_spanish_course_is_what_somebody_has_passed() -> None:
    found = read("""
Larkspur certifica que
Imani Duarte
Ha superado con éxito
Curso de Botánica
""").fields
    assert (found["issuer_name"], found["recipient_name"], found["subject"]) == ("Larkspur", "Imani Duarte", "Curso de Botánica")


def test_a_date_beside_words_like_the_label_of_a_number_is_no_number() -> None:
    fields = read("""
          BIRTH CERTIFICATE
Name of the child        Ines Marlow
Sex                      female
Drawn up on the          Certificate of Tue Mar 03 2020
""").fields
    assert fields["certificate_number"] is None
    assert fields["recipient_name"] == "Ines Marlow"


def test_who_arranged_a_contest_is_read_over_its_lines_and_brackets() -> None:
    found = read("""
        CERTIFICATE OF PARTICIPATION
Presented to
Hamid Aslan
for participating in programming competition, "Bits and Bobs", arranged
by QAIS (Quarry Hill Artificial Intelligence
Society) on 12th December, 2021.
""").fields
    assert (found["issuer_name"], found["subject"]) == ("QAIS (Quarry Hill Artificial Intelligence Society)", "Bits and Bobs")


def test_an_internship_is_certified_by_where_it_was() -> None:
    found = read("""
CERTIFICATE OF

COMPLETION

This certificate is proudly presented to
Sumedh Kadam
for successful completion of 1 month internship in
Web Development
with wonderful remarks at Larkspur Labs
""").fields
    assert found["title"] == "CERTIFICATE OF COMPLETION"
    assert (found["issuer_name"], found["subject"]) == ("Larkspur Labs", "Web Development")


def test_a_college_goes_before_its_department_and_an_office_before_its_state() -> None:
    college = read("""
Department of Botany
Riverside Institute of Science

        Certificate of Completion
This is to certify that Ida Holm has completed the course Mosses.
""").fields
    office = read("""
GOVERNMENT OF MALWA
KAVERI MUNICIPAL CORPORATION

        BIRTH CERTIFICATE
Name      Ida Holm
""").fields
    assert (college["issuer_name"], office["issuer_name"]) == ("Riverside Institute of Science", "KAVERI MUNICIPAL CORPORATION")


def test_a_team_and_what_it_won_are_read() -> None:
    found = read("""
        Award of Excellence
Presented to
The Copper Falcons (Team 4417)

First Place - Regional Robotics Challenge
""").fields
    assert (found["recipient_name"], found["subject"]) == ("The Copper Falcons (Team 4417)", "First Place - Regional Robotics Challenge")


FIELD_WEEKS = """
        SOIL & WATER 402 TRAINING CERTIFICATE

   This is to certify that Ms. Ada Marlow {who} at Harbour College has undergone
   Training of 6 weeks (from May 12th to June 20th 2025) under the SW-402 shoreline survey course at Odertal.

   Digital Signature
   Rosa Lindqvist
   {signed}
   Lindqvist Institute of Hydrology
"""


def test_a_training_in_prose_gives_name_course_and_day_of_the_digital_signature() -> None:
    fields = filled(read(FIELD_WEEKS.format(who="studying second-year botany", signed="03-Jul-25 09:12:44 AM")))
    assert fields["title"] == "SOIL & WATER 402 TRAINING CERTIFICATE"
    assert fields["recipient_name"] == "Ms. Ada Marlow"
    assert fields["subject"] == "SW-402 shoreline survey course"
    assert fields["issue_date"] == "2025-07-03"


def test_a_time_alone_beneath_a_signature_is_no_date() -> None:
    fields = filled(read(FIELD_WEEKS.format(who="currently", signed="Verified 09:12:44 AM")))
    assert fields["recipient_name"] == "Ms. Ada Marlow"
    assert fields["issue_date"] == "2025-06-20"


OFFERED = """
   Digital Learning Centre
   This is to certify that
   Ada Marlow
   has successfully completed
   Ready for Work
   online course offered by Brightwater Labs
   Topics:
   Business Letters       Group Talk       Interview Practice

   Rosa Lindqvist
   {office}
"""


def test_topics_are_no_subject_where_a_sentence_tells_it() -> None:
    assert filled(read(OFFERED.format(office="Head of Delivery")))["subject"] == "Ready for Work"


def test_who_offers_a_course_issues_where_its_officer_signs_and_else_the_letterhead() -> None:
    assert filled(read(OFFERED.format(office="Head of Delivery, Brightwater Labs")))["issuer_name"] == "Brightwater Labs"
    assert filled(read(OFFERED.format(office="Head of Delivery")))["issuer_name"] == "Digital Learning Centre"
