"""What no answer and no log line may hold, and what every answer must be, whatever the case."""

import re
from collections.abc import Iterator

from tests.hostile.case import Case
from tests.hostile.target import MARK, SECRET_KEY, Target
from tests.hostile.wire import Answer

_OURS = re.compile(rb"Traceback \(most recent|File \"/|site-packages|\bsqlite3?\b|SQLAlchemy|asyncpg|/tmp/|/work/|/home/|0x[0-9a-f]{8,}")
"""Traces of the inside: where files lie, what it is made of, which object it was."""


_FAILURE = re.compile(r'"level": ?"(error|critical)"|Traceback \(most recent call last')


def faults(case: Case, answer: Answer, target: Target) -> list[str]:
    """What is wrong with the answer; nothing, for a good one."""
    found = []
    if answer.outcome not in case.must:
        found.append(f"got {answer.outcome!r}, must get {' or '.join(repr(each) for each in case.must)}: {answer.body[:300]!r}")
    if answer.status >= 500 and answer.status != 503:
        found.append(f"a failure of ours: {answer.status}")
    if answer.status >= 400 and not answer.code and not case.bare:
        found.append(f"a refusal that is no problem: {answer.raw[:200]!r}")
    if match := _OURS.search(answer.body):
        found.append(f"shows the inside: {match[0]!r}")
    found += [f"shows a secret: {name}" for name, secret in _secrets(target) if secret.encode() in answer.body]
    return found


def faults_of_log(target: Target) -> list[str]:
    text = target.service.log.read_text(errors="replace")
    found = [f"the log holds {name}" for name, secret in (*_secrets(target), ("the document's text", MARK)) if secret in text]
    found += [f"the log tells of a failure: {line[:200]} … {line[-900:]}" for line in text.splitlines() if _FAILURE.search(line)]
    return found


def _secrets(target: Target) -> Iterator[tuple[str, str]]:
    yield "DOCTRAY_SECRET_KEY", SECRET_KEY
    yield from ((f"the key of {name}", key) for name, key in target.keys.items())
