"""A reader in a process of its own: `python -m benchmarks.reading <spec as JSON>`, and the class that starts it and talks to it.

One JSON object a line each way: {"pages": [path, …]} is answered by a `Reading`.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from benchmarks.arithmetic import Work, watch_torch, watched_openvino
from benchmarks.readers import EasyOcrReadme, Reader, ReaderSpec, make_reader

_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one call took. seconds: of wall time. cpu_seconds: of the process and its children. peak_bytes: most memory it ever held.

    work: see `benchmarks.arithmetic.Work`, where the spec asks for it.
    """

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    texts: tuple[str, ...]
    work: dict[str, Any] | None = None


class ReaderProcess:
    """A reader that stays loaded between its turns. Use as a context; it ends with it."""

    def __init__(self, spec: ReaderSpec, *, warm_up: Sequence[Path]) -> None:
        self._spec = spec
        self._warm_up = warm_up
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed when the context ends)
        self._process: subprocess.Popen[bytes] | None = None
        self.about: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.reading", json.dumps(asdict(self._spec))],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            env=os.environ | {"CUDA_VISIBLE_DEVICES": "" if self._spec.device == "cpu" else self._spec.device},
        )
        try:
            self.about = self._receive()["about"]
            self.read(self._warm_up)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def read(self, pages: Sequence[Path]) -> Reading:
        """All pages in one turn. Raises RuntimeError, with what the process printed last, when it died."""
        assert self._process is not None
        assert self._process.stdin is not None
        # One that is dead already has said why; `_receive` tells.
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps({"pages": [str(page) for page in pages]}).encode() + b"\n")
            self._process.stdin.flush()
        answer = self._receive()
        return Reading(**(answer | {"texts": tuple(answer["texts"])}))

    def _end(self) -> None:
        if self._process is not None:
            with self._process:
                self._process.kill()
        self._said.close()

    def _receive(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            self._said.seek(0)
            tail = self._said.read().decode(errors="replace")[-1500:]
            raise RuntimeError(f"the reader {self._spec} ended with status {self._process.returncode}: {tail}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def main() -> None:
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers, ExitStack() as stack:
        # Whatever libraries print stays out of the answers.
        os.dup2(2, 1)
        spec = ReaderSpec(**json.loads(sys.argv[1]))
        if spec.cores:
            # Before any library counts them.
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: spec.cores])
        work = stack.enter_context(watched_openvino()) if spec.counted else None
        reader = make_reader(spec)
        if work is not None and isinstance(reader, EasyOcrReadme):
            watch_torch(reader.networks(), work)
        print(json.dumps({"about": reader.about()}), file=answers, flush=True)
        for line in sys.stdin:
            pages = [Path(page) for page in json.loads(line)["pages"]]
            print(json.dumps(asdict(_reading(reader, pages, spec, work))), file=answers, flush=True)


def _reading(reader: Reader, pages: Sequence[Path], spec: ReaderSpec, work: Work | None) -> Reading:
    if work is not None:
        work.clear()
    cpu, started = _cpu_seconds(), time.perf_counter()
    texts = reader.read(pages)
    return Reading(
        seconds=time.perf_counter() - started,
        cpu_seconds=_cpu_seconds() - cpu,
        peak_bytes=_peak_bytes(outside=spec.kind == "tesseract"),
        texts=tuple(texts),
        work=work.as_json() if work is not None else None,
    )


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _peak_bytes(*, outside: bool) -> int:
    """Of this process since it began, or of the largest process that it has waited for."""
    who = resource.RUSAGE_CHILDREN if outside else resource.RUSAGE_SELF
    return resource.getrusage(who).ru_maxrss * 1024


if __name__ == "__main__":
    main()
