"""Every malformed input there is, made from a seed and nothing else."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from tests.malformed import damage, disguises, pdf_extras, pdf_pages, pdf_structure, pictures, tiff
from tests.malformed.case import Case

SEED = 1


def corpus(seed: int = SEED) -> tuple[Case, ...]:
    """All cases, in a fixed order. Their bytes are made when asked for."""
    made = (
        pdf_structure.cases(),
        pdf_pages.cases(),
        pdf_extras.cases(),
        pictures.cases(),
        tiff.cases(),
        disguises.cases(),
        damage.cases(seed),
    )
    cases = tuple(case for part in made for case in part)
    repeated = [name for name, count in Counter(case.name for case in cases).items() if count > 1]
    if repeated:
        raise ValueError(f"cases of one name: {repeated}")
    return cases


def short(cases: Sequence[Case], *, each: int = 4) -> tuple[Case, ...]:
    """Some of every group, evenly taken; none that may take its budget three times."""
    groups: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if not case.retried:
            groups[case.group].append(case)
    return tuple(case for group in groups.values() for case in group[:: max(1, -(-len(group) // each))])
