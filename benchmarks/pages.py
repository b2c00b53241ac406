"""Pictures whose text is known, for every benchmark that reads."""

import os
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

_RECEIPTS = Path(__file__).parents[2] / "shared" / "data" / "receipts"
_LONGEST_SIDE_PX = 2000

NO_RECEIPTS = "skipped: no receipts; put pictures and transcripts in the form of SROIE into a folder and name it in BENCHMARK_RECEIPTS"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPage:
    """path: of the picture. printed: all that stands on it. width, height: pixels."""

    path: Path
    printed: str
    width: int
    height: int


def receipts(count: int, *, longest_side: int = _LONGEST_SIDE_PX) -> list[KnownPage]:
    """The first receipts of the folder that BENCHMARK_RECEIPTS names, or of ../shared/data/receipts, by file name.

    Each is NAME.jpg with NAME.csv beside it, in the form of SROIE: eight coordinates and the transcript a line. Pictures with a
    longer side are left out: they are scans of whole A4 sheets. Empty where there is no such folder.
    """
    folder = Path(os.environ.get("BENCHMARK_RECEIPTS", _RECEIPTS))
    found: list[KnownPage] = []
    for path in sorted(folder.glob("*.jpg")):
        if len(found) == count:
            break
        page = _receipt(path)
        if max(page.width, page.height) <= longest_side:
            found.append(page)
    return found


def warm_up_page(folder: Path) -> KnownPage:
    """A small page, so that every network has run before the first one that counts."""
    path = folder / "warm-up.png"
    picture = Image.new("RGB", (640, 160), "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(size=32)
    for row, line in enumerate(("Warm up 2026", "Amount $1,000,000")):
        pen.text((24, 16 + 64 * row), line, fill="black", font=font)
    picture.save(path)
    return KnownPage(path=path, printed="Warm up 2026 Amount $1,000,000", width=picture.width, height=picture.height)


def _receipt(path: Path) -> KnownPage:
    lines = path.with_suffix(".csv").read_text(encoding="utf-8", errors="replace").splitlines()
    printed = "\n".join(line.split(",", 8)[8] for line in lines if line.count(",") >= 8)
    return KnownPage(path=path, printed=printed, **_size(path))


def _size(path: Path) -> dict[str, int]:
    with Image.open(path) as picture:
        return {"width": picture.width, "height": picture.height}
