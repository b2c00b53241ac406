"""Results of one table: what was measured on which side, round by round, as JSON in benchmarks/results.

The file keeps every round as it was; medians and ratios are worked out when it is rendered.
"""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

RESULTS = Path(__file__).parent / "results"

Better = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the things compared. name: as in the rounds. about: what exactly ran, in a sentence's worth of words."""

    name: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One column. label: with its unit, as printed. better: which way is good.

    compared: its ratio to the reference side is shown, turned so that above 1 is always better. digits: after the point.
    """

    name: str
    label: str
    better: Better = "higher"
    compared: bool = False
    digits: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One turn of every side. figures: by side's name, then figure's name; a figure that a side lacks is left out.

    at: when it began, ISO 8601 UTC. load: the minute's load average then. others_cores: how many cores all other processes of the
    machine kept busy meanwhile, on average; None where the kernel does not say.
    """

    at: str
    load: float
    others_cores: float | None
    figures: dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Over the rounds."""

    least: float
    median: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        return cls(least=min(values), median=statistics.median(values), most=max(values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What is compared and how it is repeated.

    name: of the result file. command: that makes it. reference: the side that ratios are to. setup: parameters that decide the
    figures (pages, sizes, seeds): rounds of another setup are not joined. code: paths below the repository whose Python files
    decide them, likewise. notes: sentences printed below the table.
    """

    name: str
    title: str
    command: str
    reference: str
    sides: tuple[Side, ...]
    figures: tuple[Figure, ...]
    setup: dict[str, Any] = field(default_factory=dict)
    code: tuple[str, ...] = ("src/doctray",)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A table with its rounds. machine: see `Machine`. digest: of the code and versions that it was measured with."""

    table: Table
    machine: dict[str, Any]
    digest: str
    rounds: tuple[Round, ...]

    def spread(self, side: str, figure: str) -> Spread | None:
        """None where the side has no such figure."""
        values = [turn.figures[side][figure] for turn in self.rounds if figure in turn.figures.get(side, {})]
        return Spread.of(values) if values else None

    def ratios(self, side: str, figure: Figure) -> Spread | None:
        """To the reference side in the same round, above 1 better; None where either lacks the figure or the reference has 0."""
        values = []
        for turn in self.rounds:
            ours, theirs = (turn.figures.get(name, {}).get(figure.name) for name in (side, self.table.reference))
            if not ours or not theirs:
                continue
            values.append(ours / theirs if figure.better == "higher" else theirs / ours)
        return Spread.of(values) if values else None


def path_of(name: str) -> Path:
    return RESULTS / f"{name}.json"


def save(result: Result) -> Path:
    """Written whole, then moved into place."""
    path = path_of(result.table.name)
    path.parent.mkdir(exist_ok=True)
    made = path.with_suffix(".part")
    made.write_text(json.dumps(asdict(result), indent=1) + "\n", encoding="utf-8")
    made.replace(path)
    return path


def load(path: Path) -> Result:
    raw = json.loads(path.read_text(encoding="utf-8"))
    table = raw["table"]
    return Result(
        table=Table(
            **(table | {"sides": tuple(Side(**side) for side in table["sides"])})
            | {"figures": tuple(Figure(**figure) for figure in table["figures"])}
            | {"code": tuple(table["code"]), "notes": tuple(table["notes"])}
        ),
        machine=raw["machine"],
        digest=raw["digest"],
        rounds=tuple(Round(**turn) for turn in raw["rounds"]),
    )
