#!/usr/bin/env python3
"""Fit how sure the values of one kind of document are on documents with truth, and measure it leaving one document out.

    fit_confidence.py FOLDER… [--kind timetable] [--engine rapidocr] [--cache DIR] [--judged FILE…] [--keep FILE] [--write]

A FOLDER holds documents with NAME.truth.json beside each, as `make_samples.py` writes them. --cache keeps what was read of them, since an
engine takes seconds a page. --keep stores the judged values (none of their text), --judged adds such a store: rules that were mended after
a document was seen look better on it than on the next one, so the first reading of documents is what to keep. --write replaces
src/doctray/extraction/calibration_KIND.py. Needs doctray's worker extra.
"""

import argparse
import json
import pickle
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.samples.judging import UNSTATED, open_pointers, right_pointers  # noqa: E402

from doctray.domain.document import Document, Page, PageImage  # noqa: E402
from doctray.extraction.confidence import Calibration, Evidence, features, probability  # noqa: E402
from doctray.extraction.rules.certificate import document as certificate  # noqa: E402
from doctray.extraction.rules.timetable import document as timetable  # noqa: E402
from doctray.ocr.engines import make_engine  # noqa: E402
from doctray.pages.reader import DocumentReader  # noqa: E402
from doctray.pages.sniff import HEAD_BYTES, sniff  # noqa: E402

TARGETS = ROOT / "src" / "doctray" / "extraction"
KINDS = {"certificate": certificate.evidences, "timetable": timetable.evidences}
"""For each kind of document, what gives the fields of one and what is known of each value."""

RIDGE, RIDGE_OF_NAMES = 0.3, 3.0
"""How strongly weights are drawn to nothing; those of single fields and families more, since few documents speak for each."""

SURER = frozenset({"agreed"})
"""The inputs that speak for a value. Any other that is no name of a field or a family is a doubt, and none makes a value surer, however the
sample fell out."""

SET: Mapping[str, Mapping[str, float]] = {
    "certificate": {},
    "timetable": {"distrust": -2.0, "failed": -3.0, "unread": -4.0, "family:list": 0.0, "field:notes": -1.0},
}
"""Weights that stand as judged, by kind. Of timetables, `distrust`, `failed` and `unread`: few values with them are in the sample.
`family:list`: what is told in lists is not surer than what is drawn. `notes`: few truths state them. They are laid over the
fit of all, which leaves the rest on the careful side."""

