"""How a double gets into an engine process: a `MakeEngine` that can be pickled."""

from collections.abc import Mapping
from dataclasses import dataclass

from doctray.domain.errors import InvalidOption
from doctray.ports import OcrEngine


@dataclass(frozen=True)
class Making:
    """Gives the engine of that name out of those it was pickled with."""

    engines: Mapping[str, OcrEngine]

    def __call__(self, name: str) -> OcrEngine:
        if name not in self.engines:
            raise InvalidOption(f"engine: {name} is not known")
        return self.engines[name]


def making(*engines: OcrEngine) -> Making:
    return Making({engine.name: engine for engine in engines})
