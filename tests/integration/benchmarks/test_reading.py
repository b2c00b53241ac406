"""A reader in a process of its own, and a round of a table."""

from pathlib import Path

import pytest
from benchmarks.pages import KnownPage
from benchmarks.readers import ReaderSpec
from benchmarks.reading import ReaderProcess
from benchmarks.scans import clean_pages
from benchmarks.sides import TEXT_LAYER, Readers


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[KnownPage]:
    return clean_pages(tmp_path_factory.mktemp("pages"), ("letter",), seed=3)


def test_a_round_measures_speed_words_cost_and_memory(pages: list[KnownPage]) -> None:
    with Readers.started([TEXT_LAYER], pages) as readers:
        figures = readers.round(pages, 0, block=1)[TEXT_LAYER.name]
    assert figures["f1"] == figures["precision"] == figures["recall"] == 1.0
    assert figures["amounts_exact"] == figures["dates_exact"] == 100
    assert figures["pages_per_minute"] > 0
    assert figures["cpu_seconds"] > 0
    assert 0.01 < figures["peak_gb"] < 4


def test_a_reader_that_fails_says_why(pages: list[KnownPage], tmp_path: Path) -> None:
    missing = tmp_path / "missing.png"
    with (
        ReaderProcess(ReaderSpec(kind="text-layer"), warm_up=[pages[0].path]) as reader,
        pytest.raises(RuntimeError, match="CorruptDocument"),
    ):
        reader.read([missing])


def test_a_reader_that_does_not_exist_is_refused() -> None:
    with pytest.raises(RuntimeError, match="no such reader"), ReaderProcess(ReaderSpec(kind="typewriter"), warm_up=[]):
        pass
