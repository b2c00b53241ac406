"""Pages whose text is known."""

from pathlib import Path

import pytest
from benchmarks.pages import receipts
from benchmarks.scans import DRAWINGS, printed, scanned
from benchmarks.words import amounts, dates, words
from PIL import Image


def test_receipts_come_with_their_transcripts_and_whole_sheets_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHMARK_RECEIPTS", str(tmp_path))
    for name, size in (("a", (40, 90)), ("b", (2480, 3508)), ("c", (50, 80))):
        Image.new("L", size).save(tmp_path / f"{name}.jpg")
        (tmp_path / f"{name}.csv").write_text("72,25,326,25,326,64,72,64,TAN, WOON\n\n50,82,440,82,440,121,50,121,RM 9.00\n")
    found = receipts(5)
    assert [page.path.stem for page in found] == ["a", "c"]
    assert found[0].printed == "TAN, WOON\nRM 9.00"
    assert (found[0].width, found[0].height) == (40, 90)
    assert len(receipts(1)) == 1


def test_without_the_folder_there_are_no_receipts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHMARK_RECEIPTS", str(tmp_path / "none"))
    assert receipts(5) == []


def test_the_same_seed_draws_and_scans_the_same_page() -> None:
    from random import Random

    first, second = (DRAWINGS["letter"](Random("7:letter")) for _ in range(2))
    assert first == second
    assert (scanned(first, seed=1)[:200] == scanned(second, seed=1)[:200]).all()


@pytest.mark.parametrize(
    ("kind", "least_words", "least_amounts", "least_dates"), [("form", 250, 6, 5), ("table", 500, 20, 46), ("schedule", 300, 72, 49)]
)
def test_drawn_pages_are_dense_with_what_is_scored(kind: str, least_words: int, least_amounts: int, least_dates: int) -> None:
    from random import Random

    text = printed(DRAWINGS[kind](Random("7")))
    assert len(words(text)) >= least_words
    assert len(amounts(text)) >= least_amounts
    assert len(dates(text)) >= least_dates
