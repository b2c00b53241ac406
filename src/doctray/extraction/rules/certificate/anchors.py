"""Finds the printed words of a known form wherever they stand on a page, also inside a longer phrase."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from doctray.domain.document import Box
from doctray.extraction.parse import fold
from doctray.extraction.rules.labels import likeness
from doctray.extraction.rules.reading import Phrase, Sheet


@dataclass(frozen=True, slots=True)
class Anchor:
    """Printed words of the form. alone: they are a phrase of their own, not part of a sentence."""

    phrase: Phrase
    likeness: float
    alone: bool

    @property
    def box(self) -> Box:
        return self.phrase.box


def anchors(sheet: Sheet, label: str, *, within: Box | None = None) -> list[Anchor]:
    """Every place where the label is printed, those that stand alone and look most alike first."""
    folded = fold(label)
    count = len(folded.split())
    found = []
    for phrase in sheet.phrases:
        if within is not None and not _meets(within, phrase.box):
            continue
        best = _best_window(phrase, folded, count)
        if best is not None and (within is None or _holds(within, best.box)):
            found.append(best)
    found = found or [whole for whole in _set_apart(sheet, folded, count) if within is None or _holds(within, whole.box)]
    return sorted(found, key=lambda anchor: (not anchor.alone, -anchor.likeness, anchor.box.top))


def anchor(sheet: Sheet, *labels: str, within: Box | None = None) -> Anchor | None:
    """The best place of the first of the labels that is printed."""
    for label in labels:
        found = anchors(sheet, label, within=within)
        if found:
            return found[0]
    return None


def _best_window(phrase: Phrase, folded: str, count: int) -> Anchor | None:
    words = phrase.words
    texts: Sequence[str] = [fold(word.text) for word in words]
    if not _could_hold(" ".join(texts), folded):
        return None
    best: tuple[float, int, int] | None = None
    for size in range(max(1, count - 2), count + 3):
        for start in range(len(words) - size + 1):
            alike = likeness(" ".join(text for text in texts[start : start + size] if text), folded)
            if alike and (best is None or alike > best[0] or (alike == best[0] and size > best[2])):
                best = (alike, start, size)
    if best is None:
        return None
    alike, start, size = best
    part = phrase.part(start, start + size)
    assert part is not None
    before, after = words[:start], words[start + size :]
    alone = not before and (not after or part.words[-1].text.endswith((":", "#")) or after[0].text[:1] in ":(|")
    return Anchor(part, alike, alone)


def _set_apart(sheet: Sheet, folded: str, count: int) -> Iterator[Anchor]:
    """Where the label's words stand so far apart that they became phrases, the first of which begins it: CERTIFICATE   HOLDER."""
    for phrase in sheet.phrases:
        if len(phrase.words) >= count or phrase.text[:1].casefold() != folded[:1] or not folded.startswith(f"{phrase.folded} "):
            continue
        words = list(phrase.words)
        for beside in sheet.right_of(phrase):
            if len(words) >= count or beside.box.left - words[-1].box.right > _FAR_APART * phrase.height:
                break
            words += beside.words
        whole = Phrase.of(phrase.page, words)
        alike = likeness(whole.folded, folded)
        if alike:
            yield Anchor(whole, alike, alone=True)


_FAR_APART = 2.0
"""Heights of print between two words of one label, at the most."""


def _could_hold(text: str, label: str) -> bool:
    """A cheap test: at least half of the label's pairs of letters stand in the text."""
    compact, wanted = text.replace(" ", ""), label.replace(" ", "")
    pairs = {wanted[i : i + 2] for i in range(len(wanted) - 1)}
    return sum(pair in compact for pair in pairs) * 2 >= len(pairs)


def _meets(one: Box, other: Box) -> bool:
    return one.left <= other.right and other.left <= one.right and one.top <= other.bottom and other.top <= one.bottom


def _holds(area: Box, box: Box) -> bool:
    return area.left <= box.center_x <= area.right and area.top <= box.center_y <= area.bottom
