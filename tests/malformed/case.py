"""One malformed input: how it is made, how it is handed in, and in which codes it may end."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from doctray.domain.errors import PageTooLarge, TimedOut, catalogue

COMPLETED = "completed"
"""Beside the codes of `doctray.domain.errors`: the document was read after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """name: `group/what is wrong`, unique. make: its bytes, the same on every call. outcomes: every ending that is right.

    options: form fields beside the file. unseen: text that must stand nowhere in the result.
    """

    name: str
    file_name: str
    make: Callable[[], bytes]
    outcomes: frozenset[str]
    options: Mapping[str, str] = field(default_factory=dict)
    unseen: str | None = None

    def __post_init__(self) -> None:
        unknown = self.outcomes - {COMPLETED, *catalogue()}
        if unknown or not self.outcomes:
            raise ValueError(f"{self.name}: no such outcome: {unknown or 'none'}")

    @property
    def group(self) -> str:
        return self.name.partition("/")[0]

    @property
    def retried(self) -> bool:
        """Whether it may end in a code that is tried again, and so take its time three times."""
        return any(code != COMPLETED and catalogue()[code].retryable for code in self.outcomes)


@dataclass(frozen=True, slots=True)
class Group:
    """Makes the cases of one group: `case = Group("png", "png")`, then `yield case("no IEND", make, "corrupt_document")`."""

    name: str
    extension: str

    def __call__(
        self,
        what: str,
        make: Callable[[], bytes],
        *outcomes: str,
        file_name: str | None = None,
        options: Mapping[str, str] | None = None,
        unseen: str | None = None,
    ) -> Case:
        if TimedOut.code in outcomes:
            # by the processor's time where it got one, by the clock where the machine was busy
            outcomes = (*outcomes, PageTooLarge.code)
        name = file_name or f"{what.replace(' ', '-').replace('/', '-')}.{self.extension}"
        return Case(
            name=f"{self.name}/{what}", file_name=name, make=make, outcomes=frozenset(outcomes), options=options or {}, unseen=unseen
        )


Cases = Iterator[Case]
