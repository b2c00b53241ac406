"""Malformed inputs handed to the whole service: each ends in its code and budget, and leaves nothing behind."""

import pytest

from tests.malformed.__main__ import PAGE_SECONDS, own_service
from tests.malformed.corpus import corpus, short
from tests.malformed.run import breaches

LENIENCY = 4.0
"""Tests run beside these, and machines of CI stall for seconds; scripts/malformed judges the seconds."""


@pytest.mark.slow
def test_some_of_every_kind_end_in_their_codes_and_leave_nothing_behind() -> None:
    cases = short(corpus(), each=3)
    assert len(cases) >= 80
    endings, bystanders, grown = own_service(cases, page_seconds=PAGE_SECONDS, lanes=4, leniency=LENIENCY)
    assert len(endings) == len(cases)
    assert bystanders
    assert breaches(endings, bystanders, leniency=LENIENCY) + grown == []


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_the_whole_corpus_ends_in_its_codes_and_leaves_nothing_behind() -> None:
    cases = corpus()
    assert len(cases) >= 500
    endings, bystanders, grown = own_service(cases, page_seconds=PAGE_SECONDS, lanes=4, leniency=LENIENCY)
    assert len(endings) == len(cases)
    assert breaches(endings, bystanders, leniency=LENIENCY) + grown == []
