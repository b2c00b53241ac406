"""Leaves out what an engine read twice: turned print, once along its own baseline and once as signs that stand upright."""

from dataclasses import replace

from doctray.domain.document import Box, Line, Page, Word

_COVERED = 0.6
"""A word that lies in another, turned otherwise, with this part of its area is the same ink."""

_MOST_PAIRS = 500_000
"""A dense page with 500 turned words has fewer pairs of words to compare."""


def without_echoes(page: Page) -> Page:
    """The page with one reading of each ink: of two words that cover one another and are turned otherwise, the surer one."""
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
