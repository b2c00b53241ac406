"""Leaves out what was read twice: turned print, as signs that stand upright; a letter, as the mark in a box to tick."""

from dataclasses import replace

from doctray.domain.document import Box, Line, Page, Word

_COVERED = 0.6
"""A word that lies in another, turned otherwise, with this part of its area is the same ink."""

_MARK, _FEWEST_LETTERS = "X", 3
"""How a ticked box is written, and how long a word is that no box was taken for (a misread of the box itself is shorter)."""

_MOST_PAIRS = 500_000
"""A dense page with 500 turned words has fewer pairs of words to compare."""


def without_echoes(page: Page) -> Page:
    """The page with one reading of each ink: of two words that cover one another and are turned otherwise, the surer one.

    Timetables have no boxes to tick: a mark within a word that an engine read is one of its closed letters.
    """
    page = _without_marks(page)
    turned = [word for word in page.words if word.angle]
    if not turned:
        return page
    upright = [word for word in page.words if not word.angle]
    if len(turned) * max(len(turned), len(upright)) > _MOST_PAIRS:
        return page
    echoes = {id(word) for word in upright if any(_covered(word.box, other.box) and _surer(other, word) for other in turned)}
    kept = [word for word in upright if id(word) not in echoes]
    echoes |= {id(word) for word in turned if any(_covered(word.box, other.box) and _surer(other, word) for other in kept)}
    firm = [word for word in turned if id(word) not in echoes]
    echoes |= {
        id(word)
        for word in firm
        if any(other.angle != word.angle and _covered(word.box, other.box) and _surer(other, word) for other in firm)
    }
    return _less(page, echoes)


def _without_marks(page: Page) -> Page:
    marks = [word for word in page.words if word.text == _MARK and word.confidence < 1.0]
    words = [word for word in page.words if len(word.text) >= _FEWEST_LETTERS and word.confidence < 1.0]
    if not marks or len(marks) * len(words) > _MOST_PAIRS:
        return page
    return _less(page, {id(mark) for mark in marks if any(_covered(mark.box, word.box) for word in words)})


def _less(page: Page, echoes: set[int]) -> Page:
    if not echoes:
        return page
    lines = (tuple(word for word in line.words if id(word) not in echoes) for line in page.lines)
    return replace(page, lines=tuple(Line(words=words) for words in lines if words))


def _covered(box: Box, other: Box) -> bool:
    across = min(box.right, other.right) - max(box.left, other.left)
    down = min(box.bottom, other.bottom) - max(box.top, other.top)
    return across > 0 and down > 0 and across * down >= _COVERED * box.width * box.height


def _surer(one: Word, other: Word) -> bool:
    return (one.confidence * min(len(one.text), 8), len(one.text)) > (other.confidence * min(len(other.text), 8), len(other.text))
