"""Who is posted to next, so that a receiver that is slow holds up its own deliveries and nobody else's."""

import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

T = TypeVar("T")

_AUTHORITY = re.compile(r"[^:/?#]*://[^/?#]*")


def target_of(url: str) -> str:
    """Who receives what is posted to the URL: its scheme, host and port as they were given, in lower case."""
    found = _AUTHORITY.match(url)
    return (found.group() if found else url).lower()


def fair_share(waiting: Iterable[tuple[T, str]], *, limit: int, per_target: int, busy: Mapping[str, int]) -> list[T]:
    """Of what waits, as (item, url) with the oldest first, what goes next.

    At most `limit`, and to each target at most per_target, less what is under way there (busy: target → how many).
    """
    under_way = dict(busy)
    chosen: list[T] = []
    for item, url in waiting:
        if len(chosen) >= limit:
            break
        target = target_of(url)
        if under_way.get(target, 0) < per_target:
            under_way[target] = under_way.get(target, 0) + 1
            chosen.append(item)
    return chosen
