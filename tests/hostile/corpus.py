"""All cases, in the order in which the page lists them."""

from tests.hostile import addresses, bodies, browsers, chance, dawdling, documents, forms, heads, paths, promises, strangers
from tests.hostile.case import Case

_KINDS = (addresses, paths, heads, forms, bodies, documents, dawdling, strangers, browsers, promises, chance)


def corpus() -> tuple[Case, ...]:
    return tuple(case for kind in _KINDS for case in kind.cases())
