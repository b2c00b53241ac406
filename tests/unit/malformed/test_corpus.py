import zlib

import pytest

from tests.malformed.case import COMPLETED, Case, Group
from tests.malformed.corpus import corpus, short
from tests.malformed.rawpdf import deflate_bomb


def test_there_are_more_than_a_thousand_cases_and_some_of_every_group_in_the_short_form() -> None:
    cases = corpus()
    assert len(cases) > 1000
    assert {case.group for case in short(cases, each=2)} == {case.group for case in cases}


def test_the_same_seed_makes_the_same_bytes_and_another_seed_others() -> None:
    one, same, other = (
        {case.name: case for case in corpus(seed) if case.group.startswith("damaged") and " bit" in case.name} for seed in (3, 3, 4)
    )
    assert all(one[name].make() == same[name].make() for name in one)
    assert any(one[name].make() != other[name].make() for name in one)


@pytest.mark.parametrize(("chunk", "times"), [(b"\0" * 1000, 7), (b"abc" * 300, 13), (b"q", 1)])
def test_a_bomb_unpacks_to_its_repetition(chunk: bytes, times: int) -> None:
    assert zlib.decompress(deflate_bomb(chunk, times)) == chunk * times


def test_a_case_names_only_codes_that_exist() -> None:
    case = Group("png", "png")("no end", lambda: b"", COMPLETED, "timeout")
    assert (case.name, case.file_name, case.group, case.retried) == ("png/no end", "no-end.png", "png", True)
    with pytest.raises(ValueError, match="exploded"):
        Case(name="png/x", file_name="x.png", make=lambda: b"", outcomes=frozenset({"exploded"}))
