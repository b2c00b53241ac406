"""Ties a value to the words that it was read from."""

from collections.abc import Sequence

from doctray.domain.document import Word
from doctray.domain.extraction import Provenance


def provenance_of(page: int, words: Sequence[Word]) -> Provenance:
    """Where these words of one page stand, as one place. words: at least one. The confidence is the least of theirs."""
    box = words[0].box
    for word in words[1:]:
        box = box.union(word.box)
    return Provenance(page=page, box=box, text=" ".join(word.text for word in words), confidence=min(word.confidence for word in words))
