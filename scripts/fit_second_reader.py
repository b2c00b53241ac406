#!/usr/bin/env python3
"""Fit the odds by which two readings of a line are reconciled (doctray.ocr.reconcile_odds) on drawn lines with known words.

    fit_second_reader.py [--lines N] [--seed N]

Draws lines of every kind in the base fonts, lone letters, and rules and specks that are no text; spoils them as scanners, faxes and phones
do; has both readers read each; and prints the weights, with how well they hold on a fifth of the lines that had no part in the fit.
Needs doctray's worker extra; some 3 minutes on 2 idle cores.
"""

import argparse
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from doctray.ocr.devices import available_cores
from doctray.ocr.easyocr_models import ENGLISH
from doctray.ocr.easyocr_networks import Networks
from doctray.ocr.ppocr_second_reader import PpocrSecondReader
from doctray.ocr.reconcile import weighed
from doctray.ocr.reconcile_alignment import Column, aligned, text_of, word_groups
from doctray.ocr.reconcile_odds import Agreement, Difference
from doctray.ocr.runtimes import Backend, cpu_precisions
from doctray.pages.mupdf import pymupdf

FONTS = ("helv", "hebo", "tiro", "tibo", "cour", "cobo", "heit", "tiit")
VOCABULARY = """
    the certificate holder policy insured coverage limits general aggregate premises provided by each occurrence issued without notice
    School Timetable Monday Tuesday Science History Room Teacher Period Lunch English Total Cash Change Receipt Invoice Thank you for
    Bellweather Pryce Insurance Agency Copperline Roofing Company Limited Street Avenue Boulevard Springfield Johnson Whitlock Nair of
    completed training course hours awarded to attendance signature authorized representative EXP DATE TYPE NUMBER CLAIMS-MADE OCCUR
"""
WORDS = tuple(VOCABULARY.split())
MONTHS = ("January", "Feb", "March", "Apr", "May", "June", "Jul", "August", "Sept", "October", "Nov", "December")
LONE = "ABCDEXYN123456789$%&"
HELD_OUT = 0.2
FEWEST_SAMPLES = 40
RIDGE = 0.5

Sample = tuple[tuple[float, ...], bool]


def text_line(rng: Random) -> str:
    """Some words of mixed kinds; a character; or nothing."""
    kind = rng.random()
    if kind < 0.1:
        return ""
    if kind < 0.2:
        return rng.choice(LONE)
    makers = (_amount, _amount, _date, _time, _number, _code, _contact, _prose, _prose, _prose)
    return " ".join(rng.choice(makers)(rng) for _ in range(rng.randint(1, 3)))


def _amount(rng: Random) -> str:
    value = rng.choice((rng.randint(1, 9) * 10 ** rng.randint(3, 6), rng.randint(1, 99_999)))
    cents = rng.choice(("", "", f".{rng.randint(0, 99):02}"))
    return f"{rng.choice(('$', '$', '£', '', 'RM'))}{value:,}{cents}"


def _date(rng: Random) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1998, 2031)
    return rng.choice(
        (f"{month:02}/{day:02}/{year}", f"{day:02}-{month:02}-{year}", f"{year}-{month:02}-{day:02}", f"{day} {MONTHS[month - 1]} {year}")
    )


def _time(rng: Random) -> str:
    return f"{rng.randint(7, 19):02}:{rng.choice(('00', '15', '20', '35', '45'))}{rng.choice(('', '', 'am', ' - 12:30'))}"


def _number(rng: Random) -> str:
    return str(rng.randint(0, 10 ** rng.randint(1, 9)))


def _code(rng: Random) -> str:
    letters = "".join(rng.choice("ABCDEFGHIJKLMNOPRSTUVWXYZ") for _ in range(rng.randint(1, 3)))
    return rng.choice(
        (f"{letters}{rng.randint(100, 9_999_999)}", f"{letters}-{rng.randint(10, 9999)}-{rng.randint(0, 99):02}", f"R{rng.randint(1, 40)}")
    )


def _contact(rng: Random) -> str:
    name = rng.choice(WORDS).lower().replace("-", "")
    return rng.choice(
        (
            f"{name}@{rng.choice(WORDS).lower().replace('-', '')}.com",
            f"({rng.randint(200, 999)}) {rng.randint(200, 999)}-{rng.randint(0, 9999):04}",
        )
    )


def _prose(rng: Random) -> str:
    text = " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, 4))) + rng.choice(("", "", "", ",", ".", ":"))
    return text.upper() if rng.random() < 0.3 else text


def drawn(text: str, rng: Random) -> NDArray[np.uint8]:
    """The line in black on white as a detector cuts it out, spoilt: H x W x 3 RGB."""
    font, points = rng.choice(FONTS), rng.uniform(7, 12)
    width = pymupdf.get_text_length(text, fontname=font, fontsize=points) if text else points * rng.uniform(0.6, 6)
    margin = points * rng.uniform(0.05, 0.25)
    with pymupdf.open() as document:
        page = document.new_page(width=width + 2 * margin, height=points * 1.05 + 2 * margin)
        if text:
            page.insert_text((margin, margin + points * 0.85), text, fontname=font, fontsize=points)
        else:
            _no_text(page, rng)
        zoom = rng.uniform(11, 34) / points
        pixmap = page.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), alpha=False)
        crop = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3).copy()
    return spoilt(crop, rng)


def _no_text(page: Any, rng: Random) -> None:
    """What detectors take for text: rules, corners of boxes, specks and strokes."""
    width, height = page.rect.width, page.rect.height
    for _ in range(rng.randint(1, 3)):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        end = rng.choice(((width, y), (x, height), (0, y), (x + rng.uniform(1, 4), y + rng.uniform(-4, 4)), (x + 0.8, y + 0.6)))
        page.draw_line((x, y), end, width=rng.uniform(0.4, 1.6))


