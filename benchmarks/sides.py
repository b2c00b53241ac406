"""The sides of the reading tables, and a round of them over pages whose text is known."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Self

from benchmarks.gpu import GpuUsage, watched_gpu
from benchmarks.pages import KnownPage
from benchmarks.readers import ReaderSpec
from benchmarks.reading import ReaderProcess
from benchmarks.results import Figure, Side, Table
from benchmarks.words import Counts, amounts, dates, words

CODE = (
    "src/doctray/ocr",
    "src/doctray/domain/document.py",
    "benchmarks/readers.py",
    "benchmarks/pages.py",
    "benchmarks/scans.py",
    "tests/samples",
)
"""What decides the figures of a reading table."""

FIGURES = (
    Figure(name="pages_per_minute", label="pages/min", compared=True),
    Figure(name="f1", label="word F1", digits=3),
    Figure(name="precision", label="precision", digits=3),
    Figure(name="recall", label="recall", digits=3),
    Figure(name="cpu_seconds", label="CPU s/page", better="lower", compared=True, digits=2),
    Figure(name="peak_gb", label="peak memory, GB", better="lower", digits=2),
)

VALUE_FIGURES = (
    Figure(name="amounts_exact", label="amounts exact, %", digits=1),
    Figure(name="dates_exact", label="dates exact, %", digits=1),
    Figure(name="amounts_wrong", label="amounts read that are not printed", better="lower", digits=0),
)

GPU_FIGURES = (
    Figure(name="gpu_busy", label="GPU busy, %", digits=0),
    Figure(name="gpu_peak_gb", label="GPU memory, GB", better="lower", digits=2),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingSide:
    """A side of a reading table. together: pages handed over at once; the readers of READMEs then take them one by one."""

    name: str
    about: str
    spec: ReaderSpec
    together: int = 1

    def on(self, device: str, *, cores: int = 0) -> "ReadingSide":
        return replace(self, spec=replace(self.spec, device=device, cores=cores))

    def as_side(self) -> Side:
        return Side(name=self.name, about=self.about)


EASYOCR = ReadingSide(
    name="EasyOCR stock",
    about="`easyocr.Reader(['en'])`, `readtext(path)` for one page after the other, as its README has it",
    spec=ReaderSpec(kind="easyocr-readme"),
)
DOCTRAY = ReadingSide(
    name="doctray easyocr",
    about="the same weights, second reader off",
    spec=ReaderSpec(kind="engine", engine="easyocr", second_reader="none"),
)
DOCTRAY_TWICE = ReadingSide(
    name="doctray easyocr + ppocr",
    about="doctray's default: every line read a second time by the PP-OCR recogniser, where that pays",
    spec=ReaderSpec(kind="engine", engine="easyocr", second_reader="ppocr"),
)
RAPIDOCR = ReadingSide(
    name="RapidOCR stock",
    about="`RapidOCR()(path)` for one page after the other, as its README has it",
    spec=ReaderSpec(kind="rapidocr-readme"),
)
DOCTRAY_RAPIDOCR = ReadingSide(
    name="doctray rapidocr",
    about="RapidOCR's weights",
    spec=ReaderSpec(kind="engine", engine="rapidocr"),
)
TEXT_LAYER = ReadingSide(
    name="doctray text layer",
    about="the PDF opened, its text layer read and judged sound, ruling lines included, in this process",
    spec=ReaderSpec(kind="text-layer"),
)
TESSERACT = ReadingSide(
    name="Tesseract",
    about="`tesseract path stdout`, one process a page",
    spec=ReaderSpec(kind="tesseract"),
)


@dataclass(slots=True)
class _Sum:
    """One side's turns of one round."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_bytes: int = 0
    words: Counts = field(default_factory=Counts)
    amounts: Counts = field(default_factory=Counts)
    dates: Counts = field(default_factory=Counts)
    gpu: GpuUsage = field(default_factory=GpuUsage)


@dataclass(slots=True)
class Readers:
    """Every side's process, loaded and warm. Use `started`."""

    sides: tuple[ReadingSide, ...]
    processes: dict[str, ReaderProcess]

    @classmethod
    @contextmanager
    def started(cls, sides: Sequence[ReadingSide], warm_up: Sequence[KnownPage]) -> Iterator[Self]:
        with ExitStack() as stack:
            processes = {
                side.name: stack.enter_context(ReaderProcess(side.spec, warm_up=[page.path for page in warm_up])) for side in sides
            }
            yield cls(sides=tuple(sides), processes=processes)

    def noted(self, table: Table) -> Table:
        """The table with what doctray's engines compute on among its notes."""
        chosen = {name: process.about["backend"] for name, process in self.processes.items() if "backend" in process.about}
        note = f"Backends: {', '.join(f'{name} on {backend}' for name, backend in chosen.items())}."
        return replace(table, notes=(*table.notes, note)) if chosen else table

    def round(self, pages: Sequence[KnownPage], number: int, *, block: int) -> Mapping[str, Mapping[str, float]]:
        """All pages by every side, side after side on each block of pages, so that a change of the machine's mood meets them all."""
        sums = {side.name: _Sum() for side in self.sides}
        for index, begin in enumerate(range(0, len(pages), block)):
            first = (number + index) % len(self.sides)
            for side in self.sides[first:] + self.sides[:first]:
                self._turn(side, pages[begin : begin + block], sums[side.name])
        return {name: _figures(total, len(pages)) for name, total in sums.items()}

    def _turn(self, side: ReadingSide, pages: Sequence[KnownPage], total: _Sum) -> None:
        on_gpu = side.spec.device != "cpu"
        with watched_gpu(side.spec.device) if on_gpu else nullcontext(GpuUsage()) as gpu:
            for begin in range(0, len(pages), side.together):
                part = pages[begin : begin + side.together]
                reading = self.processes[side.name].read([page.path for page in part])
                total.seconds += reading.seconds
                total.cpu_seconds += reading.cpu_seconds
                total.peak_bytes = max(total.peak_bytes, reading.peak_bytes)
                for page, text in zip(part, reading.texts, strict=True):
                    total.words += Counts.of(words(text), words(page.printed))
                    total.amounts += Counts.of(amounts(text), amounts(page.printed))
                    total.dates += Counts.of(dates(text), dates(page.printed))
        total.gpu.busy += gpu.busy
        total.gpu.peak_bytes = max(total.gpu.peak_bytes, gpu.peak_bytes)


def _figures(total: _Sum, pages: int) -> dict[str, float]:
    figures = {
        "pages_per_minute": 60 * pages / total.seconds,
        "f1": total.words.f1,
        "precision": total.words.precision,
        "recall": total.words.recall,
        "cpu_seconds": total.cpu_seconds / pages,
        "peak_gb": total.peak_bytes / 1e9,
    }
    if total.amounts.true and total.dates.true:
        figures |= {
            "amounts_exact": 100 * total.amounts.recall,
            "dates_exact": 100 * total.dates.recall,
            "amounts_wrong": total.amounts.found - total.amounts.hits,
        }
    if total.gpu.busy:
        figures |= {"gpu_busy": total.gpu.mean_busy, "gpu_peak_gb": total.gpu.peak_bytes / 1e9}
    return figures
