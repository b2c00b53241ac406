"""Every regular expression of the extraction reads hostile lines in linear or at most quadratic steps: no repeat inside a repeat."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from re import _constants as codes
from re import _parser as parser
from typing import Any

import pytest

import doctray.extraction as package

_FEW = 16
"""A repeat of at most so many is a factor, not an exponent."""


def compiled() -> Iterator[tuple[str, re.Pattern[str]]]:
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            for index, item in enumerate(_patterns(value)):
                yield f"{info.name.removeprefix('doctray.extraction.')}.{name}.{index}", item


def _patterns(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _patterns(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _patterns(item)


def nested_repeats(node: Any, *, inside: bool = False) -> Iterator[str]:
    """Unbounded repeats within unbounded repeats: (a+)+ takes exponential steps on a line that nearly matches.

    A repeat whose every turn must begin with something that its inner repeat cannot match, as in (, word)*, does not.
    """
    for operation, argument in node:
        if operation in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            _, most, body = argument
            unbounded = most > _FEW
            if inside and unbounded:
                yield str(body)
            yield from nested_repeats(body, inside=inside or (unbounded and not _is_led(body)))
        elif operation is codes.SUBPATTERN:
            yield from nested_repeats(argument[3], inside=inside)
        elif operation is codes.BRANCH:
            for branch in argument[1]:
                yield from nested_repeats(branch, inside=inside)
        elif operation in (codes.ASSERT, codes.ASSERT_NOT):
            yield from nested_repeats(argument[1])


def _is_led(body: Any) -> bool:
    """Whether each turn begins with a literal or a set, followed by repeats of what cannot begin a turn: words parted by signs."""
    items = list(body)
    while len(items) == 1 and items[0][0] is codes.SUBPATTERN:
        items = list(items[0][1][3])
    while items and items[0][0] is codes.MAX_REPEAT and items[0][1][1] <= 1:
        items = items[1:]
    if not items or items[0][0] not in (codes.LITERAL, codes.IN):
        return False
    lead = items[0]
    repeats = [item for item in items[1:] if item[0] in (codes.MAX_REPEAT, codes.MIN_REPEAT) and item[1][1] > _FEW]
    return all(_apart(lead, repeat[1][2][0]) for repeat in repeats)


def _apart(one: Any, other: Any) -> bool:
    """Whether no printable ASCII character is matched by both."""
    texts = [chr(number) for number in range(32, 127)]
    first, second = ({text for text in texts if _matches(item, text)} for item in (one, other))
    return not first & second


def _matches(item: Any, text: str) -> bool:
    operation, argument = item
    if operation is codes.LITERAL:
        return ord(text) == argument
    if operation is codes.NOT_LITERAL:
        return ord(text) != argument
    if operation is codes.ANY:
        return True
    if operation is codes.BRANCH:
        return any(_matches(branch[0], text) for branch in argument[1])
    if operation is codes.SUBPATTERN:
        return _matches(argument[3][0], text)
    if operation is not codes.IN:
        return True
    negated = bool(argument) and argument[0][0] is codes.NEGATE
    return any(_in_set(part, text) for part in argument if part[0] is not codes.NEGATE) is not negated


def _in_set(part: Any, text: str) -> bool:
    operation, argument = part
    if operation is codes.LITERAL:
        return ord(text) == argument
    if operation is codes.RANGE:
        return argument[0] <= ord(text) <= argument[1]
    classes = {
        codes.CATEGORY_DIGIT: r"\d",
        codes.CATEGORY_NOT_DIGIT: r"\D",
        codes.CATEGORY_SPACE: r"\s",
        codes.CATEGORY_NOT_SPACE: r"\S",
        codes.CATEGORY_WORD: r"\w",
        codes.CATEGORY_NOT_WORD: r"\W",
    }
    return re.match(classes[argument], text) is not None


PATTERNS = dict(compiled())


def test_the_patterns_are_found() -> None:
    assert len(PATTERNS) > 80


@pytest.mark.parametrize("name", PATTERNS)
def test_no_pattern_repeats_a_repeat(name: str) -> None:
    pattern = PATTERNS[name]
    assert list(nested_repeats(parser.parse(pattern.pattern, pattern.flags))) == []


@pytest.mark.parametrize(("text", "nested"), [(r"(a+)+b", True), (r"(?:\w+\s?)*x", True), (r"(?:, \w+)*x", False), (r"(?:ab)+c", False)])
def test_the_check_itself_knows_good_from_bad(text: str, nested: bool) -> None:
    assert bool(list(nested_repeats(parser.parse(text)))) is nested
