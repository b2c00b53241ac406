"""docs/hostile.md: what each case got."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from tests.hostile.case import Case

PAGE = Path(__file__).resolve().parents[2] / "docs" / "hostile.md"

_HEAD = """# Hostile requests, and what they get

`scripts/hostile` sends these {total} cases to a real `doctray serve` and writes this page; `scripts/hostile --check` says whether it is still true.
A case is a request, or a few that belong together, as an attacker would send them: over a plain socket, byte for byte.
`scripts/test` sends the {short} that are quick, `scripts/test --full` all of them.

Whatever a case is about, it fails when

1. it gets anything but what it must get (status and problem code; where several are right, the page shows the one that came);
2. any answer is a failure of ours (500, 502, 504) or a refusal that is no problem object;
3. any answer shows a path, a stack trace, a library, a memory address, or a key;
4. a neighbour inside the network (a listener on loopback) is reached by anybody, even once;
5. afterwards the service is not healthy, a process of it has been replaced, or its log holds an error, a key, or the text of a document.

`chance` is damage done to good requests by chance, the same every time (seed in `tests/hostile/chance.py`); any answer but a failure is right there.
"""


def rendered(cases: Sequence[Case], got: Sequence[str]) -> str:
    lines = [_HEAD.format(total=len(cases), short=sum(not case.long for case in cases))]
    for group, members in groupby(zip(cases, got, strict=True), key=lambda pair: pair[0].group):
        pairs = list(members)
        if group == "chance":
            handled = sum(outcome == pairs[0][0].must[0] for _, outcome in pairs)
            lines.append(f"\n## {group}\n\n{handled} of {len(pairs)} handled.\n")
            continue
        lines.append(f"\n## {group}\n\n| case | got |\n|---|---|\n")
        lines += [f"| {_cell(case.name)} | {_cell(outcome)} |\n" for case, outcome in pairs]
    return "".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")