SURE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One value of one document, and whether it is right."""

    document: str
    evidence: Evidence
    right: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--kind", choices=KINDS, default="certificate")
    parser.add_argument("--engine", default="easyocr")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--judged", type=Path, nargs="*", default=[])
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    judged = [value for folder in given.folders for value in judged_of(folder, kind=given.kind, engine=given.engine, cache=given.cache)]
    if given.keep is not None:
        given.keep.write_text("".join(json.dumps(asdict(value)) + "\n" for value in judged), encoding="utf-8")
    judged += [value for file in given.judged for value in stored(file)]
    report(left_out(judged, given.kind))
    if given.write:
        whole = fit(judged, given.kind)
        target = TARGETS / f"calibration_{given.kind}.py"
        target.write_text(module_of(whole, given.kind), encoding="utf-8")
        print(f"written: {target.relative_to(ROOT)}")


def judged_of(folder: Path, *, kind: str, engine: str, cache: Path | None) -> Iterator[Judged]:
    for truth_file in sorted(folder.glob("*.truth.json")):
        name = truth_file.name.removesuffix(".truth.json")
        path = next((p for p in sorted(folder.glob(f"{name}.*")) if p != truth_file and p.suffix != ".json"), None)
        if path is None:
            continue
        truth = json.loads(truth_file.read_text(encoding="utf-8"))
        fields, known = KINDS[kind](read(path, engine=engine, cache=cache))
        right, unprinted = set(right_pointers(truth, fields)), set(open_pointers(truth, fields))
        noted = any(block.get("notes") for block in truth.get("timeblocks") or ())
        for pointer, evidence in known.items():
            if evidence.field not in UNSTATED and pointer not in unprinted and (noted or evidence.field != "notes"):
                # two forms of one paper are one document: what was learnt of the one must not be measured on the other
                yield Judged(document=name.rsplit(".", 1)[0], evidence=evidence, right=pointer in right)


def stored(file: Path) -> Iterator[Judged]:
    for line in file.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        yield Judged(document=told["document"], evidence=Evidence(**told["evidence"]), right=told["right"])


def read(path: Path, *, engine: str, cache: Path | None) -> Document:
    kept = None if cache is None else cache / f"{path.stem}.pkl"
    if kept is not None and kept.exists():
        document: Document = pickle.loads(kept.read_bytes())
        return document
    with path.open("rb") as file:
        media_type = sniff(file.read(HEAD_BYTES)) or ""
    reader = DocumentReader(path, media_type=media_type, max_pixels=100_000_000)
    pages = tuple(_page(reader, number, engine) for number in range(1, reader.page_total + 1))
    document = Document(pages=pages, page_total=reader.page_total, media_type=media_type)
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(pickle.dumps(document))
    return document


_engines: dict[str, Any] = {}


def _page(reader: DocumentReader, number: int, engine: str) -> Page:
    reading = reader.read(number)
    if reading.page is not None:
        return reading.page
    if engine not in _engines:
        _engines[engine] = make_engine(engine, "cpu", None, 2, second_reader="ppocr" if engine == "easyocr" else "none")
    height, width = reading.rgb.shape[:2]
    image = PageImage(number=number, width=width, height=height, rgb=reading.rgb.tobytes())
    page: Page = _engines[engine].read([image])[0]
    extras = reader.extras(number, rotation=page.rotation)
    return page.evolve(segments=extras.segments, form_fields=extras.form_fields)


def fit(judged: Sequence[Judged], kind: str) -> Calibration:
    """Ridge logistic regression by Newton's steps; weights of the wrong sign are held at nothing; those that are set are laid over it."""
    inputs = [features(value.evidence) for value in judged]
    names = sorted({name for row in inputs for name in row})
    column = {name: index + 1 for index, name in enumerate(names)}
    x = np.zeros((len(inputs), len(names) + 1))
    x[:, 0] = 1.0
    for index, row in enumerate(inputs):
        for name, amount in row.items():
            x[index, column[name]] = amount
    y = np.array([value.right for value in judged], dtype=float)
    ridge = np.diag([1e-6, *(RIDGE_OF_NAMES if ":" in name else RIDGE for name in names)])
    weights = np.zeros(len(names) + 1)
    signs = np.array([0, *(0 if ":" in name else 1 if name in SURER else -1 for name in names)])
    for _ in range(40):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + ridge
        step = np.linalg.solve(hessian, x.T @ (y - p) - ridge @ weights)
        weights = np.where((weights + step) * signs < 0, 0.0, weights + step)
        if float(np.abs(step).max()) < 1e-6:
            break
    told = f"{len(judged)} values of {len({value.document for value in judged})} documents, {100 * y.mean():.1f} % of them right"
    fitted = {name: round(float(weights[column[name]]), 3) for name in names}
    fitted.update(SET[kind])
    return Calibration(
        intercept=round(float(weights[0]), 3),
        weights={name: weight for name, weight in fitted.items() if weight},
        fitted_on=told,
    )


def left_out(judged: Sequence[Judged], kind: str) -> list[tuple[Judged, float]]:
    """Each value with the confidence that it gets from a fit to all documents but its own."""
    told = []
    for document in sorted({value.document for value in judged}):
        fitted = fit([other for other in judged if other.document != document], kind)
        told += [(value, probability(value.evidence, fitted)) for value in judged if value.document == document]
    return told


def report(held_out: Sequence[tuple[Judged, float]]) -> None:
    """Bins of the confidence that each value got from the other documents, and how many in each are right."""
    bins: dict[float, list[bool]] = defaultdict(list)
    for value, sure in held_out:
        bins[min(9, int(sure * 10)) / 10].append(value.right)
    print("confidence  values  right")
    for low in sorted(bins):
        print(f"{low:.1f} to {low + 0.1:.1f}  {len(bins[low]):6d}  {sum(bins[low]) / len(bins[low]):.3f}")
    sure_ones = [value.right for value, sure in held_out if sure >= SURE]
    brier = sum((sure - value.right) ** 2 for value, sure in held_out) / max(1, len(held_out))
    print(f"at {SURE} and above: {len(sure_ones)} of {len(held_out)} values, {sum(sure_ones) / max(1, len(sure_ones)):.4f} of them right")
    print(f"Brier score {brier:.4f}; leaving one document out, {len({value.document for value, _ in held_out})} documents")


def module_of(calibration: Calibration, kind: str) -> str:
    weights = "\n".join(f'        "{name}": {weight},' for name, weight in sorted(calibration.weights.items()))
    return f'''"""How sure the values of {kind}s are: written by `scripts/fit_confidence.py`, not by hand."""

from doctray.extraction.confidence import Calibration

{kind.upper()}S = Calibration(
    intercept={calibration.intercept},
    weights={{
{weights}
    }},
    fitted_on="{calibration.fitted_on}",
)
'''


if __name__ == "__main__":
    main()