def spoilt(crop: NDArray[np.uint8], rng: Random) -> NDArray[np.uint8]:
    noise = np.random.default_rng(rng.randrange(2**32))
    ink, paper = rng.uniform(0, 110), rng.uniform(190, 255)
    grey: NDArray[np.floating[Any]] = crop[:, :, 0].astype(np.float32) / 255 * (paper - ink) + ink
    grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.2, 1.1)), np.float32)
    if rng.random() < 0.25:
        grey = np.where(grey < (paper + ink) / 2 + rng.uniform(-25, 25), 0.0, 255.0).astype(np.float32)
    if rng.random() < 0.25:
        row = rng.choice((0, grey.shape[0] - 1, grey.shape[0] - 2))
        grey[row : row + 1] = ink
    turn = cv2.getRotationMatrix2D((grey.shape[1] / 2, grey.shape[0] / 2), rng.uniform(-0.4, 0.4), 1.0)
    grey = np.asarray(cv2.warpAffine(grey, turn, (grey.shape[1], grey.shape[0]), borderMode=cv2.BORDER_REPLICATE), np.float32)
    grey = np.clip(grey + noise.normal(0, rng.uniform(0, 14), grey.shape), 0, 255)
    _, packed = cv2.imencode(".jpg", grey.astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, rng.randint(25, 95)])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def judged(group: Sequence[Column], truth: str) -> Iterator[tuple[str, Sample]]:
    """The evidence of a group under the name of each model that it bears on, with whether that model's reading is right."""
    evidence = weighed(group)
    one, other = (text_of([glyph for column in group if (glyph := column[reader]) is not None]) for reader in (0, 1))
    if isinstance(evidence, Difference):
        yield "FIRST_RIGHT", (evidence.features, is_printed(one, truth))
        yield "SECOND_RIGHT", (evidence.features, is_printed(other, truth))
    elif isinstance(evidence, Agreement):
        yield "AGREED_RIGHT", (evidence.features, is_printed(other, truth))
    else:
        yield ("ONLY_FIRST_RIGHT" if one else "ONLY_SECOND_RIGHT"), (evidence.features, is_printed(one or other, truth))


def is_printed(text: str, truth: str) -> bool:
    """Whether these words are on the line as whole words; how they are spaced is judged elsewhere."""
    loose = r"\s*".join(re.escape(char) for char in text.replace(" ", ""))
    return re.search(rf"(?<!\S){loose}(?!\S)", truth) is not None


def fitted(samples: Sequence[Sample]) -> NDArray[np.float64]:
    """Logistic regression by Newton's method; the ridge spares the intercept."""
    features = np.array([sample for sample, _ in samples], np.float64)
    right = np.array([label for _, label in samples], np.float64)
    weights = np.zeros(features.shape[1])
    ridge = np.diag([0.0] + [RIDGE] * (features.shape[1] - 1))
    for _ in range(50):
        chances = 1 / (1 + np.exp(-features @ weights))
        slope = features.T @ (right - chances) - ridge @ weights
        curve = (features * (chances * (1 - chances))[:, None]).T @ features + ridge + 1e-9 * np.eye(len(weights))
        weights = weights + np.linalg.solve(curve, slope)
    return weights


def calibration(weights: NDArray[np.float64], samples: Sequence[Sample]) -> str:
    """Mean chance and share right, in all and by bands of chance."""
    features = np.array([sample for sample, _ in samples], np.float64)
    right = np.array([label for _, label in samples], np.float64)
    chances = 1 / (1 + np.exp(-features @ weights))
    bands = [(0.0, 0.5), (0.5, 0.8), (0.8, 0.95), (0.95, 0.99), (0.99, 1.01)]
    parts = [f"all {chances.mean():.3f}/{right.mean():.3f} ({len(right)})"]
    for low, high in bands:
        inside = (chances >= low) & (chances < high)
        if inside.any():
            parts.append(f"{low:g}-{min(high, 1):g}: {chances[inside].mean():.3f}/{right[inside].mean():.3f} ({inside.sum()})")
    return "; ".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=16)
    given = parser.parse_args()
    rng = Random(given.seed)
    threads = available_cores()
    networks = Networks(backend=Backend(runtime="openvino", precision=cpu_precisions()[0]), device="cpu", models_dir=None, threads=threads)
    first, second = networks.line_reader(ENGLISH), PpocrSecondReader(threads=threads)
    samples: defaultdict[str, list[Sample]] = defaultdict(list)
    held_out: defaultdict[str, list[Sample]] = defaultdict(list)
    for start in range(0, given.lines, 200):
        truths = [text_line(rng) for _ in range(min(200, given.lines - start))]
        crops = [drawn(text, rng) for text in truths]
        ours = first.read([np.ascontiguousarray(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)) for crop in crops])
        for truth, one, other in zip(truths, ours, second.read(crops), strict=True):
            into = held_out if rng.random() < HELD_OUT else samples
            for group in word_groups(aligned(one, other)):
                for name, sample in judged(group, truth):
                    into[name].append(sample)
    for name in ("FIRST_RIGHT", "SECOND_RIGHT", "AGREED_RIGHT", "ONLY_FIRST_RIGHT", "ONLY_SECOND_RIGHT"):
        if min(len(samples[name]), len(held_out[name])) < FEWEST_SAMPLES:
            print(f"{name}: too few samples ({len(samples[name])})")
            continue
        weights = fitted(samples[name])
        print(f"{name}: Weights = ({', '.join(f'{weight:.2f}' for weight in weights)})")
        print(f"    # chance/right held out: {calibration(weights, held_out[name])}")


if __name__ == "__main__":
    main()
