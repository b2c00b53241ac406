"""Words that are spelt over several days."""

import pytest

from doctray.extraction.rules.timetable.spelt import word_spelt


@pytest.mark.parametrize(
    ("letters", "word"),
    [("LUNCH", "LUNCH"), ("Break", "Break"), ("LUONH", "LUNCH"), ("RECEGS", "RECESS"), ("MEAPH", None), ("LUNH", None), ("HCNUL", None)],
)
def test_letters_are_a_word_that_is_known_or_a_break_but_for_one_letter(letters: str, word: str | None) -> None:
    assert word_spelt(letters) == word
