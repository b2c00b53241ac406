"""A result as Markdown and as plain text."""

from doctray.export.markdown import to_markdown
from doctray.export.text import to_text
from tests.unit.export.results import BLOCKS, CERTIFICATE, TIMETABLE, reviewed, shown


def test_fields_are_tables() -> None:
    text = to_markdown(shown(TIMETABLE)).decode()
    assert "| Class name | 7B |" in text
    assert "| School name | Hill \\| School |" in text
    assert "| Monday | 09:00 | 09:50 | Maths, set 1 | R1; annex | Ms Šimić |  |" in text
    assert "Teacher name" not in text, "nothing was found there"


def test_lists_of_a_certificate_are_tables_of_their_own() -> None:
    text = to_markdown(shown(CERTIFICATE, document_type="certificate")).decode()
    assert "## Policies" in text
    assert (
        "| AUTO | A | @SUM\\(A1\\) | 2026\\-01\\-01 | 2027\\-01\\-01 | EACH OCCURRENCE: 1000000; MED EXP: Excluded | yes | no | USD |"
        in text
    )


def test_text_of_a_document_cannot_become_markup() -> None:
    hostile = "<script>alert(1)</script> ![x](http://evil) [a](b) `c` *d* | e\n# f"
    text = to_markdown(shown({"note": hostile}, document_type="custom", file_name="# a\n<b>.pdf")).decode()
    assert "<script>" not in text
    assert "![" not in text
    assert "](" not in text
    assert text.startswith("# \\# a \\<b\\>.pdf\n")


def test_the_text_cannot_leave_its_fence() -> None:
    text = to_markdown(shown(TIMETABLE, text="a\n````\n# b")).decode()
    assert "`````text\na\n````\n# b\n`````" in text


def test_what_is_doubted_is_listed() -> None:
    text = to_markdown(shown(TIMETABLE)).decode()
    assert "needs review" in text
    assert "- Not on the page. (`/title`)" in text


def test_a_review_is_told_and_its_fields_are_shown() -> None:
    text = to_markdown(reviewed({**TIMETABLE, "class_name": "7C"}, machine=TIMETABLE)).decode()
    assert "Reviewed by ana on 2026\\-09\\-09" in text
    assert "needs review" not in text
    assert "| Class name | 7C |" in text


def test_a_document_without_fields_is_its_text() -> None:
    text = to_markdown(shown({}, document_type="other")).decode()
    assert "Fish & <Chips>\nbelow\n\naside" in text


def test_each_document_of_a_file_has_its_part() -> None:
    text = to_markdown(shown(TIMETABLE, other_documents=[{"class_name": "8A", "timeblocks": BLOCKS}])).decode()
    assert text.index("## Document 1") < text.index("7B") < text.index("## Document 2") < text.index("8A")


def test_plain_text_is_the_text() -> None:
    assert to_text(shown(TIMETABLE)) == b"Fish & <Chips>\nbelow\faside"
    assert to_text(shown(TIMETABLE, text="\ud800")) == b"?"
