"""nginx with the repository's own nginx.conf in front of the APIs, its addresses turned to loopback."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path


def lacks() -> list[str]:
    return ["nginx.conf is not there yet: --front direct"]


def start(stack: ExitStack, apis: Sequence[int], *, folder: Path) -> str:
    raise NotImplementedError
