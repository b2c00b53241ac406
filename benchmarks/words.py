"""How right a text is: words as a bag, amounts and dates as printed.

Words are runs of a-z and 0-9 in the lower-cased text, counted as a bag; order and place do not matter, every other character
parts words. Over several pages the counts are summed before precision, recall and F1 are taken.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

_AMOUNT = re.compile(r"(?<![\w.,])\$? ?(\d{1,3}(?:, ?\d{3})+(?:\.\d\d)?)(?![\w,]|\.\d)")
_DATE = re.compile(r"(?<![\w/])(\d\d/\d\d/\d{4})(?![\w/])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """hits: found and true. found: what was read. true: what is printed."""

    hits: int = 0
    found: int = 0
    true: int = 0

    @classmethod
    def of(cls, read: Iterable[str], printed: Iterable[str]) -> Self:
        read_bag, printed_bag = Counter(read), Counter(printed)
        return cls(hits=(read_bag & printed_bag).total(), found=read_bag.total(), true=printed_bag.total())

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(hits=self.hits + other.hits, found=self.found + other.found, true=self.true + other.true)

    @property
    def precision(self) -> float:
        return self.hits / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.hits / self.true if self.true else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.hits / (self.found + self.true) if self.found + self.true else 0.0


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def amounts(text: str) -> list[str]:
    """Numbers of a thousand and more with their commas, standing alone but for a $ before them: `1,000,000`.

    A blank behind a comma, which EasyOCR likes to see, is forgiven; nothing else is: in `S100,000`, `51,000,000` or `100,00O` the
    printed amount is not found.
    """
    return [amount.replace(" ", "") for amount in _AMOUNT.findall(text)]


def dates(text: str) -> list[str]:
    """MM/DD/YYYY, standing alone."""
    return _DATE.findall(text)
