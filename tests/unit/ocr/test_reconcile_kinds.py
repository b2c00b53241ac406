import pytest

from doctray.ocr.reconcile_kinds import Kind, kind_of, stricter


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("$1,000,000", Kind.AMOUNT),
        ("1,000,000", Kind.AMOUNT),
        ("RM12.50", Kind.AMOUNT),
        ("31.00", Kind.AMOUNT),
        ("€1.234,56", Kind.AMOUNT),
        ("1 000 , 00", Kind.AMOUNT),
        ("05/09/2024", Kind.DATE),
        ("2024-05-09", Kind.DATE),
        ("9-Jan-2024", Kind.DATE),
        ("08:30", Kind.TIME),
        ("8:30pm", Kind.TIME),
        ("9:00-10:30", Kind.TIME),
        ("90001", Kind.NUMBER),
        ("12:", Kind.NUMBER),
        ("GL6278547-51", Kind.CODE),
        ("S100,000", Kind.CODE),
        ("5o0,poo", Kind.CODE),
        ("jane@abc.example", Kind.CONTACT),
        ("555-867-5309", Kind.CONTACT),
        ("www.doctray.example", Kind.CONTACT),
        ("Whitlock", Kind.NAME),
        ("POLICIES.", Kind.NAME),
        ("policies", Kind.PROSE),
        ("naïve", Kind.PROSE),
        ("/", Kind.MARK),
        ("", Kind.MARK),
    ],
)
def test_the_form_of_a_word_says_its_kind(text: str, kind: Kind) -> None:
    assert kind_of(text) is kind


def test_of_two_kinds_the_one_that_chance_seldom_makes() -> None:
    assert stricter(Kind.CODE, Kind.DATE) is Kind.DATE
    assert stricter(Kind.PROSE, Kind.NUMBER) is Kind.NUMBER
    assert stricter(Kind.MARK, Kind.MARK) is Kind.MARK
