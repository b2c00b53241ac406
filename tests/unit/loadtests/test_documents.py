"""What is handed in: repeats in the stated share, and otherwise a content that was never seen."""

import hashlib
import random

from loadtests.documents import Mix, Paper

PAPERS = [Paper(kind="text", file_name=f"{name}.pdf", document_type="auto", content=name.encode()) for name in ("one", "two")]


def taken(duplicates: float, count: int, memory: int = 200) -> list[tuple[str, bool]]:
    mix = Mix(PAPERS, duplicates=duplicates, rng=random.Random(7), memory=memory)
    return [(hashlib.sha256(content).hexdigest(), repeat) for _, content, repeat in (mix.take() for _ in range(count))]


def test_repeats_come_in_the_stated_share() -> None:
    found = taken(0.86, 2000)
    assert 0.83 < sum(repeat for _, repeat in found) / len(found) < 0.89


def test_what_is_called_a_repeat_is_one_and_what_is_called_new_is_new() -> None:
    seen: set[str] = set()
    for digest, repeat in taken(0.5, 500, memory=20):
        assert (digest in seen) is repeat
        seen.add(digest)


def test_without_duplicates_every_content_is_its_own() -> None:
    found = taken(0.0, 300)
    assert len({digest for digest, _ in found}) == 300
